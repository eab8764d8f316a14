import math
import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcore.scenario.expressions import MAX_DEPTH, MAX_LENGTH, ExpressionError, parse_expression
from tests.generated_expressions import NUMBERS, expressions

VALUES = {"age": 17, "x": 2.0, "y": -3.0, "sex": "male", "nothing": math.nan, "t": math.inf}
DRAWS = np.array([-2.0, 0.0, 0.5, 3.0])


def value(text, **changed):
    return parse_expression(text).evaluate((VALUES | changed).__getitem__)


def same(first, second):
    """Equal to the last bit, the sign of zero included; any nan equals any other."""
    first, second = np.asarray(first), np.asarray(second)
    signs = (np.signbit(first) == np.signbit(second)) | np.isnan(first)
    return np.array_equal(first, second, equal_nan=True) and bool(np.all(signs))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.5", 0.5), ("12", 12.0), ("1e-3", 0.001), ("2.5E+2", 250.0), ("  7\n", 7.0), ("never", math.inf),
        ("1 + 2 * 3", 7.0), ("(1 + 2) * 3", 9.0), ("10 - 4 - 3", 3.0), ("24 / 4 / 2", 3.0), ("24 / 4 * 2", 12.0),
        ("2 * 7 % 4", 2.0), ("7 % 4 * 2", 6.0), ("1 + 7 % 4", 4.0), ("7 % -4", -1.0), ("-7 % 4", 1.0),
        ("-2^2", -4.0), ("-2**2", -4.0), ("(-2)^2", 4.0), ("2^3^2", 512.0), ("2^-1", 0.5), ("2^-1 * 4", 2.0),
        ("2 * 3^2", 18.0), ("2^-2^0", 0.5), ("2^3 * 2^3", 64.0), ("--2", 2.0), ("2 - -2", 4.0), ("2 * -3 + 1", -5.0),
        ("-x^2", -4.0), ("x^y", 0.125), ("1 < 2", 1.0), ("2 <= 1", 0.0), ("2 > 1", 1.0), ("1 >= 1", 1.0),
        ("1 == 1", 1.0), ("1 != 1", 0.0), ("1 + 1 == 2", 1.0), ("-1 < 0", 1.0), ("3 * (1 < 2)", 3.0),
        ("not 0", 1.0), ("not 3", 0.0), ("not not 3", 1.0), ("not 1 == 2", 1.0), ("not 0 and 0", 0.0),
        ("not (0 and 0)", 1.0), ("1 or 1 and 0", 1.0), ("(1 or 1) and 0", 0.0), ("2 and 5", 1.0), ("0 or -1", 1.0),
        ("0 or 0 or 0.5", 1.0), ("1 and 2 and 0", 0.0), ("1 + 1 and 1 - 1", 0.0), ("0 and 0 or not 0", 1.0),
    ],
)  # fmt: skip
def test_operators_bind_as_in_mathematics(text, expected):
    assert same(value(text), expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exp(0)", 1.0), ("exp(1)", math.e), ("log(exp(2))", 2.0), ("sqrt(9)", 3.0), ("abs(y)", 3.0),
        ("floor(-1.5)", -2.0), ("ceil(-1.5)", -1.0), ("min(3)", 3.0), ("min(3, 1, 2)", 1.0), ("max(3)", 3.0),
        ("max(1, x, y, 0)", 2.0), ("max(min(1, 2), 0)", 1.0), ("if(1, 2, 3)", 2.0), ("if(0, 2, 3)", 3.0),
        ("if(age < 18, if(age < 16, 1, 2), 3)", 2.0), ("2 * sqrt (4) ^ 2", 8.0), ("-abs(y)^2", -9.0),
    ],
)  # fmt: skip
def test_functions(text, expected):
    assert value(text) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("16 <= age < 20", {15: 0, 16: 1, 19: 1, 20: 0}),
        ("20 > age >= 16", {15: 0, 16: 1, 19: 1, 20: 0}),
        ("15 < age != 17 < 18", {15: 0, 16: 1, 17: 0, 18: 1}),
        ("age == 16 == 16", {15: 0, 16: 1}),
        ("(age == 16) == 16", {15: 0, 16: 0}),
        ("not 16 <= age < 20", {15: 1, 16: 0, 20: 1}),
    ],
)
def test_chained_comparisons_hold_between_neighbours(text, holds):
    assert {age: value(text, age=age) for age in holds} == holds


