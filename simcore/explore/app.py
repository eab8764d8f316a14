"""The page: sliders and fields on the left, charts and a table on the right, which follow whatever is moved."""

from __future__ import annotations

import html
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import xarray as xr
from bokeh.core.templates import get_env
from bokeh.document import Document
from bokeh.layouts import column, row
from bokeh.models import ColumnDataSource, TabPanel, Tabs
from bokeh.models.axes import LinearAxis
from bokeh.models.ranges import Range1d
from bokeh.models.widgets import Button, Div, Select, Slider, Spinner
from bokeh.plotting import figure

from simcore.errors import SimcoreError
from simcore.explore.controls import GROUPS, Control, Sharing, change_of, controls, sharings
from simcore.explore.phrases import PHRASES
from simcore.explore.saving import save_case, save_report
from simcore.explore.view import CHARTS, View, table_html
from simcore.report.decision_answers import Question
from simcore.report.language import Language
from simcore.report.web.bokeh_charts import draw_chart, labels_of, source_columns
from simcore.report.web.charts import Chart, axis_ends
from simcore.report.web.legends import STYLE, legend_html
from simcore.repricing import Repricer

#: Draws of a first look, which all of them follow after so many milliseconds in which nothing is moved.
FIRST, REST = 200, 700
#: Bytes of results of which there is a first look only.
_TOO_LARGE = 1_000_000_000
_WIDE, _FIELD, _BUTTONS = 350, 100, (115, 130, 105)
_BEFORE = "#777777"
_CSS = f"""{STYLE}
:host {{ font-family: system-ui, "Segoe UI", Roboto, Arial, sans-serif; color: #1b1b1b; }}
h1 {{ font-size: 1.3rem; line-height: 1.2; margin: 0 0 .3rem; }}
h2 {{ font-size: 1.05rem; margin: .8rem 0 .2rem; }}
p {{ margin: .2rem 0; max-width: 46rem; overflow-wrap: anywhere; }}
small {{ color: #555; }}
.wide {{ overflow-x: auto; }}
.status {{ color: #555; }}
.wrong {{ color: #8a3b00; white-space: pre-line; }}
table {{ border-collapse: collapse; font-size: .875rem; }}
caption {{ text-align: left; padding-bottom: .3rem; color: #555; }}
th, td {{ padding: .25rem .6rem; text-align: right; border-bottom: 1px solid #ddd; }}
tbody th {{ text-align: left; font-weight: 400; }}
"""
#: What is wider than the screen can be rolled.
_ROLLED: dict[str, str | None] = {"overflow-x": "auto", "min-width": "0", "max-width": "96vw"}
#: A page that is as wide as a phone is.
_TEMPLATE = """{% extends base %}
{% block preamble %}<meta name="viewport" content="width=device-width, initial-scale=1">{% endblock %}"""


