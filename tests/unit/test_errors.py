import pytest

from simcore.errors import (
    ModelError,
    Problem,
    ResultsError,
    ScenarioError,
    SimcoreError,
    UnknownNameError,
    counted,
    did_you_mean,
    nearest,
    shown,
    with_article,
)


def test_a_problem_says_found_allowed_and_hint():
    problem = Problem("a/scenario.yaml", 14, "parameters.p", "3.5", "a probability, 0 to 1", "3.5 % is 0.035")
    assert str(problem) == (
        "a/scenario.yaml:14  parameters.p\n"
        "    found    3.5\n"
        "    allowed  a probability, 0 to 1\n"
        "    hint     3.5 % is 0.035"
    )


def test_a_problem_without_line_path_and_hint():
    assert str(Problem("a.csv", 0, "", "an empty file", "a header and rows")) == (
        "a.csv\n    found    an empty file\n    allowed  a header and rows"
    )


def test_problems_come_in_the_order_of_the_files_and_each_once():
    second, first = Problem("b.yaml", 2, "y", "1", "2"), Problem("a.yaml", 9, "x", "1", "2")
    later = Problem("b.yaml", 11, "z", "1", "2")
    error = ScenarioError([later, second, first, second], "b.yaml")
    assert error.problems == (first, second, later)
    assert str(error) == f"{first}\n{second}\n{later}\n3 problems in b.yaml; nothing was run."


def test_one_problem_is_not_plural():
    message = str(ScenarioError([Problem("a.yaml", 1, "x", "1", "2")], "a.yaml"))
    assert message.endswith("\n1 problem in a.yaml; nothing was run.")


def test_an_unknown_name_lists_the_known_ones():
    error = UnknownNameError("municipalty", "an actor of these results", ["state", "municipality"])
    assert str(error) == (
        "'municipalty' is not an actor of these results; did you mean 'municipality'? Known: municipality, state."
    )
    assert str(UnknownNameError("x", "an actor", ["state"])) == "'x' is not an actor. Known: state."


@pytest.mark.parametrize("error", [ScenarioError, UnknownNameError, ModelError, ResultsError])
def test_every_error_is_one_of_ours_and_prints_without_a_repr(error):
    assert issubclass(error, SimcoreError)
    assert not issubclass(error, KeyError)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        (True, "true"),
        (False, "false"),
        ("a text", "a text"),
        ("", "an empty text"),
        (0.5, "0.5"),
        ([1, "a", None], "[1, a, nothing]"),
        ({"from": 16, "to": [True]}, "{from: 16, to: [true]}"),
        ("two\nlines", "two lines"),
        ("x" * 100, "x" * 77 + "..."),
        ("x" * 80, "x" * 80),
    ],
)
def test_values_are_shown_as_a_file_has_them(value, text):
    assert shown(value) == text


def test_did_you_mean():
    assert did_you_mean("shcool", ["work", "school"]) == "did you mean 'school'?"
    assert did_you_mean("zzz", ["work", "school"]) == ""
    assert nearest("zzz", ["work"]) is None
    assert nearest("x", []) is None


def test_words():
    assert [counted(1, "entry"), counted(0, "entry"), counted(2, "problem")] == ["1 entry", "0 entries", "2 problems"]
    assert [with_article("odds ratio"), with_article("rate")] == ["an odds ratio", "a rate"]
