"""Running until a quantity is known precisely enough: more persons or more draws, whichever pays more per second.

The variance of a mean over D draws of N persons is (P + L/N) / D, with P the variance between draws and L the luck of
one person. A draw takes a + b*N seconds. For a given time the error is smallest with N = sqrt(L/P * a/b) persons, so
persons are added as long as there are fewer, and draws otherwise.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from simcore.analysis.avoided_cost import contrast, saved
from simcore.analysis.two_orders import contrast_variances, errors_of_95, mean_and_error, variances
from simcore.errors import ModelError, Problem, ScenarioError, UnknownNameError
from simcore.scenario.loading import ScenarioFile
from simcore.simulation import simulate
from simcore.uncertainty.sampling import balanced

#: Draws of the first look, of those that tell how long a draw takes, and draws at most of a whole run.
_FIRST, _TIMED, _MOST_DRAWS = 128, 16, 10_000_000
#: How often these are timed; the shortest counts.
_TIMES = 3
#: Below this share of luck in the variance of a draw, more persons would hardly make a mean more precise.
_LITTLE_LUCK = 0.1
#: Variances are estimates: no step makes the run more than this many times larger.
_MOST_AT_ONCE = 10.0
#: A little more than is needed by the estimate, so that the last step is not followed by a tiny one.
_SPARE = 1.05
#: Why a run ended that the user stopped.
INTERRUPTED = "it was interrupted"
#: Errors in a 95 % interval of the mean of independent draws.
_INDEPENDENT = 1.959963984540054
_MONEY = ("net_saving", "avoided_cost")


@dataclass(frozen=True)
class Precision:
    """How precisely something is wanted: the largest Monte Carlo standard error of its mean.

    Attributes
    ----------
    size
        A share of the mean, or an amount in its unit.
    relative
        Whether it is a share.
    """

    size: float
    relative: bool

    @classmethod
    def parse(cls, text: str) -> Precision:
        """Read ``2%``, ``2 %`` or an amount such as ``500``.

        Raises
        ------
        ScenarioError
            It is neither.

        Examples
        --------
        >>> Precision.parse("2%")
        Precision(size=0.02, relative=True)
        """
        match = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*(%?)\s*", text)
        size = float(match[1]) if match else 0.0
        if match is None or not 0 < size < math.inf:
            allowed = "a percentage of the mean, such as 2%, or an amount above 0 in its unit, such as 500"
            raise ScenarioError([Problem("until", 0, "", text, allowed)], "the precision")
        return cls(size / 100 if match[2] else size, bool(match[2]))

    def aim(self, mean: xr.DataArray) -> xr.DataArray:
        """Largest standard error of each mean."""
        return abs(mean) * self.size if self.relative else xr.full_like(mean, self.size)

    @property
    def words(self) -> str:
        """The precision in words."""
        return f"{100 * self.size:g} % of the mean" if self.relative else f"{self.size:g}"


@dataclass(frozen=True)
class Step:
    """What was run at some moment, and how precise it was.

    Attributes
    ----------
    draws, persons
        Size of the run; no persons where nobody is sampled.
    error, aim
        Monte Carlo standard error of the intervention that is furthest from its aim, and the aim.
    intervention
        Which that is.
    seconds
        Time since the start.
    added
        What this step added: ``draws``, ``persons`` or nothing, for the first look.
    """

    draws: int
    persons: int
    error: float
    aim: float
    intervention: str
    seconds: float
    added: str = ""


@dataclass(frozen=True)
class Until:
    """A run that went on until it was precise enough.

    Attributes
    ----------
    results
        As `simulate` with the draws and persons of the last step gives them.
    steps
        What was run.
    reached
        Whether the precision was reached.
    why
        If not, why it was not; `INTERRUPTED` if the user did not want to wait.
    what
        The quantity in words.
    precision
        What was asked for.
    """

    results: xr.Dataset
    steps: list[Step]
    reached: bool
    why: str
    what: str
    precision: Precision


@dataclass
class _Pace:
    """How long a draw takes (seconds), whatever its persons, and how much longer for each of them."""

    draw: float = 0.0
    person: float = 0.0
    begun: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.begun


def simulate_until(
    file: ScenarioFile,
    until: str | Precision,
    *,
    outcome: str = "net_saving",
    actor: str = "society",
    intervention: str | None = None,
    persons: int | None = None,
    seed: int | None = None,
    engine: str = "sampled",
    sampling: str | None = None,
    workers: int | None = None,
    most_seconds: float | None = None,
    report: Callable[[Step], None] | None = None,
) -> Until:
    """Simulate with more and more persons or draws until a mean is known with the precision asked for.

    Parameters
    ----------
    file
        From `read_scenario`.
    until
        ``2%``: the Monte Carlo standard error of the mean is at most 2 % of it; ``500``: at most so much in its own
        unit (money per person).
    outcome
        ``net_saving``, ``avoided_cost`` or an outcome of the scenario, of which the change counts.
    actor
        For whom, if it is money: an actor, ``public_sector`` or ``society``.
    intervention
        Which must be so precise; by default every intervention for which something is at stake.
    persons
        Persons per draw to begin with, and at least; by default those of the scenario.
    seed, engine, sampling, workers
        As for `simulate`. The exact engine adds draws alone.
    most_seconds
        Stop before a step that would probably end later.
    report
        Called with each step.

    Returns
    -------
    `Until`. Its results are those of one run of that size, to the last bit; the size itself depends on how long this
    machine takes. An interrupted run ends with what is finished.

    Raises
    ------
    ModelError, ScenarioError
        As `simulate`.
    UnknownNameError
        There is no such outcome, actor or intervention.

    Examples
    --------
    >>> import simcore
    >>> found = simcore.simulate_until(simcore.read_scenario("textbook_chain"), "30%")
    >>> found.reached
    True
    """
    precision = Precision.parse(until) if isinstance(until, str) else until
    asked = _Asked(file, outcome, actor, intervention)
    n_persons = file.scenario.population.persons if persons is None else persons
    n_persons = max(n_persons, 2) if engine == "sampled" else n_persons  # of one, luck is not known

    def run(draws: int | Sequence[int], n: int) -> xr.Dataset:
        return simulate(
            file, draws=draws, persons=n, seed=seed, engine=engine, sampling=sampling, workers=workers
        )  # fmt: skip

    method = file.scenario.sampling if sampling is None else sampling
    pace = _measure(run, n_persons, sampled=engine == "sampled")
    n_draws, steps, added, why = _FIRST, [], "", ""
    results = run(n_draws, n_persons)
    while True:
        found = asked.state(results, precision)
        step = Step(
            n_draws,
            n_persons if engine == "sampled" else 0,
            found.error,
            found.aim,
            found.intervention,
            pace.seconds,
            added,
        )
        steps.append(step)
        if report is not None:
            report(step)
        if found.error <= found.aim:
            break
        more_draws, more_persons = _next(found, n_draws, n_persons, pace if engine == "sampled" else None)
        more_draws = balanced(more_draws) if method == "sobol" else more_draws
        added = "persons" if more_persons > n_persons else "draws"
        again = added == "persons" or method == "latin_hypercube"
        needed = (more_draws if again else more_draws - n_draws) * (pace.draw + pace.person * more_persons)
        if more_draws > _MOST_DRAWS or not math.isfinite(found.error):
            why = "the mean is too near to zero for a share of it" if precision.relative else "it takes too many draws"
            break
        if most_seconds is not None and pace.seconds + needed > most_seconds:
            why = f"the next step would take about {needed:,.0f} s, beyond the {most_seconds:,.0f} s allowed"
            break
        try:
            if again:
                results = run(more_draws, more_persons)
            else:
                results = extended(results, run(range(n_draws, more_draws), n_persons))
        except KeyboardInterrupt:
            why = INTERRUPTED
            break
        except ScenarioError as error:  # such a size does not fit into this machine: keep what there is
            why = f"a larger run is not possible here: {error.problems[0].found}"
            break
        except ModelError as error:  # a further draw makes no model
            why = f"a further draw is not possible: {error}"
            break
        n_draws, n_persons = more_draws, more_persons
    return Until(results, steps, not why, why, asked.words, precision)


def extended(results: xr.Dataset, more: xr.Dataset) -> xr.Dataset:
    """Put the draws of two runs of the same scenario together.

    Parameters
    ----------
    results, more
        From `simulate` with the same seed, persons and engine, and with other draws.
    """
    together = xr.concat(
        [results, more], "draw", data_vars="minimal", coords="minimal", compat="override", join="override",
        combine_attrs="override",
    )  # fmt: skip
    together = together.assign_attrs(n_draws=together.sizes["draw"])
    for name in results.variables:
        together[name] = together[name].transpose(*results[name].dims)
        together[name].attrs = dict(results[name].attrs)
    return together


@dataclass(frozen=True)
class _State:
    """How precise the worst intervention is, and the variances of its draws."""

    intervention: str
    error: float
    aim: float
    parameter: float
    luck: float


class _Asked:
    """The quantity that is asked for."""

    def __init__(self, file: ScenarioFile, outcome: str, actor: str, intervention: str | None) -> None:
        scenario = file.scenario
        known = [*_MONEY, *scenario.outcomes]
        if outcome not in known:
            raise UnknownNameError(outcome, "a quantity of this scenario", known)
        actors = [*scenario.actors, "public_sector", "society"]
        if outcome in _MONEY and actor not in actors:
            raise UnknownNameError(actor, "an actor or view of this scenario", actors)
        others = [name for name in scenario.strategies if name != scenario.comparator]
        if intervention is not None and intervention not in others:
            raise UnknownNameError(intervention, "a strategy beside the comparator", others)
        self.outcome, self.actor, self.intervention = outcome, actor, intervention
        whom = f", {actor}" if outcome in _MONEY else ""
        self.words = f"{outcome}{whom}, {intervention or 'every intervention'}"

    def state(self, results: xr.Dataset, precision: Precision) -> _State:
        """How precise it is in some results."""
        if self.outcome in _MONEY:
            values = contrast(results, self.outcome).sel(actor=self.actor)
            parts = contrast_variances(results, self.outcome).sel(actor=self.actor)
        else:
            discounted = float(results.attrs["outcome_discount_rate"]) != 0
            name = "outcome_present_value" if discounted else "outcome_value"
            of = results[[name, f"{name}_of_part"]].sel(outcome=self.outcome)
            values = -saved(results, of[name])
            parts = variances(values, -saved(results, of[f"{name}_of_part"]), results)
        if self.intervention is not None:
            values, parts = values.sel(intervention=[self.intervention]), parts.sel(intervention=[self.intervention])
        mean, error = mean_and_error(values)
        # Told by few randomisations, the error itself is less sure: it counts for as much as its 95 % interval does.
        error = error * (errors_of_95(values) / _INDEPENDENT)
        aim = precision.aim(mean)
        away = (error / aim.where(aim > 0)).where(error > 0, 0.0).fillna(np.inf)
        worst = int(np.argmax(away.values)) if away.size else -1
        if worst < 0 or not bool((values != 0).any()):
            return _State("", 0.0, 0.0, 0.0, 0.0)
        numbers = (float(of[worst]) for of in (error, aim, parts["parameter"], parts["luck"]))
        return _State(str(values["intervention"].values[worst]), *numbers)


def _measure(run: Callable[[int | Sequence[int], int], xr.Dataset], persons: int, *, sampled: bool) -> _Pace:
    """Time a few draws with all and with few persons; the first run, which compiles, does not count."""
    pace = _Pace()
    run(_TIMED, persons)
    fewer, took = max(persons // 8, 1), []
    for n in (fewer, persons):
        times = []
        for _ in range(_TIMES):
            begun = time.perf_counter()
            run(_TIMED, n)
            times.append(time.perf_counter() - begun)
        took.append(min(times) / _TIMED)
    if sampled and persons > fewer:
        pace.person = max((took[1] - took[0]) / (persons - fewer), 1e-3 * took[1] / persons)
    pace.draw = max(took[1] - pace.person * persons, 1e-3 * took[1])
    return pace


def _next(state: _State, draws: int, persons: int, pace: _Pace | None) -> tuple[int, int]:
    """Size of the next run: more persons while each draw has too few for its cost, else more draws.

    Without a pace (nothing sampled), draws.
    """
    shrink = (state.error / state.aim) ** 2 if state.aim > 0 else math.inf  # of the variance of the mean
    if pace is not None and state.luck > _LITTLE_LUCK * (state.luck + state.parameter):
        one = state.luck * persons
        best = math.inf if state.parameter == 0 else math.sqrt(one / state.parameter * pace.draw / pace.person)
        if best > 1.25 * persons:
            # As many as suffice without further draws, if there are so many.
            left = (state.parameter + state.luck) / shrink - state.parameter
            enough = _SPARE * one / left if left > 0 else math.inf
            most = min(best, enough, _MOST_AT_ONCE * persons)
            return draws, max(int(most), persons + 1)
    return math.ceil(draws * min(_SPARE * shrink, _MOST_AT_ONCE)) if shrink < math.inf else _MOST_DRAWS + 1, persons
