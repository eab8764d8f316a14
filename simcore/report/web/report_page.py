"""A report as one web page that needs nothing else: sentences, charts, tables, sources and how it was run."""

from __future__ import annotations

import base64
import json
import math
import pickle
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import xarray as xr

from simcore.analysis.once import worked_out_once
from simcore.report.course_figure import course_figure
from simcore.report.decision_answers import TOPICS, Answers, Question
from simcore.report.decision_figures import decision_figure
from simcore.report.decision_phrases import PHRASES
from simcore.report.decision_words import decision_page
from simcore.report.language import Language
from simcore.report.pictures import as_small_png
from simcore.report.provenance import provenance
from simcore.report.web.chart_values import ChartWords, statistics_chart
from simcore.report.web.charts import CHOICES, told_of
from simcore.report.web.figures_used import commands, figures_used, run_facts, works
from simcore.report.web.legends import STYLE, legend_html
from simcore.report.web.life import statistics_records
from simcore.report.web.report_words import ReportWords
from simcore.report.web.sections import Contents, decision_sections, evidence_sentences, life_section
from simcore.report.web.stills import still_figure
from simcore.repricing import scenario_of
from simcore.scenario.loading import ScenarioFile
from simcore.second_process import in_second_process
from simcore.studies.situations import situations
from simcore.version import __version__
from simcore.whole_files import write_whole

#: Bytes of results from which on one thing is made after the other, to have enough memory.
_TOGETHER = 1_000_000_000
#: Digits of the numbers in charts.
_DIGITS = 4
_TERMS = ("present_value", "avoided", "net", "cashable", "future", "luck", "society", "mcse")
#: Interventions that a picture has panels for; charts that move, and tables, have all of them.
_PICTURED = 6
#: Topics whose picture can be drawn before it is known when the money is back.
_EARLY = tuple(topic for topic in TOPICS if topic != "when")


def html_report(
    results: xr.Dataset,
    *,
    language: str = "en",
    question: Question | None = None,
    file: ScenarioFile | None = None,
    source: str = "RESULTS",
    target: str = "report.html",
    case: str | None = None,
) -> str:
    """Write a report about a run as one web page, which needs no network and no other file.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    language
        ``en`` or ``sv``.
    question
        What is asked of the run; by default what `simcore decide` asks.
    file
        The scenario of the results, where it has been read before.
    source, target
        Folder of the results and name of the page, for the commands that it shows.
    case
        A file with the scenario of the results, where they are not stored, for these commands.

    Returns
    -------
    The page. The same results give the same page with the same versions of the libraries that draw.

    Raises
    ------
    UnknownNameError
        There is no such language, or the question names what is none of these results.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    >>> simcore.html_report(results).startswith("<!DOCTYPE html>")
    True
    """
    speech = Language.of(language)
    file = speech.of_file(scenario_of(results) if file is None else file)
    words = ReportWords(results, file.scenario, speech)
    question = question or Question()
    with worked_out_once():
        contents, stills = _made(file, words, question)
        shown = commands(words, source, target, case)
        return _rendered(file, words, contents, stills, shown)


def save_html_report(results: xr.Dataset, path: Path, **options: Any) -> None:
    """Write a report about a run into a file; `options` are those of `html_report`.

    Raises
    ------
    ResultsError
        The file cannot be written.
    """
    write_whole(path, html_report(results, target=str(path), **options).encode("utf-8"))


Stills = dict[str, bytes]


