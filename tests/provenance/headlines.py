"""The headline numbers of a shipped case, kept beside it.

``python -m tests.provenance.headlines`` runs every case at its own size and renews its ``headline.json`` and
``figure.png``. That belongs into the change log, under "Numbers moved": what, from, to, why.
"""

import json
import math

from simcore.report.figures import save_figure
from simcore.report.records import rows
from simcore.scenario.loading import read_scenario
from simcore.scenario.shipped import shipped_folder, shipped_scenarios
from simcore.simulation import simulate

KEPT = (
    "avoided_cost",
    "avoided_cost_mcse",
    "programme_cost",
    "net_saving",
    "net_saving_mcse",
    "probability_net_saving",
)


#: Published models are known by their expected values: so are their headline numbers, without a figure.
TEXTBOOK = "textbook/"


def run(name):
    """The results of a case at its own size."""
    return simulate(read_scenario(name), engine="expected" if name.startswith(TEXTBOOK) else "sampled")


def headline(results):
    """The numbers that are kept: means, their errors and the probability of a net saving, by intervention and actor."""
    kept = {}
    for record in rows(results):
        # One draw has no Monte Carlo standard error.
        numbers = {name: float(f"{record[name]:.6g}") for name in KEPT if not math.isnan(record[name])}
        kept.setdefault(record["intervention"], {})[record["actor"]] = numbers
    attributes = {name: results.attrs[name] for name in ("n_draws", "n_persons", "seed", "price_year", "discount_rate")}
    return {"run": attributes, "actors": kept}


def main():
    for name in shipped_scenarios():
        results = run(name)
        folder = shipped_folder() / name
        (folder / "headline.json").write_text(json.dumps(headline(results), indent=1) + "\n", encoding="utf-8")
        if not name.startswith(TEXTBOOK):
            save_figure(results, read_scenario(name).scenario, folder / "figure.png")


if __name__ == "__main__":
    main()
