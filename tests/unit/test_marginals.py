"""From a scenario file to figures that are drawn together."""

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import simcore
from simcore.analysis.evidence import uncertainty_by_quality
from simcore.errors import ScenarioError
from simcore.report.provenance import provenance
from simcore.report.quality import evidence_words, parameter_quality
from simcore.report.words import describe
from simcore.scenario.draws import drawn_parameters
from simcore.scenario.loading import read_scenario, scenario_from_texts
from simcore.simulation import try_out
from simcore.uncertainty.dependence import INDEPENDENT, Copula, Shares

GOOD = Path(__file__).parents[1] / "scenarios" / "good"
N = 4000
Z = stats.norm.isf(0.5e-6)


@pytest.fixture(scope="module")
def file():
    return read_scenario(GOOD / "correlated.yaml")


@pytest.fixture(scope="module")
def drawn(file):
    return drawn_parameters(file, N, seed=1, sampling="monte_carlo")


def test_what_is_drawn_together(file):
    dependence = file.dependence
    assert dependence.copulas == (
        Copula(
            ("c_care", "c_drug", "c_visit"),
            ((1, 0, 0.4), (0, 1, 2 * math.sin(math.pi / 12)), (0.4, 2 * math.sin(math.pi / 12), 1)),
        ),
        Copula(("b_age", "b_constant"), ((1.0, pytest.approx(-0.9)), (pytest.approx(-0.9), 1.0))),
        Copula(("b_ill", "b_job"), ((1.0, -0.3), (-0.3, 1.0))),
    )
    assert dependence.shares == (
        Shares(("p_recovery", "p_death", "p_still_ill"), (30.0, 5.0, 65.0)),
        Shares(("share_region", "share_state"), (28.0, 12.0)),
    )
    (rows,) = dependence.rows
    assert (rows.name, rows.names) == ("posterior", ("r_job", "r_job_loss"))
    assert rows.table.tolist() == [[0.5, 0.1], [0.6, 0.12], [0.4, 0.09]]
    assert rows.weights.tolist() == [1.0, 2.0, 1.0]
    assert read_scenario("textbook_chain").dependence == INDEPENDENT


def test_figures_that_nothing_connects_are_groups_of_their_own():
    made_up = "scale: normal, source: {assumption: made up}"
    more = "".join(
        f"  c_{letter}: {{distribution: {{gamma: {{mean: 10, sd: 2}}}}, unit: SEK per year, price_year: 2024, "
        "source: {assumption: made up}}\n"
        for letter in "uvwxyz"
    )
    pairs = {("c_z", "c_u"): 0.5, ("c_w", "c_v"): 0.2, ("c_x", "c_w"): -0.2, ("c_y", "c_x"): 0}
    text = CASE.replace("  hr:", f"{more}  hr:") + "correlations:\n"
    for (one, other), coefficient in pairs.items():
        text += f"  - {{between: [{one}, {other}], coefficient: {coefficient}, {made_up}}}\n"
    assert read(text).dependence.copulas == (
        Copula(("c_u", "c_z"), ((1.0, 0.5), (0.5, 1.0))),
        Copula(("c_v", "c_w", "c_x"), ((1.0, 0.2, 0.0), (0.2, 1.0, -0.2), (0.0, -0.2, 1.0))),
    )


def test_an_alternative_may_have_another_matrix():
    texts = {"correlated.yaml": (GOOD / "correlated.yaml").read_text(encoding="utf-8")}
    texts |= {f"correlated/{path.name}": path.read_text(encoding="utf-8") for path in (GOOD / "correlated").iterdir()}
    texts["other.csv"] = "name,b_age,b_constant\nb_age,0.0004,0\nb_constant,0,0.25\n"
    texts["costs.csv"] = "name,c_job,c_visit\nc_job,1,0.5\nc_visit,,1\n"
    normal = "change: {joint: {illness_model: {multivariate_normal: {covariance: "
    texts["correlated.yaml"] += "\n".join([
        "alternatives:",
        "  other: {about: another covariance, " + normal + "{file: other.csv}}}}}}",
        "  here: {about: one in place, " + normal + "[[0.25, 0], [0, 0.0009]]}}}}}",
        "  costs: {about: other correlations, change: {correlations: {1: {file: costs.csv}}}}",
    ])  # fmt: skip
    of = scenario_from_texts(texts, "correlated.yaml").alternatives
    assert [of[name].distributions["b_age"].sd for name in of] == pytest.approx([0.02, 0.03, 0.01])
    assert [group for name in of for group in of[name].dependence.groups if "b_age" in group] == [
        ("b_age", "b_constant")
    ]
    assert ("c_drug", "c_job", "c_visit") in of["costs"].dependence.groups
    assert ("c_care", "c_drug", "c_visit") in of["other"].dependence.groups


