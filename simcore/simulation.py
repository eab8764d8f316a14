"""From a scenario to a results Dataset: draws, chunks, threads, metadata."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simcore.errors import Problem, ScenarioError, UnknownNameError
from simcore.kernels.plan import BLOCK
from simcore.model.compile import compile_scenario
from simcore.model.compiled import Compiled
from simcore.model.expected import expect_draws
from simcore.model.reach import reach
from simcore.model.sampled import Counts, empty_counts, probabilities_of, simulate_draws
from simcore.pricing.price import Priced, Pricer
from simcore.scenario.cohorts import other_lives
from simcore.scenario.loading import ScenarioFile
from simcore.uncertainty.sampling import draw_parameters
from simcore.version import __version__
from simcore.vocabulary import ENDS, OF_COHORTS, PARTS, VARIABLES

#: The two engines that answer for the same model.
ENGINES = ("sampled", "expected")
#: Probabilities per cycle below this are not resolved well by the 32 bits of a random number.
RESOLVED = 1e-8
#: Draws that one thread simulates, or prices, at a time.
_TASK_DRAWS = 20
#: The exact engine reads the ways between joint states once for all draws of a task: the more, the cheaper each.
_TASK_DRAWS_EXACT = 64

Progress = Callable[[int, int], None]
Result = TypeVar("Result")


def simulate(
    file: ScenarioFile,
    *,
    draws: int | None = None,
    persons: int | None = None,
    seed: int | None = None,
    engine: str = "sampled",
    workers: int | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Simulate every strategy of a scenario and price the result.

    Parameters
    ----------
    file
        From `read_scenario`.
    draws, persons, seed
        Number of draws, persons per draw and seed; by default those of the scenario.
    engine
        ``sampled`` follows individual lives; ``expected`` propagates the exact joint distribution, where the joint
        states that can be reached are few enough. Both give the same Dataset; expected numbers have no luck in them.
    workers
        Number of threads; by default one for each processor. The results do not depend on it.
    progress
        Called now and then with the number of draws done and wanted.

    Returns
    -------
    Dataset with the variables of `simcore.vocabulary`.

    Raises
    ------
    ModelError
        In some draw the numbers make no probability row; the message names the draw and the ingredients.
        The model has too many joint states for the exact engine.
    ScenarioError
        A size is impossible, or a table has no value for a situation that occurs.
    UnknownNameError
        There is no such engine.

    Examples
    --------
    >>> import simcore
    >>> scenario = simcore.read_scenario("textbook_chain")
    >>> results = simcore.simulate(scenario, draws=4, persons=100)
    >>> results.sizes["draw"]
    4
    """
    scenario = file.scenario
    n_draws = scenario.draws if draws is None else draws
    n_persons = scenario.population.persons if persons is None else persons
    seed = scenario.seed if seed is None else seed
    _check_sizes(n_draws, n_persons, seed)
    if engine not in ENGINES:
        raise UnknownNameError(engine, "an engine", ENGINES)
    exact = engine == "expected"
    # With fewer persons than the decision is about, the target group is as many as there are.
    target_group = min(scenario.population.target_group, n_persons)
    n_workers = workers or _processors()

    lived = [compile_scenario(of) for of in (file, *other_lives(file))]  # of the first cohort, and of those that differ
    pricer = Pricer(file, lived[0].account)
    distributions = file.distributions
    _check_memory(lived, pricer, n_draws, len(distributions))
    parameters = draw_parameters(distributions, n_draws, seed=seed)
    pricer.check(parameters, n_draws)
    values = [compiled.values.evaluate(parameters, n_draws) for compiled in lived]
    reached = [reach(compiled) for compiled in lived] if exact else None
    counts = [empty_counts(compiled, n_draws, float if exact else np.int32) for compiled in lived]
    part_size = np.array([(n_persons + 1) // 2, n_persons // 2, target_group])

    def lives(cohort: int, task: range, who: range) -> tuple[Counts, range, Counts]:
        compiled, these = lived[cohort], values[cohort][task.start : task.stop]
        if reached is not None:
            some = expect_draws(
                compiled, reached[cohort], these, first_draw=task.start, part_size=part_size, seed=seed
            )  # fmt: skip
        else:
            some = simulate_draws(
                compiled, these, first_draw=task.start, persons=who, target_group=target_group, seed=seed
            )  # fmt: skip
        return counts[cohort], task, some

    def prices(task: range) -> tuple[range, Priced]:
        these = slice(task.start, task.stop)
        drawn = {name: numbers[these] for name, numbers in parameters.items()}
        first, *later = [(of.time[these], of.events[these]) for of in counts]
        return task, pricer.price(*first, part_size, drawn, later)

    step = _TASK_DRAWS_EXACT if exact else _TASK_DRAWS
    tasks = [range(first, min(first + step, n_draws)) for first in range(0, n_draws, step)]
    priced = _Assembled(n_draws)
    done = 0
    with ThreadPoolExecutor(n_workers) as pool:
        groups = _person_groups(n_persons, n_workers if len(tasks) < 2 * n_workers and not exact else 1)
        asked = [(cohort, task, who) for cohort in range(len(lived)) for task in tasks for who in groups]
        for total, task, some in _completed(pool, [pool.submit(lives, *of) for of in asked]):
            total.time[task.start : task.stop] += some.time
            total.events[task.start : task.stop] += some.events
            done += len(task)
            if progress is not None:
                progress(done // (len(groups) * len(lived)), n_draws)
        for task, some_priced in _completed(pool, [pool.submit(prices, task) for task in tasks]):
            priced.put(task, some_priced)
    return _dataset(file, pricer, parameters, counts[0], part_size, priced.whole(), n_persons, seed, engine)


@dataclass(frozen=True)
class Trial:
    """What trying out a scenario has shown.

    Attributes
    ----------
    n_draws
        Number of draws tried.
    smallest
        Smallest probability per cycle that is not 0, in any of them; infinite when there is none.
    """

    n_draws: int
    smallest: float


def try_out(file: ScenarioFile, n_draws: int = 300) -> Trial:
    """Compile a scenario and try its numbers, with expected values and some draws, without simulating lives.

    Parameters
    ----------
    file
        From `read_scenario`.
    n_draws
        Number of draws to try, if the scenario has as many.

    Raises
    ------
    ModelError, ScenarioError
        As `simulate`.
    """
    scenario = file.scenario
    lived = [compile_scenario(of) for of in (file, *other_lives(file))]
    pricer = Pricer(file, lived[0].account)
    n_draws = min(n_draws, scenario.draws)
    distributions = file.distributions
    means = {name: np.array([distribution.mean]) for name, distribution in distributions.items()}
    drawn = draw_parameters(distributions, n_draws, seed=scenario.seed)
    pricer.check(means, 1)
    for compiled in lived:
        shares = np.empty(compiled.n_thresholds)
        probabilities_of(compiled, compiled.values.evaluate(means, 1)[0], "expected values", shares)
    pricer.check(drawn, n_draws)
    smallest = np.inf
    for compiled in lived:
        shares = np.empty(compiled.n_thresholds)
        for draw, values in enumerate(compiled.values.evaluate(drawn, n_draws)):
            probabilities_of(compiled, values, draw, shares)
            smallest = min(smallest, float(shares[shares > 0].min(initial=np.inf)))
    return Trial(n_draws, smallest)


def _check_sizes(n_draws: int, n_persons: int, seed: int) -> None:
    problems = []
    for name, value, low, high in (
        ("draws", n_draws, 1, 10_000_000),
        ("persons", n_persons, 1, 100_000_000),
        ("seed", seed, 0, 2**64 - 1),
    ):
        if not low <= value <= high:
            problems.append(Problem(name, 0, "", str(value), f"a whole number from {low} to {high}"))
    if problems:
        raise ScenarioError(problems, "the sizes of the run")


def _check_memory(lived: list[Compiled], pricer: Pricer, n_draws: int, n_parameters: int) -> None:
    """Refuse a run whose results do not fit into this machine, before it begins."""
    compiled = lived[0]
    n_strategies, n_cycles = int(compiled.plan.sizes[3]), int(compiled.plan.sizes[4])
    counted = 3 * n_strategies * n_cycles * (2 * len(compiled.account.time) + len(compiled.account.events)) * 4
    counted *= len(lived)
    priced = n_strategies * len(pricer.actors) * len(pricer.kinds) * (2 * len(pricer.years) + 3) * 8
    # Prices, and the arrays that summaries make of the results, come to about as much again.
    if pricer.has_cashable:
        priced += n_strategies * len(pricer.actors) * 2 * len(pricer.years) * 8
    needed = n_draws * (counted + 2 * priced + 8 * (len(lived) * len(compiled.values.columns) + n_parameters))
    try:
        available = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return  # the system does not tell
    if needed > 0.8 * available:
        fitting = int(n_draws * 0.8 * available / needed)
        found = f"{n_draws:,}, which need about {needed / 1e9:,.0f} GB of memory"
        allowed = f"at most about {fitting:,} on this machine, which has {available / 1e9:,.0f} GB"
        raise ScenarioError([Problem("draws", 0, "", found, allowed)], "the sizes of the run")


def _processors() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _person_groups(n_persons: int, n_groups: int) -> list[range]:
    """Split persons into groups of whole blocks: for few draws with many persons."""
    n_blocks = -(-n_persons // BLOCK)
    per_group = -(-n_blocks // n_groups) * BLOCK
    return [range(first, min(first + per_group, n_persons)) for first in range(0, n_persons, per_group)]


def _completed(pool: ThreadPoolExecutor, futures: list[Future[Result]]) -> Iterator[Result]:
    """Yield results as tasks finish; when one fails or the run is interrupted, no other is started."""
    try:
        for future in as_completed(futures):
            yield future.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise


class _Assembled:
    """Puts the priced draws of all tasks together."""

    def __init__(self, n_draws: int) -> None:
        self.n_draws = n_draws
        self.arrays: dict[str, NDArray[np.float64]] = {}

    def put(self, task: range, some: Priced) -> None:
        """Store the draws of one task."""
        for name, array in vars(some).items():
            if array is None:
                continue
            axis = VARIABLES[name].dims.index("draw")
            if name not in self.arrays:
                shape = list(array.shape)
                shape[axis] = self.n_draws
                self.arrays[name] = np.empty(shape)
            at = [slice(None)] * array.ndim
            at[axis] = slice(task.start, task.stop)
            self.arrays[name][tuple(at)] = array

    def whole(self) -> Priced:
        """All draws."""
        return Priced(**self.arrays)


def _dataset(
    file: ScenarioFile,
    pricer: Pricer,
    parameters: dict[str, NDArray[np.float64]],
    counts: Counts,
    part_size: NDArray[np.int64],
    priced: Priced,
    n_persons: int,
    seed: int,
    engine: str,
) -> xr.Dataset:
    """Label everything."""
    scenario = file.scenario
    n_draws = len(counts.time)
    arrays = {
        "person_time": counts.time.transpose(1, 2, 0, 3, 4, 5),
        "events": counts.events.transpose(1, 2, 0, 3, 4),
        "parameter_value": np.stack(list(parameters.values()), axis=1) if parameters else np.zeros((n_draws, 0)),
        "part_size": part_size,
        **{name: array for name, array in vars(priced).items() if array is not None},
    }
    currency = scenario.money.currency if scenario.money else "money"
    price_year = scenario.money.price_year if scenario.money else scenario.population.start.year
    account, n_cohorts = pricer.account, scenario.population.cohorts
    variables = {}
    for name, array in arrays.items():
        word = VARIABLES[name]
        units = word.units.format(currency=currency, price_year=price_year)
        if n_cohorts > 1 and "per person" in units:
            units += OF_COHORTS.format(cohorts=n_cohorts)
        attributes = {"units": units, "long_name": word.long_name, "description": word.description}
        if name.startswith("cashable"):
            attributes["comparator"] = scenario.comparator
        variables[name] = (word.dims, array, attributes)
    coordinates = {
        "part": list(PARTS),
        "strategy": list(scenario.strategies),
        "draw": np.arange(n_draws),
        "actor": pricer.actors,
        "sector": ("actor", [scenario.actors[actor].sector for actor in pricer.actors]),
        "cost_kind": pricer.kinds,
        "year": pricer.years,
        "outcome": list(account.outcomes),
        "group": list(account.groups),
        "line": [line.name for line in account.lines],
        "meter": [meter.name for meter in account.time],
        "event": [meter.name for meter in account.events],
        "end": list(ENDS),
        "cycle": np.arange(pricer.n_cycles),
        "parameter": list(parameters),
    }
    about: dict[str, str | int | float] = {
        "scenario": file.name,
        "title": scenario.title,
        "content_hash": file.content_hash,
        "scenario_files": json.dumps(file.files, ensure_ascii=False),
        "scenario_main": file.main,
        "seed": str(seed),
        "n_persons": n_persons,
        "n_draws": n_draws,
        "target_group": scenario.population.target_group,
        "cycle_length_years": pricer.cycle_years,
        "currency": currency,
        "price_year": price_year,
        "discount_rate": pricer.expected(scenario.discount.money),
        "outcome_discount_rate": pricer.expected(scenario.discount.outcomes),
        "comparator": scenario.comparator,
        "strategies": json.dumps(scenario.strategies, ensure_ascii=False),
        "cohorts": n_cohorts,
        "engine": engine,
        "simcore_version": __version__,
    }
    return xr.Dataset(variables, {name: _coordinate(values) for name, values in coordinates.items()}, about)


def _coordinate(values: object) -> object:
    """Make lists of names arrays of text, also when they are empty."""
    return np.array(values, dtype=str) if isinstance(values, list) else values
