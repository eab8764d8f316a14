"""The figure of a run: everything named, nothing cut off, no words on each other, and lines where the numbers are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from simcore.report.figures import figure_png, result_figure
from simcore.report.page import width_of, wrapped
from simcore.vocabulary import ENDS, PARTS

LONG = "The agency for the support of children, young people and their families in the county and its municipalities"
YEARS = np.arange(2024, 2064)


def results_of(
    n_actors: int, n_interventions: int, *, size: float = 10_000.0, lucky: bool = False, title: str = "A case"
) -> xr.Dataset:
    """Costs that differ between draws, actors and strategies; the first intervention saves, the last one loses."""
    random = np.random.default_rng(1)
    strategies = ["usual", *(f"help_{number}" for number in range(n_interventions))]
    actors = [f"payer_{number}" for number in range(n_actors)]
    kinds, n_draws = ["resource", "programme"], 40
    effects = np.concatenate([[0.0], np.linspace(1.0, -1.0, n_interventions)]) if n_interventions > 1 else [0.0, 1.0]
    cost = np.zeros((len(strategies), n_draws, n_actors, len(kinds), len(YEARS)))
    saved = random.normal(1.0, 0.4, (n_draws, n_actors)) * size / len(YEARS)
    cost[..., 0, :] = -np.asarray(effects)[:, None, None, None] * saved[None, :, :, None]
    cost[1:, :, 0, 1, 0] = size / 5
    of_part = np.broadcast_to(cost.sum(-1), (3, *cost.shape[:-1])).copy()
    between = np.zeros(cost.shape[:3] + cost.shape[4:])
    if lucky:  # the halves differ by more than all there is
        of_part[0, 1:] += random.normal(0, 50 * size, of_part[0, 1:].shape)
        between[1:] = random.normal(0, 50 * size, between[1:].shape)
    dims = ("strategy", "draw", "actor", "cost_kind", "year")
    return xr.Dataset(
        {
            "present_value": (dims, cost, {"units": "SEK"}),
            "present_value_of_part": (("part", *dims[:-1]), of_part, {"units": "SEK"}),
            "present_value_between_halves": (("strategy", "draw", "actor", "year"), between),
            "parameter_value": (("draw", "parameter"), np.zeros((n_draws, 0))),
            "part_size": ("part", [50, 50, 10]),
        },
        {
            "strategy": strategies, "draw": np.arange(n_draws), "actor": actors, "cost_kind": kinds, "year": YEARS,
            "sector": ("actor", ["public" if number % 2 else "household" for number in range(n_actors)]),
            "part": list(PARTS), "end": list(ENDS), "parameter": np.array([], dtype=str),
        },
        {"comparator": "usual", "currency": "SEK", "price_year": 2024, "title": title, "n_draws": n_draws},
    )  # fmt: skip


def scenario_of(results: xr.Dataset, label: str = "") -> Any:
    """What the figure asks of a scenario: labels."""
    names = [str(name) for name in results["strategy"].values[1:]]

    def labelled(all_of: list[str]) -> dict[str, SimpleNamespace]:
        return {name: SimpleNamespace(label=f"{label} {name[-2:].strip('_')}" if label else None) for name in all_of}

    return SimpleNamespace(
        actors=labelled([str(actor) for actor in results["actor"].values]), illustrative=False,
        interventions=labelled(names), strategies={"usual": [], **{name: [name] for name in names}},
    )  # fmt: skip


def drawn(results: xr.Dataset, scenario: Any) -> tuple[Figure, list[str]]:
    """The figure and everything written in it; nothing lies outside, and no words on each other."""
    figure = result_figure(results, scenario)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    seen = []  # ticks beyond the ends of an axis are there, but are not drawn
    for text in texts:
        box, axes = text.get_window_extent(canvas.get_renderer()), text.axes
        if not (axes is not None and text in [*axes.get_xticklabels(), *axes.get_yticklabels()]) or shown(text):
            seen.append((text.get_text().strip(), box))
    page = figure.bbox
    for words, box in seen:
        inside = page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1
        assert inside, words
    for number, (words, box) in enumerate(seen):
        for other, before in seen[:number]:
            assert not box.padded(-1).overlaps(before), (words, other)
    return figure, [" ".join(words.split()) for words, _ in seen]


def shown(label: Text) -> bool:
    """Whether a number is within the ends of its axis."""
    axes = label.axes
    assert axes is not None
    across = label in axes.get_xticklabels()
    at, ends = label.get_position()[0 if across else 1], sorted(axes.get_xlim() if across else axes.get_ylim())
    return bool(ends[0] - 1e-9 <= at <= ends[1] + 1e-9)


@pytest.mark.parametrize("label", ["", LONG])
@pytest.mark.parametrize(("n_actors", "n_interventions"), [(1, 1), (1, 20), (15, 1), (15, 3)])
def test_nothing_is_cut_off_and_no_words_are_on_each_other(n_actors, n_interventions, label):
    results = results_of(n_actors, n_interventions, title=" ".join([LONG] * 3 if label else ["A case"]))
    figure, words = drawn(results, scenario_of(results, label))
    for name in ("payer_0", f"payer_{n_actors - 1}"):
        called = f"{label} {name[-2:].strip('_')}" if label else name.replace("_", " ").capitalize()
        assert sum(called == of for of in words) >= 1, called
    assert {"Public sector", "Society", "Society, 90 %", "Calendar year"} - set(words) <= {"Public sector"}
    n_panels = 3 * n_interventions
    assert len(figure.axes) == 1 + n_panels
    assert all(axes.get_position().width * figure.get_figwidth() > 2.5 for axes in figure.axes)


@pytest.mark.parametrize("size", [0.01, 1.0, 3e6, 7e10])
def test_amounts_of_any_size(size):
    results = results_of(3, 3, size=size)
    drawn(results, scenario_of(results))


def test_lines_are_where_the_numbers_are():
    results = results_of(2, 1)
    figure, _ = drawn(results, scenario_of(results))
    _, parties, views, time = figure.axes
    saved = -results["present_value"].sel(strategy="help_0", cost_kind="resource").sum("year").values / 1000
    lines = parties.collections[0].get_segments()
    for number in range(2):
        low, high = lines[number][:, 0]
        assert (low, high) == pytest.approx(tuple(np.quantile(saved[:, number], [0.05, 0.95])))
    net = saved.mean(axis=0) - [10_000 / 5 / 1000, 0]
    diamonds = next(line for line in parties.lines if line.get_marker() == "D")
    np.testing.assert_allclose(diamonds.get_xdata(), net)
    society = next(line for line in time.lines if line.get_color() == "#222222" and line.get_linestyle() == "-")
    assert society.get_ydata()[-1] == pytest.approx(net.sum())
    assert list(parties.get_ylim()) == sorted(parties.get_ylim(), reverse=True)  # the first actor is on top
    assert views.get_xlim()[0] < net.sum() < views.get_xlim()[1]


def test_what_luck_hides_is_not_drawn():
    results = results_of(2, 2, lucky=True)
    figure, words = drawn(results, scenario_of(results))
    assert words.count("not settled") == 2 * 4
    assert not any(np.isfinite(line).any() for line in figure.axes[1].collections[0].get_segments())


def test_an_intervention_that_does_nothing():
    results = results_of(2, 3)  # the one in the middle
    results["present_value"][2] = results["present_value"][0]
    figure, _ = drawn(results, scenario_of(results))
    assert figure.axes[4].get_xlim() == (-1.0, 1.0)
    results["present_value"][:] = 0.0
    _, words = drawn(results, scenario_of(results))
    assert words == ["No strategy differs from the comparator in any cost."]


def test_the_same_results_give_the_same_file():
    results = results_of(3, 2)
    assert figure_png(results, scenario_of(results)) == figure_png(results, scenario_of(results))


def test_lines_of_text_are_as_wide_as_is_said():
    lines = wrapped(f"{LONG} Unbreakable{'x' * 80} end", 3.0, 10.0)
    assert " ".join(lines) == f"{LONG} Unbreakable{'x' * 80} end"
    assert all(width_of(line, 10.0) <= 3.02 for line in lines if "x" * 80 not in line)
    assert [line for line in lines if "x" * 80 in line] == [f"Unbreakable{'x' * 80}"]
    assert width_of(" ", 10.0) == 0.0
    assert width_of("bold", 10.0, "bold") > width_of("bold", 10.0)


def test_names_are_no_formulas():
    results = results_of(2, 2, title="costs $5_$ a day")
    _, words = drawn(results, scenario_of(results, "50 $^$ of_$it"))
    assert "costs $5_$ a day" in words
    assert any("50 $^$ of_$it" in of for of in words)
