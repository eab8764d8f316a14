"""What follows from a scenario alone: its variables and cycles, its programmes, its moves and its end of life."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from simcore.scenario.conditions import ANY, parse_condition, parse_move
from simcore.scenario.phases import Phases
from simcore.scenario.schema import Memory, Modifier, Move, Scenario


@dataclass(frozen=True)
class Way:
    """A way out of a state: where to, the baseline, and what modifies it; `text` is the entry in the file."""

    start: str
    end: str
    baseline: str | float
    is_rate: bool
    modifiers: tuple[Modifier, ...]
    text: str


@dataclass
class Ways:
    """The ways out of every state of a domain, in the order of the states, and where the rest goes."""

    exits: dict[str, list[Way]] = field(default_factory=dict)
    rest: dict[str, str] = field(default_factory=dict)

    def all(self) -> list[Way]:
        """Every way of every state."""
        return [way for out in self.exits.values() for way in out]


class Structure(Phases):
    """Everything that follows from a scenario alone; what it adds to its bases are moves and the end of life."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(scenario)
        self._ways: dict[str, Ways] = {}

    # -- moves --------------------------------------------------------------------------------

    def ways(self, domain: str) -> Ways:
        """The ways out of each state: moves as written, wildcards and the matrix spelled out, traits as modifiers."""
        if domain not in self._ways:
            self._ways[domain] = self._find_ways(domain)
        return self._ways[domain]

    def _find_ways(self, name: str) -> Ways:
        domain = self.scenario.domains[name]
        found: dict[tuple[str, str], Way] = {}
        rest = {state: state for state in domain.states}
        for start, end in self.matrix_cells(name):
            if start != end:
                assert domain.matrix is not None  # it has cells
                found[start, end] = self._way(name, start, end, domain.matrix, False, (), "")
        written = [(text, parse_move(text), move) for text, move in domain.moves.items()]
        exact = {(parsed.start, parsed.end) for _, parsed, _ in written if parsed is not None}
        # Wildcards first, so that a state's own rest takes precedence over theirs.
        written.sort(key=lambda entry: entry[1] is not None and entry[1].start != ANY)
        for text, parsed, move in written:
            if parsed is None or parsed.end not in domain.states:
                continue  # refused elsewhere
            starts = [parsed.start]
            if parsed.start == ANY:
                starts = [
                    state
                    for state in domain.states
                    if state not in (parsed.end, domain.ends_life) and (state, parsed.end) not in exact
                ]
            for start in starts:
                if not isinstance(move, Move):
                    rest[start] = parsed.end
                    found.pop((start, parsed.end), None)  # of a matrix: what is left replaces its cell
                    continue
                is_rate = move.rate is not None
                baseline = move.rate if move.rate is not None else move.probability
                assert baseline is not None  # by the schema
                found[start, parsed.end] = self._way(
                    name, start, parsed.end, baseline, is_rate, tuple(move.modifiers), text
                )
        order = {state: number for number, state in enumerate(domain.states)}
        exits: dict[str, list[Way]] = {state: [] for state in domain.states}
        # Exits are tried in the order of the states, whatever the order of the moves in the file.
        for (start, _), way in sorted(found.items(), key=lambda item: order.get(item[0][1], -1)):
            exits.setdefault(start, []).append(way)
        return Ways(exits, rest)

    def _way(
        self,
        domain: str,
        start: str,
        end: str,
        baseline: str | float,
        is_rate: bool,
        modifiers: tuple[Modifier, ...],
        text: str,
    ) -> Way:
        for name, trait in self.scenario.population.traits.items():
            moves = [parse_move(multiplied) for multiplied in trait.multiplies]
            if any(move is not None and move.domain == domain and move.fits(start, end) for move in moves):
                modifiers += (Modifier.model_validate({"if": {}, "hazard_ratio": name, "evidence": "assumed"}),)
        return Way(start, end, baseline, is_rate, modifiers, text)

    def matrix_cells(self, domain: str) -> list[tuple[str, str]]:
        """Cells of a domain's matrix that are not plainly 0: from, to."""
        table = self.scenario.tables.get(self.scenario.domains[domain].matrix or "")
        if table is None or not {"from", "to"} <= set(table.by):
            return []
        cells = [(str(row.keys["from"]), str(row.keys["to"])) for row in table.cells if row.value != 0]
        return list(dict.fromkeys(cells))

    def pairs(self, domain: str) -> list[tuple[str, str]]:
        """Every pair of different states between which a person can move within a cycle."""
        states = self.scenario.domains[domain].states
        if self.scenario.domains[domain].time == "continuous":
            return [(start, end) for start in states for end in states if start != end]
        ways = self.ways(domain)
        found = [(way.start, way.end) for way in ways.all()]
        return found + [(start, end) for start, end in ways.rest.items() if start != end]

    # -- life ---------------------------------------------------------------------------------

    @cached_property
    def life(self) -> tuple[str, str] | None:
        """The domain that ends life and the state of the dead."""
        for name, domain in self.scenario.domains.items():
            if domain.ends_life is not None:
                return name, domain.ends_life
        return None

    def watched(self, memory: Memory) -> set[str]:
        """The variables that a memory looks at."""
        if memory.time_in is not None:
            return set(parse_condition(memory.time_in).variables)
        moves = [parse_move(text) for text in memory.moves]
        return {move.domain for move in moves if move is not None and move.domain is not None}


def matrix_parameter(table: str, start: str, end: str) -> str:
    """Name of the hidden parameter behind a cell of a matrix of counts."""
    return f"{table}[{start} -> {end}]"
