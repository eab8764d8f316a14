"""What interventions change in each draw: signs, views, discounting and the comparator."""

import pytest
import xarray as xr

from simcore.analysis.avoided_cost import net_saving, with_views
from simcore.analysis.contrasts import contrasts
from simcore.errors import UnknownNameError
from simcore.simulation import simulate
from tests.strategies import read
from tests.studies.driven import tree


@pytest.fixture(scope="module")
def results():
    whole = tree() | {"discount": {"money": 0.0, "outcomes": 0.1}}
    return simulate(read(whole), draws=5, engine="expected", workers=2)


def test_savings_and_changes(results):
    found = contrasts(results)
    xr.testing.assert_equal(found["net_saving"], with_views(net_saving(results), results))
    assert list(found["net_saving"]["actor"].values[-2:]) == ["public_sector", "society"]
    assert (found["net_saving"].sel(actor="region") < found["avoided_cost"].sel(actor="region")).all()  # the fee
    assert (found["outcome_change"] < 0).all()  # fewer years ill
    assert "units" in found["outcome_change"].attrs


def test_outcomes_are_discounted_where_the_scenario_does(results):
    change = contrasts(results)["outcome_change"]
    plain = contrasts(results, discounted=False)["outcome_change"]
    xr.testing.assert_allclose(change, plain / 1.1)  # all of them a year after the start


def test_another_comparator(results):
    turned = contrasts(results, comparator="helped")
    assert turned.attrs["comparator"] == "helped"
    usual = turned["net_saving"].sel(intervention="usual", drop=True)
    xr.testing.assert_allclose(usual, -contrasts(results)["net_saving"].sel(intervention="helped", drop=True))
    with pytest.raises(UnknownNameError, match="'nobody' is not a strategy of these results"):
        contrasts(results, comparator="nobody")
