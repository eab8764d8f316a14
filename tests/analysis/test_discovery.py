"""Scenario discovery: regions that are there are found, with honest numbers, and noise is not told as a finding."""

import numpy as np
import pytest
import xarray as xr

from simcore.analysis.discovery import scenario_discovery
from simcore.errors import ScenarioError


@pytest.fixture(scope="module")
def parameters():
    """Forty parameters of very different sizes in 1,000 draws."""
    generator = np.random.default_rng(11)
    return {f"p{number}": generator.random(1000) * 10.0 ** (number % 7 - 2) for number in range(40)}


def up(parameters, name, share):
    """Where a parameter is above a share of its range."""
    return parameters[name] > share * 10.0 ** (int(name[1:]) % 7 - 2)


def as_saving(loses):
    return xr.DataArray(np.where(loses, -1.0, 1.0), dims="draw")


def test_a_box_of_two_limits_is_found(parameters):
    loses = up(parameters, "p3", 0.6) & ~up(parameters, "p8", 0.5)
    found = scenario_discovery(as_saving(loses), parameters)
    assert found["base_rate"].item() == pytest.approx(loses.mean())
    assert found["side"].item() == "loss"
    assert bool(found["found"])
    limits = {
        str(name): (float(above), float(below))
        for name, above, below in zip(
            found["limited"].values, found["above"].values, found["below"].values, strict=True
        )
        if name
    }
    assert set(limits) == {"p3", "p8"}
    # A limit lies between draws: 1,000 draws leave a gap of about a hundredth of the range around the true one.
    assert limits["p3"][0] == pytest.approx(6.0, abs=0.2)
    assert limits["p8"][1] == pytest.approx(0.05, abs=0.002)
    assert np.isnan([limits["p3"][1], limits["p8"][0]]).all()
    assert found["coverage"].item() > 0.95
    assert found["density"].item() > 0.93
    assert (found["p_value"].values[:2] < 1e-6).all()


def test_the_numbers_are_not_too_good_to_be_true():
    """The density told is on average the true one of the box that was found, whose shape other draws have decided.

    Losses happen in 75 % of the draws of a box that holds a fifth of them, and in 10 % elsewhere, with 38 other
    parameters to be misled by. With numbers from the half that shaped the box, they are 3.6 standard errors too high.
    """
    generator = np.random.default_rng(5)
    differences = []
    for _ in range(60):
        x = generator.random((600, 40))
        box = (x[:, 0] > 0.6) & (x[:, 1] > 0.5)
        loses = generator.random(600) < np.where(box, 0.75, 0.1)
        found = scenario_discovery(as_saving(loses), {f"p{number}": x[:, number] for number in range(40)})
        if not found["found"]:
            continue
        limits = zip(found["limited"].values, found["above"].values, found["below"].values, strict=True)
        ends = {
            str(name): (np.nan_to_num(above, nan=0.0), np.nan_to_num(below, nan=1.0)) for name, above, below in limits
        }
        share = 1.0  # of the draws inside that are in the true box
        for name, edge in (("p0", 0.6), ("p1", 0.5)):
            low, high = ends.get(name, (0.0, 1.0))
            share *= max(high - max(low, edge), 0.0) / (high - low)
        differences.append(found["density"].item() - (0.1 + 0.65 * share))
    assert len(differences) > 50
    assert abs(np.mean(differences)) < 3 * np.std(differences) / np.sqrt(len(differences))


def test_noise_gives_no_region(parameters):
    generator = np.random.default_rng(13)
    noise = xr.DataArray(generator.normal(size=(1000, 10, 10)) + 0.7, dims=("draw", "intervention", "actor"))
    found = scenario_discovery(noise, parameters)
    assert found["found"].dims == ("intervention", "actor")
    assert int(found["found"].sum()) == 0
    assert (found["reason"] == "no region holds in the draws that were kept back").all()
    assert (found["limited"] == "").all()
    assert np.isnan(found["coverage"]).all()
    # One by one there is no correction for asking often: at most one in a hundred is told; 100 are asked here.
    alone = [bool(scenario_discovery(noise[:, i, j], parameters)["found"]) for i in range(10) for j in range(10)]
    assert sum(alone) <= 5  # a binomial number with mean 1 is above 5 once in 2,000


def test_where_most_lose_the_region_of_gains_is_told(parameters):
    gains = up(parameters, "p3", 0.8)
    found = scenario_discovery(as_saving(~gains), parameters)
    assert found["base_rate"].item() == pytest.approx(1 - gains.mean())
    assert found["side"].item() == "gain"
    assert list(found["limited"].values) == ["p3", "", ""]
    assert found["above"].values[0] == pytest.approx(8.0, abs=0.2)


def test_both_ends_of_a_parameter(parameters):
    middle = up(parameters, "p3", 0.4) & ~up(parameters, "p3", 0.7)
    found = scenario_discovery(as_saving(middle), parameters)
    assert list(found["limited"].values) == ["p3", "", ""]
    assert found["above"].values[0] == pytest.approx(4.0, abs=0.25)
    assert found["below"].values[0] == pytest.approx(7.0, abs=0.25)


def test_a_parameter_with_few_values_is_cut_between_them(parameters):
    dice = np.random.default_rng(14).integers(1, 4, size=1000).astype(float)
    found = scenario_discovery(as_saving(dice == 3), {**parameters, "dice": dice})
    assert list(found["limited"].values) == ["dice", "", ""]
    assert found["above"].values[0] == 3
    assert found["density"].item() == found["coverage"].item() == 1


def test_a_limit_on_the_number_of_limits(parameters):
    loses = up(parameters, "p3", 0.5) & up(parameters, "p8", 0.5)
    found = scenario_discovery(as_saving(loses), parameters, limits=1)
    assert (found["limited"].values != "").sum() == 1
    with pytest.raises(ScenarioError) as caught:
        scenario_discovery(as_saving(loses), parameters, limits=4)
    assert "limits\n    found    4\n    allowed  a whole number from 1 to 3" in str(caught.value)


@pytest.mark.parametrize(
    ("values", "rate", "reason"),
    [
        (np.ones(1000), 0.0, "no draw loses"),
        (np.zeros(1000), 0.0, "no draw loses"),
        (-np.ones(1000), 1.0, "every draw loses"),
        (np.where(np.arange(1000) < 20, -1, 1), 0.02, "only 20 draws lose, too few to find a region and check it"),
        (
            np.where(np.arange(1000) < 990, -1, 1),
            0.99,
            "only 10 draws do not lose, too few to find a region and check it",
        ),
        (np.where(np.arange(1000) < 1, np.nan, 1), np.nan, "no value in some draws"),
    ],
)
def test_nothing_to_find(values, rate, reason, parameters):
    found = scenario_discovery(xr.DataArray(values, dims="draw"), parameters)
    assert not found["found"]
    assert found["reason"].item() == reason
    np.testing.assert_equal(found["base_rate"].item(), rate)


def test_without_parameters_nothing_is_found():
    values = as_saving(np.arange(200) % 3 == 0)
    assert not scenario_discovery(values, {})["found"]
    assert not scenario_discovery(values, {"fixed": np.ones(200)})["found"]
