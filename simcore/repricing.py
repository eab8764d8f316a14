"""Pricing a stored ledger again: other prices, discounting, horizon and weights, without simulating."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from simcore.dataset import GIVEN, Run, priced_dataset
from simcore.errors import ResultsError
from simcore.model.ledger import Account, Meter, account
from simcore.model.sampled import Counts
from simcore.overriding import Changeable, Override, deciding_lives, drawn_for_lives, lives_changed, price_parameters
from simcore.pricing.price import Pricer
from simcore.scenario.cohorts import other_lives
from simcore.scenario.draws import drawn_parameters, given_parameters
from simcore.scenario.loading import ScenarioFile, scenario_from_texts, with_groups
from simcore.scenario.schema import Scenario
from simcore.scenario.structure import Structure
from simcore.threads import processors
from simcore.uncertainty.sampling import SAMPLINGS
from simcore.vocabulary import json_of

__all__ = ["Repricer", "price_parameters", "reprice", "scenario_of"]

#: Values of parameters (draw,).
_Drawn = dict[str, NDArray[np.float64]]


def scenario_of(results: xr.Dataset) -> ScenarioFile:
    """Read the scenario that a run kept in its results, with the subgroups that it had.

    Raises
    ------
    ScenarioError
        It is not understood by this version.
    """
    attributes = results.attrs
    files, main = str(attributes["scenario_files"]), str(attributes["scenario_main"])
    if not isinstance(json_of(attributes, "scenario_files"), dict):
        raise ResultsError("These results are damaged: they have no files of a scenario. Run the scenario again.")
    file = _scenario(files, main, str(attributes.get("alternative", "")))
    if "groups" in attributes and (groups := json_of(attributes, "groups")) != file.scenario.groups:
        file = with_groups(file, groups)
    return replace(file, name=str(attributes["scenario"]))


@lru_cache(maxsize=4)
def _scenario(files: str, main: str, alternative: str) -> ScenarioFile:
    """The scenario of some texts; reading takes longer than pricing, and results are often priced many times."""
    return scenario_from_texts(json.loads(files), main, alternative)


def reprice(
    results: xr.Dataset,
    parameters: Mapping[str, ArrayLike] | None = None,
    *,
    change: Mapping[str, Any] | Override | None = None,
    file: ScenarioFile | None = None,
    workers: int | None = None,
) -> xr.Dataset:
    """Price the stored ledger of a run again: under other prices, or with other values of some parameters.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    parameters
        Values (draw,) of some parameters, or one for all draws, instead of those of the run. Lives stay as they were
        simulated, so only those named by `price_parameters` may change.
    change
        What is changed of the scenario, as under ``change`` in a file: prices and who pays them, distributions of
        their parameters, discount rates, weights of outcomes, a shorter horizon, the size of the target group.
    file
        The scenario of the results, where it has been read before.
    workers
        Number of threads; by default one for each processor.

    Returns
    -------
    Dataset like `results`; with `change`, that of a run of the changed scenario, whose files it carries. For many
    changes of the same results, see `Repricer`.

    Raises
    ------
    ResultsError
        A parameter or a change decides lives, or needs what was not counted; or cohorts lead other lives than the
        first, whose ledgers are not kept.
    ScenarioError
        The changed scenario means nothing.
    UnknownNameError
        A name is not that of a parameter.

    Notes
    -----
    A figure whose distribution is changed is drawn again at its own random numbers; all others keep their values.
    A horizon may be shorter: the first cycles of the ledger are priced.

    Another size of the target group changes what is told of all of them together, whole steps of what is cashable,
    and costs that are shared or depend on the number of participants. What may happen to just so many persons
    (`group_saving`) was counted for the size that was simulated, and cannot be told of another one: the part
    ``target_group`` is empty then, with a size of 0, unless the new group is as large as all who were simulated.

    Examples
    --------
    >>> import simcore
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=50)
    >>> bool((simcore.reprice(results)["cost"] == results["cost"]).all())
    True
    >>> simcore.reprice(results, change={"discount": {"money": 0.05}}).attrs["discount_rate"]
    0.05
    """
    return Repricer(results, file=file, workers=workers)(change, parameters)


class Repricer:
    """Prices the stored ledger of a run again and again, each time under another change.

    It keeps the scenario as it was read and merged, the ledger by draws, and which parameters decide lives: what is
    left for each change is to check it, to draw the figures that it touches, and to price.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    file
        Their scenario, where it has been read before.
    workers
        Number of threads; by default one for each processor.

    Raises
    ------
    ResultsError
        Cohorts lead other lives than the first, whose ledgers are not kept; or the ledger is of another version.

    Examples
    --------
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=4, persons=50)
    >>> priced = Repricer(results)
    >>> [priced({"population": {"horizon": {"years": years}}}).sizes["cycle"] for years in (3, 5)]
    [3, 5]
    """

    def __init__(self, results: xr.Dataset, *, file: ScenarioFile | None = None, workers: int | None = None) -> None:
        self.results, self.workers = results, workers
        #: The scenario of the results, unchanged.
        self.file = scenario_of(results) if file is None else file
        _refuse_other_lives(self.file)
        self._account = account(self.file.scenario)
        meters = [of.name for of in self._account.time], [of.name for of in self._account.events]
        stored = tuple([str(name) for name in results[dim].values] for dim in ("meter", "event"))
        if meters != stored:
            raise ResultsError(
                "The ledger of these results is not that of their scenario: they are of another version."
            )
        self._changeable = Changeable(self.file)
        names = (str(name) for name in results["parameter"].values)
        self._stored: _Drawn = dict(zip(names, results["parameter_value"].values.T, strict=True))

    @cached_property
    def _counts(self) -> Counts:
        time, events = self.results["person_time"].values, self.results["events"].values
        return Counts(time.transpose(2, 0, 1, 3, 4, 5), events.transpose(2, 0, 1, 3, 4))

    @cached_property
    def _deciding(self) -> set[str]:
        """Names that may decide lives, seen without compiling the scenario."""
        return deciding_lives(self.file.scenario)

    @cached_property
    def _lived(self) -> set[str]:
        """Names of the parameters that do."""
        return drawn_for_lives(self.file)

    def scenario(self, *changes: Mapping[str, Any] | Override | None) -> ScenarioFile:
        """The scenario of the results under one change or several, one over the other.

        Its alternatives are not worked out: `scenario_of` reads all of the scenario that the priced results carry.

        Raises
        ------
        ResultsError, ScenarioError
            As `reprice`.
        """
        wanted = [change for change in changes if change]  # an empty one changes nothing
        if not wanted:
            return self.file
        if self.file.alternative:
            raise ResultsError(
                f"These results are those of the alternative '{self.file.alternative}'. A change is one of the "
                "scenario as it stands: price a run of it."
            )
        found = self._changeable.changed(wanted[0])
        for change in wanted[1:]:
            found = Changeable(found).changed(change)
        if found.scenario.groups != self.file.scenario.groups:
            found = with_groups(found, self.file.scenario.groups)
        touched = lives_changed(self.file.scenario, found.scenario)
        if touched:
            raise _refused(touched)
        _refuse_other_lives(found)
        self._check_horizon(found.scenario)
        return found

    def __call__(
        self, change: Mapping[str, Any] | Override | None = None, parameters: Mapping[str, ArrayLike] | None = None
    ) -> xr.Dataset:
        """Price the ledger under a change, as `reprice` does.

        Raises
        ------
        ResultsError, ScenarioError, UnknownNameError
            As `reprice`.
        """
        return self.priced(self.scenario(change), parameters)

    def priced(self, file: ScenarioFile, parameters: Mapping[str, ArrayLike] | None = None) -> xr.Dataset:
        """Price the ledger with a scenario from `scenario`, as `reprice` does.

        Raises
        ------
        ResultsError, ScenarioError, UnknownNameError
            As `reprice`.
        """
        drawn, again = self._stored, set[str]()
        if file is not self.file:
            again = self._drawn_again(file)
            drawn = self._drawn(file, again)
            self._refuse_lived(name for name in again if name in drawn)
        whole = given_parameters(file, drawn, parameters or {})
        changed = [name for name in parameters or {} if (whole[name] != drawn[name]).any()]
        self._refuse_lived(changed)
        counted = self._account if file is self.file else account(file.scenario)
        counts, part_size = self._counted(file.scenario, counted)
        attributes = self.results.attrs
        given = {*json.loads(str(attributes.get("given", "[]")))} - again
        run = Run(
            draws=self.results["draw"].values, n_persons=int(attributes["n_persons"]), seed=int(attributes["seed"]),
            engine=str(attributes["engine"]), sampling=str(attributes.get("sampling", "monte_carlo")),
            luck=str(attributes.get("luck", "per_draw")), part_size=part_size, given=tuple({*given, *changed}),
        )  # fmt: skip
        pricer = Pricer(file, counted)
        prices = pricer.check(whole, len(run.draws))
        return priced_dataset(file, pricer, whole, [counts], run, self.workers or processors(), prices)

    # -- figures -------------------------------------------------------------------------------

    def _drawn_again(self, file: ScenarioFile) -> set[str]:
        """Names of the parameters whose distribution is another one, or that hang together with others."""
        old, new = self.file.distributions, file.distributions
        found = {name for name, of in new.items() if name not in self._stored or old.get(name) != of}
        was, now = _together(self.file), _together(file)
        return found | {name for group in was ^ now for name in group.names if name in new}

    def _drawn(self, file: ScenarioFile, again: set[str]) -> _Drawn:
        """Values of all parameters: those of the run, and at the same random numbers those that are drawn again."""
        if not again:
            return {name: self._stored[name] for name in file.distributions}
        sampling = str(self.results.attrs.get("sampling", "monte_carlo"))
        sampling = "monte_carlo" if sampling == GIVEN else sampling
        if sampling == SAMPLINGS[2]:
            newly = sorted(name for name in again if not file.distributions[name].is_fixed and self._is_fixed(name))
            if newly:
                raise ResultsError(
                    f"'{newly[0]}' was fixed and becomes uncertain: with Sobol' points, that draws all figures anew. "
                    "Run the scenario with this change again."
                )
        numbers = self.results["draw"].values
        all_of_them = bool((numbers == np.arange(len(numbers))).all())
        draws: int | Sequence[int] = len(numbers) if all_of_them else numbers.tolist()
        few = file if sampling == SAMPLINGS[2] or again & _names_together(file) else _only(file, again)
        drawn = drawn_parameters(few, draws, seed=int(self.results.attrs["seed"]), sampling=sampling)
        return {name: drawn[name] if name in again else self._stored[name] for name in file.distributions}

    def _is_fixed(self, name: str) -> bool:
        return name not in self.file.distributions or self.file.distributions[name].is_fixed

    def _refuse_lived(self, names: Any) -> None:
        """Refuse other values of what decides lives."""
        for name in sorted(names):
            if (name in self._deciding or name not in self.file.scenario.parameters) and name in self._lived:
                raise ResultsError(
                    f"'{name}' decides how lives go, which another price list cannot change: run the scenario again."
                )

    # -- ledger --------------------------------------------------------------------------------

    def _check_horizon(self, scenario: Scenario) -> None:
        """Refuse a horizon that the ledger does not reach, or that is another one for each age."""
        if scenario.population.horizon == self.file.scenario.population.horizon:
            return
        structure, stored = Structure(scenario), self.results.sizes["cycle"]
        if structure.n_cycles > stored:
            years = f"{stored / structure.per_year:g}"
            raise ResultsError(
                f"The run follows lives for {years} years, and a longer horizon was not simulated: give at most "
                f"{years} years, or run the scenario again."
            )
        horizons = (self.file.scenario.population.horizon, scenario.population.horizon)
        if structure.age_parents and any(horizon.to_age is not None for horizon in horizons):
            raise ResultsError(
                "Persons of different ages are followed up to the same age, so that each has a horizon of their own: "
                "run the scenario with the new one again."
            )

    def _counted(self, scenario: Scenario, counted: Account) -> tuple[Counts, NDArray[np.int64]]:
        """The ledger as a run of a scenario would have counted it, and how many persons its parts have."""
        counts, part_size = self._counts, self.results["part_size"].values
        was, now = self.file.scenario.population, scenario.population
        if counted is self._account:
            return counts, part_size
        n_cycles = Structure(scenario).n_cycles
        if counted != self._account or n_cycles != self.results.sizes["cycle"]:
            time, events = self._places(scenario, counted)
            counts = Counts(counts.time[:, :, :, time, :, :n_cycles], counts.events[:, :, :, events, :n_cycles])
        if now.target_group != was.target_group:
            counts, part_size = _of_group(counts, part_size, now.target_group, int(self.results.attrs["n_persons"]))
        return counts, part_size

    def _places(self, scenario: Scenario, counted: Account) -> tuple[list[int], list[int]]:
        """Where the stored ledger has what a scenario counts: situations and events.

        Meters may be said in other words where the horizon is shorter: they are found by what they are counted for.
        """
        horizon = {"horizon": self.file.scenario.population.horizon}
        whole = scenario.model_copy(update={"population": scenario.population.model_copy(update=horizon)})
        meters = _same_meters(counted, account(whole))
        time, events = ({of: n for n, of in enumerate(all_)} for all_ in (self._account.time, self._account.events))
        for line in counted.lines:
            for piece in line.pieces:
                self._check_counted(meters[piece.meter], line.name, {**time, **events})
        for name, rewards in counted.outcomes.items():
            for meter in (piece.meter for reward in rewards for piece in reward.pieces):
                self._check_counted(meters[meter], f"outcomes.{name}", {**time, **events})
        return [time[meters[of]] for of in counted.time], [events[meters[of]] for of in counted.events]

    def _check_counted(self, meter: Meter, what: str, known: Mapping[Meter, int]) -> None:
        if meter not in known:
            raise ResultsError(
                f"{what} asks for what the run has not counted ({meter.name}): run the scenario with this change again."
            )


def _refused(touched: Sequence[str]) -> ResultsError:
    """What is said of a change that decides lives."""
    several = len(touched) > 1
    return ResultsError(
        f"{', '.join(touched[:10])}{', ...' if len(touched) > 10 else ''} decide{'' if several else 's'} how lives go, "
        "which another price list cannot change: run the scenario with this change again."
    )


def _refuse_other_lives(file: ScenarioFile) -> None:
    if other_lives(file):
        raise ResultsError(
            "The cohorts of this scenario lead different lives, and only the ledger of the first is kept: to change "
            "prices, run it again."
        )


def _same_meters(counted: Account, whole: Account) -> dict[Meter, Meter]:
    """The meters of an account by those of another one that differs in nothing but a shorter horizon."""
    found = {counted.alive: whole.alive}
    pairs = [(line.pieces, of.pieces) for line, of in zip(counted.lines, whole.lines, strict=True)]
    for name, rewards in counted.outcomes.items():
        pairs += [(one.pieces, other.pieces) for one, other in zip(rewards, whole.outcomes[name], strict=True)]
    for pieces, others in pairs:
        by_situation = {piece.situation: piece.meter for piece in others}
        found |= {piece.meter: by_situation[piece.situation] for piece in pieces}
    for part in counted.groups.values():
        found |= {meter.within(part): other.within(part) for meter, other in list(found.items())}
    return found


def _of_group(
    counts: Counts, part_size: NDArray[np.int64], target: int, n_persons: int
) -> tuple[Counts, NDArray[np.int64]]:  # fmt: skip
    """The ledger for a target group of another size: of luck in it nothing is known, unless all belong to it."""
    size = min(target, n_persons)
    sizes = np.array([part_size[0], part_size[1], size])
    exact = counts.time.dtype.kind == "f"
    if not exact and target < n_persons:
        sizes[2] = 0
    found = []
    for of in (counts.time, counts.events):
        of = of.copy()
        if exact:
            of[:, 2] = of[:, 0] * (size / part_size[0])
        else:
            of[:, 2] = of[:, 0] + of[:, 1] if sizes[2] else 0
        found.append(of)
    return Counts(*found), sizes


@dataclass(frozen=True)
class _Group:
    """Parameters that are drawn together, and how."""

    names: tuple[str, ...]
    how: object


def _together(file: ScenarioFile) -> set[_Group]:
    """The groups of parameters that are drawn together."""
    of = file.dependence
    found = {_Group(group.names, group) for group in of.copulas}
    found |= {_Group(shares.names, shares) for shares in of.shares}
    for rows in of.rows:
        weights = None if rows.weights is None else rows.weights.tobytes()
        found.add(_Group(rows.names, (rows.name, rows.table.tobytes(), weights)))
    return found


def _names_together(file: ScenarioFile) -> set[str]:
    return {name for group in _together(file) for name in group.names}


def _only(file: ScenarioFile, names: set[str]) -> ScenarioFile:
    """The scenario with a few of its parameters alone, which are drawn by themselves."""
    own = {name: of for name, of in file.scenario.parameters.items() if name in names}
    none: dict[str, Any] = {"joint": {}, "correlations": [], "tables": {}}
    return replace(file, scenario=file.scenario.model_copy(update={"parameters": own, **none}))
