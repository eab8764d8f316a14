"""Whether a number is the one that a source prints."""

import re

#: As printed, or in per cent; and in thousands, millions and billions, which are rounded.
EXACT, ROUNDED = (1.0, 100.0), (1e-3, 1e-6, 1e-9)


#: Numbers and shares in words, as sources print them in English and Swedish.
_WORDS = {
    **dict(zip("one two three four five six seven eight nine ten eleven twelve".split(), range(1, 13), strict=True)),
    **dict(zip("en två tre fyra fem sex sju åtta nio tio elva tolv".split(), range(1, 13), strict=True)),
}
_SHARES = {
    "half": 1 / 2, "hälften": 1 / 2, "two thirds": 2 / 3, "två tredjedelar": 2 / 3, "a third": 1 / 3,
    "en tredjedel": 1 / 3, "a quarter": 1 / 4, "en fjärdedel": 1 / 4, "a fifth": 1 / 5, "en femtedel": 1 / 5,
    "a tenth": 1 / 10, "en tiondel": 1 / 10,
}  # fmt: skip
_NUMBER = rf"(\d+(?:\.\d+)?|{'|'.join(_WORDS)})"


def printed_numbers(text):
    """The numbers in a text: ``12,500 kronor, 3.5 %, 1 in 4, a fifth`` has 12500, 3.5, 0.25 and 0.2."""
    joined = re.sub(r"(?<=\d)[ ,](?=\d{3}(?!\d))", "", str(text))
    joined = re.sub(r"(?<=\d),(?=\d{1,2}(?!\d))", ".", joined).lower()
    found = [float(number) for number in re.findall(r"\d+(?:\.\d+)?", joined)]
    found += [float(number) for word, number in _WORDS.items() if re.search(rf"\b{word}\b", joined)]
    for part, whole in re.findall(rf"\b{_NUMBER} (?:in|of|av) {_NUMBER}\b", joined):
        numbers = [float(_WORDS.get(word) or word) for word in (part, whole)]
        found += [round(numbers[0] / numbers[1], 3)] if 0 < numbers[0] < numbers[1] else []
    return found + [round(share, 3) for words, share in _SHARES.items() if re.search(rf"\b{words}\b", joined)]


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
