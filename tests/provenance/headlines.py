"""The headline numbers of a shipped case, kept beside it.

``python -m tests.provenance.headlines [NAME ...]`` runs every case (or these) at its own size and renews its
``headline.json`` and its pictures: ``figure.png``, ``life_course.png`` (who is where at which age with usual practice)
and, where the case names published statistics, ``calibration.png``. Numbers that move belong into the change log,
under "Numbers moved": what, from, to, why.
"""

import json
import math
import sys

from simcore.report.calibration_figure import save_fit
from simcore.report.course_figure import save_course_figure
from simcore.report.figures import save_figure
from simcore.report.records import rows
from simcore.scenario.loading import read_scenario
from simcore.scenario.shipped import shipped_folder, shipped_scenarios
from simcore.simulation import simulate
from simcore.studies.calibrate import calibrate
from simcore.studies.situations import situations

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
    for name in sys.argv[1:] or shipped_scenarios():
        results = run(name)
        folder = shipped_folder() / name
        (folder / "headline.json").write_text(json.dumps(headline(results), indent=1) + "\n", encoding="utf-8")
        if name.startswith(TEXTBOOK):
            continue
        file = read_scenario(name)
        save_figure(results, file.scenario, folder / "figure.png")
        save_course_figure(situations(file), file.scenario, folder / "life_course.png")
        if file.scenario.calibration is not None:
            save_fit(calibrate(file), file.scenario, folder / "calibration.png")


if __name__ == "__main__":
    main()
