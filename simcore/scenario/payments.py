"""Whether money means something: currency and price years, discounting, prices, and who pays whom."""

from __future__ import annotations

from simcore.scenario.checks import Checks, Path
from simcore.scenario.quantities import PER_YEAR, any_of, currency_of, percent_hint, unit_named
from simcore.scenario.schema import Accrual, Booking, Derived, Evidenced, Outcome, OutcomePart, Price, ProgrammeCost

_TIME = tuple(PER_YEAR)


def check_money(checks: Checks) -> None:
    """Check currency, price years, discounting and public funds."""
    scenario = checks.scenario
    costs = any(intervention.costs for intervention in scenario.interventions.values())
    if (scenario.prices or costs) and scenario.money is None:
        section = "prices" if scenario.prices else "interventions"
        allowed = "money: {currency: SEK, price_year: 2024} or the like, in the scenario"
        checks.problem((section,), f"{'prices' if scenario.prices else 'costs'} without money", allowed)
    for what, rate in (("money", scenario.discount.money), ("outcomes", scenario.discount.outcomes)):
        if isinstance(rate, str):
            checks.quantity(("discount", what), rate, "discount_rate", ("year", "cycle"))
            parameter = scenario.parameters.get(rate)
            if parameter is not None and parameter.unit == "per year":
                _discount_rate(checks, ("parameters", rate, "distribution"), parameter.distribution.mean)
            table = scenario.tables.get(rate)
            for number, row in enumerate(table.cells if table is not None and table.unit == "per year" else ()):
                if table is not None and isinstance(row.value, float):
                    _discount_rate(checks, checks.row_path(("tables", rate), table, number, row), row.value)
        else:
            _discount_rate(checks, ("discount", what), rate)
    whole = isinstance(scenario.accrual, Accrual) or scenario.accrual == "both_ends"
    if whole and checks.structure.age_parents and scenario.population.horizon.to_age is not None:
        found = "boundaries from the start to the end of the last cycle, with lives that end at different cycles"
        hint = "let the horizon be a number of years, or count start_of_cycle, end_of_cycle or half_cycle"
        checks.problem(("accrual",), found, "both_ends and weights where all are followed equally long", hint)
    if isinstance(scenario.accrual, Accrual):
        checks.quantity(("accrual", "weights"), scenario.accrual.weights, "factor", ("boundary",))
    if scenario.public_funds is not None:
        checks.quantity(("public_funds", "factor"), scenario.public_funds.factor, "factor", ())
        checks.known(("public_funds", "actor"), scenario.public_funds.actor, "an actor", scenario.actors)
    if scenario.money is None:
        return
    years: set[int] | None = None
    if scenario.money.index is not None:
        path: Path = ("money", "index")
        if checks.known(path, scenario.money.index, "a table", scenario.tables):
            checks.quantity(path, scenario.money.index, "price_index", ("year",))
            table = scenario.tables[scenario.money.index]
            years = {int(row.keys["year"]) for row in table.cells if str(row.keys.get("year", "")).isdigit()}
    entries: dict[str, Evidenced | Derived] = {**scenario.parameters, **scenario.tables, **scenario.derived}
    for name, entry in entries.items():
        section = "parameters" if name in scenario.parameters else "tables" if name in scenario.tables else "derived"
        currency = currency_of(entry.unit)
        if currency is None:
            continue
        if currency != scenario.money.currency:
            checks.problem((section, name, "unit"), entry.unit, f"money in {scenario.money.currency}")
        if entry.price_year != scenario.money.price_year:
            wanted = {entry.price_year, scenario.money.price_year}
            if years is None:
                checks.problem(
                    (section, name, "price_year"),
                    entry.price_year,
                    f"{scenario.money.price_year}, the price year of money",
                    "other years need a price index: money: {index: ...}",
                )
            elif not wanted <= years:
                missing = ", ".join(str(year) for year in sorted(y for y in wanted - years if y is not None))
                checks.problem(
                    (section, name, "price_year"), missing, f"a year of the price index {scenario.money.index}"
                )


def _discount_rate(checks: Checks, path: Path, rate: float) -> None:
    if not -1 < rate < 1:
        checks.problem(path, f"{rate:g}", "a rate per year, such as 0.035", percent_hint(rate) if rate >= 1 else "")


def check_outcome(checks: Checks, path: Path, outcome: Outcome) -> None:
    """Check when each part of an outcome is counted, and its weight."""
    for number, part in enumerate(outcome.parts):
        where = path if outcome.sum is None else (*path, "sum", number)
        check_situation(checks, where, part)
        checks.quantity((*where, "weight"), part.weight, "weight")


def check_situation(checks: Checks, path: Path, entry: Price | OutcomePart) -> None:
    """Check when something is counted."""
    if entry.move is not None:
        checks.move((*path, "move"), entry.move)
        checks.condition((*path, "if"), entry.if_)
    else:
        checks.condition((*path, "while"), entry.while_)


def check_price(checks: Checks, path: Path, price: Price) -> None:
    """Check when a price is paid, by whom, and by what it is counted."""
    check_situation(checks, path, price)
    _booking(checks, path, price)
    per = ("event",) if price.move is not None else _TIME if price.once is None else ("person", "event")
    name = price.base if price.kind == "tax" else price.amount
    _per(checks, path, "base" if price.kind == "tax" else price.kind, name, per)


def _per(
    checks: Checks,
    path: Path,
    field: str,
    name: str | float | None,
    per: tuple[str, ...],
    besides: tuple[str, ...] = (),
) -> None:
    entry = checks.scenario.entry(name)
    if entry is None:
        return
    unit = unit_named(entry.unit)
    if unit is not None and unit.kind == "money" and unit.per not in per:
        whens = {("event",): "each time it happens", ("person", "event"): "once"}
        hint = f"it is paid {whens.get(per, 'for the time it lasts')}" if not besides else ""
        allowed = f"money per {any_of([*per, *besides])}"
        checks.problem((*path, field), f"{name}, whose unit is '{entry.unit}'", allowed, hint)


def _booking(checks: Checks, path: Path, booking: Booking) -> None:
    kind = booking.kind
    checks.quantity((*path, kind), booking.amount, "share" if kind == "tax" else "money")
    checks.quantity((*path, "base"), booking.base, "money")
    checks.quantity((*path, "share"), booking.share, "share")
    variables = ("year", "cycle") if checks.structure.age_parents else ("age", "year", "cycle")
    for field, payers in (("actor", booking.actor), ("from", booking.from_), ("to", booking.to)):
        if payers is None:
            continue
        names = [payers] if isinstance(payers, str) else list(payers)
        for name in names:
            checks.known((*path, field), name, "an actor", checks.scenario.actors)
        if not isinstance(payers, str):
            checks.shares((*path, field), payers, variables)


def check_programme_cost(checks: Checks, path: Path, cost: ProgrammeCost) -> None:
    """Check a cost of an intervention: paid for years of enrolment, or once."""
    _booking(checks, path, cost)
    checks.condition((*path, "while"), cost.while_)
    entry = checks.scenario.entry(cost.amount)
    unit = unit_named(entry.unit) if entry is not None else None
    if unit is None or unit.kind != "money":
        return
    if unit.per == "participant":
        if cost.years is not None:
            checks.problem((*path, "years"), "years with a cost paid once", "no years: it is paid at enrolment")
    elif cost.years is None and unit.per in _TIME:
        checks.problem(path, f"{cost.amount} without years", "years: [first, last], or money per participant")
    else:
        _per(checks, path, cost.kind, cost.amount, _TIME, ("participant",))
