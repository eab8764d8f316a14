"""The figure of single lives: drawn for any model, with everything named and nothing cut off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from simcore import read_scenario
from simcore.report.life_figure import lives_figure, save_lives_figure
from simcore.scenario.loading import ScenarioFile
from simcore.trace import trace_lives
from tests.analytic.models import model, with_programme
from tests.strategies import Tree, evidenced, read

HELP = {"move": "life.well -> ill", "odds_ratio": "or_help", "years": [1, 2], "evidence": "causal"}


def drawn(file: ScenarioFile, persons: int, **options: Any) -> tuple[Figure, list[str]]:
    """The figure and everything written in it; nothing lies outside."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = lives_figure(trace_lives(file, persons=persons), file.scenario, **options)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
    for text in texts:
        box, page = text.get_window_extent(canvas.get_renderer()), figure.bbox
        inside = page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1
        assert inside, text.get_text()
    return figure, [text.get_text().strip() for text in texts]


def chain(cycle: str = "year", *, odds_ratio: float = 0.2) -> Tree:
    """Falling ill and dying, with a programme."""
    moves = {
        "well -> ill": {"probability": "p"},
        "ill -> well": {"probability": "p"},
        "ill -> dead": {"probability": "p"},
    }
    tree = model(moves, years=6, numbers={"p": (0.4, "probability per year"), "or_help": (odds_ratio, "odds ratio")})
    tree["domains"]["life"]["ends_life"] = "dead"
    return with_programme(tree, [HELP]) | {"cycle": cycle}


LABELS = {
    "school_dropout": {
        "Usual (comparator)", "Attendance team", "Education", "Work", "Health", "Crime", "Dropped out", "Completed",
        "differs from Usual", "aged 16 in 2024; sex: male; background: vulnerable",
    },
    "textbook_chain": {"Leave alone (comparator)", "Oiling", "Condition", "New", "Worn", "differs from Leave alone"},
}  # fmt: skip


@pytest.mark.parametrize("name", LABELS)
def test_shipped_scenarios(name: str) -> None:
    file = read_scenario(name)
    figure, words = drawn(file, 50)
    assert {file.scenario.title} | LABELS[name] <= set(words)
    assert sum(word.startswith("Person ") for word in words) == 4
    caption = " ".join(words)
    assert f"in one draw of the uncertain figures (draw 0, seed {file.scenario.seed})." in caption
    assert "A person meets the same luck under every strategy, so that whatever differs" in caption
    assert figure.get_figwidth() < 16


@pytest.mark.parametrize("cycle", ["quarter", "month"])
def test_shorter_cycles(cycle: str) -> None:
    _, words = drawn(read(chain(cycle)), 20, max_persons=1)
    assert {"Usual (comparator)", "Helped", "Programme", "Life", "Well", "Ill"} <= set(words)
    assert any(word.endswith(f"in the middle of their {cycle}") for word in words)
    assert any(f"of {6 * {'quarter': 4, 'month': 12}[cycle]} {cycle}s" in word for word in words)


def test_death_is_marked() -> None:
    _, words = drawn(read(chain()), 30, max_persons=2)
    assert any(word.startswith("Dead at 2") for word in words)
    assert "Dead" in words


def test_those_who_differ_most_are_shown() -> None:
    file = read(chain())
    trace = trace_lives(file, persons=40)
    usual, helped = (trace["life"].sel(strategy=name).values for name in ("usual", "helped"))
    n_different = (usual != helped).sum(axis=1)
    most = sorted(range(40), key=lambda person: -n_different[person])[:2]
    _, words = drawn(file, 40, max_persons=2)
    assert [word for word in words if word.startswith("Person ")] == [f"Person {person}" for person in sorted(most)]
    assert f"Of the 40 persons traced, {(n_different > 0).sum()} live differently" in " ".join(words)


def test_nobody_differs() -> None:
    _, words = drawn(read(chain(odds_ratio=1.0)), 10)
    assert "Nobody among the 10 persons traced lives differently under another strategy" in " ".join(words)
    assert [word for word in words if word.startswith("Person ")] == [f"Person {person}" for person in range(4)]
    assert "the same life" in words
    assert "differs from Usual" not in words


def test_one_strategy_without_death_and_many_states() -> None:
    states = [f"state_{number}" for number in range(14)]
    moves = {f"{a} -> {b}": {"probability": "p"} for a, b in zip(states, states[1:] + states[:1], strict=True)}
    file = read(model(moves, years=30, states=states, numbers={"p": (0.7, "probability per year")}))
    figure, words = drawn(file, 1)
    assert "There is only one strategy" in " ".join(words)
    assert {f"State {number}" for number in range(14)} <= set(words)
    page = figure.axes[0]
    looks = [(patch.get_facecolor(), patch.get_hatch()) for patch in page.patches]
    assert len(looks) == len(set(looks)) == 14


def test_strategies_that_are_not_shown_are_named() -> None:
    tree = chain()
    tree["parameters"]["or_more"] = evidenced({"fixed": 3.0}, "odds ratio")
    for name, size in (("same", "or_help"), ("worse", "or_more"), ("idle", None), ("again", "or_more")):
        effects = [] if size is None else [HELP | {"odds_ratio": size}]
        tree["interventions"][name] = tree["interventions"]["programme"] | {"effects": effects}
        tree["strategies"][name] = [name]
    tree["strategies"]["mixed"] = ["programme", "worse"]
    _, words = drawn(read(tree), 60, max_persons=1)
    assert {"Usual (comparator)", "Helped", "Worse"} <= set(words)
    hidden = "Not shown: Same (the same lives as with Helped), Idle (the same lives as with Usual), "
    assert f"{hidden}Again (the same lives as with Worse), Mixed." in " ".join(words)


def test_other_strategies_on_request() -> None:
    file = read_scenario("school_dropout")
    trace = trace_lives(file, persons=20).sel(strategy=["team", "both"])
    words = [text.get_text() for text in lives_figure(trace, file.scenario).findobj(Text)]
    assert "Attendance team" in words
    assert "Usual (comparator)" not in words


def test_the_same_trace_gives_the_same_file(tmp_path: Path) -> None:
    file = read(chain())
    trace = trace_lives(file, persons=5)
    for name in ("one.png", "two.png"):
        save_lives_figure(trace, file.scenario, tmp_path / name)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
