"""What is told of where numbers come from: overrides, bibliography, assumptions, weak figures that carry a result."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from rich.console import Console

from simcore.errors import ScenarioWarning
from simcore.report.provenance import drives, provenance, weak_figures
from simcore.report.provenance_tables import driven_words, provenance_tables
from simcore.report.quality import driver_words, evidence_words
from simcore.scenario.loading import ScenarioFile, read_scenario
from simcore.simulation import simulate
from tests.analytic.models import model, priced, with_programme
from tests.strategies import Tree, evidenced, read

ZETA = {"work": "zeta", "where": "table 2", "as_printed": "12 kronor"}
ALPHA = {"work": "alpha", "where": "page 3", "as_printed": "0.4"}


def extended(folder: Path) -> ScenarioFile:
    """A case over a model: it takes another risk, and a price from a work."""
    base = priced(
        model({"well -> ill": {"probability": "risk"}}, years=3, numbers={"base": (0.2, "probability per year")}),
        {},
        {"care": {"resource": "care", "while": {"life": "ill"}, "actor": "region"}},
    )
    base["derived"] = {"risk": {"formula": "base * 1", "unit": "probability per year"}}
    base["parameters"]["care"] = {
        "about": "care", "distribution": {"fixed": 12}, "unit": "SEK per year", "price_year": 2024, "source": ZETA,
        "grade": "D", "conversion": "as printed",
    }  # fmt: skip
    base["parameters"]["half"] = evidenced({"fixed": 0.5}, "risk ratio") | {"source": ALPHA, "grade": "C"}
    base["sources"] = {
        "zeta": {"title": "Zeta's prices", "by": "Zeta", "year": 2001, "url": "https://example.org/zeta"},
        "alpha": {"title": "On risks", "by": "alpha and others", "year": 2010, "seen_in": "a newspaper"},
    }
    effect = {"move": "life.well -> ill", "risk_ratio": "half", "years": [1, 2], "evidence": "assumed"}
    base = with_programme(base, [effect], uptake="half_of_them")
    base["parameters"]["half_of_them"] = evidenced({"fixed": 0.5}, "probability")
    (folder / "model.yaml").write_text(yaml.safe_dump(base, sort_keys=False), encoding="utf-8")
    case: dict[str, Any] = {
        "title": "the case",
        "extends": "model.yaml",
        "parameters": {
            "base": evidenced({"beta": {"mean": 0.3, "sd": 0.05}}, "probability per year")
            | {"source": {"assumption": "more of them, range 0.2 to 0.4"}, "about": "risk of falling ill"},
        },
        "population": {"target_group": 7},
    }
    (folder / "scenario.yaml").write_text(yaml.safe_dump(case, sort_keys=False), encoding="utf-8")
    return read_scenario(folder)


def by_name(file: ScenarioFile) -> dict[str, Any]:
    return {figure["name"]: figure for figure in provenance(file)["figures"]}


def test_a_figure_says_what_it_overrides_and_where(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = extended(tmp_path)
    figures = by_name(file)
    (old,) = figures["base"]["overrides"]
    line = (tmp_path / "model.yaml").read_text().splitlines().index("  base:") + 1
    assert old == {"field": "", "value": "0.2", "file": f"model.yaml:{line}"}
    assert figures["base"]["file"].startswith("scenario.yaml:")
    assert figures["care"]["overrides"] == []
    assert figures["care"]["file"].startswith("model.yaml:")
    assert [change["path"] for change in provenance(file)["changes"]] == ["population.target_group"]


def test_a_changed_distribution_says_what_it_was(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    extended(tmp_path)
    case = yaml.safe_load((tmp_path / "scenario.yaml").read_text())
    case["change"] = {"parameters": {"care": {"distribution": {"lognormal": {"median": 12, "interval_95": [6, 24]}}}}}
    (tmp_path / "scenario.yaml").write_text(yaml.safe_dump(case))
    with pytest.warns(ScenarioWarning, match="the source of the old one"):
        file = read_scenario(tmp_path)
    (old,) = by_name(file)["care"]["overrides"]
    assert (old["field"], old["value"]) == ("distribution", "12")


def test_what_a_figure_drives_is_told_through_formulas_and_tables(tmp_path):
    scenario = extended(tmp_path).scenario
    assert drives(scenario) == {
        "base": ["life: well -> ill"],
        "care": ["price care"],
        "half": ["effect of programme"],
        "half_of_them": ["who takes part in programme"],
    }
    assert weak_figures(scenario) == {"programme": {"half": "C", "half_of_them": "assumed"}}


def test_what_is_driven_stands_together():
    purposes = ["a: x -> y", "price p", "who is simulated", "a: y -> z", "price q", "a: z -> x", "a: w -> x"]
    assert driven_words(purposes) == "a: x -> y, y -> z, z -> x and 1 more; prices p, q; who is simulated"
    assert driven_words(["price p"]) == "price p"


def printed(file: ScenarioFile, width: int) -> str:
    console = Console(width=width, file=io.StringIO(), highlight=False)
    console.print(provenance_tables(file))
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())  # type: ignore[attr-defined]


WHOLE = """Figures of {name}

