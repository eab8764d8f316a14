"""Whether a number is the one that a source prints."""

import re

#: As printed, or in per cent; and in thousands, millions and billions, which are rounded.
EXACT, ROUNDED = (1.0, 100.0), (1e-3, 1e-6, 1e-9)


def printed_numbers(text):
    """The numbers in a text: ``12,500 kronor, 3.5 %`` has 12500 and 3.5."""
    joined = re.sub(r"(?<=\d)[ ,](?=\d{3}(?!\d))", "", str(text))
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", joined)]


def stands_in(value, numbers):
    """Tell whether a value stands among printed numbers, rounded as billions are."""
    scales = [*((scale, 1e-9) for scale in EXACT), *((scale, 0.005) for scale in ROUNDED)]
    return any(abs(abs(value) * scale - number) <= slack * number for scale, slack in scales for number in numbers)


def numbers_of(given):
    """All numbers that a distribution is written with."""
    if isinstance(given, dict):
        return [number for value in given.values() for number in numbers_of(value)]
    if isinstance(given, list | tuple):
        return [number for value in given for number in numbers_of(value)]
    return [given] if isinstance(given, int | float) else []
