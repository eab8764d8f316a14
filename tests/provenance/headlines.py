"""The headline numbers of a shipped case, kept beside it.

``python -m tests.provenance.headlines`` runs every case at its own size and renews its ``headline.json`` and
``figure.png``. That belongs into the change log, under "Numbers moved": what, from, to, why.
"""

import json

from simcore.report.figures import save_figure
from simcore.report.tables import rows
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


def headline(results):
    """The numbers that are kept: means, their errors and the probability of a net saving, by intervention and actor."""
    kept = {}
    for record in rows(results):
        numbers = {name: float(f"{record[name]:.6g}") for name in KEPT}
        kept.setdefault(record["intervention"], {})[record["actor"]] = numbers
    attributes = {name: results.attrs[name] for name in ("n_draws", "n_persons", "seed", "price_year", "discount_rate")}
    return {"run": attributes, "actors": kept}


def main():
    for name in shipped_scenarios():
        file = read_scenario(name)
        results = simulate(file)
        folder = shipped_folder() / name
        (folder / "headline.json").write_text(json.dumps(headline(results), indent=1) + "\n", encoding="utf-8")
        save_figure(results, file.scenario, folder / "figure.png")


if __name__ == "__main__":
    main()
