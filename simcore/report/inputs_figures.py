"""What of a scenario may be changed in a workbook: its figures, one by one, and what a changed value means."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from simcore.scenario.evidence import Table
from simcore.scenario.loading import ScenarioFile
from simcore.scenario.quantities import Unit, unit_named
from simcore.scenario.schema import Booking, Parameter, Scenario
from simcore.scenario.uses import uses
from simcore.uncertainty.distributions import Distribution

#: The sheets of figures, in their order.
FIGURE_SHEETS = ("unit_costs", "programme_costs", "payers", "other", "tables")
#: Fields that hold numbers.
NUMBERS = ("value", "low", "high", "price_year")
#: Bounds of years.
YEARS = (1900, 2200)


@dataclass(frozen=True)
class Figure:
    """A figure of a scenario, or a setting, as a row of a workbook.

    Attributes
    ----------
    sheet, name
        Where it stands, by the key of the sheet, and what it is called there.
    path
        The entry of the scenario that it belongs to.
    about, source, grade, used_for
        What is said of it.
    unit
        In words.
    numbers
        What it is now, by field: numbers, or texts in settings.
    interval
        What low and high are, one of `INTERVALS`.
    editable
        Fields that may be changed.
    whole
        Whether its value is a whole number within these bounds.
    needs_source
        Whether a change says where it comes from.
    """

    sheet: str
    name: str
    path: tuple[str | int, ...]
    about: str = ""
    unit: str = ""
    numbers: dict[str, Any] = field(default_factory=dict)
    interval: str = "none"
    editable: tuple[str, ...] = ()
    source: str = ""
    grade: str = ""
    used_for: str = ""
    whole: tuple[int, int] | None = None
    needs_source: bool = True

    @property
    def id(self) -> tuple[str, str]:
        """Which row it is."""
        return self.sheet, self.name

    @property
    def bounds(self) -> Unit | None:
        """The unit, which says what values are possible."""
        return unit_named(self.unit)


def figures(file: ScenarioFile) -> list[Figure]:
    """Every figure of a scenario, sheet by sheet.

    Examples
    --------
    >>> [figure.name for figure in figures(simcore.read_scenario("textbook_chain")) if figure.sheet == "unit_costs"]
    ['value_of_output', 'upkeep_worn', 'call_out']
    """
    scenario = file.scenario
    used, programme, paying = uses(scenario), set(_programme_costs(scenario)), set(_payers(scenario))
    together = {name for joint in scenario.joint.values() for name in joint.members}
    found = list(_settings(scenario))
    for name, entry in scenario.parameters.items():
        unit = unit_named(entry.unit)
        sheet = "other"
        if name in programme:
            sheet = "programme_costs"
        elif name in paying:
            sheet = "payers"
        elif unit is not None and unit.kind == "money":
            sheet = "unit_costs"
        found.append(_figure(scenario, sheet, name, entry, used.get(name, []), alone=name not in together))
    for name, table in scenario.tables.items():
        unit = unit_named(table.unit)
        if unit is not None and unit.kind == "money":
            found += _cells(scenario, name, table, used.get(name, []))
    return found


def _programme_costs(scenario: Scenario) -> Iterator[str]:
    for intervention in scenario.interventions.values():
        for cost in intervention.costs:
            if isinstance(cost.amount, str):
                yield cost.amount


def _payers(scenario: Scenario) -> Iterator[str]:
    """Names of the shares of several payers."""
    bookings: list[Booking] = list(scenario.prices.values())
    bookings += [cost for intervention in scenario.interventions.values() for cost in intervention.costs]
    for booking in bookings:
        for payers in (booking.actor, booking.from_, booking.to):
            if isinstance(payers, dict):
                yield from (share for share in payers.values() if isinstance(share, str))


def source_words(scenario: Scenario, entry: Parameter | Table) -> str:
    """Where a figure comes from, in a sentence."""
    source = entry.source
    if source.work is None:
        return str(source.assumption)
    work = scenario.sources.get(source.work)
    title = source.work if work is None else f"{work.by} ({work.year}), {work.title}"
    return f"{title}, {source.where}: {source.as_printed}"


def _settings(scenario: Scenario) -> Iterator[Figure]:
    """What is said of the case as a whole."""
    population, discount, money = scenario.population, scenario.discount, scenario.money

    def setting(name: str, path: tuple[str, ...], value: object, **more: Any) -> Figure:
        editable = ("value",) if path else ()
        return Figure("case", name, path, numbers={"value": value}, editable=editable, needs_source=False, **more)

    yield setting("title", ("title",), scenario.title)
    yield setting("target_group", ("population", "target_group"), population.target_group, whole=(1, 100_000_000))
    horizon = population.horizon
    if horizon.to_age is not None:
        yield setting("horizon_to_age", ("population", "horizon", "to_age"), horizon.to_age, whole=(1, 150))
    else:
        yield setting("horizon_years", ("population", "horizon", "years"), horizon.years, whole=(1, 200))
    for name, field_, rate in (
        ("discount_rate", "money", discount.money), ("outcome_discount_rate", "outcomes", discount.outcomes),
    ):  # fmt: skip
        path = ("discount", field_) if not isinstance(rate, str) else ()
        yield setting(name, path, rate, unit="per year")
    if money is not None:
        path = ("money", "price_year") if money.index is not None else ()
        yield setting("price_year", path, money.price_year, whole=YEARS)
        yield setting("currency", (), money.currency)
    yield setting("start_year", (), population.start.year)
    yield setting("persons", (), population.persons)


def _figure(
    scenario: Scenario, sheet: str, name: str, entry: Parameter, used: list[str], *, alone: bool
) -> Figure:  # fmt: skip
    numbers, interval, editable = _form(entry.distribution)
    if not alone:
        editable = ()
    if entry.price_year is not None:
        numbers["price_year"] = entry.price_year
        editable = (*editable, "price_year") if editable else ()
    return Figure(
        sheet, name, ("parameters", name), entry.about or "", entry.unit, numbers, interval, editable,
        source_words(scenario, entry), entry.quality, ", ".join(used),
    )  # fmt: skip


def _cells(scenario: Scenario, name: str, table: Table, used: list[str]) -> Iterator[Figure]:
    """The cells of a table, each a row; one that names a figure is changed where that stands."""
    for number, row in enumerate(table.cells):
        key = ", ".join(f"{column} {value}" for column, value in row.keys.items())
        plain = not isinstance(row.value, str)
        yield Figure(
            "tables", f"{name}: {key}", ("tables", name, number), table.about or "", table.unit,
            {"value": row.value, "price_year": table.price_year}, "none", ("value",) if plain else (),
            source_words(scenario, table), table.quality, ", ".join(used),
        )  # fmt: skip


def _form(distribution: Distribution) -> tuple[dict[str, Any], str, tuple[str, ...]]:
    """The numbers that stand for a distribution, what low and high are, and which may be changed."""
    given, name = distribution.given, distribution.name
    fields = set(given)
    if name == "fixed":
        return {"value": given["value"]}, "none", ("value",)
    if "interval_95" in fields:
        low, high = given["interval_95"]
        centre = next((given[of] for of in ("median", "mean") if of in given), None)
        numbers = {"value": distribution.mean if centre is None else centre, "low": low, "high": high}
        return numbers, "interval_95", ("low", "high") if centre is None else ("value", "low", "high")
    if fields == {"min", "mode", "max"}:
        return {"value": given["mode"], "low": given["min"], "high": given["max"]}, "limits", ("value", "low", "high")
    if fields == {"min", "max"}:
        return {"value": distribution.mean, "low": given["min"], "high": given["max"]}, "limits", ("low", "high")
    low, high = (_rounded(float(end)) for end in distribution.ppf(np.array([0.025, 0.975])))
    if fields == {"mean", "sd"}:
        return {"value": given["mean"], "low": low, "high": high}, "worked_out", ("value",)
    moved = fields in ({"shape", "scale"}, {"log_mean", "log_sd"})
    numbers = {"value": _rounded(distribution.mean), "low": low, "high": high}
    return numbers, "worked_out", ("value",) if moved else ()


def _rounded(value: float) -> float:
    """A number to six figures."""
    return float(f"{value:.6g}") if math.isfinite(value) else value


@dataclass(frozen=True)
class Moved:
    """A distribution with other numbers.

    Attributes
    ----------
    written
        As a scenario file says it.
    how
        How what was not changed has moved with the value, in words; empty where nothing has.
    """

    written: dict[str, Any]
    how: str = ""


def moved(distribution: Distribution, unit: Unit, new: dict[str, float]) -> Moved:
    """A distribution whose value, low or high are other ones.

    Where only the value is changed, what says how uncertain it is moves with it: of shares on the scale of odds, of
    what is never negative in proportion, and otherwise by the same difference.

    Parameters
    ----------
    distribution
        As it was.
    unit
        Of the figure.
    new
        The fields that were changed.

    Examples
    --------
    >>> from simcore.scenario.quantities import unit_named
    >>> from simcore.uncertainty.distributions import Distribution
    >>> cost = Distribution("lognormal", {"median": 100.0, "interval_95": [80.0, 125.0]})
    >>> moved(cost, unit_named("SEK per year"), {"value": 200.0}).written
    {'lognormal': {'median': 200.0, 'interval_95': [160.0, 250.0]}}
    """
    name, given = distribution.name, dict(distribution.given)
    if name == "fixed":
        return Moved({name: new["value"]})
    numbers, _, _ = _form(distribution)
    value = new.get("value", numbers["value"])
    alone = set(new) == {"value"}
    shift = _Shift(unit, numbers["value"], value)
    how = f"its uncertainty moved with it {shift.words}" if alone else ""
    if "interval_95" in given:
        ends = [new.get("low", numbers["low"]), new.get("high", numbers["high"])]
        given["interval_95"] = [shift.of(end) for end in ends] if alone else ends
        for centre in ("median", "mean"):
            if centre in given:
                given[centre] = value
    elif {"min", "max"} <= set(given):
        for end, of in (("min", "low"), ("max", "high")):
            given[end] = shift.of(given[end]) if alone else new.get(of, given[end])
        if "mode" in given:
            given["mode"] = value
    elif "sd" in given:
        given |= {"mean": value, "sd": shift.of_spread(given["sd"])}
    elif "scale" in given:
        given["scale"] = _rounded(given["scale"] * value / distribution.mean)
        how = "its uncertainty moved with it in proportion"
    else:
        given["log_mean"] = _rounded(given["log_mean"] + math.log(value / distribution.mean))
        how = "its uncertainty moved with it in proportion"
    return Moved({name: given}, how)


@dataclass(frozen=True)
class _Shift:
    """How numbers around a value move when it does."""

    unit: Unit
    old: float
    new: float

    @property
    def _kind(self) -> str:
        inside = 0.0 < self.old < 1.0 and 0.0 < self.new < 1.0
        if self.unit.low == 0.0 and self.unit.high == 1.0 and inside:
            return "odds"
        positive = self.unit.low >= 0.0 and self.unit.high > 1.0 and self.old > 0.0 and self.new > 0.0
        return "proportion" if positive else "difference"

    @property
    def words(self) -> str:
        """How, in words."""
        scales = {"odds": "on the scale of odds", "proportion": "in proportion", "difference": "by the same difference"}
        return scales[self._kind]

    def of(self, number: float) -> float:
        """Where a number moves."""
        match self._kind:
            case "odds" if 0.0 < number < 1.0:
                odds = number / (1 - number) * (self.new / (1 - self.new)) / (self.old / (1 - self.old))
                return _rounded(odds / (1 + odds))
            case "odds":
                return number
            case "proportion":
                return _rounded(number * self.new / self.old)
            case _:
                return _rounded(number + self.new - self.old)

    def of_spread(self, sd: float) -> float:
        """What a standard deviation becomes; on the scale of odds, that of the odds stays about the same."""
        match self._kind:
            case "odds":
                return _rounded(sd * self.new * (1 - self.new) / (self.old * (1 - self.old)))
            case "proportion":
                return _rounded(sd * self.new / self.old)
            case _:
                return sd
