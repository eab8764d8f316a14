"""Warnings where the sample tells neither a sign nor a ranking."""

import numpy as np

from simcore.analysis.settled import unsettled_ranking, unsettled_signs

from .made import made


def savings(**of):
    """Results in which each intervention saves the town these amounts (draw,)."""
    n = len(next(iter(of.values())))
    cost = {"usual": {("town", "resource"): np.zeros((n, 3))}}
    for name, saving in of.items():
        cost[name] = {("town", "resource"): np.stack([-np.asarray(saving), np.zeros(n), np.zeros(n)], 1)}
    return made(cost)


def test_a_sign_is_settled_when_it_is_two_errors_away():
    sure, open_ = np.array([9.0, 10.0, 11.0, 10.0]), np.array([-3.0, 4.0, -2.0, 3.0])
    found = unsettled_signs(savings(sure=sure, open=open_))
    assert not bool(found.sel(intervention="sure", actor="town"))
    assert bool(found.sel(intervention="open", actor="society"))
    assert not bool(found.sel(intervention="open", actor="home"))  # nothing is at stake at home
    one = unsettled_signs(savings(sure=sure[:1]))
    assert bool(one.sel(intervention="sure", actor="town"))  # of a single draw no error is known


def test_a_ranking_is_settled_by_differences_in_the_same_draws():
    base = np.array([0.0, 50.0, 100.0, 150.0])
    # Each spreads far more than they differ, but one is better in every draw.
    assert unsettled_ranking(savings(b=base, a=base + np.array([1.0, 1.1, 0.9, 1.0]))) == []
    found = unsettled_ranking(savings(b=base, a=base + np.array([8.0, -7.0, 9.0, -8.0]), c=base - 1000))
    assert found == [("a", "b")]
    assert unsettled_ranking(savings(a=base, b=base)) == []  # the same: there is nothing to tell


def test_nearly_the_same_is_told_from_better_by_the_error():
    rng = np.random.default_rng(1)
    base, noise = rng.normal(size=100), rng.normal(size=100)
    error = noise.std(ddof=1) / 10
    for times, open_ in ((1.5, True), (2.5, False)):
        other = base + noise - noise.mean() + times * error
        assert bool(unsettled_ranking(savings(b=base, a=other))) is open_
