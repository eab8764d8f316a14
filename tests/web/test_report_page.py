"""A report is one sound page in two languages, which says what the results say, whatever names there are."""

import base64
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

import simcore
from simcore.analysis.evidence import uncertainty_by_quality
from simcore.analysis.once import worked_out_once
from simcore.errors import ResultsError, UnknownNameError
from simcore.report.decision_answers import Answers, Question
from simcore.report.language import Language
from simcore.report.provenance import provenance
from simcore.report.quality import parameter_quality
from simcore.report.web.report_page import html_report, save_html_report
from simcore.repricing import scenario_of
from tests.web.cases import HOSTILE, LONG, run_of

VOID = {"meta", "input", "img", "br", "link", "rect", "path", "option"}


class Page(HTMLParser):
    """What is on a page: its elements, its text, and whether every one is closed where it should be."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.texts, self.scripts = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, text):
        if self.open and self.open[-1] == "script":
            self.scripts.append(text)
        elif self.open and self.open[-1] != "style":
            self.texts.append(text)

    def of(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


@pytest.fixture(scope="module")
def page(dropout_sv):
    return Page(dropout_sv)


def test_the_page_needs_nothing_else(page):
    assert page.of("link") == []
    assert all("src" not in script for script in page.of("script"))
    assert all(image["src"].startswith("data:image/png;base64,") for image in page.of("img"))
    assert "@import" not in page.text
    assert not re.search(r"url\(", " ".join(page.texts))
    assert {attributes["href"].split(":")[0] for attributes in page.of("a")} <= {"http", "https", *sections(page)}


def sections(page):
    return {f"#{attributes['id']}" for attributes in page.of("section")}


def test_every_part_of_a_report_is_there(page):
    assert sections(page) == {
        "#summary", "#avoided", "#who", "#time", "#compare", "#silos", "#agreements", "#contract", "#fund", "#fairness",
        "#drivers", "#luck", "#lives", "#inputs", "#how", "#terms",
    }  # fmt: skip
    linked = [attributes["href"] for attributes in page.of("a") if attributes["href"].startswith("#")]
    assert set(linked) == sections(page)


def test_who_cannot_see_is_told_what_there_is(page):
    assert [attributes["lang"] for attributes in page.of("html")] == ["sv"]
    for image in page.of("img"):
        assert len(image["alt"]) > 20
    for chart in (of for of in page.of("div") if of.get("id", "").startswith("chart-")):
        assert chart["role"] == "img"
        assert len(chart["aria-label"]) > 20
    names = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(names) == len(set(names))
    assert all(of.get("scope") in ("col", "row") for of in page.of("th"))


def test_every_chart_has_a_picture_for_where_there_are_no_scripts(page):
    charts = [of["id"] for of in page.of("div") if of.get("id", "").startswith("chart-")]
    assert charts == [f"chart-{name}" for name in
                      ("avoided", "gains", "fan", "comparison", "drivers", "luck", "statistics")]  # fmt: skip
    assert len(page.of("img")) == 13  # of the seven, of six more topics of decisions, and of who is where
    for image in page.of("img"):
        assert base64.b64decode(image["src"].partition(",")[2]).startswith(b"\x89PNG")


def test_numbers_are_those_of_the_results_in_swedish(page, dropout):
    language = Language.of("sv")
    with worked_out_once():
        found = Answers(dropout, scenario_of(dropout).scenario, Question())
        gains = found.who_gains.sel(intervention="team")
        net = gains["net_saving"].sel(actor="society")
        whole = gains.sel(actor="society").isel(horizon=-1)
    target = float(dropout.attrs["target_group"])
    paid = sum(float(gains["programme_cost"].sel(actor=of)) for of in dropout["actor"].values)
    for amount in (float(net) * target, paid * target):
        assert language.amount(amount, "SEK") in "".join(page.texts)
    assert f"({language.percent(float(whole['probability_within']))})" in "".join(page.texts)
    assert language.money(float(net), sign=True) in "".join(page.texts)


def held(text):
    """What the charts hold, as the scripts of the page read it."""
    return json.loads(re.search(r'<script type="application/json" id="values">(.*?)</script>', text, re.DOTALL)[1])


def test_charts_hold_every_choice(dropout_sv, dropout):
    charts = held(dropout_sv)["charts"]
    with worked_out_once():
        found = Answers(dropout, scenario_of(dropout).scenario, Question())
        gains, back = found.who_gains, found.payback
    shown = charts["gains"]["shown"]
    assert set(shown) == {f"{name}|{of}" for name in ("team", "coach", "both") for of in gains["horizon"].values}
    for name in ("team", "coach", "both"):
        for horizon in gains["horizon"].values:
            columns = shown[f"{name}|{horizon}"]["columns"]
            of = gains.sel(intervention=name, horizon=horizon)
            named = dict(zip(columns["label"], columns["mark"], strict=True))
            assert named["Kommunen"] == pytest.approx(
                float(of["saving_within"].sel(actor="municipality")) / 1000, rel=1e-3
            )
            low = dict(zip(columns["label"], columns["low"], strict=True))["Samhället"]
            expected = float(of["saving_within_quantile"].sel(actor="society").isel(quantile=0)) / 1000
            assert low == (None if np.isnan(expected) else pytest.approx(expected, rel=1e-3))
    fan = charts["fan"]["shown"]["team|municipality"]["columns"]
    path = back["cumulative_quantile"].sel(intervention="team", actor="municipality", quantile=0.5).values / 1000
    assert fan["year"] == [float(year) for year in dropout["year"].values]
    np.testing.assert_allclose([np.nan if of is None else of for of in fan["middle"]], path, rtol=1e-3, atol=1e-6)
    compared = charts["comparison"]["shown"]["society|1"]["columns"]
    np.testing.assert_allclose(
        compared["mark"], gains["saving_within"].sel(actor="society", horizon=1).values / 1000, rtol=1e-3
    )


def test_the_model_is_held_against_statistics(page, dropout_sv):
    statistics = held(dropout_sv)["charts"]["statistics"]["shown"][""]["columns"]
    at = statistics["label"].index("Har examen tre år efter att ha börjat på ett nationellt program")
    assert statistics["published"][at] == "80\N{NO-BREAK SPACE}%"  # 79.7 per cent, as printed in the source
    assert 0.9 < statistics["mark"][at] < 1.2
    assert "Undanhållen" in page.text


def test_the_texts_of_the_case_are_in_swedish(page, dropout, dropout_sv):
    scenario = scenario_of(dropout).scenario
    text = page.text.casefold()
    for entry in [*scenario.parameters.values(), *scenario.tables.values(), *scenario.alternatives.values(),
                  *scenario.interventions.values(), *scenario.calibration.targets.values()]:  # fmt: skip
        assert entry.about_sv.casefold() in text
        assert len(entry.about) < 30 or entry.about.casefold() not in text  # a source may use the same few words
    assert " ".join(scenario.about_sv.split()) in page.text
    assert page.of("title") or scenario.title_sv in page.text
    assert scenario.title not in page.text
    assert "kronor per år, 2014 års priser" in page.text
    assert "<small>oddskvot</small>" in dropout_sv
    assert "<small>odds ratio" not in dropout_sv
    assert "Utbildning: första året → utan examen" in page.text


def test_every_figure_has_its_source_and_grade(page, dropout):
    scenario = scenario_of(dropout).scenario
    for name, entry in {**scenario.parameters, **scenario.tables}.items():
        assert name in page.text, name
        source = entry.source
        told = source.assumption if source.assumption is not None else source.as_printed
        assert " ".join(str(told).split()) in page.text, name
    for work in provenance(scenario_of(dropout))["bibliography"]:
        assert work["title"] in page.text


def test_how_it_was_run_can_be_typed_again(page, dropout):
    commands = (
        "simcore run school_dropout --draws 350 --persons 120 --seed 2024 --by sex "
        "simcore run --again results/dropout simcore report results/dropout --html report.html --lang sv"
    )
    assert commands in page.text
    assert dropout.attrs["content_hash"] in page.text


def test_the_same_results_give_the_same_page():
    run = run_of(2, 5, HOSTILE)
    first = html_report(run)
    from bokeh.models import ColumnDataSource

    _ = [ColumnDataSource() for _ in range(7)]  # which are numbered too
    assert html_report(run) == first


@pytest.mark.parametrize("language", ["en", "sv"])
def test_names_are_text_and_nothing_else(language):
    text = html_report(run_of(2, 5, HOSTILE), language=language)
    page = Page(text)
    assert len(page.of("script")) == 5  # numbers, charts, the library, its settings and the page's own
    assert "taken" not in "".join(of for of in page.scripts if not of.lstrip().startswith("{"))
    assert [tag for tag, _ in page.elements if tag == "b"] == []
    assert HOSTILE in page.text
    assert page.text.startswith(f"{HOSTILE} title")
    assert "$$x" not in "".join(of for of in page.scripts if of.lstrip().startswith('{"version"'))


def test_very_long_names_many_interventions_and_many_actors():
    run = run_of(20, 15, LONG[:120], draws=4)
    text = html_report(run)
    assert len(text) < 8_000_000
    page = Page(text)
    shown = held(text)["charts"]["avoided"]["shown"]
    assert len(shown) == 20
    assert {len(of["labels"]) for of in shown.values()} == {17}
    assert all(len(line) <= 27 for of in shown.values() for label in of["labels"] for line in label.split("\n"))
    assert len([of for of in page.of("option") if of["value"].startswith("mentoring_")]) == 20


def test_an_effect_of_nothing_is_said_to_be_none():
    page = Page(html_report(run_of(1, 3, "plain", effect=False)))
    assert page.text.count("Nothing differs from the comparator: there is nothing to show here.") >= 4
    assert page.of("select") == []
    assert [of for of in page.of("div") if of.get("id", "").startswith("chart-")] == []


def test_one_strategy_alone_has_a_report_too():
    page = Page(html_report(run_of(0, 3, "plain")))
    assert "Only Usual was simulated, so there is nothing to compare" in page.text
    assert sections(page) == {"#lives", "#inputs", "#how", "#terms"}


def test_an_unknown_language_is_refused():
    with pytest.raises(UnknownNameError) as caught:
        html_report(run_of(0, 3, "plain"), language="no")
    assert str(caught.value) == "'no' is not a language. Known: en, sv."


def test_a_report_is_there_as_a_whole_or_not_at_all(tmp_path):
    run = run_of(0, 3, "plain")
    (tmp_path / "there.html").write_text("what was there")
    with pytest.raises(ResultsError) as caught:
        save_html_report(run, tmp_path / "none" / "report.html")
    assert str(caught.value) == f"{tmp_path}/none/report.html could not be written: No such file or directory."
    with pytest.raises(ResultsError) as caught:
        save_html_report(run, tmp_path)
    assert str(caught.value) == f"{tmp_path} is a folder: name a file, such as {tmp_path}/report.html."
    save_html_report(run, tmp_path / "there.html")
    assert (tmp_path / "there.html").read_text().startswith("<!DOCTYPE html>")
    assert [of.name for of in tmp_path.iterdir()] == ["there.html"]


def test_what_is_unsure_is_parted_and_the_rest_is_named(page, dropout):
    scenario = scenario_of(dropout).scenario
    varied = uncertainty_by_quality(dropout, parameter_quality(scenario)).sel(intervention="coach")
    rest, weak = float(varied.sel(quality="rest")), float(varied.sel(quality=["C", "D", "assumed"]).sum())
    weak, good, rest = map(Language.of("sv").percent, (weak, max(1 - weak - rest, 0.0), rest))
    said = f"kommer {weak} från sådana uppgifter och {good} från bättre, och {rest} är slump"
    assert said in "".join(page.texts)


def test_commands_are_those_of_the_scenario_that_was_run():
    run = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=6, persons=50, seed=3)
    assert "simcore run textbook_chain --draws 6 --persons 50 --seed 3" in Page(html_report(run)).text
    changed = simcore.reprice(run, change={"discount": {"money": 0.07}})
    text = Page(html_report(changed, source="here")).text
    assert "simcore run textbook_chain" not in text
    assert "simcore run --again here simcore report here --html report.html" in text


def test_a_single_future_has_no_probability():
    run = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=1, persons=50)
    page = Page(html_report(run))
    glance = page.text[page.text.index("At a glance") :][:700]
    assert "(–)" in glance
    assert "100" not in glance.split("In brackets")[0]
