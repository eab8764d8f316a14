"""Every shipped number says what it is and where it comes from, and conversions do what they say."""

import math

import pytest

from simcore.report.provenance import provenance
from simcore.scenario.loading import read_scenario
from simcore.scenario.shipped import shipped_scenarios

SHIPPED = sorted(shipped_scenarios())


@pytest.mark.parametrize("name", SHIPPED)
def test_every_number_has_about_unit_source_and_use(name):
    for figure in provenance(read_scenario(name))["figures"]:
        assert figure["about"], figure["name"]
        assert figure["assumption"] or (figure["work"] and figure["where"] and figure["as_printed"] is not None)
        assert figure["used_for"], f"{figure['name']} is not used"
        if figure["grade"] == "D":
            assert figure["conversion"], f"{figure['name']} is derived: its conversion must be said"


@pytest.mark.parametrize("name", SHIPPED)
def test_every_work_is_cited_and_described(name):
    file = read_scenario(name)
    cited = set(provenance(file)["works"])
    assert cited == {figure["work"] for figure in provenance(file)["figures"] if figure["work"]}
    for work in file.scenario.sources.values():
        assert work.title
        assert work.by
        assert work.url or work.seen_in


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
