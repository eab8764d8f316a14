"""Single lives on request: what happens to the first persons of a run, in one draw, under every strategy.

A person's random numbers depend on the seed, the draw and the person's own number only, so the
lives traced are those that the run counts, however many are traced.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simcore.errors import Problem, ScenarioError
from simcore.model.compile import compile_scenario
from simcore.model.sampled import Paths, simulate_draws
from simcore.scenario.conditions import NEVER
from simcore.scenario.draws import drawn_parameters
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.structure import Structure
from simcore.version import __version__

#: A trace holds at most this many values: a few hundred megabytes, and a file that other programs still open.
_MOST_VALUES = 10_000_000
#: Names of a trace itself. A variable of the scenario that is called the same gets an underscore behind it.
_OWN = ("strategy", "person", "boundary", "cycle", "parameter", "age", "year", "followed", "alive", "parameter_value")


def trace_lives(
    file: ScenarioFile,
    *,
    persons: int,
    among: int | None = None,
    seed: int | None = None,
    draw: int = 0,
    draws: int | None = None,
    sampling: str | None = None,
) -> xr.Dataset:
    """Lives of the first persons of a run, one by one, under every strategy.

    Lives are always sampled, also where a run works out expected values.

    Parameters
    ----------
    file
        From `read_scenario`.
    persons
        How many: numbers 0 to ``persons - 1``.
    among
        How many persons the run has, of whom these are the first; by default as many as the scenario has.
    seed, draw
        Seed of the run, by default that of the scenario, and number of the draw.
    draws, sampling
        How many draws the run has, and how they are drawn; by default as the scenario says.

    Returns
    -------
    Dataset. Its variables are named as in the scenario and say in their attribute ``role`` what they are:

    - each attribute (person) [level], and each trait (person) [number of the level];
    - each domain (strategy, person, boundary) [state]; boundary 0 is the start of the first cycle;
    - each clock (strategy, person, boundary) [years; not a number for never], and each counter [times];
    - each intervention (strategy, person, cycle) [year since enrolment, 0 for never enrolled], and as
      ``phase_...`` the same in cycles;
    - ``age`` (person, boundary) and ``year`` (boundary) at the start of the cycle that begins there;
    - ``followed`` (person, boundary): false beyond the age up to which lives are followed;
    - ``alive`` (strategy, person, boundary): the states of the dead stand still;
    - ``parameter_value`` (parameter): the numbers of the draw.

    Raises
    ------
    ModelError
        The numbers of the draw make no probability row.
    ScenarioError
        There are not so many persons, or more than a trace can hold; or the seed or draw is impossible.

    Examples
    --------
    >>> import simcore
    >>> from simcore.trace import trace_lives
    >>> trace = trace_lives(simcore.read_scenario("textbook_chain"), persons=3)
    >>> trace.sizes["person"]
    3
    """
    scenario = file.scenario
    structure = Structure(scenario)
    seed = scenario.seed if seed is None else seed
    n_strategies, n_cycles = len(scenario.strategies), structure.n_cycles
    values_each = n_strategies * (n_cycles + 1) * (len(structure.names) + 2 * len(structure.interventions) + 1)
    _check(persons, scenario.population.persons if among is None else among, values_each, seed, draw)
    compiled = compile_scenario(file)
    numbers = drawn_parameters(file, [draw], seed=seed, sampling=sampling, of=max(draws or scenario.draws, draw + 1))
    paths = Paths(
        np.zeros((n_strategies, n_cycles + 1, len(structure.names), persons), np.uint8),
        np.zeros((n_strategies, n_cycles, len(structure.interventions), persons), np.uint16),
    )
    simulate_draws(
        compiled, compiled.values.evaluate(numbers, 1), draws=[draw], persons=range(persons), target_group=0,
        seed=seed, paths=paths,
    )  # fmt: skip
    variables = _variables(structure, paths)
    variables["parameter_value"] = _labelled(
        ("parameter",), np.array([float(value[0]) for value in numbers.values()]),
        units="unit of the parameter", description="Value of each parameter in this draw.",
    )  # fmt: skip
    coordinates = {
        "strategy": np.array(list(scenario.strategies), dtype=str),
        "person": np.arange(persons),
        "boundary": np.arange(n_cycles + 1),
        "cycle": np.arange(n_cycles),
        "parameter": np.array(list(numbers), dtype=str),
    }
    about: dict[str, str | int | float] = {
        "scenario": file.name,
        "title": scenario.title,
        "content_hash": file.content_hash,
        "seed": str(seed),
        "draw": draw,
        "cycle_length_years": structure.cycle_years,
        "comparator": scenario.comparator,
        "simcore_version": __version__,
    }
    return xr.Dataset(variables, coordinates, about)


def _check(persons: int, among: int, values_each: int, seed: int, draw: int) -> None:
    """Refuse what cannot be traced."""
    most = _MOST_VALUES // values_each
    allowed = f"a whole number from 1 to {min(among, most):,}"
    full = f"a trace holds {_MOST_VALUES:,} values, {values_each:,} for each person"
    why = ", the persons of the run" if among <= most else f": {full}"
    problems = []
    if among < 1:
        problems.append(Problem("persons", 0, "", f"{among:,}", "a whole number from 1"))
    elif not 1 <= persons <= min(among, most):
        problems.append(Problem("persons to trace", 0, "", f"{persons:,}", allowed + why))
    for name, value, high in (("seed", seed, 2**64 - 1), ("draw", draw, 10_000_000 - 1)):
        if not 0 <= value <= high:
            problems.append(Problem(name, 0, "", str(value), f"a whole number from 0 to {high}"))
    if problems:
        raise ScenarioError(problems, "what is asked for")


def _variables(structure: Structure, paths: Paths) -> dict[str, xr.Variable]:
    """Decode the paths: names for numbers of states, years for clocks."""
    scenario, names = structure.scenario, structure.names
    states = paths.states.transpose(2, 0, 3, 1)  # (variable, strategy, person, boundary)
    shown = [number for number, name in enumerate(names) if "." not in name]  # the others are the engine's own
    found: dict[str, xr.Variable] = {}
    for number in shown:
        name = names[number]
        variable = _decoded(structure, name, states[number])
        found[_free(name, found)] = variable
    for number, name in enumerate(structure.interventions):
        codes = paths.codes[:, :, number].transpose(0, 2, 1).astype(np.int64)
        phases = np.array([structure.phase_of(code) for code in range(structure.declined + 1)])[codes]
        label = scenario.interventions[name].label
        dims = ("strategy", "person", "cycle")
        years = -(-phases // structure.per_year)
        found[_free(name, found)] = _labelled(
            dims, years, role="intervention", of=name, units="years", long_name=label or name,
            description="Year since enrolment, counted from 1; 0 for never enrolled.",
        )  # fmt: skip
        found[_free(f"phase_{name}", found)] = _labelled(
            dims, phases, role="phase", of=name, units="cycles",
            description="Cycle since enrolment, counted from 1; 0 for never enrolled.",
        )  # fmt: skip
        if scenario.interventions[name].drop_out is not None:
            left = np.array([structure.has_left(code) for code in range(structure.declined + 1)])[codes]
            found[_free(f"left_{name}", found)] = _labelled(
                dims, left.astype(np.int64), role="left", of=name, units="1",
                description="1 for those who have left the programme before its end.",
            )  # fmt: skip
    return _moments(structure, states) | found


def _decoded(structure: Structure, name: str, codes: NDArray[np.uint8]) -> xr.Variable:
    """One variable of a person; `codes` (strategy, person, boundary) are the numbers of its values."""
    scenario = structure.scenario
    dims: tuple[str, ...] = ("strategy", "person", "boundary")
    levels = structure.levels[name]
    values = np.array(levels)
    if name in scenario.domains:
        about = scenario.domains[name].about
        return _labelled(dims, values[codes], role="domain", of=name, units="state", description=about)
    if name in scenario.memory:
        memory = scenario.memory[name]
        if memory.kind == "counts":
            return _labelled(dims, values[codes], role="counter", of=name, units="times", description=memory.about)
        years = np.array([math.nan if level == NEVER else float(level) for level in levels])
        return _labelled(dims, years[codes], role="clock", of=name, units="years", description=memory.about)
    # Attributes are drawn once: the same at every boundary and under every strategy.
    trait = scenario.population.traits.get(name)
    role, about = ("attribute", None) if trait is None else ("trait", trait.about)
    units = "level" if trait is None else f"level of {trait.levels}"
    return _labelled(("person",), values[codes[0, :, 0]], role=role, of=name, units=units, description=about)


def _moments(structure: Structure, states: NDArray[np.uint8]) -> dict[str, xr.Variable]:
    """Age and calendar year at each boundary, who is followed and who is alive."""
    scenario = structure.scenario
    boundaries = np.arange(structure.n_cycles + 1)
    parents = structure.age_parents
    start_ages = np.array(
        [
            structure.start_age(
                {name: structure.levels[name][states[structure.number[name], 0, person, 0]] for name in parents}
            )
            for person in range(states.shape[2])
        ]
    )
    ages = start_ages[:, None] + boundaries // structure.per_year
    to_age = scenario.population.horizon.to_age
    last = np.full(len(start_ages), structure.n_cycles)
    if to_age is not None:
        last = (to_age - start_ages) * structure.per_year
    living = np.ones(states.shape[1:], dtype=bool)
    if structure.life is not None:
        domain, dead = structure.life
        living = states[structure.number[domain]] != structure.levels[domain].index(dead)
    year = scenario.population.start.year + boundaries // structure.per_year
    return {
        "age": _labelled(("person", "boundary"), ages, units="years", description="Age in completed years."),
        "year": _labelled(("boundary",), year, units="calendar year", description="Calendar year."),
        "followed": _labelled(
            ("person", "boundary"), boundaries <= last[:, None], units="true or false",
            description="Whether the person is not yet beyond the age up to which lives are followed.",
        ),
        "alive": _labelled(
            ("strategy", "person", "boundary"), living, units="true or false",
            description="Whether the person is alive; the states of the dead stand still.",
        ),
    }  # fmt: skip


def _labelled(dims: tuple[str, ...], values: NDArray[Any], **words: str | None) -> xr.Variable:
    """Make a variable with what is known about it."""
    return xr.Variable(dims, values, {key: text for key, text in words.items() if text is not None})


def _free(name: str, taken: dict[str, xr.Variable]) -> str:
    while name in _OWN or name in taken:
        name += "_"
    return name


def named(trace: xr.Dataset, *roles: str) -> list[str]:
    """Variables of a trace with one of these roles, in the order of the scenario."""
    return [str(name) for name, variable in trace.data_vars.items() if variable.attrs.get("role") in roles]


def as_rows(trace: xr.Dataset) -> Iterator[dict[str, str | int | float | None]]:
    """Yield a trace in long form: one row for each strategy, person and boundary at which the person is followed.

    Parameters
    ----------
    trace
        From `trace_lives`.

    Yields
    ------
    Strategy, person, cycle (the one that begins, counted from 0), age, year, alive (1 or 0), then attributes and
    traits, domains, clocks and counters, and for each intervention the year since enrolment, 0 for never
    enrolled. None stands for a clock of something that has never happened, and for the year since
    enrolment where no cycle begins any more, in the last row of a life.
    """
    names = [str(name) for name in trace.data_vars if "role" in trace[name].attrs]
    values, role = {name: trace[name].values for name in names}, {name: trace[name].attrs["role"] for name in names}
    ages, years, followed, living = (trace[name].values for name in ("age", "year", "followed", "alive"))
    for s, strategy in enumerate(trace["strategy"].values.tolist()):
        for p, person in enumerate(trace["person"].values.tolist()):
            n = int(followed[p].sum())
            columns: dict[str, list[Any]] = {"strategy": [strategy] * n, "person": [person] * n, "cycle": [*range(n)]}
            columns |= {"age": ages[p, :n].tolist(), "year": years[:n].tolist()}
            columns["alive"] = living[s, p, :n].astype(int).tolist()
            for name in named(trace, "attribute", "trait"):
                columns[name] = [values[name][p].item()] * n
            for name in named(trace, "domain", "clock", "counter"):
                of_life = values[name][s, p, :n].tolist()
                never = role[name] == "clock"
                columns[name] = [None if never and math.isnan(value) else value for value in of_life]
            for name in named(trace, "intervention"):
                columns[name] = [*values[name][s, p, : n - 1].tolist(), None]
            for row in zip(*columns.values(), strict=True):
                yield dict(zip(columns, row, strict=True))


def write_csv(trace: xr.Dataset, path: Path) -> None:
    """Write a trace as CSV, in the form of `as_rows`; an empty cell stands for None."""
    columns = ["strategy", "person", "cycle", "age", "year", "alive"]
    columns += named(trace, "attribute", "trait")
    columns += named(trace, "domain", "clock", "counter")
    columns += named(trace, "intervention")
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(columns)
        for row in as_rows(trace):
            values = [row[name] for name in columns]
            writer.writerow([f"{value:.6g}" if isinstance(value, float) else value for value in values])