In scenario.yaml
base  0.3 probability per year; beta {{mean: 0.3, sd: 0.05}}; assumed
    Risk of falling ill.
    Assumption: more of them, range 0.2 to 0.4.
    Line 4. Drives life: well -> ill.
    0.3 here; model.yaml:{base} has 0.2.

In model.yaml
care  12.0 SEK per year, 2024 prices; grade D
    Care.
    zeta, table 2: 12 kronor.
    Conversion: as printed.
    Line {care}. Drives price care.
half  0.5 risk ratio; grade C
    A number.
    alpha, page 3: 0.4.
    Line {half}. Drives effect of programme.
half_of_them  0.5 probability; assumed
    A number.
    Assumption: generated.
    Line {half_of_them}. Drives who takes part in programme.

Works, and what was taken from them

alpha and others (2010). On risks. [alpha]
    Seen in: a newspaper
    - half [C], page 3: 0.4. For effect of programme.

Zeta (2001). Zeta's prices. [zeta]
    https://example.org/zeta
    - care [D], table 2: 12 kronor. For price care.

Assumed: no source was found
    life: base
    who takes part in programme: half_of_them

Weak or assumed figures that interventions rest on (C, D, assumed)
    programme: half (grade C), half_of_them (assumed)
    simcore run says which figures carry most of the spread of its results.

Other parts of what it extends that the case replaces
    population.target_group (was in model.yaml:{target_group})

