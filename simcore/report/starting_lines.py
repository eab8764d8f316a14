"""The lines of a new case: comments, and figures as they stand in the case that it extends."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from simcore.report.language import Language
from simcore.report.provenance import drives
from simcore.report.purposes import driven
from simcore.report.starting_phrases import PHRASES
from simcore.scenario.limits import LONGEST_NUMBER
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.merging import LEAVE_OUT
from simcore.scenario.quantities import unit_named
from simcore.scenario.schema import Booking, Intervention, Parameter, Scenario, Table
from simcore.scenario.uses import uses

#: Characters of a line of comment.
_WIDTH = 112
#: What a figure of a programme is for, besides its effects.
_OF_PROGRAMME = ("cost of", "who takes part in", "who leaves")
#: Texts that YAML readers may take for something else than texts.
_RISKY = re.compile(r"(?i)yes|no|on|off|y|n|true|false|null|nan|inf|leave_out")


@dataclass(frozen=True)
class Origin:
    """The case that a new one is started from, and what is said of the new one.

    Attributes
    ----------
    file
        The case.
    extends
        How the new case names it.
    called
        How the user called it.
    title, name, folder
        Title of the new case, name, and its folder as it is written on a command line.
    copied
        Whether a copy of the case lies in the new folder.
    """

    file: ScenarioFile
    extends: str
    called: str
    title: str
    name: str
    folder: str
    copied: bool


def case_lines(origin: Origin, language: Language) -> list[str]:
    """The lines of ``scenario.yaml``."""
    return list(_Case(origin, language).lines())


def readme_lines(origin: Origin, language: Language) -> list[str]:
    """The lines of ``README.md``."""
    case = _Case(origin, language)
    scenario, say = case.scenario, case.say
    lines = [f"# {_plain(origin.title)}", "", say("readme_what", origin=case.called, title=_plain(scenario.title))]
    if origin.copied:
        lines += ["", say("readme_copied", folder=origin.extends.partition("/")[0])]
    if scenario.question:
        lines += ["", f"## {say('readme_question')}", "", _plain(scenario.question)]
    lines += ["", f"## {say('readme_steps')}", ""]
    for number, (words, commands) in enumerate(case.steps(), 1):
        lines.append(f"{number}. {words}")
        if commands:
            lines += ["", *(f"       {command}" for command in commands), ""]
    lines += [*[""] * bool(lines[-1]), f"## {say('readme_ours')}", "", say("readme_note")]
    return [wrapped for line in lines for wrapped in _wrapped(line)]


def _plain(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


def _wrapped(line: str) -> list[str]:
    if line.startswith("       "):
        return [line]
    return textwrap.wrap(line, 100, break_long_words=False, break_on_hyphens=False) or [""]


class _Case:
    """Writes a new case."""

    def __init__(self, origin: Origin, language: Language) -> None:
        self.origin, self.language, self.scenario = origin, language, language.of_file(origin.file).scenario
        self.drives = drives(self.scenario)
        self.called = _plain(origin.called)

    def say(self, phrase: str, **fields: object) -> str:
        """A phrase."""
        return self.language.one_of(PHRASES[phrase]).format(**fields)

    def steps(self) -> Iterator[tuple[str, list[str]]]:
        """What to do, one after the other, with the commands."""
        folder, results = self.origin.folder, f"results/{self.origin.name}"
        results = shell(results)
        stem = re.sub(r"\W+", "_", self.origin.name)
        yield self.say("step_change"), []
        yield self.say("step_check"), [f"simcore check {folder}"]
        yield self.say("step_run"), [f"simcore run {folder}"]
        yield self.say("step_report"), [f"simcore report {results} --html {stem}.html" + self._lang()]
        yield self.say("step_decide"), [f"simcore decide {results}" + self._lang()]
        yield (
            self.say("step_inputs"),
            [
                f"simcore inputs export {folder} {stem}.xlsx" + self._lang(),
                f"simcore inputs import {stem}.xlsx --out {stem}_excel",
            ],
        )
        yield self.say("step_sources"), [f"simcore sources {folder}"]

    def _lang(self) -> str:
        return "" if self.language.code == "en" else f" --lang {self.language.code}"

    def lines(self) -> Iterator[str]:
        """The whole file."""
        origin, say = self.origin, self.say
        yield from _comment(say("begun", name=origin.name, origin=self.called, title=_plain(self.scenario.title)))
        yield "##"
        yield from _comment(say("as_it_stands", origin=self.called))
        yield "##"
        yield from _comment(say("marks", origin=self.called))
        yield from _comment(say("numbers"))
        yield "##"
        yield from _comment(say("steps"))
        for number, (words, commands) in enumerate(self.steps(), 1):
            yield from _comment(f"{number}. {words}", hanging="   ")
            yield from (f"##      {command}" for command in commands)
        yield ""
        plain = re.fullmatch(r"[\w./-]+", origin.extends) and not _RISKY.fullmatch(origin.extends)
        yield f"extends: {origin.extends if plain else _quoted(origin.extends)}"
        yield ""
        yield from _comment(say("title"))
        yield f"title: {_quoted(origin.title)}"
        for field in ("question", "question_sv"):
            if getattr(origin.file.scenario, field) is not None:
                yield f"# {field}: {_quoted(getattr(origin.file.scenario, field))}"
        yield ""
        yield "change:"
        yield from self._population()
        yield from self._discount()
        yield from self._programmes()
        yield from self._figures()

    # -- settings -------------------------------------------------------------------------------

    def _population(self) -> Iterator[str]:
        population, say = self.scenario.population, self.say
        yield from _heading(say("who"))
        yield "  population:"
        yield from _comment(say("target_group", persons=f"{population.persons}"), 4)
        yield f"    target_group: {population.target_group}"
        yield from _comment(say("horizon"), 4)
        horizon = population.horizon
        years = {"to_age": horizon.to_age} if horizon.to_age is not None else {"years": horizon.years}
        yield f"    # horizon: {flow(years)}"
        yield from _comment(say("start"), 4)
        yield f"    # start: {flow({'year': population.start.year})}"

    def _discount(self) -> Iterator[str]:
        rate = self.scenario.discount.money
        if not isinstance(rate, str) and self.scenario.money is not None:
            yield from _heading(self.say("future"))
            yield from _comment(self.say("discount"), 2)
            yield f"  # discount: {flow({'money': rate})}"

    def _programmes(self) -> Iterator[str]:
        if not self.scenario.interventions:
            return
        yield from _heading(self.say("programmes"))
        yield "  interventions:"
        for name, of in self.origin.file.scenario.interventions.items():
            yield f"    {flow(name)}:"
            own = "about_sv" if self.language.code == "sv" and of.about_sv is not None else "about"
            for field in ("about", "about_sv"):
                if getattr(of, field) is not None:
                    yield f"      {'' if field == own else '# '}{field}: {_quoted(getattr(of, field))}"
            for field in ("label", "label_sv"):
                if getattr(of, field) is not None:
                    yield f"      # {field}: {_quoted(getattr(of, field))}"
            costs = _payers_of_costs(of)
            if costs:
                actors = ", ".join(self.scenario.actors)
                yield from _comment(self.say("costs", actors=actors), 6)
                yield f"      # costs: {flow(costs)}"

    # -- figures --------------------------------------------------------------------------------

    def _figures(self) -> Iterator[str]:
        groups = list(self._groups())
        if not any(names for _, names in groups):
            return
        yield from _heading(self.say("figures"))
        yield "  parameters:"
        live = True
        for heading, names in groups:
            if not names:
                continue
            yield ""
            yield f"    ## -- {heading}"
            for name in names:
                yield from self._figure(name, live)
                live = False
        yield from self._elsewhere()

    def _groups(self) -> Iterator[tuple[str, list[str]]]:
        """Names of figures that one may know better, in groups with a heading; each once."""
        scenario, seen = self.scenario, set[str]()

        def group(names: Sequence[str]) -> list[str]:
            found = [name for name in dict.fromkeys(names) if name not in seen and _alone(scenario, name)]
            seen.update(found)
            return found

        for name in scenario.interventions:
            wanted = {f"{words} {name}" for words in _OF_PROGRAMME}
            label = self.language.intervention(scenario, name)
            mine = [of for of in scenario.parameters if wanted & set(self.drives[of])]
            # A figure that prices rest on too is theirs: pay, say, that a subsidy is a share of.
            own = [of for of in mine if not any(what.startswith("price ") for what in self.drives[of])]
            yield self.say("programme", label=label), group(_money_first(scenario, own))
        simulated = [of for of in scenario.parameters if "who is simulated" in self.drives[of]]
        yield self.say("persons"), group(simulated)
        rate = scenario.discount.money
        yield self.say("discounting"), group([rate] if isinstance(rate, str) else [])
        priced = [of for of in scenario.parameters if any(what.startswith("price ") for what in self.drives[of])]
        yield self.say("unit_costs"), group([of for of in priced if scenario.parameters[of].price_year is not None])
        bookings = list(scenario.prices.values())
        shares = [share for price in bookings for share in _shares_of(price)]
        yield self.say("payers"), group(shares)
        becomes = [price.cashable for price in bookings if price.cashable is not None]
        yield (
            self.say("cashable"),
            group([of for one in becomes for of in (one.share, one.after, one.step) if isinstance(of, str)]),
        )

    def _figure(self, name: str, live: bool) -> Iterator[str]:
        """A figure: what it is, and the line to take into use; the first as an entry that is live."""
        entry, say = self.scenario.parameters[name], self.say
        yield from _comment(self._about(name, entry), 4)
        fields: dict[str, Any] = {"distribution": _distribution(entry)}
        if entry.price_year is not None:
            fields["price_year"] = entry.price_year
        fields["source"] = {"assumption": say("to_fill_in")}
        if not live:
            yield f"    # {name}: {flow(fields)}"
            return
        yield from _comment(say("live"), 4)
        yield f"    {name}:"
        yield f"      unit: {flow(entry.unit)}"
        yield from (f"      # {field}: {flow(value)}" for field, value in fields.items())

    def _about(self, name: str, entry: Parameter) -> str:
        """What a figure is, its expected value, its source, and what it drives."""
        say, language = self.say, self.language
        about = _plain(entry.about or name)
        mean = entry.distribution.mean
        digits = 0 if abs(mean) >= 1000 else 2 if abs(mean) >= 10 else 4
        value = language.number(mean, digits)
        if "." in value or "," in value:
            value = value.rstrip("0").rstrip(".,") if digits else value
        told = [f"{value} {language.unit(entry.unit)}"]
        if entry.price_year is not None:
            told.append(say("prices_of", year=entry.price_year))
        if entry.grade is not None:
            told.append(say("grade", grade=entry.grade))
        words = [f"{about[0].upper()}{about[1:]}".rstrip(".") + f": {', '.join(told)}."]
        payers = self._payers(name)
        if payers:
            words.append(say("paid_by", names=language.listed(payers)))
        words.append(say("drives", what=driven(self.drives[name], self.scenario, language)))
        words.append(self._source(entry))
        return " ".join(words)

    def _source(self, entry: Parameter) -> str:
        source = entry.source
        if source.work is None:
            return _ended(self.say("assumption", source=_plain(str(source.assumption))))
        work = self.scenario.sources.get(source.work)
        title = source.work if work is None else f"{work.by} ({work.year}), {work.title}"
        return _ended(self.say("source", source=_plain(f"{title}, {source.where}: {source.as_printed}")))

    def _payers(self, name: str) -> list[str]:
        """Who pays what a figure is the price of."""
        found: list[str] = []
        for what in self.drives[name]:
            price = self.scenario.prices.get(what.removeprefix("price "))
            if price is not None and what.startswith("price ") and price.kind in ("resource", "transfer"):
                for payers in (price.actor, price.from_):
                    found += [payers] if isinstance(payers, str) else list(payers or ())
        return [self.language.actor(self.scenario, actor) for actor in dict.fromkeys(found)]

    def _elsewhere(self) -> Iterator[str]:
        """What differs by age or group, and what is drawn together: it is changed in another way."""
        scenario = self.scenario
        used = uses(scenario)
        money = [name for name, table in scenario.tables.items() if name in used and _is_money(table)]
        tables = [name for name in money if any(of.startswith(("price ", "cost of")) for of in self.drives[name])]
        if tables:
            keys = self.language.listed(list(dict.fromkeys(key for name in tables for key in scenario.tables[name].by)))
            yield ""
            yield from _comment(self.say("by_table", keys=keys, names=", ".join(tables)), 4)


def _money_first(scenario: Scenario, names: Sequence[str]) -> list[str]:
    return sorted(names, key=lambda name: scenario.parameters[name].price_year is None)


def _is_money(table: Table) -> bool:
    unit = unit_named(table.unit)
    return unit is not None and unit.kind == "money"


def _alone(scenario: Scenario, name: str) -> bool:
    """Whether a name is that of a parameter whose distribution and source can be written in its place."""
    entry = scenario.parameters.get(name)
    if entry is None or entry.distribution.is_joint or "file" in entry.distribution.given:
        return False
    together = {member for joint in scenario.joint.values() for member in joint.members}
    return name not in together | _taken_away(scenario)


def _taken_away(scenario: Scenario) -> set[str]:
    """Figures of which an alternative, or a population of the calibration, leaves out what goes with their source."""
    changes = [of.change for of in scenario.alternatives.values()]
    if scenario.calibration is not None:
        changes += [of.change for of in scenario.calibration.populations.values()]
    found = set()
    for change in changes:
        entries = change.get("parameters")
        for name, entry in (entries if isinstance(entries, Mapping) else {}).items():
            if isinstance(entry, Mapping) and LEAVE_OUT in entry.values():
                found.add(name)
    return found


def _shares_of(booking: Booking) -> list[str]:
    """Names of the shares of several payers."""
    found = []
    for payers in (booking.actor, booking.from_, booking.to):
        if isinstance(payers, Mapping):
            found += [share for share in payers.values() if isinstance(share, str) and share != "rest"]
    return found


def _payers_of_costs(of: Intervention) -> dict[int, dict[str, Any]]:
    """Who bears the costs of a programme, by the number of the cost."""
    found = {}
    for number, cost in enumerate(of.costs):
        fields = {"actor": cost.actor, "from": cost.from_, "to": cost.to}
        found[number] = {field: payers for field, payers in fields.items() if payers is not None}
    return found


def _distribution(entry: Parameter) -> dict[str, Any]:
    """A distribution as a file says it."""
    given = entry.distribution.given
    return {entry.distribution.name: given["value"] if entry.distribution.name == "fixed" else given}


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _heading(text: str) -> list[str]:
    return ["", f"  ## ==== {text} ".ljust(_WIDTH - 20, "=")]


def _comment(text: str, indent: int = 0, hanging: str = "") -> list[str]:
    """A comment that explains, on lines of some width."""
    begin = " " * indent + "## "
    return textwrap.wrap(
        text, _WIDTH, initial_indent=begin, subsequent_indent=begin + hanging, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def _quoted(text: str) -> str:
    """A text in quotes, on one line; in double quotes a backslash would have a meaning of its own."""
    text = _plain(text) if len(text.splitlines()) > 1 else text
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def flow(value: Any) -> str:
    """Write a value on one line, as the strict reader takes it.

    Examples
    --------
    >>> flow({"lognormal": {"median": 15000.0, "interval_95": [8700, 26000]}})
    '{lognormal: {median: 15000, interval_95: [8700, 26000]}}'
    """
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            text = np.format_float_positional(value, trim="-")
            return text if len(text) <= LONGEST_NUMBER else f"{value:.16e}"
        case str():
            plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_./]*(?: [A-Za-z0-9_./]+)*", value) and not _RISKY.fullmatch(value)
            return value if plain else _quoted(value)
        case Mapping():
            return "{" + ", ".join(f"{flow(key)}: {flow(item)}" for key, item in value.items()) + "}"
        case _:
            return "[" + ", ".join(map(flow, value)) + "]"


def shell(text: str) -> str:
    """Write a word of a command line, quoted where it must be."""
    return text if re.fullmatch(r"[\w./-]+", text) else shlex.quote(text)
