"""What the shipped cases are fitted to: enough statistics, a third of them held out, none out of all reach."""

import numpy as np
import pytest
from scipy.special import ndtri

from simcore.scenario.loading import read_scenario
from simcore.scenario.shipped import shipped_scenarios
from simcore.studies.calibrate import _mode, _Model
from simcore.studies.statistics import Statistics, priors_of

#: The made-up chain shows how it works; published models and the calculation of one number are not fitted.
CASES = (
    "county_unemployment", "mental_ill_health", "newcomer_women", "reading_support", "school_dropout",
    "young_offenders",
)  # fmt: skip


def test_every_case_about_people_in_sweden_is_fitted():
    fitted = {name for name in shipped_scenarios() if read_scenario(name).scenario.calibration is not None}
    assert set(CASES) <= fitted


@pytest.mark.parametrize("name", CASES)
def test_statistics_and_free_parameters(name):
    calibration = read_scenario(name).scenario.calibration
    targets = calibration.targets.values()
    assert len(targets) >= 6
    assert 3 <= len(calibration.free) <= len(targets)
    for target in targets:
        assert target.source.work is not None, f"{target.about}: a target is published"
        assert target.source.where
        if target.model_error:
            assert target.conversion, f"{target.about}: why the model may miss it"


@pytest.mark.parametrize("name", CASES)
def test_the_model_comes_near_its_statistics_before_any_fit(name):
    """At the medians of the priors no fitted statistic is out of all reach, as it would be by a gross error."""
    file = read_scenario(name)
    middle = {of: prior.ppf(np.array([0.5])) for of, prior in priors_of(file).items()}
    found = Statistics(file)(middle)[0]
    for value, (of, target) in zip(found, file.scenario.calibration.targets.items(), strict=True):
        assert np.isfinite(value), of
        if target.use == "fit":
            assert abs(value - target.observed) < 6 * target.error, (of, value, target.observed)


@pytest.mark.parametrize("name", ["newcomer_women", "young_offenders"])
def test_the_fit_that_a_case_runs_with_is_that_of_its_statistics(name):
    """The kept rows are a sample of the posterior: with k free parameters they lie about k/2 below its mode, in logs.

    Of a normal posterior minus twice the difference has the mean k and the variance 2 k; of 40 rows the mean is within
    five standard errors of k, and half of k more is left for what is not normal.
    """
    file = read_scenario(name)
    priors = priors_of(file)
    (joint,) = [one for one in file.scenario.joint.values() if set(one.members) == set(priors)]
    columns = joint.distribution.columns
    rows = np.random.default_rng(1).choice(len(next(iter(columns.values()))), 40, replace=False)
    below = np.stack([prior.cdf(np.array(columns[of])[rows]) for of, prior in priors.items()], axis=1)
    scores = ndtri(np.clip(below, 1e-9, 1 - 1e-9))
    model = _Model(file, Statistics(file), None)
    mode, _ = _mode(model)
    above = 2 * (model.log_density(mode[None])[0, 0] - model.log_density(scores)[:, 0])
    k = len(priors)
    assert abs(above.mean() - k) < 5 * np.sqrt(2 * k / 40) + 0.5 * k
