"""Probability 0 never and 1 always, for every random number; thresholds are rounded as stated."""

from __future__ import annotations

import numpy as np
import pytest

from simcore.kernels import passes
from simcore.kernels.compiler import kernel
from simcore.model.compile import compile_scenario
from simcore.model.sampled import thresholds_of
from simcore.randomness import LARGEST, threshold
from simcore.uncertainty.sampling import draw_parameters
from tests.analytic.models import counted, model, outcome, run, with_programme
from tests.strategies import evidenced, read

EXTREMES = [0, 1, LARGEST - 1, LARGEST]


def decide(row: list[int], numbers: list[int], answers: np.ndarray | None = None) -> list[int]:
    """Let the kernel answer with the numbers: by default, how many thresholds are passed."""
    n = len(numbers)
    out = np.full(n, 255, np.uint8)
    if answers is None:
        answers = np.arange(len(row) + 1, dtype=np.uint32)
    decided(
        np.zeros(n, np.uint32), np.array(numbers, np.uint32), np.array(row, np.uint32), len(row),
        int(passes.fits(1, len(row))), np.zeros(n, np.uint8), answers, np.empty(n, np.uint32), out, n,
    )  # fmt: skip
    return out.tolist()


@kernel
def decided(index, numbers, thresholds, n_thresholds, few, states, answers, passed, out, n):
    """Call what is part of the kernels from Python."""
    passes.decide(index, numbers, thresholds, n_thresholds, few, states, answers, passed, out, n)


@pytest.mark.parametrize("n_answers", [2, 3, 4, 5, 7])
def test_certain_answers_whatever_the_number(n_answers: int) -> None:
    """One answer has probability 1, the others 0: nothing else is ever chosen."""
    for certain in range(n_answers):
        probabilities = [float(k == certain) for k in range(n_answers)]
        row = [threshold(p) for p in np.cumsum(probabilities)[:-1]]
        assert decide(row, EXTREMES) == [certain] * len(EXTREMES)


@pytest.mark.parametrize("number", [0, 1, 2**31, LARGEST])
def test_an_answer_of_probability_zero_is_not_reached(number: int) -> None:
    """The middle one of three answers is impossible, wherever the border between the others lies."""
    for probability in (0.0, 2.0**-32, 0.25, 0.5, 1.0 - 2.0**-32, 1.0):
        row = [threshold(probability), threshold(probability)]
        assert decide(row, [number])[0] in (0, 2)


