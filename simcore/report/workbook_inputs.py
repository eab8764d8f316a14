"""Sheets about what went in: every figure with its source, tables, works, and how it was run."""

from __future__ import annotations

import json
import shlex
from typing import Any

import numpy as np

from simcore.report.provenance import provenance, values_replaced
from simcore.report.purposes import driven
from simcore.report.workbook_rows import Cell, Sheet, SheetWords
from simcore.scenario.evidence import Evidenced, Parameter
from simcore.uncertainty.distributions import Distribution

_ENDS = (0.05, 0.95)
#: Keys of tables that no scenario gives a name to.
_KEYS = {
    "age": ("age", "ålder"), "year": ("year", "år"), "cycle": ("cycle", "cykel"), "from": ("from", "från"),
    "to": ("to", "till"), "boundary": ("boundary", "gräns"), "start_age": ("start_age", "ålder vid början"),
}  # fmt: skip


class InputSheets(SheetWords):
    """A method for each sheet."""

    def sheets(self) -> list[Sheet]:
        """All that there are, in order."""
        known = provenance(self.file)
        return [self.inputs(known), *([self.tables()] if self.scenario.tables else []), self.works(known)]

    def inputs(self, known: dict[str, Any]) -> Sheet:
        """Every figure with what is known of it."""
        values = self.results["parameter_value"].transpose("draw", "parameter").values
        drawn = {str(name): values[:, place] for place, name in enumerate(self.results["parameter"].values)}
        rows = []
        for figure in known["figures"]:
            value, low, high = self._numbers(figure)
            form = figure["distribution"] or (None if value is not None else figure["value"])
            of_run = drawn.get(figure["name"])
            mean = None if of_run is None else of_run[0] if (of_run == of_run[0]).all() else of_run.mean()
            drives = driven(figure["drives"], self.scenario, self.language, None)
            old = values_replaced(figure, self.tell("another"))
            replaced = [self.tell("replaced", value=value, file=place) for value, place in old]
            evidence = figure["evidence"]
            rows.append([
                figure["name"], figure["about"], value, self.language.unit(figure["unit"] or "") or None, low, high,
                None if mean is None else self.cell(mean, "number"), form, figure["price_year"],
                self.grade_of(figure["grade"]), self.tell(evidence) if evidence else None, figure["work"],
                figure["where"], _text(figure["as_printed"]), figure["conversion"], figure["assumption"],
                figure["checked_by"], drives or None, figure["file"], "; ".join(replaced) or None,
            ])  # fmt: skip
        kinds = {
            "name": "text", "about": "long", "figure_value": "number", "unit": "text", "low": "number",
            "high": "number", "drawn": "number", "form": "long", "price_year": "year", "grade": "text",
            "evidence": "text", "work": "text", "where": "long", "as_printed": "long", "conversion": "long",
            "assumption": "long", "checked_by": "text", "drives": "long", "place": "text", "replaces": "long",
        }  # fmt: skip
        heads = [self.head_of(name, kind) for name, kind in kinds.items()]
        return self.sheet("inputs", heads, rows, [self.tell("inputs_note")])

    def _numbers(self, figure: dict[str, Any]) -> tuple[Cell, Cell, Cell]:
        """Expected value of a figure, with 5 and 95 % where it is uncertain."""
        name, section = str(figure["name"]), figure["section"]
        entry: Evidenced | None = self.scenario.parameters.get(name) if section == "parameters" else None
        calibration = self.scenario.calibration
        if section == "calibration" and calibration is not None:
            target = calibration.targets.get(name.removeprefix("calibration.targets."))
            if target is not None:
                return self.cell(target.observed, "number"), None, None
            own, _, population = name.rpartition(" of ")
            entry = self.file.populations[population].scenario.parameters.get(own)
        if not isinstance(entry, Parameter):
            return None, None, None
        distribution: Distribution = entry.distribution  # of figures that are drawn together, each by itself
        mean = self.cell(distribution.mean, "number")
        if distribution.is_fixed:
            return mean, None, None
        low, high = distribution.ppf(np.array(_ENDS))
        return mean, self.cell(low, "number"), self.cell(high, "number")

    def tables(self) -> Sheet:
        """What stands in the tables."""
        rows: list[list[Cell]] = []
        for name, table in self.scenario.tables.items():
            for cell in table.cells:
                where = ", ".join(self._key(key, str(level)) for key, level in cell.keys.items())
                value = cell.value
                shown = value if isinstance(value, str) else self.cell(value, "number")
                rows.append([name, table.about, where, shown, self.language.unit(table.unit)])
        kinds = {"table": "text", "about": "long", "row_of": "text", "figure_value": "number", "unit": "text"}
        return self.sheet("tables", [self.head_of(of, kind) for of, kind in kinds.items()], rows, labels=1)

    def _key(self, key: str, level: str) -> str:
        """A key of a row of a table, with the labels of variables."""
        if key not in self.scenario.labels:
            return f"{self.language.one_of(_KEYS[key]) if key in _KEYS else key} {level}"
        return f"{self.language.variable(self.scenario, key)}: {self.language.level(self.scenario, key, level)}"

    def works(self, known: dict[str, Any]) -> Sheet:
        """The works that figures come from."""
        rows = []
        for work in known["bibliography"]:
            year = str(work["year"])
            names = "; ".join(use["name"] for use in work["uses"])
            rows.append([
                work["by"], int(year) if year.isascii() and year.isdigit() and len(year) < 5 else year, work["title"],
                work["url"], work["seen_in"], names or None, work["key"],
            ])  # fmt: skip
        kinds = {"by": "long", "year": "year", "title": "long", "address": "link", "seen_in": "long", "uses": "long",
                 "key": "text"}  # fmt: skip
        return self.sheet("works", [self.head_of(of, kind) for of, kind in kinds.items()], rows)


