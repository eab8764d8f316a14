"""Scenarios that are far too large: told in seconds, by what there is too much of; what is merely large is read."""

import pytest

from tests.hostile.cases import BASE, changed, problem, read, told


@pytest.fixture(autouse=True)
def _inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def entries(section, entry, number):
    """The small scenario with many entries in a section."""
    lines = "".join(f"  x{n}: {entry}\n" for n in range(number))
    if f"\n{section}:\n" not in BASE:
        return BASE + f"{section}:\n{lines}"
    return changed((f"\n{section}:\n", f"\n{section}:\n{lines}"))


STATE = "{states: [a, b], moves: {a -> b: {probability: p_dropout}}}"
FIGURE = "{distribution: {fixed: 1}, unit: factor, source: {assumption: made up}}"
PRICE = "{while: {school: pupil}, resource: school_year, actor: municipality}"
ASKED = "{about: x, enrol: {at_age: 16, uptake: uptake_mentor}}"


@pytest.mark.parametrize(
    ("section", "entry", "most"),
    [
        ("domains", STATE, 500), ("parameters", FIGURE, 2_000), ("derived", "{formula: r_job, unit: factor}", 6_000),
        ("actors", "{sector: public}", 2_000), ("prices", PRICE, 2_000), ("interventions", ASKED, 200),
        ("memory", "{counts: school.pupil -> dropped_out, cap: 9 or more}", 500),
        ("outcomes", "{about: x, while: {work: employed}}", 2_000),
    ],
)  # fmt: skip
def test_a_section_of_very_many_entries_is_refused(tmp_path, section, entry, most):
    said = told(tmp_path, entries(section, entry, 3 * most if most < 6_000 else 6_500))
    assert said.endswith(f"entries\n    allowed  at most {most:,} entries")
    assert f"  {section}\n    found    " in said


@pytest.mark.parametrize(
    ("section", "entry", "number"),
    [
        ("domains", STATE, 60),
        ("parameters", FIGURE, 1_000),
        ("actors", "{sector: public}", 300),
        ("prices", PRICE, 300),
    ],
)
def test_a_large_section_is_read(tmp_path, section, entry, number):
    start = "population:\n"
    if section == "domains":
        states = ", ".join(f"x{n}: a" for n in range(number))
        text = entries(section, entry, number).replace("start_states: {", f"start_states: {{{states}, ")
    else:
        text = entries(section, entry, number)
    assert start in text
    assert len(getattr(read(tmp_path, text).scenario, section)) >= number


def test_very_many_strategies_are_refused(tmp_path):
    strategies = ", ".join(f"s{n}: []" for n in range(20_000))
    said = told(tmp_path, changed(("strategies: {", f"strategies: {{{strategies}, ")))
    assert said.endswith("  strategies\n    found    20,002 entries\n    allowed  at most 2,000 entries")


def test_very_many_attributes_are_refused(tmp_path):
    attributes = "".join(f"    a{n}: {{u: share_female, v: rest}}\n" for n in range(5_000))
    said = told(tmp_path, changed(("  attributes:\n", f"  attributes:\n{attributes}")))
    assert said == problem("scenario.yaml:10  population.attributes", "5,001 entries", "at most 500 entries")


@pytest.mark.parametrize("number", [251, 50_000])
def test_very_many_states_are_refused(tmp_path, number):
    states = ", ".join(f"s{n}" for n in range(number))
    said = told(tmp_path, changed(("[outside, employed]", f"[outside, employed, {states}]")))
    assert said == problem("scenario.yaml:24  domains.work.states", f"{number + 2} entries", "at most 250")


def test_a_million_states_are_refused(tmp_path):
    states = ", ".join(f"s{n}" for n in range(1_000_000))
    said = told(tmp_path, changed(("[outside, employed]", f"[{states}]")))
    assert said.startswith("scenario.yaml\n    found    scenario.yaml: 8.9 million characters\n")


def test_a_risk_that_looks_at_everything_is_refused(tmp_path):
    domains = "".join(f"  x{n}: {{states: [a, b, c, d], moves: {{}}}}\n" for n in range(20))
    text = changed(
        ("domains:\n", f"domains:\n{domains}"),
        ("start_states: {", "start_states: {" + "".join(f"x{n}: a, " for n in range(20))),
        ("if: {sex: male}", "if: {sex: male, " + ", ".join(f"x{n}: [a, b]" for n in range(20)) + "}"),
    )
    said = told(tmp_path, text)
    assert said.startswith("something depends at once on sex (2), x0 (4), ")
    assert "that makes 2,199,023,255,552 situations, and at most 200,000 are possible" in said


def test_clocks_that_multiply_are_refused(tmp_path):
    memory = "".join(f"  m{n}: {{time_in: {{school: pupil}}, cap: 200 years or more}}\n" for n in range(3))
    derived = "derived: {found: {formula: r_job * exp(-m0 - m1 - m2), unit: rate per year}}\n"
    said = told(tmp_path, changed(("{rate: r_job}", "{rate: found}")) + derived + f"memory:\n{memory}")
    assert said.startswith("something depends at once on m0 (201), m1 (201), m2 (201): that makes 8,120,601 situations")


def test_very_many_alternatives_are_refused(tmp_path):
    change = "{about: x, change: {parameters: {exam: {distribution: {fixed: 7}}}}}"
    text = BASE + "alternatives:\n" + "".join(f"  x{n}: {change}\n" for n in range(1_500))
    said = told(tmp_path, text)
    assert "  alternatives\n    found    1,500 alternatives of a scenario of " in said
    assert (
        len(read(tmp_path, BASE + "alternatives:\n" + "".join(f"  x{n}: {change}\n" for n in range(50))).alternatives)
        == 50
    )


def test_alternatives_that_build_on_each_other_are_refused(tmp_path):
    text = BASE + "alternatives:\n  x: {about: x, change: {alternatives: {x: {about: again}}}}\n"
    assert "scenario.yaml:167  alternatives.x.change.alternatives\n" in told(tmp_path, text)


def test_conditions_in_each_other_end(tmp_path):
    read(tmp_path, changed(("if: {sex: male}", "if: " + "{not: " * 26 + "{sex: male}" + "}" * 26)))
    said = told(tmp_path, changed(("if: {sex: male}", "if: " + "{not: " * 60 + "{sex: male}" + "}" * 60)))
    assert "    found    more than 40 levels, one in the other\n" in said
