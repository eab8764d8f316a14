"""Whatever is written in a file, the answer is a scenario that can be run or a message, and it comes at once."""

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from simcore.errors import ModelError, ScenarioError
from simcore.scenario.loading import read_scenario, scenario_from_texts
from simcore.simulation import try_out

SCENARIOS = Path(__file__).parents[1] / "scenarios"
BASE = (SCENARIOS / "bad" / "files" / "base.yaml").read_text(encoding="utf-8")
CLINIC = read_scenario(SCENARIOS / "good" / "clinic")
#: A scenario with memory, formulas, traits, a joint table, a matrix and continuous time.
RICH = read_scenario(SCENARIOS / "bad" / "files" / "rich.yaml")
#: Words of the libraries that read the files.
JARGON = ("Input should", "validation error", "pydantic", "Node(", "Traceback", "<class", "[type=")
SECONDS = 10  # far more than reading takes, also on a busy machine

odd_scalars = st.sampled_from(
    ["", "null", "no", "1e-3", "-1", "0", "1", "1.5", "9" * 50, "1.0e999", ".nan", "'text'", "rest", "[]", "{}",
     "[[[]]]", "{a: {b: c}}", "[1, 2]", "{from: 1, to: 0}", "age", "not", "*x", "&x 1", "!!python/object:os.system x",
     "a -> b", "school.pupil -> dropped_out", "2024-01-01", "{16+: 0.5}", "{fixed: 0.5}", "{1: 2}", "{1.5: 2}",
     "{null: 1}", "{[a]: 1}", "{true: 1}", "? x", "|", ">", "%", "@", "`", "\t", "\x07", "\ufeff", "\U0001f600", "é",
     "'", '"', "- -", "5:", "{5: 1}", "files/x.csv", "..", "/", "."]
)  # fmt: skip
scalars = st.one_of(
    odd_scalars,
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.floats().map(str),
    st.integers().map(str),
)
odd_parts = st.sampled_from(
    ["never", "any", "boundary", "from", "cycle: month", "6 months", "1 year or more", "2 months", "0 years", "100",
     "{less_than: 6 months}", "{at_least: 99}", "{0: rest, never: 1}", "health.any -> any", "any -> well", "ill -> any",
     "rest", "matrix", "continuous", "at_start", "function_matrix", "mortality", "start_ages", "frailty", "p_prison",
     "boundary_weight", "{formula: 1 / 0, unit: factor}", "log(0)", "never - never", "p_first ^ never", "age + 1e999",
     "if(age > 17, p_first, 1)", "((((age))))", "p_prison + p_prison", "since_prison / time_ill", "{age: age / 0}",
     "{age: never}", "{sd: sd_frailty, mean: 1}", "{uniform: {min: 1, max: 0}}", "[sex, sex]", "[district]",
     "share_ill", "{good: share_ill, fair: rest}", "[health.well -> ill, health.any -> ill]", "{weights: share_ill}",
     "both_ends", "probability per year", "coefficient", "count", "SEK per person", "utility", "0-1", "3+", "1000000"]
)  # fmt: skip
mutations = st.lists(
    st.tuples(
        st.sampled_from(["delete", "duplicate", "swap", "replace", "value", "key", "indent", "word"]),
        st.integers(0, 10_000),
        st.integers(0, 10_000),
        st.one_of(scalars, odd_parts),
    ),
    min_size=1,
    max_size=4,
)


def mutated(text, changes):
    lines = text.splitlines()
    for kind, first, second, scalar in changes:
        if not lines:
            break
        i, j = first % len(lines), second % len(lines)
        match kind:
            case "delete":
                del lines[i]
            case "duplicate":
                lines.insert(j, lines[i])
            case "swap":
                lines[i], lines[j] = lines[j], lines[i]
            case "replace":
                lines[i] = scalar
            case "value":
                lines[i] = f"{lines[i].partition(':')[0]}: {scalar}"
            case "key":
                lines[i] = f"{scalar}:{lines[i].partition(':')[2]}"
            case "indent":
                lines[i] = " " * (second % 6) + lines[i].lstrip()
            case "word":
                words = lines[i].split(" ")
                words[second % len(words)] = scalar
                lines[i] = " ".join(words)
    return "\n".join(lines) + "\n"


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
    check({"case/scenario.yaml": mutated(BASE, changes)}, "case/scenario.yaml")


@given(st.sampled_from(sorted(CLINIC.files)), mutations)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_a_scenario_of_several_files_is_read_or_refused(file, changes):
    check({**CLINIC.files, file: mutated(CLINIC.files[file], changes)}, CLINIC.main)


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
    check_numbers({**RICH.files, file: mutated(RICH.files[file], changes)}, RICH.main)


@pytest.mark.slow
@given(st.sampled_from(sorted(RICH.files)), mutations)
@settings(max_examples=5_000, suppress_health_check=list(HealthCheck))
def test_many_scenarios_with_everything_are_run_or_refused(file, changes):
    check_numbers({**RICH.files, file: mutated(RICH.files[file], changes)}, RICH.main)


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
    check({**CLINIC.files, file: mutated(CLINIC.files[file], changes)}, CLINIC.main)


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