def test_each_parameter_has_its_distribution_by_itself(file):
    of = file.distributions
    assert {name: distribution.name for name, distribution in of.items()} == {
        "b_constant": "normal", "b_age": "normal", "b_job": "normal", "b_ill": "normal", "p_recovery": "beta",
        "p_death": "beta", "p_still_ill": "beta", "share_region": "beta", "share_state": "beta",
        "r_job": "empirical", "r_job_loss": "empirical", "c_visit": "gamma", "c_drug": "lognormal",
        "c_care": "uniform", "c_job": "gamma",
    }  # fmt: skip
    assert (of["b_constant"].mean, of["b_constant"].sd) == (-4.0, 0.5)
    assert (of["b_age"].mean, of["b_age"].sd) == (0.03, pytest.approx(0.01))
    assert (of["b_ill"].mean, of["b_ill"].sd) == (-0.2, 0.05)
    assert of["p_death"].given == {"alpha": 5.0, "beta": 95.0}
    assert of["share_state"].given == {"alpha": pytest.approx(12), "beta": pytest.approx(28)}
    assert of["r_job"].mean == pytest.approx(0.525)


def test_draws_have_their_distributions_by_themselves(file, drawn):
    for name, values in drawn.items():
        distribution = file.distributions[name]
        assert abs(values.mean() - distribution.mean) <= Z * distribution.sd / math.sqrt(N), name
        if distribution.name != "empirical":
            gap = np.abs(distribution.cdf(np.sort(values)) - (np.arange(N) + 0.5) / N).max()
            assert gap <= math.sqrt(math.log(2e6) / (2 * N)) + 0.5 / N, name


def test_draws_hang_together_as_the_file_says(drawn):
    def spearman(one, other):
        return stats.spearmanr(drawn[one], drawn[other]).statistic

    for one, other, expected in (
        ("c_visit", "c_drug", 0.5),
        ("c_visit", "c_care", 6 / math.pi * math.asin(0.2)),
        ("c_drug", "c_care", 0.0),
        ("c_visit", "c_job", 0.0),
        ("b_constant", "b_age", 6 / math.pi * math.asin(-0.45)),
        ("b_ill", "b_job", 6 / math.pi * math.asin(-0.15)),
    ):
        error = math.sqrt((1 + expected**2 / 2) / (N - 3))
        assert abs(math.atanh(spearman(one, other)) - math.atanh(expected)) <= Z * error, (one, other)
    assert drawn["p_recovery"] + drawn["p_death"] + drawn["p_still_ill"] == pytest.approx(np.ones(N), abs=1e-15)
    assert set(zip(drawn["r_job"], drawn["r_job_loss"], strict=True)) == {(0.5, 0.1), (0.6, 0.12), (0.4, 0.09)}


def test_the_file_runs_with_its_sampling(file):
    assert file.scenario.sampling == "sobol"
    assert try_out(file)
    results = simcore.simulate(file, persons=4)
    values = drawn_parameters(file, 64, seed=1)
    for name in ("b_age", "p_death", "r_job", "c_drug"):
        assert (results["parameter_value"].sel(parameter=name).values == values[name]).all()


def test_the_means_of_jointly_drawn_figures_are_shown(file):
    (line,) = [line for line in describe(file.scenario) if "ill -> dead" in line]
    assert line == "    ill -> dead: probability p_death (0.05) a year"


