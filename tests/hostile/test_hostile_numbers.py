"""Numbers that are none, too large, too small or something else, and expressions that would do more than calculate."""

import json

import pytest

from tests.hostile.cases import BASE, changed, problem, read, told

FIXED = "distribution: {fixed: 120000}"
PLACE = "scenario.yaml:63  parameters.school_year.distribution"
ALONE = "a number stands alone, without quotes, units or spaces between its digits"


@pytest.fixture(autouse=True)
def _inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("written", "found", "allowed", "hint"),
    [
        ("1e400", "1e400", "a number with a decimal point", "YAML reads 1e400 as text; write it in full"),
        ("1.0e400", "1.0e400", "a number below 1e+100", ""),
        ("-1.0e200", "-1.0e200", "a number below 1e+100", ""),
        ("1.0e-400", "1.0e-400", "0, or a number that is not nearer to it than 1e-300", ""),
        ("9" * 5_000, "9" * 27 + "...", "a number of at most 40 characters", ""),
        (".nan", ".nan", "a finite number, or text in quotes", ""),
        ("-.inf", "-.inf", "a finite number, or text in quotes", ""),
        ("NaN", "NaN", "a finite number, or text in quotes", ""),
        ("0x10", "0x10", "a decimal number, or text in quotes", ""),
        ("0o17", "0o17", "a decimal number, or text in quotes", ""),
        ("017", "017", "a number without leading zeros", "YAML may read 017 as octal"),
        ("1:30:30", "1:30:30", "a number, or text in quotes", "YAML may read 1:30:30 as a time"),
        ("2024-01-01", "2024-01-01", "a year, or text in quotes", "YAML may read 2024-01-01 as a date"),
        ("no", "no", "true or false, or text in quotes", "YAML readers disagree about no"),
        ("1_000", "1_000", "a number without underscores", "write 1000"),
    ],
)  # fmt: skip
def test_a_number_that_may_be_read_otherwise_is_refused(tmp_path, written, found, allowed, hint):
    said = told(tmp_path, changed((FIXED, f"distribution: {{fixed: {written}}}")))
    assert said == problem(f"{PLACE}.fixed", found, allowed, hint)


@pytest.mark.parametrize(
    "written", ["'5'", "5 000", "Infinity", "2024-01-01T00:00:00Z", "true", "[1]", "five", "٣", "１２", "½", "5\xa0000"]
)
def test_what_is_no_number_is_refused(tmp_path, written):
    said = told(tmp_path, changed((FIXED, f"distribution: {{fixed: {written}}}")))
    found = "5 000" if "\xa0" in written else written.strip("'")
    assert said == problem(PLACE, f"value: {found}", "a number", ALONE)


@pytest.mark.parametrize("written", ["-0", "-0.0", "0", "0.0e50"])
def test_every_zero_is_zero(tmp_path, written):
    file = read(tmp_path, changed((FIXED, f"distribution: {{fixed: {written}}}")))
    assert file.scenario.parameters["school_year"].distribution.given["value"] == 0


@pytest.mark.parametrize(
    ("old", "new", "found", "allowed"),
    [
        ("draws: 10", "draws: 1000000000", "1000000000", "at most 10000000"),
        ("persons: 100", "persons: 1000000000", "1000000000", "at most 100000000"),
        ("target_group: 20", "target_group: 1000000000", "1000000000", "at most 100000000"),
        ("persons: 100", "persons: 100\n  cohorts: 1000000", "1000000", "at most 100"),
        ("horizon: {years: 4}", "horizon: {years: 1000000000}", "1000000000", "at most 200"),
        ("horizon: {years: 4}", "horizon: {to_age: 1000000000}", "1000000000", "at most 150"),
        ("age: 16, ", "age: 1000000, ", "1000000",
         "a whole number, 0 to 120, or the name of a table of ages by attribute"),
        ("year: 2024}", "year: 99999}", "99999", "at most 2200"),
        ("seed: 1", "seed: 1.0", "1.0", "a whole number"),
        ("seed: 1", "seed: 18446744073709551616", "18446744073709551616", "less than 18446744073709551616"),
    ],
)  # fmt: skip
def test_gigantic_sizes_are_refused(tmp_path, old, new, found, allowed):
    said = told(tmp_path, changed((old, new)))
    assert said.endswith(problem("", found, allowed))


def formula(text):
    """The small scenario with a formula for the rate at which jobs are found."""
    derived = f"derived:\n  found: {{formula: {json.dumps(text)}, unit: rate per year}}\n"
    return changed(("{rate: r_job}", "{rate: found}")) + derived


@pytest.mark.parametrize(
    "text",
    ["__import__('os').system('touch canary')", "open('canary', 'w')", "exec('1')", "eval('1')", "().__class__",
     "age.__class__", "print", "__name__", "lambda: 1", "[1, 2]", "age; 1", "1 if age else 2", "'a' == 'a'", "1j",
     "r_job.real", "globals()['x']", "f'{age}'", "age := 1", "ａｇｅ", "*age", "@age", "\\x41"]
)  # fmt: skip
def test_a_formula_calculates_and_does_nothing_else(tmp_path, text):
    said = told(tmp_path, formula(text))
    assert said.startswith("scenario.yaml:167  derived.found.formula\n    found    ")
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize(
    ("text", "found", "allowed"),
    [
        ("(" * 1_500 + "1" + ")" * 1_500, f"3001 characters at position 2001 of {'(' * 41}...",
         "at most 2000 characters"),
        ("-" * 60 + "1", f"more than 50 levels at position 52 of {'-' * 39}...",
         "at most 50 parentheses, functions, signs and powers inside each other"),
    ],
)  # fmt: skip
def test_a_formula_is_not_too_deep_or_long(tmp_path, text, found, allowed):
    assert told(tmp_path, formula(text)) == problem("scenario.yaml:167  derived.found.formula", found, allowed)


@pytest.mark.parametrize(
    ("text", "value"),
    [("2**9**9**9", "inf"), ("exp(exp(exp(9)))", "inf"), ("0 * exp(1000)", "nan"), ("1 / 0", "inf"), ("1 % 0", "nan"),
     ("never - never", "nan"), ("log(-1)", "nan"), ("1e308 * 10", "inf")],
)  # fmt: skip
def test_a_formula_that_gives_no_number_is_refused(tmp_path, text, value):
    said = told(tmp_path, formula(text))
    assert said == f"scenario.yaml:167  derived.found: draw 0: {text} is {value}; allowed is a rate of at least 0."


def test_long_chains_are_worked_out(tmp_path):
    read(tmp_path, formula("0.001" + "+0.001" * 280))
    read(tmp_path, formula("(" * 49 + "r_job" + ")" * 49))


def test_formulas_that_build_on_each_other_without_end_are_refused(tmp_path):
    chain = "".join(f"  d{n}: {{formula: d{n + 1}, unit: factor}}\n" for n in range(1_500))
    said = told(tmp_path, BASE + f"derived:\n{chain}  d1500: {{formula: r_job, unit: factor}}\n")
    assert "    found    the last of 101 formulas that build on each other\n    allowed  at most 100" in said
    said = told(tmp_path, BASE + f"derived:\n{chain}  d1500: {{formula: d0, unit: factor}}\n")
    assert "    allowed  formulas that do not lead back to themselves" in said
