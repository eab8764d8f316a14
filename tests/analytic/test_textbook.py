"""Published models, written as scenario files, give the printed digits.

The numbers below are typed from the works named beside them; the readings are told in ``scenarios/textbook/README.md``.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

import simcore
from simcore.scenario.loading import ScenarioFile, scenario_from_texts

# Two runs of a probabilistic analysis may be so many standard errors apart: by chance once in 16,000 comparisons.
Z = 4.0


def run(file: str | ScenarioFile) -> xr.Dataset:
    scenario = simcore.read_scenario(file) if isinstance(file, str) else file
    return simcore.simulate(scenario, engine="expected")


def changed(name: str, *changes: tuple[str, str]) -> ScenarioFile:
    """A case with some of its text replaced, each once."""
    file = simcore.read_scenario(name)
    texts = dict(file.files)
    for old, new in changes:
        at = [key for key, text in texts.items() if old in text]
        assert len(at) == 1
        assert texts[at[0]].count(old) == 1
        texts[at[0]] = texts[at[0]].replace(old, new)
    return scenario_from_texts(texts, file.main)


def costs(results: xr.Dataset) -> dict[str, float]:
    """Present value of all costs by strategy, mean over draws."""
    total = results["present_value"].sum(("actor", "cost_kind", "year")).mean("draw")
    return {str(strategy): float(total.sel(strategy=strategy)) for strategy in results["strategy"].values}


def gains(results: xr.Dataset, outcome: str) -> dict[str, float]:
    """Discounted outcome by strategy, mean over draws."""
    value = results["outcome_present_value"].sel(outcome=outcome).mean("draw")
    return {str(strategy): float(value.sel(strategy=strategy)) for strategy in results["strategy"].values}


def printed(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}"


def occupancy(results: xr.Dataset, strategy: str, meter: str) -> NDArray[np.float64]:
    """Share of persons that a meter counts, at each boundary."""
    names = [str(name) for name in results["meter"].values if str(name).startswith(meter)]
    time = results["person_time"].sel(strategy=strategy, meter=names[0]).isel(draw=0, part=slice(0, 2)).sum("part")
    everybody = float(results["part_size"].isel(part=slice(0, 2)).sum())
    start = time.sel(end="start").values
    return np.append(start, time.sel(end="end").values[-1]) / everybody


# --- Sick-Sicker --------------------------------------------------------------------------------


def check_sick_sicker(
    results: xr.Dataset,
    cost: dict[str, str],
    qalys: dict[str, str],
    steps: list[tuple[str, str, str, str, str]],
) -> None:
    found_cost, found_qalys = costs(results), gains(results, "qalys")
    assert {name: printed(value, 0) for name, value in found_cost.items()} == cost
    assert {name: printed(value, 3) for name, value in found_qalys.items()} == qalys
    for worse, better, more_cost, more_qalys, ratio in steps:
        extra_cost = found_cost[better] - found_cost[worse]
        extra_qalys = found_qalys[better] - found_qalys[worse]
        assert (printed(extra_cost, 0), printed(extra_qalys, 3)) == (more_cost, more_qalys)
        assert printed(extra_cost / extra_qalys, 0) == ratio


def test_sick_sicker() -> None:
    """Alarid-Escudero et al. (2023), introductory tutorial: tables of expected outcomes and of the analysis."""
    check_sick_sicker(
        run("textbook/sick_sicker"),
        {"standard_of_care": "151,580", "a": "284,805", "b": "259,100", "both_treatments": "378,875"},
        {"standard_of_care": "20.711", "a": "21.499", "b": "22.184", "both_treatments": "23.137"},
        [
            ("standard_of_care", "b", "107,521", "1.473", "72,988"),
            ("b", "both_treatments", "119,775", "0.952", "125,764"),
        ],
    )


def test_the_misprint_of_the_price_is_one() -> None:
    """With the $12,000 that the table of parameters prints for treatment B, none of its printed results comes out."""
    low = changed("textbook/sick_sicker", ("fixed,13000", "fixed,12000"))
    assert printed(costs(run(low))["b"], 0) == "249,119"


def test_sick_sicker_by_age() -> None:
    """Alarid-Escudero et al. (2023), time-dependent tutorial: table of the analysis."""
    results = run("textbook/sick_sicker_age")
    check_sick_sicker(
        results,
        {"standard_of_care": "116,374", "a": "218,789", "b": "202,536", "both_treatments": "296,300"},
        {"standard_of_care": "18.879", "a": "19.636", "b": "20.199", "both_treatments": "21.097"},
        [
            ("standard_of_care", "b", "86,162", "1.320", "65,288"),
            ("b", "both_treatments", "93,764", "0.898", "104,461"),
        ],
    )
    # Life expectancy restricted to age 100: printed as the mean of uncertain draws, 40.8 (38.4 to 43.6).
    assert occupancy(results, "standard_of_care", "vital is alive").sum() == pytest.approx(40.7, abs=0.05)


def test_sick_sicker_uncertain() -> None:
    """Where each strategy has the highest expected net benefit, as the introductory tutorial tells for its own draws.

    Standard of care below $80,000 for a QALY, B up to $120,000, both from there on. At $120,000 itself the two are so
    close that 1,000 draws do not tell them apart.
    """
    results = run("textbook/sick_sicker_psa")
    assert results.sizes["draw"] == 1000
    cost = results["present_value"].sum(("actor", "cost_kind", "year"))
    qalys = results["outcome_present_value"].sel(outcome="qalys")
    best = {}
    for worth in range(50_000, 155_000, 5_000):
        benefit = (worth * qalys - cost).mean("draw")
        best[worth] = str(results["strategy"].values[int(benefit.values.argmax())])
    assert {worth for worth, name in best.items() if name == "standard_of_care"} == set(range(50_000, 80_000, 5_000))
    assert {best[worth] for worth in range(80_000, 120_000, 5_000)} == {"b"}
    assert {best[worth] for worth in range(125_000, 155_000, 5_000)} == {"both_treatments"}
    gain = 120_000 * qalys - cost
    closer = (gain.sel(strategy="both_treatments") - gain.sel(strategy="b")).values
    assert abs(closer.mean()) < Z * closer.std(ddof=1) / math.sqrt(closer.size)


def test_hazard_that_grows_with_time_sick() -> None:
    """No printed results are known; a cohort model with 75 tunnel states, written out here, gives the same."""
    results = run("textbook/sick_sicker_residence")
    found_cost, found_qalys = costs(results), gains(results, "qalys")
    life_table = simcore.read_scenario("textbook/sick_sicker_residence").scenario.tables["r_hd"]
    deaths = np.array([float(row.value) for row in life_table.cells])
    n = 75
    years = np.arange(1.0, n + 1)
    weights = np.where(np.arange(n + 1) % 2 == 1, 2 / 3, 4 / 3)
    weights[[0, -1]] = 1 / 3
    weights /= 1.03 ** np.arange(n + 1)
    fall, recover = -np.expm1(-0.15), -np.expm1(-0.5)
    for name, ratio, utility, price in (
        ("standard_of_care", 1.0, 0.75, 0.0),
        ("a", 1.0, 0.95, 12_000.0),
        ("b", 0.6, 0.75, 13_000.0),
        ("both_treatments", 0.6, 0.95, 25_000.0),
    ):
        worsen = -np.expm1(-ratio * ((0.08 * years) ** 1.1 - (0.08 * (years - 1)) ** 1.1))
        healthy, sick, sicker = 1.0, np.zeros(n), 0.0
        cost, qalys = weights[0] * 2000.0, weights[0]
        for t in range(n):
            dies = -np.expm1(-deaths[t] * np.array([1.0, 3.0, 10.0]))
            dead = healthy * dies[0] + sick.sum() * dies[1] + sicker * dies[2]
            new = healthy * (1 - dies[0]) * fall
            stay = sick * (1 - dies[1]) * (1 - recover - worsen)
            healthy, sicker = (
                healthy * (1 - dies[0]) * (1 - fall) + sick.sum() * (1 - dies[1]) * recover,
                sicker * (1 - dies[2]) + (sick * worsen).sum() * (1 - dies[1]),
            )
            sick = np.concatenate([[new], stay[:-1]])
            sick[-1] += stay[-1]
            money = healthy * 2000 + sick.sum() * (4000 + price) + sicker * (15_000 + price) + new * 1000 + dead * 2000
            cost += weights[t + 1] * money
            qalys += weights[t + 1] * (healthy + sick.sum() * utility + sicker * 0.5 - new * 0.01)
        assert found_cost[name] == pytest.approx(cost, rel=1e-10)
        assert found_qalys[name] == pytest.approx(qalys, rel=1e-10)


# --- HIV ----------------------------------------------------------------------------------------


def test_hiv() -> None:
    """Briggs, Claxton, Sculpher (2006), exercise 2.5, in the digits that heemod's test_dmhee.R keeps of it."""
    results = run("textbook/hiv")
    cost, years = costs(results), gains(results, "life_years")
    assert printed(cost["monotherapy"], 7) == "44,663.4535637"
    assert printed(cost["combination"], 7) == "50,601.6513312"
    assert printed(years["monotherapy"], 7) == "7.9912066"
    assert printed(years["combination"], 7) == "8.9373889"
    ratio = (cost["combination"] - cost["monotherapy"]) / (years["combination"] - years["monotherapy"])
    assert printed(ratio, 5) == "6,275.95560"


