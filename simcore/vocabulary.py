"""Names of dims and variables of a results Dataset, with unit and one sentence each.

The Dataset is the contract between simulation and analysis: whatever reads results knows these
names and nothing else. `validate` checks a Dataset against them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from simcore.errors import ResultsError

if TYPE_CHECKING:
    import xarray as xr

#: Kinds of cost, in the order of tables. `simcore.pricing.booking` says how each is booked.
COST_KINDS: Final = (
    "resource",
    "programme",
    "transfer",
    "programme_transfer",
    "tax",
    "production",
    "displaced_transfer",
    "displaced_tax",
    "displaced_production",
    "intangible",
    "public_funds",
)
#: Kinds that are the intervention itself; `avoided_cost` leaves them out, `net_saving` takes them off.
PROGRAMME_KINDS: Final = ("programme", "programme_transfer")
#: What the gains of an intervention cost others: kept apart, so that a saving can be told without it (gross) too.
DISPLACED_KINDS: Final = ("displaced_transfer", "displaced_tax", "displaced_production")
#: Kinds that a sum over actors counts; pain and suffering and the cost of public funds only on request.
COUNTED_KINDS: Final = COST_KINDS[:9]

#: Kinds that cancel when summed over all actors.
CANCELLING_KINDS: Final = ("transfer", "programme_transfer", "tax", "displaced_transfer", "displaced_tax")

#: The parts of the persons of a draw: two halves, and the target group once more.
PARTS: Final = ("half_0", "half_1", "target_group")
ENDS: Final = ("start", "end")


@dataclass(frozen=True)
class Variable:
    """A variable of the results: its dims, unit and meaning, and whether all results have it."""

    dims: tuple[str, ...]
    units: str
    long_name: str
    description: str
    always: bool = True


_MONEY = "{currency} of {price_year} per person"
VARIABLES: Final[dict[str, Variable]] = {
    "person_time": Variable(
        ("part", "strategy", "draw", "meter", "end", "cycle"),
        "persons",
        "Persons in a situation",
        "Persons counted in each priced situation at both ends of each cycle.",
    ),
    "events": Variable(
        ("part", "strategy", "draw", "event", "cycle"),
        "events",
        "Events",
        "How often each priced event happened in each cycle.",
    ),
    "parameter_value": Variable(
        ("draw", "parameter"), "the parameter's own", "Parameter values", "Value of each parameter in each draw."
    ),
    "cost": Variable(
        ("strategy", "draw", "actor", "cost_kind", "year"),
        _MONEY,
        "Cost",
        "Cost by actor, kind and calendar year, not discounted; negative where money or value reaches the actor.",
    ),
    "present_value": Variable(
        ("strategy", "draw", "actor", "cost_kind", "year"),
        _MONEY + ", discounted to the start",
        "Present value of cost",
        "As cost, discounted to the start of the first cycle.",
    ),
    "present_value_of_part": Variable(
        ("part", "strategy", "draw", "actor", "cost_kind"),
        _MONEY + ", discounted to the start",
        "Present value of cost in each part",
        "Present value per person of the part, over all years.",
    ),
    "present_value_between_halves": Variable(
        ("strategy", "draw", "actor", "year"),
        _MONEY + ", discounted to the start",
        "Difference between the halves",
        "Present value of cost, all kinds that a net saving counts, of a person of the first half minus that of one of "
        "the second: luck alone.",
    ),
    "cashable_saving": Variable(
        ("strategy", "draw", "actor", "year"),
        _MONEY,
        "Cashable saving",
        "What of the avoided cost becomes money in the budget of each calendar year, against the scenario's "
        "comparator; only where a price says what of it is cashable.",
        always=False,
    ),
    "cashable_present_value": Variable(
        ("strategy", "draw", "actor", "year"),
        _MONEY + ", discounted to the start",
        "Present value of the cashable saving",
        "As cashable_saving, discounted to the start of the first cycle.",
        always=False,
    ),
    "line_present_value": Variable(
        ("strategy", "draw", "line"),
        _MONEY + ", discounted to the start",
        "Present value of each line",
        "Amount of each price line before it is booked on actors, over all years.",
    ),
    "outcome_value": Variable(
        ("strategy", "draw", "outcome"),
        "the outcome's own unit per person",
        "Outcomes",
        "Outcomes (years or events, weighted where the scenario says so) over the whole horizon, not discounted.",
    ),
    "outcome_present_value": Variable(
        ("strategy", "draw", "outcome"),
        "the outcome's own unit per person, discounted to the start",
        "Present value of outcomes",
        "As outcome_value, discounted to the start of the first cycle by the rate for outcomes.",
    ),
    "outcome_value_of_part": Variable(
        ("part", "strategy", "draw", "outcome"),
        "the outcome's own unit per person",
        "Outcomes in each part",
        "As outcome_value, per person of the part.",
    ),
    "outcome_present_value_of_part": Variable(
        ("part", "strategy", "draw", "outcome"),
        "the outcome's own unit per person, discounted to the start",
        "Present value of outcomes in each part",
        "As outcome_present_value, per person of the part.",
    ),
    "spread_present_value": Variable(
        ("strategy", "draw", "actor", "cost_kind"),
        _MONEY + " of the target group, discounted to the start",
        "Present value of what single events cost beyond the expected",
        "What the events of the target group cost beyond what is expected of them, as single costs differ; part of "
        "what may happen to the group and of no expected value; only where a price says how much they differ.",
        always=False,
    ),
    "group_size": Variable(
        ("draw", "group"),
        "persons",
        "Persons in each subgroup",
        "Persons of each subgroup alive at the start of each draw; of several cohorts the mean.",
    ),
    "group_present_value": Variable(
        ("strategy", "draw", "group", "actor", "cost_kind"),
        "{currency} of {price_year} per person of the subgroup, discounted to the start",
        "Present value of cost in each subgroup",
        "Present value per person of the subgroup, over all years; not a number where nobody belongs to it.",
    ),
    "group_outcome_value": Variable(
        ("strategy", "draw", "group", "outcome"),
        "the outcome's own unit per person of the subgroup",
        "Outcomes in each subgroup",
        "As outcome_value, per person of the subgroup.",
    ),
    "part_size": Variable(("part",), "persons", "Persons in each part", "How many persons each part has in a draw."),
    "years_alive": Variable(
        ("strategy", "draw", "year"),
        "years per person",
        "Years alive",
        "Person-time alive, and followed, in each calendar year, counted at the ends of cycles as what is paid for "
        "time is; not discounted.",
        always=False,
    ),
}

#: Added to the unit of what is per person, when several cohorts are added up.
OF_COHORTS: Final = ", all {cohorts} cohorts together per person of one of them"
#: What the results carry beside the arrays.
ATTRIBUTES: Final[dict[str, str]] = {
    "scenario": "name of the scenario",
    "title": "title of the scenario",
    "content_hash": "SHA-256 of the scenario's files",
    "scenario_files": "the scenario's files, as JSON",
    "scenario_main": "which of the files is the scenario itself",
    "seed": "seed of all random numbers, in decimal digits",
    "n_persons": "persons simulated per draw",
    "n_draws": "number of draws",
    "target_group": "persons the decision is about",
    "cycle_length_years": "length of a cycle",
    "currency": "currency of all money",
    "price_year": "year whose prices all money is in",
    "discount_rate": "expected discount rate per year, for money; that of the first year where it differs by year",
    "outcome_discount_rate": "expected discount rate per year, for outcomes",
    "engine": "sampled lives, or expected: the exact distribution",
    "comparator": "strategy the others are compared with",
    "simcore_version": "version that made the results",
}
#: What results of this version carry as well; analysis does without it where it can.
FURTHER_ATTRIBUTES: Final[dict[str, str]] = {
    "strategies": "the interventions of each strategy, as JSON",
    "alternative": "which of the scenario's alternatives it is; empty as it stands",
    "sampling": "how parameters were drawn",
    "luck": "per_draw: each draw has its own luck; shared: all draws have the same",
    "given": "names of the parameters whose values were given, not drawn, as JSON",
    "discount_by_year": "1 where the discount rate for money differs by year, and 0 elsewhere",
    "groups": "attributes whose levels are subgroups, as JSON",
    "versions": "versions of Python and of the libraries that compute, and the kind of processor, as JSON",
    "cohorts": "groups that start one after the other, one each year; money and outcomes are those of all together",
}


def validate(results: xr.Dataset) -> None:
    """Check that a Dataset is a results Dataset.

    Raises
    ------
    ResultsError
        A variable, dim or attribute is missing; the message names the first one.
    """
    for name, variable in VARIABLES.items():
        if name not in results:
            if not variable.always:
                continue
            raise ResultsError(f"These are not simcore results: there is no variable '{name}'.")
        if results[name].dims != variable.dims:
            wanted, found = ", ".join(variable.dims), ", ".join(map(str, results[name].dims))
            raise ResultsError(f"The variable '{name}' of these results has the dims {found}; it needs {wanted}.")
    for name, meaning in ATTRIBUTES.items():
        if name not in results.attrs:
            raise ResultsError(f"These are not simcore results: '{name}' ({meaning}) is missing.")


def number_of(attributes: Mapping[str, Any], name: str) -> int:
    """A whole number that results say of themselves.

    Raises
    ------
    ResultsError
        It is not there, or is none.
    """
    try:
        return int(attributes[name])
    except (KeyError, ValueError, TypeError, OverflowError):
        raise _not_understood(name) from None


def json_of(attributes: Mapping[str, Any], name: str, otherwise: str | None = None) -> Any:
    """What results say of themselves as JSON.

    Raises
    ------
    ResultsError
        It is not there, with nothing to take otherwise, or is no JSON.
    """
    try:
        return json.loads(str(attributes[name] if otherwise is None else attributes.get(name, otherwise)))
    except (KeyError, ValueError, RecursionError):
        raise _not_understood(name) from None


def _not_understood(name: str) -> ResultsError:
    return ResultsError(
        f"These results are damaged: what they say of '{name}' is not understood. Run the scenario again."
    )
