import numpy as np
import pytest
import xarray as xr

from simcore.analysis.avoided_cost import avoided_cost, net_saving, programme_cost, with_views
from simcore.analysis.evidence import priced_by_quality, uncertainty_by_quality
from simcore.analysis.payback import break_even_year, cumulative_net_saving
from simcore.analysis.summary import summarise
from simcore.errors import UnknownNameError

from .made import made

ONE = np.array([[1.0, 1.0, 1.0]])


def test_signs_and_what_is_left_out():
    results = made({
        "usual": {("town", "resource"): 10 * ONE, ("home", "production"): -5 * ONE, ("home", "intangible"): 7 * ONE},
        "help": {("town", "resource"): 4 * ONE, ("town", "programme"): 3 * ONE, ("home", "production"): -6 * ONE},
    })  # fmt: skip
    avoided = avoided_cost(results).sel(intervention="help", draw=0)
    assert float(avoided.sel(actor="town")) == 3 * 6  # less is used
    assert float(avoided.sel(actor="home")) == 3 * 1  # more is produced; pain is shown apart
    assert float(programme_cost(results).sel(intervention="help", draw=0, actor="town")) == 9
    net = net_saving(results).sel(intervention="help", draw=0)
    assert float(net.sel(actor="town")) == 18 - 9
    views = with_views(net_saving(results), results).sel(intervention="help", draw=0)
    assert float(views.sel(actor="public_sector")) == 9
    assert float(views.sel(actor="society")) == 12
    assert list(avoided_cost(results, by_year=True).dims) == ["intervention", "draw", "actor", "year"]


def test_another_comparator_turns_the_sign():
    results = made({"usual": {("town", "resource"): 10 * ONE}, "help": {("town", "resource"): 4 * ONE}})
    assert float(avoided_cost(results, comparator="help").sel(intervention="usual", actor="town", draw=0)) == -18
    with pytest.raises(UnknownNameError, match="'helpp' is not a strategy of these results; did you mean 'help'"):
        avoided_cost(results, comparator="helpp")


@pytest.mark.parametrize(
    ("flow", "year"),
    [
        ([-3, 1, 2], 2026),  # back to zero in the last year counts
        ([-3, 4, 1], 2025),
        ([1, 1, 1], 2024),
        ([5, -10, 2], np.inf),  # gains first, loses later
        ([-3, 1, 1], np.inf),
        ([0, 0, 0], np.nan),
        ([2, -1, -1], 2024),
        ([-1, 2, -1], 2025),
        ([-0.1, 0.3, -0.2], 2025),  # a rounding error below zero is not a loss
    ],
)
def test_break_even(flow, year):
    cumulative = xr.DataArray(np.cumsum([flow], axis=1).astype(float), {"year": [2024, 2025, 2026]}, ("draw", "year"))
    np.testing.assert_equal(break_even_year(cumulative).values[0], float(year))


def test_cumulative_net_saving_adds_up():
    results = made({
        "usual": {("town", "resource"): np.array([[1.0, 2.0, 3.0]])},
        "help": {("town", "programme"): np.array([[4.0, 0.0, 0.0]])},
    })  # fmt: skip
    path = cumulative_net_saving(results).sel(intervention="help", draw=0)
    assert path.sel(actor="town").values.tolist() == [-3.0, -1.0, 2.0]
    assert path.sel(actor="society").values.tolist() == [-3.0, -1.0, 2.0]
    assert path["year"].values.tolist() == [2024, 2025, 2026]


def test_summary_of_known_draws():
    saving = np.array([-2.0, 1.0, 3.0, 6.0])
    results = made({"usual": {("town", "resource"): np.stack([saving, 0 * saving, 0 * saving], 1)},
                    "help": {("town", "resource"): np.zeros((4, 3))}})  # fmt: skip
    town = summarise(results).sel(intervention="help", actor="town")
    assert float(town["avoided_cost"]) == 2.0
    assert float(town["probability_net_saving"]) == 0.75
    np.testing.assert_allclose(town["avoided_cost_quantile"].values, np.quantile(saving, (0.05, 0.5, 0.95)))
    assert float(town["probability_never"]) == 0.25
    assert float(town["break_even_year"]) == 2024
    home = summarise(results).sel(intervention="help", actor="home")
    assert float(home["net_saving"]) == 0
    assert np.isnan(float(home["break_even_year"]))
    assert np.isnan(float(home["luck_share"]))


@pytest.mark.parametrize(("years", "median"), [([2030, np.inf], np.inf), ([2030, 2031, np.inf], 2031)])
def test_never_is_not_averaged_away(years, median):
    from simcore.analysis.summary import _upper_median

    assert _upper_median(np.array([years])) == median


def test_uncertainty_is_traced_to_the_parameters_behind_it():
    generator = np.random.default_rng(3)
    n = 2000
    strong, weak, idle = generator.normal(size=(3, n))
    saving = 3 * strong + 1 * weak + generator.normal(0, np.sqrt(6), n)  # variance 9 + 1 + 6
    results = made(
        {"usual": {("town", "resource"): np.stack([saving, 0 * saving, 0 * saving], 1)}, "help": {}},
        parameters={"strong": strong, "weak": weak, "idle": idle, "sure": np.ones(n)},
    )
    quality = {"strong": "A", "weak": "assumed", "idle": "D", "sure": "C"}
    shares = uncertainty_by_quality(results, quality).sel(intervention="help")
    for name, share in (("A", 9 / 16), ("assumed", 1 / 16), ("D", 0.0), ("C", 0.0), ("rest", 6 / 16)):
        assert float(shares.sel(quality=name)) == pytest.approx(share, abs=4 * np.sqrt(2 / n))
    assert float(shares.sum()) == pytest.approx(1.0)
    few = uncertainty_by_quality(results.isel(draw=slice(5)), quality)
    assert bool(few.isnull().all())


def test_money_is_traced_to_its_unit_costs():
    lines = xr.DataArray(
        [[[10.0, -4.0, 0.0]], [[4.0, -2.0, 0.0]]],
        {"strategy": ["usual", "help"], "draw": [0], "line": ["care", "tax", "idle"]},
        ("strategy", "draw", "line"), attrs={"long_name": "Lines"},
    )  # fmt: skip
    results = xr.Dataset({"line_present_value": lines}, attrs={"comparator": "usual"})
    shares = priced_by_quality(results, {"care": "A", "tax": "assumed", "idle": "C"}).sel(intervention="help")
    assert float(shares.sel(quality="A")) == 0.75
    assert float(shares.sel(quality="assumed")) == 0.25
    assert float(shares.sum()) == 1.0


def test_nothing_moves():
    results = made({"usual": {("town", "resource"): np.ones((5, 3))}, "idle": {("town", "resource"): np.ones((5, 3))}})
    assert bool((avoided_cost(results) == 0).all())
    assert bool((summarise(results)["net_saving"] == 0).all())