class Page:
    """A page of one reader.

    Parameters
    ----------
    results
        The run.
    priced, first
        Price all its draws, and some for a first look.
    language, question
        Of words, and what is asked.
    folder
        Where views are saved.
    """

    def __init__(
        self,
        results: xr.Dataset,
        priced: Repricer,
        first: Repricer,
        language: Language,
        question: Question,
        folder: Path,
    ) -> None:
        self.results, self.language, self.question, self.folder = results, language, question, folder
        self.all, self.first = priced, first
        self.file = priced.file
        scenario, self.title = self.file.scenario, language.of_file(self.file).scenario.title
        self.controls, self.sharings = controls(self.file, results, language), sharings(scenario)
        self.moved: dict[Control, float] = {}
        self.shared: dict[Sharing, tuple[str, float]] = {}
        self.intervention, self.actor = "", "society"
        self.before: dict[tuple[bool, str], View] = {}
        self.waiting: Any = None
        self.quiet = False
        self._fields: list[Callable[[], None]] = []
        self.status = Div(text="", name="status", stylesheets=[_CSS])
        self.table = Div(text="", name="table", stylesheets=[_CSS], sizing_mode="stretch_width", styles=_ROLLED)
        self.saved = Div(text="", name="saved", stylesheets=[_CSS])
        self.drawn: dict[str, figure] = {}

    def say(self, name: str, **fields: object) -> str:
        """A phrase of the page."""
        return self.language.one_of(PHRASES[name]).format(**fields)

    # -- what is shown --------------------------------------------------------------------------

    def fill(self, document: Document) -> None:
        """Put the page into a document."""
        self.document = document
        document.template = get_env().from_string(_TEMPLATE)
        document.title = f"{self.say('explore')}: {self.title}"
        start = self._view(first=True)
        self.intervention = next(iter(start.interventions), "")
        document.add_root(
            row(
                self._left(start),
                self._right(start),
                sizing_mode="stretch_width",
                name="page",
                spacing=24,
                styles={"flex-wrap": "wrap"},
            )
        )
        self.show(first=True)
        self._later()

    def _view(self, *, first: bool) -> View:
        """The run as it is moved."""
        priced = self.first if first else self.all
        change = change_of(self.file, self.moved, self.shared, self.say("why"))
        if not change:
            return self._unmoved(first=first)
        file = priced.scenario(change)
        return View(priced.priced(file), file.scenario, self.actor, self.language, self.question)

    def _unmoved(self, *, first: bool) -> View:
        """The run as it was, worked out once for each actor."""
        if (first, self.actor) not in self.before:
            results = self.first.results if first else self.all.results
            view = View(results, self.file.scenario, self.actor, self.language, self.question)
            self.before[first, self.actor] = view
        return self.before[first, self.actor]

    @property
    def only_first(self) -> bool:
        """Whether there is nothing but a first look."""
        return self.first is self.all or self.results.nbytes > _TOO_LARGE

    def show(self, *, first: bool) -> None:
        """Let all that is shown follow what was moved."""
        begun = time.perf_counter()
        try:
            now, before = self._view(first=first), self._unmoved(first=first)
        except SimcoreError as error:
            self.status.text = f'<p class="wrong">{html.escape(str(error))}</p>'
            return
        for name, chart in now.charts.items():
            if name in self.drawn:
                self._move(
                    self.drawn[name], chart, now.key(name, self.intervention, self.actor), before.charts.get(name)
                )
        self.table.text = table_html(now, before, self.language, str(self.results.attrs["currency"]))
        self._tell(time.perf_counter() - begun, first=first)

    def _move(self, drawn: figure, chart: Chart, key: str, before: Chart | None) -> None:
        """Let a chart show other numbers, and what they were in the run."""
        shown = chart.shown[key]
        columns = {name: list(of) for name, of in source_columns(chart, shown).items()}
        column = "middle" if chart.kind == "fan" else "mark"
        old = before.shown[key].columns if before is not None and key in before.shown else {"label": [], column: []}
        if list(old["label"]) == list(columns["label"]):  # labels may be alike
            columns["before"] = list(old[column])
        else:
            was = dict(zip(old["label"], old[column], strict=True))
            columns["before"] = [was.get(label, math.nan) for label in columns["label"]]
        outside = [float(of) for of in columns["before"] if not shown.ends[0] <= float(of) <= shown.ends[1]]
        low, high = axis_ends([*shown.ends, *outside]) if any(map(math.isfinite, outside)) else shown.ends
        source = _one(drawn, ColumnDataSource, f"{chart.name}-source")
        source.data = columns
        _one(drawn, Range1d, f"{chart.name}-values").update(start=low, end=high)
        if chart.kind != "fan":
            _one(drawn, LinearAxis, f"{chart.name}-rows").major_label_overrides = labels_of(chart, shown)
        self.document.get_model_by_name(f"words-{chart.name}").text = f"<p>{html.escape(shown.words)}</p>"  # type: ignore[union-attr]

    def _tell(self, seconds: float, *, first: bool) -> None:
        """Say what was moved, and of how many draws this is."""
        names = [control.label for control, value in self.moved.items() if value != control.value]
        names += [self._label(of) for of, (_, share) in self.shared.items() if share > 0]
        said = self.say("moved", names=self.language.listed(names)) if names else self.say("as_run")
        number = self.language.number
        some, every = self.first.results.sizes["draw"], self.results.sizes["draw"]
        of_draws = self.say("all_draws", all=number(every))
        if first and some < every:
            of_draws = self.say("first_draws", some=number(some), all=number(every))
        took = self.say("seconds", seconds=number(seconds, 2))
        self.status.text = f'<p>{html.escape(said)}</p><p class="status">{html.escape(of_draws)} {took}</p>'

    def _later(self) -> None:
        """Show all draws once nothing has been moved for a while."""
        if self.waiting is not None:
            self.document.remove_timeout_callback(self.waiting)
            self.waiting = None
        if self.only_first:
            return

        def all_draws() -> None:
            self.waiting = None
            self.show(first=False)

        self.waiting = self.document.add_timeout_callback(all_draws, REST)

    def follow(self) -> None:
        """Something was moved or chosen."""
        if not self.quiet:
            self.show(first=True)
            self._later()

    # -- left: what can be moved ------------------------------------------------------------------

    def _left(self, view: View) -> Any:
        head = Div(
            text=f"<h1>{html.escape(self.title)}</h1><p>{html.escape(self.say('explained'))}</p>",
            stylesheets=[_CSS], width=_WIDE,
        )  # fmt: skip
        panels = []
        for group in GROUPS:
            fields = [self._slider(of) for of in self.controls if of.group == group]
            if group == "payers":
                fields += [part for of in self.sharings for part in self._sharing(of)]
            if fields:
                within = {"max-height": "45vh", "overflow-y": "auto"}
                panels.append(TabPanel(child=column(fields, width=_WIDE + 8, styles=within), title=self.say(group)))
        tabs = Tabs(tabs=panels, width=_WIDE + 10, name="groups")
        buttons = []
        presses = {"reset": self.reset, "save_report": self.save_report, "save_case": self.save_case}
        for (name, press), width in zip(presses.items(), _BUTTONS, strict=True):
            button = Button(label=self.say(name), name=name, width=width, margin=(5, 2, 5, 2))
            button.on_click(press)
            buttons.append(button)
        return column(
            head, self._choice("intervention", view.interventions), self._choice("actor", view.actors), tabs,
            row(*buttons), self.saved, self.status, width=_WIDE + 10,
            styles={"align-self": "flex-start"},
        )  # fmt: skip

    def _choice(self, name: str, of: dict[str, str]) -> Select:
        """A field to choose an intervention or an actor."""
        from simcore.report.web.phrases import PHRASES as WORDS

        options: list[str | tuple[Any, str]] = list(of.items())
        field = Select(
            title=self.language.one_of(WORDS[name]), name=name, width=_WIDE, value=getattr(self, name), options=options
        )

        def chosen(_attribute: str, _old: str, new: str) -> None:
            setattr(self, name, new)
            self.follow()

        field.on_change("value", chosen)
        return field

    def _slider(self, control: Control) -> Any:
        """A slider with a field beside it; both move the same value."""
        unit = f" ({control.unit})" if control.unit else ""
        label = Div(
            text=f"{html.escape(control.label)}<small>{html.escape(unit)}</small>", width=_WIDE, stylesheets=[_CSS]
        )
        slider = Slider(
            start=control.low, end=control.high, step=control.step, value=control.value, show_value=False, title=None,
            width=_WIDE - _FIELD - 20, name=f"slider-{control.name}",
        )  # fmt: skip
        field = Spinner(
            low=control.low, high=control.high, step=control.step, value=control.value, width=_FIELD,
            name=f"field-{control.name}",
        )  # fmt: skip

        def moved(value: float | None) -> None:
            if value is None or self.quiet:
                return
            self.moved[control] = float(value)
            with self.quietly():
                slider.value, field.value = value, value
            self.follow()

        slider.on_change("value_throttled", lambda _attribute, _old, new: moved(new))
        field.on_change("value", lambda _attribute, _old, new: moved(new))
        self._fields.append(lambda: slider.update(value=control.value))
        self._fields.append(lambda: field.update(value=control.value))
        return column(label, row(slider, field), width=_WIDE)

    def _label(self, of: Sharing) -> str:
        return self.say("shares", intervention=self.language.intervention(self.file.scenario, of.intervention))

    def _sharing(self, of: Sharing) -> Iterator[Any]:
        """Who else pays a cost, and which share of it."""
        options: list[str | tuple[Any, str]] = [("", self.say("nobody"))]
        options += [(other, self.language.actor(self.file.scenario, other)) for other in of.others]
        who = Select(title=self._label(of), name=f"payer-{of.name}", width=_WIDE, value="", options=options)
        share = Slider(
            start=0.0, end=1.0, step=0.01, value=0.0, title=self.say("share"), width=_WIDE - 20, name=f"share-{of.name}"
        )

        def moved(_attribute: str, _old: object, _new: object) -> None:
            self.shared[of] = (str(who.value), float(share.value) if who.value else 0.0)
            self.follow()

        who.on_change("value", moved)
        share.on_change("value_throttled", moved)
        self._fields += [lambda: who.update(value=""), lambda: share.update(value=0.0)]
        yield who
        yield share

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """Move fields without anything following."""
        self.quiet = True
        try:
            yield
        finally:
            self.quiet = False

    # -- right: what follows ----------------------------------------------------------------------

    def _right(self, view: View) -> Any:
        from simcore.report.web.phrases import PHRASES as WORDS

        headings = {"avoided": "avoided", "fan": "time", "comparison": "compare"}
        parts: list[Any] = [self.table]
        for name in CHARTS:
            if name not in view.charts:
                continue
            chart, heading = view.charts[name], self.language.one_of(WORDS[headings[name]])
            drawn = draw_chart(chart, view.key(name, self.intervention, self.actor), self.language, heading)
            source = _one(drawn, ColumnDataSource, f"{name}-source")
            source.data = {**source.data, "before": [math.nan] * len(source.data["label"])}
            if chart.kind == "fan":
                drawn.line(
                    x="year",
                    y="before",
                    source=source,
                    line_color=_BEFORE,
                    line_width=1.5,
                    line_dash="dashed",
                    level="underlay",
                )
            else:
                drawn.scatter(
                    x="before",
                    y="row",
                    source=source,
                    marker="diamond",
                    size=8,
                    fill_color="#BBBBBB",
                    line_color=_BEFORE,
                )
            self.drawn[name] = drawn
            key = legend_html(_with_before(chart, self.say("in_run")))
            parts += [
                Div(text=f"<h2>{html.escape(heading)}</h2>{key}", stylesheets=[_CSS], sizing_mode="stretch_width"),
                drawn,
                Div(text="", name=f"words-{name}", stylesheets=[_CSS], sizing_mode="stretch_width"),
            ]  # fmt: skip
        return column(
            *parts, sizing_mode="stretch_width", styles={"flex": "1 1 340px", "min-width": "0", "max-width": "100%"}
        )

    # -- buttons ----------------------------------------------------------------------------------

    def reset(self) -> None:
        """Move everything back to where it was in the run."""
        self.moved.clear()
        self.shared.clear()
        with self.quietly():
            for field in self._fields:
                field()
        self.shared.clear()
        self.follow()

    def save_report(self) -> None:
        """Write what is shown as a report."""
        self._save(save_report)

    def save_case(self) -> None:
        """Write what was moved as a case that can be run."""
        self._save(save_case)

    def _save(self, write: Callable[..., Path]) -> None:
        """Write something, once the page says that it is being written."""
        self.saved.text = f"<p>{self.say('writing')}</p>"

        def written() -> None:
            try:
                change = change_of(self.file, self.moved, self.shared, self.say("why"))
                path = write(self.all, change, self.folder, self.language, self.question)
                self.saved.text = f"<p>{html.escape(self.say('written', path=path))}</p>"
            except SimcoreError as error:
                self.saved.text = f'<p class="wrong">{html.escape(str(error))}</p>'

        self.document.add_timeout_callback(written, 50)


def _one(drawn: figure, kind: type[Any], name: str) -> Any:
    """A model of a chart by its name."""
    return next(model for model in drawn.references() if isinstance(model, kind) and model.name == name)


def _with_before(chart: Chart, words: str) -> Chart:
    """A chart whose legend names the run too."""
    return replace(chart, legend={**chart.legend, "before": words})
