from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simcore.errors import ScenarioError, ScenarioWarning, UnknownNameError
from simcore.report.words import describe
from simcore.scenario.alternatives import KEPT
from simcore.scenario.loading import read_scenario, scenario_from_texts

GOOD = Path(__file__).parents[1] / "scenarios" / "good"
#: The good file without its alternatives, and without the parameter that only they use.
BASE = "".join(
    line
    for line in (GOOD / "alternatives.yaml").read_text(encoding="utf-8").split("alternatives:\n")[0].splitlines(True)
    if "hr_coach_later:" not in line
)


def changed(change, base=BASE, **files):
    """The scenario as one alternative changes it; further files by name, with __ for the dot."""
    texts = {name.replace("__", "."): text for name, text in files.items()}
    text = f"{base}alternatives:\n  other:\n    about: Something else.\n    change: {change}\n"
    return scenario_from_texts({"a.yaml": text, **texts}, "a.yaml")


def edited(*changes, base=BASE, **files):
    """The scenario with its text edited by hand."""
    for before, after in changes:
        assert base.count(before) == 1, before
        base = base.replace(before, after)
    texts = {name.replace("__", "."): text for name, text in files.items()}
    return scenario_from_texts({"a.yaml": base, **texts}, "a.yaml")


def problem(change, base=BASE, **files):
    with pytest.raises(ScenarioError) as caught:
        changed(change, base, **files)
    (only,) = caught.value.problems
    return only


# --- a change is what editing the file by hand would be ------------------------------------------

TEAM = "{move: school.pupil -> dropped_out, odds_ratio: or_team, years: [1, 4], evidence: causal}"
MALE = "          - {if: {sex: male}, hazard_ratio: hr_job_male, evidence: associational}\n"
CHANGES = {
    "a field of an entry": ("{discount: {money: 0.05}}", ("money: 0.03,", "money: 0.05,")),
    "a field of a section": ("{accrual: end_of_cycle}", ("draws: 20", "accrual: end_of_cycle\ndraws: 20")),
    "one effect of several": (
        "{interventions: {team: {effects: {0: {years: [1, 1], fade: {linear: half}}}}},"
        " parameters: {half: {distribution: {fixed: 2}, unit: year, source: {assumption: x}}}}",
        (TEAM, TEAM.replace("[1, 4]", "[1, 1], fade: {linear: half}")),
        ("  uptake:", "  half: {distribution: {fixed: 2}, unit: year, source: {assumption: x}}\n  uptake:"),
    ),
    "one effect more": (
        "{interventions: {coach: {effects: {1: " + TEAM + "}}}}",
        ("years: [1, 3], evidence: causal}\n", f"years: [1, 3], evidence: causal}}\n      - {TEAM}\n"),
    ),
    "other effects": ("{interventions: {coach: {effects: [" + TEAM + "]}}}", (
        "      - {move: work.outside -> employed, hazard_ratio: hr_coach, years: [1, 3], evidence: causal}\n",
        f"      - {TEAM}\n",
    )),
    "a modifier less": (
        "{domains: {work: {moves: {outside -> employed: {modifiers: {1: leave_out}}}}}}", (MALE, "")
    ),
    "all modifiers less": (
        "{domains: {crime: {moves: {free -> prison: {modifiers: leave_out}}}}}",
        ("        modifiers:\n          - {if: {school: dropped_out}, odds_ratio: or_prison_dropped_out, "
         "evidence: associational, movable_share: causal}\n", ""),
    ),
    "another scale": (
        "{domains: {work: {moves: {outside -> employed: {modifiers:"
        " {1: {hazard_ratio: leave_out, odds_ratio: or_male, over: 1 year}}}}}}}",
        ("hazard_ratio: hr_job_male,", "odds_ratio: or_male, over: 1 year,"),
    ),
    "a horizon is one value": ("{population: {horizon: {to_age: 21}}}", ("{years: 12}", "{to_age: 21}")),
    "a condition is one value": (
        "{interventions: {coach: {enrol: {if: {school: graduated}}}}}",
        ("if: {work: outside}, uptake", "if: {school: graduated}, uptake"),
    ),
    "payers are one value": (
        "{prices: {prison: {actor: {municipality: uptake, state: rest}}}}",
        ("prison_year, actor: state", "prison_year, actor: {municipality: uptake, state: rest}"),
    ),
    "shares are one value": (
        "{population: {start_states: {crime: {prison: p_prison, free: rest}}}, "
        "parameters: {p_prison: {unit: share}}}",
        ("crime: free}", "crime: {prison: p_prison, free: rest}}"),
        ("p_prison: {distribution: {fixed: 0.01}, unit: probability per year",
         "p_prison: {distribution: {fixed: 0.01}, unit: share"),
        ("probability: p_prison", "probability: p_dropout"),
    ),
    "a distribution and its source are one value each": (
        "{parameters: {or_team: {distribution: {gamma: {mean: 0.9, sd: 0.1}}, source: {assumption: other}}}}",
        ("{lognormal: {interval_95: [0.3, 0.6]}}, unit: odds ratio, source: {assumption: made up}}",
         "{gamma: {mean: 0.9, sd: 0.1}}, unit: odds ratio, source: {assumption: other}}"),
    ),
    "a row of a table": ("{tables: {wage_growth: {values: {21+: 1.5}}}}", ("21+: 1.2", "21+: 1.5")),
    "a text for an entry": ("{domains: {work: {moves: {employed -> outside: rest}}}}", (
        "employed -> outside: {rate: r_job_loss}", "employed -> outside: rest"
    )),
    "an entry for a text": (
        "{domains: {crime: {moves: {prison -> free: {probability: p_graduation}}}}}",
        ("prison -> free: rest", "prison -> free: {probability: p_graduation}"),
    ),
    "a price less": ("{prices: {prison: leave_out}}", (
        "  prison: {while: {crime: prison}, resource: prison_year, actor: state}\n", ""
    )),
}  # fmt: skip
#: What makes the edited file above right without being part of the change.
ALSO = {"shares are one value": "{domains: {crime: {moves: {free -> prison: {probability: p_dropout}}}}, "}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.filterwarnings("ignore::simcore.errors.ScenarioWarning")
def test_a_change_is_what_editing_the_file_would_be(name):
    change, *by_hand = CHANGES[name]
    change = ALSO[name] + change[1:] if name in ALSO else change
    file = changed(change)
    assert file.alternatives["other"].scenario == edited(*by_hand).scenario
    plain = {key: value for key, value in file.scenario if key != "alternatives"}
    assert plain == {key: value for key, value in scenario_from_texts({"a.yaml": BASE}, "a.yaml").scenario
                     if key != "alternatives"}  # fmt: skip


