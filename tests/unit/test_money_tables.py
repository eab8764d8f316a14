"""The tables of cashable, freed and displaced money, of combinations and of cohorts: what they say, and their width."""

import io
import json
import re

import pytest
from rich.console import Console

from simcore.report.quality import line_quality
from simcore.report.records import as_csv, as_json, rows
from simcore.report.tables import run_tables
from simcore.simulation import simulate
from tests.analytic.models import model, priced
from tests.strategies import evidenced, read


def tree(cashable=True, displaces=True, cohorts=1):
    """Two programmes that bring people into work, which one of them takes from others in part."""
    prices = {
        "care": {"while": {"life": "a"}, "resource": "care", "actor": "municipality"},
        "work": {"while": {"life": "b"}, "production": "worth", "to": "household"},
        "tax": {"while": {"life": "b"}, "tax": "half", "base": "worth", "from": "household", "to": "region"},
    }
    if cashable:
        prices["care"]["cashable"] = {"share": "half", "after": "lag"}
    amounts = {"care": (123456.0, "year"), "worth": (654321.0, "year"), "fee": (12345.0, "participant")}
    numbers = {"p": (0.2, "probability per year"), "half": (0.5, "share"), "lag": (1.0, "year")}
    whole = priced(model({"a -> b": {"probability": "p"}}, years=3, numbers=numbers), amounts, prices, 0.03)
    whole["parameters"]["ratio"] = evidenced({"lognormal": {"mean": 2.0, "sd": 0.4}}, "odds ratio")
    whole["parameters"]["many"] = evidenced({"fixed": 20.0}, "persons")
    whole["actors"]["rest_of_society"] = {"sector": "other", "label": "Others"}
    effect = {"move": "life.a -> b", "odds_ratio": "ratio", "years": [1, "onwards"], "evidence": "assumed"}
    cost = {"programme": "fee", "actor": "region", "scale": {"participants": "many", "elasticity": 1}}
    whole["interventions"] = {
        name: {"about": name, "enrol": {"at_age": 20, "uptake": 1}, "effects": [effect], "costs": [cost]}
        for name in ("advice", "placement")
    }
    if displaces:
        lost = {"share": "half", "prices": ["work", "tax"], "borne_by": "rest_of_society"}
        whole["interventions"]["placement"]["displacement"] = [lost]
    whole["strategies"] = {name: [name] for name in whole["interventions"]}
    whole["strategies"] |= {"usual": [], "both": ["advice", "placement"]}
    whole["population"]["cohorts"] = cohorts
    whole["outcomes"] = {"at_work": {"about": "in work", "good": True, "while": {"life": "b"}}}
    return whole


def shown(whole, width=80):
    file = read(whole)
    results = simulate(file, draws=5, persons=200, engine="expected")
    page = io.StringIO()
    Console(file=page, width=width).print(run_tables(results, file.scenario, rows(results), width))
    return page.getvalue(), results, file


def test_everything_fits_into_80_columns_and_no_number_is_cut():
    text, _, _ = shown(tree(cohorts=12))
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    for words in (
        "of which cashable",
        "of which freed",
        "Gross net saving",
        "Displaced",
        "Sum of the parts",
        "Together",
    ):
        assert all(word in text for word in words.split())


def test_each_table_is_shown_only_where_there_is_something_to_say():
    plain, _, _ = shown(tree(cashable=False, displaces=False))
    assert "cashable" not in plain.lower()
    assert "displaced" not in plain.lower()
    assert "cohort" not in plain.lower()
    assert "Both against Advice + Placement: net saving" in plain
    text, _, _ = shown(tree())
    # Advice displaces nobody: it has no table of it.
    advice, rest = text.split("\nPlacement\n")
    assert "Displaced" not in advice
    assert "Displaced" in rest
    assert advice.count("cashable") == 1
    alone = tree()
    del alone["strategies"]["both"]
    assert "Interaction" not in shown(alone)[0]


def test_cohorts_are_told_wherever_a_number_is_per_person():
    text, _, _ = shown(tree(cohorts=12), 400)
    assert "SEK for all 12 cohorts together per person of one of them, prices of 2024" in text
    assert "the decision is about 10 persons in each cohort" in text
    assert "12 cohorts start, one each year" in text
    assert re.search(r"Outcome per person, +\n12 cohorts +Usual", text)


@pytest.mark.parametrize("engine", ["sampled", "expected"])
def test_records_say_the_same_to_machines(engine):
    file = read(tree())
    results = simulate(file, draws=5, persons=200, engine=engine)
    records = rows(results)
    for record in records:
        assert record["avoided_cost"] == pytest.approx(record["cashable_saving"] + record["freed"])
        assert record["net_saving"] == pytest.approx(record["gross_net_saving"] - record["displaced"])
        assert record["cashable_saving_q05"] <= record["cashable_saving_q50"] <= record["cashable_saving_q95"]
        assert {"cashable_saving_mcse", "freed_mcse", "gross_net_saving_mcse", "displaced_mcse"} <= record.keys()
    assert "cashable_saving,cashable_saving_mcse" in as_csv(records).splitlines()[0]
    told = json.loads(json.dumps(as_json(results, file.scenario, records)))
    (society,) = (of for of in told["combinations"] if of["actor"] == "society")
    assert society["strategy"] == "both"
    assert society["parts"] == "advice + placement"
    assert society["interaction"] == pytest.approx(society["together"] - society["sum_of_parts"])
    net = {record["intervention"]: record["net_saving"] for record in records if record["actor"] == "society"}
    assert society["sum_of_parts"] == pytest.approx(net["advice"] + net["placement"])
    plain = read(tree(cashable=False, displaces=False) | {"strategies": {"usual": [], "advice": ["advice"]}})
    results = simulate(plain, draws=5, persons=50, engine=engine)
    assert "cashable_saving" not in rows(results)[0]
    assert "displaced" not in rows(results)[0]
    assert "combinations" not in as_json(results, plain.scenario, rows(results))


def test_the_figures_behind_displacement_and_scale_count_as_evidence():
    whole = tree()
    whole["parameters"]["lost"] = evidenced({"fixed": 0.3}, "share") | {
        "source": {"work": "study", "where": "table 1", "as_printed": "0.3"}, "grade": "D",
    }  # fmt: skip
    whole["sources"] = {"study": {"title": "A study", "by": "somebody", "year": 2020}}
    for name in ("worth", "half"):
        whole["parameters"][name] |= {"source": whole["parameters"]["lost"]["source"], "grade": "A"}
    whole["interventions"]["placement"]["displacement"][0]["share"] = "lost"
    quality = line_quality(read(whole).scenario)
    assert quality["tax"] == "A"
    assert quality["placement.displacement[0].tax"] == "D"
    assert quality["placement.costs[0]"] == "assumed"