class RunSheet(SheetWords):
    """How it was run."""

    def sheet_of_run(self) -> Sheet:
        """Every attribute, versions, what was asked, and the command to run it again."""
        rows: list[list[Cell]] = [[self.tell(name), value] for name, value in self._facts() if value not in (None, "")]
        attributes = dict(self.results.attrs)
        rows += [[name, _text(attributes[name])] for name in attributes if name not in _TOLD]
        rows.append([self.tell("run_again"), "simcore run --again RESULTS"])
        if command := self._command():
            rows.append([self.tell("run_anew"), command])
        for name, version in json.loads(str(attributes.get("versions", "{}"))).items():
            what = self.tell("processor") if name == "processor" else self.tell("version_of", what=name)
            rows.append([what, str(version)])
        heads = [self.head_of("what", "text"), self.head_of("answer", "long")]
        return self.sheet("run", heads, rows, [self.tell("run_note")])

    def in_short(self) -> str:
        """In a sentence."""
        of, number = self.results.attrs, self.language.number
        return self.tell(
            "run_in_short", draws=number(float(of["n_draws"])), persons=number(float(of["n_persons"])),
            engine=self.tell("expected" if of["engine"] == "expected" else "sampled"), seed=of["seed"],
            version=of["simcore_version"],
        )  # fmt: skip

    def _facts(self) -> list[tuple[str, Cell]]:
        """What the run says of itself, and what was asked of it."""
        of, ask = self.results.attrs, self.found.question
        strategies = json.loads(str(of.get("strategies", "{}")))
        years = self.results["year"].values
        return [
            ("scenario", str(of["scenario"])),
            ("scenario_title", self.scenario.title),
            ("scenario_question", self.scenario.question),
            ("alternative", str(of.get("alternative", ""))),
            ("content_hash", str(of["content_hash"])),
            ("files", "; ".join(self.file.files)),
            ("engine", self.tell("expected" if of["engine"] == "expected" else "sampled")),
            ("n_draws", int(of["n_draws"])),
            ("n_persons", int(of["n_persons"])),
            ("seed", str(of["seed"])),
            ("sampling", str(of.get("sampling", ""))),
            ("luck_of", str(of.get("luck", ""))),
            ("given", "; ".join(json.loads(str(of.get("given", "[]"))))),
            ("groups_by", "; ".join(self.variable(str(name)) for name in json.loads(str(of.get("groups", "[]"))))),
            ("comparator", self.strategy(self.usual)),
            ("strategies", "; ".join(f"{name}: {', '.join(of_it) or '–'}" for name, of_it in strategies.items())),
            ("target_group", self.cell(of["target_group"], "count")),
            ("cohorts", int(of.get("cohorts", 1))),
            ("first_year", int(years[0])),
            ("final_year", int(years[-1])),
            ("cycle_length_years", float(of["cycle_length_years"])),
            ("currency", str(of["currency"])),
            ("money_price_year", int(of["price_year"])),
            ("discount_rate", float(of["discount_rate"])),
            ("outcome_discount_rate", float(of["outcome_discount_rate"])),
            ("discount_by_year", self.tell("yes" if of.get("discount_by_year") else "no")),
            ("inflation", float(ask.inflation)),
            ("budget_years", int(ask.budget_years)),
            ("asked_not_losing", float(ask.not_losing)),
            ("among", "; ".join(self.actor(name) for name in self.found.among)),
            ("also", "; ".join(ask.also)),
            ("simcore_version", str(of["simcore_version"])),
        ]

    def _command(self) -> str | None:
        """What runs the scenario so again; None where something was given that a command does not say."""
        of = self.results.attrs
        if (
            json.loads(str(of.get("given", "[]")))
            or str(of.get("luck", "per_draw")) != "per_draw"
            or of.get("alternative")
        ):
            return None
        words = [
            "simcore",
            "run",
            str(of["scenario"]),
            "--draws",
            str(of["n_draws"]),
            "--persons",
            str(of["n_persons"]),
        ]
        words += ["--seed", str(of["seed"])]
        if of["engine"] == "expected":
            words += ["--engine", "expected"]
        if str(of.get("sampling", "")):
            words += ["--sampling", str(of["sampling"])]
        for attribute in json.loads(str(of.get("groups", "[]"))):
            words += ["--by", str(attribute)]
        return shlex.join(words)


#: Attributes that the sheet has in its own words.
_TOLD = {
    "scenario", "title", "content_hash", "scenario_files", "scenario_main", "alternative", "seed", "n_persons",
    "n_draws", "target_group", "cycle_length_years", "currency", "price_year", "discount_rate", "discount_by_year",
    "outcome_discount_rate", "comparator", "strategies", "groups", "cohorts", "engine", "sampling", "luck", "given",
    "simcore_version", "versions",
}  # fmt: skip


def _text(value: object) -> str | None:
    return None if value is None else str(value)
