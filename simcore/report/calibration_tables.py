"""A fit to published statistics in tables, sentences and records."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from simcore.errors import counted
from simcore.report.sensitivity_tables import number
from simcore.scenario.schema import Scenario

#: Ends of the interval that is shown.
_ENDS = (0.05, 0.95)
#: A statistic further from the model than this many standard deviations is missed.
MISSED = 1.96
#: A third of the statistics should stay out of the fit.
_HELD_OUT = 1.0 / 3.0
#: A parameter whose spread has become less than this share of its prior has been learnt about.
_LEARNT = 0.8
_SHARES = ("share", "probability")


def target_records(fit: xr.Dataset, scenario: Scenario) -> list[dict[str, Any]]:
    """How well each target is met, one record each.

    Parameters
    ----------
    fit
        From `simcore.studies.calibrate.calibrate`.
    scenario
        The scenario that was fitted.

    Returns
    -------
    Records with the ``observed`` value, its ``observation_error`` and ``model_error``, the mean and the 5 and 95 %
    quantiles of what the model says with draws from the prior (``prior_...``) and from the posterior
    (``fitted_...``), and the ``distance``: fitted mean minus observed, over the ``deviation``, which is the standard
    deviation of both errors and of the posterior together.
    """
    assert scenario.calibration is not None  # it was fitted
    records = []
    for name in map(str, fit["target"].values):
        one, target = fit.sel(target=name), scenario.calibration.targets[name]
        error, model_error = float(one["observation_error"]), float(one["model_error"])
        record: dict[str, Any] = {
            "target": name, "about": target.about, "population": target.population, "unit": target.unit,
            "use": str(one["use"].values), "observed": float(one["observed"]), "observation_error": error,
            "model_error": model_error,
        }  # fmt: skip
        for word, values in (("prior", one["prior_simulated"].values), ("fitted", one["simulated"].values)):
            known = values[np.isfinite(values)]
            record[f"{word}_mean"] = float(known.mean()) if len(known) else math.nan
            ends = np.quantile(known, _ENDS) if len(known) else (math.nan, math.nan)
            record |= {f"{word}_q05": float(ends[0]), f"{word}_q95": float(ends[1])}
        spread = float(one["simulated"].std())
        record["deviation"] = math.sqrt(error**2 + model_error**2 + spread**2)
        record["distance"] = (record["fitted_mean"] - record["observed"]) / record["deviation"]
        record["grade"] = target.quality
        records.append(record)
    return records


def parameter_records(fit: xr.Dataset, scenario: Scenario) -> list[dict[str, Any]]:
    """What is known of each free parameter before and after the fit, one record each."""
    records = []
    for name in map(str, fit["parameter"].values):
        record: dict[str, Any] = {
            "parameter": name, "about": scenario.parameters[name].about, "unit": scenario.parameters[name].unit,
        }  # fmt: skip
        at = fit.sel(parameter=name)
        low, high = (float(end) for end in at["prior_quantile"].values)
        record |= {"prior_mean": float(at["prior_mean"]), "prior_sd": float(at["prior_sd"])}
        record |= {"prior_q05": low, "prior_q95": high}
        values = at["posterior"].values
        low, high = (float(end) for end in np.quantile(values, _ENDS))
        record |= {
            "fitted_mean": float(values.mean()),
            "fitted_sd": float(values.std(ddof=1)) if len(values) > 1 else 0.0,
        }
        record |= {"fitted_q05": low, "fitted_q95": high}
        records.append(record)
    return records


def calibration_tables(fit: xr.Dataset, scenario: Scenario) -> list[RenderableType]:
    """What the model says of each target, and what has become of each free parameter."""
    targets = _table("Published statistic", "Published", "Model before", "Model fitted", "Distance")
    for record in target_records(fit, scenario):
        held = " (held out)" if record["use"] == "validate" else ""
        missed = " !" if abs(record["distance"]) > MISSED else ""
        total = math.hypot(record["observation_error"], record["model_error"])
        targets.add_row(
            Text(f"{record['about']}{held}"),
            f"{shown(record['observed'], record['unit'])} ± {shown(total, record['unit'])}",
            interval(record, "prior"), interval(record, "fitted"), f"{record['distance']:+.1f}{missed}",
        )  # fmt: skip
    free = _table("Free parameter", "Before", "Fitted", "Spread left")
    for record in parameter_records(fit, scenario):
        left = record["fitted_sd"] / record["prior_sd"] if record["prior_sd"] > 0 else math.nan
        free.add_row(
            Text(record["parameter"]), interval(record, "prior"), interval(record, "fitted"),
            "" if math.isnan(left) else f"{left:.0%}",
        )  # fmt: skip
    return [targets, Text(), free]


def _table(first: str, *others: str) -> Table:
    """A table without frame, whose first column is text."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 0, 0, 1), show_edge=False)
    table.add_column(first, overflow="fold")
    for heading in others:
        table.add_column(heading, justify="right", overflow="fold")
    return table


