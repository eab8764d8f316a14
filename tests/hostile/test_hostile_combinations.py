"""Many things that are each small, and multiply: worked on where only few of them meet, and told where too many do."""

import numpy as np
import pytest

from simcore.model.compile import compile_scenario
from simcore.simulation import simulate
from tests.hostile.cases import BASE, changed, read, told
from tests.hostile.within import within

EFFECT = "effects: [{move: school.pupil -> dropped_out, odds_ratio: or_mentor, years: [1, onwards], evidence: causal}]"
AT_16 = "{at_age: 16, uptake: uptake_mentor}"


@pytest.fixture(autouse=True)
def _inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def programmes(number, strategies, enrol=AT_16, text=BASE):
    """The small scenario with more programmes that change the same domain, in these strategies."""
    entries = "".join(f"  i{n}: {{about: x, enrol: {enrol}, {EFFECT}}}\n" for n in range(number))
    more = "".join(f"s{n}: [{', '.join(f'i{i}' for i in of)}], " for n, of in enumerate(strategies))
    return text.replace("\ninterventions:\n", f"\ninterventions:\n{entries}").replace(
        "strategies: {", f"strategies: {{{more}"
    )


def watching(number, condition, states="[a, b, c]"):
    """The small scenario with more domains, and a price that looks at them all."""
    domains = "".join(
        f"  x{n}: {{states: {states}, moves: {{a -> b: {{probability: p_dropout}}}}}}\n" for n in range(number)
    )
    start = "".join(f"x{n}: a, " for n in range(number))
    price = f"  watching: {{while: {condition}, resource: school_year, actor: municipality}}\n"
    return changed(
        ("\ndomains:\n", f"\ndomains:\n{domains}"),
        ("start_states: {", f"start_states: {{{start}"),
        ("\nprices:\n", f"\nprices:\n{price}"),
    )


def same(text, folder):
    """What two draws of a scenario say."""
    file = read(folder, text)
    with within():
        return simulate(file, draws=2, persons=200, workers=1)


def test_many_programmes_that_never_meet_are_few_situations(tmp_path):
    file = read(tmp_path, programmes(100, [[n] for n in range(100)]))
    layers = max(len(block.layers) for block in compile_scenario(file).blocks if block.question == "school")
    assert layers < 410  # with mentoring, four more each; not 4 ** 101


def test_pairs_of_programmes_are_worked_on(tmp_path):
    pairs = [[one, other] for one in range(12) for other in range(one)]
    file = read(tmp_path, programmes(12, pairs))
    assert max(len(block.layers) for block in compile_scenario(file).blocks) < 1_000


def test_a_strategy_comes_out_the_same_beside_any_others(tmp_path):
    alone = same(programmes(5, [[0, 3]]), tmp_path)
    beside = same(programmes(5, [[0, 3], [1], [2, 4], [1, 2, 3], [4]]), tmp_path)
    for strategy in ("usual", "mentoring", "s0"):
        assert np.array_equal(alone["cost"].sel(strategy=strategy), beside["cost"].sel(strategy=strategy))
    assert not np.array_equal(beside["cost"].sel(strategy="s0"), beside["cost"].sel(strategy="s1"))


@pytest.mark.parametrize(("number", "combinations"), [(13, "8,192"), (70, "1,180,591,620,717,411,303,424")])
def test_too_many_programmes_in_one_strategy_are_refused(tmp_path, number, combinations):
    said = told(tmp_path, programmes(number, [range(number)]))
    assert said.startswith(
        f"the strategy s0 has {combinations} combinations of phases of the programmes that change school: i0 (2), "
    )
    assert said.endswith(
        "; at most 5,000 are possible. Put fewer of them together in a strategy, let their effects have fewer steps, "
        "or let the domain depend on less."
    )


def test_strategies_that_combine_programmes_in_too_many_ways_are_refused(tmp_path):
    sets = [[(start + step * n) % 60 for n in range(11)] for start in range(60) for step in (1, 7)]
    said = told(tmp_path, programmes(60, sets))
    assert said.startswith("school depends on too much at once: its ways out and what acts on them are 63 numbers, ")
    assert "for every combination of phases of i0, i1, i2" in said


#: Programmes that make some seconds' work.
MANY = 45


def test_programmes_for_who_is_in_no_other_are_worked_on(tmp_path):
    def one(number):
        others = "".join(f", i{n}: 0" for n in range(number))
        return f"  i{number}: {{about: x, enrol: {{whenever: {{school: pupil{others}}}, uptake: uptake_mentor}}}}\n"

    entries = "".join(map(one, range(MANY)))
    text = BASE.replace("\ninterventions:\n", f"\ninterventions:\n{entries}")
    apart = ", ".join(f"s{n}: [i{n}]" for n in range(MANY))
    read(tmp_path, text.replace("strategies: {", f"strategies: {{{apart}, "))
    together = ", ".join(f"i{n}" for n in range(MANY))
    said = told(tmp_path, text.replace("strategies: {", f"strategies: {{one: [{together}], "))
    assert said.startswith("enrolment in i")
    assert said.endswith(
        "at most 300,000 are possible. Let it depend on fewer domains, attributes or other programmes."
    )


