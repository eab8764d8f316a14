"""Stored runs are priced again on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
import xarray as xr

import simcore
from simcore.report.inputs_case import changed_case, scenario_of_inputs
from simcore.report.inputs_reading import open_inputs
from tests.workbooks.filled_in import COST, SAID, WHY, run


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stored") / "results"
    results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    return simcore.save_results(results, folder)


def test_reprice_writes_what_run_writes(stored, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run("reprice", stored, "--out", "priced", "--discount-rate", "0.05", "--horizon", "10 years",
               "--set", "call_out=900", "--target-group", 30)  # fmt: skip
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in Path("priced").iterdir()) == [
        "actors.csv", "budget.csv", "figure.png", "results.zarr",
    ]  # fmt: skip
    assert "discounted at 5 % a year" in done.stdout
    assert done.stderr == "note: what may happen to just 30 persons is not told: it needs a run for them.\n"
    priced = simcore.open_results("priced")
    change = {
        "discount": {"money": 0.05}, "population": {"horizon": {"years": 10}, "target_group": 30},
        "parameters": {"call_out": {"distribution": {"fixed": 900.0}, "source": {"assumption": "made up"}}},
    }  # fmt: skip
    again = simcore.reprice(simcore.open_results(stored), change=change)
    xr.testing.assert_equal(priced, again)
    file = simcore.repricing.scenario_of(priced)
    assert (
        file.scenario.parameters["call_out"].source.assumption == "set on the command line, to see what follows from it"
    )
    assert ("parameters", "call_out", "distribution") in file.overridden


def test_reprice_under_a_file_and_a_workbook(stored, book):
    Path("dear.yaml").write_text("extends: textbook_chain\nchange: {discount: {money: 0.05}}\n", encoding="utf-8")
    assert run("reprice", stored, "--out", "one", "--with", "dear.yaml", "-q").exit_code == 0
    assert simcore.open_results("one").attrs["discount_rate"] == 0.05
    path = book((*COST, 900), SAID)
    done = run("reprice", "one", "--out", "two", "--with", path, "--json")
    assert done.exit_code == 0
    assert done.stdout.startswith("{")
    two = simcore.open_results("two")
    assert two.attrs["discount_rate"] == 0.05
    values = two["parameter_value"].sel(parameter="call_out")
    assert float(values.mean()) == pytest.approx(900, rel=0.05)
    done = run("reprice", "one", "--out", "three", "--with", book())
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (2, "case.xlsx: nothing was changed.")
    lives = book(("Other figures", "p_wear", "Value", 0.5), ("Other figures", "p_wear", WHY, "x"))
    done = run("reprice", stored, "--out", "three", "--with", lives)
    assert (done.exit_code, done.output) == (
        2,
        "parameters.p_wear.distribution decides how lives go, which another price list cannot change: run the scenario "
        "with this change again.\n",
    )
    assert not Path("three").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "Nothing is changed: give --with, --discount-rate, --horizon, --target-group or --set.\n"),
        (["--horizon", "ten"],
         "horizon\n    found    ten\n    allowed  a whole number of years: 10, or '10 years'\n"
         "1 problem in the command line; nothing was run.\n"),
        (["--set", "call_out"],
         "set\n    found    call_out\n    allowed  NAME=VALUE, a name and a number: cost_of_place=48000\n"
         "1 problem in the command line; nothing was run.\n"),
        (["--set", "call_out=1,5"],
         "set\n    found    call_out=1,5\n    allowed  NAME=VALUE, a name and a number: cost_of_place=48000\n"
         "    hint     write call_out=1.5\n1 problem in the command line; nothing was run.\n"),
        (["--set", "call_oot=3"],
         "'call_oot' is not a parameter of the scenario; did you mean 'call_out'? Known: call_out, oil_year, p_break, "
         "p_scrap, p_wear, rr_oil, upkeep_worn, value_of_output.\n"),
        (["--horizon", "30"],
         "The run follows lives for 20 years, and a longer horizon was not simulated: give at most 20 years, "
         "or run the "
         "scenario again.\n"),
        (["--set", "call_out=nan"], None),
        (["--discount-rate", "-2"], None),
        (["--with", "none.yaml"], None),
        (["--with", "none.xlsx"], None),
    ],
)  # fmt: skip
def test_what_reprice_refuses(stored, tmp_path, monkeypatch, options, message):
    monkeypatch.chdir(tmp_path)
    done = run("reprice", stored, "--out", "priced", *options)
    assert done.exit_code == 2, done.output
    assert not Path("priced").exists()
    if message is not None:
        assert done.stderr == message
    assert "Traceback" not in done.output


def test_reprice_does_not_write_over_the_run(stored):
    done = run("reprice", stored, "--out", stored, "--discount-rate", "0.05")
    assert done.output == f"{stored} holds the run that is priced again: give another folder with --out.\n"


def test_changed_case_of_nothing_is_empty(exported):
    file = simcore.read_scenario("textbook_chain")
    opened = open_inputs(exported["textbook_chain"])
    assert changed_case(opened.against(file), file).text == ""
    assert scenario_of_inputs(opened) == "textbook_chain"
