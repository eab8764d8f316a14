"""Runs whose reports are hard to write: names with markup, very long ones, many of all, and effects of nothing."""

import json
from functools import cache
from pathlib import Path

import xarray as xr
import yaml

import simcore
from simcore.scenario.loading import ScenarioFile, scenario_from_texts

BASE = (Path(__file__).parents[1] / "scenarios" / "bad" / "files" / "base.yaml").read_text(encoding="utf-8")
#: What would end a script, begin one, be a formula of a spreadsheet or of a chart, or turn a template around.
HOSTILE = """</script><script>document.title = "taken"</script><!-- <b>bold</b> & "both" 'quotes' {{ 7 * 7 }} $$x^2$$"""
LONG = "The agency for children, young people and their families in the county, with a name that is far too long " * 3


def large_case(interventions: int, actors: int, *, label: str = LONG, effect: bool = True) -> ScenarioFile:
    """A case with so many interventions, and so many actors that share what benefits cost."""
    case = yaml.safe_load(BASE)
    case["title"] = f"{label} title"
    case["about"] = f"{label} about"
    mentoring = case["interventions"].pop("mentoring")
    for number in range(interventions):
        name = f"mentoring_{number}"
        case["interventions"][name] = {
            **mentoring, "label": f"{number} {label}", "label_sv": f"{number} sv {label}",
            "effects": mentoring["effects"] if effect else [],
        }  # fmt: skip
        if not effect:
            case["interventions"][name].pop("costs")
    case["strategies"] = {"usual": [], **{name: [name] for name in case["interventions"]}}
    for number in range(actors - len(case["actors"])):
        case["actors"][f"agency_{number}"] = {"sector": "public", "label": f"{number} {label}"}
    payers = [name for name, of in case["actors"].items() if of["sector"] == "public"]
    case["prices"]["benefit"]["from"] = dict.fromkeys(payers[1:], "share_state") | {payers[0]: "rest"}
    case["parameters"]["share_state"]["distribution"] = {"beta": {"mean": 0.9 / len(payers), "sd": 0.005}}
    for name in ("p_dropout", "or_mentor"):
        case["parameters"][name]["about"] = label
    return scenario_from_texts({"scenario.yaml": json.dumps(case, ensure_ascii=False, indent=1)}, "scenario.yaml")


@cache
def run_of(interventions: int, actors: int, label: str = LONG, effect: bool = True, draws: int = 40) -> xr.Dataset:
    """A run of a large case, made once."""
    file = large_case(interventions, actors, label=label, effect=effect)
    return simcore.simulate(file, draws=draws, persons=60, progress=False)