TABLE = """  wage_growth:
    by: [age]
    values: {16-20: 1, 21+: 1.2}
"""
FROM_FILE = TABLE.replace("values: {16-20: 1, 21+: 1.2}", "file: growth.csv")
GROWTH = "age,value\n16-20,1\n21+,1.2\n"


@pytest.mark.parametrize(
    ("change", "base", "by_hand"),
    [
        ("{file: steep.csv}", FROM_FILE, FROM_FILE.replace("growth.csv", "steep.csv")),
        ("{values: leave_out, file: steep.csv}", TABLE, FROM_FILE.replace("growth.csv", "steep.csv")),
        ("{file: leave_out, values: {16+: 1.3}}", FROM_FILE, TABLE.replace("16-20: 1, 21+: 1.2", "16+: 1.3")),
        ("{conversion: none}", FROM_FILE, FROM_FILE + "    conversion: none\n"),
    ],
)
def test_tables_from_files(change, base, by_hand):
    files = {"growth__csv": GROWTH, "steep__csv": GROWTH.replace("1.2", "2.5")}
    file = changed(f"{{tables: {{wage_growth: {change}}}}}", BASE.replace(TABLE, base), **files)
    hand = edited((TABLE, by_hand), **files)
    table = file.alternatives["other"].scenario.tables["wage_growth"]
    assert table == hand.scenario.tables["wage_growth"]
    assert [row.value for row in table.cells] == [row.value for row in hand.scenario.tables["wage_growth"].cells]
    assert [row.value for row in file.scenario.tables["wage_growth"].cells] == [1.0, 1.2]
    assert set(file.files) == set(file.alternatives["other"].files) >= {"a.yaml"}


