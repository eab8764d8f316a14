"""A stored ledger priced under changes: the same bits as a new run of the changed scenario, or a plain refusal."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import simcore
from simcore.errors import ResultsError, ScenarioError
from simcore.overriding import Changeable, Override, deciding_lives, read_override
from simcore.repricing import Repricer, reprice, scenario_of
from simcore.scenario.loading import read_scenario, scenario_from_texts
from simcore.simulation import simulate
from simcore.storage import open_results, save_results

GOOD = Path(__file__).parents[1] / "scenarios" / "good"
SAID = {"assumption": "made up"}
CHAIN = {
    "discount rate": {"discount": {"money": 0.05, "outcomes": 0.02}},
    "a horizon": {"population": {"horizon": {"years": 3}}},
    "one cycle": {"population": {"horizon": {"years": 1}}},
    "a fixed price": {"parameters": {"call_out": {"distribution": {"fixed": 900}, "source": SAID}}},
    "a drawn price": {"parameters": {"oil_year": {"distribution": {"gamma": {"mean": 90.0, "sd": 9}}, "source": SAID}}},
    "NumPy": {"discount": {"money": np.float64(0.05)}, "population": {"horizon": {"years": np.int64(4)}}},
    "accrual": {"accrual": "both_ends", "events_fall": "end_of_cycle"},
    "no price": {"prices": {"upkeep": "leave_out"}},
    "no outcome": {"outcomes": {"time_new": "leave_out"}},
    "words": {"title": "yes: 1e-3", "prices": {"upkeep": {"about": "- no, off"}}},
    "a new actor": {
        "actors": {"insurer": {"sector": "other"}},
        "parameters": {"share_insured": {"distribution": {"fixed": 0.25}, "unit": "share", "source": SAID}},
        "prices": {"mechanic": {"actor": {"insurer": "share_insured", "owner": "rest"}}},
    },
    "cashable": {
        "parameters": {
            "cash": {"distribution": {"beta": {"mean": 0.5, "sd": 0.1}}, "unit": "share", "source": SAID},
            "lag": {"distribution": {"fixed": 2}, "unit": "year", "source": SAID},
        },
        "prices": {"upkeep": {"cashable": {"share": "cash", "after": "lag"}}},
    },
    "a spread": {
        "parameters": {"cv": {"distribution": {"fixed": 1.5}, "unit": "coefficient of variation", "source": SAID}},
        "prices": {"mechanic": {"spread": {"gamma": {"cv": "cv"}}}},
    },
}
SCHOOL = {
    "up to an age": {"population": {"horizon": {"to_age": 36}}},
    "payers": {
        "interventions": {
            "supported_employment": {
                "costs": {0: {"actor": {"state": "share_team_municipality", "municipality": "rest"}}}
            }
        }
    },
    "the price year": {"money": {"price_year": 2022}},
    "all at once": {
        "discount": {"money": 0.05},
        "population": {"horizon": {"years": 20}},
        "parameters": {"cost_coach_year": {"distribution": {"uniform": {"min": 4000, "max": 5000}}, "source": SAID}},
    },
}


@pytest.fixture(scope="module")
def runs():
    """Small runs, by scenario and engine."""
    found = {}
    for name, draws, persons in (("textbook_chain", 12, 60), ("school_dropout", 3, 60)):
        file = read_scenario(name)
        for engine in ("sampled", "expected"):
            found[name, engine] = Repricer(simulate(file, draws=draws, persons=persons, engine=engine), file=file)
    return found


def new_run(priced):
    """The changed scenario, read from the texts that the priced results carry, and run afresh."""
    attributes = priced.attrs
    return simulate(
        scenario_of(priced), draws=attributes["n_draws"], persons=attributes["n_persons"], engine=attributes["engine"]
    )


@pytest.mark.parametrize("engine", ["sampled", "expected"])
@pytest.mark.parametrize(
    ("name", "change"),
    [*(("textbook_chain", change) for change in CHAIN.values()), *(("school_dropout", of) for of in SCHOOL.values())],
    ids=[*CHAIN, *SCHOOL],
)
def test_a_change_gives_the_bits_of_a_new_run(runs, name, change, engine):
    priced = runs[name, engine](change)
    xr.testing.assert_identical(priced, new_run(priced))
    assert priced.attrs["content_hash"] != runs[name, engine].results.attrs["content_hash"]
    xr.testing.assert_identical(Repricer(priced)(), priced)


@pytest.mark.parametrize("change", [*CHAIN.values(), *SCHOOL.values()], ids=[*CHAIN, *SCHOOL])
def test_what_is_read_in_short_is_what_is_read_in_full(runs, change):
    name = "school_dropout" if change in SCHOOL.values() else "textbook_chain"
    short = runs[name, "sampled"].scenario(change)
    full = scenario_from_texts(short.files, short.main)
    assert short.scenario.model_copy(update={"alternatives": {}}) == full.scenario.model_copy(
        update={"alternatives": {}}
    )
    assert (short.files, short.places, short.overridden) == (full.files, full.places, full.overridden)


def test_figures_that_are_not_changed_keep_their_values(runs):
    run = runs["school_dropout", "sampled"]
    change = {"parameters": {"prison_day": {"distribution": {"gamma": {"mean": 4000, "sd": 300}}, "source": SAID}}}
    was, now = run.results["parameter_value"], run(change)["parameter_value"]
    different = [str(name) for name in was["parameter"].values if not (was == now).sel(parameter=name).all()]
    assert different == ["prison_day"]


def test_values_that_were_given_stay_unless_they_are_changed():
    file = read_scenario("textbook_chain")
    results = simulate(file, draws=6, persons=40, parameters={"call_out": 1.0, "oil_year": 2.0})
    change = {"parameters": {"oil_year": {"distribution": {"fixed": 3}, "source": SAID}}}
    priced = reprice(results, change=change)
    values = priced["parameter_value"]
    assert values.sel(parameter="call_out").values.tolist() == [1.0] * 6
    assert values.sel(parameter="oil_year").values.tolist() == [3.0] * 6
    assert json.loads(priced.attrs["given"]) == ["call_out"]
    both = reprice(results, {"call_out": 5.0}, change=change)
    assert both["parameter_value"].sel(parameter="call_out").values.tolist() == [5.0] * 6
    assert json.loads(both.attrs["given"]) == ["call_out"]


@pytest.mark.parametrize("sampling", ["monte_carlo", "latin_hypercube", "sobol"])
def test_figures_that_are_drawn_together(sampling):
    results = simulate(read_scenario(GOOD / "correlated.yaml"), draws=16, persons=20, sampling=sampling)
    price = {"parameters": {"c_drug": {"distribution": {"gamma": {"mean": 3000, "sd": 300}}, "source": SAID}}}
    hangs_together = {"correlations": {0: {"coefficient": 0.8}}}
    for change, others in (
        (price, {"c_drug"}),
        (hangs_together, {"c_visit"}),
        (price | hangs_together, {"c_drug", "c_visit"}),
    ):
        priced = reprice(results, change=change)
        xr.testing.assert_identical(priced, simulate(scenario_of(priced), draws=16, persons=20, sampling=sampling))
        same = (priced["parameter_value"] == results["parameter_value"]).all("draw")
        assert {str(name) for name in same["parameter"].values[~same.values]} == others


def test_single_draws(runs):
    results = simulate(read_scenario("textbook_chain"), draws=[7, 3], persons=60)
    priced = reprice(results, change=CHAIN["a drawn price"])
    whole = runs["textbook_chain", "sampled"](CHAIN["a drawn price"]).sel(draw=[7, 3])
    xr.testing.assert_identical(priced.drop_attrs(), whole.drop_attrs())


def test_programmes_with_everything(tmp_path):
    """Quarters, few places, drop-out, fixed costs, scale, displacement: a shorter horizon says meters otherwise."""
    case = tmp_path / "case"
    case.mkdir()
    for source in GOOD.glob("*.*"):
        (case / source.name).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    text = "extends: programmes.yaml\nchange: {population: {cohorts: 1}}\n"
    (case / "scenario.yaml").write_text(text, encoding="utf-8")
    file = read_scenario(case)
    for engine in ("sampled", "expected"):
        run = Repricer(simulate(file, draws=3, persons=60, engine=engine))
        change = {"population": {"horizon": {"years": 4}}, "discount": {"money": 0.1}}
        xr.testing.assert_identical(run(change), new_run(run(change)))
        with pytest.raises(ResultsError) as caught:
            run({"population": {"target_group": 40}})
        assert str(caught.value) == (
            "population.target_group (there are few places for it) decides how lives go, which another price list "
            "cannot change: run the scenario with this change again."
        )


def test_another_target_group_leaves_its_luck_untold(runs):
    run = runs["school_dropout", "sampled"]
    smaller = run({"population": {"target_group": 30}})
    new = new_run(smaller)
    luck = ["person_time", "events", "part_size", "present_value_of_part"]
    luck += ["outcome_value_of_part", "outcome_present_value_of_part"]
    xr.testing.assert_identical(smaller.drop_vars(luck), new.drop_vars(luck))
    for name in luck[:2]:
        xr.testing.assert_identical(smaller[name][:2], new[name][:2])
        assert not smaller[name][2].any()
    assert smaller["part_size"].values.tolist() == [30, 30, 0]
    with pytest.raises(ResultsError) as caught:
        simcore.group_saving(smaller)
    assert str(caught.value) == (
        "These results were priced for a group of 30 persons that was not simulated; what may happen to just them "
        "needs a run for that group."
    )
    assert smaller.attrs["target_group"] == 30
    # What is told of all of them together is.
    total, each = (simcore.budget(smaller, total=of)["net_saving"] for of in (True, False))
    np.testing.assert_allclose(total, 30 * each)
    # Priced again, it does not come back.
    again = Repricer(smaller)({"population": {"target_group": 120}})
    assert again["part_size"].values.tolist() == [30, 30, 60]
    larger = run({"population": {"target_group": 2000, "persons": 2000}})
    xr.testing.assert_identical(larger, new_run(larger))


def test_another_target_group_of_expected_lives(runs):
    priced = runs["school_dropout", "expected"]({"population": {"target_group": 30}})
    xr.testing.assert_allclose(priced, new_run(priced), rtol=1e-12)


def test_an_alternative_that_is_no_other_one_any_more_is_left_out(runs):
    priced = runs["school_dropout", "sampled"]({"discount": {"money": 0.05}})
    file = scenario_of(priced)
    assert "higher_discount_rate" not in file.alternatives
    assert "twenty_years" in file.alternatives
    assert "higher_discount_rate: leave_out" in file.files["override.yaml"]
    again = scenario_of(Repricer(priced)({"discount": {"money": 0.04}}))
    assert sorted(again.files)[:2] == ["override.yaml", "override_2.yaml"]
    assert "higher_discount_rate" in runs["school_dropout", "sampled"].file.alternatives


def test_changes_over_each_other(runs):
    run = runs["textbook_chain", "sampled"]
    found = run.priced(run.scenario(CHAIN["a horizon"], None, CHAIN["discount rate"]))
    one_by_one = reprice(run(CHAIN["a horizon"]), change=CHAIN["discount rate"])
    xr.testing.assert_identical(found, one_by_one)


def test_results_on_disk_and_threads(runs, tmp_path):
    results = runs["textbook_chain", "sampled"].results
    stored = open_results(save_results(results, tmp_path / "kept"))
    for workers in (1, 3):
        priced = reprice(stored, change=CHAIN["cashable"], workers=workers)
        xr.testing.assert_identical(priced, runs["textbook_chain", "sampled"](CHAIN["cashable"]))


def test_priced_results_are_those_of_a_run_that_can_be_done_again(runs, tmp_path):
    save_results(runs["textbook_chain", "sampled"](CHAIN["cashable"]), tmp_path / "priced")
    assert simcore.run_again(tmp_path / "priced").agrees


def test_names_of_files_that_mean_something_in_yaml(tmp_path):
    (tmp_path / "a #b: c.yaml").write_text("extends: textbook_chain\nchange: {seed: 4}\n", encoding="utf-8")
    run = Repricer(simulate(read_scenario(tmp_path / "a #b: c.yaml"), draws=2, persons=10))
    for change in ({"discount": {"money": 0.2}}, Override("extends: x.yaml # y\nchange: {discount: {money: 0.2}}")):
        xr.testing.assert_identical(run(change), new_run(run(change)))


def test_subgroups_stay(runs):
    file = simcore.scenario.loading.with_groups(read_scenario("school_dropout"), ["sex"])
    priced = Repricer(simulate(file, draws=2, persons=40))(SCHOOL["all at once"])
    xr.testing.assert_identical(priced, new_run(priced))
    assert priced["group"].values.tolist() == ["sex: female", "sex: male"]


def test_the_figure_beside_a_table_of_lives_is_seen():
    scenario = read_scenario("school_dropout").scenario
    deciding = deciding_lives(scenario)
    assert {"or_team", "life_table", "study_to_job"} <= deciding
    assert not {"price_index", "prison_day", "cost_team_year", "discount_rate"} & deciding


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"parameters": {"or_team": {"distribution": {"fixed": 0.5}, "source": SAID}}},
            "parameters.or_team.distribution decides how lives go",
        ),
        (
            {
                "parameters": {"p_leave_first_year": {"distribution": {"fixed": 0.1}, "source": SAID}},
                "interventions": {"attendance_team": {"effects": {0: {"years": [1, 2]}}}},
            },
            "parameters.p_leave_first_year.distribution, interventions.attendance_team.effects[0].years[1] decide how "
            "lives go",
        ),
        ({"population": {"start": {"age": 15, "year": 2024}}}, "population.start.age decides how lives go"),
        ({"tables": {"ill_onset": "leave_out"}}, None),
        ({"strategies": {"team": "leave_out"}}, "strategies.team decides how lives go"),
        ({"seed": 5}, "seed decides how lives go"),
        ({"memory": {"years_out": {"time_in": {"work": "outside"}, "cap": "2 years or more"}}},
         "memory.years_out decides how lives go"),
    ],
)  # fmt: skip
def test_what_decides_lives_is_refused_by_name(runs, change, message):
    if message is None:
        with pytest.raises(ScenarioError):
            runs["school_dropout", "sampled"](change)
        return
    with pytest.raises(ResultsError) as caught:
        runs["school_dropout", "sampled"](change)
    assert str(caught.value) == (
        f"{message}, which another price list cannot change: run the scenario with this change again."
    )


def test_words_of_what_decides_lives_may_change(runs):
    change = {"parameters": {"or_team": {"source": {"assumption": "read again"}}}}
    priced = runs["school_dropout", "sampled"](change)
    xr.testing.assert_identical(priced, new_run(priced))


def test_what_was_not_counted_is_refused(runs):
    change = {"prices": {"upkeep": {"while": {"condition": "scrapped"}}}}
    with pytest.raises(ResultsError) as caught:
        runs["textbook_chain", "sampled"](change)
    assert str(caught.value) == (
        "upkeep asks for what the run has not counted (condition is scrapped): run the scenario with this change again."
    )
    outcome = {"outcomes": {"lost": {"about": "years gone", "while": {"condition": "scrapped"}, "good": False}}}
    with pytest.raises(ResultsError, match=r"^outcomes\.lost asks for what the run has not counted"):
        runs["textbook_chain", "sampled"](outcome)


def test_a_longer_horizon_is_refused(runs):
    with pytest.raises(ResultsError) as caught:
        runs["textbook_chain", "sampled"]({"population": {"horizon": {"years": 21}}})
    assert str(caught.value) == (
        "The run follows lives for 20 years, and a longer horizon was not simulated: give at most 20 years, or run the "
        "scenario again."
    )


def test_a_horizon_of_persons_of_different_ages_is_refused():
    text = (GOOD / "smallest.yaml").read_text(encoding="utf-8")
    file = scenario_from_texts({"scenario.yaml": text}, "scenario.yaml")
    population = {
        "start": {"age": "ages", "year": 2024},
        "horizon": {"to_age": 40},
        "attributes": {"old": {"yes_old": "half", "not_old": "rest"}},
    }
    change = {
        "population": population,
        "parameters": {"half": {"distribution": {"fixed": 0.5}, "unit": "share", "source": SAID}},
        "tables": {"ages": {"by": ["old"], "values": {"yes_old": 30, "not_old": 20}, "unit": "age", "source": SAID}},
    }
    of_ages = Changeable(file).changed(change)
    run = Repricer(simulate(of_ages, draws=2, persons=10))
    with pytest.raises(ResultsError) as caught:
        run({"population": {"horizon": {"to_age": 35}}})
    assert str(caught.value) == (
        "Persons of different ages are followed up to the same age, so that each has a horizon of their own: run the "
        "scenario with the new one again."
    )


def test_a_figure_that_becomes_uncertain_needs_other_sobol_points():
    results = simulate(read_scenario("school_dropout"), draws=16, persons=10, sampling="sobol")
    change = {"parameters": {"pay_exam": {"distribution": {"gamma": {"mean": 36_000, "sd": 900}}, "source": SAID}}}
    with pytest.raises(ResultsError) as caught:
        reprice(results, change=change)
    assert str(caught.value) == (
        "'pay_exam' was fixed and becomes uncertain: with Sobol' points, that draws all figures anew. Run the scenario "
        "with this change again."
    )
    drawn = {"parameters": {"prison_day": {"distribution": {"gamma": {"mean": 4000, "sd": 300}}, "source": SAID}}}
    priced = reprice(results, change=drawn)
    new = simulate(scenario_of(priced), draws=16, persons=10, sampling="sobol")
    xr.testing.assert_identical(priced, new)


def test_results_of_an_alternative_are_refused():
    file = read_scenario("school_dropout")
    results = simulate(file.alternatives["twenty_years"], draws=2, persons=10)
    with pytest.raises(ResultsError) as caught:
        reprice(results, change={"discount": {"money": 0.05}})
    assert str(caught.value) == (
        "These results are those of the alternative 'twenty_years'. A change is one of the scenario as it stands: "
        "price a run of it."
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"parameters": {"call_out": {"distribution": {"fixed": -3}}}},
            "override.yaml:4  change.parameters.call_out.distribution\n    found    -3\n"
            "    allowed  an amount of at least 0\n1 problem in override.yaml; nothing was run.",
        ),
        (
            {"discont": {"money": 0.05}},
            None,
        ),
        (
            {"discount": {"money": None}},
            None,
        ),
        (
            {"discount": {"money": object()}},
            None,
        ),
        ({"prices": {"upkeep": {"file": "x.csv"}}}, None),
    ],
)  # fmt: skip
def test_a_change_that_means_nothing(runs, change, message):
    with pytest.raises(ScenarioError) as caught:
        runs["textbook_chain", "sampled"](change)
    if message is not None:
        assert str(caught.value) == message


# -- overrides in files ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "extends: textbook_chain\n# why\nchange:\n  discount: {money: 0.05}\n",
        "extends: [textbook_chain]\nchange: {discount: {money: 0.05}}\n",
        "extends:\n  - textbook_chain\nchange: {discount: {money: 0.05}}\n",
        "extends:\n  textbook_chain\nchange: {discount: {money: 0.05}}\n",
        "change: {discount: {money: 0.05}}",
        "title: Dearer\nchange: {discount: {money: 0.05}}  # extends: nothing\n",
    ],
)
def test_an_override_in_a_file(runs, tmp_path, text):
    (tmp_path / "dear.yaml").write_text(text, encoding="utf-8")
    run = runs["textbook_chain", "sampled"]
    priced = run(read_override(tmp_path / "dear.yaml"))
    assert priced.attrs["discount_rate"] == 0.05
    assert priced.attrs["scenario_main"] == "dear.yaml"
    xr.testing.assert_identical(priced, new_run(priced))


def test_an_override_names_files(runs, tmp_path):
    text = (
        "extends: textbook_chain\nparameters: [more.yaml]\n"
        "change: {prices: {upkeep: {resource: cost_by_year}}}\n"
        "tables: {cost_by_year: {by: [year], file: sub/costs.csv, unit: SEK per year, price_year: 2024, source: "
        "{assumption: made up}}}\n"
    )
    (tmp_path / "sub").mkdir()
    rows = "".join(f"{year},{year - 1900}\n" for year in range(2024, 2050))
    (tmp_path / "sub" / "costs.csv").write_text(f"year,value\n{rows}", encoding="utf-8")
    more = (
        "call_out: {distribution: {fixed: 7}, unit: SEK per event, price_year: 2024, source: {assumption: made up}}\n"
    )
    (tmp_path / "more.yaml").write_text(more, encoding="utf-8")
    (tmp_path / "dear.yaml").write_text(text, encoding="utf-8")
    priced = runs["textbook_chain", "sampled"](read_override(tmp_path / "dear.yaml"))
    xr.testing.assert_identical(priced, new_run(priced))
    assert {"more.yaml", "sub/costs.csv", "dear.yaml", "scenario.yaml"} == set(
        json.loads(priced.attrs["scenario_files"])
    )


def test_problems_of_an_override_are_told_in_its_own_lines(runs, tmp_path):
    text = "extends: textbook_chain  # our base\nchange:  # of ours\n  discount: {money: cheap}\n"
    (tmp_path / "dear.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        runs["textbook_chain", "sampled"](read_override(tmp_path / "dear.yaml"))
    assert str(caught.value).startswith("dear.yaml:3  discount.money\n    found    cheap\n")
    with pytest.raises(ScenarioError, match="no such file or scenario"):
        read_override(tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_text("change: {discount: {money: 0,05}}\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"write 0\.05"):
        read_override(tmp_path / "bad.yaml")
    (tmp_path / "lost.yaml").write_text("tables: none.csv\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match="no such file"):
        read_override(tmp_path / "lost.yaml")


def test_a_file_of_an_override_does_not_take_the_place_of_another(runs):
    override = Override("change: {discount: {money: 0.05}}", files={"scenario.yaml": "title: Another"})
    with pytest.raises(ScenarioError) as caught:
        runs["textbook_chain", "sampled"](override)
    assert str(caught.value) == (
        "override.yaml\n    found    scenario.yaml: a file of this name, with another content, belongs to "
        "textbook_chain\n    allowed  names of files that it has not\n1 problem in override.yaml; nothing was run."
    )
