import warnings
from pathlib import Path

import numpy as np
import pytest

from simcore.model.compile import compile_scenario
from simcore.report.provenance import provenance
from simcore.scenario.conditions import Band, parse_condition
from simcore.scenario.loading import read_scenario, scenario_from_texts
from simcore.scenario.shipped import shipped_scenarios

GOOD = Path(__file__).parent / "good"
#: Every good file but `discount.yaml`, which only others can extend.
NAMES = [
    "smallest.yaml", "clinic", "clinic/model.yaml", "programmes.yaml", "alternatives.yaml", "correlated.yaml",
    "distributions.yaml",
]  # fmt: skip


@pytest.mark.parametrize("name", [GOOD / name for name in NAMES] + list(shipped_scenarios()))
def test_loads_and_compiles_without_warnings(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        file = read_scenario(name)
    assert file.warnings == ()
    assert compile_scenario(file).n_thresholds > 0


def test_every_good_file_is_read():
    clinic = read_scenario(GOOD / "clinic")
    read = {*clinic.files, *read_scenario(GOOD / "correlated.yaml").files}
    read |= {"smallest.yaml", "programmes.yaml", "alternatives.yaml", *read_scenario(GOOD / "distributions.yaml").files}
    assert read == {path.relative_to(GOOD).as_posix() for path in GOOD.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def clinic():
    return read_scenario(GOOD / "clinic")


def test_case_replaces_merges_and_keeps(clinic):
    scenario = clinic.scenario
    assert scenario.title == "Does a coach at the clinic pay back?"
    # population merges field by field: attributes are the case's, the start is the model's
    assert (scenario.population.persons, scenario.population.target_group) == (200, 50)
    assert scenario.population.start.age == 18
    assert scenario.population.attributes["sex"] == {"female": 1.0, "male": "rest"}
    # sections merge entry by entry, from the model, the second extended file, and the case
    assert {"share_female", "discount_rate", "uptake"} <= set(scenario.parameters)
    assert set(scenario.strategies) == {"usual", "coach"}
    # everything else is replaced: the second file's discount wins over the model's 0.03
    assert scenario.discount.money == "discount_rate"
    assert (scenario.comparator, scenario.accrual, scenario.seed) == ("usual", "start_of_cycle", 0)


def test_csv_with_semicolons_and_decimal_commas(clinic):
    parameters = clinic.scenario.parameters
    women = parameters["share_vulnerable_women"]
    assert (women.distribution.name, women.distribution.given) == ("beta", {"mean": 0.2, "sd": 0.02})
    assert women.source.assumption == "0,16 to 0,24"
    assert parameters["hr_sick_ill"].distribution.given == {"median": 3.0, "interval_95": [2.0, 4.5]}
    female = parameters["share_female"]
    assert female.distribution.given == {"events": 490.0, "of": 1000.0}
    assert (female.grade, female.valid_until, female.checked_by) == ("A", 2030, "second reader")
    assert (female.source.work, female.source.where) == ("an_agency", "table 1, row 2")
    care = parameters["care_day"]
    assert (care.unit, care.price_year, care.conversion) == ("SEK per day", 2020, "12 000 / 100 = 120")


def test_sections_from_several_files_and_in_place(clinic):
    parameters = clinic.scenario.parameters
    assert parameters["p_ill_young"].distribution.given == {"alpha": 8, "beta": 192}
    assert parameters["rr_unused_elsewhere"].distribution.mean == 1.5
    assert clinic.scenario.sources["an_agency"].year == "undated"


def test_tables_from_csv_and_in_place(clinic):
    tables = clinic.scenario.tables
    assert [(row.keys, row.value) for row in tables["mortality"].cells] == [
        ({"age": "0-19", "sex": "female"}, 0.0002),
        ({"age": "0-19", "sex": "male"}, 0.0004),
        ({"age": "20+", "sex": "female"}, 0.0003),
        ({"age": "20+", "sex": "male"}, 0.0006),
    ]
    assert [(row.keys, row.value) for row in tables["p_ill"].cells] == [
        ({"age": "16-19"}, "p_ill_young"),
        ({"age": 20}, 0.03),
        ({"age": "21+"}, "p_ill_old"),
    ]


def test_moves_modifiers_and_conditions(clinic):
    health = clinic.scenario.domains["health"]
    assert health.moves["ill -> well"] == "rest"
    modifiers = health.moves["well -> ill"].modifiers
    assert [modifier.scale for modifier in modifiers] == ["odds_ratio", "risk_ratio", "risk_difference"]
    condition = parse_condition(modifiers[0].if_)
    assert condition.parts[0].values == frozenset({"outside", "sick"})
    assert condition.negated[0].variables == {"sex", "background"}
    assert parse_condition(modifiers[1].if_).parts[0].values == Band(0, 20)
    assert parse_condition(modifiers[2].if_).parts[0].values == Band(2023, 2025)
    assert clinic.scenario.domains["work"].moves["sick -> outside"].rate == 0.0
    assert clinic.scenario.domains["vital"].ends_life == "dead"


def test_payers_and_kinds(clinic):
    prices = clinic.scenario.prices
    assert [price.kind for price in prices.values()] == [
        "resource", "transfer", "tax", "production", "resource", "intangible",
    ]  # fmt: skip
    assert prices["care"].actor == {"region": "share_region", "municipality": "share_municipality", "state": "rest"}
    assert (prices["tax_on_benefit"].amount, prices["tax_on_benefit"].base) == ("tax_rate", "benefit_month")
    assert (prices["care"].share, prices["work"].share) == ("share_in_care", 1.0)


def test_interventions(clinic):
    coach = clinic.scenario.interventions["coach"]
    assert (coach.enrol.at_age, coach.enrol.uptake) == (19, "uptake")
    assert [(cost.kind, cost.amount, cost.years) for cost in coach.costs] == [
        ("programme", "coach_month_cost", [1, 2]),
        ("programme", "coach_start", None),
        ("programme_transfer", "coach_month_cost", [1, 1]),
    ]
    first, second = coach.effects
    assert (first.size, first.years, first.fade.half_life) == ("or_coach", [1, 2], "half_life")
    assert (second.scale, second.years, second.movable_share) == ("hazard_ratio", [1, "onwards"], "share_causal")


def test_places_are_those_of_the_file_that_says_it(clinic):
    def place(*path):
        file, line = clinic.places[path]
        return Path(file).relative_to(GOOD).as_posix() if Path(file).is_absolute() else Path(file).name, line

    assert clinic.places["title",][1] == 1
    for path in [("parameters", "uptake"), ("parameters", "share_female"), ("domains", "work", "moves")]:
        file, line = clinic.places[path]
        assert path[-1] in Path(file).read_text(encoding="utf-8").splitlines()[line - 1]
    assert place("tables", "mortality", "rows", 2)[1] == 5  # after an empty line


def test_a_kept_scenario_reads_the_same(clinic):
    again = scenario_from_texts(clinic.files, clinic.main)
    assert again.scenario == clinic.scenario
    assert again.content_hash == clinic.content_hash
    assert (again.name, again.main) == (clinic.name, clinic.main) == ("clinic", "clinic/scenario.yaml")


def test_content_hash_changes_with_any_file(clinic):
    changed = {**clinic.files, "clinic/mortality.csv": clinic.files["clinic/mortality.csv"].replace("0,0002", "0,0001")}
    assert scenario_from_texts(changed, clinic.main).content_hash != clinic.content_hash


def test_distributions_as_published():
    distributions = read_scenario(GOOD / "distributions.yaml").distributions
    share = distributions["share_admitted"]
    assert share.given == {"quantiles": {0.25: 0.08, 0.5: 0.10, 0.75: 0.12}}
    assert share.ppf(np.array([0.25, 0.75])) == pytest.approx([0.08, 0.12], abs=0.002)
    assert distributions["r_well"].mean == pytest.approx(34 / 120.5)
    aids = distributions["aids"]  # from a file with semicolons and decimal commas
    assert aids.given["rows"] == ((1200.5, 2.0, 2), (3400.0, 1.0, 3), (0.0, 4.0, 4))
    assert aids.written == "empirical {file: distributions_aids.csv}"
    assert distributions["rr_coach"].written == (
        "mixture {point: 1, share: 0.3, rest: lognormal {interval_95: [0.5, 0.9]}}"
    )


def test_sources_show_distributions_as_they_were_written():
    figures = provenance(read_scenario(GOOD / "distributions.yaml"))["figures"]
    written = {figure["name"]: figure["distribution"] for figure in figures}
    assert written["r_well"] == "gamma {events: 34, exposure: 120.5}"
    assert written["aids"] == "empirical {file: distributions_aids.csv}"
    clinic = {figure["name"]: figure for figure in provenance(read_scenario(GOOD / "clinic"))["figures"]}
    assert clinic["rr_unused_elsewhere"]["distribution"] is None  # a number without uncertainty


def test_values_from_a_file_are_part_of_the_scenario():
    file = read_scenario(GOOD / "distributions.yaml")
    assert scenario_from_texts(file.files, file.main).scenario == file.scenario
    name = "distributions_aids.csv"
    changed = {**file.files, name: file.files[name].replace("3400", "3500")}
    again = scenario_from_texts(changed, file.main)
    assert again.content_hash != file.content_hash
    assert again.distributions["aids"].mean > file.distributions["aids"].mean
