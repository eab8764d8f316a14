"""What `check` says of an effect."""

import pytest

from simcore.report.words import describe
from tests.analytic.models import model, with_programme
from tests.strategies import evidenced, read

NUMBERS = {
    "p": (0.2, "probability per year"), "orr": (0.6, "odds ratio"), "none": (1.0, "odds ratio"),
    "rr": (2.4, "risk ratio"), "hr": (1.25, "hazard ratio"), "rd": (-0.045, "risk difference"),
    "smd": (-0.4, "standardised mean difference"), "half": (0.5, "share"), "time": (2.5, "year"),
    "q": (0.1, "probability per year"),
}  # fmt: skip


def words(drop_out=False, **effect):
    """The line of the effect of a programme."""
    effect = {"move": "life.a -> b", "years": [1, 2], "evidence": "causal", **effect}
    tree = with_programme(model({"a -> b": {"probability": "p"}}, years=9, numbers=NUMBERS), [effect])
    tree["tables"] = {
        "by_year": {"by": ["programme"], "values": {"0+": 0.9}, "unit": "odds ratio", "source": {"assumption": "x"}}
    }
    if drop_out:
        tree["interventions"]["programme"] |= {"lasts": "2 years", "drop_out": {"probability": "q"}}
    (line,) = [line for line in describe(read(tree).scenario) if "Changes:" in line]
    return line.removeprefix("    Changes: life.a -> b: ")


@pytest.mark.parametrize(("scale", "size", "meaning"), [
    ("odds_ratio", "orr", "odds ratio orr (0.6): odds 40 % lower"),
    ("odds_ratio", "none", "odds ratio none (1): odds unchanged"),
    ("odds_ratio", 1, "odds ratio 1: odds unchanged"),
    ("odds_ratio", "by_year", "odds ratio by_year (table by programme)"),
    ("risk_ratio", "rr", "risk ratio rr (2.4): 2.4 times the probability"),
    ("hazard_ratio", "hr", "hazard ratio hr (1.25): hazard 25 % higher"),
    ("risk_difference", "rd", "risk difference rd (-0.045): probability 4.5 percentage points lower"),
    ("standardised_mean_difference", "smd",
     "standardised mean difference smd (-0.4): acts as an odds ratio of 0.4841"),
])  # fmt: skip
def test_scale_and_size(scale, size, meaning):
    assert words(**{scale: size}) == f"{meaning}, causal, in years 1 to 2 after enrolment."


@pytest.mark.parametrize(("shape", "ending"), [
    ({"years": [2, 2]}, "in year 2 after enrolment."),
    ({"years": [2, "onwards"]}, "from year 2 after enrolment onwards."),
    ({"years": None, "cycles": [2, 3]}, "in years 2 to 3 after enrolment."),
    ({"to_age": 25}, "in years 1 to 2 after enrolment, up to the age of 25."),
    ({"if": {"life": "a"}}, "in years 1 to 2 after enrolment, if life is a."),
    ({"fade": {"half_life": "time"}}, "in years 1 to 2 after enrolment, then halving every time (2.5) years."),
    ({"fade": {"linear": "time"}},
     "in years 1 to 2 after enrolment, then falling in a straight line to nothing in time (2.5) years."),
    ({"catch_up": "time"},
     "in years 1 to 2 after enrolment, then taken back in time (2.5) years, in which the others catch up."),
    ({"years": [1, "onwards"], "to_age": 25, "fade": {"half_life": "time"}},
     "from year 1 after enrolment onwards, up to the age of 25, then halving every time (2.5) years."),
])  # fmt: skip
def test_when_and_how_it_ends(shape, ending):
    assert words(odds_ratio=1, **shape) == f"odds ratio 1: odds unchanged, causal, {ending}"


@pytest.mark.parametrize(("share", "left"), [
    ({}, "nothing"), ({"after_drop_out": 1}, "all"), ({"after_drop_out": "half"}, "the share half (0.5)"),
])  # fmt: skip
def test_what_remains_for_those_who_leave(share, left):
    end = f"in years 1 to 2 after enrolment; {left} of it for those who have left the programme."
    assert words(odds_ratio=1, drop_out=True, **share).endswith(f"causal, {end}")


def test_over_which_time_it_was_measured_and_how_much_of_it_counts():
    assert words(risk_ratio="rr", over="18 months", evidence="associational", movable_share="half") == (
        "risk ratio rr (2.4): 2.4 times the probability, measured over 18 months, associational, of which the share "
        "half (0.5) counts, in years 1 to 2 after enrolment."
    )
    assert "associational, all of which counts, in years" in words(
        risk_ratio="rr", evidence="associational", movable_share=1
    )


def test_modifiers_of_moves_say_over_which_time():
    modifier = {"if": {"life": "a"}, "risk_ratio": "rr", "over": "2 years", "evidence": "assumed"}
    tree = model({"a -> b": {"probability": "p", "modifiers": [modifier]}}, years=2, numbers=NUMBERS)
    lines = list(describe(read(tree).scenario))
    assert "      if life is a: risk ratio rr (2.4), measured over 2 years, assumed" in lines


def test_what_an_effect_works_through():
    tree = with_programme(
        model({"a -> b": {"probability": "p"}}, years=3, numbers=NUMBERS),
        [{"move": "life.a -> b", "odds_ratio": "orr", "years": [1, 2], "evidence": "causal"}],
    )
    tree["parameters"]["or_b"] = evidenced({"fixed": 2}, "odds ratio")
    share = {"evidence": "associational", "movable_share": "half"}
    tree["domains"]["work"] = {
        "states": ["out", "job"],
        "moves": {
            "out -> job": {"probability": "p", "modifiers": [
                {"if": {"life": "b"}, "odds_ratio": "or_b", **share},
                {"if": {"time_b": {"at_least": 1}}, "odds_ratio": "or_b", **share},
                {"if": {"life": "b"}, "odds_ratio": "or_b", "evidence": "assumed"},
                {"if": {"work": "out"}, "odds_ratio": "or_b", "evidence": "assumed"},
            ]},
            "job -> out": {"probability": "by_life"},
        },
    }  # fmt: skip
    by_work = {"if": {"work": "job"}, "odds_ratio": "or_b", "evidence": "associational"}
    tree["domains"]["health"] = {
        "states": ["well", "ill"], "moves": {"well -> ill": {"probability": "p", "modifiers": [by_work]}},
    }  # fmt: skip
    tree["tables"] = {
        "by_life": {"by": ["life"], "values": {"a": 0.1, "b": 0.2}, "unit": "probability per year",
                    "source": {"assumption": "x"}}
    }  # fmt: skip
    tree["memory"] = {"time_b": {"time_in": {"life": "b"}, "cap": "2 years or more"}}
    tree["population"]["start_states"] |= {"work": "out", "health": "well"}
    lines = [line for line in describe(read(tree).scenario) if "hrough" in line]
    assert lines == [
        "    Works through life on work: 2 associations with the share half (0.5), 1 assumption in full, "
        "1 baseline by life (by_life, assumed).",
        "    From there through work on health.",
    ]