def test_hiv_with_half_cycle_correction() -> None:
    """Life-years with half-cycle correction: 8.475 and 9.42, in the tests of rdecision (test-model-AZT.R)."""
    years = gains(run(changed("textbook/hiv", ("accrual: end_of_cycle", "accrual: half_cycle"))), "life_years")
    assert printed(years["monotherapy"], 3) == "8.475"
    assert printed(years["combination"], 2) == "9.42"


def test_hiv_with_lamivudine_at_2087() -> None:
    """Results of DMHEE_HIV (dan-wagner), which rounds the price of lamivudine up: 50,602.56 and 6,276.92."""
    results = run(changed("textbook/hiv", ("fixed,2086.5", "fixed,2087")))
    cost, years = costs(results), gains(results, "life_years")
    assert printed(cost["combination"], 2) == "50,602.56"
    ratio = (cost["combination"] - cost["monotherapy"]) / (years["combination"] - years["monotherapy"])
    assert printed(ratio, 2) == "6,276.92"


def test_hiv_uncertain() -> None:
    """hesim's markov-cohort vignette, 1,000 draws: means, 95 % intervals, probability at 10,000 for a life-year."""
    results = run("textbook/hiv_psa")
    n = results.sizes["draw"]
    assert n == 1000
    cost = results["present_value"].sum(("actor", "cost_kind", "year"))
    years = results["outcome_present_value"].sel(outcome="life_years")
    more_cost = (cost.sel(strategy="combination") - cost.sel(strategy="monotherapy")).values
    more_years = (years.sel(strategy="combination") - years.sel(strategy="monotherapy")).values
    for found, mean, low, high, half_digit in (
        (more_years, 0.94, 0.60, 1.22, 0.005),
        (more_cost, 5902.0, 2921.0, 10195.0, 0.5),
        (50_000 * more_years - more_cost, 41034.0, 25027.0, 54801.0, 0.5),
    ):
        error = found.std(ddof=1) * math.sqrt(2 / n)  # theirs and ours
        assert abs(found.mean() - mean) < Z * error + half_digit
        share_error = math.sqrt(0.025 * 0.975 * 2 / n)
        assert abs((found < low).mean() - 0.025) < Z * share_error
        assert abs((found > high).mean() - 0.025) < Z * share_error
    assert abs((10_000 * more_years > more_cost).mean() - 0.955) < Z * math.sqrt(0.955 * 0.045 * 2 / n) + 0.0005
    # The ratio of the means, printed 6,287; its error by linearisation.
    ratio = more_cost.mean() / more_years.mean()
    error = (more_cost - ratio * more_years).std(ddof=1) / more_years.mean() * math.sqrt(2 / n)
    assert abs(ratio - 6287) < Z * error + 0.5


