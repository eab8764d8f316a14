import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcore.scenario.conditions import (
    ALWAYS,
    Band,
    Condition,
    ConditionError,
    MoveText,
    Part,
    parse_band,
    parse_condition,
    parse_move,
)

WRITTEN = {"health": "ill", "age": {"from": 16, "to": 19}, "work": ["outside", "sick"], "not": {"sex": "male"}}


@pytest.mark.parametrize(
    ("changed", "holds"),
    [
        ({}, True),
        ({"health": "well"}, False),
        ({"age": 15}, False),
        ({"age": 16}, True),
        ({"age": 19}, True),
        ({"age": 20}, False),
        ({"work": "sick"}, True),
        ({"work": "employed"}, False),
        ({"sex": "male"}, False),
    ],
)
def test_all_parts_hold_lists_mean_any_and_not_turns_around(changed, holds):
    situation = {"health": "ill", "age": 17, "work": "outside", "sex": "female"} | changed
    assert parse_condition(WRITTEN).holds(situation) is holds


def test_not_around_several_parts_means_not_all_of_them():
    condition = parse_condition({"not": {"sex": "male", "health": "ill"}})
    assert condition.holds({"sex": "male", "health": "well"})
    assert not condition.holds({"sex": "male", "health": "ill"})


def test_double_negation():
    condition = parse_condition({"not": {"not": {"sex": "male"}}})
    assert condition.holds({"sex": "male"})
    assert not condition.holds({"sex": "female"})


def test_the_empty_condition_always_holds():
    assert parse_condition({}) == ALWAYS
    assert ALWAYS.holds({})
    assert not Condition(negated=(ALWAYS,)).holds({})


def test_and_joins_parts():
    both = parse_condition({"a": "x"}) & parse_condition({"b": "y", "not": {"c": "z"}})
    assert both.variables == {"a", "b", "c"}
    assert both.holds({"a": "x", "b": "y", "c": "w"})
    assert not both.holds({"a": "x", "b": "y", "c": "z"})
    assert [part.variable for part in both.leaves()] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("written", "band"),
    [
        ({"from": 16, "to": 19}, Band(16, 19)),
        ({"from": 16}, Band(16, None)),
        ({"to": 19}, Band(0, 19)),
        ({"at_least": 18}, Band(18, None)),
        ({"less_than": 21}, Band(0, 20)),
        ({"from": 16, "at_least": 18, "to": 30, "less_than": 25}, Band(18, 24)),
        ({"from": 16, "to": 16}, Band(16, 16)),
    ],
)
def test_ranges(written, band):
    assert parse_condition({"age": written}).parts == (Part("age", band),)


@pytest.mark.parametrize(
    "value",
    [[], [[]], {}, {"from": 19, "to": 16}, {"between": 1}, {"from": 1.5}, {"from": True}, 1.5, True, None, ["a", None],
     {"from": "young"}],
)  # fmt: skip
def test_what_is_no_condition(value):
    with pytest.raises(ConditionError) as caught:
        parse_condition({"age": value})
    assert caught.value.key == "age"


def test_not_needs_a_condition():
    with pytest.raises(ConditionError, match=r"not: found ill; allowed a condition, \{domain: state\}"):
        parse_condition({"not": "ill"})


@given(low=st.integers(0, 100), width=st.integers(0, 50), value=st.integers(-10, 200))
def test_bands_include_both_ends(low, width, value):
    assert (value in Band(low, low + width)) is (low <= value <= low + width)
    assert (value in Band(low, None)) is (value >= low)
    assert parse_band(f"{low}-{low + width}") == Band(low, low + width)
    assert parse_band(f"{low}+") == Band(low, None)
    assert parse_band(str(low)) == parse_band(low) == Band(low, low)


@pytest.mark.parametrize("text", ["", "-1", "16-", "19-16", "16+19", "a", "16 - 19", "1.5", "+"])
def test_what_is_no_band(text):
    assert parse_band(text) is None


@pytest.mark.parametrize(
    ("text", "move"),
    [
        ("pupil -> out", MoveText(None, "pupil", "out")),
        ("school.pupil -> dropped_out", MoveText("school", "pupil", "dropped_out")),
        ("pupil->out", None),
        ("pupil to out", None),
        ("Pupil -> out", None),
        ("a.b.pupil -> out", None),
        ("pupil -> school.out", None),
        ("pupil -> out ", None),
        ("pupil -> out -> in", None),
        ("", None),
    ],
)
def test_moves(text, move):
    assert parse_move(text) == move