def test_programmes_over_very_many_cycles_are_refused(tmp_path):
    text = changed(
        ("\npopulation:\n", "\ncycle: month\npopulation:\n"), ("{years: 4}", "{years: 50}"),
        ("pupil -> graduated: rest", "pupil -> graduated: {probability: p_dropout}"),
    )  # fmt: skip
    said = told(tmp_path, programmes(199, [[n] for n in range(199)], text=text))
    assert said == (
        "200 interventions over 600 cycles make 120,000 phases to follow, and at most 40,000 are possible. Compare "
        "fewer of them at once, for a shorter time, or in longer cycles."
    )


@pytest.mark.parametrize("form", ["{%s}", "{not: {%s}}", "{not: {work: employed, not: {%s}}}"])
def test_a_price_that_watches_very_many_domains_is_worked_on(tmp_path, form):
    read(tmp_path, watching(60, form % ", ".join(f"x{n}: [a, b]" for n in range(60))))


@pytest.mark.parametrize("form", ["{%s}", "{sex: male, not: {%s}}", "{work: outside, not: {sex: male, not: {%s}}}"])
def test_what_is_counted_by_tallies_is_what_is_counted_by_cells(tmp_path, monkeypatch, form):
    text = watching(5, form % "x0: [a, c], x1: a, x2: {0}, x3: a, x4: [a, b]".replace("{0}", "[b, c]"))
    by_cells = same(text, tmp_path)
    monkeypatch.setattr("simcore.model.counting._MOST_VARIED", 10)
    by_tallies = same(text, tmp_path)
    assert by_tallies.identical(by_cells)
    exactly = simulate(read(tmp_path, text), draws=2, engine="expected")
    assert by_tallies["cost"].sizes == exactly["cost"].sizes


def test_a_price_that_watches_very_many_programmes_is_refused(tmp_path):
    text = programmes(30, [[n] for n in range(30)])
    condition = ", ".join(f"i{n}: 0" for n in range(30))
    price = f"  watching: {{while: {{{condition}}}, resource: school_year, actor: municipality}}\n"
    said = told(tmp_path, text.replace("\nprices:\n", f"\nprices:\n{price}"))
    assert said.startswith("what a price, cost or outcome counts looks at once at i0 (2), i1 (2), i10 (2), ")
    assert ": that makes 2,147,483,648 cells, and at most 100,000 are possible. It counts: i0 is 0, i1 is 0, " in said
    assert said.endswith("Let it look at fewer of them.")


def test_prices_by_the_value_of_a_clock_that_multiply_are_refused(tmp_path):
    amount = "derived: {amount: {formula: school_year + clock, unit: SEK per year, price_year: 2024}}\n"
    clock = "memory: {clock: {time_in: {school: pupil}, cap: 200 years or more}}\n"
    prices = "".join(
        f"  p{n}: {{while: {{school: pupil, age: {{from: {n}, to: 99}}}}, resource: amount, actor: municipality}}\n"
        for n in range(60)
    )
    said = told(tmp_path, changed(("\nprices:\n", f"\nprices:\n{prices}")) + amount + clock)
    assert said == (
        "prices, costs and outcomes count more than 10,000 situations and events. Let amounts depend on less, or have "
        "fewer prices or groups."
    )


def test_prices_of_very_many_subgroups_are_refused(tmp_path):
    attributes = "".join(f"    g{n}: {{u: share_female, v: rest}}\n" for n in range(100))
    prices = "".join(
        f"  p{n}: {{while: {{age: {{from: {n}, to: 99}}}}, resource: school_year, actor: municipality}}\n"
        for n in range(60)
    )
    text = changed(("  attributes:\n", f"  attributes:\n{attributes}"), ("\nprices:\n", f"\nprices:\n{prices}"))
    said = told(tmp_path, text + f"groups: [{', '.join(f'g{n}' for n in range(100))}]\n")
    assert said.startswith(
        "prices, costs and outcomes count more than 10,000 situations and events, each for everybody and for 200 "
    )


def test_large_domains_in_continuous_time_are_refused_when_they_depend_on_age(tmp_path):
    states = [f"s{n}" for n in range(60)]
    moves = ", ".join(f"any -> {state}: {{rate: aged}}" for state in states)
    text = changed(
        ("\ndomains:\n", f"\ndomains:\n  x: {{time: continuous, states: [{', '.join(states)}], moves: {{{moves}}}}}\n"),
        ("start_states: {", "start_states: {x: s0, "), ("{years: 4}", "{years: 100}"),
    )  # fmt: skip
    said = told(tmp_path, text + "derived: {aged: {formula: r_job * age / 50, unit: rate per year}}\n")
    assert said.startswith(
        "x depends on too much at once: its ways out and what acts on them are 3,540 numbers, which "
    )