def _made(file: ScenarioFile, words: ReportWords, question: Question) -> tuple[Contents, Stills]:
    """Sections, charts and still pictures; other processes work meanwhile at what can be made apart."""
    results, scenario, language = words.results, file.scenario, words.language
    small = results.nbytes < _TOGETHER
    with ExitStack() as stack:

        def begun(task: Callable[[], object]) -> Callable[[], Any]:
            answer = stack.enter_context(in_second_process(lambda: pickle.dumps(task()), small))
            return lambda: pickle.loads(answer())

        lives = begun(lambda: _lives(file, words))
        contents, stills = Contents([]), {}
        if results.sizes["strategy"] > 1:
            found = Answers(results, scenario, question)
            charts = ChartWords(results, scenario, found, language)
            when = begun(lambda: found.of_topic("when"))
            for topic in _EARLY:
                found.of_topic(topic)
            early = begun(lambda: _early_stills(charts))
            vars(found).update(when())  # where it would be kept once it was worked out here
            no_groups = [language.one_of(PHRASES["no_groups"])]  # what to type is nothing for a report
            page = decision_page(results, file, question, found, language)
            contents = decision_sections(charts, [part for part in page if part.sentences != no_groups])
            stills = _topic_stills(charts, ["when"]) | early()
        records, pictures = lives()
    statistics = statistics_chart(records, words)
    if statistics is not None:
        contents.charts[statistics.name] = statistics
    contents.sections.append(life_section(records, words, stills=list(pictures)))
    return contents, stills | pictures


def _lives(file: ScenarioFile, words: ReportWords) -> tuple[list[dict[str, Any]], Stills]:
    """What the model says of statistics, and pictures of that and of who is where at which age."""
    records = statistics_records(file, words.results)
    chart = statistics_chart(records, words)
    pictures = {}
    if chart is not None:
        pictures["statistics"] = as_small_png(still_figure(chart, words.language, {"": ""}))
    # Exactly where the run was, which takes as long as one of its draws; else from sampled lives.
    lived = situations(file, engine=str(words.results.attrs["engine"]))
    pictures["course"] = as_small_png(course_figure(lived, file.scenario, words.language))
    return records, pictures


def _early_stills(charts: ChartWords) -> Stills:
    """Pictures for which it need not be known when the money is back."""
    stills = _topic_stills(charts, _EARLY)
    names = {name: charts.strategy(name) for name in charts.best(_PICTURED)}
    for chart in (charts.avoided(), charts.drivers(), charts.luck()):
        if chart is not None:
            stills[chart.name] = as_small_png(still_figure(chart, charts.language, names))
    return stills


def _topic_stills(charts: ChartWords, topics: Sequence[str]) -> Stills:
    figures = {
        topic: decision_figure(topic, charts.results, charts.scenario, charts.found, charts.language)
        for topic in topics
    }
    return {topic: as_small_png(figure) for topic, figure in figures.items() if figure is not None}


# -- the page ------------------------------------------------------------------------------------


def _rendered(
    file: ScenarioFile, words: ReportWords, contents: Contents, stills: Stills, lines: Sequence[str]
) -> str:  # fmt: skip
    """Put the page together."""
    import jinja2

    scenario = file.scenario
    templates = files("simcore.report.web").joinpath("templates")
    text = {name: templates.joinpath(f"report.{name}").read_text(encoding="utf-8") for name in ("html", "css", "js")}
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined)
    compares = words.results.sizes["strategy"] > 1
    used = figures_used(file, words)
    drawn = _Drawn(contents, words) if contents.charts else None
    terms = _TERMS if compares else ("present_value", "future", "mcse")
    fields = {"usual": words.usual, "draws": words.language.number(words.results.sizes["draw"])}
    return environment.from_string(text["html"]).render(
        language=words.language.code, version=__version__, say=words.say,
        alt=lambda title: words.say("alt", title=title), title=scenario.title,
        about=" ".join(str(scenario.about or "").split()), style=text["css"] + STYLE, key=legend_html,
        alone=None if compares else words.say("one_strategy", usual=words.usual), sections=contents.sections,
        choices=contents.choices, chosen=drawn.chosen if drawn else {}, charts=contents.charts,
        heights=drawn.heights if drawn else {}, alts=drawn.alts if drawn else {},
        stills={name: base64.b64encode(picture).decode() for name, picture in stills.items()},
        figures=used, weak=sum(of.is_weak for of in used), works=works(file), changes=provenance(file)["changes"],
        alternatives={name: " ".join(of.about.split()) for name, of in scenario.alternatives.items()},
        evidence=evidence_sentences(words) if compares else [], facts=list(run_facts(words)),
        commands=lines, terms=[*(words.say(f"term_{name}", **fields) for name in terms), words.say("own_words")],
        values=drawn.values() if drawn else "", drawn=drawn.models if drawn else "",
        library=_library() if drawn else [], script=text["js"],
    )  # fmt: skip