def test_what_is_drawn_together_in_words(file):
    lines = list(describe(file.scenario))
    start = lines.index("Figures drawn together") + 1
    assert lines[start : lines.index("Actors")] == [
        "  illness_model (a logistic regression of illness on age): b_constant, b_age, multivariate normal"
        " (check digits 2646df).",
        "  well_being: b_job, b_ill, multivariate normal (check digits 18df0b).",
        "  ways_out (what became of a hundred ill persons within a year): p_recovery, p_death, p_still_ill, shares of "
        "a whole (Dirichlet) (check digits 87a4a3).",
        "  payers: share_region, share_state, shares of a whole (Dirichlet) (check digits 9e1772).",
        "  posterior (a posterior sample of two rates): r_job, r_job_loss, one of 3 rows of "
        "correlated/posterior.csv (check digits 35bf2f).",
        "  c_visit, c_drug (dear places are dear in all): correlation of ranks 0.5.",
        "  c_care, c_visit: correlations of normal scores in correlated/correlations.csv (check digits 9bc017).",
    ]
    assert "64 draws at Sobol' points, seed 1;" in lines[1]


def test_the_works_behind_correlations_are_cited(file):
    record = provenance(file)
    assert record["works"]["register_study"]["figures"] == ["joint.illness_model"]
    (figure,) = [figure for figure in record["figures"] if figure["name"] == "joint.illness_model"]
    assert (figure["value"], figure["grade"], figure["as_printed"]) == (
        "multivariate normal (check digits 2646df)", "B", "-4.00 (0.50), 0.030 (0.010)",
    )  # fmt: skip
    assert figure["used_for"] == ["b_constant", "b_age"]
    assert [figure["name"] for figure in record["figures"] if "[" in figure["name"]] == [
        "correlations[0]", "correlations[1]",
    ]  # fmt: skip


CASE = """\
title: one move
population:
  {persons: 20, target_group: 10, start: {age: 30, year: 2024}, horizon: {years: 5}, start_states: {health: well}}
domains: {health: {states: [well, ill], moves: {well -> ill: {probability: p_a}}}}
parameters:
  p_a: {distribution: {joint: ways}, unit: probability per year, source: {assumption: made up}}
  p_b: {distribution: {joint: ways}, unit: probability per year, source: {assumption: made up}}
  c_ill:
    distribution: {gamma: {mean: 10, sd: 2}}
    unit: SEK per year
    price_year: 2024
    source: {assumption: made up}
  hr: {distribution: {fixed: 0.5}, unit: hazard ratio, source: {assumption: made up}, evidence: assumed}
joint:
  ways: {dirichlet: {counts: {p_a: 3, p_b: 7}}, source: {assumption: made up}}
actors: {state: {sector: public}}
prices: {care: {while: {health: ill}, resource: c_ill, actor: state}}
money: {currency: SEK, price_year: 2024}
interventions:
  help:
    about: help
    enrol: {at_age: 30, uptake: 1}
    effects: [{move: health.well -> ill, hazard_ratio: hr, years: [1, onwards], evidence: assumed, movable_share: 1}]
strategies: {usual: [], help: [help]}
comparator: usual
draws: 40
"""


def read(text=CASE, **files):
    return scenario_from_texts({"case.yaml": text, **files}, "case.yaml")


def test_what_is_only_drawn_along_is_no_surprise():
    assert read().warnings == ()
    unused = CASE.replace("probability: p_a", "probability: 1")
    assert [text.split("  ")[1] for text in read(unused).warnings] == [
        "parameters.p_a: is not used",
        "parameters.p_b: is not used",
    ]


def test_numbers_of_draws_that_sobol_points_do_not_want():
    (warning,) = read(CASE + "sampling: sobol\n").warnings
    assert warning == "case.yaml:27  sampling: Sobol' points are best with 32 or 64 draws, not 40"
    assert read(CASE.replace("draws: 40", "draws: 64") + "sampling: sobol\n").warnings == ()
    assert read(CASE + "sampling: latin_hypercube\n").warnings == ()


