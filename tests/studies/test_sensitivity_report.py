"""What drives the answer, as a reader sees it: tables, figure, records and words."""

import io
import json

import numpy as np
import pytest
import xarray as xr
from rich.console import Console, Group

from simcore.analysis.contrasts import contrasts
from simcore.analysis.discovery import scenario_discovery
from simcore.analysis.sensitivity import rank_correlation
from simcore.errors import UnknownNameError
from simcore.report.discovery_words import discovery_notes, discovery_records, discovery_words, share_words
from simcore.report.sensitivity_figures import save_tornado, tornado_figure
from simcore.report.sensitivity_tables import (
    about_parameter,
    number,
    rank_records,
    rank_tables,
    rank_words,
    sobol_records,
    sobol_tables,
    sobol_words,
    tornado_records,
    tornado_tables,
    tornado_words,
)
from simcore.simulation import simulate
from simcore.studies.sobol import sobol_indices
from simcore.studies.tornado import tornado
from tests.strategies import read
from tests.studies.driven import tree


def shown(tables, width=110):
    buffer = io.StringIO()
    Console(file=buffer, width=width).print(Group(*tables))
    return buffer.getvalue()


@pytest.fixture(scope="module")
def file():
    return read(tree())


@pytest.fixture(scope="module")
def changes(file):
    return tornado(file)


@pytest.fixture(scope="module")
def results(file):
    return simulate(file, draws=400, engine="expected", workers=2)


def test_tornado_table(file, changes):
    text = shown(tornado_tables(changes, file.scenario, of="region", rows=2))
    lines = [line.rstrip() for line in text.splitlines()]
    assert lines[0] == "Helped: net saving, Region"
    assert lines[1] == "All parameters at their expected values: +3,500."
    assert lines[2].split() == [
        "Parameter",
        "About",
        "5",
        "%",
        "95",
        "%",
        "At",
        "5",
        "%",
        "At",
        "95",
        "%",
        "Moves",
        "by",
    ]
    assert lines[4].startswith("p          a number                                  0.147    0.476  −3,364  +11,411")
    assert lines[5].startswith("care       what a year of illness costs in care, …  ")
    swing = lines[5].split()[-1]
    assert lines[6] == (
        f"The 2 most important of 4 uncertain parameters; each of the others moves it by no more than {swing}."
    )
    outcome = shown(tornado_tables(changes, file.scenario, of="ill"))
    assert "Helped: change in ill" in outcome
    assert "All that matter of 4 uncertain parameters." in outcome
    assert "care" not in outcome
    nobody = shown(tornado_tables(changes, file.scenario, of="household"))
    assert "No parameter moves it." in nobody
    avoided = shown(tornado_tables(changes, file.scenario, of="region", quantity="avoided_cost"))
    assert "All parameters at their expected values: +13,500." in avoided


def test_names_that_are_not_there(file, changes, results):
    for call in (
        lambda: tornado_tables(changes, file.scenario, of="regions"),
        lambda: tornado_figure(changes, file.scenario, of="regions"),
        lambda: sobol_tables(changes, file.scenario, of="regions"),
    ):
        with pytest.raises(UnknownNameError) as caught:
            call()
        assert str(caught.value) == (
            "'regions' is not an actor, view or outcome of these results; did you mean 'region'? "
            "Known: household, ill, municipality, public_sector, region, society."
        )
    with pytest.raises(UnknownNameError, match="'saving' is not a quantity of an actor"):
        tornado_tables(changes, file.scenario, quantity="saving")
    found = rank_correlation(contrasts(results)["net_saving"], results["parameter_value"])
    with pytest.raises(UnknownNameError, match="'ill' is not an actor or view of these results"):
        rank_tables(found, file.scenario, of="ill")


def test_tornado_records(changes):
    records = tornado_records(changes)
    first = next(record for record in records if record["actor"] == "region")
    assert first["quantity"] == "net_saving"
    assert first["parameter"] == "p"
    assert first["base"] == pytest.approx(3_500)
    assert first["swing"] == pytest.approx(first["high"] - first["low"])
    assert first["parameter_low"] < first["parameter_base"] < first["parameter_high"]
    # Four parameters for the region, the public sector and society; without the fee for avoided costs; two for illness.
    assert len(records) == 3 * 4 + 3 * 3 + 2
    json.dumps(records, allow_nan=False)


