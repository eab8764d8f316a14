"""Simulated lives beside published statistics, and who is where at which age."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr

from simcore.errors import SimcoreError
from simcore.report.calibration_tables import MISSED
from simcore.scenario.loading import ScenarioFile
from simcore.studies.statistics import Statistics

#: Draws of the run for which statistics are worked out, and lives where they must be sampled.
_DRAWS, _PERSONS = 50, 2000
_ENDS = (0.05, 0.95)


def statistics_records(file: ScenarioFile, results: xr.Dataset) -> list[dict[str, Any]]:
    """What the model says of each published statistic that its scenario names, with the figures of some draws of a run.

    Returns
    -------
    Records with ``about``, ``unit``, ``use`` (``fit`` or ``validate``) and ``source`` of the statistic, the
    ``observed`` value, the ``deviation`` that its own error and that of the model allow for (95 %), the mean of what
    the ``model`` says with its 5 and 95 % quantiles over draws (``low``, ``high``; none of one draw), the number of
    ``draws``, and whether it is ``missed``. None where there are no statistics, or none that can be simulated.
    """
    calibration = file.scenario.calibration
    if calibration is None or not calibration.targets:
        return []
    try:
        statistics = Statistics(file, persons=_PERSONS)
        exact = set(statistics.engines.values()) == {"expected"}
        some = results["parameter_value"].isel(draw=slice(0, _DRAWS if exact else 1))
        known = {str(name) for name in results["parameter"].values}
        values = statistics({name: some.sel(parameter=name).values for name in statistics.free if name in known})
    except SimcoreError:  # a population that cannot be simulated is told of by `simcore calibrate`
        return []
    records = []
    for column, name in enumerate(statistics.targets):
        target, simulated = calibration.targets[name], values[:, column]
        simulated = simulated[np.isfinite(simulated)]
        if not len(simulated):
            continue
        allowed = MISSED * math.hypot(target.observation_error, target.model_error, float(simulated.std()))
        low, high = (float(of) for of in np.quantile(simulated, _ENDS))
        many = len(simulated) > 1
        model = float(simulated.mean())
        work = file.scenario.sources.get(target.source.work or "")
        records.append({
            "about": target.about, "unit": target.unit, "use": target.use,
            "source": target.source.assumption if work is None else f"{work.by} ({work.year}), {target.source.where}",
            "observed": float(target.observed), "deviation": allowed, "model": model,
            "low": low if many else math.nan, "high": high if many else math.nan,
            "draws": len(values), "missed": abs(model - target.observed) > allowed,
        })  # fmt: skip
    return records