@pytest.mark.parametrize(
    ("text", "male", "female"),
    [
        ("sex == 'male'", 1, 0),
        ('sex == "male"', 1, 0),
        ("'male' == sex", 1, 0),
        ("sex != 'male'", 0, 1),
        ("'male' != (sex)", 0, 1),
        ("not sex == 'male'", 0, 1),
        ("sex == 'other' or sex == 'female' and age > 16", 0, 1),
        ("if(sex == 'male', 1.5, 2) * x", 3, 4),
        ("sex == ''", 0, 0),
    ],
)
def test_names_are_compared_with_levels(text, male, female):
    assert value(text) == male
    assert value(text, sex="female") == female
    assert value(text, sex=np.str_("male")) == male  # an element of an array of texts


def test_a_name_that_is_no_text_equals_no_level():
    assert value("x == 'male'") == 0
    assert value("x != 'male'", x=DRAWS) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 * x + 1", [-3, 1, 2, 7]),
        ("-x^2", [-4, -0.0, -0.25, -9]),
        ("0 <= x < 1", [0, 1, 1, 0]),
        ("x and not x > 1", [1, 0, 1, 0]),
        ("x or 0", [1, 0, 1, 1]),
        ("if(x > 0, x, age)", [17, 17, 0.5, 3]),
        ("if(1, 2, x)", [2, 2, 2, 2]),
        ("0 * x", [-0.0, 0, 0, 0]),
        ("max(x, 0, w)", [10, 0, 0.5, 3]),
        ("min(x)", [-2, 0, 0.5, 3]),
        ("(sex == 'male') * x", [-2, 0, 0.5, 3]),
    ],
)
def test_arrays_of_draws(text, expected):
    result = value(text, x=DRAWS, w=np.array([10.0, -1.0, -1.0, -1.0]))
    assert result.dtype == np.float64
    assert same(result, np.array(expected, dtype=float))


def test_plain_numbers_give_a_plain_float():
    for text in ("age", "age + 1", "age < 3", "not age", "if(age, 1, 2)", "sex == 'male'", "never", "min(age, 3)"):
        assert type(value(text)) is float
        assert type(value(text, age=np.float64(3))) is float
        assert type(value(text, age=np.array(3.0))) is float


@pytest.mark.parametrize("text", ["x", "min(x)", "(x)"])
def test_the_result_is_never_the_array_of_the_caller(text):
    draws = DRAWS.copy()
    value(text, x=draws)[:] = 9
    assert same(draws, DRAWS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 / 0", math.inf), ("-1 / 0", -math.inf), ("0 / 0", math.nan), ("log(-1)", math.nan), ("log(0)", -math.inf),
        ("sqrt(-1)", math.nan), ("exp(1000)", math.inf), ("exp(-1000)", 0.0), ("1 % 0", math.nan),
        ("10^400", math.inf), ("(-8)^0.5", math.nan), ("0^-1", math.inf), ("0^0", 1.0), ("never - never", math.nan),
        ("exp(-0.1 * t)", 0.0), ("t < never", 0.0), ("t == never", 1.0), ("t < 5", 0.0), ("max(1, nothing)", math.nan),
        ("if(t < never, log(-1), 3)", 3.0), ("if(1, 3, 0 / 0)", 3.0), ("if(0, 3, 0 / 0)", math.nan),
        ("nothing < 1", 0.0), ("nothing >= 1", 0.0), ("nothing == nothing", 0.0), ("nothing != nothing", 0.0),
        ("nothing != 1", 0.0), ("1 < 2 != nothing", 0.0), ("not nothing == 1", 1.0),
        ("not nothing", 1.0), ("nothing and 1", 0.0), ("nothing or 0", 0.0), ("if(nothing, 1, 2)", 2.0),
    ],
)  # fmt: skip
def test_arithmetic_trouble_is_silent(text, expected):  # warnings are errors in all tests
    assert same(value(text), expected)
    assert same(np.ravel(value(text, nothing=np.array([math.nan]), t=np.array([math.inf]))), np.array([expected]))


