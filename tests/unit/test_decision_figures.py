"""Figures about decisions hold the numbers of the answers, whatever names and numbers there are."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import simcore
from simcore.analysis.once import worked_out_once
from simcore.errors import UnknownNameError
from simcore.report.decision_answers import TOPICS, Answers, Question
from simcore.report.decision_figures import decision_figure, save_decision_figures
from simcore.report.language import Language
from simcore.scenario.loading import read_scenario, with_groups

EN, SV = Language.of("en"), Language.of("sv")
LONG = (
    "The agency for $children$ <young> people & their families in the county, with a very long name in all its papers"
)
ASKED = Question(outcome="exam_at_24", capital=20e6, groups=3)


@pytest.fixture(scope="module")
def dropout() -> tuple[xr.Dataset, Any, Answers]:
    """The school dropout case, without luck and with subgroups."""
    file = with_groups(read_scenario("school_dropout"), ["sex"])
    results = simcore.simulate(file, draws=40, engine="expected")
    found = Answers(results, file.scenario, ASKED)
    with worked_out_once():
        for topic in TOPICS:
            found.of_topic(topic)
    return results, file.scenario, found


def drawn(case: tuple[xr.Dataset, Any, Any], topic: str, language: Language = EN) -> Figure:
    figure = decision_figure(topic, *case, language)
    assert figure is not None
    return figure


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts if text.get_text()]


def said(figure: Figure) -> str:
    return " ".join(texts(figure))


def panels(figure: Figure) -> list[Any]:
    """Axes with bars; the first axes of a page hold its words and legend."""
    return [axes for axes in figure.axes[1:] if axes.patches]


def bars(axes: Any) -> list[tuple[float, float]]:
    """Where bars are and how long, by their middle from above; to the left of zero with a minus."""
    found = []
    for patch in axes.patches:
        if isinstance(patch, Rectangle) and patch.get_width() != 0:
            size = np.copysign(patch.get_width(), patch.get_x() + patch.get_width() / 2)
            found.append((round(patch.get_y() + patch.get_height() / 2, 6), size))
    return found


@pytest.mark.parametrize("topic", list(TOPICS))
@pytest.mark.parametrize("language", [EN, SV], ids=["en", "sv"])
def test_every_topic(dropout: tuple[xr.Dataset, Any, Answers], topic: str, language: Language) -> None:
    words = said(drawn(dropout, topic, language))
    assert dropout[0].attrs["title"] in words.replace("\n", " ")
    compared = "Compared with" if language == EN else "Jämfört med"
    assert compared in words
    assert "{" not in words
    assert "nan" not in words.split()
    names = ("Attendance team", "Närvaroteam")
    if topic not in ("silos", "fund"):
        assert names[language == SV] in words


def test_parts_of_bars_add_up_to_the_net_saving(dropout: tuple[xr.Dataset, Any, Answers]) -> None:
    figure = drawn(dropout, "gains")
    gains = dropout[2].who_gains
    assert len(panels(figure)) == 3
    for axes, name in zip(panels(figure), gains["intervention"].values, strict=True):
        diamonds = {
            round(float(line.get_ydata()[0]), 6): float(line.get_xdata()[0])
            for line in axes.lines
            if line.get_marker() == "D"
        }
        net = gains["net_saving"].sel(intervention=name).values / 1000
        at_stake = [value for value in net if any(abs(value - other) < 1e-9 for other in diamonds.values())]
        assert len(at_stake) >= len(diamonds)
        for place, value in diamonds.items():
            parts = [size for at, size in bars(axes) if abs(at - place) < 1e-6]
            assert sum(parts) == pytest.approx(value, abs=1e-6)


def test_the_worth_of_the_four_worlds(dropout: tuple[xr.Dataset, Any, Answers]) -> None:
    figure = drawn(dropout, "silos")
    worlds = dropout[2].price_of_silos
    left, right = panels(figure)
    values = [value / 1000 for value in worlds["value"].values.ravel() if value]
    assert [size for _, size in sorted(bars(left))] == pytest.approx(values)
    losses = worlds["loss_of_actor"].sel(cause="both").values / 1000
    assert [size for _, size in sorted(bars(right))] == pytest.approx([value for value in losses if abs(value) > 1e-9])


def test_shares_add_up_to_all(dropout: tuple[xr.Dataset, Any, Answers]) -> None:
    for axes in panels(drawn(dropout, "agreements")):
        places = {place for place, _ in bars(axes)}
        for place in places:
            assert sum(size for at, size in bars(axes) if at == place) == pytest.approx(1.0)


def test_that_luck_is_in_is_said_where_it_is(dropout: tuple[xr.Dataset, Any, Answers]) -> None:
    assert "hold the luck of the persons" not in said(drawn(dropout, "fairness"))
    file = with_groups(read_scenario("school_dropout"), ["sex"])
    results = simcore.simulate(file, draws=10, persons=40)
    lucky = (results, file.scenario, Answers(results, file.scenario, ASKED))
    assert "hold the luck of the persons" in said(drawn(lucky, "fairness")).replace("\n", " ")


def test_files(dropout: tuple[xr.Dataset, Any, Answers], tmp_path: Path) -> None:
    written = save_decision_figures(*dropout, EN, tmp_path)
    assert [path.stem for path in written] == list(TOPICS)
    first = {path.name: path.read_bytes() for path in written}
    assert all(content.startswith(b"\x89PNG") for content in first.values())
    save_decision_figures(*dropout, EN, tmp_path)
    assert {path.name: path.read_bytes() for path in written} == first


@pytest.mark.parametrize("name", ["textbook_chain", "county_unemployment"])
def test_other_cases(name: str) -> None:
    file = read_scenario(name)
    results = simcore.simulate(file, draws=8, persons=40)
    found = Answers(results, file.scenario, Question())
    for topic in TOPICS:
        figure = decision_figure(topic, results, file.scenario, found, SV)
        assert (figure is None) == (topic in ("contract", "fund", "fairness") or (topic == "silos" and figure is None))


def test_an_unknown_topic(dropout: tuple[xr.Dataset, Any, Answers]) -> None:
    with pytest.raises(UnknownNameError, match="'gain' is not a topic; did you mean 'gains'"):
        decision_figure("gain", *dropout, EN)


# -- names and numbers that are hard to draw -----------------------------------------------------


def widened(dataset: xr.Dataset, n_interventions: int, n_actors: int) -> xr.Dataset:
    """An answer about so many interventions and actors, made of those that there are again and again."""
    places = {"intervention": n_interventions, "actor": n_actors, "payer": n_actors}
    for dim, number in places.items():
        if dim in dataset.dims:
            names = [str(name) for name in dataset[dim].values]
            views = [name for name in names if name in ("public_sector", "society")]
            parties = [name for name in names if name not in views]
            letter = "a" if dim in ("actor", "payer") else "i"
            taken = [parties[at % len(parties)] for at in range(number)] + views
            dataset = dataset.sel({dim: taken}).assign_coords(
                {dim: [*(f"{letter}{at}" for at in range(number)), *views]}
            )
    if "strategy" in dataset.dims:
        others = [str(name) for name in dataset["strategy"].values if name != "usual"]
        taken = ["usual", *(others[at % len(others)] for at in range(n_interventions))]
        named = ["usual", *(f"i{at}" for at in range(n_interventions))]
        dataset = dataset.sel(strategy=taken).assign_coords(strategy=named)
    if "chosen" in dataset:
        chosen = np.where(dataset["chosen"].values == "usual", "usual", "i0")
        dataset = dataset.assign(chosen=(dataset["chosen"].dims, chosen))
    return dataset


def hard(
    dropout: tuple[xr.Dataset, Any, Answers], n_interventions: int, n_actors: int, *, hidden: bool = False
) -> tuple[xr.Dataset, Any, Any]:
    """The case with other numbers of interventions and actors, long names, and luck that hides everything."""
    results, scenario, found = dropout

    def nothing(array: xr.DataArray) -> xr.DataArray:
        return array * np.nan if array.dtype.kind == "f" else array & False if array.dtype.kind == "b" else array

    answers = {}
    for topic in TOPICS:
        for name, answer in found.of_topic(topic).items():
            wide = widened(answer, n_interventions, n_actors)
            answers[name] = wide.map(nothing) if hidden and name != "investment_fund" else wide
    interventions, actors = (
        [f"{letter}{at}" for at in range(n)] for letter, n in (("i", n_interventions), ("a", n_actors))
    )
    named = SimpleNamespace(
        illustrative=True,
        title=LONG,
        labels={},
        actors={of: SimpleNamespace(label=f"{LONG} {of}", label_sv=f"{LONG} {of}") for of in actors},
        interventions={of: SimpleNamespace(label=f"{LONG} {of}", label_sv=None) for of in interventions},
        strategies={"usual": [], **{of: [of] for of in interventions}},
        outcomes={
            of: SimpleNamespace(label=LONG, label_sv=None, good=outcome.good)
            for of, outcome in scenario.outcomes.items()
        },
    )
    return results, named, SimpleNamespace(question=ASKED, results=results, **answers)


@pytest.mark.parametrize(("n_interventions", "n_actors"), [(1, 1), (20, 15)])
@pytest.mark.parametrize("topic", list(TOPICS))
def test_one_or_many_with_long_names(
    dropout: tuple[xr.Dataset, Any, Answers], topic: str, n_interventions: int, n_actors: int
) -> None:
    case = hard(dropout, n_interventions, n_actors)
    figure = decision_figure(topic, *case, EN)
    if topic == "fund" and n_interventions == 1:  # pays for others than the first
        return
    assert figure is not None
    width, _ = figure.get_size_inches()
    assert width == pytest.approx(11.0)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()  # one for all texts: it holds the whole picture
    right = max(text.get_window_extent(renderer).x1 for axes in figure.axes for text in axes.texts)
    assert right <= figure.bbox.x1 + 1
    assert "$children$" in said(figure).replace("\n", " ")


@pytest.mark.parametrize("topic", list(TOPICS))
def test_numbers_that_luck_hides(dropout: tuple[xr.Dataset, Any, Answers], topic: str) -> None:
    figure = decision_figure(topic, *hard(dropout, 3, 4, hidden=True), EN)
    if figure is not None:
        FigureCanvasAgg(figure).draw()
        assert "nan" not in said(figure)


@pytest.mark.parametrize("topic", list(TOPICS))
def test_nothing_at_stake(dropout: tuple[xr.Dataset, Any, Answers], topic: str) -> None:
    """An intervention without cost and effect: there is nothing to draw, or the figure says so."""
    results, scenario, _ = dropout
    usual = results.sel(strategy="usual")
    same = xr.concat([usual, usual.assign_coords(strategy="team")], dim="strategy").assign_attrs(results.attrs)
    same = same.transpose(*results.dims, missing_dims="ignore")
    for name in ("part_size", "group_size", "parameter_value"):
        same[name] = results[name]
    answers = Answers(same, scenario, ASKED)
    figure = decision_figure(topic, same, scenario, answers, EN)
    assert figure is None or topic in ("when", "ranking")
