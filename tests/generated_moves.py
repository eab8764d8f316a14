"""Generated ways out of states, clocks and counters that watch them, and the modifiers and effects on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from tests.generated_effects import Sizes, over, shape
from tests.generated_numbers import Memory, Numbers, Tree, duration, floor

#: Way from one state to another: domain, from, to.
Way = tuple[str, str, str]
#: Levels of a trait lie in this range, whatever its distribution (mean 0.8 to 1, sd up to 0.4, at most 4 levels).
TRAIT = (0.1, 1.75)


@dataclass
class Act:
    """A modifier or effect whose size is still open, and the ways it acts on.

    `kind` is that of the move it is written at; `window` [years] that of an effect which is taken back; `months` the
    time it was measured over; `keys` what else its size may depend on.
    """

    entry: Tree
    ways: list[Way]
    kind: str = ""
    scale: str = ""
    window: float = 0.0
    months: int = 0
    keys: list[str] = field(default_factory=list)


class Moves(Numbers):
    """Writes the moves of every domain, and sizes them last so that no probability is left without room."""

    horizon: Tree
    multiplied: list[Way]

    # -- moves --------------------------------------------------------------------------------

    def skeletons(self) -> None:
        """Which moves there are: `written` in each domain, and `ways` with what each is sized by."""
        self.written: dict[str, Tree] = {}
        self.styles: dict[str, str] = {}
        self.ways: dict[Way, str] = {}
        self.rests: list[Way] = []
        self.replaced: list[Way] = []
        self.units_of_matrix: dict[str, str] = {}
        self.texts: dict[tuple[str, str], list[Way]] = {}
        self.units: dict[Way, str] = {}
        for name, states in self.domains.items():
            self.styles[name] = self.one(["plain", "plain", "plain", "plain", "wildcard", "matrix", "continuous"])
            self.written[name] = {}
            getattr(self, f"_{self.styles[name]}")(name, states)
            self.written[name] = {text: self.written[name][text] for text in self.shuffled(list(self.written[name]))}

    def per_time(self, has_rest: bool) -> str:
        """Unit of probabilities: a rest beside them needs those of a cycle where that is no year."""
        return "probability per cycle" if (has_rest and self.per_year > 1) or self.flip() else "probability per year"

    def exits(self, name: str, state: str, kind: str, unit: str = "", rests: bool = True) -> None:
        """Write the ways out of a state, all sized alike; perhaps one that takes the rest."""
        targets = self.some([other for other in self.domains[name] if other != state], 0, 3)
        rests = rests and (kind == "probability" or self.per_year == 1)
        rest = self.one(targets) if rests and len(targets) > 1 and self.whole(0, 3) == 0 else None
        unit = unit or self.per_time(rest is not None)
        for target in targets:
            if target == rest:
                self.written[name][f"{state} -> {target}"] = "rest"
                self.rests.append((name, state, target))
            else:
                self.write(name, f"{state} -> {target}", [(name, state, target)], kind, unit)

    def write(self, name: str, text: str, ways: list[Way], kind: str, unit: str) -> None:
        self.written[name][text] = {kind: None}
        self.texts[name, text] = ways
        for way in ways:
            self.ways[way], self.units[way] = kind, unit

    def living(self, name: str) -> list[str]:
        return [state for state in self.domains[name] if state != "dead"]

    def _plain(self, name: str, states: list[str]) -> None:
        for state in self.living(name):
            self.exits(name, state, "rate" if self.whole(0, 3) == 0 else "probability")

    def _continuous(self, name: str, states: list[str]) -> None:
        for state in self.living(name):
            self.exits(name, state, "rate", rests=False)

    def _wildcard(self, name: str, states: list[str]) -> None:
        """A move from any state beside those of single states, which go before it."""
        kind = self.one(["probability", "rate"])
        to = self.one(states)
        is_rest = self.sometimes()
        unit = self.per_time(True)
        for state in self.living(name):
            self.exits(name, state, kind, unit, rests=unit == "probability per cycle" or self.per_year == 1)
        others = [state for state in self.living(name) if state != to and f"{state} -> {to}" not in self.written[name]]
        if is_rest and (self.per_year == 1 or (unit == "probability per cycle" and kind == "probability")):
            with_rest = {start for domain, start, _ in self.rests if domain == name}
            self.written[name][f"any -> {to}"] = "rest"
            self.rests += [(name, state, to) for state in others if state not in with_rest]
        else:
            self.write(name, f"any -> {to}", [(name, state, to) for state in others], kind, unit)

    def _matrix(self, name: str, states: list[str]) -> None:
        """A table by from and to, and perhaps a move or a rest beside it that replaces a cell."""
        counted = self.flip()
        overridden = [] if counted else self.some(self.living(name), 0, 1)
        rested = self.some(self.living(name), 0, 1) if self.sometimes() else []
        unit = self.per_time(bool(rested))
        if counted:
            unit = "count" if unit == "probability per cycle" else "count per year"
        self.units_of_matrix[name] = unit
        for state in self.living(name):
            targets = self.some([other for other in states if other != state], 0, 3)
            for target in targets:
                self.ways[name, state, target] = "count" if counted else "cell"
                self.units[name, state, target] = unit
            others = [other for other in states if other != state]
            if state in overridden:
                target = self.one(others)
                self.write(name, f"{state} -> {target}", [(name, state, target)], "probability", unit)
            elif state in rested:
                target = self.one(others)
                self.written[name][f"{state} -> {target}"] = "rest"
                self.rests.append((name, state, target))
                self.replaced.append((name, state, target))
                self.ways.pop((name, state, target), None)

    def fitting(self, text: str) -> list[Way]:
        """The ways that a move written with its domain means."""
        domain, move = text.split(".")
        start, end = move.split(" -> ")
        return [way for way in self.ways if way[0] == domain and start in ("any", way[1]) and end in ("any", way[2])]

    def move_text(self, ways: list[Way], without: Collection[Way] = ()) -> str:
        """One of some ways as written, perhaps with `any` for one of its states if that means none of `without`."""
        domain, start, end = self.one(ways)
        texts = [f"{domain}.{start} -> {end}"] * 3
        if not any(way[0] == domain and way[2] == end for way in without):
            texts.append(f"{domain}.any -> {end}")
        if not any(way[:2] == (domain, start) for way in without):
            texts.append(f"{domain}.{start} -> any")
        return self.one(texts)

    # -- memory -------------------------------------------------------------------------------

    def remember(self) -> Tree:
        """Clocks and counters, with caps at the horizon or below it."""
        written: Tree = {}
        moves = [way for way in (*self.ways, *self.rests) if way[2] != "dead"]
        kinds = ["time_in", "time_since", "counts"] if moves else ["time_in"]
        for number in range(self.one([0, 1, 1, 2])):
            name, kind = f"m{number}", self.one(kinds)
            latest = self.one([0, 0, 1, 2])
            entry: Tree = {}
            if kind == "time_in":
                of = [key for key in (*self.domains, *self.attributes) if key != "vital"] or ["vital"]
                watched = self.some(of, 1, 2)
                entry[kind] = {key: "alive" if key == "vital" else self.part(key) for key in watched}
                if self.sometimes():
                    other = self.one(of)
                    entry[kind]["not"] = {other: self.part(other)}
            else:
                texts = list(dict.fromkeys(self.move_text(moves) for _ in range(self.one([1, 1, 2]))))
                entry[kind] = texts[0] if len(texts) == 1 and self.flip() else texts
            memory = Memory(kind, 0, self.flip())
            if kind == "counts":
                n_domains = len({text.split(".")[0] for text in texts})
                memory.cap = self.one([2, 1, 3, 5]) if memory.or_more else self.n_cycles * n_domains + latest
                cap: Any = f"{memory.cap} or more" if memory.or_more else self.one([memory.cap, str(memory.cap)])
            else:
                cycles = self.whole(1, 8) if memory.or_more else self.n_cycles + latest * self.per_year
                memory.cap = cycles / self.per_year
                cap = duration(cycles * 12 // self.per_year) + (" or more" if memory.or_more else "")
            entry["cap"] = cap
            values: list[Any] = [value for value in range(latest + 1) if value <= memory.cap]
            if kind == "time_since":
                values.append("never")
            if self.flip():
                keys = [*self.attributes, *self.traits, "age", "year"]
                entry["start"] = self.one(values) if self.flip() else self.shares(values, keys)
            written[name] = entry
            self.memory[name] = memory
        return written

    # -- sizes --------------------------------------------------------------------------------

    def add_modifiers(self) -> None:
        """Give moves modifiers; `acts` collects those whose size is still open."""
        self.acts: list[Act] = []
        self.parents: dict[str, list[str]] = {}
        small = [other for other in (*self.attributes, *self.domains) if len(self.levels(other)) <= 4]
        for name in self.domains:
            parents = self.some(small, 0, 2 if self.cycle == "year" else 1)
            parents += self.some(list(self.memory), 0, 1) + self.some(list(self.traits), 0, 1)
            self.parents[name] = [*parents, "age", "year", *self.some(["cycle", "start_age"], 0, 1)]
        for (domain, text), ways in self.texts.items():
            for _ in range(self.one([0, 0, 1, 2])):
                act = {"if": self.condition([*self.parents[domain], *self.interventions], 2), "evidence": "assumed"}
                if self.whole(0, 2) == 0:
                    act["movable_share"] = self.quantity(0.0, 1.0, "share", [])
                self.written[domain][text].setdefault("modifiers", []).append(act)
                self.acts.append(Act(act, ways, "rate" if "rate" in self.written[domain][text] else ""))
                over(self, self.acts[-1])

    def effects(self, intervention: str, at_age: int | None) -> list[Tree]:
        effects = []
        for _ in range(self.whole(0, 3)):
            if not self.ways:
                break
            move = self.move_text(list(self.ways), self.rests)
            ways = self.fitting(move)
            if any(sum(way in act.ways for act in self.acts) >= 3 for way in ways):
                continue
            first = self.whole(1, min(3, self.n_years))
            last = self.one([first, first + 1, first + 2, "onwards"])
            effect: Tree = {"move": move, "years": [first, last], "evidence": "causal"}
            if self.flip():
                others = [other for other in self.interventions if other != intervention]
                effect["if"] = self.condition([*self.parents[move.split(".")[0]], *others], 1)
            if self.whole(0, 2) == 0:
                effect["movable_share"] = self.quantity(0.0, 1.0, "share", [])
            self.acts.append(Act(effect, ways))
            shape(self, self.acts[-1], intervention, at_age)
            over(self, self.acts[-1])
            effects.append(effect)
        return effects

    def settle(self) -> None:
        """Give every move its numbers: sizes of modifiers first, then baselines that leave room for them."""
        out: dict[tuple[str, str], int] = Counter((domain, start) for domain, start, _ in self.ways)
        caps = {
            way: self.between(0.2, 2.0) if kind == "rate" else floor(self.between(0.2, 1.0) / out[way[:2]])
            for way, kind in self.ways.items()
        }
        sizes = Sizes(self, caps)
        for way in self.multiplied:
            sizes.highest[way], sizes.lowest[way] = sizes.highest[way] * TRAIT[1], sizes.lowest[way] * TRAIT[0]
        for act in self.acts:
            sizes.choose(act)
        parts, differences = sizes.baselines(), sizes.differences
        for ways in self.texts.values():  # one baseline for all
            parts |= dict.fromkeys(ways, min((parts[way] for way in ways), default=0.1))
        for act in self.acts:
            if act.scale == "risk_difference":
                sizes.settle(act, parts)
        for (domain, text), ways in self.texts.items():
            move, part = self.written[domain][text], parts[ways[0]] if ways else 0.1
            field = "rate" if "rate" in move else "probability"
            unit = "rate per year" if field == "rate" else self.units[ways[0]] if ways else "probability per cycle"
            if field == "probability" and not any(differences[way] for way in ways) and self.whole(0, 9) == 9:
                certain = all(out[way[:2]] == 1 for way in ways) and self.flip()
                move[field] = int(certain and all(way not in self.cells() for way in ways))
                continue
            keys = [*self.parents[domain], *self.some(self.interventions, 0, 1)]
            move[field] = self.quantity(0.3 * part, floor(part), unit, keys)
        for name, style in self.styles.items():
            if style == "matrix":
                self.matrix(name, parts)

    def cells(self) -> set[Way]:
        return {way for way, kind in self.ways.items() if kind in ("cell", "count")}

    def matrix(self, name: str, parts: dict[Way, float]) -> None:
        """Write the table of a whole matrix."""
        unit = self.units_of_matrix[name]
        keys: list[str] = []
        if not unit.startswith("count"):
            keys = self.some([key for key in self.parents[name] if key not in self.traits], 0, 1)
        outer: list[list[Any]] = [[]]
        for key in keys:
            outer = [[level] for level in self.levels(key)]
        replaced = [way for way in self.replaced if way[0] == name]
        rows: list[list[Any]] = []
        for state in self.living(name):
            stays = unit.startswith("count") or self.flip()
            others = [other for other in self.domains[name] if other != state]
            taken = [end for domain, start, end in self.cells() if (domain, start) == (name, state)]
            written = [end for (domain, start, end), kind in self.ways.items() if (domain, start) == (name, state)
                       and kind == "probability"]  # fmt: skip
            taken += [end for _, start, end in replaced if start == state and self.flip()]
            for situation in outer:
                used = 0.0
                for end in others:
                    if end in taken and unit.startswith("count"):
                        value: Any = self.whole(0, 5) + 0.5
                    elif end in taken:
                        part = parts.get((name, state, end), 0.1)
                        value = round(self.between(0.3 * part, floor(part)), 6)
                        if not stays and self.sometimes():
                            value = self.parameter(0.3 * part, floor(part), unit)
                    elif unit.startswith("count") or self.sometimes() or end in written:
                        value = 0
                    else:
                        continue
                    used += 0.0 if isinstance(value, str) else value
                    rows.append([state, end, *situation, value])
                if stays:
                    value = self.whole(1, 20) if unit.startswith("count") else round(1.0 - used, 6)
                    rows.append([state, state, *situation, value])
        if not rows:
            rows = [[self.domains[name][0], self.domains[name][1], *situation, 0] for situation in outer]
        table = f"matrix_{name}"
        self.tables[table] = {
            "about": "a matrix", "by": ["from", "to", *keys], "unit": unit, "source": {"assumption": "generated"},
            "csv": self.shuffled(rows),
        }  # fmt: skip
