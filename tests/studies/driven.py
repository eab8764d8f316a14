"""A scenario whose answers are a formula: what care costs, times the risk that a programme takes away, less its fee."""

from tests.analytic.models import model, outcome, priced, with_programme
from tests.strategies import evidenced

#: Distributions of the four uncertain parameters.
UNCERTAIN = {
    "p": ({"beta": {"mean": 0.3, "sd": 0.1}}, "probability per year"),
    "ratio": ({"uniform": {"min": 0.2, "max": 0.8}}, "risk ratio"),
    "care": ({"gamma": {"mean": 90_000, "sd": 30_000}}, "SEK per year"),
    "fee": ({"uniform": {"min": 5_000, "max": 15_000}}, "SEK per participant"),
}


def tree(uncertain=("p", "ratio", "care", "fee")):
    """Two years, of which only the second can be spent ill: its start is all that counts."""
    whole = model({"well -> ill": {"probability": "p"}}, years=2, numbers={"p": (0.3, "probability per year")})
    whole = priced(
        whole, {"care": (90_000.0, "year"), "fee": (10_000.0, "participant")},
        {"care": {"while": {"life": "ill"}, "resource": "care", "actor": "region"}},
    )  # fmt: skip
    whole["parameters"]["ratio"] = evidenced({"fixed": 0.5}, "risk ratio")
    for name in uncertain:
        whole["parameters"][name] |= {"distribution": UNCERTAIN[name][0]}
    whole["parameters"]["care"]["about"] = "what a year of illness costs in care, medicines and the time of relatives"
    effect = {"move": "life.well -> ill", "risk_ratio": "ratio", "years": [1, "onwards"], "evidence": "causal"}
    whole = with_programme(whole, [effect], costs=[{"programme": "fee", "actor": "region"}])
    return whole | {"outcomes": outcome("ill", **{"while": {"life": "ill"}})}


def saving(p, ratio, care, fee):
    """Net saving of the region for each person."""
    return care * p * (1 - ratio) - fee
