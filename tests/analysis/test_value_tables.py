"""What is worth knowing, as a controller reads it."""

import io
import json

import numpy as np
import pytest
from rich.console import Console

import simcore
from simcore.analysis.net_benefit import net_benefit, net_benefit_of_halves
from simcore.analysis.proposed_study import Measured, Study
from simcore.analysis.value_of_information import evpi
from simcore.report.value_tables import (
    acceptability_records,
    study_records,
    value_records,
    value_tables,
)


@pytest.fixture(scope="module")
def run():
    file = simcore.read_scenario("school_dropout")
    return file.scenario, simcore.simulate(file, draws=60, persons=300, seed=1)


def shown(tables):
    console = Console(width=160, file=io.StringIO())
    for table in tables:
        console.print(table)
    return console.file.getvalue()


def test_records_say_what_the_analysis_found(run):
    _, results = run
    records = value_records(results, of=["or_team", "movable_share_work"])
    found = evpi(net_benefit(results), halves=net_benefit_of_halves(results)).sel(actor="society")
    society = next(record for record in records["decisions"] if record["actor"] == "society")
    target = results.attrs["target_group"]
    assert society["evpi"] == pytest.approx(float(found["evpi"]))
    assert society["total_evpi"] == pytest.approx(float(found["evpi"]) * target)
    assert society["best"] == str(found["best"].values)
    chosen = [record for record in records["choices"] if record["actor"] == "society"]
    assert min(record["expected_loss"] for record in chosen) == pytest.approx(society["evpi"])
    assert sum(record["probability_best"] for record in chosen) == pytest.approx(1)
    figures = [record for record in records["figures"] if record["actor"] == "society"]
    assert {record["figure"] for record in figures} == {"or_team", "movable_share_work"}
    assert figures[0]["evppi"] >= figures[1]["evppi"]
    json.dumps(records)


def test_tables_in_words(run):
    scenario, results = run
    records = value_records(results, of=["or_team", "movable_share_work"])
    for record in records["decisions"]:
        record["settled"] = record["actor"] in ("society", "region")
    text = " ".join(shown(value_tables(results, scenario, records)).split())
    society = next(record for record in records["decisions"] if record["actor"] == "society")
    assert "Worth of knowing everything before deciding (EVPI), SEK of 2024" in text
    assert f"worth paying at most {society['total_evpi']:,.0f} SEK ({society['evpi']:,.0f} per person)" in text
    assert "Public sector: not settled; most of the spread is luck between simulated persons." in text
    assert "* not settled: more than nine tenths of the spread is luck" in text
    assert "Luck between simulated persons is taken off" in text
    for record in records["figures"]:
        record["evppi_low"] = 1.0 if (record["actor"], record["figure"]) == ("region", "or_team") else 0.0
    text = " ".join(shown(value_tables(results, scenario, records)).split())
    assert text.count("or_team: odds of leaving school in a year") == 1
    assert "movable_share_work" not in text


def test_nothing_to_decide():
    file = simcore.read_scenario("school_dropout")
    results = simcore.simulate(file, draws=3, persons=20)
    same = results.sel(strategy=["usual"])
    assert "nothing to decide" in shown(value_tables(same, file.scenario, value_records(same)))


def test_acceptability_and_studies_as_records(run):
    _, results = run
    thresholds = [0.0, 1e6]
    records = acceptability_records(results, "life_years", thresholds, actor="society")
    assert len(records) == 2 * results.sizes["strategy"]
    for threshold in thresholds:
        at = [record for record in records if record["threshold"] == threshold]
        assert sum(record["on_frontier"] for record in at) == 1
        best = next(record for record in at if record["on_frontier"])
        assert best["expected_loss"] == min(record["expected_loss"] for record in at)
    studies = {
        "trial": Study((Measured("or_team", "ratio", 200, 2.0),)),
        "none": Study((Measured("or_team", "rate", 0),)),
    }
    found = study_records(results, studies)
    assert {record["study"] for record in found} == {"trial", "none"}
    assert all(record["evsi"] == 0 for record in found if record["study"] == "none")
    society = next(record for record in found if record["actor"] == "society" and record["study"] == "trial")
    assert society["total_evsi"] == pytest.approx(society["evsi"] * results.attrs["target_group"])
    assert np.isfinite(society["evsi_mcse"])