def test_tornado_words(changes):
    words = tornado_words(changes)
    assert len(words) == 1
    assert words[0].startswith("One parameter at a time is at its 5th and 95th percentile")
    more = tornado_words(changes.assign_attrs(together=["p", "ratio"], engine="sampled"))
    assert more[1] == "Drawn together with others, which do not move along here: p, ratio."
    assert more[2].startswith("Lives are sampled, with the same luck")


def test_the_figure_shows_each_bar_where_it_belongs(file, changes):
    figure = tornado_figure(changes, file.scenario, of="region", rows=3)
    (axes,) = figure.axes
    assert [label.get_text().split(":")[0] for label in axes.get_yticklabels()] == ["p", "care", "ratio"]
    bars = axes.patches
    assert len(bars) == 6
    at = changes.sel(intervention="helped", actor="region", parameter="p")
    assert bars[0].get_x() == pytest.approx(3.5)
    for bar, end in zip(bars[:2], ("low", "high"), strict=True):
        assert bar.get_x() + bar.get_width() == pytest.approx(float(at["net_saving"].sel(end=end)) / 1000)
    assert axes.get_title(loc="left") == "Helped: net saving, Region"
    assert "Thousand SEK per person, prices of 2024" in axes.get_xlabel()
    nothing = tornado_figure(changes, file.scenario, of="household")
    assert nothing.texts[0].get_text() == "No parameter moves this answer."


def test_the_same_changes_give_the_same_file(file, changes, tmp_path):
    for name in ("one.png", "other.png"):
        save_tornado(changes, file.scenario, tmp_path / name, of="region")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "other.png").read_bytes()


def test_rank_table_and_records(file, results):
    found = rank_correlation(contrasts(results)["net_saving"], results["parameter_value"])
    lines = shown(rank_tables(found, file.scenario, of="region", rows=3)).splitlines()
    assert lines[0].rstrip() == "Helped: net saving, Region"
    assert {line.split()[0] for line in lines[3:6]} == {"care", "ratio", "p"}
    assert lines[6].startswith("The 3 most important of 4 uncertain parameters; all together explain 9")
    records = [record for record in rank_records(found) if record["actor"] == "region"]
    assert [record["parameter"] for record in records][-1] == "fee"
    signs = {record["parameter"]: np.sign(record["rank_correlation"]) for record in records}
    assert signs == {"care": 1, "p": 1, "ratio": -1, "fee": -1}
    outcome = rank_correlation(contrasts(results)["outcome_change"], results["parameter_value"])
    assert "Helped: change in ill" in shown(rank_tables(outcome, file.scenario, of="ill"))
    assert "follows no parameter" in shown(rank_tables(found, file.scenario, of="household"))
    assert len(rank_words(found)) == 1
    assert rank_words(found.assign_attrs(undetermined=["a", "b"]))[1].endswith("determine them: a, b.")


def test_sobol_table_and_records(file):
    indices = sobol_indices(file, parameters=["care", "p", "fee"], n=64, workers=2)
    lines = shown(sobol_tables(indices, file.scenario, of="region"), width=130).splitlines()
    assert lines[1].split() == [
        "Parameter",
        "About",
        "Alone",
        "95",
        "%",
        "interval",
        "With",
        "others",
        "95",
        "%",
        "interval",
    ]
    assert lines[3].startswith("p ") or lines[3].startswith("care ")
    assert lines[-1].startswith(
        "All that matter of 3 uncertain parameters; one by one they account for nearly all of the"
    )
    less = indices.assign(net_saving_first_order=indices["net_saving_first_order"] * 0 + 0.2)
    text = " ".join(shown(sobol_tables(less, file.scenario, of="region"), width=130).split())
    assert text.endswith("one by one they account for 60 % of the variance, the rest is what they do together.")
    assert "It does not vary." in shown(sobol_tables(indices, file.scenario, of="household"))
    records = [of for of in sobol_records(indices) if of.get("actor") == "region" and of["quantity"] == "net_saving"]
    assert {record["parameter"] for record in records} == {"care", "p", "fee"}
    totals = [record["total"] for record in records]
    assert totals == sorted(totals, reverse=True)
    assert all(record["total_low"] < record["total"] < record["total_high"] for record in records)
    words = sobol_words(indices)
    assert words[0].endswith("From 320 runs.")
    assert words[1].startswith("1 other uncertain parameter stayed at the expected value")