def test_counts_have_the_probabilities_of_the_fixed_version() -> None:
    """The mean of the drawn probabilities is the share of the count: the Dirichlet mean."""
    drawn = simcore.read_scenario("textbook/hiv_psa").distributions
    fixed = simcore.read_scenario("textbook/hiv").scenario.parameters
    means = {name: one.mean for name, one in drawn.items() if name.startswith("counted[")}
    short = {"cd4_above_200": "above_200", "cd4_below_200": "below_200", "aids": "aids", "dead": "dead"}
    for name, mean in means.items():
        start, end = name.removeprefix("counted[").removesuffix("]").split(" -> ")
        assert mean == fixed[f"n_{short[start]}_{short[end]}"].distribution.mean
    assert len(means) == sum(name.startswith("n_") for name in fixed)


# --- hip replacement ------------------------------------------------------------------------------


def test_hip_replacement() -> None:
    """Briggs, Claxton, Sculpher (2006), exercise 3.5, woman of 60, in the digits of heemod's test_dmhee.R."""
    results = run("textbook/hip_replacement")
    cost, qalys = costs(results), gains(results, "qalys")
    assert printed(cost["standard"], 6) == "512.434658"
    assert printed(cost["np1"], 6) == "610.311818"
    assert printed(qalys["standard"], 7) == "14.6531896"
    assert printed(qalys["np1"], 8) == "14.69770986"
    assert printed((cost["np1"] - cost["standard"]) / (qalys["np1"] - qalys["standard"]), 6) == "2,198.486665"