def test_a_section_of_a_change_is_kept_in_a_file():
    figures = "or_team: {distribution: {fixed: 0.9}, source: {assumption: other}}\n"
    file = changed("{parameters: figures.yaml}", figures__yaml=figures)
    assert file.alternatives["other"].scenario.parameters["or_team"].distribution.mean == 0.9
    assert "figures.yaml" in file.files
    assert scenario_from_texts(file.files, file.main, "other").scenario == file.alternatives["other"].scenario


def test_alternatives_are_inherited_and_kept_in_a_file():
    model = BASE + "alternatives: {later: {about: Later., change: {accrual: end_of_cycle}}}\n"
    case = "extends: model.yaml\nalternatives: more.yaml\ndiscount: {money: 0.01}\n"
    more = "dear: {about: Dear., change: {discount: {money: 0.2}}}\n"
    file = scenario_from_texts({"a.yaml": case, "model.yaml": model, "more.yaml": more}, "a.yaml")
    assert list(file.alternatives) == ["later", "dear"]
    assert file.alternatives["later"].scenario.discount.money == 0.01
    assert file.alternatives["dear"].scenario.discount.money == 0.2


# --- what a scenario and its alternatives know of each other -----------------------------------------


@pytest.fixture(scope="module")
def good():
    return read_scenario(GOOD / "alternatives.yaml")


def test_each_alternative_is_a_scenario_of_the_same_files(good):
    assert good.alternative == ""
    for name, other in good.alternatives.items():
        assert other.alternative == name
        assert (other.files, other.main, other.content_hash) == (good.files, good.main, good.content_hash)
        assert not other.alternatives
        assert not other.scenario.alternatives
        assert other.scenario.strategies == good.scenario.strategies
        again = scenario_from_texts(good.files, good.main, name)
        assert (again.scenario, again.alternative) == (other.scenario, name)


def test_there_is_no_such_alternative(good):
    with pytest.raises(UnknownNameError) as caught:
        scenario_from_texts(good.files, good.main, "no_crime_lnk")
    message = "'no_crime_lnk' is not an alternative of alternatives; did you mean 'no_crime_link'? Known: "
    assert str(caught.value).startswith(message)


def test_parameters_keep_their_distribution(good):
    other = good.alternatives["smaller_effect"].distributions
    assert {name for name in other if other[name] != good.distributions[name]} == {"or_team"}


def test_what_an_alternative_says_in_words(good):
    lines = list(describe(good.scenario))
    start = lines.index("Alternatives")
    assert lines[start : start + 3] == [
        "Alternatives",
        "  effect_fades_fast: The team's effect is gone a year after it begins, and the coach's lasts, weaker.",
        "    interventions.team.effects[0].years: [1, 1]",
    ]
    assert "    domains.work.moves.outside -> employed.modifiers[1]: left out" in lines
    assert "    discount.money: 0.06" in lines
    assert "Alternatives" not in list(describe(good.alternatives["no_crime_link"].scenario))


# --- messages and warnings -------------------------------------------------------------------------


@pytest.mark.parametrize("path", KEPT, ids=".".join)
def test_what_may_not_change_is_refused_with_its_reason(path):
    change = "5"
    for step in reversed(path):
        change = f"{{{step}: {change}}}"
    found = problem(change)
    assert found.path == f"alternatives.other.change.{'.'.join(path)}"
    assert found.hint == KEPT[path]


@pytest.mark.parametrize("change", ["{money: leave_out}", "{money: files.yaml}", "{population: leave_out}"])
def test_what_may_not_change_may_not_go_with_what_is_around_it_either(change):
    with pytest.raises(ScenarioError, match="than the scenario's"):
        changed(change)


def test_a_consequence_elsewhere_names_the_alternative_and_the_line():
    found = problem("{population: {start: {age: 17}}}")
    line = next(n for n, text in enumerate(BASE.splitlines(), 1) if "at_age: 16" in text)
    assert (found.line, found.path) == (line, "interventions.team.enrol.at_age (with alternatives.other)")