def test_if_does_not_let_the_other_branch_leak():
    assert same(value("if(x > 0, log(x), 0)", x=DRAWS), np.array([0.0, 0.0, np.log(0.5), np.log(3.0)]))


def test_what_an_expression_refers_to():
    expression = parse_expression(
        "if('male' == sex, min(age, 18) * rate, never) + (region != \"north\") + (sex == 'f')"
    )
    assert expression.names == {"sex", "age", "rate", "region"}
    assert expression.as_numbers == {"age", "rate"}
    assert expression.compared == (("sex", "male", 4), ("region", "north", 60), ("sex", "f", 79))
    columns = {"sex": 14, "age": 23, "rate": 34, "region": 50}
    assert {name: expression.column_of(name) for name in expression.names} == columns


def test_a_name_can_be_compared_with_a_text_and_be_a_number_too():
    expression = parse_expression("(sex == 'male') + sex + (a == b)")
    assert expression.as_numbers == {"sex", "a", "b"}
    assert parse_expression("sex == 'male' and sex == 'female'").as_numbers == frozenset()


def test_columns_skip_longer_names_functions_and_texts():
    expression = parse_expression("maximum + exp(ex) == 1 and sex == 'e' or e")
    assert [expression.column_of(name) for name in ("maximum", "ex", "sex", "e")] == [1, 15, 28, 42]
    with pytest.raises(KeyError):
        expression.column_of("male")


def test_names_may_begin_like_words_of_the_language():
    names = {"nevermore", "android", "order", "nothing", "iffy", "expo", "e1", "x_2"}
    assert parse_expression(" + ".join(names)).names == names


def test_expressions_are_equal_when_their_texts_are_and_can_be_hashed():
    first, again, other = (parse_expression(text) for text in ("2 * x", "2 * x", "2 * y"))
    assert first == again
    assert hash(first) == hash(again)
    assert hash(first.root) == hash(again.root)
    assert first != other
    assert first.root != other.root


VALUE = "a number, a name, a function or '('"
END = "an operator or the end"
CLOSE = "an operator or ')'"
FUNCTIONS = "a function: abs, ceil, exp, floor, if, log, max, min, sqrt"
NAMES = "a name of small letters a to z, digits and _"
TEXTS = "a text only beside == or !=, with a name alone on the other side"
MISSING = "is an operator missing, such as * or 'and'?"
DEEP = "at most 50 parentheses, functions, signs and powers inside each other"


