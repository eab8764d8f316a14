"""Notebooks: scenarios and results at a glance, the report in a frame, and drawing into axes of one's own."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

import simcore
from simcore.errors import ResultsError, UnknownNameError
from simcore.report.figures import _QUANTILES
from simcore.scenario.loading import ScenarioFile

#: What would be loaded from elsewhere.
ELSEWHERE = re.compile(r"""(?i)(src|href)\s*=\s*["']?(?!data:)[^"'> ]|url\(|@import|<script|<link""")
VOID = ("br", "img", "meta", "link", "input", "hr")


class Checked(HTMLParser):
    """Reads HTML; every element is closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def file() -> ScenarioFile:
    return simcore.read_scenario("textbook_chain")


@pytest.fixture(scope="module")
def results(file: ScenarioFile) -> xr.Dataset:
    return simcore.simulate(file, draws=40, persons=200)


@pytest.fixture(scope="module")
def several() -> xr.Dataset:
    return simcore.simulate(simcore.read_scenario("school_dropout"), draws=20, engine="expected")


# -- scenarios ----------------------------------------------------------------------------------


def test_a_scenario_shows_itself(file: ScenarioFile) -> None:
    page = file._repr_html_()
    assert Checked(page).words == [
        "A textbook chain, machines that wear", " ", "textbook_chain", "Is it worth oiling a machine?",
        "Decision about", "20 persons, from age 0 in 2024 for 20 years, by the year",
        "Interventions", "Oiling: The machine is oiled every year from the start.",
        "Strategies", "leave_alone: nothing new (compared with)", "oil: oiling",
        "Domains", "condition: new, worn, broken, scrapped",
        "Actors", "Owner, Insurer",
        "Outcomes", "Years as good as new, Years running, Breakdowns",
        "Money", "SEK, prices of 2024, discounted by 0.03 a year",
        "Figures", "8: 8 assumed",
        "A run", "200 draws with 500 persons each, if nothing else is said. The figures are made up to show how "
        "things work.",
    ]  # fmt: skip
    assert not ELSEWHERE.search(page)
    assert repr(file) == (
        "<ScenarioFile textbook_chain: A textbook chain, machines that wear; 1 intervention, 8 figures>"
    )
    assert Checked(file.scenario._repr_html_()).words == [
        of for of in Checked(page).words if of not in (" ", "textbook_chain")
    ]


def test_grades_are_counted() -> None:
    file = simcore.read_scenario("school_dropout")
    scenario = file.scenario
    words = Checked(file._repr_html_()).words
    told = words[words.index("Figures") + 1]
    number, rest = told.split(": ")
    counts = {words[-1] if len(words) > 2 else words[1]: int(words[0]) for words in map(str.split, rest.split(", "))}
    entries = [*scenario.parameters.values(), *scenario.tables.values()]
    assert int(number) == len(entries) == sum(counts.values())
    assert counts == {grade: sum(of.quality == grade for of in entries) for grade in counts}
    assert list(counts) == ["A", "A2", "B", "D", "assumed"]
    assert words[words.index("Money") + 1] == "SEK, prices of 2024, discounted by 0.035 (mean) a year"
    assert len(file._repr_html_()) < 8_000


def test_what_a_scenario_says_is_no_markup(tmp_path: Path) -> None:
    evil = '<img src=x onerror="alert(1)"> & "more"'
    quoted = evil.replace('"', '\\"')
    (tmp_path / "scenario.yaml").write_text(
        f'extends: textbook_chain\ntitle: "{quoted}"\nquestion: "{quoted}"\n'
        f'change: {{interventions: {{oiling: {{about: "{quoted}", label: "{quoted}"}}}}, '
        f'actors: {{owner: {{label: "{quoted}"}}}}}}\n',
        encoding="utf-8",
    )
    page = simcore.read_scenario(tmp_path)._repr_html_()
    assert "<img" not in page
    assert page.count(html.escape(evil)) >= 4
    assert not ELSEWHERE.search(html.unescape(page).replace(evil, ""))
    results = simcore.simulate(simcore.read_scenario(tmp_path), draws=4, persons=50)
    shown = simcore.show(results)
    assert shown.html.count("<img") == 1  # the figure
    assert html.escape(evil) in shown.html


def test_much_is_cut(file: ScenarioFile) -> None:
    scenario = file.scenario
    states = scenario.model_copy(
        update={"strategies": {f"s_{n}": [] for n in range(30)}, "title": "word " * 200, "comparator": "s_0"}
    )
    words = Checked(states._repr_html_()).words
    assert words[0].endswith("...")
    assert len(words[0]) == 220
    assert "and 18 more" in words
    assert "s_11: nothing new" in words
    assert "s_12: nothing new" not in words


# -- results ------------------------------------------------------------------------------------


def test_results_are_shown(results: xr.Dataset) -> None:
    shown = simcore.show(results)
    words = Checked(shown.html).words
    assert not ELSEWHERE.search(shown.html)
    assert words[:2] == [
        "A textbook chain, machines that wear",
        "40 draws of 200 lives each, seed 7. Per person, SEK in prices of 2024, as present value. Compared with: "
        "Leave alone. The figures are made up to show how things work.",
    ]
    summary = simcore.summarise(results).sel(intervention="oil", actor="owner")
    start = words.index("Owner")
    row = [of.replace("−", "-").replace(",", "") for of in words[start + 1 : start + 7]]
    for place, name in enumerate(("avoided_cost", "programme_cost", "net_saving", "net_saving_mcse")):
        assert float(row[place]) == pytest.approx(float(summary[name]), abs=0.5)
    low, high = (float(summary["net_saving_quantile"].sel(quantile=at)) for at in (0.05, 0.95))
    assert [float(of) for of in row[4].split(" … ")] == pytest.approx([low, high], abs=0.5)
    assert shown.html.count("data:image/png;base64,") == 1
    assert "data:image" not in simcore.show(results, figure=False).html
    assert shown._repr_html_() == shown.html
    assert shown._repr_mimebundle_() == {"text/html": shown.html, "text/plain": repr(shown)}
    lines = repr(shown).splitlines()
    assert lines[0] == "A textbook chain, machines that wear"
    assert re.fullmatch(r"  Owner +[+−][\d,]+   .* … .*", next(line for line in lines if "Owner" in line))


def test_results_in_swedish(several: xr.Dataset) -> None:
    page = simcore.show(several, language="sv", figure=False).html
    words = Checked(page).words
    assert words[1].replace("\N{NO-BREAK SPACE}", " ") == (
        "20 dragningar, utan slump mellan personer, frö 2024. Per person, kronor i 2024 års priser, som nuvärde. "
        "Jämförelse: Som i dag."
    )
    for head in ("Närvaroteam", "Aktör", "Undviken kostnad", "Netto", "Samhället", "Kommunen"):
        assert head in words
    with pytest.raises(UnknownNameError, match="'de' is not a language"):
        simcore.show(several, language="de")


def test_one_strategy_has_nothing_to_compare(tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text(
        "extends: textbook_chain\nchange: {strategies: {oil: leave_out}}\n", encoding="utf-8"
    )
    with pytest.warns(UserWarning, match="is in no strategy"):
        file = simcore.read_scenario(tmp_path)
    results = simcore.simulate(file, draws=2, persons=20)
    assert "No strategy differs from the comparator in any cost." in simcore.show(results).html
    with pytest.raises(ResultsError, match=r"Name the intervention that is to be drawn: there are none\."):
        simcore.draw_avoided_costs(Figure().subplots(), results)


def test_the_dataset_itself_is_not_swamped(several: xr.Dataset) -> None:
    assert len(several.attrs["scenario_files"]) > 50_000
    text = repr(several)
    assert len(text) < 6_000
    assert max(map(len, text.splitlines())) < 120


def test_a_report_in_a_frame(results: xr.Dataset) -> None:
    shown = simcore.show_report(results, language="sv", height=500)
    assert repr(shown) == "Report: Ett läroboksexempel: maskiner som slits"
    opened = re.fullmatch(
        r'<iframe title="[^"]*" srcdoc="([^"]*)" width="100%" height="500" style="[^"]*"></iframe>', shown.html
    )
    assert opened is not None
    assert html.unescape(opened[1]) == simcore.html_report(results, language="sv")


# -- drawing ------------------------------------------------------------------------------------


def test_avoided_costs_are_where_they_are(several: xr.Dataset) -> None:
    axes = Figure().subplots()
    group = ["society", "municipality"]
    assert simcore.draw_avoided_costs(axes, several, "team", actors=group) is axes
    summary = simcore.summarise(several).sel(intervention="team", actor=group)
    (net,) = (line for line in axes.get_lines() if line.get_marker() == "D")
    np.testing.assert_allclose(net.get_xdata(), summary["net_saving"] / 1000, rtol=1e-12)
    wide, narrow = (np.array([path[:, 0] for path in lines.get_segments()]) for lines in axes.collections[:2])
    at = simcore.summarise(several)["avoided_cost_quantile"].sel(intervention="team", actor=group)
    ends = at.sel(quantile=[0.05, 0.95]).transpose("actor", "quantile").values / 1000
    np.testing.assert_allclose(wide, ends, rtol=1e-12)
    assert (wide[:, 0] <= narrow[:, 0]).all()
    assert (narrow[:, 1] <= wide[:, 1]).all()
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Society", "Municipality"]
    assert axes.get_title() == "Attendance team"
    assert axes.get_xlabel() == "Avoided cost (thousand SEK per person, prices of 2024, present value)"
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # the first on top
    assert _QUANTILES[0] == 0.05


def test_actors_may_be_those_at_stake(several: xr.Dataset) -> None:
    axes = simcore.draw_avoided_costs(Figure().subplots(), several, "coach")
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels[-2:] == ["Public sector", "Society"]
    assert "Rest of society" not in labels


def test_a_fan_is_where_its_numbers_are(several: xr.Dataset) -> None:
    axes = Figure().subplots()
    assert simcore.draw_cumulative_saving(axes, several, "team", actor="region", colour="#123456") is axes
    back = simcore.payback(several, actors=["region"]).sel(intervention="team", actor="region")
    line = axes.get_lines()[0]
    np.testing.assert_array_equal(line.get_xdata(), several["year"].values)
    np.testing.assert_allclose(line.get_ydata(), back["cumulative_quantile"].sel(quantile=0.5) / 1000)
    assert mpl.colors.same_color(line.get_color(), "#123456")
    outer = axes.collections[0].get_paths()[0].vertices[:, 1]
    low, high = (back["cumulative_quantile"].sel(quantile=at).values / 1000 for at in (0.05, 0.95))
    assert (outer.min(), outer.max()) == pytest.approx((low.min(), high.max()))
    assert axes.get_title() == "Attendance team: Region"
    assert axes.get_xlabel() == "Calendar year"
    assert axes.get_ylabel() == "Cumulative net saving\n(thousand SEK per person, prices of 2024)"


def test_where_luck_hides_a_fan_there_is_a_line() -> None:
    few = simcore.simulate(simcore.read_scenario("school_dropout"), draws=60, persons=10)
    settled = simcore.payback(few)["settled"].stack(of=("intervention", "actor"))
    intervention, actor = next(map(str, of) for of in settled["of"].values[~settled.values])
    back = simcore.payback(few, actors=[actor]).sel(intervention=intervention, actor=actor)
    axes = simcore.draw_cumulative_saving(Figure().subplots(), few, intervention, actor=actor)
    line = axes.get_lines()[0]
    assert line.get_linestyle() == ":"
    np.testing.assert_allclose(line.get_ydata(), back["cumulative"] / 1000)
    assert len(axes.collections) == 0


def test_drivers(file: ScenarioFile) -> None:
    changes = simcore.tornado(file)
    axes = Figure().subplots()
    assert simcore.draw_drivers(axes, changes, file, rows=2) is axes
    assert len(axes.patches) == 4  # two ends of two figures
    at = changes.sel(intervention="oil", actor="society")["net_saving"]
    longest = float(abs(at.sel(end="high") - at.sel(end="low")).max()) / 1000
    first = [bar.get_x() + np.array([0, bar.get_width()]) for bar in axes.patches[:2]]
    assert np.ptp(np.concatenate(first)) == pytest.approx(longest)
    assert axes.get_xlabel() == "Thousand SEK per person"
    simcore.draw_drivers(axes := Figure().subplots(), changes, file, of="time_running")
    assert axes.get_xlabel() == "Change per person"
    assert axes.get_title(loc="left") == "Oiling: change in years running"


def test_a_life_course(file: ScenarioFile) -> None:
    found = simcore.situations(file)
    axes = simcore.draw_life_course(Figure().subplots(), found)
    of = dict(zip(found["state"].values.tolist(), found["share"].values, strict=True))
    labels = [text.get_text().lower() for text in axes.get_legend().get_texts()]
    assert sorted(labels) == sorted(state for state in of if of[state].max() > 0)
    below = np.zeros(found.sizes["boundary"])
    for state, band in zip(reversed(labels), axes.collections, strict=True):  # from below
        heights = set(band.get_paths()[0].vertices[:, 1].round(9))
        assert heights <= set(below.round(9)) | set((below + of[state]).round(9))
        below += of[state]
    np.testing.assert_allclose(below, 1)
    assert axes.get_title(loc="left") == "Condition"
    bare = simcore.draw_life_course(Figure().subplots(), found, "condition", legend=False)
    assert bare.get_legend() is None
    assert (axes.get_xlim(), axes.get_ylim()) == ((0.0, 20.0), (0.0, 1.0))


def test_what_does_not_exist_is_told(several: xr.Dataset, file: ScenarioFile) -> None:
    axes = Figure().subplots()
    for draw in (simcore.draw_avoided_costs, simcore.draw_cumulative_saving):
        with pytest.raises(ResultsError, match=r"^Name the intervention that is to be drawn: team, coach, both\.$"):
            draw(axes, several)
        with pytest.raises(
            UnknownNameError, match=r"^'teem' is not an intervention of these results; did you mean 'team'"
        ):
            draw(axes, several, "teem")
        with pytest.raises(UnknownNameError, match=r"^'usual' is not an intervention of these results"):
            draw(axes, several, "usual")
    with pytest.raises(
        UnknownNameError, match=r"^'regio' is not an actor or view of these results; did you mean 'region'"
    ):
        simcore.draw_avoided_costs(axes, several, "team", actors=["region", "regio"])
    with pytest.raises(
        UnknownNameError, match=r"^'regio' is not an actor or view of these results; did you mean 'region'"
    ):
        simcore.draw_cumulative_saving(axes, several, "team", actor="regio")
    with pytest.raises(UnknownNameError, match=r"^'owners' is not an actor, view or outcome"):
        simcore.draw_drivers(axes, simcore.tornado(file), file, of="owners")
    with pytest.raises(UnknownNameError, match=r"^'oul' is not an intervention of these results"):
        simcore.draw_drivers(axes, simcore.tornado(file), file, "oul")
    with pytest.raises(UnknownNameError, match=r"^'work' is not a domain of these situations"):
        simcore.draw_life_course(axes, simcore.situations(file), "work")
    assert not axes.has_data()


def test_labels_of_another_case_say_nothing_of_these_states() -> None:
    found = simcore.situations(simcore.read_scenario("textbook_chain"))
    other = simcore.read_scenario("school_dropout").scenario
    axes = simcore.draw_life_course(Figure().subplots(), found, scenario=other)
    assert axes.get_title(loc="left") == "Condition"
    legend = axes.get_legend()
    assert legend is not None
    assert {"New", "Worn", "Broken"} <= {text.get_text() for text in legend.get_texts()}