@pytest.mark.parametrize("width", [1, 2, 3, 6])
def test_a_number_below_the_threshold_happens(width: int) -> None:
    row = [4 * (k + 1) for k in range(width)]
    numbers = list(range(4 * width + 4))
    assert decide(row, numbers) == [number // 4 for number in numbers]


def test_shares_rounded_below_one_give_nothing_to_a_level_without_share() -> None:
    """0.333333333 and 0.666666666: the largest number goes to the last level that has a share."""
    numbers = {"third": (0.333333333, "share"), "two_thirds": (0.666666666, "share")}
    tree = model({"a -> b": {"probability": 0}}, years=1, states=["a", "b", "c"], numbers=numbers)
    tree["population"]["start_states"]["life"] = {"a": "third", "b": "two_thirds"}
    compiled = compile_scenario(read(tree))
    row = thresholds_of(compiled, compiled.values.evaluate(drawn_once(numbers), 1), [0])[0]
    width = int(compiled.plan.starts.thresholds[0])
    first = int(compiled.plan.starts.base[0])
    answers = compiled.plan.starts.map[int(compiled.plan.starts.map_first[0]) :]
    assert decide(row[first : first + width].tolist(), [0, LARGEST], answers) == [0, 1]


def drawn_once(numbers: dict[str, tuple[float, str]]) -> dict[str, np.ndarray]:
    return {name: np.array([value]) for name, (value, _) in numbers.items()}


def test_compiled_thresholds_are_rounded_probabilities() -> None:
    """To the nearest multiple of 2**-32, in every draw: no bias, and no difference from the readable twin."""
    tree = model({"before -> after": {"probability": "p"}}, years=1)
    tree["parameters"]["p"] = evidenced({"uniform": {"min": 0.0, "max": 1.0}}, "probability per year")
    file = read(tree)
    compiled = compile_scenario(file)
    drawn = draw_parameters({"p": file.scenario.parameters["p"].distribution}, 300, seed=2)
    values = compiled.values.evaluate(drawn, 300)
    for draw, probability in enumerate(drawn["p"]):
        assert threshold(float(probability)) in thresholds_of(compiled, values[draw : draw + 1], [draw])[0].tolist()


@pytest.mark.parametrize("certain", [0, 1])
@pytest.mark.parametrize("scale", ["risk_ratio", "odds_ratio", "hazard_ratio"])
def test_ratios_leave_certainty_alone(certain: int, scale: str) -> None:
    numbers = {"ratio": (0.2, scale.replace("_", " "))}
    tree = model({"before -> after": {"probability": certain}}, years=3, numbers=numbers)
    effect = {"move": "life.before -> after", scale: "ratio", "years": [1, "onwards"], "evidence": "causal"}
    tree = with_programme(tree, [effect]) | {"outcomes": outcome("after", **{"while": {"life": "after"}})}
    results = run(tree, persons=2000)
    for strategy in ("usual", "helped"):
        after = counted(results, "life is after", strategy)
        assert after.tolist() == [0, *[2000 * certain] * 3]


def test_certain_uptake_and_none() -> None:
    for uptake in (0, 1):
        tree = with_programme(model({"before -> after": {"probability": 0}}, years=2), [], uptake=uptake)
        tree["outcomes"] = outcome("enrolled", **{"while": {"programme": {"at_least": 1}}})
        results = run(tree, persons=3000)
        assert counted(results, "programme is 1 or more", "helped").tolist() == [3000 * uptake] * 3


def test_the_rest_takes_what_is_left() -> None:
    """With ways out that add up to 1, nobody stays; with a rest elsewhere, nobody stays either."""
    halves = {"p_half": (0.5, "probability per year")}
    full = {"a -> b": {"probability": "p_half"}, "a -> c": {"probability": "p_half"}}
    rest = {"a -> b": {"probability": "p_half"}, "a -> c": "rest"}
    for moves in (full, rest):
        tree = model(moves, years=1, numbers=halves) | {"outcomes": outcome("in_a", **{"while": {"life": "a"}})}
        assert counted(run(tree, persons=5000), "life is a").tolist() == [5000, 0]


def closed_form(probability: float, scale: str, size: float) -> float:
    """What a modifier makes of a probability, written another way than the program does."""
    if scale == "risk_ratio":
        return probability * size
    if scale == "odds_ratio":
        odds = probability / (1.0 - probability) * size
        return odds / (1.0 + odds)
    return 1.0 - (1.0 - probability) ** size if scale == "hazard_ratio" else probability + size


@pytest.mark.parametrize(
    "order", [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [0], [1], [2], [3]], ids=lambda order: "".join(map(str, order))
)
def test_modifiers_in_closed_form(order: list[int]) -> None:
    """Risk ratio, odds ratio, hazard ratio, difference: in this order, whatever the order of the file."""
    sizes = [("risk_ratio", 1.5), ("odds_ratio", 0.4), ("hazard_ratio", 2.2), ("risk_difference", 0.07)]
    numbers = {scale: (size, scale.replace("_", " ")) for scale, size in sizes} | {"p": (0.2, "probability per year")}
    acts = [{sizes[k][0]: sizes[k][0], "if": {"age": {"at_least": 0}}, "evidence": "causal"} for k in order]
    tree = model({"a -> b": {"probability": "p", "modifiers": acts}}, years=1, numbers=numbers)
    compiled = compile_scenario(read(tree))
    found = thresholds_of(compiled, compiled.values.evaluate(drawn_once(numbers), 1), [0])[0].astype(float)
    expected = 0.2
    for k in sorted(order):
        expected = closed_form(expected, *sizes[k])
    assert abs(found - expected * 2**32).min() <= 1  # one step of 2**-32 for rounding on the way