def region_of_losses(results):
    return scenario_discovery(contrasts(results)["net_saving"], results["parameter_value"])


def test_words_of_a_region(file):
    generator = np.random.default_rng(3)
    parameters = {"care": generator.uniform(0, 184_000, 800), "ratio": generator.uniform(0, 1, 800)}
    loses = (parameters["care"] > 92_000) & (parameters["ratio"] > 0.5)
    loses ^= generator.random(800) < 0.05
    saving = np.where(loses, -1.0, 1.0)
    values = xr.DataArray(
        np.stack([saving, -saving, np.ones(800), generator.choice([-1.0, 1.0, 1.0], 800)], axis=-1)[None],
        {"intervention": ["helped"], "actor": ["region", "municipality", "household", "society"]},
        ("intervention", "draw", "actor"),
    )
    found = scenario_discovery(values, parameters)
    words = discovery_words(found, file.scenario)
    about = "what a year of illness costs in care, …"
    at = found.sel(intervention="helped", actor="region")
    limit = {
        str(name): number(float(above)) for name, above in zip(at["limited"].values, at["above"].values, strict=True)
    }
    care, ratio = f"care ({about}) is above {limit['care']}", f"ratio (a number) is above {limit['ratio']}"
    first, second = (care, ratio) if at["limited"].values[0] == "care" else (ratio, care)
    density, coverage = 100 * float(at["density"]), share_words(float(at["coverage"]))
    assert words[0] == (
        f"Helped loses money for the region in {100 * loses.mean():.0f} % of the draws. When {first} and {second}, it "
        f"loses in {density:.0f} % of them; {coverage} of all losses lie there."
    )
    assert abs(float(limit["care"].replace(",", "")) - 92_000) < 3_000
    assert "it does not lose in" in words[1]
    assert words[2].endswith("No region of a few parameters tells where it does.")
    assert words[2].startswith("Helped loses money for society in 3")
    assert len(words) == 3  # nothing is at stake for the household
    assert discovery_words(found, file.scenario, actor="household") == [
        "Helped loses money for the household in no draw."
    ]
    with pytest.raises(UnknownNameError, match="'nobody' is not an actor or view"):
        discovery_words(found, file.scenario, actor="nobody")
    records = discovery_records(found)
    assert [limit["parameter"] for limit in records[0]["limits"]] == list(at["limited"].values[:2])
    assert records[2]["reason"] == "no draw loses"
    assert len(discovery_notes(found)) == 1
    assert discovery_notes(found.sel(actor=["household"])) == []


def test_too_few_losses_in_words(file):
    values = xr.DataArray(
        np.where(np.arange(100) < 7, -1.0, 1.0)[None, :, None], {"intervention": ["helped"], "actor": ["region"]},
        ("intervention", "draw", "actor"),
    )  # fmt: skip
    found = scenario_discovery(values, {"care": np.arange(100.0)})
    assert discovery_words(found, file.scenario) == [
        "Helped loses money for the region in 7 % of the draws. Where, cannot be told: only 7 draws lose, too few to "
        "find a region and check it."
    ]


def test_a_whole_run_in_words(file, results):
    found = region_of_losses(results)
    words = discovery_words(found, file.scenario, actor="region")
    assert len(words) == 1
    assert words[0].startswith("Helped loses money for the region in ")
    limited = set(found["limited"].sel(intervention="helped", actor="region").values)
    assert limited & {"care", "ratio", "p"}


def test_labels(file):
    assert about_parameter(file.scenario, "fee") == "a number"
    assert about_parameter(file.scenario, "care", 30) == "what a year of illness costs …"
    assert about_parameter(file.scenario, "not_there") == ""
    whole = tree()
    del whole["parameters"]["fee"]["about"]
    assert about_parameter(read(whole).scenario, "fee") == ""
    written = {92_000.0: "92,000", 0.8123: "0.812", -0.5: "−0.5", 1e-6: "1e−06", float("nan"): "–", 31.25: "31.2"}
    assert {value: number(value) for value in written} == written


def test_shares_in_words():
    assert share_words(0.76) == "three in four"
    assert share_words(0.5) == "half"
    assert share_words(0.02) == "one in ten"
    assert share_words(0.96) == "nearly all"
    assert share_words(1.0) == "all"