@pytest.mark.parametrize(
    ("text", "position", "found", "allowed", "hint"),
    [
        ("", 1, "an empty text", "an expression, such as 'max(0, age - 18)'", ""),
        (" \n", 1, "an empty text", "an expression, such as 'max(0, age - 18)'", ""),
        ("1" * 2001, 2001, "2001 characters", "at most 2000 characters", ""),
        ("(" * 3000 + "1" + ")" * 3000, 2001, "6001 characters", "at most 2000 characters", ""),
        ("(" * 51 + "1" + ")" * 51, 52, "more than 50 levels", DEEP, ""),
        ("-" * 51 + "1", 52, "more than 50 levels", DEEP, ""),
        ("not " * 51 + "1", 205, "more than 50 levels", DEEP, ""),
        ("2^" * 51 + "1", 103, "more than 50 levels", DEEP, ""),
        ("abs(" * 51 + "1", 205, "more than 50 levels", DEEP, ""),
        # functions
        ("2 * expp(age)", 5, "the name expp", FUNCTIONS, "did you mean 'exp'?"),
        ("sine(age)", 1, "the name sine", FUNCTIONS, ""),
        ("ln(age)", 1, "the name ln", FUNCTIONS, "log is the natural logarithm"),
        ("pow(age, 2)", 1, "the name pow", FUNCTIONS, "powers are written x ^ y"),
        ("exp + 1", 5, "'+'", "'(' after the function exp", ""),
        ("2 * if", 7, "the end", "'(' after the function if", ""),
        ("exp()", 5, "')'", VALUE, ""),
        ("exp(1, 2)", 6, "','", CLOSE, "exp has 1 argument"),
        ("if(1, 2)", 8, "')'", "an operator or ','", "if has 3 arguments"),
        ("if(1, 2, 3, 4)", 11, "','", CLOSE, "if has 3 arguments"),
        ("if(1, 2 @ 3)", 9, "'@'", "an operator or ','", ""),
        ("min(1, 2", 9, "the end", "an operator, ',' or ')'", "the '(' in column 4 is not closed"),
        ("min(1, 2,)", 10, "')'", VALUE, ""),
        # signs that other languages have
        ("age = 3", 5, "'='", END, "equality is written =="),
        ("age === 3", 7, "'='", VALUE, "equality is written =="),
        ("sex = 'male'", 5, "'='", END, "equality is written =="),
        ("a && b", 3, "'&&'", END, "write 'and'"),
        ("a & b", 3, "'&'", END, "write 'and'"),
        ("a || b", 3, "'||'", END, "write 'or'"),
        ("a | b", 3, "'|'", END, "write 'or'"),
        ("!a", 1, "'!'", VALUE, "write 'not'"),
        ("(a <> b)", 4, "'<>'", CLOSE, "write !="),
        ("a => b", 3, "'=>'", END, "write >="),
        ("a =< b", 3, "'=<'", END, "write <="),
        ("a \u2264 b", 3, "'\u2264'", END, "write <="),
        ("a \u2265 b", 3, "'\u2265'", END, "write >="),
        ("a \u2260 b", 3, "'\u2260'", END, "write !="),
        ("\u2212a", 1, "'\u2212'", VALUE, "minus is written -"),
        ("b \u2212 a", 3, "'\u2212'", END, "minus is written -"),
        ("b \u2013 a", 3, "'\u2013'", END, "minus is written -"),
        ("b \u00d7 a", 3, "'\u00d7'", END, "times is written *"),
        ("b \u00b7 a", 3, "'\u00b7'", END, "times is written *"),
        ("b \u00f7 a", 3, "'\u00f7'", END, "write /"),
        ("sex == \u2018male\u2019", 8, "'\u2018'", VALUE, "quotes are written 'male' or \"male\""),
        ("a @ b", 3, "'@'", END, ""),
        ("a +\u200b b", 4, "the character U+200B", VALUE, ""),
        # numbers
        ("0,5 * age", 2, "','", END, "decimals are written with a point, as in 0.5"),
        ("exp(0,5)", 6, "','", CLOSE, "decimals are written with a point, as in 0.5"),
        ("a, b", 2, "','", END, ""),
        (".5", 1, "'.'", VALUE, "a decimal point stands between digits, as in 0.5"),
        ("5. + 1", 2, "'.'", END, "a decimal point stands between digits, as in 0.5"),
        ("5 %", 4, "the end", VALUE, "% is the remainder; 5 percent is written 0.05"),
        ("5 % * age", 5, "'*'", VALUE, "% is the remainder; 5 percent is written 0.05"),
        # names
        ("2 age", 3, "the name age", END, MISSING),
        ("2age", 2, "the name age", END, MISSING),
        ("age years", 5, "the name years", END, MISSING),
        ("age 3", 5, "the number 3", END, MISSING),
        ("(age 3)", 6, "the number 3", CLOSE, MISSING),
        ("2(age)", 2, "'('", END, MISSING),
        ("age 'male'", 5, "the text 'male'", END, MISSING),
        ("age never", 5, "'never'", END, MISSING),
        ("age not 3", 5, "'not'", END, MISSING),
        ("2 * Age", 5, "the name Age", NAMES, "did you mean 'age'?"),
        ("a AND b", 3, "the name AND", NAMES, "did you mean 'and'?"),
        ("Exp(2)", 1, "the name Exp", NAMES, "did you mean 'exp'?"),
        ("_age", 1, "the name _age", NAMES, ""),
        ("2 * \u00e5lder", 5, "the name \u00e5lder", NAMES, ""),
        ("a " + "b" * 100, 3, "the name " + "b" * 77 + "...", END, MISSING),
        # values and parentheses that are missing
        ("1 +", 4, "the end", VALUE, ""),
        ("1 + + 2", 5, "'+'", VALUE, ""),
        ("* 2", 1, "'*'", VALUE, ""),
        ("and 2", 1, "'and'", VALUE, ""),
        ("1 and or 2", 7, "'or'", VALUE, ""),
        ("1 + not 2", 5, "'not'", VALUE, "put 'not' and its operand in parentheses"),
        ("()", 2, "')'", VALUE, ""),
        ("2 * (1 + 2", 11, "the end", CLOSE, "the '(' in column 5 is not closed"),
        ("((1 + 2)", 9, "the end", CLOSE, "the '(' in column 1 is not closed"),
        ("(1 + 2))", 8, "')'", END, ""),
        ("(1, 2)", 3, "','", CLOSE, ""),
        # texts
        ("sex == 'male", 8, "a quote that is not closed", VALUE, "end the text with '"),
        ('sex == "male', 8, "a quote that is not closed", VALUE, 'end the text with "'),
        ("age's", 4, "a quote that is not closed", END, "end the text with '"),
        ("'male'", 1, "the text 'male'", TEXTS, ""),
        ("('male') == sex", 2, "the text 'male'", TEXTS, ""),
        ("1 + 'male'", 5, "the text 'male'", TEXTS, ""),
        ("-'male'", 2, "the text 'male'", TEXTS, ""),
        ("2^'male'", 3, "the text 'male'", TEXTS, ""),
        ("exp('male')", 5, "the text 'male'", TEXTS, ""),
        ("not 'male'", 5, "the text 'male'", TEXTS, ""),
        ("sex == 'male' + 1", 8, "the text 'male'", TEXTS, ""),
        ("sex + 1 == 'male'", 12, "the text 'male'", TEXTS, ""),
        ("1 == 'male'", 6, "the text 'male'", TEXTS, ""),
        ("sex < 'male'", 7, "the text 'male'", TEXTS, ""),
        ("'male' == 'male'", 1, "the text 'male'", TEXTS, ""),
        ("a == 'male' == b", 6, "the text 'male'", TEXTS, ""),
        ("a == b == 'male'", 11, "the text 'male'", TEXTS, ""),
        ('sex or "male"', 8, 'the text "male"', TEXTS, ""),
    ],
)  # fmt: skip
def test_what_is_no_expression(text, position, found, allowed, hint):
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text)
    error = caught.value
    assert (error.position, error.found, error.allowed, error.hint) == (position, found, allowed, hint)


