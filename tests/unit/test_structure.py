from typing import Any

import pytest

from simcore.scenario.phases import EXACT
from simcore.scenario.structure import Structure, matrix_parameter
from simcore.scenario.variables import joint_name
from tests.analytic.models import START_AGE, START_YEAR, model, with_programme
from tests.strategies import Tree, evidenced, read


def structure_of(tree: Tree) -> Structure:
    return Structure(read(tree).scenario)


def ways_of(moves: Tree, states: list[str], matrix: dict[tuple[str, str], float] | None = None, **more: Any) -> Tree:
    """Ways out as from -> {to: baseline}, with the rest where it is not staying."""
    numbers = {f"p{k}": (0.01 * (k + 1), "probability per year") for k in range(6)}
    tree = model(moves, years=1, states=states, numbers=numbers)
    tree["domains"]["life"] |= more
    if matrix is not None:
        tree["domains"]["life"]["matrix"] = "table"
        rows = [[start, end, value] for (start, end), value in matrix.items()]
        tree["tables"] = {"table": table(["from", "to"], rows, "probability per year")}
    ways = structure_of(tree).ways("life")
    found: Tree = {state: {way.end: way.baseline for way in out} for state, out in ways.exits.items()}
    for state, end in ways.rest.items():
        if end != state:
            found[state]["rest"] = end
    return found


def table(by: list[str], rows: list[list[Any]], unit: str, **more: Any) -> Tree:
    return {"about": "a table", "by": by, "unit": unit, "csv": rows, "source": {"assumption": "made up"}, **more}


P = [{"probability": f"p{k}"} for k in range(6)]


def test_any_is_every_state_without_an_entry_of_its_own():
    found = ways_of({"any -> c": P[0], "a -> c": P[1], "a -> b": P[2]}, ["a", "b", "c", "d"])
    assert found == {"a": {"b": "p2", "c": "p1"}, "b": {"c": "p0"}, "c": {}, "d": {"c": "p0"}}


def test_the_order_of_the_file_does_not_matter():
    moves = {"any -> c": P[0], "a -> c": P[1], "d -> c": "rest", "any -> d": "rest", "b -> a": "rest"}
    wanted = ways_of(moves, ["a", "b", "c", "d"])
    assert wanted["b"] == {"c": "p0", "rest": "a"}  # its own rest goes before that of any
    assert wanted["d"] == {"rest": "c"}  # a move of its own, and be it the rest, goes before that of any
    assert wanted["a"] == {"c": "p1", "rest": "d"}
    for turn in range(len(moves)):
        items = list(moves.items())
        assert ways_of(dict(items[turn:] + items[:turn]), ["a", "b", "c", "d"]) == wanted
    assert ways_of(dict(reversed(moves.items())), ["a", "b", "c", "d"]) == wanted


def test_exits_are_tried_in_the_order_of_the_states():
    states = ["c", "a", "d", "b"]
    found = ways_of({"a -> b": P[0], "a -> d": P[1], "a -> c": P[2]}, states)
    assert list(found["a"]) == ["c", "d", "b"]


def test_the_dead_do_not_move():
    found = ways_of({"any -> b": P[0], "any -> dead": P[1]}, ["a", "b", "dead"], ends_life="dead")
    assert found == {"a": {"b": "p0", "dead": "p1"}, "b": {"dead": "p1"}, "dead": {}}


def test_moves_replace_cells_of_a_matrix():
    cells = {("a", "b"): 0.3, ("a", "c"): 0.1, ("b", "c"): 0.5, ("c", "a"): 0.0, ("b", "a"): 0.2}
    found = ways_of({"any -> c": P[0], "b -> a": "rest"}, ["a", "b", "c"], cells)
    # The wildcard replaces both cells to c; the rest replaces the cell b -> a; a cell of 0 is no way.
    assert found == {"a": {"b": "table", "c": "p0"}, "b": {"c": "p0", "rest": "a"}, "c": {}}


def test_the_diagonal_of_a_matrix_is_no_way():
    found = ways_of({}, ["a", "b"], {("a", "a"): 0.9, ("a", "b"): 0.1, ("b", "b"): 1.0})
    assert found == {"a": {"b": "table"}, "b": {}}


