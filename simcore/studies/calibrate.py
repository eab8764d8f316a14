"""Fitting free parameters to published statistics: a sample of their posterior distribution, and how well it fits.

Free parameters are written as standard normal scores z of their priors, theta = F^-1(Phi(z)), so that the prior is a
standard normal distribution whatever its form. With simulated values s(theta), observed values y and errors e, the
posterior density is proportional to exp(-(z'z + sum(((y - s) / e)**2)) / 2): a nonlinear least-squares problem. Its
mode is found by scipy's `least_squares`, whose Gauss-Newton approximation gives a first idea of the spread; emcee
draws the sample, with proposals from that first idea and from differences between its own walkers.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import emcee
import numpy as np
import xarray as xr
from numpy.random import MT19937, RandomState, SeedSequence
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.special import ndtr
from scipy.stats import multivariate_t

from simcore.errors import ModelError, Problem, ScenarioError
from simcore.progress import Progress
from simcore.scenario.loading import ScenarioFile
from simcore.studies.statistics import Statistics, calibration_of, priors_of
from simcore.version import __version__

Array = NDArray[np.float64]

#: Rows of the posterior sample.
ROWS = 1000
#: Ends of the interval that is told of a prior.
_ENDS = np.array([0.05, 0.95])
#: Draws from the prior, which show what was expected before the fit.
_PRIOR_ROWS = 200
#: Scores this far out are never needed: 1e-9 of a normal distribution lies beyond.
_FARTHEST = 6.0
#: What the search for the mode sees where parameters make no probabilities: very far from every target.
_IMPOSSIBLE = 1e4
#: Step of numerical derivatives, in standard normal scores.
_STEP = 0.02
#: A chain shall be this many times as long as its steps depend on each other (Foreman-Mackey and others 2013).
_LONG_ENOUGH = 50
_STEPS_AT_A_TIME = 50
_MOST_STEPS = 3000
_FEWEST_WALKERS = 32
#: Degrees of freedom of the first proposals: heavier tails than the approximation that they come from.
_DEGREES = 5.0
#: Share of steps that propose from the first idea; the others use differences between walkers.
_FIRST_IDEA = 0.7


def calibrate(
    file: ScenarioFile,
    *,
    rows: int = ROWS,
    seed: int = 1,
    engine: str | None = None,
    persons: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    statistics: Callable[[dict[str, Array]], Array] | None = None,
    observed: Array | None = None,
) -> xr.Dataset:
    """Fit the free parameters of a scenario to the statistics that it names.

    Parameters
    ----------
    file
        From `read_scenario`, with a section ``calibration``.
    rows
        Rows of the posterior sample.
    seed
        Seed of the sampler.
    engine, persons, workers
        As `Statistics` takes them.
    progress
        Called now and then with the number of steps done, and expected.
    statistics
        In place of what the scenario simulates: values of all targets (row, target) from those of the free
        parameters (row,) by name. `Statistics` makes one.
    observed
        In place of the values that the scenario names (target,); those of repeated experiments, say.

    Returns
    -------
    Dataset with dims ``row``, ``parameter``, ``target``, ``quantile`` and ``prior_row``: ``posterior`` (row,
    parameter) and ``simulated`` (row, target) at its rows; ``prior`` (prior_row, parameter) and ``prior_simulated``
    (prior_row, target) of draws from the prior; ``prior_mean``, ``prior_sd`` (parameter) and ``prior_quantile``
    (parameter, quantile) of the priors themselves; ``mode`` (parameter) and ``mode_simulated`` (target); ``observed``,
    ``observation_error``, ``model_error`` and ``use`` of each target. Attributes tell how the sampler went:
    ``steps``, ``walkers``, ``steps_between`` (steps after which a walker has forgotten where it was),
    ``effective_size``, ``acceptance``, ``evaluations``, ``converged`` (1 or 0), ``seed``.

    Raises
    ------
    ScenarioError
        There is nothing to fit, or the targets cannot be simulated.
    ModelError
        The parameters make no probabilities at the mean of the prior; or as `Statistics`.

    References
    ----------
    .. [1] Foreman-Mackey, Hogg, Lang and Goodman (2013), emcee: the MCMC hammer, Publications of the Astronomical
       Society of the Pacific 125, 306 to 312.
    .. [2] Kennedy and O'Hagan (2001), Bayesian calibration of computer models, Journal of the Royal Statistical
       Society B 63, 425 to 464: an error of the model beside that of the observation.

    Examples
    --------
    >>> import simcore
    >>> fit = simcore.calibrate(simcore.read_scenario("textbook_chain"), rows=100)
    >>> fit["mode"].to_pandas().round(2).to_dict()
    {'p_wear': 0.2, 'p_break': 0.3}
    """
    calibration, priors = calibration_of(file), priors_of(file)
    if rows < 1:
        raise ScenarioError([Problem("rows", 0, "", str(rows), "at least 1")], "the sizes of the fit")
    model = _Model(file, statistics or Statistics(file, engine=engine, persons=persons, workers=workers), observed)
    rng = RandomState(MT19937(SeedSequence(seed)))
    if not priors or not model.fitted.any():
        found = "no free parameters" if not priors else "no targets with use: fit"
        allowed = "at least one free parameter and one target that is fitted"
        raise ScenarioError([Problem(file.main, 0, "calibration", found, allowed)], file.main)
    mode, spread = _mode(model)
    prior = rng.standard_normal((_PRIOR_ROWS, model.n))
    sample = _sample(model, mode, spread, rows, rng, progress)
    targets = list(calibration.targets)
    of = calibration.targets.values()
    return xr.Dataset(
        {
            "posterior": (("row", "parameter"), model.parameters_of(sample.scores)),
            "simulated": (("row", "target"), sample.simulated),
            "prior": (("prior_row", "parameter"), model.parameters_of(prior)),
            "prior_mean": ("parameter", np.array([of.mean for of in priors.values()])),
            "prior_sd": ("parameter", np.array([of.sd for of in priors.values()])),
            "prior_quantile": (("parameter", "quantile"), np.array([of.ppf(_ENDS) for of in priors.values()])),
            "prior_simulated": (("prior_row", "target"), model.simulated(prior)),
            "mode": ("parameter", model.parameters_of(mode[None])[0]),
            "mode_simulated": ("target", model.simulated(mode[None])[0]),
            "observed": ("target", model.observed),
            "observation_error": ("target", np.array([target.observation_error for target in of])),
            "model_error": ("target", np.array([target.model_error for target in of])),
            "use": ("target", np.array([target.use for target in of])),
        },
        {"parameter": list(priors), "target": targets, "quantile": _ENDS},
        {
            "scenario": file.name,
            "content_hash": file.content_hash,
            "seed": str(seed),
            "simcore_version": __version__,
            "engine": model.engine,
            "walkers": sample.walkers,
            "steps": sample.steps,
            "steps_between": sample.steps_between,
            "effective_size": sample.effective_size,
            "acceptance": sample.acceptance,
            "evaluations": model.evaluations,
            "converged": int(sample.steps >= _LONG_ENOUGH * sample.steps_between),
        },
    )


class _Model:
    """Target values and densities as functions of the scores of the free parameters."""

    def __init__(
        self, file: ScenarioFile, statistics: Callable[[dict[str, Array]], Array], observed: Array | None
    ) -> None:
        targets = calibration_of(file).targets.values()
        self.statistics, self.priors = statistics, priors_of(file)
        self.names = list(calibration_of(file).targets)
        self.observed = np.array([target.observed for target in targets]) if observed is None else np.asarray(observed)
        self.errors = np.array([target.error for target in targets])
        self.fitted = np.array([target.use == "fit" for target in targets])
        engines = set(getattr(statistics, "engines", {"": "given"}).values())
        self.engine = engines.pop() if len(engines) == 1 else "mixed"
        self.evaluations = 0

    @property
    def n(self) -> int:
        """Number of free parameters."""
        return len(self.priors)

    def parameters_of(self, scores: Array) -> Array:
        """The parameters (row, parameter) at scores (row, parameter)."""
        below = ndtr(np.clip(scores, -_FARTHEST, _FARTHEST))
        return np.stack([prior.ppf(below[:, k]) for k, prior in enumerate(self.priors.values())], axis=1)

    def simulated(self, scores: Array) -> Array:
        """The targets (row, target) at scores (row, parameter)."""
        self.evaluations += len(scores)
        values = self.parameters_of(scores)
        return self.statistics({name: values[:, k] for k, name in enumerate(self.priors)})

    def residuals(self, simulated: Array) -> Array:
        """Distance from the fitted targets (row, fitted target), in errors."""
        distance: Array = ((simulated - self.observed) / self.errors)[:, self.fitted]
        return distance

    def log_density(self, scores: Array) -> Array:
        """Log posterior density (row,), and the targets behind it (row, 1 + target)."""
        simulated = self.simulated(scores)
        squares = (scores**2).sum(axis=1) + (self.residuals(simulated) ** 2).sum(axis=1)
        outside = (np.abs(scores) > _FARTHEST).any(axis=1)
        density = np.where(np.isfinite(squares) & ~outside, -squares / 2.0, -np.inf)
        return np.column_stack([density, simulated])


def _mode(model: _Model) -> tuple[Array, Array]:
    """The scores of highest posterior density, and the Gauss-Newton covariance around them."""

    def residuals(scores: Array) -> Array:
        apart = model.residuals(model.simulated(scores[None]))[0]
        return np.concatenate([scores, np.where(np.isfinite(apart), apart, _IMPOSSIBLE)])

    def jacobian(scores: Array) -> Array:
        steps = _STEP * np.eye(model.n)
        beside = model.residuals(model.simulated(np.concatenate([scores + steps, scores - steps, scores[None]])))
        up, down, here = beside[: model.n], beside[model.n : -1], beside[-1]
        # Beside a border of what is possible the step is taken to the other side; between two there is no slope.
        slopes = np.where(np.isfinite(up), up, here) - np.where(np.isfinite(down), down, here)
        length = _STEP * (np.isfinite(up).astype(float) + np.isfinite(down))
        slopes = np.divide(slopes, length, out=np.zeros_like(slopes), where=(length > 0) & np.isfinite(slopes))
        return np.concatenate([np.eye(model.n), slopes.T])

    start = np.zeros(model.n)
    missing = [name for name, value in zip(model.names, model.simulated(start[None])[0], strict=True) if value != value]
    if missing:
        raise ModelError(
            f"At the medians of the free parameters, and the means of all others, {', '.join(missing)} has no value: "
            "probabilities add up to more than 1, or nobody is ever in what is divided by ('of')."
        )
    found = least_squares(residuals, start, jac=jacobian, bounds=(-_FARTHEST, _FARTHEST), method="trf")
    slopes = jacobian(found.x)
    covariance: Array = np.asarray(np.linalg.inv(slopes.T @ slopes), dtype=np.float64)
    return np.asarray(found.x), covariance


@dataclass(frozen=True)
class _Sample:
    """Rows of the posterior, and how they were drawn."""

    scores: Array
    simulated: Array
    walkers: int
    steps: int
    steps_between: float
    effective_size: float
    acceptance: float


def _sample(
    model: _Model, mode: Array, spread: Array, rows: int, rng: RandomState, progress: Progress | None
) -> _Sample:
    """Draw from the posterior with emcee until the chains are long beside their memory."""
    walkers = max(_FEWEST_WALKERS, 2 * model.n + 2)
    idea = multivariate_t(mode, spread, df=_DEGREES)

    def propose(scores: Array, random: RandomState) -> tuple[Array, Array]:
        new: Array = np.asarray(idea.rvs(size=len(scores), random_state=random)).reshape(scores.shape)
        factors: Array = np.atleast_1d(idea.logpdf(scores) - idea.logpdf(new))
        return new, factors

    moves = [
        (emcee.moves.MHMove(propose), _FIRST_IDEA),
        (emcee.moves.DEMove(), 0.9 * (1.0 - _FIRST_IDEA)),
        (emcee.moves.DESnookerMove(), 0.1 * (1.0 - _FIRST_IDEA)),
    ]
    sampler = emcee.EnsembleSampler(walkers, model.n, model.log_density, moves=moves, vectorize=True)
    sampler.random_state = rng.get_state()
    state = _first_state(model, mode, spread, walkers, rng)
    steps, between = 0, np.inf
    while steps < _MOST_STEPS and not (steps >= _LONG_ENOUGH * between and steps * walkers / between >= rows / 2):
        state = sampler.run_mcmc(state, _STEPS_AT_A_TIME, skip_initial_state_check=True)
        steps += _STEPS_AT_A_TIME
        between = _steps_between(sampler)
        if progress is not None:
            progress(steps, max(steps, int(min(_MOST_STEPS, _LONG_ENOUGH * between))))
    # The walkers started from the first idea; twice their memory is enough to forget it.
    burnt = int(min(np.ceil(2.0 * between), steps // 2))
    chain = sampler.get_chain(discard=burnt, flat=True)
    simulated = sampler.get_blobs(discard=burnt, flat=True).reshape(len(chain), -1)
    chosen = rng.permutation(len(chain))[:rows] if len(chain) >= rows else rng.randint(len(chain), size=rows)
    return _Sample(
        chain[chosen], simulated[chosen], walkers, steps, between, len(chain) / between,
        float(np.mean(sampler.acceptance_fraction)),
    )  # fmt: skip


def _first_state(model: _Model, mode: Array, spread: Array, walkers: int, rng: RandomState) -> emcee.State:
    """Walkers around the mode, all of them possible."""
    root = np.linalg.cholesky(spread)
    scores = np.clip(mode + rng.standard_normal((walkers, model.n)) @ root.T, -_FARTHEST + 1e-6, _FARTHEST - 1e-6)
    density = model.log_density(scores)[:, 0]
    for _ in range(20):
        wrong = ~np.isfinite(density)
        if not wrong.any():
            break
        scores[wrong] = mode + 0.5 * (scores[wrong] - mode)
        density[wrong] = model.log_density(scores[wrong])[:, 0]
    possible = np.flatnonzero(np.isfinite(density))
    if len(possible) < walkers:  # beside a border of what is possible: those that are left stand where others do
        scores[~np.isfinite(density)] = scores[rng.choice(possible, size=walkers - len(possible))]
    return emcee.State(scores, copy=True)


def _steps_between(sampler: emcee.EnsembleSampler) -> float:
    """Integrated autocorrelation time of the slowest parameter, in steps; at least 1."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        times = sampler.get_autocorr_time(tol=0)
    longest = float(np.max(times)) if np.isfinite(times).all() else np.inf
    return max(longest, 1.0)
