"""The money of each calendar year: by hand for two cohorts that are certain to do what they do, and its sums."""

import csv
import io

import numpy as np
import pytest
from rich.console import Console

import simcore
from simcore.analysis.avoided_cost import with_views
from simcore.errors import UnknownNameError
from simcore.report.budget_tables import budget_records, budget_tables
from simcore.report.records import as_csv
from simcore.simulation import simulate
from tests.analytic.models import START_YEAR, model, priced, run, with_programme
from tests.strategies import evidenced, read

from .made import made

AMOUNTS = ("avoided_cost", "programme_cost", "net_saving", "cashable_saving", "freed")


def tree(cohorts=2):
    """All fall ill after a year, or, when helped, after two: a year of care and pain less, and one more of work.

    Half of the care is cashable after a year; half of the work is what somebody else would have had.
    """
    amounts = {"care": (100.0, "year"), "worth": (20.0, "year"), "pain": (7.0, "year"), "fee": (30.0, "participant")}
    numbers = {
        "one": (1.0, "probability"), "minus_one": (-1.0, "risk difference"),
        "half": (0.5, "share"), "lag": (1.0, "year"),
    }  # fmt: skip
    prices = {
        "care": {
            "while": {"life": "ill"}, "resource": "care", "actor": "municipality",
            "cashable": {"share": "half", "after": "lag"},
        },
        "work": {"while": {"life": "well"}, "production": "worth", "to": "household"},
        "pain": {"while": {"life": "ill"}, "intangible": "pain", "actor": "household"},
    }  # fmt: skip
    whole = priced(model({"well -> ill": {"probability": "one"}}, years=3, numbers=numbers), amounts, prices, 0.5)
    whole["actors"]["others"] = {"sector": "other"}
    effect = {"move": "life.well -> ill", "risk_difference": "minus_one", "years": [1, 1], "evidence": "assumed"}
    whole = with_programme(whole, [effect], costs=[{"programme": "fee", "actor": "region"}])
    lost = {"share": "half", "prices": ["work"], "borne_by": "others"}
    whole["interventions"]["programme"]["displacement"] = [lost]
    whole["population"]["cohorts"] = cohorts
    return whole


@pytest.fixture(scope="module")
def certain():
    return run(tree(), persons=20, draws=3)


def of(found, name, actor, intervention="helped"):
    return found[name].sel(intervention=intervention, actor=actor).values


def test_two_cohorts_by_hand(certain):
    found = simcore.budget(certain)
    assert found["year"].values.tolist() == [START_YEAR + k for k in range(4)]
    wanted = {
        ("avoided_cost", "municipality"): [0, 100, 100, 0],
        ("programme_cost", "municipality"): [0, 0, 0, 0],
        ("cashable_saving", "municipality"): [0, 0, 50, 50],
        ("freed", "municipality"): [0, 100, 50, -50],
        ("programme_cost", "region"): [30, 30, 0, 0],
        ("net_saving", "region"): [-30, -30, 0, 0],
        ("net_saving", "household"): [0, 20, 20, 0],
        ("net_saving", "others"): [0, -10, -10, 0],
        ("net_saving", "public_sector"): [-30, 70, 100, 0],
        ("avoided_cost", "society"): [0, 110, 110, 0],
        ("net_saving", "society"): [-30, 80, 110, 0],
    }
    for (name, actor), values in wanted.items():
        np.testing.assert_allclose(of(found, name, actor), values, atol=1e-12, err_msg=f"{name} of {actor}")
        np.testing.assert_allclose(of(found, f"{name}_mcse", actor), np.zeros(4), atol=1e-12)
        np.testing.assert_allclose(of(found, f"{name}_quantile", actor), [values] * 3, atol=1e-12)
    assert found["net_saving"].attrs["units"].startswith("SEK of 2024 per person")
    assert "discounted" not in found["net_saving"].attrs["units"]


def test_the_target_group_is_ten_persons_of_each_cohort(certain):
    found = simcore.budget(certain, total=True)
    np.testing.assert_allclose(of(found, "net_saving", "society"), [-300, 800, 1100, 0], atol=1e-12)
    np.testing.assert_allclose(of(found, "freed", "municipality"), [0, 1000, 500, -500], atol=1e-12)
    np.testing.assert_allclose(of(found, "avoided_cost_quantile", "municipality")[0], [0, 1000, 1000, 0], atol=1e-12)
    words = "SEK of 2024 for the target group of 10 persons in each of 2 cohorts together"
    assert {found[name].attrs["units"] for name in found} == {words}


def test_gross_also_and_another_comparator(certain):
    gross = simcore.budget(certain, gross=True)
    np.testing.assert_allclose(of(gross, "net_saving", "others"), np.zeros(4), atol=1e-12)
    np.testing.assert_allclose(of(gross, "cashable_saving", "others"), np.zeros(4), atol=1e-12)
    np.testing.assert_allclose(of(gross, "avoided_cost", "society"), [0, 120, 120, 0], atol=1e-12)
    pain = simcore.budget(certain, also=["intangible"])
    np.testing.assert_allclose(of(pain, "avoided_cost", "household"), [0, 27, 27, 0], atol=1e-12)
    turned = simcore.budget(certain, comparator="helped")
    assert turned["intervention"].values.tolist() == ["usual"]
    np.testing.assert_allclose(of(turned, "net_saving", "society", "usual"), [30, -80, -110, 0], atol=1e-12)
    assert "cashable_saving" not in turned  # it was worked out against the scenario's comparator
    assert "freed" not in turned
    with pytest.raises(UnknownNameError, match="'helpt' is not a strategy of these results; did you mean 'helped'"):
        simcore.budget(certain, comparator="helpt")
    with pytest.raises(UnknownNameError, match="did you mean 'intangible'"):
        simcore.budget(certain, also=["intangibles"])


