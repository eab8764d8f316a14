"""A user's own numbers in every form they may come in, and what is said of those that cannot be used."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from simcore.analysis.frontier import cost_effectiveness
from simcore.analysis.net_benefit import net_benefit, net_benefit_of_halves
from simcore.analysis.own_table import own_table
from simcore.analysis.value_of_information import evpi, evppi
from simcore.errors import ResultsError, UnknownNameError

NUMBERS = np.arange(12.0).reshape(3, 2, 2)  # draw, strategy, outcome
NAMES = {"strategies": ["usual", "new"], "outcomes": ["cost", "qalys"]}


def long():
    rows = [
        {"draw": d, "strategy": s, "cost": NUMBERS[d, i, 0], "qalys": NUMBERS[d, i, 1]}
        for d in range(3)
        for i, s in enumerate(NAMES["strategies"])
    ]
    return pd.DataFrame(rows)


def wide():
    columns = pd.MultiIndex.from_product([NAMES["strategies"], NAMES["outcomes"]])
    return pd.DataFrame(NUMBERS.reshape(3, 4), columns=columns)


FORMS = {
    "numpy": lambda: own_table(NUMBERS, {"x": [1, 2, 3]}, costs=["cost"], **NAMES),
    "list": lambda: own_table(NUMBERS.tolist(), pd.DataFrame({"x": [1, 2, 3]}), costs=["cost"], **NAMES),
    "long": lambda: own_table(long(), pd.DataFrame({"draw": [2, 0, 1], "x": [3, 1, 2]}), costs=["cost"]),
    "long, shuffled": lambda: own_table(
        long().sample(frac=1, random_state=3), {"x": [1, 2, 3]}, costs=["cost"], **NAMES
    ),
    "wide": lambda: own_table(wide(), {"x": [1, 2, 3]}, costs=["cost"]),
    "dataarray": lambda: own_table(
        xr.DataArray(
            NUMBERS.transpose(2, 0, 1), {"outcome": NAMES["outcomes"], "strategy": NAMES["strategies"]},
            ("outcome", "draw", "strategy"),
        ),
        xr.DataArray([[1, 2, 3]], {"parameter": ["x"]}, ("parameter", "draw")),
        costs=["cost"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_table(form):
    table = FORMS[form]()
    assert table["cost"].dims == ("strategy", "draw", "actor")
    assert table["outcome_value"].dims == ("strategy", "draw", "outcome")
    assert table["strategy"].values.tolist() == ["usual", "new"]
    assert table["draw"].values.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(table["cost"].sel(actor="cost").values.T, NUMBERS[:, :, 0])
    np.testing.assert_array_equal(table["outcome_value"].sel(outcome="qalys").values.T, NUMBERS[:, :, 1])
    np.testing.assert_array_equal(table["parameter_value"].sel(parameter="x"), [1, 2, 3])
    np.testing.assert_array_equal(
        net_benefit(table, outcome="qalys", threshold=10).isel(actor=0).values.T,
        10 * NUMBERS[:, :, 1] - NUMBERS[:, :, 0],
    )
    assert net_benefit_of_halves(table) is None
    assert cost_effectiveness(table, "qalys")["status"].values.tolist() == ["efficient", "efficient"]


def test_net_benefits_by_strategy_are_enough():
    frame = pd.DataFrame({"draw": [5, 7], "usual": [0.0, 0.0], "new": [3.0, -1.0]})
    table = own_table(frame, {"x": [3.0, -1.0]})
    found = evpi(table["outcome_value"])
    assert found["evpi"].dims == ("outcome",)
    assert float(found["evpi"].sel(outcome="value")) == 0.5
    assert evppi(table["outcome_value"], table["parameter_value"])["evppi"].dims == ("quantity", "outcome")
    assert table["draw"].values.tolist() == [5, 7]
    assert own_table(frame)["parameter_value"].shape == (2, 0)
    assert own_table(frame, strategies=["new"])["strategy"].values.tolist() == ["new"]


def test_costs_of_several_actors():
    table = own_table(NUMBERS, costs=["cost", "qalys"], **NAMES)
    assert net_benefit(table, actor="qalys").values.shape == (2, 3, 1)
    table = own_table(
        np.concatenate([NUMBERS, NUMBERS[:, :, :1]], axis=2), costs=["town", "state"], strategies=NAMES["strategies"],
        outcomes=["town", "qalys", "state"],
    )  # fmt: skip
    with pytest.raises(ResultsError, match="found those of town, state; say whose"):
        cost_effectiveness(table, "qalys")
    assert cost_effectiveness(table, "qalys", actor="state").sizes["strategy"] == 2
    with pytest.raises(ResultsError, match="found no costs; say which they are"):
        cost_effectiveness(own_table(NUMBERS, **NAMES), "qalys")


def without(row):
    return long().drop(index=row)


def changed(value, where=(0, "cost")):
    frame = long().astype({where[1]: object})
    frame.loc[where[0], where[1]] = value
    return frame


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: own_table(without(3)), "Draw 1 of strategy 'new' is missing; every strategy needs"),
        (lambda: own_table(pd.concat([long(), long()[:1]])), "Draw 0 of strategy 'usual' is there more than once"),
        (lambda: own_table(changed("many")), "In the column 'cost', 'many' is not a number"),
        (lambda: own_table(changed(np.nan)), "'cost' of strategy 'usual' in draw 0 is missing or infinite"),
        (lambda: own_table(changed(1.5, (0, "draw"))), "Draws are numbered by whole numbers, 0 or more; found 1.5"),
        (lambda: own_table(long()[["draw", "strategy"]]), "needs one for each outcome"),
        (lambda: own_table(wide().iloc[:, :3]), "There is no 'qalys' of strategy 'new' in this table"),
        (lambda: own_table(wide().iloc[:0]), "This table has no numbers"),
        (lambda: own_table(NUMBERS), "need 2 names of strategies; found none"),
        (lambda: own_table(NUMBERS, strategies=["a", "b", "c"]), "need 2 names of strategies; found 3: a, b, c"),
        (lambda: own_table(NUMBERS, strategies=["a", "b"]), "need 2 names of outcomes; found 1: value"),
        (lambda: own_table(NUMBERS, strategies=["a", "a"], outcomes=["x", "y"]), "The strategy a is there more"),
        (lambda: own_table([1.0, 2.0], strategies=["a"]), r"shape \(draw, strategy\) or .* found \(2,\)"),
        (lambda: own_table(xr.DataArray(NUMBERS, dims=("draw", "arm", "outcome"))), "found draw, arm, outcome"),
        (lambda: own_table(xr.DataArray(NUMBERS[0], dims=("draw", "strategy"))), "The dim strategy of these"),
        (lambda: own_table(NUMBERS, {"x": [1, 2]}, **NAMES), "The figure 'x' has 2 numbers; there are 3 draws"),
        (lambda: own_table(NUMBERS, {"x": [1, np.nan, 2]}, **NAMES), "The figure 'x' is missing or infinite"),
        (lambda: own_table(NUMBERS, {"x": [1, 2, 3], "draw": [0, 1, 3]}, **NAMES), "are not those of the values"),
        (lambda: own_table(NUMBERS, {"x": [1, 2, 3], "draw": [0, 1, 1]}, **NAMES), "The draw 1 is there more"),
        (lambda: own_table(NUMBERS, [[1], [2], [3]], **NAMES), "Figures are a pandas DataFrame, a dict"),
        (lambda: own_table(NUMBERS, costs=["costs"], **NAMES), "'costs' is not an outcome of this table; did you mean"),
        (lambda: own_table(long(), strategies=["usual", "nwe"]), "'nwe' is not a strategy of this table; did you mean"),
        (lambda: own_table([[1.0, 2.0], [3.0]], strategies=["a", "b"]), "rows differ in length"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told(make, message):
    with pytest.raises((ResultsError, UnknownNameError), match=message):
        make()


def test_money_alone_needs_costs():
    table = own_table(np.array([[0.0, 3.0], [0.0, -1.0]]), strategies=["usual", "new"])
    with pytest.raises(ResultsError, match=r"This table has no costs, .* name its costs in own_table\(costs=...\)"):
        net_benefit(table)
