"""Whether money means something: currency and price years, discounting, prices, and who pays whom."""

from __future__ import annotations

from simcore.errors import shown
from simcore.scenario.checks import Checks, Path
from simcore.scenario.displacing import additions, strategy_of
from simcore.scenario.quantities import PER_YEAR, any_of, currency_of, percent_hint, unit_named
from simcore.scenario.schema import (
    Accrual,
    Booking,
    Cashable,
    Derived,
    Displacement,
    Evidenced,
    Outcome,
    OutcomePart,
    Price,
    ProgrammeCost,
)

_TIME = tuple(PER_YEAR)
#: Kinds of prices that can be displaced: what goes with a job.
_OF_A_JOB = ("transfer", "tax", "production")


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
            if parameter is not None and parameter.unit == "per year" and not parameter.distribution.is_joint:
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
    if price.cashable is not None:
        _cashable(checks, (*path, "cashable"), price.cashable, price.kind)
    if price.spread is not None:
        form = "gamma" if price.spread.gamma is not None else "lognormal"
        checks.quantity((*path, "spread", form, "cv"), price.spread.cv, "spread", ())


def _cashable(checks: Checks, path: Path, cashable: Cashable, kind: str) -> None:
    """Check how much of an avoided cost becomes money, and when."""
    if kind == "intangible":
        checks.problem(path, "cashable with intangible", "no cashable: pain and fear are in no budget")
    checks.quantity((*path, "share"), cashable.share, "share", _times(checks))
    if cashable.after != 0:
        checks.quantity((*path, "after"), cashable.after, "duration", ())
    checks.quantity((*path, "step"), cashable.step, "persons", ())
    if cashable.step == 0:
        checks.problem((*path, "step"), 0, "a number of persons above 0", "leave step out where every person counts")


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


def _times(checks: Checks) -> tuple[str, ...]:
    """The variables of time that are the same for everybody."""
    return ("year", "cycle") if checks.structure.age_parents else ("age", "year", "cycle")


def _booking(checks: Checks, path: Path, booking: Booking, fixed: bool = False) -> None:
    """Check amounts and payers; those of a fixed cost depend on nobody."""
    kind = booking.kind
    known = ("year", "cycle") if fixed else None
    checks.quantity((*path, kind), booking.amount, "share" if kind == "tax" else "money", known)
    checks.quantity((*path, "base"), booking.base, "money", known)
    checks.quantity((*path, "share"), booking.share, "share", known)
    variables = known or _times(checks)
    for field, payers in (("actor", booking.actor), ("from", booking.from_), ("to", booking.to)):
        if payers is None:
            continue
        names = [payers] if isinstance(payers, str) else list(payers)
        for name in names:
            checks.known((*path, field), name, "an actor", checks.scenario.actors)
        if not isinstance(payers, str):
            checks.shares((*path, field), payers, variables)


def check_programme_cost(checks: Checks, path: Path, cost: ProgrammeCost) -> None:
    """Check a cost of an intervention: paid for years of enrolment, or once; per participant, or fixed."""
    _booking(checks, path, cost, cost.fixed)
    checks.condition((*path, "while"), cost.while_)
    if cost.scale is not None:
        checks.quantity((*path, "scale", "participants"), cost.scale.participants, "persons", ())
        if cost.scale.participants == 0:
            checks.problem((*path, "scale", "participants"), 0, "a number of persons above 0")
        checks.quantity((*path, "scale", "elasticity"), cost.scale.elasticity, "elasticity", ())
    entry = checks.scenario.entry(cost.amount)
    unit = unit_named(entry.unit) if entry is not None else None
    if cost.fixed:
        _fixed_cost(checks, path, cost)
    elif unit is None or unit.kind != "money":
        return
    elif unit.per == "participant":
        for field in ("years", "cycles"):
            if getattr(cost, field) is not None:
                found = f"{field} with a cost paid once"
                checks.problem((*path, field), found, f"no {field}: it is paid at enrolment")
    elif cost.years is None and cost.cycles is None and unit.per in _TIME:
        allowed = "years or cycles: [first, last], or money per participant"
        checks.problem(path, f"{cost.amount} without years", allowed)
    else:
        _per(checks, path, cost.kind, cost.amount, _TIME, ("participant",))


