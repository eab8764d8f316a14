"""Hypothesis strategies: scenario files, as trees of plain values that tests can change before they are read.

Every generated scenario is valid in every draw: baselines are chosen last, so small that all modifiers
and effects together cannot lift the ways out of a state above 1.
"""

from __future__ import annotations

import csv
import io
import tempfile
import warnings
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from simcore.errors import ScenarioWarning
from simcore.scenario.loading import ScenarioFile, read_scenario
from tests.generated_effects import cycles
from tests.generated_enrolment import drop_out, enrolment
from tests.generated_money import cashable, displacement, fixed_cost, scale
from tests.generated_moves import Moves, Way
from tests.generated_numbers import Tree, evidenced

__all__ = ["Tree", "evidenced", "read", "scenarios", "write"]

_PRICE_YEAR = 2022


class _Dumper(yaml.SafeDumper):
    """YAML without anchors and aliases, which scenario files may not have."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def write(tree: Tree, folder: Path) -> Path:
    """Write a tree as ``scenario.yaml``; the rows of tables with ``csv`` go into files of their own."""
    folder.mkdir(parents=True, exist_ok=True)
    tree = {**tree, "tables": {name: dict(table) for name, table in tree.get("tables", {}).items()}}
    for name, table in tree["tables"].items():
        if "csv" in table:
            text = io.StringIO()
            rows = csv.writer(text, lineterminator="\n")
            rows.writerow([*table["by"], "value"])
            rows.writerows(table.pop("csv"))
            table["file"] = f"{name}.csv"
            (folder / table["file"]).write_text(text.getvalue(), encoding="utf-8")
    path = folder / "scenario.yaml"
    path.write_text(yaml.dump(tree, Dumper=_Dumper, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


def read(tree: Tree) -> ScenarioFile:
    """Write a tree to a temporary folder and read it; what would surprise its author is no news here."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", ScenarioWarning)
        return read_scenario(write(tree, Path(folder)))


PER_YEAR = {"year": 1, "quarter": 4, "month": 12}