def test_the_message_tells_all():
    with pytest.raises(ExpressionError) as caught:
        parse_expression("a = b")
    assert str(caught.value) == "column 3: found '='; allowed an operator or the end (equality is written ==)"
    with pytest.raises(ExpressionError) as caught:
        parse_expression("1 +")
    assert str(caught.value) == "column 4: found the end; allowed a number, a name, a function or '('"


@pytest.mark.parametrize(
    ("opened", "closed", "expected"),
    [
        ("(", ")", 1.0),
        ("abs(", ")", 1.0),
        ("-", "", 1.0),
        ("not ", "", 1.0),
        ("1^", "", 1.0),
        ("(1 or 1 and 1 < 1 + 1 * ", ")", 1.0),  # as many levels of the tree as a parenthesis can make
    ],
)
def test_the_deepest_allowed_expressions(opened, closed, expected):
    expression = parse_expression(opened * MAX_DEPTH + "1" + closed * MAX_DEPTH)
    assert expression.evaluate(VALUES.__getitem__) == expected
    assert expression == parse_expression(expression.text)
    assert hash(expression.root)
    assert len(repr(expression)) < 2 * MAX_LENGTH


@pytest.mark.parametrize(
    "text",
    ["1" + "+1" * 999, "1" + "<1" * 999, "1" + " or 1" * 399, "1" + "*x" * 999, "max(" + "1," * 997 + "1)",
     "0." + "1" * 1998, "(1)+" * 499 + "1", "x" * 2000],
)  # fmt: skip
def test_the_longest_allowed_expressions(text):
    expression = parse_expression(text)
    assert type(expression.evaluate(lambda name: 1.0)) is float
    assert hash(expression.root)


