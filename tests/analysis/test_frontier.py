"""Cost of one more unit of an outcome: against hand calculation, and the published figures of a textbook model."""

import numpy as np
import pytest
import xarray as xr

from simcore.analysis.frontier import cost_effectiveness
from simcore.errors import UnknownNameError

from .made import made


def results_of(costs, gains):
    """Results with one draw: strategies by letter, their cost (of the town) and outcome."""
    names = "abcdefgh"[: len(costs)]
    results = made({
        name: {("town", "resource"): np.full((1, 3), cost / 3)} for name, cost in zip(names, costs, strict=True)
    })  # fmt: skip
    values = np.array(gains, dtype=float)[:, None, None]
    return results.drop_dims("outcome").assign(
        outcome_present_value=xr.DataArray(values, {"outcome": ["qalys"]}, ("strategy", "draw", "outcome"))
    )


def test_the_published_order_of_the_sick_sicker_model():
    """Costs and QALYs as printed (four strategies); A is dominated, the ratios are those of their authors."""
    results = results_of([151_580, 284_805, 259_100, 378_875], [20.711, 21.499, 22.184, 23.137])
    found = cost_effectiveness(results, "qalys")
    assert found["strategy"].values.tolist() == ["a", "c", "b", "d"]
    assert found["status"].values.tolist() == ["efficient", "efficient", "dominated", "efficient"]
    ratios = found["ratio"].values
    assert np.isnan(ratios[[0, 2]]).all()
    # From rounded costs and QALYs the printed 72,988 and 125,764 come out to three digits.
    np.testing.assert_allclose(ratios[[1, 3]], [72_988, 125_764], rtol=1e-3)


@pytest.mark.parametrize(
    ("costs", "gains", "status", "ratios"),
    [
        # The second step costs less per unit than the first: the middle one is never worth taking.
        ([0, 10, 12], [0, 1, 2], ["efficient", "extendedly dominated", "efficient"], [np.nan, np.nan, 6]),
        # Removing one can make an earlier one extendedly dominated too.
        ([0, 4, 9, 10], [0, 1, 2, 4], ["efficient", *["extendedly dominated"] * 2, "efficient"], [np.nan] * 3 + [2.5]),
        # The same cost: the better one dominates, whatever their order; the same outcome: the cheaper one does.
        ([5, 5], [1, 2], ["efficient", "dominated"], [np.nan, np.nan]),
        ([4, 5], [2, 2], ["efficient", "dominated"], [np.nan, np.nan]),
        # The same in both: one of them is enough; so of three. Equal ratios stay.
        ([5, 5], [2, 2], ["efficient", "identical"], [np.nan, np.nan]),
        ([1, 5, 5, 5], [0, 2, 2, 2], ["efficient", "efficient", "identical", "identical"], [np.nan, 2, np.nan, np.nan]),
        ([0, 5, 10], [0, 1, 2], ["efficient"] * 3, [np.nan, 5, 5]),
        # What is identical to a dominated one is dominated in the same way.
        ([1, 5, 5], [3, 2, 2], ["efficient", "dominated", "dominated"], [np.nan] * 3),
        ([0, 10, 10, 12], [0, 1, 1, 2], ["efficient", *["extendedly dominated"] * 2, "efficient"], [np.nan] * 3 + [6]),
        # Rounding is no difference, in cost or outcome, whatever order it brings them in.
        ([0.1 + 0.2, 0.3], [2, 2], ["efficient", "identical"], [np.nan, np.nan]),
        ([0.3, 0.1 + 0.2], [2, 2 + 1e-15], ["efficient", "identical"], [np.nan, np.nan]),
        ([0.3, 0.1 + 0.2], [1, 2], ["dominated", "efficient"], [np.nan, np.nan]),
        ([7], [1], ["efficient"], [np.nan]),
        ([0], [0], ["efficient"], [np.nan]),
        ([-7, 3], [1, 2], ["efficient", "efficient"], [np.nan, 10]),
    ],
)
def test_dominance_by_hand(costs, gains, status, ratios):
    found = cost_effectiveness(results_of(costs, gains), "qalys", actor="town")
    assert found["status"].values.tolist() == status
    np.testing.assert_allclose(found["ratio"].values, ratios)


def test_fewer_events_can_be_better():
    found = cost_effectiveness(results_of([0, 6], [5, 2]), "qalys", more_is_better=False)
    assert found["ratio"].values[1] == pytest.approx(2)
    assert cost_effectiveness(results_of([0, 6], [5, 2]), "qalys")["status"].values[1] == "dominated"


def test_unknown_names():
    results = results_of([0, 1], [0, 1])
    with pytest.raises(UnknownNameError, match="'qaly' is not an outcome of these results; did you mean 'qalys'"):
        cost_effectiveness(results, "qaly")
    with pytest.raises(UnknownNameError, match="'sociaty' is not an actor or view of these results"):
        cost_effectiveness(results, "qalys", actor="sociaty")


def test_differences_of_expected_values_below_rounding_are_none():
    """Two ways to the same sum differ in the last bit: that is no saving."""
    from simcore.analysis.avoided_cost import net_saving

    costs = {
        "usual": {("town", "resource"): np.full((1, 3), 0.1 + 0.2)},
        "help": {("town", "resource"): np.full((1, 3), 0.3)},
    }
    results = made(costs)
    results.attrs["engine"] = "expected"
    assert (net_saving(results).values == 0).all()
    results.attrs["engine"] = "sampled"
    assert (net_saving(results).sel(actor="town").values != 0).all()
