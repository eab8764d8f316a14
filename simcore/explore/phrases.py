"""Words of the page to explore a run, in English and in Swedish."""

from __future__ import annotations

from typing import Final

from simcore.report.language import Phrase

PHRASES: Final[dict[str, Phrase]] = {
    "explore": ("Explore", "Utforska"),
    "explained": (
        "Move prices, discounting, horizon, group and payers: everything follows at once, from the lives that were "
        "simulated. What decides lives, such as effects, needs a new run.",
        "Ändra priser, ränta, tidshorisont, grupp och betalare: allt räknas om direkt, från de liv som simulerats. "
        "Det som styr liven, som effekter, kräver en ny körning.",
    ),
    "case": ("Case", "Fall"),
    "programme_costs": ("Programmes", "Insatser"),
    "unit_costs": ("Prices", "Priser"),
    "payers": ("Payers", "Betalare"),
    "cashable": ("Cashable", "Kan räknas hem"),
    "other": ("Other", "Övrigt"),
    "target_group": ("Persons in the target group", "Personer i målgruppen"),
    "horizon_years": ("Years that lives are followed", "År som liven följs"),
    "horizon_to_age": ("Age up to which lives are followed", "Ålder som liven följs till"),
    "discount_rate": ("Discount rate", "Diskonteringsränta"),
    "outcome_discount_rate": ("Discount rate of outcomes", "Diskonteringsränta för utfall"),
    "prices_of": ("{year} prices", "{year} års priser"),
    "per_year": ("per year", "per år"),
    "shares": ("{intervention}: also paid by", "{intervention}: betalas också av"),
    "nobody": ("nobody else", "ingen annan"),
    "share": ("Share of the cost", "Andel av kostnaden"),
    "in_run": ("In the run", "I körningen"),
    "cost": ("Cost of the programme", "Insatsens kostnad"),
    "reset": ("As in the run", "Som i körningen"),
    "save_report": ("Save as report", "Spara som rapport"),
    "save_case": ("Save as case", "Spara som fall"),
    "as_run": (
        "Nothing is moved: these are the results of the run.", "Inget är ändrat: detta är körningens resultat."
    ),
    "moved": ("Moved: {names}.", "Ändrat: {names}."),
    "first_draws": (
        "A first look at {some} of {all} futures; all of them follow.",
        "En första blick på {some} av {all} framtider; alla följer strax.",
    ),
    "all_draws": ("All {all} futures.", "Alla {all} framtider."),
    "seconds": ("{seconds} s", "{seconds} s"),
    "writing": ("Writing …", "Skriver …"),
    "written": ("Written: {path}", "Skrivet: {path}"),
    "why": ("moved by hand on the page to explore", "ändrat för hand på sidan Utforska"),
    "now_before": (
        "Amounts for all {target} persons, and the probability of a gain; in brackets those of the run, where they "
        "differ",
        "Belopp för alla {target} personer, och sannolikheten för en vinst; inom parentes körningens, där de skiljer "
        "sig",
    ),
}  # fmt: skip
