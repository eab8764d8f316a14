"""The fit to published statistics: against exact answers, in repeated experiments, and as a scenario that runs."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import simcore
from simcore.errors import ModelError, ResultsError, ScenarioError
from simcore.report.calibration_tables import calibration_words
from simcore.scenario.loading import read_scenario
from simcore.studies.calibrate import calibrate
from simcore.studies.calibrated_case import save_calibrated
from simcore.studies.statistics import Statistics, priors_of

from .fitted import CASE, statistics


@pytest.fixture(name="file")
def _file(tmp_path):
    folder = tmp_path / "chain"
    folder.mkdir()
    (folder / "scenario.yaml").write_text(CASE, encoding="utf-8")
    return read_scenario(folder)


def case(folder, text):
    folder.mkdir(exist_ok=True)
    (folder / "scenario.yaml").write_text(text, encoding="utf-8")
    return read_scenario(folder)


def test_target_statistics_are_those_of_the_model(file):
    rng = np.random.default_rng(1)
    rows = {"p_job": rng.uniform(0.05, 0.6, 40), "p_loss": rng.uniform(0.01, 0.3, 40)}
    model = Statistics(file)
    assert model.targets == ["after_one", "after_ten", "still_in_work", "losses"]
    assert set(model.engines.values()) == {"expected"}
    np.testing.assert_allclose(model(rows), statistics(rows), rtol=1e-9)


def test_sampled_lives_stand_in_for_the_exact_engine(file):
    rows = {"p_job": np.array([0.2, 0.4]), "p_loss": np.array([0.1, 0.05])}
    model = Statistics(file, engine="sampled", persons=20_000)
    assert set(model.engines.values()) == {"sampled"}
    # Shares among 20,000 persons: five standard errors are at most 0.018; 16 numbers, so 1e-5 of false alarms.
    np.testing.assert_allclose(model(rows), statistics(rows), atol=0.018)
    np.testing.assert_array_equal(model(rows), model(rows))


def test_rows_that_make_no_probabilities_have_no_value(tmp_path):
    text = CASE.replace("[outside, employed]", "[outside, employed, ill]")
    move = "      outside -> employed: {probability: p_job}\n"
    text = text.replace(move, f"{move}      outside -> ill: {{probability: p_ill}}\n")
    text = text.replace("sd: 0.1}}\n    unit: probability per year", "sd: 0.1}}\n    unit: probability per cycle")
    half = "{about: a half, distribution: {fixed: 0.5}, unit: probability per cycle, source: {assumption: made up}}"
    text = text.replace("parameters:\n", f"parameters:\n  p_ill: {half}\n")
    model = Statistics(case(tmp_path / "ill", text))
    found = model({"p_job": np.array([0.2, 0.6, 0.3, 0.9]), "p_loss": np.full(4, 0.1)})
    assert np.isnan(found[:, 0]).tolist() == [False, True, False, True]
    assert np.isfinite(found[[0, 2]]).all()


def test_the_posterior_of_a_normal_model_is_the_exact_one(file):
    """With normal priors and statistics that are linear in them the posterior is normal and known."""
    linear = np.array([[1.0, 0.5], [0.8, -1.5], [1.0, 0.0], [0.0, 1.0]])

    def of(parameters):
        return np.stack([parameters["p_job"], parameters["p_loss"]], axis=1) @ linear.T

    class Normal:
        """The case with normal priors, which its probabilities would not allow."""

        scenario = file.scenario.model_copy(
            update={
                "parameters": {
                    "p_job": _parameter(0.3, 0.05),
                    "p_loss": _parameter(0.1, 0.02),
                }
            }
        )
        name, content_hash = file.name, file.content_hash

    observed = np.array([0.40, 0.05, 0.0, 0.0])
    fit = calibrate(Normal, rows=4000, seed=3, statistics=of, observed=observed)
    errors = np.hypot(fit["observation_error"], fit["model_error"]).values[:2]
    precision = np.diag([0.05**-2, 0.02**-2]) + linear[:2].T @ np.diag(errors**-2) @ linear[:2]
    covariance = np.linalg.inv(precision)
    mean = covariance @ (np.array([0.3 / 0.05**2, 0.1 / 0.02**2]) + linear[:2].T @ (observed[:2] / errors**2))
    np.testing.assert_allclose(fit["mode"].values, mean, atol=1e-6)
    independent = fit.attrs["effective_size"]
    assert independent > 500
    found = fit["posterior"].values
    sd = np.sqrt(np.diag(covariance))
    # Five Monte Carlo standard errors of means and of standard deviations.
    assert (np.abs(found.mean(axis=0) - mean) < 5 * sd / np.sqrt(min(independent, 4000))).all()
    assert (np.abs(found.std(axis=0) / sd - 1) < 5 / np.sqrt(2 * min(independent, 4000))).all()
    wanted = covariance[0, 1] / sd.prod()
    assert np.corrcoef(found.T)[0, 1] == pytest.approx(wanted, abs=5 / np.sqrt(min(independent, 4000)))


def _parameter(mean, sd):
    from simcore.scenario.schema import Parameter

    return Parameter.model_validate({
        "distribution": {"normal": {"mean": mean, "sd": sd}}, "unit": "risk difference",
        "source": {"assumption": "made up"},
    })  # fmt: skip


def experiments(file, n, *, wrong=1.0):
    """How often 90 % intervals hold the truth (quantity,), and ranks of the truth, in `n` repeated experiments.

    `wrong` multiplies the errors that the fit is told.
    """
    rng = np.random.default_rng(2)
    targets = file.scenario.calibration.targets
    told = {name: target.model_copy(update={"standard_error": wrong * target.observation_error, "sample_size": None,
                                            "model_error": wrong * target.model_error})
            for name, target in targets.items()}  # fmt: skip
    calibration = file.scenario.calibration.model_copy(update={"targets": told})
    believed = replace(file, scenario=file.scenario.model_copy(update={"calibration": calibration}))
    priors, errors = priors_of(file), np.array([target.error for target in targets.values()])
    inside, ranks = np.zeros(3), []
    for experiment in range(n):
        truth = {name: np.atleast_1d(prior.ppf(np.atleast_1d(rng.uniform()))) for name, prior in priors.items()}
        observed = statistics(truth)[0] + errors * rng.standard_normal(len(errors))
        fit = calibrate(believed, rows=300, seed=experiment, statistics=statistics, observed=observed)
        sample = dict(zip(priors, fit["posterior"].values.T, strict=True))
        for number, of in enumerate((lambda v: v["p_job"], lambda v: v["p_loss"], lambda v: v["p_job"] / v["p_loss"])):
            low, high = np.quantile(of(sample), [0.05, 0.95])
            inside[number] += low <= of(truth)[0] <= high
        ranks.append((sample["p_job"] < truth["p_job"][0]).mean())
    return inside, np.array(ranks)


def test_known_parameters_are_recovered_in_repeated_experiments(file):
    """Parameters from the prior, observations with their errors: 90 % intervals hold the truth 90 times in 100.

    60 experiments with two parameters and one combination of them. A binomial of 60 with 0.9 is at least 46 but for
    1e-4; of all 180 intervals, which hang together, 162 are expected with a standard deviation of at most 7.
    """
    inside, ranks = experiments(file, 60)
    assert (inside >= 46).all(), inside
    assert 134 <= inside.sum() <= 177  # intervals that always hold the truth would be too wide
    # The rank of the truth in its posterior sample is uniform (Talts and others 2018, simulation-based calibration).
    assert stats.kstest(ranks, "uniform").pvalue > 1e-4


def test_a_fit_that_is_told_too_small_errors_is_seen(file):
    """A negative control: intervals that are too narrow hold the truth too seldom."""
    inside, _ = experiments(file, 25, wrong=0.3)
    assert inside.sum() < 60, inside  # 67.5 are expected of right ones


def test_the_engine_and_the_closed_form_give_the_same_fit(file):
    engine, formula = calibrate(file, rows=200), calibrate(file, rows=200, statistics=statistics)
    for name in ("mode", "posterior", "simulated", "prior_simulated"):
        np.testing.assert_allclose(engine[name], formula[name], rtol=1e-5)
    again = calibrate(file, rows=200)
    assert again.equals(engine)
    assert not calibrate(file, rows=200, seed=2)["posterior"].equals(engine["posterior"])


def test_what_is_held_out_does_not_move_the_fit(file):
    observed = np.array([0.3, 0.7, 0.8, 0.1])
    one = calibrate(file, rows=50, statistics=statistics, observed=observed)
    other = calibrate(file, rows=50, statistics=statistics, observed=observed + np.array([0, 0, 0.1, 0.3]))
    assert one["posterior"].equals(other["posterior"])


def test_a_free_parameter_that_a_population_has_of_its_own_is_not_fitted_there(tmp_path):
    own = "{about: sure, distribution: {fixed: 0.2}, unit: probability per year, source: {assumption: made up}}"
    text = CASE.replace(
        "change: {population: {start_states: {work: employed}}}",
        f"change: {{population: {{start_states: {{work: employed}}}}, parameters: {{p_loss: {own}}}}}",
    )
    model = Statistics(case(tmp_path / "own", text))
    found = model({"p_job": np.array([0.3, 0.3]), "p_loss": np.array([0.05, 0.25])})
    np.testing.assert_allclose(found[:, 3], 0.2)
    assert found[0, 1] != found[1, 1]


PROGRAMMES = """
interventions:
  young: {about: only at 20, enrol: {at_age: 20, uptake: 1}, effects: [{move: work.outside -> employed, odds_ratio: or_job, years: [1, 1], evidence: assumed}]}
  usual_help: {about: what there is, enrol: {whenever: {work: outside}, uptake: 1}, effects: [{move: work.outside -> employed, odds_ratio: or_job, years: [1, onwards], evidence: assumed}]}