4 figures: 1 grade C, 1 grade D, 2 assumed. 1 overrides what is extended."""


@pytest.mark.parametrize("width", [80, 120])
def test_the_whole_of_it_can_be_read_in_a_terminal(width, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = extended(tmp_path)
    lines = (tmp_path / "model.yaml").read_text().splitlines()
    # Where they stand in the model; of those called alike, the parameters are the last.
    numbers = {name: number + 1 for name in ("base", "care", "half", "half_of_them", "target_group")
               for number, line in enumerate(lines) if line.startswith((f"  {name}:", f"  {name}: "))}  # fmt: skip
    numbers["care"] = next(n for n, line in enumerate(lines) if line == "    about: care")
    found = printed(file, width)
    whole = WHOLE.format(name=file.name, **numbers)
    assert found.split() == whole.split()
    if width == 80:
        assert found == whole
    assert max(map(len, found.splitlines())) <= width


def test_machines_are_told_the_same(tmp_path):
    record = json.loads(json.dumps(provenance(extended(tmp_path))))
    assert [work["by"] for work in record["bibliography"]] == ["alpha and others", "Zeta"]
    assert record["bibliography"][1] == {
        "key": "zeta", "by": "Zeta", "year": 2001, "title": "Zeta's prices", "url": "https://example.org/zeta",
        "seen_in": None,
        "uses": [
            {"name": "care", "where": "table 2", "as_printed": "12 kronor", "grade": "D", "drives": ["price care"]}
        ],
    }  # fmt: skip
    assert record["assumptions"] == ["base", "half_of_them"]
    assert record["interventions"] == {"programme": {"half": "C", "half_of_them": "assumed"}}


# --- the figures that carry most of the spread ----------------------------------------------------


def costing(sizes: dict[str, tuple[float, str | None]], draws: int) -> tuple[Any, Any]:
    """A programme whose costs are uncertain figures with these spreads and grades; nothing else differs."""
    moves = {"well -> ill": {"probability": "p"}}
    tree: Tree = priced(model(moves, years=1, numbers={"p": (0.1, "probability per year")}), {}, {})
    for name, (size, grade) in sizes.items():
        sourced = {"source": ZETA, "grade": grade} if grade else {}
        spread = {"uniform": {"min": 100 - size, "max": 100 + size}}
        tree["parameters"][name] = evidenced(spread, "SEK per participant", price_year=2024) | sourced
    tree["sources"] = {"zeta": {"title": "Zeta's prices", "by": "Zeta", "year": 2001, "url": "https://example.org"}}
    tree = with_programme(tree, [], costs=[{"programme": name, "actor": "region"} for name in sizes])
    file = read(tree | {"sampling": "sobol"})
    return simulate(file, draws=draws, engine="expected"), file.scenario


def test_most_of_what_is_unsure_is_named_with_weak_grades():
    results, scenario = costing({"a": (8, "D"), "b": (6, None), "c": (2, "A"), "d": (1, None)}, 512)
    assert driver_words(results, scenario) == [
        "Most of what is unsure about Helped comes from a (grade D) and b (assumed): 95 % of the spread of society's "
        "net saving."
    ]
    sentences = evidence_words(results, scenario)
    assert "96 % comes from parameters that are weak or assumed (35 % assumed), 4 % from better ones" in sentences[0]
    assert sentences[1:] == driver_words(results, scenario)


def test_a_better_figure_among_them_is_named_without_its_grade():
    results, scenario = costing({"a": (8, "C"), "b": (6, "A"), "c": (4, "B2"), "d": (3, "D")}, 512)
    assert driver_words(results, scenario) == [
        "Most of what is unsure about Helped comes from a (grade C), b and c: 93 % of the spread of society's net "
        "saving."
    ]


def test_many_small_figures_are_not_called_most():
    results, scenario = costing({f"n{k}": (10 - 0.2 * k, None) for k in range(10)}, 1024)
    assert driver_words(results, scenario) == [
        "Of what is unsure about Helped, no figures carry more than n0 (assumed), n1 (assumed) and n2 (assumed): 35 % "
        "of the spread of society's net saving."
    ]


def test_good_figures_and_too_few_draws_are_not_told():
    results, scenario = costing({"a": (8, "A"), "b": (6, "B"), "c": (0.5, "D")}, 512)
    assert driver_words(results, scenario) == []
    results, scenario = costing({f"n{k}": (10, None) for k in range(10)}, 16)
    assert driver_words(results, scenario) == []


def test_nothing_is_named_where_luck_hides_it():
    """Few persons, rare events and one uncertain effect: the draws differ by luck, not by the figure."""
    tree = priced(
        model({"well -> ill": {"probability": "p"}}, years=3, numbers={"p": (0.1, "probability per year")}),
        {"care": (1000.0, "year")},
        {"care": {"resource": "care", "while": {"life": "ill"}, "actor": "region"}},
    )
    tree["parameters"]["rr"] = evidenced({"lognormal": {"median": 0.6, "interval_95": [0.5, 0.72]}}, "risk ratio")
    every = {"years": [1, "onwards"], "evidence": "causal"}
    tree = with_programme(tree, [{"move": "life.well -> ill", "risk_ratio": "rr", **every}])
    file = read(tree)
    lucky = simulate(file, draws=100, persons=10)
    assert driver_words(lucky, file.scenario) == []
    exact = simulate(file, draws=100, engine="expected")
    assert driver_words(exact, file.scenario) == [
        "Most of what is unsure about Helped comes from rr (assumed): > 99 % of the spread of society's net saving."
    ]
    assert np.isfinite(lucky["present_value"]).all()