class _Builder(Moves):
    """Builds one scenario; every choice is drawn by Hypothesis."""

    def __init__(self, draw: st.DrawFn, money: bool, cohorts: tuple[int, ...]) -> None:
        super().__init__(draw)
        self.money = money
        self.cycle = self.one(["year", "year", "quarter", "month"])
        self.per_year = PER_YEAR[self.cycle]
        self.n_years = self.whole(*{"year": (2, 12), "quarter": (1, 4), "month": (1, 2)}[self.cycle])
        self.n_cycles = self.n_years * self.per_year
        self.year = self.whole(2018, 2024)
        self.cohorts = self.one(cohorts)
        self.own_attributes = {f"a{k}": [f"a{k}l{j}" for j in range(self.whole(2, 3))] for k in range(self.whole(0, 2))}
        self.joint = {f"j{k}": [f"j{k}l{j}" for j in range(self.whole(2, 3))] for k in range(2)}
        if not self.sometimes():
            self.joint = {}
        self.attributes = self.joint | self.own_attributes
        self.traits = {f"trait{k}": self.whole(2, 4) for k in range(self.one([0, 0, 0, 1, 2]))}
        sizes = self.draw(
            st.one_of(
                st.lists(st.integers(2, 4), min_size=1, max_size=4),
                st.lists(st.integers(2, 3), min_size=5, max_size=8),
                st.lists(st.integers(5, 8), min_size=1, max_size=2),
            )
        )
        self.domains = {f"d{k}": [f"d{k}s{j}" for j in range(size)] for k, size in enumerate(sizes)}
        self.vital = self.flip()
        if self.vital:
            self.domains["vital"] = self.shuffled(["alive", "dead"])
            self.domains = {name: self.domains[name] for name in self.shuffled(list(self.domains))}
        self.interventions = [f"i{k}" for k in range(self.whole(0, 3))]
        self.left_early = [name for name in self.interventions if self.sometimes()]
        self.start_ages()

    # -- population ---------------------------------------------------------------------------

    def start_ages(self) -> None:
        """One age for all, or a table of ages by attributes."""
        youngest = self.whole(0, 30)
        self.ages, self.start_age = [youngest], youngest
        self.horizon: Tree = {"years": self.n_years} if self.flip() else {"to_age": youngest + self.n_years}
        if not self.attributes or not self.sometimes():
            return
        by = self.some(list(self.attributes), 1, 2)
        rows: list[list[Any]] = [[]]
        for key in by:
            rows = [[*row, level] for row in rows for level in self.attributes[key]]
        later = 4 if "years" in self.horizon else min(self.n_years - 1, 4)
        ages = [youngest, *(youngest + self.whole(0, later) for _ in rows[1:])]
        self.tables["ages"] = {
            "about": "ages", "by": by, "unit": "age", "source": {"assumption": "generated"},
            "csv": [[*row, age] for row, age in zip(rows, ages, strict=True)],
        }  # fmt: skip
        self.ages, self.start_age = sorted(set(ages)), "ages"

    def joint_table(self) -> None:
        """Attributes that are drawn together: shares or counts of persons, not of every combination."""
        by = list(self.joint)
        cells = [[a, b] for a in self.joint[by[0]] for b in self.joint[by[1]]]
        # Every level occurs, so that what conditions and tables say of it has a meaning.
        for cell in self.some(cells, 0, 2):
            left = [other for other in cells if other != cell]
            if all({other[k] for other in left} == set(levels) for k, levels in enumerate(self.joint.values())):
                cells = left
        if self.flip():
            sizes: list[float] = [self.whole(0, 9) for _ in cells]
            sizes[self.whole(0, len(cells) - 1)] += 1
            unit = "count"
        else:
            sizes, unit = self.hundredths(len(cells)), "share"
        rows = [[*cell, size] for cell, size in zip(cells, sizes, strict=True)]
        self.tables["together"] = {
            "about": "persons", "by": by, "unit": unit, "source": {"assumption": "generated"},
            "csv": self.shuffled(rows),
        }  # fmt: skip

    def trait(self, name: str) -> Tree:
        """A number that differs between persons; `generated_moves.TRAIT` says between which."""
        form = self.one(["gamma", "lognormal", "normal", "uniform"])
        given = (
            {"min": self.parameter(0.2, 0.8, "factor"), "max": self.parameter(0.9, 1.6, "factor")}
            if form == "uniform"
            else {"mean": self.one([1, self.parameter(0.8, 1.0, "factor")]),
                  "sd": self.one([0, self.quantity(0.0, 0.4, "factor", [])])}
        )  # fmt: skip
        multiplies = []
        for domain, start, end in self.some([way for way, kind in self.ways.items() if kind != "count"], 0, 2):
            wide = [way for way in (*self.ways, *self.rests) if way[0] == domain and way[2] == end]
            if self.flip() and all(self.ways.get(way, "count") != "count" for way in wide):
                multiplies.append(f"{domain}.any -> {end}")
                self.multiplied += [way for way in wide if way not in self.multiplied]
            elif (domain, start, end) not in self.multiplied:
                multiplies.append(f"{domain}.{start} -> {end}")
                self.multiplied.append((domain, start, end))
        trait: Tree = {
            "about": "a trait", "distribution": {form: given}, "levels": self.traits[name], "unit": "hazard ratio",
        }  # fmt: skip
        return trait | ({"multiplies": multiplies} if multiplies else {})

    # -- sections -----------------------------------------------------------------------------

    @property
    def times(self) -> list[str]:
        """Variables of time that are the same for everybody."""
        return ["year", "cycle"] if len(self.ages) > 1 or self.start_age == "ages" else ["age", "year", "cycle"]

    def payers(self, times: list[str] | None = None) -> Any:
        names = list(self.actors)
        if len(names) == 1 or self.flip():
            return self.one(names)
        chosen, times = self.some(names, 2, 3), times or self.times
        return {name: "rest" if name == chosen[-1] else self.quantity(0.0, 0.5, "share", times) for name in chosen}

    def few(self) -> list[str]:
        """What an amount depends on: time, and at most one variable with few values."""
        variables = [*self.attributes, *self.domains, *self.traits, *self.memory, *self.interventions]
        return [*self.times, *self.some([key for key in variables if self.values(key) <= 6], 0, 1)]

    def price_year(self) -> int:
        return self.one([_PRICE_YEAR, 2020]) if self.index else _PRICE_YEAR

    def amount(self, per: str) -> str:
        return self.quantity(10.0, 1000.0, f"SEK per {per}", self.few(), price_year=self.price_year())

    def booking(self, per: str) -> Tree:
        kind = self.one(["resource", "transfer", "production", "tax", "intangible"])
        booked: Tree = {}
        if kind == "tax":
            booked = {"tax": self.quantity(0.0, 0.6, "share", self.times), "base": self.amount(per)}
        else:
            booked[kind] = self.amount(per)
        if kind in ("transfer", "tax"):
            booked |= {"from": self.payers(), "to": self.payers()}
        else:
            booked["to" if kind == "production" else "actor"] = self.payers()
        if self.whole(0, 2) == 0:
            booked["share"] = self.quantity(0.0, 1.0, "share", self.times)
        return booked

    def when(self, once: bool = True) -> Tree:
        variables = [*self.attributes, *self.domains, *self.interventions, *self.memory, *self.traits, "age", "year"]
        if self.ways and self.flip():
            when = {"move": self.move_text([*self.ways, *self.rests])}
            return when | ({"if": self.condition([*variables, "cycle"])} if self.flip() else {})
        when = {"while": self.condition(variables)}
        return when | ({"once": "at_start"} if once and self.sometimes() else {})

    def price(self) -> Tree:
        when = self.when()
        pers = ["event"] if "move" in when else ["person"] if "once" in when else ["year", "month", "day"]
        booking = self.booking(self.one(pers))
        spread: Tree = {}
        if "move" in when and self.flip():
            cv = self.quantity(0.0, 3.0, "coefficient of variation", [])
            spread = {"spread": {self.one(["lognormal", "gamma"]): {"cv": cv}}}
        return {**when, **booking, **cashable(self, booking), **spread}

    def outcome(self) -> Tree:
        def part() -> Tree:
            weight = {"weight": self.quantity(-0.5, 1.0, "utility", self.few())} if self.sometimes() else {}
            return {**self.when(), **weight}

        counted: Tree = {"sum": [part() for _ in range(self.whole(1, 3))]} if self.sometimes() else part()
        return {"about": "an outcome", "good": True, **counted}

    def programme_cost(self) -> Tree:
        kind = self.one(["programme", "programme_transfer"])
        if self.sometimes():
            cost = fixed_cost(self, kind)
        else:
            once, first = self.flip(), self.whole(1, 3)
            cost = {kind: self.amount("participant" if once else self.one(["year", "month"])), **scale(self)}
            if not once:
                cost["years"] = [first, self.one(["onwards", first, first + 1])]
                if self.sometimes():
                    del cost["years"]
                    cost["cycles"] = cycles(self)
            if self.flip():
                cost["while"] = self.condition([*self.attributes, *self.domains, *self.memory, "age"], 1)
        times = ["year", "cycle"] if "fixed" in cost else self.times
        return cost | {side: self.payers(times) for side in (["actor"] if kind == "programme" else ["from", "to"])}

    def rate(self) -> Any:
        """A discount rate: a number, a parameter, or a table or formula of time."""
        return self.one([0.0, 0.03, self.quantity(0.01, 0.06, "per year", ["year", "cycle"])])

    def accrual(self) -> Any:
        equally_long = isinstance(self.start_age, int) or "years" in self.horizon
        whole = ["both_ends", "weights"] if equally_long else []
        rule = self.one(["half_cycle", "start_of_cycle", "end_of_cycle", *whole])
        if rule != "weights":
            return rule
        if self.flip():
            self.derived["weights"] = {"formula": "if(boundary % 2 == 0, 2, 4) / 3", "unit": "factor"}
        else:
            self.tables["weights"] = {
                "about": "weights", "by": ["boundary"], "unit": "factor", "source": {"assumption": "generated"},
                "values": {"0": 0.5, f"1-{self.n_cycles - 1}": 1.0, f"{self.n_cycles}+": self.one([0.5, 1.5])},
            }  # fmt: skip
        return {"weights": "weights"}

    def build(self) -> Tree:
        population: Tree = {
            "persons": 40,
            "target_group": self.whole(1, 40),
            "start": {"age": self.start_age, "year": self.year},
            "horizon": self.horizon,
            "cohorts": self.cohorts,
            "attributes": {},
            "start_states": {},
        }
        if self.joint:
            self.joint_table()
            population["joint"] = ["together"]
        earlier = list(self.joint)
        for name, levels in self.own_attributes.items():
            population["attributes"][name] = dict.fromkeys(levels, 0) | self.shares(levels, earlier)
            earlier.append(name)
        self.skeletons()
        self.multiplied: list[Way] = []
        if self.traits:
            population["traits"] = {name: self.trait(name) for name in self.traits}
        for name, states in self.domains.items():
            keys = [*self.attributes, *self.traits, "age", "year"]
            certain = self.flip()
            population["start_states"][name] = self.one(states) if certain else self.shares(states, keys)
        memory = self.remember()
        self.add_modifiers()
        self.index = self.money and self.flip()
        self.actors = {
            f"actor{k}": {"sector": self.one(["public", "employer", "household", "other"])}
            for k in range(self.whole(1, 4))
        }
        self.accrual_rule = self.accrual()
        interventions: Tree = {}
        for name in self.interventions:
            enrol = enrolment(self, name)
            interventions[name] = {
                "about": f"the programme {name}",
                "enrol": enrol,
                **drop_out(self, name),
                "effects": self.effects(name, enrol.get("at_age")),
                "costs": [self.programme_cost() for _ in range(self.whole(0, 2))] if self.money else [],
            }
        self.settle()
        strategies: Tree = {"usual": []}
        for number in range(self.whole(0, 3)):
            members = self.some(self.interventions, 0, 3) if self.interventions else []
            strategies[f"strategy{number}"] = self.shuffled(members)
        domains: Tree = {}
        for name, states in self.domains.items():
            domains[name] = {"states": states, "moves": self.written[name]}
            if name == "vital":
                domains[name]["ends_life"] = "dead"
            if self.styles[name] == "continuous":
                domains[name]["time"] = "continuous"
            if self.styles[name] == "matrix":
                domains[name]["matrix"] = f"matrix_{name}"
        tree: Tree = {
            "title": "a generated scenario",
            "cycle": self.cycle,
            "population": population,
            "domains": domains,
            "memory": memory,
            "actors": self.actors,
            "outcomes": {f"outcome{k}": self.outcome() for k in range(self.whole(0, 3))},
            "interventions": interventions,
            "strategies": strategies,
            "comparator": self.one(list(strategies)),
            "accrual": self.accrual_rule,
            "events_fall": self.one(["middle_of_cycle", "start_of_cycle", "end_of_cycle"]),
            "groups": self.some([*self.attributes, *self.traits], 0, 2),
            "draws": 3,
            "seed": self.one([0, 1, 7, 2**64 - 1]),
        }
        if self.money:
            tree["prices"] = {f"price{k}": self.price() for k in range(self.whole(1, 4))}
            tree["money"] = {"currency": "SEK", "price_year": _PRICE_YEAR}
            tree["discount"] = {"money": self.rate(), "outcomes": self.rate()}
            if self.index:
                tree["money"]["index"] = "cpi"
                self.tables["cpi"] = {
                    "about": "a price index", "by": ["year"], "values": {2020: 100.0, _PRICE_YEAR: 112.5},
                    "unit": "price index", "source": {"assumption": "generated"},
                }  # fmt: skip
            if self.flip():
                actor = self.one(list(self.actors))
                tree["public_funds"] = {"factor": self.parameter(1.0, 1.5, "factor"), "actor": actor}
            displacement(self, tree)
        tree |= {"parameters": self.parameters, "tables": self.tables, "derived": self.derived}
        return tree


@st.composite
def scenarios(draw: st.DrawFn, money: bool = True, cohorts: tuple[int, ...] = (1, 1, 1, 1, 1, 2)) -> Tree:
    """Trees of valid scenario files: 1 to 9 domains of 2 to 8 states, up to 3 interventions and 4 strategies."""
    return _Builder(draw, money, cohorts).build()
