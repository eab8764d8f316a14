"""Expressions: the small language of the quantities that a scenario derives from others.

An expression is ``if(sex == 'male' and 16 <= age < 20, 1.2, 1) * exp(-0.1 * years_since)``: numbers, names,
names compared with a level in quotes, ``+ - * / %``, powers (``^`` or ``**``), comparisons, ``and``, ``or``,
``not``, and a handful of functions. Comparisons and logic give 1 or 0. ``never`` is infinity, the time since
an event that has not happened. Names are not looked up here.

From loose to tight: ``or``; ``and``; ``not``; comparisons; ``+ -``; ``* / %``; the sign ``-``; powers.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simcore.errors import counted, did_you_mean, shown

#: Value of a name: a number, an array over draws, or a level.
Value: TypeAlias = float | int | str | NDArray[np.float64]

#: Longer or deeper expressions are refused, so that no text can exhaust the stack.
MAX_LENGTH, MAX_DEPTH = 2000, 50


class ExpressionError(ValueError):
    """An expression cannot be understood; `position` is the column of the trouble, counted from 1."""

    def __init__(self, position: int, found: str, allowed: str, hint: str = "") -> None:
        self.position, self.found, self.allowed, self.hint = position, found, allowed, hint
        super().__init__(f"column {position}: found {found}; allowed {allowed}" + (f" ({hint})" if hint else ""))


@dataclass(frozen=True)
class Number:
    """A number as written, or ``never``."""

    value: float


@dataclass(frozen=True)
class Name:
    """A name that stands as a number."""

    name: str


@dataclass(frozen=True)
class LevelTest:
    """A name compared with a level: ``sex == 'male'``, or ``!=`` when `equal` is false."""

    name: str
    level: str
    equal: bool


@dataclass(frozen=True)
class Chain:
    """Operators that bind alike, worked off from the left; comparisons must hold between all neighbours.

    One node however long the chain is: ``1 + 1 + ...`` must not make a deep tree.
    """

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Call:
    """A function of its arguments, or ``-`` or ``not`` before its operand."""

    function: str
    arguments: tuple[Node, ...]


Node: TypeAlias = Number | Name | LevelTest | Chain | Call


@dataclass(frozen=True)
class Expression:
    """An expression that has been understood."""

    text: str
    #: The text says it all: leaving the tree out keeps comparing and showing cheap, however deep it is.
    root: Node = field(compare=False, repr=False)
    #: Every name referred to; functions and ``never`` are not names.
    names: frozenset[str]
    #: Name, level and column of the level, for every comparison with a text, in order of appearance.
    compared: tuple[tuple[str, str, int], ...]
    #: The names that stand somewhere as a number, and are not only compared with texts.
    as_numbers: frozenset[str]

    def column_of(self, name: str) -> int:
        """Column, counted from 1, where a name of `names` first stands."""
        return {token.text: token.column for token in reversed(_tokens(self.text))}[name]

    def evaluate(self, value_of: Callable[[str], Value]) -> NDArray[np.float64] | float:
        """Work out the value: a float, or an array over draws when some name has one.

        Arithmetic trouble gives nan or an infinity, in silence; the caller checks the result. Comparisons
        with nan do not hold, and nan counts as not true, so that logic always gives 1 or 0.
        """
        with np.errstate(all="ignore"):
            value = _value(self.root, value_of)
        return float(value) if np.ndim(value) == 0 else value


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> Expression:
    """Turn an expression as written into an `Expression`; names are not looked up here.

    Raises
    ------
    ExpressionError
        The text is not an expression, is too long or is nested too deeply.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(MAX_LENGTH + 1, f"{len(text)} characters", f"at most {MAX_LENGTH} characters")
    if not text.strip():
        raise ExpressionError(1, "an empty text", "an expression, such as 'max(0, age - 18)'")
    parser = _Parser(text)
    root = parser.whole()
    as_numbers = frozenset(+parser.as_numbers)  # the plus drops those that no longer count
    return Expression(text, root, frozenset(parser.as_numbers), tuple(parser.compared), as_numbers)


def _true(value: Any) -> Any:
    return (value != 0) & ~np.isnan(value)


def _one_or_zero(holds: Any) -> Any:
    return np.where(holds, 1.0, 0.0)


# A single number goes through the same loops of numpy as an array of draws, so that both agree to the last bit.
# For that reason powers are float_power: power takes shortcuts for some shapes only.
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    **{"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "%": np.remainder},
    **{"^": np.float_power, "**": np.float_power},
    "and": lambda left, right: _one_or_zero(_true(left) & _true(right)),
    "or": lambda left, right: _one_or_zero(_true(left) | _true(right)),
}
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    **{"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal},
    "!=": lambda left, right: (left < right) | (left > right),  # unlike numpy's !=, this does not hold for nan
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{"exp": np.exp, "log": np.log, "sqrt": np.sqrt, "abs": np.abs, "floor": np.floor, "ceil": np.ceil},
    "min": lambda *values: reduce(np.minimum, values),
    "max": lambda *values: reduce(np.maximum, values),
    "if": lambda condition, then, otherwise: np.where(_true(condition), then, otherwise),
}
_PREFIXES: dict[str, Callable[..., Any]] = {"-": np.negative, "not": lambda value: _one_or_zero(~_true(value))}
_APPLIED = _FUNCTIONS | _PREFIXES


