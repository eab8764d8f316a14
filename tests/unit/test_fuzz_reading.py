"""Whatever is written in a file, the answer is a scenario that can be run or a message, and it comes at once."""

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from simcore.errors import ModelError, ScenarioError
from simcore.scenario.loading import read_scenario, scenario_from_texts
from simcore.simulation import try_out
from tests.generated_mutations import BY_LINE, by_line, changes_of

SCENARIOS = Path(__file__).parents[1] / "scenarios"
BASE = (SCENARIOS / "bad" / "files" / "base.yaml").read_text(encoding="utf-8")
CLINIC = read_scenario(SCENARIOS / "good" / "clinic")
#: A scenario with memory, formulas, traits, a joint table, a matrix and continuous time.
RICH = read_scenario(SCENARIOS / "bad" / "files" / "rich.yaml")
#: Words of the libraries that read the files.
JARGON = ("Input should", "validation error", "pydantic", "Node(", "Traceback", "<class", "[type=")
SECONDS = 10  # far more than reading takes, also on a busy machine

mutations = changes_of(BY_LINE, most=4)


def check(files, main):
    start = time.perf_counter()
    refused = None
    try:
        scenario_from_texts(files, main)
    except ScenarioError as error:
        refused = error
    assert time.perf_counter() - start < SECONDS
    if refused is not None:
        assert refused.problems
        assert not [word for word in JARGON if word in str(refused)]
        for problem in refused.problems:
            assert problem.found
            assert problem.allowed
            assert problem.file in files
            assert 0 <= problem.line <= len(files[problem.file].splitlines()) + 1


@given(mutations)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@example([("replace", 0, 0, "- a")])
def test_a_changed_scenario_is_read_or_refused(changes):
    check({"case/scenario.yaml": by_line(BASE, changes)}, "case/scenario.yaml")


@given(st.sampled_from(sorted(CLINIC.files)), mutations)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_a_scenario_of_several_files_is_read_or_refused(file, changes):
    check({**CLINIC.files, file: by_line(CLINIC.files[file], changes)}, CLINIC.main)


def check_numbers(files, main):
    """What is read also compiles, or says why not; and so do its numbers in some draws."""
    try:
        file = scenario_from_texts(files, main)
    except ScenarioError:
        return check(files, main)
    start, said = time.perf_counter(), ""
    try:
        try_out(file, 3)
    except (ScenarioError, ModelError) as error:
        said = str(error)
    assert time.perf_counter() - start < SECONDS
    assert not [word for word in JARGON if word in said]
    return None


@given(st.sampled_from(sorted(RICH.files)), mutations)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_a_scenario_with_everything_is_run_or_refused(file, changes):
    check_numbers({**RICH.files, file: by_line(RICH.files[file], changes)}, RICH.main)


@pytest.mark.slow
@given(st.sampled_from(sorted(RICH.files)), mutations)
@settings(max_examples=5_000, suppress_health_check=list(HealthCheck))
def test_many_scenarios_with_everything_are_run_or_refused(file, changes):
    check_numbers({**RICH.files, file: by_line(RICH.files[file], changes)}, RICH.main)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_is_refused(text):
    check({"a.yaml": text}, "a.yaml")
    check({"a.yaml": "parameters: p.csv\n", "p.csv": text}, "a.yaml")


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("bytes") / "scenario.yaml"
    path.write_bytes(data)
    with pytest.raises(ScenarioError):
        read_scenario(path)


@pytest.mark.slow
@given(st.sampled_from(sorted(CLINIC.files)), mutations)
@settings(max_examples=5_000, suppress_health_check=list(HealthCheck))
def test_many_changed_scenarios_are_read_or_refused(file, changes):
    check({**CLINIC.files, file: by_line(CLINIC.files[file], changes)}, CLINIC.main)


@pytest.mark.parametrize(
    "text",
    [
        "title: " + "[" * 100_000,
        "title: " + "{a: " * 100_000,
        "title: '" + "x" * 1_000_000 + "'",
        "title: " + "9" * 1_000_000,
        "strategies: {" + ", ".join(f"s{i}: []" for i in range(20_000)) + "}",
        "domains: {d: {states: [" + ", ".join(f"s{i}" for i in range(20_000)) + "], moves: {}}}",
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n",
        "? " * 10_000,
        "- " * 10_000,
    ],
    ids=["brackets", "braces", "text", "number", "strategies", "states", "aliases", "keys", "lists"],
)
def test_huge_files_are_refused_at_once(text):
    check({"a.yaml": text}, "a.yaml")


def test_a_table_of_many_rows_is_checked_at_once():
    rows = "".join(f"{age},{year},0.001\n" for age in range(100) for year in range(2000, 2100))
    table = "tables:\n  t: {by: [age, year], file: t.csv, unit: probability, source: {assumption: made up}}\n"
    check({"a.yaml": BASE.replace("tables:\n", table), "t.csv": "age,year,value\n" + rows}, "a.yaml")