def checked(text):
    """Parse, and work out what parses: nothing but an ExpressionError may come out."""
    try:
        expression = parse_expression(text)
    except ExpressionError as caught:
        error = caught
    else:
        error = None
    if error:
        assert 1 <= error.position <= len(text) + 1
        assert error.found
        assert error.allowed
        return
    assert all(text[expression.column_of(name) - 1 :].startswith(name) for name in expression.names)
    assert all(text[column : column + len(level)] == level for _, level, column in expression.compared)
    assert expression.names == expression.as_numbers | {name for name, _, _ in expression.compared}
    assert type(expression.evaluate(lambda name: 1.5 if name in expression.as_numbers else "a")) is float


@given(st.text(st.characters(max_codepoint=127), max_size=300))
def test_any_ascii_text_parses_or_is_refused(text):
    checked(text)


@given(st.text(max_size=300))
def test_any_text_parses_or_is_refused(text):
    checked(text)


WORDS = ["1", "0.5", "a", "b", "'a'", "(", ")", ",", "+", "-", "*", "/", "^", "**", "%", "<", ">=", "==", "!=", "and",
         "or", "not", "never", "if", "if(", "max(", "exp(", "log(", "=", "'", "\n"]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=60), st.sampled_from(["", " "]))
def test_any_words_parse_or_are_refused(words, space):
    checked(space.join(words))


@given(expressions)
def test_values_agree_with_those_of_python(part):
    _, text, expected = part
    assert parse_expression(text).evaluate(NUMBERS.__getitem__) == expected


#: With the functions that Python's library may round otherwise than numpy, and with powers of everything.
TRANSCENDENTAL = "exp(z * y) + log(abs(x)) ^ z - sqrt(abs(y)) * x ^ 2 + if(x < y, exp(x), (-y) ^ 0.5) % z + x ** y"


@given(expressions.map(lambda part: part[1]) | st.just(TRANSCENDENTAL), st.data())
def test_single_numbers_agree_with_arrays_to_the_last_bit(text, data):
    expression = parse_expression(text)
    drawn = {name: data.draw(st.floats(), label=name) for name in sorted(NUMBERS)}
    alone = expression.evaluate(drawn.__getitem__)
    for length in (1, 7):
        among = expression.evaluate({name: np.full(length, number) for name, number in drawn.items()}.__getitem__)
        assert same(np.broadcast_to(among, length), np.full(length, alone))


@given(st.text(string.ascii_letters + string.digits + "_", min_size=1, max_size=12))
def test_what_is_a_name(text):
    plain = text[0] in string.ascii_lowercase and text == text.lower()
    reserved = {"and", "or", "not", "never", "if", "exp", "log", "sqrt", "abs", "floor", "ceil", "min", "max"}
    try:
        names = parse_expression(text).names
    except ExpressionError:
        names = frozenset()
    assert (names == {text}) is (plain and text not in reserved)
