"""Figures about decisions, number by number: what is drawn stands where the answers say, and no words on each other."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

import simcore
from simcore.report.decision_answers import TOPICS, Answers, Question
from simcore.report.decision_figures import decision_figure
from simcore.report.decision_heads import HEADS
from simcore.report.language import Language
from simcore.scenario.loading import read_scenario, with_groups

ASKED = Question(outcome="exam_at_24", capital=20e6, groups=5)
ENGLISH, SWEDISH = Language.of("en"), Language.of("sv")
SPACE = "\N{NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def dropout() -> SimpleNamespace:
    """A shipped case with subgroups, and all answers."""
    file = with_groups(read_scenario("school_dropout"), ["background"])
    results = simcore.simulate(file, draws=20, engine="expected")
    answers = Answers(results, file.scenario, ASKED)
    found = {name: of for topic in TOPICS for name, of in answers.of_topic(topic).items()}
    return SimpleNamespace(scenario=file.scenario, results=results, found=found)


def drawn(topic: str, case: Any, language: Language = ENGLISH, **changed: xr.Dataset) -> Figure | None:
    """The figure of a topic, with some answers changed."""
    found: Any = SimpleNamespace(question=ASKED, results=case.results, **{**case.found, **changed})
    return decision_figure(topic, case.results, case.scenario, found, language)


def written(figure: Figure | None) -> list[str]:
    """Everything written, which lies within the figure and on nothing else that is."""
    assert figure is not None
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    texts = [of for of in figure.findobj(Text) if of.get_visible() and of.get_text().strip()]
    boxes = [of.get_window_extent(renderer) for of in texts]
    # Ticks beyond the ends of an axis are there, but are not drawn.
    beyond = [
        label
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.majorTicks
        for label in (tick.label1, tick.label2)
        if not min(axis.get_view_interval()) - 1e-9 <= tick.get_loc() <= max(axis.get_view_interval()) + 1e-9
    ]
    seen: list[tuple[str, Any]] = []
    for text, box in zip(texts, boxes, strict=True):
        if text in beyond:
            continue
        seen.append((text.get_text().strip(), box))
    page = figure.bbox
    for number, (words, box) in enumerate(seen):
        inside = page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1
        assert inside, words
        for other, before in seen[:number]:
            assert not box.padded(-1).overlaps(before), (words, other)
    return [words for words, _ in seen]


def bars(axes: Any) -> list[list[Any]]:
    """The parts of the bars of a panel, row by row."""
    found: dict[float, list[Any]] = {}
    for patch in axes.patches:
        if isinstance(patch, Rectangle):
            found.setdefault(round(patch.get_y() + patch.get_height() / 2, 6), []).append(patch)
    return list(found.values())


def widths(axes: Any) -> list[list[float]]:
    return [[part.get_width() for part in row] for row in bars(axes)]


def marks(axes: Any, markers: str) -> list[float]:
    """Where marks of some kinds are, row by row."""
    return [float(line.get_xdata()[0]) for line in axes.lines if str(line.get_marker()) in markers.split()]


@pytest.mark.parametrize("topic", list(TOPICS))
@pytest.mark.parametrize("language", [ENGLISH, SWEDISH], ids=["en", "sv"])
def test_no_words_on_each_other(dropout, topic, language):
    assert written(drawn(topic, dropout, language))


def test_gains(dropout):
    gains, figure = dropout.found["who_gains"], drawn("gains", dropout)
    parts = [(gains[of] != 0).any("intervention") for of in ("programme_cost", "avoided_cost")]
    actors = [str(of) for of in gains["actor"].values if any(bool(part.sel(actor=of)) for part in parts)]
    for axes, name in zip(figure.axes[1:], gains["intervention"].values, strict=True):
        at = gains.sel(intervention=name, actor=actors)
        np.testing.assert_allclose(marks(axes, "D"), at["net_saving"].values / 1000)
        paid = [p.get_width() for row in bars(axes) for p in row if to_hex(p.get_facecolor()) == "#d55e00"]
        cost = at["programme_cost"].values / 1000
        np.testing.assert_allclose(paid, -cost[cost != 0])
        low, _, high = at["net_saving_quantile"].sel(actor="society").values / 1000
        assert [low, high] in [list(line.get_xdata()) for line in axes.lines]


def test_fans(dropout):
    back, shares = dropout.found["payback"].copy(deep=True), dropout.found["who_gains"]["paid_share"]
    back["cumulative_quantile"].loc[{"intervention": "coach"}] = np.nan
    back["settled"].loc[{"intervention": "coach"}] = False
    back["never"][:] = 0.25
    figure = drawn("when", dropout, payback=back)
    names = [str(of) for of in back["intervention"].values]
    payers = [str(shares["payer"].values[int(np.argmax(shares.sel(intervention=of).values))]) for of in names]
    panels = iter(figure.axes[1:])
    for actors in (payers, ["public_sector"] * 3, ["society"] * 3):
        for name, actor in zip(names, actors, strict=True):
            at, axes, hidden = back.sel(intervention=name, actor=actor), next(panels), name == "coach"
            wanted = at["cumulative"] if hidden else at["cumulative_quantile"].sel(quantile=0.5)
            np.testing.assert_allclose(axes.lines[0].get_ydata(), wanted.values / 1000)
            assert axes.lines[0].get_linestyle() == (":" if hidden else "-")
            assert len(axes.collections) == (0 if hidden else 2)
    assert next(panels, None) is None
    words = written(figure)
    last = int(back["year"].values[-1])
    assert words.count(f"not back by {last}: 25{SPACE}%") == 6
    assert words.count("not settled") == 3


def test_four_worlds(dropout):
    found = dropout.found["price_of_silos"].copy(deep=True)
    found["chosen"] = (("decider", "horizon"), np.array([["usual", "usual"], ["team", "both"]]))
    found["value"][:] = [[0.0, 0.0], [12e3, 36e3]]
    found["loss_of_actor"][:] = 0.0
    for actor, amount in {"municipality": -6e3, "region": 42e3, "society": 36e3}.items():
        found["loss_of_actor"].loc[{"cause": "both", "actor": actor}] = amount
    found["loss_quantile"][:] = np.nan
    found["loss_quantile"].loc[{"cause": "both"}] = [-1e3, 5e3, 20e3]
    figure = drawn("silos", dropout, price_of_silos=found)
    assert "between −1.00 and +20.0" in " ".join(written(figure))
    assert [widths(axes) for axes in figure.axes[1:]] == [[[12.0], [36.0]], [[-6.0], [42.0], [36.0]]]
    words = written(figure)
    assert {"funds: nothing", "funds: Attendance team", "+36.0", "−6.00"} <= set(words)
    assert words.count("funds: nothing") == 2
    found["loss_of_actor"][:] = 0.0
    assert "Nothing is lost." in written(drawn("silos", dropout, price_of_silos=found))
    found["chosen"][:] = "usual"
    assert drawn("silos", dropout, price_of_silos=found) is None


def shared(dropout: Any, reachable: float) -> xr.Dataset:
    """Shares that add up to 1 but for the first way, which leaves 0.25 to others, and the last, which there is not."""
    found = dropout.found["cost_shares"].copy(deep=True)
    ways = {"as_now": [0.75, 0.0], "proportional": [0.5, 0.5], "shapley": [1.25, -0.25]}
    found["share"][:] = 0.0
    for way, parts in ways.items():
        found["share"].loc[{"way": way, "actor": ["municipality", "region"]}] = parts
    found["share"].loc[{"way": "probability"}] = np.nan
    found["probability_not_to_lose"][:] = 0.9
    found["probability_not_to_lose"].loc[{"actor": "region"}] = 0.6
    found["reachable"][:] = reachable
    return found


def test_shares(dropout):
    figure = drawn("agreements", dropout, cost_shares=shared(dropout, 0.7))
    for axes in figure.axes[1:]:
        assert widths(axes) == [[0.75, 0.25], [0.5, 0.5], [1.25, -0.25]]
        assert to_hex(bars(axes)[0][1].get_facecolor()) == "#bbbbbb"  # others
    words = written(figure)
    assert (words.count("Others"), words.count("out of reach"), words.count(f"60{SPACE}%")) == (1, 3, 9)
    hidden = written(drawn("agreements", dropout, cost_shares=shared(dropout, np.nan)))
    assert (hidden.count("not settled"), hidden.count("out of reach")) == (3, 0)


def test_without_shares_only_what_is_now(dropout):
    found = shared(dropout, np.nan)
    found["share"].loc[{"way": ["proportional", "shapley"]}] = np.nan
    figure = drawn("agreements", dropout, cost_shares=found)
    assert [len(bars(axes)) for axes in figure.axes[1:]] == [1, 1, 1]
    assert written(figure).count(HEADS["no_shares"][0]) == 3
    found["share"][:] = np.nan
    assert drawn("agreements", dropout, cost_shares=found) is None


def test_prices(dropout):
    """Room for agreement, a gap, and no price at all."""
    found = dropout.found["outcome_contract"].copy(deep=True)
    prices = {
        "successes": [0.1, 0.1, 0.1], "cost_per_success": [100e3, 300e3, np.nan],
        "worth_per_success": [200e3, -50e3, np.nan], "lowest_price_at": [150e3, np.inf, np.nan],
        "highest_price_at": [180e3, np.nan, np.nan], "price": [150e3, np.nan, np.nan],
        "agreement": [True, False, False],
    }  # fmt: skip
    for name, values in prices.items():
        found[name][:] = values
    figure = drawn("contract", dropout, outcome_contract=found)
    axes = figure.axes[1]
    (agreed,), (apart,) = bars(axes)
    assert (agreed.get_x(), agreed.get_width(), agreed.get_hatch()) == (100.0, 100.0, None)
    assert (apart.get_x(), apart.get_width()) == (-50.0, 350.0)  # from the highest to the lowest price
    assert apart.get_hatch()
    assert marks(axes, ">") == [100.0, 150.0, 300.0]
    assert marks(axes, "<") == [200.0, 180.0, -50.0]
    words = written(figure)
    prices = "Lowest price 300 · Highest price −50.0 · Lowest, with 80 % ∞ · Highest, with 80 % –"
    assert prices in words
    assert HEADS["figure_no_price"][0] in words


def test_the_balance_of_a_fund(dropout):
    found = dropout.found["investment_fund"].copy(deep=True)
    found["groups"][:] = [0, 3, 2]
    figure = drawn("fund", dropout, investment_fund=found)
    _, balance, dry = figure.axes
    np.testing.assert_allclose(balance.lines[0].get_ydata(), found["balance"].values / 1000)
    np.testing.assert_allclose(dry.lines[0].get_ydata(), found["probability_dry"].values)
    assert "Pays for: 3 × Supported employment; 2 × Both." in " ".join(written(figure))
    found["groups"][:] = 0
    assert drawn("fund", dropout, investment_fund=found) is None


def fair(dropout: Any) -> xr.Dataset:
    """A gap of 0.2 that the first intervention halves and the second one makes ten times as large."""
    found = dropout.found["fairness"].sel(outcome=["exam_at_24"]).copy(deep=True)
    found["gap"].loc[{"strategy": ["usual", "team", "coach", "both"]}] = np.reshape([0.2, 0.1, 2.0, 0.2], (4, 1, 1))
    found["gap_change"][:] = np.reshape([-0.1, 1.8, 0.0], (3, 1, 1))
    found["gap_change_quantile"][:] = np.reshape([-0.15, -0.1, 0.05], (3, 1, 1, 1))
    found["total_change"][:] = np.reshape([0.04, 0.02, 0.0], (3, 1))
    found["efficient"][:] = np.reshape([True, False, False], (3, 1, 1))
    return found


def test_gaps(dropout):
    figure = drawn("fairness", dropout, fairness=fair(dropout))
    _, gaps, trade = figure.axes
    # 0.1 / 0.2 = 50 %; from (0.2 - 0.15) / 0.2 = 25 % to (0.2 + 0.05) / 0.2 = 125 %; 2 / 0.2 is beyond the axis.
    assert marks(gaps, "o") == pytest.approx([0.5])
    assert marks(gaps, "s") == []
    np.testing.assert_allclose([of.get_xdata() for of in gaps.lines if of.get_marker() == "|"], [[0.25, 1.25]] * 3)
    assert f"1,000{SPACE}% ▸" in written(figure)
    points = [of for of in trade.lines if str(of.get_marker()) in "+os^"]
    places = [(float(of.get_xdata()[0]), float(of.get_ydata()[0])) for of in points]
    assert places == [(0.0, 0.0), (0.04, -0.1), (0.02, 1.8), (0.0, 0.0)]
    assert [to_hex(of.get_markerfacecolor()) for of in points[1:]] == ["#0072b2", "#ffffff", "#ffffff"]


def test_no_gap_now(dropout):
    found = fair(dropout)
    found["gap"].loc[{"strategy": "usual"}] = 0.0
    assert "no gap now" in written(drawn("fairness", dropout, fairness=found))
    found["gap_change"][:] = found["total_change"][:] = 0.0
    assert drawn("fairness", dropout, fairness=found) is None


def test_ranks_in_order_with_the_comparator_at_nothing(dropout):
    found = dropout.found["ranking"].copy(deep=True)
    found["net_present_value"][:] = [20e3, -5e3, 30e3]
    found["net_present_value_quantile"][:] = np.array([[10e3], [20e3], [40e3]])
    found["probability_best"][:] = [0.1, 0.3, np.nan, 0.6]
    figure = drawn("ranking", dropout, ranking=found)
    _, values, best = figure.axes
    assert marks(values, "D") == [30.0, 20.0, 0.0, -5.0]
    assert widths(best) == [[0.6], [0.3], [0.1]]
    assert "not settled" in written(figure)


def test_one_year(dropout):
    fund = dropout.found["investment_fund"].isel(year=[0]).copy(deep=True)
    fund["groups"][:] = 1
    for topic, changed in {
        "when": {"payback": dropout.found["payback"].isel(year=[0])}, "fund": {"investment_fund": fund},
    }.items():  # fmt: skip
        words = written(drawn(topic, dropout, **changed))
        assert str(int(fund["year"][0])) in words
        assert not [of for of in words if of.startswith("202") and "." in of]  # years are whole


def test_matplotlib_is_loaded_when_something_is_drawn():
    import subprocess
    import sys

    code = "import sys, simcore.report.decision_figures; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