def _value(node: Node, value_of: Callable[[str], Value]) -> Any:
    match node:
        case Number(number):
            return np.float64(number)
        case Name(name):
            return np.array(value_of(name), dtype=np.float64)  # a copy: the result never is the caller's own array
        case LevelTest(name, level, equal):
            value = value_of(name)
            return np.float64((isinstance(value, str) and value == level) == equal)
        case Chain(first, rest) if rest[0][0] in _COMPARISONS:
            left, holds = _value(first, value_of), np.True_
            for operator, operand in rest:
                right = _value(operand, value_of)
                left, holds = right, holds & _COMPARISONS[operator](left, right)
            return _one_or_zero(holds)
        case Chain(first, rest):
            left = _value(first, value_of)
            for operator, operand in rest:
                left = _OPERATORS[operator](left, _value(operand, value_of))
            return left
        case Call(function, arguments):
            return _APPLIED[function](*[_value(argument, value_of) for argument in arguments])


_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _POWER = range(1, 8)
#: Operator -> how tightly it binds.
_STRENGTH = {"or": _OR, "and": _AND, "+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "%": _PRODUCT}
_STRENGTH |= {"^": _POWER, "**": _POWER, **dict.fromkeys(_COMPARISONS, _COMPARE)}
_RESERVED = {"or", "and", "not", "never", *_FUNCTIONS}
#: Function -> how many arguments at least and at most, where it is not one.
_ARGUMENTS = {"if": (3, 3), "min": (1, MAX_LENGTH), "max": (1, MAX_LENGTH)}
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TOKEN = re.compile(
    r"""\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
    |(?P<name>[^\W\d]\w*)
    |(?P<text>'[^']*'|"[^"]*")
    |(?P<symbol>\*\*|[<>=!]=|=[<>]|<>|&&|\|\||.)
    |(?P<end>\Z))""",
    re.VERBOSE | re.DOTALL,
)
_VALUE = "a number, a name, a function or '('"
#: What other languages write -> how it is written here.
_HINTS = (
    {"=": "equality is written ==", "=>": "write >=", "≥": "write >=", "=<": "write <=", "≤": "write <="}
    | {"<>": "write !=", "≠": "write !=", "!": "write 'not'", "not": "put 'not' and its operand in parentheses"}
    | {"&&": "write 'and'", "&": "write 'and'", "||": "write 'or'", "|": "write 'or'"}
    | {"\N{MINUS SIGN}": "minus is written -", "\N{EN DASH}": "minus is written -", "\N{DIVISION SIGN}": "write /"}
    | {"\N{MULTIPLICATION SIGN}": "times is written *", "\N{MIDDLE DOT}": "times is written *"}
    | dict.fromkeys("‘’“”", "quotes are written 'male' or \"male\"")
    | {quote: f"end the text with {quote}" for quote in "'\""}
    | {".": "a decimal point stands between digits, as in 0.5"}
)
_FUNCTION_HINTS = {"ln": "log is the natural logarithm", "pow": "powers are written x ^ y"}


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    column: int

    def __str__(self) -> str:
        if self.kind == "end":
            return "the end"
        if self.kind == "symbol" and self.text in "'\"":
            return "a quote that is not closed"
        if self.kind == "symbol" or self.text in _RESERVED:
            return f"'{self.text}'" if self.text.isprintable() else f"the character U+{ord(self.text):04X}"
        return f"the {self.kind} {shown(self.text)}"


def _tokens(text: str) -> list[_Token]:
    matches = [(match.lastgroup or "", match) for match in _TOKEN.finditer(text)]
    return [_Token(kind, match[kind], match.start(kind) + 1) for kind, match in matches]


class _Parser:
    """Precedence climbing: each method takes what it understands from the tokens ahead."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.ahead = _tokens(text)[::-1]  # the next token last
        self.depth = 0
        self.compared: list[tuple[str, str, int]] = []
        self.as_numbers: Counter[str] = Counter()  # name -> how often it stands as a number

    @property
    def token(self) -> _Token:
        return self.ahead[-1]

    def whole(self) -> Node:
        root = self.number(self.expression(_OR))
        if self.token.kind != "end":
            raise self.trouble_after_operand("an operator or the end")
        return root

    def expression(self, loosest: int) -> Node | _Token:
        """Take an operand, with all operators behind it that bind at least as tightly as `loosest`."""
        node = self.operand(loosest)
        while (strength := _STRENGTH.get(self.token.text, 0)) >= loosest:
            rest: list[tuple[str, Node | _Token]] = []
            while _STRENGTH.get(self.token.text) == strength:
                operator = self.ahead.pop().text
                # Powers group from the right: an exponent takes the powers behind it.
                right = self.nested(_POWER) if strength == _POWER else self.expression(strength + 1)
                rest.append((operator, right))
            node = self.joined(node, rest)
        return node

    def joined(self, first: Node | _Token, rest: list[tuple[str, Node | _Token]]) -> Node:
        match [first, *(node for _, node in rest)], rest[0][0]:
            case (([Name(name), _Token() as text] | [_Token() as text, Name(name)]), ("==" | "!=") as sign):
                level = text.text[1:-1]
                self.as_numbers[name] -= 1
                self.compared.append((name, level, text.column))
                return LevelTest(name, level, sign == "==")
        start = self.number(first)
        return Chain(start, tuple((operator, self.number(node)) for operator, node in rest))

    def number(self, node: Node | _Token) -> Node:
        if isinstance(node, _Token):
            raise self.trouble(node, "a text only beside == or !=, with a name alone on the other side")
        return node

    def nested(self, loosest: int) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            allowed = f"at most {MAX_DEPTH} parentheses, functions, signs and powers inside each other"
            raise ExpressionError(self.token.column, f"more than {MAX_DEPTH} levels", allowed)
        node = self.number(self.expression(loosest))
        self.depth -= 1
        return node

    def operand(self, loosest: int) -> Node | _Token:
        token = self.ahead.pop()
        match token.kind, token.text:
            case "number", written:
                if math.isinf(float(written)):
                    raise self.trouble(token, "a number below 1e308", "what never ends is written never")
                return Number(float(written))
            case "text", _:
                return token
            case _, "(":
                inner = self.nested(_OR)
                self.close(token, "an operator or ')'")
                return inner
            case _, "-":
                return Call("-", (self.nested(_POWER),))
            case _, "not" if loosest <= _NOT:
                return Call("not", (self.nested(_NOT),))
            case _, "never":
                return Number(math.inf)
            case "name", name if name in _FUNCTIONS:
                return self.call(token)
            case "name", name if name not in _RESERVED and _NAME.fullmatch(name):
                return self.name(token)
        percent = self.text[: token.column - 1].rstrip().endswith("%")
        raise self.trouble(token, _VALUE, "% is the remainder; 5 percent is written 0.05" if percent else "")

    def name(self, token: _Token) -> Name:
        if self.token.text == "(":
            hint = _FUNCTION_HINTS.get(token.text) or did_you_mean(token.text, _FUNCTIONS)
            raise self.trouble(token, f"a function: {', '.join(sorted(_FUNCTIONS))}", hint)
        self.as_numbers[token.text] += 1
        return Name(token.text)

    def call(self, function: _Token) -> Call:
        if self.token.text != "(":
            raise self.trouble(self.token, f"'(' after the function {function.text}")
        opening = self.ahead.pop()
        fewest, most = _ARGUMENTS.get(function.text, (1, 1))
        arguments = [self.nested(_OR)]
        while self.token.text == "," and len(arguments) < most:
            self.ahead.pop()
            arguments.append(self.nested(_OR))
        count = f"{function.text} has {counted(fewest, 'argument')}" if fewest == most else ""
        if len(arguments) < fewest:
            raise self.trouble_after_operand("an operator or ','", count)
        self.close(opening, "an operator or ')'" if len(arguments) == most else "an operator, ',' or ')'", count)
        return Call(function.text, tuple(arguments))

    def close(self, opening: _Token, allowed: str, hint: str = "") -> None:
        if self.token.kind == "end":
            hint = f"the '(' in column {opening.column} is not closed"
        if self.token.text != ")":
            raise self.trouble_after_operand(allowed, hint)
        self.ahead.pop()

    def trouble_after_operand(self, allowed: str, hint: str = "") -> ExpressionError:
        token = self.token
        if token.kind in ("number", "name", "text") or token.text == "(":
            hint = "is an operator missing, such as * or 'and'?"
        elif re.fullmatch("[0-9],[0-9]", self.text[token.column - 2 : token.column + 1]):
            hint = "decimals are written with a point, as in 0.5"
        elif token.text not in (",", ")") and token.kind != "end":
            hint = ""
        return self.trouble(token, allowed, hint)

    def trouble(self, token: _Token, allowed: str, hint: str = "") -> ExpressionError:
        if token.kind == "name" and not _NAME.fullmatch(token.text):
            small = token.text.lower()
            allowed = "a name of small letters a to z, digits and _"
            hint = f"did you mean '{small}'?" if _NAME.fullmatch(small) else ""
        return ExpressionError(token.column, str(token), allowed, hint or _HINTS.get(token.text, ""))
