"""From a scenario to a results Dataset: draws, chunks, threads, metadata."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simcore.dataset import GIVEN, Run, priced_dataset
from simcore.errors import ModelError, Problem, ScenarioError, UnknownNameError, shown
from simcore.kernels.plan import BLOCK
from simcore.model.compile import compile_scenario
from simcore.model.compiled import Compiled
from simcore.model.expected import expect_draws
from simcore.model.reach import Reach, reach
from simcore.model.sampled import Counts, empty_counts, simulate_draws, smallest_probability, thresholds_of
from simcore.pricing.price import Pricer
from simcore.progress import Progress, shown_progress
from simcore.scenario.cohorts import other_lives
from simcore.scenario.draws import drawn_parameters, given_parameters
from simcore.scenario.loading import ScenarioFile
from simcore.storage import CHUNK_DRAWS
from simcore.threads import completed, processors

if TYPE_CHECKING:
    import xarray as xr

logger = logging.getLogger(__name__)
#: The two engines that answer for the same model.
ENGINES = ("sampled", "expected")
#: Whether each draw has its own luck, or all have the same.
LUCKS = ("per_draw", "shared")
#: So many draws have random numbers of their own.
_DRAW_NUMBERS = 2**32
#: Probabilities per cycle below this are not resolved well by the 32 bits of a random number.
RESOLVED = 1e-8
#: Draws that one thread simulates at a time, at most; and tasks that each thread gets, where there are draws enough.
_TASK_DRAWS, _TASKS = 60, 8
#: The exact engine reads the ways between joint states once for all draws of a task: the more, the cheaper each.
_TASK_DRAWS_EXACT = 64
#: Fewer than this are not shared out among threads.
_FEW_DRAWS_EXACT = 16
#: Moves that are some seconds' work, and bytes of results that are worked on at once when they are written to disk.
_PORTION_WORK, _PORTION_BYTES = 2_000_000_000, 400_000_000
#: Bytes of results that are rather kept in memory, where all of them are soon done.
_FEW_BYTES = 1_000_000_000
#: Moves that a thread of another process is asked for at a time, a second's work; and what is too little for that.
_TASK_WORK, _QUICK_WORK = 600_000_000, 50_000_000
#: How often a thread of another process is asked at least, so that none works alone for long at the end.
_ASKED = 16
#: Moves that take about as long as a joint state of the exact engine in a cycle.
_WORK_OF_STATE = 50


def simulate(
    file: ScenarioFile,
    *,
    draws: int | Sequence[int] | None = None,
    persons: int | None = None,
    seed: int | None = None,
    engine: str = "sampled",
    sampling: str | None = None,
    parameters: Mapping[str, ArrayLike] | None = None,
    luck: str = "per_draw",
    workers: int | None = None,
    progress: Progress | bool | None = None,
    prepared: Prepared | None = None,
) -> xr.Dataset:
    """Simulate every strategy of a scenario and price the result.

    Parameters
    ----------
    file
        From `read_scenario`.
    draws, persons, seed
        Number of draws, persons per draw and seed; by default those of the scenario. Instead of their number, the
        numbers of some draws: ``[17]`` is draw 17 of any longer run, by itself (not with a Latin hypercube, whose draws
        all depend on how many there are).
    engine
        ``sampled`` follows individual lives; ``expected`` propagates the exact joint distribution, where the joint
        states that can be reached are few enough. Both give the same Dataset; expected numbers have no luck in them.
    sampling
        How parameters are drawn: ``monte_carlo``, ``latin_hypercube`` or ``sobol``; by default as the scenario says.
    parameters
        Values (draw,) of some parameters, or one for all draws, instead of those that would be drawn.
    luck
        ``per_draw``, or ``shared``: all draws have the luck of the first, so that only the figures differ between
        them. Luck does then not average out over draws, and no standard error is told.
    workers
        Number of threads; by default one for each processor. The results do not depend on it.
    progress
        Called now and then with the number of draws done and wanted; or whether to show them where somebody looks, in a
        terminal or a notebook. By default they are shown in a notebook.
    prepared
        From `prepare`, for the same scenario and engine: what many runs of it have in common, made once.

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
        There is no such engine, way of sampling, kind of luck or parameter.

    Examples
    --------
    >>> import simcore
    >>> scenario = simcore.read_scenario("textbook_chain")
    >>> results = simcore.simulate(scenario, draws=4, persons=100)
    >>> results.sizes["draw"]
    4
    >>> bool((simcore.simulate(scenario, draws=[3], persons=100)["cost"] == results["cost"].sel(draw=[3])).all())
    True
    """
    planned = plan(
        file, draws=draws, persons=persons, seed=seed, engine=engine, sampling=sampling, parameters=parameters,
        luck=luck, prepared=prepared,
    )  # fmt: skip
    with shown_progress(planned.title, progress, planned.persons) as tell:
        return planned.results(workers, tell)


def plan(
    file: ScenarioFile,
    *,
    draws: int | Sequence[int] | None = None,
    persons: int | None = None,
    seed: int | None = None,
    engine: str = "sampled",
    sampling: str | None = None,
    parameters: Mapping[str, ArrayLike] | None = None,
    luck: str = "per_draw",
    prepared: Prepared | None = None,
    to_disk: bool = False,
) -> Planned:
    """Check what is asked, compile the scenario and draw its figures, without simulating lives yet.

    Parameters and errors are those of `simulate`; `to_disk` says that the results need not all fit into memory.
    """
    scenario = file.scenario
    asked = scenario.draws if draws is None else draws
    n_persons = scenario.population.persons if persons is None else persons
    seed = scenario.seed if seed is None else seed
    _check_sizes(asked, n_persons, seed)
    for name, kind, known in ((engine, "an engine", ENGINES), (luck, "a kind of luck", LUCKS)):
        if name not in known:
            raise UnknownNameError(name, kind, known)
    numbers = np.arange(asked) if isinstance(asked, int) else np.array(asked, dtype=np.int64)
    # With fewer persons than the decision is about, the target group is as many as there are.
    target_group = min(scenario.population.target_group, n_persons)
    ready = prepare(file, engine) if prepared is None else prepared
    if ready.file is not file or ready.engine != engine:
        raise ModelError(
            f"What was prepared is {ready.file.name} for the {ready.engine} engine, and not what is asked."
        )
    _check_memory(ready.lived, ready.pricer, len(numbers), len(file.distributions), to_disk)
    drawn = drawn_parameters(file, asked, seed=seed, sampling=sampling)
    drawn = given_parameters(file, drawn, parameters or {})
    method = scenario.sampling if sampling is None else sampling
    if parameters and set(_uncertain(file)) <= set(parameters):
        method = GIVEN
    part_size = np.array([(n_persons + 1) // 2, n_persons // 2, target_group])
    n_all = len(numbers) if isinstance(asked, int) else 0
    run = Run(numbers, n_persons, seed, engine, method, luck, part_size, n_all, tuple(parameters or ()))
    return Planned(ready, drawn, run)


@dataclass(frozen=True)
class Planned:
    """A run that only needs simulating: all of it, or some of its draws after others.

    Attributes
    ----------
    ready
        The compiled scenario.
    drawn
        Values of each parameter (draw,).
    run
        What is run.
    """

    ready: Prepared
    drawn: dict[str, NDArray[np.float64]]
    run: Run

    @property
    def title(self) -> str:
        """What is run, in a few words."""
        run = self.run
        each = f"{run.n_persons:,} persons per draw" if run.engine == "sampled" else "exact distribution"
        return f"{self.ready.file.name}, {each}"

    @property
    def persons(self) -> int:
        """Persons that a draw follows, each under every strategy; 0 where nobody is followed."""
        return self.run.n_persons if self.run.engine == "sampled" else 0

    def some(self, which: slice) -> Planned:
        """Some of the draws, by their place: they come out as in the whole run."""
        run = replace(self.run, draws=self.run.draws[which])
        return replace(self, drawn={name: values[which] for name, values in self.drawn.items()}, run=run)

    def chunk(self, threads: int | None = None) -> int:
        """Draws in a chunk of a store, which results do not depend on.

        With a number of `threads` of other processes, so many that each thread gets some chunks, if they are worth it.
        """
        most = min(CHUNK_DRAWS, self._at_once)
        if threads is None:
            return most
        return min(most, max(-(-len(self.run.draws) // (_TASKS * threads)), _QUICK_WORK // self._work, 1))

    def portions(self, done: int = 0, chunk: int | None = None, threads: int | None = None) -> list[slice]:
        """Places of the draws that are simulated at once, when so many are done: whole chunks of a store.

        With a number of `threads` of other processes, of the size that each is asked for at a time.
        """
        chunk = chunk or self.chunk(threads)
        at_once, n_draws = self._at_once, len(self.run.draws)
        if threads is not None:
            at_once = min(at_once, _TASK_WORK // self._work, n_draws // (_ASKED * threads))
        step = chunk * max(at_once // chunk, 1)
        begin = done // chunk * chunk if done < n_draws else n_draws
        return [slice(first, min(first + step, n_draws)) for first in range(begin, n_draws, step)]

    @property
    def is_small(self) -> bool:
        """Whether all of it is soon done, so that nothing much could be lost, and fits well into memory."""
        n_draws = len(self.run.draws)
        return n_draws * self._memory <= _FEW_BYTES and n_draws * self._work <= _PORTION_WORK

    @property
    def _at_once(self) -> int:
        """Draws whose results stay in memory at the same time, and that are soon done."""
        return max(1, min(_PORTION_BYTES // self._memory, _PORTION_WORK // self._work))

    @property
    def _memory(self) -> int:
        """About how many bytes the results of a draw need."""
        return _bytes_of_draw(self.ready.lived, self.ready.pricer, len(self.drawn))

    @property
    def _work(self) -> int:
        """About how many moves a draw takes: of each person, or of what stands for many of them."""
        lived, reached = self.ready.lived, self.ready.reached
        if reached is not None:
            return _WORK_OF_STATE * sum(cycle.n_after for of in reached for cycles in of.strategies for cycle in cycles)
        _, n_domains, _, n_strategies, n_cycles = (int(size) for size in lived[0].plan.sizes[:5])
        return len(lived) * n_strategies * n_domains * n_cycles * self.run.n_persons

    def results(self, workers: int | None = None, progress: Progress | None = None) -> xr.Dataset:
        """Simulate and price; parameters and errors are those of `simulate`."""
        ready, run, begun = self.ready, self.run, time.monotonic()
        lived, pricer, reached, numbers = ready.lived, ready.pricer, ready.reached, run.draws
        n_draws, seed, exact, shared = len(numbers), run.seed, run.engine == "expected", run.luck == "shared"
        n_workers, target_group = workers or processors(), int(run.part_size[2])
        prices = pricer.check(self.drawn, n_draws)
        values = [compiled.values.evaluate(self.drawn, n_draws) for compiled in lived]
        counts = [empty_counts(compiled, n_draws, float if exact else np.int32) for compiled in lived]

        def lives(cohort: int, task: range, who: range) -> tuple[range, Counts, Counts]:
            compiled, these = lived[cohort], slice(task.start, task.stop)
            part = Counts(counts[cohort].time[these], counts[cohort].events[these])
            these_values, which = values[cohort][these], numbers[these]
            if reached is not None:
                some = expect_draws(
                    compiled, reached[cohort], these_values, part_size=run.part_size, seed=seed, draws=which,
                    shared_luck=shared,
                )  # fmt: skip
            else:
                some = simulate_draws(
                    compiled, these_values, persons=who, target_group=target_group, seed=seed, draws=which,
                    shared_luck=shared, counts=part if len(groups) == 1 else None,
                )  # fmt: skip
            return task, part, some

        step = min(_TASK_DRAWS, max(n_draws // (_TASKS * n_workers), 1))
        if exact:
            step = min(_TASK_DRAWS_EXACT, max(_FEW_DRAWS_EXACT, -(-n_draws // n_workers)))
        tasks = [range(first, min(first + step, n_draws)) for first in range(0, n_draws, step)]
        done = 0
        if progress is not None:
            progress(0, n_draws)  # so that the pace counts from here
        with ThreadPoolExecutor(n_workers) as pool:
            groups = _person_groups(run.n_persons, n_workers if len(tasks) < 2 * n_workers and not exact else 1)
            parts = [(cohort, task, who) for cohort in range(len(lived)) for task in tasks for who in groups]
            for task, part, some in completed(pool, [pool.submit(lives, *part) for part in parts]):
                if some is not part:
                    part.time[:] += some.time
                    part.events[:] += some.events
                done += len(task)
                if progress is not None:
                    progress(done // (len(groups) * len(lived)), n_draws)
        found = priced_dataset(ready.file, pricer, self.drawn, counts, run, n_workers, prices)
        logger.info("%s: %s draws from %s in %.1f s", self.title, n_draws, numbers[0], time.monotonic() - begun)
        return found


@dataclass(frozen=True)
class Prepared:
    """What many runs of one scenario have in common.

    Attributes
    ----------
    file, engine
        Of what, and for which engine.
    lived
        The compiled scenario: of the first cohort, and of those that differ from it.
    pricer
        Its prices.
    reached
        The joint states that can be reached, for the exact engine.
    """

    file: ScenarioFile
    engine: str
    lived: list[Compiled]
    pricer: Pricer
    reached: list[Reach] | None


def prepare(file: ScenarioFile, engine: str = "sampled") -> Prepared:
    """Compile a scenario, for one run or for many.

    Raises
    ------
    ModelError
        The model has too many joint states for the exact engine.
    ScenarioError
        A table has no value for a situation that occurs.

    Examples
    --------
    >>> import simcore
    >>> scenario = simcore.read_scenario("textbook_chain")
    >>> ready = prepare(scenario)
    >>> simcore.simulate(scenario, draws=2, persons=10, prepared=ready).sizes["draw"]
    2
    """
    lived = [compile_scenario(of) for of in (file, *other_lives(file))]
    reached = [reach(compiled) for compiled in lived] if engine == "expected" else None
    return Prepared(file, engine, lived, Pricer(file, lived[0].account), reached)


def _uncertain(file: ScenarioFile) -> list[str]:
    """Names of the parameters that are not fixed."""
    return [name for name, distribution in file.distributions.items() if not distribution.is_fixed]


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
    drawn = drawn_parameters(file, n_draws, seed=scenario.seed, sampling="monte_carlo")
    pricer.check(means, 1)
    for compiled in lived:
        thresholds_of(compiled, compiled.values.evaluate(means, 1), ["expected values"])
    pricer.check(drawn, n_draws)
    smallest = np.inf
    for compiled in lived:
        smallest = min(smallest, smallest_probability(compiled, compiled.values.evaluate(drawn, n_draws)))
    return Trial(n_draws, smallest)


def _check_sizes(draws: int | Sequence[int], n_persons: int, seed: int) -> None:
    problems = []
    if not isinstance(draws, int):
        different = isinstance(draws, range) or len(set(draws)) == len(draws)
        if not different or min(draws, default=0) < 0 or max(draws, default=0) >= _DRAW_NUMBERS:
            allowed = f"different whole numbers from 0 to {_DRAW_NUMBERS - 1}"
            found = f"{draws[0]} to {draws[-1]}" if isinstance(draws, range) and draws else shown(list(draws))
            problems.append(Problem("draws", 0, "", found, allowed))
    for name, value, low, high in (
        ("draws", draws if isinstance(draws, int) else len(draws), 1, 10_000_000),
        ("persons", n_persons, 1, 100_000_000),
        ("seed", seed, 0, 2**64 - 1),
    ):
        if not low <= value <= high:
            problems.append(Problem(name, 0, "", str(value), f"a whole number from {low} to {high}"))
    if problems:
        raise ScenarioError(problems, "the sizes of the run")


def _bytes_of_draw(lived: list[Compiled], pricer: Pricer, n_parameters: int) -> int:
    """About how much memory the results of a draw need."""
    compiled = lived[0]
    n_strategies, n_cycles = int(compiled.plan.sizes[3]), int(compiled.plan.sizes[4])
    counted = 3 * n_strategies * n_cycles * (2 * len(compiled.account.time) + len(compiled.account.events)) * 4
    counted *= len(lived)
    priced = n_strategies * len(pricer.actors) * len(pricer.kinds) * (2 * len(pricer.years) + 3) * 8
    priced += n_strategies * len(pricer.actors) * len(pricer.years) * 8  # the difference between the halves
    # Prices, and the arrays that summaries make of the results, come to about as much again.
    if pricer.has_cashable:
        priced += n_strategies * len(pricer.actors) * 2 * len(pricer.years) * 8
    return counted + 2 * priced + 8 * (len(lived) * len(compiled.values.columns) + n_parameters)


def _bytes_kept_of_draw(lived: list[Compiled], pricer: Pricer, n_parameters: int) -> int:
    """About how much memory the tables and the figure need of a draw whose results are on disk."""
    account, n_strategies = pricer.account, int(lived[0].plan.sizes[3])
    n_interventions, n_actors_and_views = n_strategies - 1, len(pricer.actors) + 2
    read = n_strategies * (len(account.lines) + 8 * len(account.outcomes) + len(pricer.actors) * len(pricer.kinds))
    made = n_interventions * (n_actors_and_views * (20 + 4 * len(account.groups)) + 11 * len(pricer.years))
    return 8 * (read + made + 19 * n_parameters)


def _check_memory(lived: list[Compiled], pricer: Pricer, n_draws: int, n_parameters: int, to_disk: bool) -> None:
    """Refuse a run whose results do not fit into this machine, before it begins."""
    each = _bytes_of_draw(lived, pricer, n_parameters)
    if to_disk:
        each = min(each, _bytes_kept_of_draw(lived, pricer, n_parameters))
    try:
        available = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return  # the system does not tell
    if n_draws * each > 0.8 * available:
        fitting = int(0.8 * available / each)
        found = f"{n_draws:,}, which need about {n_draws * each / 1e9:,.0f} GB of memory"
        allowed = f"at most about {fitting:,} on this machine, which has {available / 1e9:,.0f} GB"
        raise ScenarioError([Problem("draws", 0, "", found, allowed)], "the sizes of the run")


def _person_groups(n_persons: int, n_groups: int) -> list[range]:
    """Split persons into groups of whole blocks: for few draws with many persons."""
    n_blocks = -(-n_persons // BLOCK)
    per_group = -(-n_blocks // n_groups) * BLOCK
    return [range(first, min(first + per_group, n_persons)) for first in range(0, n_persons, per_group)]
