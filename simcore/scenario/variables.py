"""The variables of a scenario, the time that its cycles are at, and what each quantity depends on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cached_property

from simcore.rates import snapped
from simcore.scenario.conditions import DROPPED_OUT, NEVER, Value, parse_duration
from simcore.scenario.evidence import Table
from simcore.scenario.quantities import unit_named
from simcore.scenario.schema import Derived, Memory, Scenario, Trait, parse_cap

#: How many cycles there are in a year.
CYCLES_PER_YEAR = {"year": 1, "quarter": 4, "month": 12}
#: Variables of time, which are the same for everybody (age and start age where all start at one age).
TIMES = ("age", "year", "cycle", "start_age")

#: Value of every variable that something depends on.
Situation = dict[str, Value]


class Variables:
    """The variables of a scenario and the cycles it runs over; `Structure` adds programmes and moves.

    Variables are those of joint tables, attributes and traits, then domains, then memory, in file order.

    Attributes
    ----------
    per_year, cycle_years
        Cycles in a year, and length of a cycle [years].
    interventions
        Names in file order.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.per_year = CYCLES_PER_YEAR[scenario.cycle]
        self.cycle_years = 1.0 / self.per_year
        self.interventions = list(scenario.interventions)
        self._keys: dict[str, frozenset[str]] = {}

    # -- variables ----------------------------------------------------------------------------

    @cached_property
    def joint_cells(self) -> dict[str, list[dict[str, str]]]:
        """The cells of each joint table: level of each of its attributes."""
        tables = self.scenario.tables
        return {
            name: [{key: str(level) for key, level in row.keys.items()} for row in tables[name].cells]
            for name in self.scenario.population.joint
            if name in tables
        }

    @cached_property
    def attributes(self) -> dict[str, tuple[Value, ...]]:
        """Levels of what is drawn once per person: joint tables (their cells), attributes and traits."""
        found: dict[str, tuple[Value, ...]] = {}
        taken = {*TIMES, *self.scenario.memory, *self.scenario.domains, *self.interventions}  # refused elsewhere
        for table, cells in self.joint_cells.items():
            found[joint_name(table)] = tuple(", ".join(cell.values()) for cell in cells)
            for key in (of for of in self.scenario.tables[table].by if of not in taken):
                found[key] = tuple(dict.fromkeys(cell[key] for cell in cells if key in cell))
        population = self.scenario.population
        found |= {name: tuple(shares) for name, shares in population.attributes.items()}
        found |= {name: tuple(range(1, trait.levels + 1)) for name, trait in population.traits.items()}
        return found

    @cached_property
    def levels(self) -> dict[str, tuple[Value, ...]]:
        """Values of every variable in their order; of clocks in years, of traits the number of the level."""
        found = dict(self.attributes)
        found |= {name: tuple(domain.states) for name, domain in self.scenario.domains.items()}
        found |= {name: self._remembered(memory) for name, memory in self.scenario.memory.items()}
        return found

    def _remembered(self, memory: Memory) -> tuple[Value, ...]:
        values = [self.years(cycles) for cycles in range(self.cap(memory) + 1)]
        if memory.kind == "counts":
            return tuple(range(self.cap(memory) + 1))
        return (*values, NEVER) if memory.kind == "time_since" else tuple(values)

    def cap(self, memory: Memory) -> int:
        """Largest value of a counter, or of a clock in cycles."""
        number, is_time, _ = parse_cap(memory.cap)
        return int(number * self.per_year) if is_time else int(number)

    def years(self, cycles: int) -> float:
        """So many cycles in years; a whole number where it is one."""
        return cycles // self.per_year if cycles % self.per_year == 0 else cycles / self.per_year

    @cached_property
    def names(self) -> list[str]:
        """Every variable in the order of the engine."""
        return list(self.levels)

    @cached_property
    def number(self) -> dict[str, int]:
        """Number of each variable."""
        return {name: number for number, name in enumerate(self.names)}

    # -- time ---------------------------------------------------------------------------------

    @cached_property
    def age_parents(self) -> tuple[str, ...]:
        """Attributes that the age at the start depends on; none when all start at one age."""
        table = self._age_table
        return () if table is None else tuple(table.by)

    @property
    def _age_table(self) -> Table | None:
        age = self.scenario.population.start.age
        return self.scenario.tables.get(age) if isinstance(age, str) else None

    @cached_property
    def start_ages(self) -> list[int]:
        """The different ages at the start, the youngest first."""
        age = self.scenario.population.start.age
        if isinstance(age, int):
            return [age]
        cells = self._age_table.cells if self._age_table is not None else []
        return sorted({int(row.value) for row in cells if isinstance(row.value, float)}) or [0]

    def start_age(self, situation: Mapping[str, Value]) -> int:
        """Age at the start of a person with these attributes."""
        age = self.scenario.population.start.age
        if isinstance(age, int):
            return age
        for row in self._age_table.cells if self._age_table is not None else ():
            if all(situation[key] == level for key, level in row.keys.items()):
                return int(float(row.value))
        raise KeyError(age)

    @cached_property
    def n_cycles(self) -> int:
        """Number of cycles from the start to the horizon."""
        horizon = self.scenario.population.horizon
        if horizon.years is not None:
            return horizon.years * self.per_year
        assert horizon.to_age is not None  # one of the two, by the schema
        return (horizon.to_age - self.start_ages[0]) * self.per_year

    @cached_property
    def times(self) -> list[Situation]:
        """Time at the start of each cycle: cycle, calendar year and, where all start at one age, age."""
        start = self.scenario.population.start
        found: list[Situation] = []
        for cycle in range(max(self.n_cycles, 0)):
            now: Situation = {"cycle": cycle, "year": start.year + cycle // self.per_year}
            if isinstance(start.age, int):
                now |= {"age": start.age + cycle // self.per_year, "start_age": start.age}
            found.append(now)
        return found

    def at(self, cycle: int, situation: Mapping[str, Value], *, held: bool = False) -> Situation:
        """A situation with the time at the start of a cycle; with the age where the attributes tell it.

        Persons who were older at the start reach the age up to which lives are followed before the others. They
        are simulated on, though nobody counts them: with `held`, at the last age that counts, so that tables need not
        go further.
        """
        now = {**situation, **self.times[cycle]}
        if self.age_parents and all(parent in situation for parent in self.age_parents):
            start = self.start_age(situation)
            age, to_age = start + cycle // self.per_year, self.scenario.population.horizon.to_age
            now |= {"age": min(age, to_age - 1) if held and to_age is not None else age, "start_age": start}
        return now

    @staticmethod
    def years_of(duration: str) -> float:
        """Years in a time as written, such as ``18 months``."""
        years = parse_duration(duration)
        assert years is not None  # by the schema
        return years

    def cycles_of(self, duration: str) -> int:
        """Cycles in a time as written; rounded, as the checks refuse parts of a cycle."""
        return round(self.years_of(duration) * self.per_year)

    def with_age(self, variables: Iterable[str]) -> set[str]:
        """Variables, and the attributes that age depends on where age is among them."""
        found = set(variables)
        return found | set(self.age_parents) if found & {"age", "start_age"} else found

    # -- quantities ---------------------------------------------------------------------------

    def keys_of(self, quantity: str | float | None) -> frozenset[str]:
        """The variables that a quantity depends on, through tables and formulas."""
        if not isinstance(quantity, str):
            return frozenset()
        if quantity not in self._keys:
            found: set[str] = set()
            ahead, seen = [quantity], {quantity}
            while ahead:
                name = ahead.pop()
                entry = self.scenario.entry(name)
                if isinstance(entry, Trait):
                    found.add(name)
                elif isinstance(entry, Table):
                    for key in entry.by:
                        found |= entry.expression_at(key).names if key in entry.at else {key}
                elif isinstance(entry, Derived):
                    names = entry.expression.names
                    found |= {other for other in names if self.is_variable(other)}
                    further = {other for other in names if not self.is_variable(other)} - seen
                    seen |= further
                    ahead += further
            self._keys[quantity] = frozenset(found)
        return self._keys[quantity]

    def is_variable(self, name: str) -> bool:
        """Whether a name in a formula is that of a variable rather than of a number; traits are both."""
        known = (*TIMES, "boundary", *self.interventions)
        return name in known or (name in self.levels and name not in self.scenario.population.traits)

    def period_of(self, quantity: str | float) -> str | None:
        """Whether a probability is per year or per cycle; None for 0 and 1, which are both."""
        entry = self.scenario.entry(quantity)
        if entry is None:
            return None
        unit = unit_named(entry.unit)
        assert unit is not None  # by the schema
        return "year" if unit.per == "year" else "cycle"

    def as_number(self, variable: str, value: Value) -> Value:
        """A value as formulas see it: what never was, and who has left an intervention, are infinity; names stay."""
        infinite = DROPPED_OUT if variable in self.interventions else NEVER
        return math.inf if value == infinite else value

    def as_key(self, key: str, number: float) -> Value:
        """The value that a number which a formula gives means as the key of a table: `as_number` turned around."""
        if number == math.inf:
            return DROPPED_OUT if key in self.interventions else NEVER
        return snapped(number)


def joint_name(table: str) -> str:
    """Name of the variable that says which cell of a joint table a person is in; no name of a file has a dot."""
    return f"joint.{table}"
