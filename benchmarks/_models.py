"""Models to measure: coupled domains of any size, and the Sick-Sicker model, as scenario text."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from simcore.model.compile import compile_scenario
from simcore.model.compiled import Compiled
from simcore.scenario.loading import ScenarioFile, read_scenario


def coupled(
    domains: int = 4,
    states: int = 4,
    parents: int = 2,
    cycles: int = 60,
    *,
    months: bool = False,
    strategies: int = 0,
    uptake: float = 1.0,
    moves: tuple[int, ...] = (1,),
    actors: int = 1,
) -> str:
    """Domains of which each state leads to all others, more likely where the next domains have left their first state.

    Persons are counted, and paid for, in every state of every domain but the first.

    Parameters
    ----------
    domains, states, parents, cycles
        Numbers of them; the parents of a domain are the next ones.
    months
        Cycles are months instead of years.
    strategies
        Beside the comparator: each an intervention that everybody joins in the first year with probability `uptake`,
        and that halves the odds of some `moves` from the first state of a domain for five years.
    actors
        Who pay for the states in turn.
    """
    names = ", ".join(f"s{k}" for k in range(states))
    situations = ["s1", f"[{', '.join(f's{k}' for k in range(2, states))}]"][: states - 1]
    text = ["title: Coupled domains", "illustrative: true", "money: {currency: SEK, price_year: 2024}"]
    text += ["cycle: month"] if months else []
    text += ["population:", "  persons: 1000", "  target_group: 1", "  start: {age: 20, year: 2024}"]
    text += [f"  horizon: {{years: {cycles // 12 if months else cycles}}}"]
    text += [f"  start_states: {{{', '.join(f'd{d}: s0' for d in range(domains))}}}", "domains:"]
    for d in range(domains):
        modifiers = ", ".join(
            f"{{if: {{d{(d + 1 + parent) % domains}: {situation}}}, odds_ratio: r, evidence: assumed}}"
            for parent in range(parents)
            for situation in situations
        )
        text += [f"  d{d}:", f"    states: [{names}]", "    moves:"]
        text += [
            f"      s{k} -> s{j}: {{probability: p, modifiers: [{modifiers}]}}"
            for k in range(states)
            for j in range(states)
            if j != k
        ]
    text += ["actors:", *(f"  a{a}: {{sector: public}}" for a in range(actors)), "prices:"]
    places = [(d, k) for d in range(domains) for k in range(1, states)]
    text += [
        f"  in_d{d}_s{k}: {{about: made up, while: {{d{d}: s{k}}}, resource: c, actor: a{number % actors}}}"
        for number, (d, k) in enumerate(places)
    ]
    if strategies:
        text.append("interventions:")
    for number in range(strategies):
        effects = ", ".join(
            f"{{move: d{number % domains}.s0 -> s{k}, odds_ratio: half, years: [1, 5], evidence: assumed}}"
            for k in moves
        )
        text.append(f"  i{number}: {{about: made up, enrol: {{at_age: 20, uptake: uptake}}, effects: [{effects}]}}")
    p = 0.06 / (states - 1)
    figures = {
        "p": ("probability per year", f"{{beta: {{mean: {p}, sd: {p / 20}}}}}"),
        "c": ("SEK per year", "{lognormal: {interval_95: [900, 1100]}}"),
    }
    if parents:
        figures["r"] = ("odds ratio", "{lognormal: {interval_95: [1.4, 1.6]}}")
    if strategies:
        figures["half"] = ("odds ratio", "{fixed: 0.5}")
        figures["uptake"] = ("probability", f"{{fixed: {uptake}}}")
    text.append("parameters:")
    for name, (unit, distribution) in figures.items():
        price_year = "price_year: 2024, " if unit.startswith("SEK") else ""
        text.append(
            f"  {name}: {{distribution: {distribution}, unit: {unit}, {price_year}source: {{assumption: made up}}}}"
        )
    with_each = "".join(f", with_i{number}: [i{number}]" for number in range(strategies))
    text += [f"strategies: {{usual: []{with_each}}}", "comparator: usual"]
    return "\n".join(text) + "\n"


#: Figures of the Sick-Sicker model, as in scenarios/textbook/sick_sicker_psa: name, family, its two numbers, unit.
SICK_SICKER_FIGURES = (
    ("r_hs1", "gamma", 30, 1 / 200, "rate per year"),
    ("r_s1h", "gamma", 60, 1 / 120, "rate per year"),
    ("r_s1s2", "gamma", 84, 1 / 800, "rate per year"),
    ("r_hd", "gamma", 20, 1 / 10000, "rate per year"),
    ("hr_s1", "lognormal", np.log(3.0), 0.01, "hazard ratio"),
    ("hr_s2", "lognormal", np.log(10.0), 0.02, "hazard ratio"),
    ("c_h", "gamma", 100, 20, "USD per year"),
    ("c_s1", "gamma", 177.8, 22.5, "USD per year"),
    ("c_s2", "gamma", 225, 66.7, "USD per year"),
    ("c_trt_a", "gamma", 73.5, 163.3, "USD per year"),
    ("u_h", "beta", 200, 3, "utility"),
    ("u_s1", "beta", 130, 45, "utility"),
    ("u_s2", "beta", 230, 230, "utility"),
    ("u_trt_a", "beta", 300, 15, "utility"),
)
_NUMBERS = {"gamma": ("shape", "scale"), "lognormal": ("log_mean", "log_sd"), "beta": ("alpha", "beta")}


def sick_sicker() -> str:
    """The Sick-Sicker model in one domain over 30 years; treatment A changes what life with the disease is worth."""
    text = """
