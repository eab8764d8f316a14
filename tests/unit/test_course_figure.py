"""The figure of who is where at which age: everything named, nothing cut off, bands as high as the shares."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.text import Text

from simcore import read_scenario
from simcore.report.course_figure import course_figure, save_course_figure
from simcore.report.language import Language
from simcore.scenario.loading import ScenarioFile
from simcore.studies.situations import situations
from tests.analytic.models import model
from tests.strategies import Tree, evidenced, read


def drawn(file: ScenarioFile, found: xr.Dataset | None = None, language: str = "en") -> tuple[Figure, list[str]]:
    """The figure and everything written in it; nothing lies outside, and no words on each other."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = course_figure(situations(file) if found is None else found, file.scenario, Language.of(language))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    boxes = [text.get_window_extent(canvas.get_renderer()) for text in texts]
    for text, box in zip(texts, boxes, strict=True):
        page = figure.bbox
        inside = page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1
        assert inside, text.get_text()
    for number, box in enumerate(boxes):
        for other in range(number):
            assert not box.padded(-1).overlaps(boxes[other]), (texts[number].get_text(), texts[other].get_text())
    return figure, [text.get_text().strip() for text in texts]


def chain(cycle: str = "year", p: float = 0.1) -> Tree:
    """Falling ill and getting well."""
    moves = {"well -> ill": {"probability": "p"}, "ill -> well": {"probability": "q"}}
    units = {"p": (p, "probability per year"), "q": (0.5, "probability per year")}
    return model(moves, years=6, numbers=units) | {"cycle": cycle}


def heights(figure: Figure, panel: int, at: float) -> list[float]:
    """Upper edge of each band of a panel at some age, from below."""
    from matplotlib.collections import PolyCollection

    found = []
    for band in figure.axes[1 + panel].findobj(PolyCollection):
        corners = band.get_paths()[0].vertices
        found.append(max(corners[np.isclose(corners[:, 0], at), 1], default=0.0))
    return found


def test_the_school_case() -> None:
    file = read_scenario("school_dropout")
    figure, words = drawn(file)
    assert {
        file.scenario.title,
        "Education",
        "Work",
        "Health",
        "Crime",
        "First year",
        "all at 16",
        "Dropped out",
    } <= set(words)
    assert {"Employed", "Outside", "Sick benefit", "Dead", "Prison", "the rest and the dead", "Age"} <= set(words)
    assert "Vital" not in words
    caption = "Share of all persons at the start of each year of age, under Usual. Every uncertain figure at its mean"
    assert f"{caption}, worked out exactly." in " ".join(words)
    assert figure.get_figwidth() < 14


def test_the_school_case_in_swedish() -> None:
    file = read_scenario("school_dropout")
    found = situations(file)
    _, words = drawn(file.in_swedish, found, "sv")
    assert {file.scenario.title_sv, "Utbildning", "Brott", "Utan examen", "År med lagföring", "Död"} <= set(words)
    _, english = drawn(file, found)
    names = {label for label in english if label.replace(" ", "").isalpha()}
    assert not names & set(words)


def test_bands_are_as_high_as_shares() -> None:
    file = read_scenario("textbook_chain")
    figure, words = drawn(file)
    assert {"Condition", "New", "all at 0", "Worn", "Broken", "Scrapped"} <= set(words)
    # New is where most time is spent but for the dead, so that it lies on worn and broken.
    worn, broken, new = 2 * (0.8**3 - 0.7**3), 0.06 * (0.8 + 0.7 + 0.5), 0.8**3
    assert heights(figure, 0, 3.0)[:3] == pytest.approx([worn, worn + broken, worn + broken + new], abs=0.06)


def test_a_common_state_that_leaves_little_room() -> None:
    tree = chain()
    tree["domains"]["work"] = {"states": ["at_work", "outside"], "moves": {"at_work -> outside": {"probability": "p"}}}
    tree["population"]["start_states"]["work"] = "at_work"
    figure, words = drawn(read(tree))
    assert {"Life", "Work", "the rest", "up to 17 % at 26", "axis cut at 19 %", "up to 47 % at 26"} <= set(words)
    _, low, high = figure.axes
    assert low.get_ylim()[1] == pytest.approx(1.12 * 0.1666, abs=0.01)
    assert high.get_ylim() == (0, 1)
    _, words = drawn(read(chain()))  # the only panel is never cut
    assert "the rest" not in words


@pytest.mark.parametrize("cycle", ["quarter", "month"])
def test_shorter_cycles(cycle: str) -> None:
    _, words = drawn(read(chain(cycle)))
    assert f"Share of all persons at the start of each {cycle}, under Usual." in " ".join(words)


def test_nobody_everybody_and_nearly_everybody() -> None:
    _, words = drawn(read(chain(p=0.0)))
    assert {"Well", "Nobody: Ill"} <= set(words)
    assert "Ill" not in words
    tree = model({"well -> ill": {"probability": "p"}}, years=6, numbers={"p": (0.6, "probability per year")})
    _, words = drawn(read(tree))
    assert {"all at 20", "more than 99 % at 26"} <= set(words)


def test_different_ages_at_the_start() -> None:
    tree = chain()
    tree["parameters"]["share_old"] = evidenced({"fixed": 0.25}, "share")
    ages = {"by": ["kind"], "values": {"young": 20, "old": 25}, "unit": "age", "source": {"assumption": "made up"}}
    tree["tables"] = {"ages": ages}
    tree["population"] |= {
        "attributes": {"kind": {"old": "share_old", "young": "rest"}},
        "start": {"age": "ages", "year": 2024}, "horizon": {"to_age": 30},
    }  # fmt: skip
    file = read(tree)
    _, words = drawn(file)
    assert {"Years since the start", "No longer followed", "all after 0 years", "up to 25 % after 5 years"} <= set(
        words
    )


def test_many_states_look_different() -> None:
    states = [f"state_{number}" for number in range(14)]
    moves = {f"{a} -> {b}": {"probability": "p"} for a, b in zip(states, states[1:] + states[:1], strict=True)}
    file = read(model(moves, years=30, states=states, numbers={"p": (0.7, "probability per year")}))
    figure, words = drawn(file)
    assert {f"State {number}" for number in range(14)} <= set(words)
    looks = [(patch.get_facecolor(), patch.get_hatch()) for patch in figure.axes[0].patches]
    assert len(looks) == len(set(looks)) == 14


def test_draws_and_sampled_lives_are_told() -> None:
    file = read_scenario("textbook_chain")
    _, words = drawn(file, situations(file, draws=3, engine="sampled", persons=40))
    assert "Mean of 3 draws of the uncertain figures, 40 sampled lives." in " ".join(words)


def test_the_same_situations_give_the_same_file(tmp_path: Path) -> None:
    file = read(chain())
    found = situations(file)
    for name in ("one.png", "two.png"):
        save_course_figure(found, file.scenario, tmp_path / name)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