def shown(value: float, unit: str) -> str:
    """A value in its unit: shares in per cent."""
    if unit in _SHARES:
        return f"{100 * value:.3g} %"
    return number(value)


def interval(record: dict[str, Any], word: str) -> str:
    """Mean and 90 % interval."""
    unit = str(record["unit"])
    low, high = (shown(record[f"{word}_{end}"], unit).removesuffix(" %") for end in ("q05", "q95"))
    return f"{shown(record[f'{word}_mean'], unit)} ({low} to {high})"


def calibration_words(fit: xr.Dataset, scenario: Scenario) -> list[str]:
    """How the fit went, and what to make of it."""
    records = target_records(fit, scenario)
    held = [record for record in records if record["use"] == "validate"]
    words = [
        "Distance: fitted mean minus published, in standard deviations of the errors and of the fit together (somewhat "
        f"small for what was fitted); beyond {MISSED} (marked !) the model misses the statistic. Intervals are 90 %. "
        "Published: value ± its standard error, the model's own error included."
    ]
    for use, group in (
        ("that were fitted", [record for record in records if record["use"] == "fit"]),
        ("held out of the fit", held),
    ):
        missed = [record["target"] for record in group if abs(record["distance"]) > MISSED]
        if missed:
            words.append(f"Of {counted(len(group), 'statistic')} {use} the model misses {', '.join(missed)}.")
        elif group:
            words.append(f"The model meets {'all ' if len(group) > 1 else ''}{counted(len(group), 'statistic')} {use}.")
    if len(held) < _HELD_OUT * len(records):
        words.append(
            f"{len(held) or 'None'} of {counted(len(records), 'statistic')} held out of the fit: a third or more with "
            "'use: validate' would show whether the model holds where it was not fitted."
        )
    free = parameter_records(fit, scenario)
    same = [record["parameter"] for record in free if record["fitted_sd"] > _LEARNT * record["prior_sd"]]
    if same:
        words.append(f"The statistics say little about {', '.join(same)}: as uncertain as before, or nearly so.")
    words.append(_correlation_words(fit["posterior"].values, [record["parameter"] for record in free]))
    about = fit.attrs
    words.append(
        f"Sample: {fit.sizes['row']:,} rows, taken from about {about['effective_size']:,.0f} independent ones; "
        f"{about['walkers']} walkers and {about['steps']} steps, {about['evaluations']:,} evaluations of the model "
        f"({about['engine']}), {about['acceptance']:.0%} of the proposals accepted."
    )
    if about["engine"] != "expected":
        words.append(
            "The exact engine does not apply, or was not asked for: targets are counted from sampled lives, whose luck "
            "is taken for what the model says. More --persons make that error small beside those of the targets."
        )
    words += [word for word in (unconverged_words(fit), _edge_words(fit)) if word]
    words.append(
        "Parameters that are not free were held at their means; figures of the case stay as uncertain as they were."
    )
    return [word for word in words if word]


def unconverged_words(fit: xr.Dataset) -> str:
    """That the sampler has not converged; nothing where it has."""
    if fit.attrs["converged"]:
        return ""
    memory = fit.attrs["steps_between"]
    beside = f"its memory of {memory:.0f} steps" if math.isfinite(memory) else "its memory, which it did not outlast"
    return f"The sampler has not converged: its chain is short beside {beside}. Take the intervals as rough."


def _edge_words(fit: xr.Dataset) -> str:
    """Which parameters are pressed against an end of what was believed before."""
    pressed = [
        str(name)
        for name in fit["parameter"].values
        if _is_outside(float(fit["mode"].sel(parameter=name)), fit["prior_quantile"].sel(parameter=name).values)
    ]
    if not pressed:
        return ""
    return f"The statistics pull {', '.join(pressed)} to the end of what was believed before (beyond its 5 or 95 %)."


def _is_outside(value: float, ends: NDArray[np.float64]) -> bool:
    return not ends[0] <= value <= ends[1]


def _correlation_words(sample: NDArray[np.float64], names: list[str]) -> str:
    """Which free parameters the statistics tie together most."""
    if len(names) < 2:
        return ""
    tied = np.atleast_2d(np.asarray(np.corrcoef(sample, rowvar=False)))
    np.fill_diagonal(tied, 0.0)
    one, other = np.unravel_index(np.nanargmax(np.abs(tied)), tied.shape)
    if abs(tied[one, other]) < 0.3:
        return ""
    return (
        f"The statistics tie parameters together, most {names[one]} and {names[other]} (correlation "
        f"{tied[one, other]:+.2f}): rows of the sample are drawn as wholes."
    )