def test_traits_multiply_the_ways_they_name():
    numbers = {"sd": (0.5, "factor")}
    moves = {"a -> b": {"probability": 0}, "c -> b": {"probability": 0}, "a -> c": {"probability": 0}}
    tree = model(moves, years=1, numbers=numbers)
    tree["population"]["traits"] = {
        name: {"about": name, "distribution": {"gamma": {"mean": 1, "sd": "sd"}}, "levels": 3, "multiplies": of}
        for name, of in (("first", ["life.any -> b"]), ("second", ["life.a -> b", "life.a -> any"]))
    }
    ways = structure_of(tree).ways("life").all()
    found = {(way.start, way.end): [modifier.hazard_ratio for modifier in way.modifiers] for way in ways}
    # Named twice, it still multiplies once.
    assert found == {("a", "b"): ["first", "second"], ("c", "b"): ["first"], ("a", "c"): ["second"]}


@pytest.mark.parametrize(("cycle", "per_year"), [("year", 1), ("quarter", 4), ("month", 12)])
def test_time_in_cycles(cycle, per_year):
    structure = structure_of(model({"a -> b": {"probability": 0}}, years=3) | {"cycle": cycle})
    assert structure.n_cycles == 3 * per_year
    assert [now["year"] for now in structure.times] == [START_YEAR + k for k in range(3) for _ in range(per_year)]
    assert [now["age"] for now in structure.times] == [START_AGE + k for k in range(3) for _ in range(per_year)]
    assert [now["cycle"] for now in structure.times] == list(range(3 * per_year))
    assert [structure.phase_year(phase) for phase in (0, 1, per_year, per_year + 1)] == [0, 1, 1, 2]
    assert structure.phases("programme", per_year) == {"programme": 1, "programme" + EXACT: per_year}
    assert structure.years(2 * per_year) == 2
    assert isinstance(structure.years(2 * per_year), int)


@pytest.mark.parametrize(
    ("cycle", "cap", "values"),
    [
        ("year", "2 years", [0, 1, 2]),
        ("quarter", "3 quarters or more", [0, 0.25, 0.5, 0.75]),
        ("month", "1 quarter or more", [0, 1 / 12, 2 / 12, 3 / 12]),
        ("month", "1 year or more", [k / 12 for k in range(13)]),
    ],
)
def test_values_of_a_clock(cycle, cap, values):
    tree = model({"a -> b": {"probability": 0}}, years=2) | {"cycle": cycle}
    tree["memory"] = {
        "inside": {"time_in": {"life": "a"}, "cap": cap},
        "since": {"time_since": "life.a -> b", "cap": cap},
        "times": {"counts": "life.a -> b", "cap": "2 or more"},
    }
    levels = structure_of(tree).levels
    assert list(levels["inside"]) == values
    assert list(levels["since"]) == [*values, "never"]
    assert list(levels["times"]) == [0, 1, 2]


def with_ages(**more: Any) -> Tree:
    tree = model({"a -> b": {"probability": 0}}, years=2, numbers={"half": (0.5, "share")})
    tree["population"]["attributes"] = {"sex": {"female": "half", "male": "rest"}}
    tree["population"]["horizon"] = {"to_age": START_AGE + 4}
    tree["population"]["start"]["age"] = "ages"
    rows = [["female", START_AGE], ["male", START_AGE + 2]]
    tree["tables"] = {"ages": table(["sex"], rows, "age")}
    return tree | more


def test_several_ages_at_the_start():
    structure = structure_of(with_ages(cycle="quarter"))
    assert structure.start_ages == [START_AGE, START_AGE + 2]
    assert structure.n_cycles == 16  # the youngest reach the horizon last
    assert "age" not in structure.times[0]
    assert structure.at(5, {"sex": "male"}) == {
        "sex": "male", "cycle": 5, "year": START_YEAR + 1, "age": START_AGE + 3, "start_age": START_AGE + 2,
    }  # fmt: skip
    assert structure.at(5, {}) == {"cycle": 5, "year": START_YEAR + 1}
    assert structure.with_age({"age"}) == {"age", "sex"}
    assert structure.with_age({"year"}) == {"year"}


def test_persons_are_asked_at_one_age_in_different_cycles():
    tree = with_programme(with_ages(cycle="quarter"), [], at_age=START_AGE + 3)
    structure = structure_of(tree)
    assert structure.asked_cycles("programme") == [4, 12]
    assert structure.possible_codes("programme", 3) == [0]
    assert structure.possible_codes("programme", 4) == [0, 1]
    assert structure.possible_codes("programme", 13, "helped") == [0, 2, 10]
    assert structure.possible_codes("programme", 13, "usual") == [0]


def programme(**more):
    tree = with_programme(with_ages(cycle="quarter"), [])
    tree["interventions"]["programme"] |= more
    return structure_of(tree)