strategies: {usual: [usual_help], both: [usual_help, young]}
"""  # noqa: E501


def test_only_what_the_comparator_has_is_there_in_a_population(tmp_path):
    """A population may start at an age at which a programme of the case cannot begin; usual practice stays."""
    one = "{about: x, distribution: {fixed: 2}, unit: odds ratio, source: {assumption: made up}}"
    text = CASE.replace("strategies: {usual: []}\n", PROGRAMMES).replace(
        "parameters:\n", f"parameters:\n  or_job: {one}\n"
    )
    text = text.replace("change: {population: {", "change: {population: {start: {age: 30, year: 2025}, ").replace(
        "age: 23}", "age: 33}"
    )
    model = Statistics(case(tmp_path / "programmes", text))
    found = model({"p_job": np.array([0.2]), "p_loss": np.array([0.1])})
    odds = 2 * 0.2 / 0.8
    assert found[0, 0] == pytest.approx(odds / (1 + odds))  # with the help that there is
    assert 0 < found[0, 2] < 1


def test_the_fit_is_a_scenario_that_runs(file, tmp_path):
    fit = calibrate(file, rows=300)
    folder = tmp_path / "fitted"
    save_calibrated(fit, file, str(tmp_path / "chain"), folder)
    fitted = read_scenario(folder)
    results = simcore.simulate(fitted, draws=400, engine="expected")
    drawn = results["parameter_value"].sel(parameter=["p_job", "p_loss"]).values
    kept = {tuple(float(f"{value:.6g}") for value in row) for row in fit["posterior"].values}
    assert {tuple(row) for row in drawn} <= kept  # whole rows of the sample
    assert fitted.overridden["parameters", "p_job", "distribution"][0].value == {"beta": {"mean": 0.3, "sd": 0.1}}
    # It can be fitted again, from the same priors: the same fit.
    again = calibrate(fitted, rows=300)
    np.testing.assert_array_equal(again["posterior"], fit["posterior"])


def test_the_case_itself_is_not_overwritten(file, tmp_path):
    fit = calibrate(file, rows=20, statistics=statistics)
    with pytest.raises(ResultsError, match="a scenario of its own"):
        save_calibrated(fit, file, str(tmp_path / "chain"), tmp_path / "chain")
    assert read_scenario(tmp_path / "chain").scenario == file.scenario


def test_a_case_of_somebody_is_not_written_over(file, tmp_path):
    other = tmp_path / "other"
    case(other, CASE.replace("Two states", "Another case"))
    before = (other / "scenario.yaml").read_text(encoding="utf-8")
    fit = calibrate(file, rows=20, statistics=statistics)
    with pytest.raises(ResultsError, match="a scenario of its own and is not written over"):
        save_calibrated(fit, file, str(tmp_path / "chain"), other)
    assert (other / "scenario.yaml").read_text(encoding="utf-8") == before
    again = tmp_path / "again"
    for _ in range(2):  # an earlier fit is
        save_calibrated(fit, file, str(tmp_path / "chain"), again)
    fitted = read_scenario(again)  # but not one that the case is, or builds on
    with pytest.raises(ResultsError, match="is part of the scenario that is fitted"):
        save_calibrated(fit, fitted, str(again), again)
    (tmp_path / "further").mkdir()
    (tmp_path / "further" / "scenario.yaml").write_text("extends: ../again/scenario.yaml\nseed: 9\n", encoding="utf-8")
    with pytest.raises(ResultsError, match="is part of the scenario that is fitted"):
        save_calibrated(fit, read_scenario(tmp_path / "further"), str(tmp_path / "further"), again)


def test_a_target_out_of_reach_ends_in_words_and_not_in_an_error(tmp_path):
    """The mode is at the end of the prior; with progress, and a sampler that may stand still."""
    text = CASE.replace("observed: 0.3\n      sample_size: 400", "observed: 0.99\n      standard_error: 0.001")
    file, told = case(tmp_path / "far", text), []
    fit = calibrate(file, rows=50, statistics=statistics, progress=lambda *numbers: told.append(numbers))
    assert all(isinstance(number, int) for numbers in told for number in numbers)
    words = " ".join(calibration_words(fit, file.scenario))
    assert "The statistics pull p_job" in words
    assert "misses after_one" in words


def test_the_mode_may_lie_beside_what_is_impossible(file):
    """Beyond a border there are no probabilities: a one-sided slope is taken there."""

    def bordered(parameters):
        found = statistics(parameters)
        found[parameters["p_job"] > 0.305] = np.nan
        return found

    fit = calibrate(file, rows=100, statistics=bordered, observed=np.array([0.5, 0.7, 0.8, 0.1]))
    assert float(fit["posterior"].sel(parameter="p_job").max()) <= 0.305
    assert float(fit["mode"].sel(parameter="p_job")) == pytest.approx(0.305, abs=0.02)


def test_a_prior_of_quantiles_can_be_written(tmp_path):
    text = CASE.replace("{beta: {mean: 0.3, sd: 0.1}}", "{beta: {quantiles: {0.25: 0.2, 0.75: 0.4}}}")
    file = case(tmp_path / "chain", text)
    save_calibrated(calibrate(file, rows=50), file, str(tmp_path / "chain"), tmp_path / "fitted")
    fitted = read_scenario(tmp_path / "fitted")
    assert priors_of(fitted)["p_job"] == priors_of(file)["p_job"]


def test_in_shorter_cycles_an_age_is_a_whole_year(tmp_path):
    """Person-time is counted at the start of each cycle: of four quarters aged 21, not on the birthday alone."""
    file = case(tmp_path / "quarters", CASE.replace("population:\n", "cycle: quarter\npopulation:\n", 1))
    rows = {"p_job": np.array([0.3]), "p_loss": np.array([1e-9])}
    quarterly = 1 - 0.7 ** np.array([1.0, 1.25, 1.5, 1.75])
    assert Statistics(file)(rows)[0, 0] == pytest.approx(quarterly.mean(), abs=1e-6)


def problems(tmp_path, text):
    with pytest.raises(ScenarioError) as caught:
        calibrate(case(tmp_path / "wrong", text), rows=20)
    return [(problem.path, problem.found) for problem in caught.value.problems]


def test_targets_and_free_parameters_that_are_none(tmp_path):
    assert problems(tmp_path, CASE.replace("free: [p_job, p_loss]", "free: [p_jobs]")) == [
        ("calibration.free.p_jobs", "p_jobs")
    ]
    fixed = CASE.replace("{beta: {mean: 0.3, sd: 0.1}}", "{fixed: 0.3}")
    assert problems(tmp_path, fixed) == [("calibration.free.p_job", "p_job, with a fixed number")]
    unknown = CASE.replace("population: workers\n      count: {move", "population: worker\n      count: {move")
    assert problems(tmp_path, unknown) == [("calibration.targets.losses.population", "worker")]
    assert problems(tmp_path, CASE.replace("work: employed, age: 23", "work: employd, age: 23")) == [
        ("calibration.targets.still_in_work.count.while.work", "employd")
    ]
    both = CASE.replace("sample_size: 400", "sample_size: 400\n      standard_error: 0.1")
    assert problems(tmp_path, both) == [("calibration.targets.after_one", "both")]
    kept = CASE.replace("start_states: {work: employed}}", "start_states: {work: employed}}, draws: 5")
    assert problems(tmp_path, kept) == [("calibration.populations.workers.change.draws", "draws")]
    assert problems(tmp_path, CASE[: CASE.index("calibration:")]) == [("calibration", "nothing to fit to")]
    assert problems(tmp_path, CASE.replace("free: [p_job, p_loss]", "free: []")) == [
        ("calibration", "no free parameters")
    ]
    tied = (
        "correlations: [{between: [p_job, p_loss], coefficient: 0.5, scale: normal, source: {assumption: made up}}]\n"
    )
    assert problems(tmp_path, CASE.replace("calibration:\n", f"{tied}calibration:\n")) == [
        ("calibration.free.p_job", "p_job, which is correlated with others"),
        ("calibration.free.p_loss", "p_loss, which is correlated with others"),
    ]
    outside = CASE.replace("free: [p_job, p_loss]", "free: {p_job: {distribution: {normal: {mean: 0.3, sd: 0.3}}}}")
    assert problems(tmp_path, outside) == [
        ("calibration.free.p_job.distribution", "a normal distribution, with values below 0 and above 1")
    ]
    assert problems(tmp_path, CASE.replace("standard_error: 0.03\n      model", "standard_error: 3\n      model")) == [
        ("calibration.targets.after_ten.standard_error", "3.0")
    ]
    priced = CASE.replace("change: {population: {", "change: {prices: leave_out, population: {")
    assert problems(tmp_path, priced) == [("calibration.populations.workers.change.prices", "prices")]


def test_a_target_that_nobody_can_be_in_is_named(tmp_path):
    never = CASE.replace("of: {while: {age: 21}}", "of: {while: {work: employed, age: 20}}")
    with pytest.raises(ModelError, match="after_one has no value"):
        calibrate(case(tmp_path / "never", never), rows=20)