def test_a_change_that_changes_nothing():
    found = problem("{discount: {outcomes: 0.03}, accrual: half_cycle}")
    assert (found.path, found.found) == ("alternatives.other.change", "what the scenario says already")


def test_all_broken_alternatives_are_told_at_once():
    text = f"{BASE}alternatives:\n" + "".join(
        f"  {name}: {{about: Wrong., change: {{discount: {{money: {name}}}}}}}\n" for name in ("one", "two")
    )
    with pytest.raises(ScenarioError) as caught:
        scenario_from_texts({"a.yaml": text}, "a.yaml")
    assert [of.path for of in caught.value.problems] == [
        "alternatives.one.change.discount.money", "alternatives.two.change.discount.money",
    ]  # fmt: skip


UNUSED = "  spare: {distribution: {fixed: 0.5}, unit: odds ratio, source: {assumption: made up}}\n  uptake:"


def test_warnings_of_the_scenario_are_not_repeated():
    file = changed("{accrual: end_of_cycle}", BASE.replace("  uptake:", UNUSED))
    assert [text.split("  ")[1] for text in file.warnings] == ["parameters.spare: is not used"]
    assert file.alternatives["other"].warnings == ()


def test_what_only_an_alternative_uses_is_used():
    file = changed("{interventions: {team: {effects: {0: {odds_ratio: spare}}}}}", BASE.replace("  uptake:", UNUSED))
    assert file.warnings == ()


def test_what_an_alternative_writes_and_does_not_use_is_told():
    spare = "{distribution: {fixed: 0.5}, unit: odds ratio, source: {assumption: made up}}"
    file = changed(f"{{accrual: end_of_cycle, parameters: {{spare: {spare}}}}}")
    assert [text.split("  ")[1] for text in file.warnings] == [
        "alternatives.other.change.parameters.spare: is not used"
    ]
    assert file.alternatives["other"].warnings == file.warnings


def test_what_an_alternative_makes_impossible_is_told(tmp_path):
    text = f"{BASE}alternatives:\n  other: {{about: x, change: {{domains: {{crime: {{moves: "
    text += "{free -> prison: leave_out}}}}}\n"
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    with pytest.warns(ScenarioWarning, match=r"crime\.states \(with alternatives\.other\): nobody can reach prison"):
        with pytest.warns(ScenarioWarning, match=r"prices\.prison \(with alternatives\.other\): nobody can incur it"):
            read_scenario(tmp_path / "a.yaml")


# --- whatever is written -----------------------------------------------------------------------------

words = st.sampled_from(
    ["leave_out", "null", "0", "1", "-1", "7", "0.5", "rest", "or_team", "a.csv", "years", "text", "''", "[]", "{}",
     "[1, 2]", "true", "{0: leave_out}", "{1: {}}", "{a: b}", "[[{}]]", "{fixed: 1}"]
)  # fmt: skip
keys = st.sampled_from(
    ["population", "horizon", "start", "age", "domains", "school", "moves", "pupil -> graduated", "modifiers", "0", "1",
     "parameters", "or_team", "distribution", "source", "tables", "wage_growth", "values", "file", "rows", "by",
     "interventions", "team", "effects", "enrol", "if", "years", "prices", "benefit", "discount", "money", "sources",
     "outcomes", "memory", "derived", "joint", "correlations", "nonsense", "16-20", "states", "actors", "draws"]
)  # fmt: skip
trees = st.recursive(
    words,
    lambda below: st.one_of(
        st.dictionaries(keys, below, min_size=1, max_size=3).map(
            lambda of: "{" + ", ".join(f"{key}: {value}" for key, value in of.items()) + "}"
        ),
        st.lists(below, max_size=2).map(lambda of: f"[{', '.join(of)}]"),
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(change=trees)
def test_whatever_a_change_says_the_answer_is_a_scenario_or_a_message(change):
    problems = ()
    try:
        file = changed(change)
    except ScenarioError as error:
        problems = error.problems
    else:
        assert file.alternatives["other"].scenario != file.scenario
    assert all("alternatives.other" in problem.path for problem in problems)