def test_discounted_and_not_by_hand(certain):
    """At 50 % a year the care of 2025 and 2026 is worth 100 / 1.5 + 100 / 2.25."""
    at = {"intervention": "helped", "actor": "municipality", "draw": 0}
    assert float(simcore.avoided_cost(certain).sel(at)) == pytest.approx(100 / 1.5 + 100 / 2.25)
    assert float(simcore.avoided_cost(certain, discounted=False).sel(at)) == pytest.approx(200)
    assert float(simcore.cashable_saving(certain, discounted=False).sel(at)) == pytest.approx(100)
    assert float(simcore.freed(certain, discounted=False).sel(at)) == pytest.approx(100)
    others = {"intervention": "helped", "actor": "others", "draw": 0}
    assert float(simcore.displaced_cost(certain).sel(others)) == pytest.approx(10 / 1.5 + 10 / 2.25)
    assert float(simcore.displaced_cost(certain, discounted=False).sel(others)) == pytest.approx(20)
    assert "discounted" in simcore.programme_cost(certain).attrs["units"]
    assert "discounted" not in simcore.programme_cost(certain, discounted=False).attrs["units"]


@pytest.mark.parametrize("engine", ["sampled", "expected"])
def test_the_years_add_up_to_the_totals(engine):
    """With chance in lives and in figures: of the means, and of every draw."""
    chance = tree()
    chance["parameters"]["one"]["distribution"] = {"beta": {"mean": 0.6, "sd": 0.1}}
    chance["parameters"]["care"]["distribution"] = {"gamma": {"mean": 100.0, "sd": 30.0}}
    effect = {"move": "life.well -> ill", "odds_ratio": "ratio", "years": [1, 2], "evidence": "assumed"}
    chance["interventions"]["programme"]["effects"] = [effect]
    chance["parameters"]["ratio"] = evidenced({"fixed": 0.4}, "odds ratio")
    del chance["parameters"]["minus_one"]
    results = simulate(read(chance), draws=6, persons=40, engine=engine)
    found = simcore.budget(results)
    for name in AMOUNTS:
        function = getattr(simcore, name)
        whole = function(results, discounted=False)
        assert float(abs(whole).max()) > 0
        mean = with_views(whole, results).mean("draw")
        np.testing.assert_allclose(found[name].sum("year"), mean, rtol=1e-9, atol=1e-9, err_msg=name)
        years = function(results, by_year=True, discounted=False)
        np.testing.assert_allclose(years.sum("year"), whole, rtol=1e-9, atol=1e-9, err_msg=name)
        quantiles = with_views(years, results).quantile([0.05, 0.5, 0.95], dim="draw")
        np.testing.assert_allclose(found[f"{name}_quantile"], quantiles, rtol=1e-12, atol=1e-12)
    saving = found["avoided_cost"] - found["programme_cost"]
    np.testing.assert_allclose(saving, found["net_saving"], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found["cashable_saving"] + found["freed"], found["avoided_cost"], rtol=1e-9, atol=1e-9)


def test_one_draw_has_no_error_and_no_cashable_price_no_cash():
    results = made({"usual": {("town", "resource"): np.array([[1.0, 2.0, 3.0]])}, "help": {}})
    found = simcore.budget(results)
    assert np.isnan(found["net_saving_mcse"]).all()
    assert of(found, "net_saving", "public_sector", "help").tolist() == [1.0, 2.0, 3.0]
    assert "cashable_saving" not in found


def test_records_have_a_row_for_each_actor_and_year(certain):
    records = list(csv.DictReader(io.StringIO(as_csv(budget_records(certain)))))
    actors = ["municipality", "region", "household", "others", "public_sector", "society"]
    rows = [(record["intervention"], record["actor"], int(record["year"])) for record in records]
    assert rows == [("helped", actor, START_YEAR + k) for actor in actors for k in range(4)]
    second = records[rows.index(("helped", "society", START_YEAR + 1))]
    for name in ("net_saving", "net_saving_q05", "net_saving_q95"):
        assert float(second[name]) == pytest.approx(80)
        assert float(second[f"total_{name}"]) == pytest.approx(800)
    assert {f"{name}{end}" for name in AMOUNTS for end in ("", "_mcse", "_q05", "_q95")} < set(second)


def test_the_table_shows_some_years_in_thousands_and_fits():
    shown = tree(cohorts=9)
    shown["population"]["target_group"] = 20
    shown["parameters"]["fee"]["distribution"]["fixed"] = 30_000.0
    shown["actors"]["household"]["label"] = "The person and the household"
    file = read(shown)
    results = simulate(file, draws=2, persons=10)
    texts = {}
    for width in (160, 80, 50):
        page = io.StringIO()
        Console(file=page, width=width).print(*budget_tables(results, file.scenario, width), sep="\n")
        texts[width] = page.getvalue()
        assert max(map(len, texts[width].splitlines())) <= width
        assert "…" not in texts[width]
    lines = texts[80].splitlines()
    head = next(place for place, line in enumerate(lines) if line.startswith("Year since the start"))
    assert lines[head].split()[4:] == ["1", "2", "3", "5", "10", "11"]
    assert lines[head + 1].split() == ["Actor", "2024", "2025", "2026", "2028", "2033", "2034"]
    region = next(line for line in lines if line.startswith("Region"))
    assert region.split() == ["Region", "−600", "−600", "−600", "−600", "0", "0"]
    assert texts[50].count("Year since the start") == 2
    assert texts[50].count("Region") == 2
