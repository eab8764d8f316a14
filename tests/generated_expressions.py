"""Random expressions, each with its value by Python's own floats. A part is (how tightly it binds, text, value)."""

import math

from hypothesis import strategies as st

OR, AND, NOT, COMPARE, SUM, PRODUCT, SIGN, POWER, ATOM = range(9)
NUMBERS = {"x": 2.0, "y": -3.5, "z": 0.25, "one": 1}
#: Operator -> how tightly it binds, how tightly its operands must bind at least, and its value.
BINARY = {
    "or": (OR, OR, AND, lambda a, b: float(a != 0 or b != 0)),
    "and": (AND, AND, NOT, lambda a, b: float(a != 0 and b != 0)),
    "<": (COMPARE, SUM, SUM, lambda a, b: float(a < b)),
    "<=": (COMPARE, SUM, SUM, lambda a, b: float(a <= b)),
    ">": (COMPARE, SUM, SUM, lambda a, b: float(a > b)),
    ">=": (COMPARE, SUM, SUM, lambda a, b: float(a >= b)),
    "==": (COMPARE, SUM, SUM, lambda a, b: float(a == b)),
    "!=": (COMPARE, SUM, SUM, lambda a, b: float(a != b)),
    "+": (SUM, SUM, PRODUCT, lambda a, b: a + b),
    "-": (SUM, SUM, PRODUCT, lambda a, b: a - b),
    "*": (PRODUCT, PRODUCT, SIGN, lambda a, b: a * b),
    "/": (PRODUCT, PRODUCT, SIGN, lambda a, b: a / b),
    "%": (PRODUCT, PRODUCT, SIGN, lambda a, b: a % b),
    "^": (POWER, ATOM, SIGN, lambda a, b: a**b),
    "**": (POWER, ATOM, SIGN, lambda a, b: a**b),
}
CALLS = {
    "abs": abs,
    "floor": lambda a: float(math.floor(a)),
    "ceil": lambda a: float(math.ceil(a)),
    "min": min,
    "max": max,
    "if": lambda condition, then, otherwise: then if condition else otherwise,
}


def within(part, strength):
    return part[1] if part[0] >= strength else f"({part[1]})"


def worked_out(function, *operands):
    """The value, or None where Python has no finite real number for it."""
    try:
        result = function(*operands)
    except (ZeroDivisionError, OverflowError):
        return None
    return result if isinstance(result, int | float) and math.isfinite(result) else None


def joined(operator, first, second, space):
    strength, left, right, function = BINARY[operator]
    space = " " if operator in ("and", "or") else space
    text = f"{within(first, left)}{space}{operator}{space}{within(second, right)}"
    return strength, text, worked_out(function, first[2], second[2])


def chained(first, second, third):
    text = f"{within(first, SUM)} <= {within(second, SUM)} < {within(third, SUM)}"
    return COMPARE, text, float(first[2] <= second[2] < third[2])


def called(name, parts):
    parts = parts[: {"min": 3, "max": 2, "if": 3}.get(name, 1)]
    text = f"{name}({', '.join(part[1] for part in parts)})"
    return ATOM, text, worked_out(CALLS[name], *(part[2] for part in parts))


def larger(parts):
    return st.one_of(
        st.builds(joined, st.sampled_from(list(BINARY)), parts, parts, st.sampled_from(["", " "])),
        st.builds(chained, parts, parts, parts),
        st.builds(called, st.sampled_from(list(CALLS)), st.tuples(parts, parts, parts)),
        parts.map(lambda part: (SIGN, f"-{within(part, SIGN)}", -part[2])),
        parts.map(lambda part: (NOT, f"not {within(part, NOT)}", float(part[2] == 0))),
        parts.map(lambda part: (ATOM, f"({part[1]})", part[2])),
    ).filter(lambda part: part[2] is not None)


leaves = st.one_of(
    st.integers(0, 5).map(lambda number: (ATOM, str(number), float(number))),
    st.floats(0, 1e6, allow_subnormal=False).map(lambda number: (ATOM, repr(number), number)),
    st.sampled_from(sorted(NUMBERS)).map(lambda name: (ATOM, name, NUMBERS[name])),
)
expressions = st.recursive(leaves, larger, max_leaves=15)