title: Sick-Sicker in one domain
illustrative: true
population:
  persons: 10000
  target_group: 100
  start: {age: 25, year: 2023}
  horizon: {years: 30}
  start_states: {health: healthy}
domains:
  health:
    states: [healthy, sick, sicker, dead]
    ends_life: dead
    moves:
      healthy -> sick: {probability: p_hs1}
      healthy -> dead: {probability: p_hd}
      sick -> healthy: {probability: p_s1h}
      sick -> sicker: {probability: p_s1s2}
      sick -> dead: {probability: p_s1d}
      sicker -> dead: {probability: p_s2d}
derived:
  p_hd: {about: death of the healthy, formula: 1 - exp(-r_hd), unit: probability per year}
  p_s1d: {about: death of the sick, formula: 1 - exp(-r_hd * hr_s1), unit: probability per year}
  p_s2d: {about: death of the sicker, formula: 1 - exp(-r_hd * hr_s2), unit: probability per year}
  p_hs1: {about: the healthy fall sick, formula: (1 - p_hd) * (1 - exp(-r_hs1)), unit: probability per year}
  p_s1h: {about: the sick recover, formula: (1 - p_s1d) * (1 - exp(-r_s1h)), unit: probability per year}
  p_s1s2: {about: the sick get worse, formula: (1 - p_s1d) * (1 - exp(-r_s1s2)), unit: probability per year}
actors: {payer: {sector: other}}
prices:
  care_healthy: {about: care, while: {health: healthy}, resource: c_h, actor: payer}
  care_sick: {about: care, while: {health: sick}, resource: c_s1, actor: payer}
  care_sicker: {about: care, while: {health: sicker}, resource: c_s2, actor: payer}
outcomes:
  qalys:
    about: quality-adjusted life-years
    good: true
    sum:
      - {while: {health: healthy}, weight: u_h}
      - {while: {health: sick, treatment_a: 0}, weight: u_s1}
      - {while: {health: sick, treatment_a: {at_least: 1}}, weight: u_trt_a}
      - {while: {health: sicker}, weight: u_s2}
interventions:
  treatment_a:
    about: makes life with the first stage better
    enrol: {at_age: 25, uptake: 1}
    costs:
      - {programme: c_trt_a, years: [1, onwards], while: {health: [sick, sicker]}, actor: payer}
strategies: {usual: [], a: [treatment_a]}
comparator: usual
money: {currency: USD, price_year: 2023}
discount: {money: 0.03, outcomes: 0.03}
draws: 1000
parameters:
"""
    for name, family, one, two, unit in SICK_SICKER_FIGURES:
        first, second = _NUMBERS[family]
        price_year = "price_year: 2023, " if unit.startswith("USD") else ""
        text += (
            f"  {name}: {{distribution: {{{family}: {{{first}: {one}, {second}: {two}}}}}, unit: {unit}, {price_year}"
            "source: {assumption: as in the textbook case}}\n"
        )
    return text


def file_of(text: str) -> ScenarioFile:
    """Read a scenario given as text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.yaml"
        path.write_text(text)
        return read_scenario(path)


def compiled_from(text: str) -> Compiled:
    """Compile a scenario given as text."""
    return compile_scenario(file_of(text))


def means(compiled: Compiled) -> np.ndarray:
    """The numbers of a model with each parameter at its mean, as one draw."""
    fixed = {name: np.array([distribution.mean]) for name, distribution in compiled.file.distributions.items()}
    return compiled.values.evaluate(fixed, 1)