def test_a_case_replaces_the_correlations_and_adds_to_joint():
    case = """\
extends: case.yaml
parameters:
  p_a: {distribution: {beta: {alpha: 3, beta: 7}}, unit: probability per year, source: {assumption: made up}}
joint: {ways: {dirichlet: {counts: {p_b: 3, p_c: 7}}, source: {assumption: made up}}}
correlations: [{between: [p_a, c_ill], coefficient: -0.2, scale: normal, source: {assumption: made up}}]
"""
    base = (
        CASE
        + "correlations: [{between: [c_ill, c_ill], coefficient: 0.2, scale: normal, source: {assumption: made up}}]\n"
    )
    more = "  p_c: {distribution: {joint: ways}, unit: probability per year, source: {assumption: made up}}\n"
    texts = {"case.yaml": base.replace("joint:\n", f"{more}joint:\n"), "other.yaml": case}
    file = scenario_from_texts(texts, "other.yaml")
    assert file.dependence.groups == (("c_ill", "p_a"), ("p_b", "p_c"))


def test_a_reference_that_leads_nowhere_is_one_problem_even_where_its_mean_is_asked_for():
    text = CASE.replace(
        "parameters:\n",
        "discount: {money: rate}\nparameters:\n"
        "  rate: {distribution: {joint: rates}, unit: per year, source: {assumption: made up}}\n",
    )
    with pytest.raises(ScenarioError) as caught:
        read(text)
    assert (
        str(caught.value)
        == """\
case.yaml:7  parameters.rate.distribution
    found    rates
    allowed  an entry of joint: ways
1 problem in case.yaml; nothing was run."""
    )


def test_the_quality_of_what_is_drawn_together():
    file = read()
    assert parameter_quality(file.scenario)["p_a"] == "assumed"
    results = simcore.simulate(file, persons=20, engine="expected")
    assert evidence_words(results, file.scenario)


def test_shares_of_the_variance_of_correlated_figures():
    # y = 2 a + b with correlation r: Pratt's shares are 2 (2 + r) and 1 (1 + 2 r), over 5 + 4 r.
    r, n = 0.5, 20_000
    rng = np.random.default_rng(1)
    a = rng.normal(size=n)
    b = r * a + math.sqrt(1 - r**2) * rng.normal(size=n)
    shares = explained({"a": a, "b": b}, 2 * a + b)
    assert shares["A"] == pytest.approx(2 * (2 + r) / (5 + 4 * r), abs=0.01)
    assert shares["B"] == pytest.approx((1 + 2 * r) / (5 + 4 * r), abs=0.01)
    assert shares["rest"] == pytest.approx(0.0, abs=1e-9)


def test_shares_of_the_variance_of_shares_of_a_whole():
    rng = np.random.default_rng(1)
    p = rng.dirichlet([3, 7], 500)
    shares = explained({"a": p[:, 0], "b": p[:, 1]}, p[:, 0])
    assert shares["A"] + shares["B"] == pytest.approx(1.0)
    assert shares["A"] == pytest.approx(0.5, abs=1e-6)  # they say the same


def test_a_figure_that_counteracts_gets_nothing():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 20_000))
    b = 0.9 * a + math.sqrt(1 - 0.81) * b
    shares = explained({"a": a, "b": b}, a - 0.5 * b)  # b with y: 0.9 - 0.5 > 0, so its share is below 0
    assert shares["B"] == 0.0
    assert shares["A"] == pytest.approx(1.0, abs=1e-6)


def explained(parameters, saving):
    """What share of the variance of a saving comes from parameters of each quality."""
    import xarray as xr

    n = len(saving)
    cost = np.stack([saving, np.zeros(n)])[:, :, None, None, None]
    results = xr.Dataset(
        {
            "present_value": (("strategy", "draw", "actor", "cost_kind", "year"), cost),
            "parameter_value": (("draw", "parameter"), np.array(list(parameters.values())).T),
        },
        {
            "strategy": ["usual", "help"],
            "actor": ["state"],
            "cost_kind": ["resource"],
            "year": [2024],
            "parameter": list(parameters),
        },
        {"comparator": "usual"},
    )
    shares = uncertainty_by_quality(results, {"a": "A", "b": "B"})
    return {str(name): float(shares.sel(intervention="help", quality=name)) for name in shares["quality"].values}