def test_traces_of_hip_replacement() -> None:
    """The first eight years of the same test: persons well, in revision, and revised; and the cost of each year."""
    results = run("textbook/hip_replacement")
    well = {
        "standard": (0.98, 0.97265720, 0.96516548, 0.95757109, 0.93783561, 0.91838963, 0.89924305, 0.88040225),
        "np1": (0.98, 0.97323145, 0.96645641, 0.95968665, 0.94083683, 0.92232657, 0.90415327, 0.88631355),
    }
    revision = {
        "standard": (0.0, 0.0007768, 0.00097491, 0.00115802, 0.00132115, 0.00145307, 0.00157339, 0.00168398),
        "np1": (0.0, 0.00020255, 0.00025438, 0.00030239, 0.00034529, 0.00038012, 0.00041201, 0.00044144),
    }
    revised = {
        "standard": (0.0, 0.0, 0.00075606, 0.00166964, 0.00268314, 0.00379326, 0.00496429, 0.00618146),
        "np1": (0.0, 0.0, 0.00019715, 0.00043553, 0.00070021, 0.00099040, 0.00129686, 0.00161577),
    }
    for state, rows in (("well", well), ("revision", revision), ("revised", revised)):
        for strategy, row in rows.items():
            found = occupancy(results, strategy, f"hip is {state},")[1:9]
            assert np.abs(found - np.array(row)).max() < 0.6e-8, (state, strategy)
    by_year = results["present_value"].sel(strategy="standard").isel(draw=0).sum(("actor", "cost_kind")).values[:8]
    by_year[0] -= 394.0  # the prosthesis
    per_year = (0.0, 3.66001356, 4.33343863, 4.85597577, 5.22645232, 5.42296428, 5.53962343, 5.59337469)
    assert by_year == pytest.approx(per_year, abs=0.6e-8)


def test_the_clock_of_hip_replacement_is_the_cycle() -> None:
    """The book puts the model's cycle for the time since the first operation, which here is the same."""
    file = simcore.read_scenario("textbook/hip_replacement")
    texts = dict(file.files)
    text = texts[file.main].replace("years_with_hip", "cycle")
    start, end = text.index("memory:"), text.index("derived:")
    texts[file.main] = text[:start] + text[end:]
    by_cycle, by_clock = run(scenario_from_texts(texts, file.main)), run(file)
    assert costs(by_cycle) == pytest.approx(costs(by_clock), rel=1e-12)
    assert gains(by_cycle, "qalys") == pytest.approx(gains(by_clock, "qalys"), rel=1e-12)
