"""Every shipped number says what it is and where it comes from, and conversions do what they say."""

import math
import re
import warnings

import numpy as np
import pytest
import yaml

from simcore.errors import ScenarioError, ScenarioWarning
from simcore.report.provenance import provenance
from simcore.scenario.loading import read_scenario
from simcore.scenario.schema import Scenario, Table
from simcore.scenario.shipped import shipped_scenarios
from tests.strategies import evidenced, read

from .printed import numbers_of, printed_numbers, stands_in

SHIPPED = sorted(shipped_scenarios())


def shipped(name):
    """A shipped scenario; what would surprise its author is looked at elsewhere."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScenarioWarning)
        return read_scenario(name)


#: A number, or one in words, as an end of a range.
_END = (
    r"(?:\d[\d.,]*|a little (?:less|more)|nothing|none|nil|half|no difference|nearly no difference|"
    r"most of it|all of it|twice|an?\s(?:half|third|quarter|fifth|tenth)|"
    r"(?:two|three|four|five|ten)(?:\s(?:thirds|quarters|times))?)"
)
_RANGE = re.compile(
    rf"\b(?:range|from|between|some|so|of)?\s*{_END}[^;.:]{{0,40}}?\s(?:to|and)\s[^;.:]{{0,20}}?{_END}|\bup to\b", re.I
)
#: The ends of a range in digits, in the unit of the figure or in per cent.
_ENDS = re.compile(r"\brange (?:of )?(\d(?:[\d.,]*\d)?)(?: per cent)? to (\d(?:[\d.,]*\d)?)")
#: A number that is not varied says so.
_NOT_VARIED = re.compile(r"\bnot varied\b|\bby definition\b|\bto show what it is worth\b")
#: Figures that were fitted to statistics say so.
_FITTED = re.compile(r"\bposterior\b|\bfitted\b")
#: How far a range may be off the 95 % interval of the distribution, in widths of the range.
_ROUNDED = 0.15


def figures(scenario: Scenario):
    """Everything that carries a number with its source: where it stands, its entry, and its numbers."""
    for name, parameter in scenario.parameters.items():
        yield f"parameters.{name}", parameter, [parameter.distribution]
    for name, table in scenario.tables.items():
        # 0 and 1 may be written as they are; names are numbers of others.
        yield (
            f"tables.{name}",
            table,
            [cell.value for cell in table.cells if not isinstance(cell.value, str) and cell.value not in (0, 1)],
        )
    for name, joint in scenario.joint.items():
        yield f"joint.{name}", joint, [joint.distribution]
    for number, correlation in enumerate(scenario.correlations):
        yield f"correlations[{number}]", correlation, list(correlation.pairs.values())
    calibration = scenario.calibration
    for name, target in (calibration.targets if calibration is not None else {}).items():
        yield f"calibration.targets.{name}", target, [target.observed]


def refusals(scenario: Scenario) -> list[str]:
    """Why figures may not ship: what each of them does not say."""
    found = []
    for place, entry, numbers in figures(scenario):
        said = _refusals_of(scenario, place, entry, numbers)
        found += [f"{place}: {reason}" for reason in said]
    return found


def _refusals_of(scenario, place, entry, numbers):
    """What one figure does not say."""
    section = place.partition(".")[0].partition("[")[0]
    unit, year = getattr(entry, "unit", None), getattr(entry, "price_year", None)
    if section not in ("joint", "correlations"):  # those tie figures together that have units of their own
        if not unit:
            yield "no unit"
        elif unit.startswith(tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) and year is None:
            yield "money without a price year"
    if not (entry.about or section == "correlations"):
        yield "it does not say what it is"
    if year is not None and scenario.money is not None and year != scenario.money.price_year:
        index = scenario.tables.get(scenario.money.index or "")
        if index is None or year not in {cell.keys["year"] for cell in index.cells}:
            yield f"no price index for {year}"
    grade, conversion = getattr(entry, "grade", None), getattr(entry, "conversion", None)
    source = entry.source
    if source.work is not None:
        if source.work not in scenario.sources:
            yield f"the work {source.work} is not described"
        if not source.where or source.as_printed in (None, ""):
            yield "no place in the source, or no number as printed"
        if grade is None:
            yield "no grade"
        elif grade == "C":
            yield "grade C is from memory: it may not ship as a default; assume it, with a range, or find the source"
        elif grade == "D" and not conversion and section in ("parameters", "tables", "calibration"):
            yield "derived, without a conversion"
        if not conversion and section in ("parameters", "calibration"):
            written = numbers_of(numbers if section == "calibration" else getattr(numbers[0], "given", {}))
            printed = printed_numbers(source.as_printed)
            other = [f"{number:g}" for number in written if not stands_in(number, printed)]
            if other:
                yield f"{', '.join(other)} not as printed ({source.as_printed}), and no conversion says why"
    elif section == "joint" and _FITTED.search(source.assumption or ""):
        pass  # its spread is what the fit left, not what somebody believes
    elif not scenario.illustrative and numbers:  # a table of names has no numbers of its own
        yield from _of_assumption(source.assumption or "", entry, numbers, _prior(scenario, place))

    if section == "calibration" and entry.model_error > 0 and not conversion:
        yield "an error of the model, without a conversion that says why"


def _prior(scenario, place):
    """What was believed of a figure before it was fitted, where that was given."""
    free = scenario.calibration.free if scenario.calibration is not None else {}
    name = place.removeprefix("parameters.")
    return free[name].distribution if place.startswith("parameters.") and name in free else None


def _of_assumption(text, entry, numbers, prior):
    """What an assumption does not say: a reason, and a range that its distribution, or its prior, has."""
    if len(re.findall(r"[^\W\d]{2,}", text)) < 4:
        yield "no reason"
    distribution = getattr(entry, "distribution", None)
    if isinstance(entry, Table) or distribution is None or not hasattr(distribution, "is_fixed"):
        if not (_RANGE.search(text) or _NOT_VARIED.search(text)):
            yield "no range"
        return
    if distribution.is_fixed:
        if not (_RANGE.search(text) or _NOT_VARIED.search(text)):
            yield "neither a range, nor that it is not varied"
        return
    if not _RANGE.search(text):
        yield "no range"
    elif (ends := _ENDS.search(text)) and not distribution.is_joint:
        said = np.array([float(end.replace(",", "")) for end in ends.groups()])
        has = [of.ppf(np.array([0.025, 0.975])) for of in (distribution, prior) if of is not None]
        off = min(np.abs(of - said * scale).max() / np.ptp(said * scale) for of in has for scale in (1.0, 0.01))
        if off > _ROUNDED:
            low, high = has[0]
            yield f"the range {said[0]:g} to {said[1]:g} is not that of the distribution, {low:.3g} to {high:.3g}"


@pytest.mark.parametrize("name", SHIPPED)
def test_every_number_may_ship(name):
    """Those of its alternatives, and of the populations that its statistics are about, too."""
    file = shipped(name)
    whole = (file, *file.alternatives.values(), *file.populations.values())
    found = [reason for of in whole for reason in refusals(of.scenario)]
    assert not found, "\n".join(dict.fromkeys(found))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_third_of_the_statistics_only_check_the_fit(name):
    calibration = shipped(name).scenario.calibration
    uses = [target.use for target in calibration.targets.values()] if calibration is not None else []
    assert 3 * uses.count("validate") >= len(uses)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_number_has_about_unit_source_and_use(name):
    for figure in provenance(shipped(name))["figures"]:
        assert figure["about"], figure["name"]
        assert figure["assumption"] or (figure["work"] and figure["where"] and figure["as_printed"] is not None)
        # What a case extends may hold figures of parts that the case replaces or leaves out.
        assert figure["used_for"] or figure["shared"], f"{figure['name']} is not used"
        if figure["grade"] == "D":
            assert figure["conversion"], f"{figure['name']} is derived: its conversion must be said"


@pytest.mark.parametrize("name", SHIPPED)
def test_every_work_is_cited_and_described(name):
    file = shipped(name)
    cited = set(provenance(file)["works"])
    assert cited == {figure["work"] for figure in provenance(file)["figures"] if figure["work"]}
    for work in file.scenario.sources.values():
        assert work.title
        assert work.by
        assert work.url or work.seen_in


WORK = {"work": "report", "where": "table 2", "as_printed": "10 kronor (8 to 12.5); 10 per cent"}


def sourced(**changed):
    """A cost of ten kronor a year of 2020 from a work, with some fields changed or, when None, left out."""
    entry = {
        "about": "cost of a place", "distribution": {"lognormal": {"median": 10, "interval_95": [8, 12.5]}},
        "unit": "SEK per year", "price_year": 2020, "source": WORK, "grade": "A",
    }  # fmt: skip
    return {name: value for name, value in (entry | changed).items() if value is not None}


def case(entry, **more):
    """A scenario that prices a year of life by one figure."""
    return {
        "title": "a case",
        "population": {
            "persons": 10, "target_group": 10, "start": {"age": 20, "year": 2024}, "horizon": {"years": 2},
            "start_states": {"life": "well"},
        },
        "domains": {"life": {"states": ["well", "ill"], "moves": {"well -> ill": {"probability": "p_ill"}}}},
        "parameters": {
            "p_ill": evidenced({"fixed": 0.1}, "probability per year")
            | {"source": {"assumption": "few fall ill in a year; not varied here"}},
            "place": entry,
        },
        "tables": {
            "prices_by_year": evidenced(None, "price index")
            | {"about": "consumer prices", "by": ["year"], "values": {2020: 300, 2024: 400}}
            | {"grade": "A", "source": WORK}
        },
        "actors": {"town": {"sector": "public"}},
        "prices": {"place": {"resource": "place", "while": {"life": "ill"}, "actor": "town"}},
        "money": {"currency": "SEK", "price_year": 2024, "index": "prices_by_year"},
        "sources": {"report": {"title": "A report", "by": "A body", "year": 2021, "url": "https://example.org"}},
        "strategies": {"usual": []},
        "comparator": "usual",
        **more,
    }  # fmt: skip


def written(tree):
    """The tree without what `evidenced` leaves empty."""
    tables = {name: {k: v for k, v in of.items() if v is not None} for name, of in tree["tables"].items()}
    return yaml.safe_load(yaml.safe_dump(tree | {"tables": {n: _plain(t) for n, t in tables.items()}}))


def _plain(table):
    return {key: value for key, value in table.items() if key != "distribution"}


def test_a_figure_that_says_everything_ships():
    assert refusals(read(written(case(sourced()))).scenario) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"unit": None}, "unit"),
        ({"price_year": None}, "SEK per year without price_year"),
        ({"source": None}, "source"),
        ({"source": {"work": "report", "as_printed": "3.5 %"}}, "a work without where"),
        ({"source": {"work": "report", "where": "table 2"}}, "a work without as_printed"),
        ({"source": {"work": "another", "where": "table 2", "as_printed": 3}}, "another"),
        ({"source": {}}, "either a work (with where and as_printed) or an assumption"),
        ({"grade": None}, "a work without grade"),
        ({"grade": "E"}, "grade"),
        ({"price_year": 1975}, "1975"),
    ],
)
def test_a_figure_that_leaves_something_out_is_not_read(changed, words):
    with pytest.raises(ScenarioError, match=re.escape(words)):
        read(written(case(sourced(**changed))))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"about": None}, "it does not say what it is"),
        ({"grade": "D"}, "derived, without a conversion"),
        (
            {"grade": "C"},
            "grade C is from memory: it may not ship as a default; assume it, with a range, or find the source",
        ),
        (
            {"source": WORK | {"as_printed": "11 kronor (8 to 12.5)"}},
            "10 not as printed (11 kronor (8 to 12.5)), and no conversion says why",
        ),
        ({"grade": None, "source": {"assumption": "our own guess of the cost"}}, "no range"),
        (
            {"grade": None, "distribution": {"fixed": 10}, "source": {"assumption": "our own guess of the cost"}},
            "neither a range, nor that it is not varied",
        ),
        ({"grade": None, "source": {"assumption": "range 8 to 12.5"}}, "no reason"),
        (
            {"grade": None, "source": {"assumption": "our own guess of the cost, range 5 to 50"}},
            "the range 5 to 50 is not that of the distribution, 8 to 12.5",
        ),
    ],
)
def test_a_figure_that_may_not_ship_is_refused(changed, reason):
    assert refusals(read(written(case(sourced(**changed)))).scenario) == [f"parameters.place: {reason}"]


def test_what_is_said_of_several_figures_together_has_a_source_too():
    together = {"between": ["place", "other"], "coefficient": 0.5, "scale": "normal", "about": "they go together"}
    for source, grade, reasons in (
        ({"assumption": "both rise with the size of the town, range 0.2 to 0.8"}, None, []),
        ({"assumption": "both rise with the size of the town"}, None, ["correlations[0]: no range"]),
        (WORK, None, ["correlations[0]: no grade"]),
        (WORK, "B", []),
    ):
        tree = case(sourced())
        tree["parameters"]["other"] = sourced()
        tree["prices"]["other"] = tree["prices"]["place"] | {"resource": "other"}
        tree["correlations"] = [together | {"source": source} | ({"grade": grade} if grade else {})]
        assert refusals(read(written(tree)).scenario) == reasons


def test_the_cells_of_a_table_need_a_range_when_they_are_assumed():
    tree = case(sourced())
    table = {"about": "risk", "by": ["age"], "unit": "probability per year", "values": {"20-21": 0.1}}
    tree["domains"]["life"]["moves"]["well -> ill"] = {"probability": "p_by_age"}
    del tree["parameters"]["p_ill"]
    for source, reasons in (
        ({"assumption": "few fall ill in a year"}, ["tables.p_by_age: no range"]),
        ({"assumption": "few fall ill in a year, between 0.05 and 0.2"}, []),
    ):
        tree["tables"]["p_by_age"] = table | {"source": source}
        assert refusals(read(written(tree)).scenario) == reasons


def test_statistics_to_fit_to_have_a_source_too():
    target = {
        "about": "ill at 21", "count": {"while": {"life": "ill", "age": 21}}, "observed": 0.1, "standard_error": 0.01,
        "unit": "share", "source": WORK, "grade": "B",
    }  # fmt: skip
    for changed, reasons in (
        ({}, []),
        (
            {"grade": "C"},
            ["grade C is from memory: it may not ship as a default; assume it, with a range, or find the source"],
        ),
        (
            {"observed": 0.12},
            ["0.12 not as printed (10 kronor (8 to 12.5); 10 per cent), and no conversion says why"],
        ),
        ({"model_error": 0.02}, ["an error of the model, without a conversion that says why"]),
        ({"model_error": 0.02, "conversion": "ages are completed years there"}, []),
        ({"grade": None, "source": {"assumption": "about a tenth fall ill"}}, ["no range"]),
    ):
        entry = {key: value for key, value in (target | changed).items() if value is not None}
        tree = case(sourced(), calibration={"free": ["p_ill"], "targets": {"ill": entry}})
        tree["parameters"]["p_ill"] |= {"distribution": {"beta": {"mean": 0.1, "sd": 0.02}}}
        tree["parameters"]["p_ill"] |= {"source": {"assumption": "few fall ill in a year, range 0.06 to 0.14"}}
        assert refusals(read(written(tree)).scenario) == [f"calibration.targets.ill: {reason}" for reason in reasons]
    for left_out, words in (("unit", "unit"), ("source", "source"), ("grade", "a work without grade")):
        tree = case(sourced(), calibration={"targets": {"ill": {k: v for k, v in target.items() if k != left_out}}})
        with pytest.raises(ScenarioError, match=words):
            read(written(tree))


def test_conversions_of_the_dropout_case():
    parameters = read_scenario("school_dropout").scenario.parameters

    def value(name):
        given = parameters[name].distribution.given
        return given.get("value", given.get("median", given.get("mean")))

    assert value("or_team") == pytest.approx(1 / 1.72, abs=5e-4)
    assert value("social_assistance_year") == pytest.approx(10_915_807 / 145.456, abs=0.5)
    for name, printed in (
        ("development_allowance_left", 57),
        ("development_allowance_exam", 166),
        ("activity_support", 223),
    ):
        assert value(name) == printed * 5  # five days a week
    assert value("hr_crime_female") == pytest.approx(5172 / 27834 * 1.05, rel=0.02)
    # Of those in care, 30 % are there ten years later, with new episodes counted in: the exit rate is above this bound.
    assert value("p_recovery") >= 1 - math.pow(0.30, 0.1)