def _library() -> list[str]:
    """The scripts of the library that draws charts."""
    from bokeh.resources import Resources

    return [str(script) for script in Resources(mode="inline", components=["bokeh"], log_level="error").js_raw]


class _Drawn:
    """Charts as the page holds them.

    Attributes
    ----------
    chosen
        What is chosen at first.
    heights
        Of the charts [pixels].
    alts
        What charts show, for those who cannot see them.
    """

    def __init__(self, contents: Contents, words: ReportWords) -> None:
        from bokeh.document import Document

        from simcore.report.web.bokeh_charts import draw_chart, height_of

        self.words, self.charts = words, contents.charts
        self.chosen = {name: _first_choice(name, list(of)) for name, of in contents.choices.items()}
        headings = {section.chart: section.heading for section in contents.sections if section.chart}
        self.heights = {name: height_of(chart) for name, chart in self.charts.items()}
        self.alts: dict[str, str] = {}
        self.document = Document()
        for name, chart in self.charts.items():
            key = "|".join(self.chosen[choice] for choice in chart.by)
            alt = f"{headings.get(name, name)}. {told_of(chart, key)}"
            self.alts[name] = alt
            self.document.add_root(draw_chart(chart, key, words.language, alt))

    @cached_property
    def models(self) -> str:
        """The charts for the library; ids are numbered anew, so that the same charts give the same text."""
        from bokeh.core.json_encoder import serialize_json

        known: dict[str, str] = {}

        def renumbered(found: re.Match[str]) -> str:
            return f'"id":"{known.setdefault(found[1], f"m{len(known)}")}"'

        written = _safe_in_script(serialize_json(self.document.to_json()))
        text = re.sub(r'"id":"(p\d+)"', renumbered, written)
        self._ids = known
        return text

    def values(self) -> str:
        """What the charts show for every choice, and where they stand."""
        from simcore.report.web.bokeh_charts import source_columns

        _ = self.models  # which numbers them
        roots = {self._ids[root.id]: f"chart-{root.name}" for root in self.document.roots}
        charts = {
            name: {
                "by": list(chart.by), "rows": chart.most_rows, "tips": [list(tip) for tip in chart.tips],
                "shown": {
                    key: {
                        "columns": {head: _rounded(of) for head, of in source_columns(chart, shown).items()},
                        "labels": list(shown.labels), "ends": _rounded(shown.ends), "words": shown.words,
                    }
                    for key, shown in chart.shown.items()
                },
            }
            for name, chart in self.charts.items()
        }  # fmt: skip
        say = self.words.say
        return _in_script(
            {"charts": charts, "roots": roots, "not_drawn": say("not_drawn"), "pointing": say("pointing")}
        )


def _first_choice(name: str, among: Sequence[str]) -> str:
    """What is chosen at first: the first intervention, society, the whole horizon."""
    assert name in CHOICES
    return among[0] if name == "intervention" else among[-1] if among else ""


def _rounded(column: Sequence[float | str]) -> list[float | str | None]:
    """Numbers with a few digits, none for what is no number, and words as they are."""
    return [of if isinstance(of, str) else float(f"{of:.{_DIGITS}g}") if math.isfinite(of) else None for of in column]


def _in_script(what: Mapping[str, Any] | Any) -> str:
    """JSON that may stand within a script of a page: nothing in it ends the script, or begins a comment."""
    return _safe_in_script(json.dumps(what, ensure_ascii=False, separators=(",", ":")))


def _safe_in_script(text: str) -> str:
    """JSON in which nothing ends a script of a page or begins a comment."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