def test_codes_in_a_programme_that_can_be_left():
    structure = programme(
        enrol={"whenever": {"life": "a"}, "again_after": "1 year", "uptake": 1}, lasts="9 months",
        drop_out={"probability": 1},
    )  # fmt: skip
    last = structure.last_phase
    assert last == structure.n_cycles + 1
    assert structure.phases("programme", 0) == {"programme": 0, "programme#": 0}
    assert structure.phases("programme", 5) == {"programme": 2, "programme#": 5}
    assert structure.phases("programme", last + 2)["programme"] == "dropped_out"
    assert structure.phases("programme", structure.declined)["programme"] == 0
    assert [structure.phase_of(code) for code in (0, 5, last + 5, structure.declined)] == [0, 5, 5, 0]
    # In the first of its three quarters nobody leaves, and nobody leaves after it has ended.
    assert [code for code in range(structure.declined + 1) if structure.may_leave("programme", code)] == [2, 3]
    # After four quarters who has taken part may be asked anew, also who left; who said no once may not.
    assert structure.may_be_asked("programme", 0)
    assert not structure.may_be_asked("programme", 4)
    assert structure.may_be_asked("programme", 5)
    assert structure.may_be_asked("programme", last + 5)
    assert not structure.may_be_asked("programme", structure.declined)
    assert structure.after_no("programme", 0) == structure.declined
    assert structure.after_no("programme", 5) == 5
    assert structure.possible_codes("programme", 1) == [0, 1, 2, last + 2, structure.declined]


def test_who_is_asked_in_every_cycle_stays_to_be_asked():
    structure = programme(enrol={"whenever": {"life": "a"}, "ask": "every_cycle", "uptake": 1})
    assert structure.after_no("programme", 0) == 0
    assert structure.possible_codes("programme", 1) == [0, 1, 2]
    assert structure.wait("programme") is None


def test_a_condition_on_time_says_when_persons_can_be_asked():
    years = {"year": {"from": START_YEAR + 1, "to": START_YEAR + 1}}
    assert programme(enrol={"whenever": {"life": "a"} | years, "uptake": 1}).asked_cycles("programme") == [4, 5, 6, 7]
    assert programme(enrol={"at_year": START_YEAR + 2, "uptake": 1}).asked_cycles("programme") == [8]


def test_what_a_quantity_depends_on():
    numbers = {"p": (0.1, "share"), "half": (0.5, "share")}
    tree = model({"a -> b": {"probability": "risk"}}, years=2, numbers=numbers)
    tree["population"]["attributes"] = {"sex": {"female": "half", "male": "rest"}}
    trait = {"about": "a trait", "distribution": {"uniform": {"min": "low", "max": "high"}}, "levels": 2}
    tree["population"]["traits"] = {"frailty": trait}
    tree["parameters"] |= {"low": evidenced({"fixed": 0.5}, "factor"), "high": evidenced({"fixed": 1.5}, "factor")}
    tree["memory"] = {"since": {"time_since": "life.a -> b", "cap": "2 years or more"}}
    tree["tables"] = {
        "by_sex": table(["sex"], [["female", "p"], ["male", 0.2]], "share"),
        "shifted": table(["age"], [["0-100", 0.3], ["101+", 0.4]], "share", at={"age": "min(age, 60) + cycle"}),
    }
    tree["derived"] = {
        "inner": {"formula": "by_sex * shifted + p", "unit": "share"},
        "risk": {"formula": "min(1, inner * frailty) * (since == never)", "unit": "probability per year"},
    }
    structure = structure_of(tree)
    assert structure.keys_of("p") == frozenset()
    assert structure.keys_of(1.0) == frozenset()
    assert structure.keys_of("by_sex") == {"sex"}
    assert structure.keys_of("shifted") == {"age", "cycle"}
    assert structure.keys_of("inner") == {"sex", "age", "cycle"}
    assert structure.keys_of("risk") == {"sex", "age", "cycle", "frailty", "since"}
    assert structure.is_variable("since")
    assert not structure.is_variable("frailty")  # a number like any other, in a formula


def test_joint_tables_come_first_and_tell_their_attributes():
    tree = model({"a -> b": {"probability": 0}}, years=1)
    rows = [["x", "u", 3], ["x", "v", 0], ["y", "v", 7]]
    tree["population"]["joint"] = ["together"]
    tree["tables"] = {"together": table(["first", "second"], rows, "count")}
    structure = structure_of(tree)
    assert structure.names == [joint_name("together"), "first", "second", "life"]
    assert structure.levels["first"] == ("x", "y")
    assert structure.levels["second"] == ("u", "v")
    assert structure.levels[joint_name("together")] == ("x, u", "x, v", "y, v")


def test_hidden_names():
    assert matrix_parameter("table", "a", "b") == "table[a -> b]"
