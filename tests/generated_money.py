"""Generated money beyond prices: what is cashable, fixed costs, costs that depend on numbers, displacement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.generated_numbers import Tree
    from tests.strategies import _Builder


def cashable(builder: _Builder, price: Tree) -> Tree:
    """What of a price is money when it is avoided; sometimes nothing is said about it."""
    if "intangible" in price or not builder.sometimes():
        return {}
    found: Tree = {"share": builder.quantity(0.0, 1.0, "share", builder.times)}
    if builder.flip():
        found["after"] = builder.parameter(0.1, 3.0, "year")
    if builder.flip():
        found["step"] = builder.parameter(0.1, 8.0, "persons")
    return {"cashable": found}


def fixed_cost(builder: _Builder, kind: str) -> Tree:
    """A cost that is paid whoever takes part: year by year, or at once; of time alone it may depend."""
    by_year = builder.flip() and not (builder.cohorts > 1 and isinstance(builder.accrual_rule, dict))
    unit = f"SEK per {builder.one(['year', 'month']) if by_year else 'event'}"
    amount = builder.quantity(10.0, 1000.0, unit, ["year", "cycle"], price_year=builder.price_year())
    cost: Tree = {kind: amount, "fixed": True}
    if by_year:
        first = builder.whole(1, builder.n_years)
        cost["years"] = [first, builder.one(["onwards", first, first + 1])]
    return cost


def scale(builder: _Builder) -> Tree:
    """How the cost per participant depends on how many there are; sometimes it does not."""
    if not builder.sometimes():
        return {}
    number, elasticity = builder.parameter(1.0, 60.0, "persons"), builder.parameter(0.2, 1.4, "factor")
    return {"scale": {"participants": number, "elasticity": elasticity}}


def displacement(builder: _Builder, tree: Tree) -> None:
    """Let one programme displace others, and add the strategies that tell what it adds to those which have it."""
    prices = [name for name, of in tree["prices"].items() if {"transfer", "tax", "production"} & set(of)]
    others = [name for name, actor in tree["actors"].items() if actor["sector"] != "public"]
    if not (prices and others and tree["interventions"] and builder.flip()):
        return
    name = builder.one(list(tree["interventions"]))
    share, of = builder.quantity(0.0, 1.0, "share", builder.times), builder.some(prices, 1, 2)
    tree["interventions"][name]["displacement"] = [{"share": share, "prices": of, "borne_by": builder.one(others)}]
    for strategy, members in list(tree["strategies"].items()):
        without = [member for member in members if member != name]
        known: list[Any] = [set(of) for of in tree["strategies"].values()]
        if name in members and set(without) not in known:
            tree["strategies"][f"{strategy}_without"] = without
