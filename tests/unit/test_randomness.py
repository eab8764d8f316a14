import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcore.errors import ModelError
from simcore.kernels.compiler import kernel
from simcore.kernels.philox import begin_numbers, eight_cycles
from simcore.randomness import (
    LARGEST,
    decision_numbers,
    decision_point,
    decision_points,
    parameter_numbers,
    philox,
    threshold,
)
from simcore.uncertainty.distributions import Distribution
from simcore.uncertainty.sampling import draw_parameters

#: Counter, key and words of the published known answers for Philox4x32-10 (Salmon et al. 2011, Random123).
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
words32 = st.integers(0, 2**32 - 1)


@kernel
def numbers(words, shared, first_person, n, octet, point, draw, key):
    """Call the compiled generator, which is part of the kernels, from Python."""
    begin_numbers(shared, first_person, n, draw, key)
    eight_cycles(words, shared, n, octet, point, key)


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_the_published_known_answers(counter, key, words):
    assert tuple(int(word) for word in philox(counter, key[0] | key[1] << 32)) == words


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_the_compiled_generator_gives_the_published_known_answers(counter, key, words):
    person, quarter, point, draw = counter
    filled = np.empty((8, 1), np.uint32)
    numbers(filled, np.empty((3, 1), np.uint32), person, 1, quarter // 2, point, draw, np.array(key, np.uint32))
    own = 4 * (quarter % 2)
    assert tuple(filled[own : own + 4, 0].tolist()) == tuple(min(word, LARGEST) for word in words)


@given(first=words32, octet=st.integers(0, 2**31 - 1), point=words32, draw=words32, seed=st.integers(0, 2**64 - 1))
def test_the_compiled_generator_gives_the_same_bits(first, octet, point, draw, seed):
    n = 5
    first = min(first, 2**32 - n)
    filled = np.empty((8, n), np.uint32)
    key = np.array([seed & 0xFFFFFFFF, seed >> 32], np.uint32)
    numbers(filled, np.empty((3, n), np.uint32), first, n, octet, point, draw, key)
    persons = np.arange(first, first + n, dtype=np.uint64)
    for half in range(2):
        plain = philox((persons, 2 * octet + half, point, draw), seed)
        assert (filled[4 * half : 4 * half + 4] == np.minimum(plain, LARGEST)).all()


def test_the_cycle_chooses_counter_and_word():
    point = decision_point("work")
    persons = np.arange(7)
    for cycle in range(12):
        words = philox((persons, cycle // 4, point, 3), 99)
        assert (decision_numbers(99, persons, cycle, point, 3) == words[cycle % 4]).all()


def test_numbers_do_not_depend_on_who_else_is_asked():
    point = decision_point("work")
    many = decision_numbers(1, np.arange(1000), 5, point, 2)
    assert decision_numbers(1, 812, 5, point, 2) == many[812]
    assert (decision_numbers(1, np.arange(500, 1000), 5, point, 2) == many[500:]).all()


def test_every_part_of_the_address_matters():
    reference = decision_numbers(1, 10, 5, 77, 2)
    others = [
        decision_numbers(2, 10, 5, 77, 2),
        decision_numbers(1 + 2**32, 10, 5, 77, 2),
        decision_numbers(1, 11, 5, 77, 2),
        decision_numbers(1, 10, 6, 77, 2),
        decision_numbers(1, 10, 9, 77, 2),
        decision_numbers(1, 10, 5, 78, 2),
        decision_numbers(1, 10, 5, 77, 3),
    ]
    assert reference not in others
    assert len({int(other) for other in others}) == len(others)


def test_hashes_of_names_do_not_change():
    # SHA-256("abc") begins ba 78 16 bf.
    assert decision_point("abc") == 0xBF1678BA


def test_names_that_share_their_numbers_are_refused(monkeypatch):
    monkeypatch.setattr("simcore.randomness.decision_point", len)
    assert decision_points(["a", "bb"]) == {"a": 1, "bb": 2}
    with pytest.raises(ModelError, match="'bb' and 'aa' happen to share their random numbers; rename one of them"):
        decision_points(["aa", "bb"])


def test_parameter_numbers_lie_strictly_between_0_and_1():
    numbers = parameter_numbers(0, "p", np.arange(100_000))
    assert numbers.shape == (100_000,)
    assert 0.0 < numbers.min() < 1e-3
    assert 1 - 1e-3 < numbers.max() < 1.0
    assert len(np.unique(numbers)) == 100_000


@pytest.mark.parametrize("word", [0, 2**32 - 1])
def test_the_smallest_and_largest_parameter_numbers_are_inside(word, monkeypatch):
    monkeypatch.setattr("simcore.randomness.philox", lambda *_: (np.array([word], np.uint64),) * 4)
    assert 0.0 < parameter_numbers(0, "p", 0)[0] < 1.0


def test_a_parameter_does_not_change_when_others_are_added_or_draws_continue():
    uniform = Distribution("uniform", {"min": 0.0, "max": 1.0})
    alone = draw_parameters({"p": uniform}, 50, seed=7)["p"]
    together = draw_parameters({"a": uniform, "p": uniform, "z": uniform}, 80, seed=7)
    assert (together["p"][:50] == alone).all()
    assert (draw_parameters({"p": uniform}, 30, seed=7, first_draw=50)["p"] == together["p"][50:]).all()
    assert not (together["a"] == together["p"]).any()
    assert not (draw_parameters({"p": uniform}, 50, seed=8)["p"] == alone).any()


def test_seed_0_is_a_seed():
    uniform = Distribution("uniform", {"min": 0.0, "max": 1.0})
    assert (draw_parameters({"p": uniform}, 5, seed=0)["p"] == parameter_numbers(0, "p", np.arange(5))).all()
    assert not (draw_parameters({"p": uniform}, 5, seed=1)["p"] == parameter_numbers(0, "p", np.arange(5))).any()


def test_thresholds():
    assert threshold(0.0) == 0  # no number is below: it never happens
    assert threshold(1.0) == 2**32 - 1 > LARGEST  # every number is below: it always happens
    assert threshold(0.5) == 2**31
    assert threshold(2.0**-32) == 1
    assert threshold(2.0**-34) == 0
    assert threshold(1 - 2.0**-34) == 2**32 - 1


@given(low=st.floats(0, 1), high=st.floats(0, 1))
def test_thresholds_rise_with_the_probability(low, high):
    low, high = sorted((low, high))
    assert threshold(low) <= threshold(high)
    assert abs(threshold(low) / 2**32 - low) <= 2.0**-32