def _fixed_cost(checks: Checks, path: Path, cost: ProgrammeCost) -> None:
    """Check a cost that is paid whoever takes part: in years of the run, or once at its start."""
    entry = checks.scenario.entry(cost.amount)
    unit = unit_named(entry.unit) if entry is not None else None
    per = ("event",) if cost.years is None else _TIME
    if entry is not None and unit is not None and unit.kind == "money" and unit.per not in per:
        when = "once, at the start" if cost.years is None else "in years of the run"
        hint = "what is paid year by year needs years: [first, last]" if cost.years is None else ""
        found = f"{cost.amount}, whose unit is '{entry.unit}'"
        checks.problem((*path, cost.kind), found, f"money per {any_of(per)}: it is paid {when}", hint)
    if cost.years is None:
        return
    cohorts, structure = checks.scenario.population.cohorts, checks.structure
    n_years = -(-structure.n_cycles // structure.per_year) + cohorts - 1
    if int(cost.years[0]) > n_years > 0:
        checks.problem((*path, "years"), shown(list(cost.years)), f"years since the start, 1 to {n_years}")
    if cohorts > 1 and isinstance(checks.scenario.accrual, Accrual):
        found = f"years of a programme of {cohorts} cohorts, with weights of the boundaries of one"
        allowed = "a fixed cost paid once, or accrual: half_cycle, start_of_cycle, end_of_cycle or both_ends"
        checks.problem((*path, "years"), found, allowed)


def check_displacement(checks: Checks, path: Path, displacement: Displacement) -> None:
    """Check what the gains of an intervention cost others: which prices, and on whom they fall."""
    checks.quantity((*path, "share"), displacement.share, "share", _times(checks))
    scenario = checks.scenario
    for number, name in enumerate(displacement.prices):
        where = (*path, "prices", number)
        if not checks.known(where, name, "a price", scenario.prices):
            continue
        kind = scenario.prices[name].kind
        if kind not in _OF_A_JOB:
            hint = "others lose the job, with its pay, taxes and benefits; what is used less is not used by them"
            checks.problem(
                where, f"{name}, which is {kind}", f"a price of what goes with a job: {any_of(_OF_A_JOB)}", hint
            )
        if name in displacement.prices[:number]:
            checks.problem(where, f"{name} a second time", "each price once")
    if checks.known((*path, "borne_by"), displacement.borne_by, "an actor", scenario.actors):
        if scenario.actors[displacement.borne_by].sector == "public":
            allowed = f"an actor that is not public: {', '.join(_not_public(checks)) or '(there is none)'}"
            hint = "what public actors lose stays with them; the others lose it on this one, such as rest_of_society"
            checks.problem((*path, "borne_by"), f"{displacement.borne_by}, which is public", allowed, hint)


def _not_public(checks: Checks) -> list[str]:
    return [name for name, actor in checks.scenario.actors.items() if actor.sector != "public"]


def check_additions(checks: Checks) -> None:
    """Check that there is a strategy for whatever a displacing intervention is added to."""
    scenario = checks.scenario
    for name, members in scenario.strategies.items():
        if not set(members) <= scenario.interventions.keys():
            continue  # refused elsewhere
        steps = list(additions(scenario, members))
        wanted = dict.fromkeys(of for step in steps for of in (step.without, step.with_it))
        displacing = [step.intervention for step in steps]
        for missing in (of for of in wanted if strategy_of(scenario, of, name) is None):
            listed = [member for member in members if member in missing]
            tells = "it adds" if len(displacing) == 1 else "each of them adds"
            beside = f"of {_together(listed)} alone" if listed else "of no intervention"
            checks.problem(
                ("strategies", name),
                f"{_together(displacing)}: {'this displaces' if len(displacing) == 1 else 'these displace'} others",
                f"beside it a strategy {beside}, to tell what {tells}",
                f"add {'_and_'.join(listed) or 'nothing'}: [{', '.join(listed)}] to strategies",
            )


def _together(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def note_cashable(checks: Checks) -> None:
    """Warn of prices of public actors that do not say what of them is cashable, where others do."""
    scenario = checks.scenario
    if all(price.cashable is None for price in scenario.prices.values()):
        return
    silent = []
    for name, price in scenario.prices.items():
        actors = [price.actor] if isinstance(price.actor, str) else list(price.actor or ())
        public = any(scenario.actors[actor].sector == "public" for actor in actors)
        if price.kind == "resource" and price.cashable is None and public:
            silent.append(name)
    if silent:
        verb = "does" if len(silent) == 1 else "do"
        checks.warn(
            ("prices", silent[0]),
            f"{_together(silent)} {verb} not say what public actors can cash: all of it counts as money at once",
        )
