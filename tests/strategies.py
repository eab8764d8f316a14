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

Tree = dict[str, Any]

_SCALES = ("odds_ratio", "risk_ratio", "hazard_ratio", "risk_difference")
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


class _Builder:
    """Builds one scenario; every choice is drawn by Hypothesis."""

    def __init__(self, draw: st.DrawFn, money: bool) -> None:
        self.draw, self.money = draw, money
        self.parameters: Tree = {}
        self.tables: Tree = {}
        self.n_cycles = self.whole(2, 12)
        self.age, self.year = self.whole(0, 30), self.whole(2018, 2024)
        self.attributes = {f"a{k}": [f"a{k}l{j}" for j in range(self.whole(2, 3))] for k in range(self.whole(0, 2))}
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

    # -- choices ------------------------------------------------------------------------------

    def whole(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def flip(self) -> bool:
        return self.draw(st.booleans())

    def one(self, items: list[Any] | tuple[Any, ...]) -> Any:
        return self.draw(st.sampled_from(items))

    def some(self, items: list[Any], least: int, most: int) -> list[Any]:
        chosen = self.draw(st.sets(st.sampled_from(range(len(items))), min_size=least, max_size=min(most, len(items))))
        return [items[k] for k in sorted(chosen)]

    def shuffled(self, items: list[Any]) -> list[Any]:
        return self.draw(st.permutations(items))

    def between(self, low: float, high: float) -> float:
        """A number from `low` to `high`, with few digits so that it is written as a decimal."""
        return min(max(round(low + (high - low) * self.whole(0, 20) / 20, 6), low), high)

    # -- numbers ------------------------------------------------------------------------------

    def parameter(self, low: float, high: float, unit: str) -> str:
        """A parameter whose values stay from `low` to `high`: fixed, or uncertain."""
        a, b = sorted((self.between(low, high), self.between(low, high)))
        a, b = round(a, 6), round(b, 6)
        if b - a < 1e-5 or self.flip():
            distribution: Tree = {"fixed": a}
        elif self.flip():
            distribution = {"uniform": {"min": a, "max": b}}
        else:
            distribution = {"triangular": {"min": a, "mode": a, "max": b}}
        name = f"p{len(self.parameters)}"
        self.parameters[name] = evidenced(distribution, unit)
        return name

    def quantity(self, low: float, high: float, unit: str, keys: list[str]) -> str:
        """A parameter, or a table by one or two of the `keys`, whose cells are numbers or parameters."""
        if not keys or self.whole(0, 2) > 0:
            return self.parameter(low, high, unit)
        by = self.some(keys, 1, 2)
        rows: list[list[Any]] = [[]]
        for key in by:
            rows = [[*row, level] for row in rows for level in self.levels(key)]
        for row in rows:
            plain = self.whole(0, 3) > 0
            row.append(round(self.between(low, high), 6) if plain else self.parameter(low, high, unit))
        name = f"t{len(self.tables)}"
        self.tables[name] = {"about": "a table", "by": by, "unit": unit, "source": {"assumption": "generated"}}
        if len(by) == 1 and self.flip():
            self.tables[name]["values"] = dict(rows)
        else:
            self.tables[name]["csv"] = self.shuffled(rows)
        return name

    def levels(self, key: str) -> list[Any]:
        """Keys that cover everything a variable can be."""
        if key in self.attributes:
            return self.attributes[key]
        if key in self.domains:
            return self.domains[key]
        low, high = self.span(key)
        cut = self.whole(low, high)
        if key == "year":
            return list(range(low, high + 1))
        return [f"{low}-{cut}", f"{cut + 1}+"]

    def span(self, key: str) -> tuple[int, int]:
        """First and last value of age, year or a phase."""
        first = {"age": self.age, "year": self.year}.get(key, 0)
        return first, first + self.n_cycles - (1 if key in ("age", "year") else 0)

    # -- conditions ---------------------------------------------------------------------------

    def condition(self, variables: list[str], most: int = 2) -> Tree:
        written: Tree = {}
        for variable in self.some(variables, 0, most) if variables else []:
            written[variable] = self.part(variable)
        if variables and self.whole(0, 3) == 0:
            other = self.one(variables)
            written["not"] = {other: self.part(other)}
        return written

    def part(self, variable: str) -> Any:
        named = self.attributes.get(variable) or self.domains.get(variable)
        if named:
            values = self.some(named, 1, len(named) - 1)
            return values[0] if len(values) == 1 and self.flip() else values
        low, high = self.span(variable)
        value = self.whole(low, high)
        ends = {"at_least": value}, {"less_than": value + 1}, {"from": value, "to": min(value + 2, high)}
        return self.one([value, [low, value], *ends])

    # -- sections -----------------------------------------------------------------------------

    def shares(self, levels: list[str], keys: list[str]) -> Tree:
        """Shares of some levels; sometimes without a rest, when they add up to 1 as written."""
        named = self.some(levels, 1, len(levels))
        if len(named) == 1:
            return {named[0]: self.one([1, "rest"])}
        if self.whole(0, 3) == 0:
            cuts = sorted(self.whole(0, 100) for _ in named[1:])
            parts = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
            shares: Tree = {}
            for level, part in zip(named, parts, strict=True):
                shares[level] = f"p{len(self.parameters)}"
                self.parameters[shares[level]] = evidenced({"fixed": part / 100}, "share")
            return shares
        rest = self.one(named)
        return {
            level: "rest" if level == rest else self.quantity(0.0, 1.0 / len(named), "share", keys)
            for level in self.shuffled(named)
        }

    def moves(self) -> dict[str, Tree]:
        """Every domain's moves; `acts` collects, for each move, the modifiers whose size is still open."""
        moves: dict[str, Tree] = {}
        self.acts: dict[str, list[Tree]] = {}
        self.caps: dict[str, float] = {}
        self.parents: dict[str, list[str]] = {}
        everything = [*self.attributes, *self.domains]
        for name, states in self.domains.items():
            small = [other for other in everything if len(self.attributes.get(other) or self.domains[other]) <= 4]
            self.parents[name] = [*self.some(small, 0, 2), "age", "year"] if small else ["age", "year"]
            moves[name] = {}
            for state in states:
                if state != "dead":
                    moves[name] |= self.exits(name, state, [other for other in states if other != state])
            moves[name] = {text: moves[name][text] for text in self.shuffled(list(moves[name]))}
        return moves

    def exits(self, domain: str, state: str, others: list[str]) -> Tree:
        targets = self.some(others, 0, 3)
        rest = self.one(targets) if len(targets) > 1 and self.whole(0, 3) == 0 else None
        is_rate = self.whole(0, 3) == 0
        exits: Tree = {}
        for target in targets:
            text = f"{state} -> {target}"
            if target == rest:
                exits[text] = "rest"
                continue
            exits[text] = {"rate" if is_rate else "probability": None}
            self.caps[f"{domain}.{text}"] = self.between(0.2, 2.0) if is_rate else self.between(0.2, 1.0) / len(targets)
            self.acts[f"{domain}.{text}"] = []
            for _ in range(self.one([0, 0, 1, 2])):
                variables = [*self.parents[domain], *self.interventions]
                act = {"if": self.condition(variables, 2), "evidence": "assumed"}
                if self.whole(0, 2) == 0:
                    act["movable_share"] = self.parameter(0.0, 1.0, "share")
                exits[text].setdefault("modifiers", []).append(act)
                self.acts[f"{domain}.{text}"].append(act)
        return exits

    def settle(self, moves: dict[str, Tree]) -> None:
        """Give every move its numbers: sizes of modifiers first, then a baseline that leaves room for them."""
        for name, acts in self.acts.items():
            domain, text = name.split(".")
            move = moves[domain][text]
            cap, room, lowest = self.caps[name], self.caps[name], 1.0
            unit = "rate per year" if "rate" in move else "probability per year"
            kind = 0 if "rate" in move else self.whole(0, 9)
            scales = ("hazard_ratio",) if "rate" in move else _SCALES[:3] if kind <= 1 else _SCALES
            differences = []
            keys = self.parents[domain]
            for act in acts:
                scale = self.one(scales)
                if scale == "risk_difference":
                    differences.append(act)
                    continue
                low, high = self.one([(0.1, 0.6), (0.5, 2.0), (1.5, 3.5)])
                act[scale] = self.quantity(low, high, scale.replace("_", " "), keys)
                room, lowest = room / max(high, 1.0), lowest * min(low, 1.0)
            if kind == 1 and "probability" in move and not differences:
                move["probability"] = 0
                continue
            part = room / (1 + len(differences))
            base = (0.3 * part, part)
            for act in differences:
                low, high = -0.9 * base[0] * lowest / len(differences), (cap - part * cap / room) / len(differences)
                low, high = (-round(-low - 5e-7, 6) if low < 0 else 0.0), round(high * 0.99 - 5e-7, 6)
                act["risk_difference"] = self.parameter(min(low, 0.0), max(high, 0.0), "risk difference")
            field = "rate" if "rate" in move else "probability"
            move[field] = self.quantity(base[0], round(base[1] - 1e-6, 6), unit, keys)

    def effects(self, intervention: str) -> list[Tree]:
        open_moves = [move for move, acts in self.acts.items() if len(acts) < 3]
        effects = []
        for move in self.some(open_moves, 0, 3) if open_moves else []:
            first = self.whole(1, 3)
            last = self.one([first, first + 1, first + 2, "onwards"])
            effect: Tree = {"move": move, "years": [first, last], "evidence": "causal"}
            if self.flip():
                others = [other for other in self.interventions if other != intervention]
                effect["if"] = self.condition([*self.parents[move.split(".")[0]], *others], 1)
            if last != "onwards" and self.whole(0, 3) > 0:
                effect["fade"] = {"half_life": self.parameter(0.5, 4.0, "year")}
            if self.whole(0, 2) == 0:
                effect["movable_share"] = self.parameter(0.0, 1.0, "share")
            self.acts[move].append(effect)
            effects.append(effect)
        return effects

    def enrolment(self) -> Tree:
        asked = [*self.attributes, *self.domains]
        keys = self.some([*self.attributes, *self.domains, "age"], 0, 1)
        uptake = self.one([1, 1, None, None, None, 0])
        return {
            "at_age": self.whole(self.age, self.age + min(self.n_cycles - 1, 3)),
            "if": self.condition(asked, 2) if self.flip() else {},
            "uptake": self.quantity(0.2, 0.9, "probability", keys) if uptake is None else uptake,
        }

    def payers(self) -> Any:
        names = list(self.actors)
        if len(names) == 1 or self.flip():
            return self.one(names)
        chosen = self.some(names, 2, 3)
        return {
            name: "rest" if name == chosen[-1] else self.quantity(0.0, 0.5, "share", ["age", "year"]) for name in chosen
        }

    def amount(self, per: str) -> str:
        name = self.parameter(10.0, 1000.0, f"SEK per {per}")
        self.parameters[name]["price_year"] = self.one([_PRICE_YEAR, 2020]) if self.index else _PRICE_YEAR
        return name

    def booking(self, per: str) -> Tree:
        kind = self.one(["resource", "transfer", "production", "tax", "intangible"])
        booked: Tree = {}
        if kind == "tax":
            booked = {"tax": self.quantity(0.0, 0.6, "share", ["age", "year"]), "base": self.amount(per)}
        else:
            booked[kind] = self.amount(per)
        if kind in ("transfer", "tax"):
            booked |= {"from": self.payers(), "to": self.payers()}
        else:
            booked["to" if kind == "production" else "actor"] = self.payers()
        if self.whole(0, 2) == 0:
            booked["share"] = self.quantity(0.0, 1.0, "share", ["age", "year"])
        return booked

    def when(self) -> Tree:
        variables = [*self.attributes, *self.domains, *self.interventions, "age", "year"]
        if self.acts and self.flip():
            when = {"move": self.one(sorted(self.acts))}
            return when | ({"if": self.condition(variables)} if self.flip() else {})
        return {"while": self.condition(variables)}

    def price(self) -> Tree:
        when = self.when()
        return {**when, **self.booking("event" if "move" in when else self.one(["year", "month", "day"]))}

    def programme_cost(self) -> Tree:
        kind = self.one(["programme", "programme_transfer"])
        once = self.flip()
        first = self.whole(1, 3)
        cost: Tree = {kind: self.amount("participant" if once else self.one(["year", "month"]))}
        if not once:
            cost["years"] = [first, self.one(["onwards", first, first + 1])]
        cost |= {"actor": self.payers()} if kind == "programme" else {"from": self.payers(), "to": self.payers()}
        if self.flip():
            cost["while"] = self.condition([*self.attributes, *self.domains, "age"], 1)
        return cost

    def build(self) -> Tree:
        population: Tree = {
            "persons": 40,
            "target_group": self.whole(1, 40),
            "start": {"age": self.age, "year": self.year},
            "horizon": {"years": self.n_cycles},
            "attributes": {},
            "start_states": {},
        }
        for number, (name, levels) in enumerate(self.attributes.items()):
            population["attributes"][name] = dict.fromkeys(levels, 0) | self.shares(
                levels, list(self.attributes)[:number]
            )
        for name, states in self.domains.items():
            keys = [*self.attributes, "age", "year"]
            certain = self.flip()
            population["start_states"][name] = self.one(states) if certain else self.shares(states, keys)
        moves = self.moves()
        self.index = self.money and self.flip()
        self.actors = {
            f"actor{k}": {"sector": self.one(["public", "employer", "household", "other"])}
            for k in range(self.whole(1, 4))
        }
        interventions: Tree = {}
        for name in self.interventions:
            interventions[name] = {
                "about": f"the programme {name}",
                "enrol": self.enrolment(),
                "effects": self.effects(name),
                "costs": [self.programme_cost() for _ in range(self.whole(0, 2))] if self.money else [],
            }
        self.settle(moves)
        strategies: Tree = {"usual": []}
        for number in range(self.whole(0, 3)):
            members = self.some(self.interventions, 0, 3) if self.interventions else []
            strategies[f"strategy{number}"] = self.shuffled(members)
        tree: Tree = {
            "title": "a generated scenario",
            "population": population,
            "domains": {
                name: {"states": states, "moves": moves[name]} | ({"ends_life": "dead"} if name == "vital" else {})
                for name, states in self.domains.items()
            },
            "actors": self.actors,
            "outcomes": {
                f"outcome{k}": {"about": "an outcome", "good": True, **self.when()} for k in range(self.whole(0, 3))
            },
            "interventions": interventions,
            "strategies": strategies,
            "comparator": self.one(list(strategies)),
            "accrual": self.one(["start_of_cycle", "end_of_cycle", "half_cycle"]),
            "draws": 3,
            "seed": self.one([0, 1, 7, 2**64 - 1]),
        }
        if self.money:
            tree["prices"] = {f"price{k}": self.price() for k in range(self.whole(1, 4))}
            tree["money"] = {"currency": "SEK", "price_year": _PRICE_YEAR}
            tree["discount"] = {"money": self.one([0.0, 0.03, self.parameter(0.01, 0.06, "per year")])}
            if self.index:
                tree["money"]["index"] = "cpi"
                self.tables["cpi"] = {
                    "about": "a price index", "by": ["year"], "values": {2020: 100.0, _PRICE_YEAR: 112.5},
                    "unit": "price index", "source": {"assumption": "generated"},
                }  # fmt: skip
            if self.flip():
                actor = self.one(list(self.actors))
                tree["public_funds"] = {"factor": self.parameter(1.0, 1.5, "factor"), "actor": actor}
        tree |= {"parameters": self.parameters, "tables": self.tables}
        return tree


def evidenced(distribution: Tree, unit: str, **more: Any) -> Tree:
    """A parameter with everything that a parameter must carry."""
    return {
        "about": "a number", "distribution": distribution, "unit": unit, "source": {"assumption": "generated"}, **more,
    }  # fmt: skip


@st.composite
def scenarios(draw: st.DrawFn, money: bool = True) -> Tree:
    """Trees of valid scenario files: 1 to 9 domains of 2 to 8 states, up to 3 interventions and 4 strategies."""
    return _Builder(draw, money).build()
