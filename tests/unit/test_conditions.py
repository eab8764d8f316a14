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
    parse_duration,
    parse_move,
    whole_numbers,
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
        ({"from": 16, "to": 19}, Band(16, 20)),
        ({"from": 16}, Band(16, None)),
        ({"to": 19}, Band(0, 20)),
        ({"at_least": 18}, Band(18, None)),
        ({"less_than": 21}, Band(0, 21)),
        ({"from": 16, "at_least": 18, "to": 30, "less_than": 25}, Band(18, 25)),
        ({"from": 16, "to": 16}, Band(16, 17)),
        ({"less_than": "6 months"}, Band(0, 0.5)),
        ({"at_least": "1 year"}, Band(1, None)),
        ({"at_least": "3 quarters", "less_than": "18 months"}, Band(0.75, 1.5)),
        ({"at_least": "1 month", "to": 4}, Band(1 / 12, 5)),
    ],
)
def test_ranges(written, band):
    assert parse_condition({"time": written}).parts == (Part("time", band),)


@pytest.mark.parametrize(
    "value",
    [[], [[]], {}, {"from": 19, "to": 16}, {"between": 1}, {"from": 1.5}, {"from": True}, 1.5, True, None, ["a", None],
     {"from": "young"}, {"less_than": 0}, {"from": "6 months"}, {"to": "1 year"}, {"less_than": "6 weeks"},
     {"less_than": "half a year"}, {"less_than": "never"}, {"at_least": "9 months", "less_than": "6 months"},
     {"at_least": "6 months", "less_than": "6 months"}, {"less_than": "1.5 years"}, {"less_than": "-1 years"}],
)  # fmt: skip
def test_what_is_no_condition(value):
    with pytest.raises(ConditionError) as caught:
        parse_condition({"age": value})
    assert caught.value.key == "age"


def test_not_needs_a_condition():
    with pytest.raises(ConditionError, match=r"not: found ill; allowed a condition, \{domain: state\}"):
        parse_condition({"not": "ill"})


@given(low=st.integers(0, 100), width=st.integers(0, 50), value=st.integers(-10, 200))
def test_bands_include_their_lower_end_alone(low, width, value):
    assert (value in Band(low, low + width)) is (low <= value < low + width)
    assert (value in Band(low, None)) is (value >= low)
    assert (value in whole_numbers(low, low + width)) is (low <= value <= low + width)
    assert parse_band(f"{low}-{low + width}") == whole_numbers(low, low + width) == Band(low, low + width + 1)
    assert parse_band(f"{low}+") == whole_numbers(low, None) == Band(low, None)
    assert parse_band(str(low)) == parse_band(low) == Band(low, low + 1)


@given(low=st.integers(0, 100), width=st.integers(1, 50), months=st.integers(0, 2000))
def test_a_year_in_a_band_holds_until_the_next_begins(low, width, months):
    assert (months / 12 in Band(low, low + width)) is (12 * low <= months < 12 * (low + width))


@pytest.mark.parametrize(
    ("band", "words"),
    [
        (whole_numbers(18, 29), "18 to 29"), (whole_numbers(18, 18), "18 to 18"), (Band(0, 0.5), "less than 0.5"),
        (whole_numbers(65, None), "65 or more"), (Band(0.5, None), "0.5 or more"), (Band(0, 1.0), "less than 1"),
        (Band(0.25, 1.5), "0.25 or more and less than 1.5"), (Band(1.0, 2.0), "1 or more and less than 2"),
    ],
)  # fmt: skip
def test_bands_in_words(band, words):
    assert band.words == words


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("6 months", 0.5), ("1 month", 1 / 12), ("1 months", 1 / 12), ("3 quarters", 0.75), ("1 year", 1.0),
        ("24 months", 2.0), ("0 years", 0.0), ("6 weeks", None), ("six months", None), ("6", None), ("6months", None),
        ("-6 months", None), ("1.5 years", None), ("1 year or more", None), (" 1 year", None), ("1234567 years", None),
    ],
)  # fmt: skip
def test_durations(text, years):
    assert parse_duration(text) == years
    assert years is None or isinstance(parse_duration(text), float)  # to tell it from a plain number


@pytest.mark.parametrize(
    ("written", "value", "holds"),
    [
        (1, 1, True), (1, 1.0, True), (1, 1.75, True), (1, 0.75, False), (1, 2, False), (0, 0.25, True),
        ([0, 2], 2.5, True), ([0, 2], 1.5, False), ({"from": 1, "to": 1}, 1.75, True),
        ({"from": 1, "to": 1}, 2.0, False), ({"less_than": "9 months"}, 0.5, True),
        ({"less_than": "9 months"}, 0.75, False), ({"at_least": "9 months"}, 0.75, True),
    ],
)  # fmt: skip
def test_single_numbers_of_a_clock_are_completed_years(written, value, holds):
    assert parse_condition({"clock": written}).holds({"clock": value}) is holds


def test_never_is_a_value_of_its_own():
    assert parse_condition({"since": "never"}).holds({"since": "never"})
    assert parse_condition({"since": ["never", 0]}).holds({"since": 0.5})
    assert not parse_condition({"since": "never"}).holds({"since": 0})
    for written in (0, {"at_least": 0}, {"less_than": 5}, {"at_least": "6 months"}):
        assert not parse_condition({"since": written}).holds({"since": "never"})
    assert parse_condition({"not": {"since": {"at_least": 2}}}).holds({"since": "never"})


@pytest.mark.parametrize("text", ["", "-1", "16-", "19-16", "16+19", "a", "16 - 19", "1.5", "+"])
def test_what_is_no_band(text):
    assert parse_band(text) is None


@pytest.mark.parametrize(
    ("text", "move"),
    [
        ("pupil -> out", MoveText(None, "pupil", "out")),
        ("school.pupil -> dropped_out", MoveText("school", "pupil", "dropped_out")),
        ("any -> out", MoveText(None, "any", "out")),
        ("work.any -> any", MoveText("work", "any", "any")),
        ("any.pupil -> out", MoveText("any", "pupil", "out")),
        ("* -> out", None),
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


@pytest.mark.parametrize(
    ("text", "fitting"),
    [
        ("a -> b", {"ab"}), ("any -> b", {"ab", "cb"}), ("a -> any", {"ab", "ac"}), ("b -> b", set()),
        ("any -> any", {"ab", "ac", "ba", "bc", "ca", "cb"}),
    ],
)  # fmt: skip
def test_any_stands_for_every_state_and_staying_is_no_move(text, fitting):
    move = parse_move(text)
    assert {start + end for start in "abc" for end in "abc" if move.fits(start, end)} == fitting
