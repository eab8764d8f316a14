"""Who gets the gain in simulated runs, and what cannot be told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import simcore
from simcore.analysis.once import worked_out_once
from simcore.decisions.fairness import fairness
from simcore.errors import ResultsError, UnknownNameError
from simcore.scenario.loading import read_scenario, with_groups

from ..analysis.made import made
from .grouped import A, B, one


@pytest.fixture(scope="module", params=["sampled", "expected"])
def school(request: pytest.FixtureRequest) -> xr.Dataset:
    file = with_groups(read_scenario("school_dropout"), ["sex", "background"])
    return simcore.simulate(file, draws=6, persons=60, engine=request.param)


def test_identities_of_a_simulated_run(school: xr.Dataset) -> None:
    assert school.attrs["engine"] in ("sampled", "expected")
    found = fairness(school, comparator="coach", more_is_better={"years_ill": False})
    assert found["attribute"].values.tolist() == ["sex", "background"]
    assert found["intervention"].values.tolist() == ["usual", "team", "both"]
    others = found["gap"].sel(strategy=found["intervention"].values).rename(strategy="intervention")
    usual = found["gap"].sel(strategy="coach", drop=True)
    # What is less than 1e-9 of the four levels, of at most 49 years, is rounding.
    xr.testing.assert_allclose(others - usual, found["gap_change"].drop_attrs(), atol=4 * 49e-9)
    for prefix in ("sex", "background"):
        of = [group for group in found["group"].values if group.startswith(prefix)]
        assert float(found["share"].sel(group=of).sum()) == pytest.approx(1)
        shares = found["share_of_gain"].sel(group=of).sum("group", skipna=False).values
        np.testing.assert_allclose(shares[~np.isnan(shares)], 1.0)
    assert found["share_of_gain"].notnull().any()
    in_gap = found["level"].sel(group=found["best_off"]) - found["level"].sel(group=found["worst_off"])
    sign = xr.where(found["outcome"] == "years_ill", -1.0, 1.0)
    gap = (in_gap * sign).drop_vars("group", errors="ignore").transpose(*found["gap"].dims)
    np.testing.assert_allclose(gap, found["gap"], atol=1e-9)


def test_the_total_is_that_of_all_persons_in_every_draw(school: xr.Dataset) -> None:
    everybody = school["outcome_value"] - school["outcome_value"].sel(strategy="usual", drop=True)
    everybody = everybody.drop_sel(strategy="usual")
    rounding = 2 * 49e-9  # of two levels of at most 49 years
    for draw in range(school.sizes["draw"]):
        found = fairness(school.isel(draw=[draw]))["total_change"]
        np.testing.assert_allclose(found, everybody.isel(draw=draw), atol=rounding)
    np.testing.assert_allclose(fairness(school)["total_change"], everybody.mean("draw"), atol=rounding)


def test_results_from_disk_are_the_same(school: xr.Dataset, tmp_path: Path) -> None:
    simcore.save_results(school, tmp_path / "kept")
    opened = simcore.open_results(tmp_path / "kept")
    xr.testing.assert_identical(fairness(opened), fairness(school))
    with worked_out_once():
        xr.testing.assert_identical(
            fairness(opened, outcomes=["life_years"]), fairness(opened, outcomes=["life_years"])
        )


def test_some_outcomes_or_none(school: xr.Dataset) -> None:
    whole = fairness(school)
    some = fairness(school, outcomes=["life_years", "years_ill", "life_years"])
    assert some["outcome"].values.tolist() == ["life_years", "years_ill"]
    xr.testing.assert_identical(some, whole.sel(outcome=["life_years", "years_ill"]))
    none = fairness(school, outcomes=[])
    assert none["gap_quantile"].shape == (3, 4, 2, 0)
    xr.testing.assert_identical(none["net_saving"], whole["net_saving"])


def test_only_usual_practice() -> None:
    results = one([[2, 10]] * 2, help=[[6, 11]] * 2, sizes=[[25, 75]] * 2).sel(strategy=["usual"])
    found = fairness(results)
    assert found["gap"].values.ravel().tolist() == [8]
    assert found.sizes["intervention"] == 0


def test_what_cannot_be_told() -> None:
    results = one([[2, 10]] * 2, help=[[6, 11]] * 2, sizes=[[25, 75]] * 2)
    no_subgroups = (
        "These results have no subgroups; who gains is told by subgroup. Run with --by ATTRIBUTE, or name "
        "attributes under groups in the scenario."
    )
    for without in (made({"usual": {("town", "resource"): np.zeros((2, 3))}}), results.isel(group=[])):
        with pytest.raises(ResultsError) as told:
            fairness(without)
        assert str(told.value) == no_subgroups
    with pytest.raises(ResultsError) as told:
        fairness(results, outcomes="work")
    assert str(told.value) == "Outcomes are asked for by a list of names; found the text 'work'."
    unknown = "'wrk' is not an outcome of these results; did you mean 'work'? Known: work."
    for wrong in ({"outcomes": ["wrk"]}, {"more_is_better": {"wrk": False}}):
        with pytest.raises(UnknownNameError) as other:
            fairness(results, **wrong)
        assert str(other.value) == unknown
    for order, message in (
        ({"are": [A, B]}, "'are' is not an attribute of these results; did you mean 'area'? Known: area."),
        (
            {"area": [A, "area:b"]},
            "'area:b' is not a subgroup by area; did you mean 'area: b'? Known: area: a, area: b.",
        ),
    ):
        with pytest.raises(UnknownNameError) as other:
            fairness(results, order=order)
        assert str(other.value) == message
    for given_, listed in (([A], A), ([A, B, A], f"{A}, {B}, {A}"), ([], "none"), (A, A)):
        with pytest.raises(ResultsError) as told:
            fairness(results, order={"area": given_})
        assert str(told.value) == (
            "The order of area names each of its subgroups once, from worst to best off; found "
            f"{listed}. Its subgroups: {A}, {B}."
        )
    with pytest.raises(UnknownNameError, match="'usal' is not a strategy of these results; did you mean 'usual'"):
        fairness(results, comparator="usal")
    with pytest.raises(UnknownNameError, match="'taxes' is not a kind of cost that is shown apart"):
        fairness(results, also=["taxes"])
