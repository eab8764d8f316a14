"""What users see of the package: public names, floors, import time behaviour, documentation that stays true."""

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings

import simcore
from simcore.errors import ScenarioWarning
from simcore.scenario.csv_files import PARAMETER_COLUMNS
from simcore.scenario.format_reference import MARK, SCHEMA_FILE, reference, schema_text
from simcore.scenario.json_schema import json_schema
from simcore.scenario.schema import ProgrammeCost, Table
from tests.strategies import scenarios

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "simcore"

#: A module imports from floors below its own, never upward, never from another folder on its own floor.
FLOORS = {
    "errors": 0, "vocabulary": 0, "randomness": 0, "rates": 0, "money": 0, "version": 0, "threads": 0,
    "second_process": 0, "marks": 0, "whole_files": 0, "growing": 0, "on_disk": 0, "progress": 0,
    "kernels": 1, "uncertainty": 1, "storage": 1,
    "scenario": 2, "model": 3, "overriding": 4, "pricing": 4, "dataset": 5, "simulation": 6, "repricing": 6, "trace": 6,
    "cluster": 7, "reproducing": 7, "analysis": 7, "decisions": 8, "resuming": 8, "studies": 8,
    "merging": 9, "report": 9, "explore": 10, "cli": 11, "manual": 12,
    "__main__": 13,
}  # fmt: skip
#: Analysis functions read a Dataset and know nothing of how it came about.
ANALYSIS_KNOWS = {"errors", "vocabulary", "analysis", "randomness", "rates", "money", "pricing", "version"}


def part_of(module):
    return module.split(".")[1] if "." in module else None


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("simcore"):
            if node.module == "simcore":
                yield from (f"simcore.{alias.name}" for alias in node.names)
            else:
                yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("simcore."))


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_import_only_from_floors_below(path):
    relative = path.relative_to(PACKAGE)
    own = relative.parts[0].removesuffix(".py")
    if own == "__init__":
        return
    for module in imports_of(path):
        other = part_of(module)
        if other != own and not FLOORS[other] == FLOORS[own] == 0:
            assert FLOORS[other] < FLOORS[own], f"{relative} imports {module}"
        if own == "analysis":
            assert other in ANALYSIS_KNOWS, f"{relative} imports {module}"


def test_public_names():
    assert set(simcore.__all__) == {*simcore._HOME, "__version__"}
    for name in simcore.__all__:
        assert getattr(simcore, name) is not None
    homes = {home.split(".")[1] for home in simcore._HOME.values()}
    assert not homes & set(simcore._HOME), "a module of the same name would hide the function once it is imported"
    with pytest.raises(AttributeError, match="no attribute 'simulat'"):
        _ = simcore.simulat


def test_import_loads_nothing_heavy():
    heavy = "('dask', 'matplotlib', 'numba', 'scipy', 'xarray')"
    code = f"import sys, simcore; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_reading_a_scenario_loads_no_kernels():
    code = (
        "import sys, simcore; simcore.read_scenario('textbook_chain');"
        "print([m for m in ('matplotlib', 'numba', 'scipy.stats') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_the_reference_is_generated_from_the_schema():
    readme = (ROOT / "scenarios" / "README.md").read_text(encoding="utf-8")
    assert readme.split(MARK + "\n")[1] == reference(), "run: python -m simcore.scenario.format_reference scenarios"
    assert (ROOT / "scenarios" / SCHEMA_FILE).read_text(encoding="utf-8") == schema_text()


def test_every_field_is_described():
    undescribed = [line for line in reference().splitlines() if re.match(r"\| `\w+` \| (yes|) \| +\|", line)]
    assert undescribed == []


#: Files that hold one section, by the last word of their name.
SECTIONS = {
    "parameters": "parameters",
    "shares": "parameters",
    "tables": "tables",
    "prices": "prices",
    "sources": "sources",
}
YAML_FILES = [
    path for folder in ("scenarios", "tests/scenarios/good") for path in sorted((ROOT / folder).rglob("*.yaml"))
]


@pytest.fixture(scope="module")
def validator():
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def load(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", YAML_FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_json_schema_accepts_what_ships_and_every_good_file(path, validator):
    section = SECTIONS.get(path.stem.split("_")[-1])
    validator.validate({section: load(path)} if section else load(path))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=scenarios())
def test_the_json_schema_accepts_whatever_is_right(tree, validator):
    for name, table in tree["tables"].items():
        if table.pop("csv", None) is not None:
            table["file"] = f"{name}.csv"
    validator.validate(tree)


#: A path into a file without mistakes, and what is written there instead.
MISTAKES = {
    "a misspelt section": ("populaton", {}),
    "a misspelt field": ("population.person", 100),
    "an unknown unit": ("parameters.benefit.unit", "SEK per fortnight"),
    "a unit in small letters": ("parameters.benefit.unit", "sek per month"),
    "money without a price year": ("parameters.benefit.price_year", None),
    "a price year of a share": ("parameters.share_state.price_year", 2024),
    "a number where evidence belongs": ("domains.school.moves.pupil -> dropped_out.probability", 0.06),
    "a probability and a rate": ("domains.school.moves.pupil -> dropped_out.rate", "r_job"),
    "a move with another arrow": ("domains.school.moves.pupil => dropped_out", {"probability": "p_dropout"}),
    "a move without its domain": ("interventions.mentoring.effects.0.move", "pupil -> dropped_out"),
    "two kinds in a price": ("prices.school.transfer", "benefit"),
    "a transfer that nobody gets": ("prices.benefit.to", None),
    "while and move": ("prices.school.move", "school.pupil -> graduated"),
    "if with while": ("prices.school.if", {"sex": "male"}),
    "the name in Python": ("prices.school.while_", {"school": "pupil"}),
    "a programme cost with a resource": ("interventions.mentoring.costs.0.resource", "school_year"),
    "a programme cost with if": ("interventions.mentoring.costs.0.if", {"school": "pupil"}),
    "one year": ("interventions.mentoring.effects.0.years", [1]),
    "three years": ("interventions.mentoring.effects.0.years", [1, 2, 3]),
    "years from the end": ("interventions.mentoring.effects.0.years", ["onwards", 2]),
    "two ratios": ("interventions.mentoring.effects.0.risk_ratio", "or_mentor"),
    "an effect without evidence": ("interventions.mentoring.effects.0.evidence", None),
    "an interval with one end": ("parameters.or_mentor.distribution", {"lognormal": {"interval_95": [0.5]}}),
    "an unknown distribution": ("parameters.or_mentor.distribution", {"lognormall": {"median": 0.5, "sd": 1}}),
    "a percentage as the level of a quantile": (
        "parameters.or_mentor.distribution",
        {"lognormal": {"quantiles": {"5 %": 0.5, "95 %": 0.9}}},
    ),
    "a mixture without its rest": ("parameters.or_mentor.distribution", {"mixture": {"point": 1, "share": 0.3}}),
    "values from a file and in place": (
        "parameters.or_mentor.distribution",
        {"empirical": {"file": "ratios.csv", "values": [0.5, 0.9]}},
    ),
    "a work and an assumption": ("parameters.p_dropout.source.assumption", "a guess"),
    "a work without grade": ("parameters.p_dropout.grade", None),
    "a table with rows": ("tables.mortality.rows", []),
    "a table with a file and values": ("tables.mortality.file", "mortality.csv"),
    "a name with a capital": ("actors.Region", {"sector": "public"}),
    "a name that is taken": ("parameters.age", "p.yaml"),
    "an unknown sector": ("actors.state.sector", "private"),
    "two horizons": ("population.horizon.to_age", 20),
    "an empty not": ("outcomes.years_employed.while", {"not": {}}),
    "a range with another word": ("outcomes.years_employed.while", {"age": {"until": 20}}),
    "a currency in words": ("money.currency", "crowns"),
    "a strategy that is no list": ("strategies.mentoring", "mentoring"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_json_schema_refuses_a_mistake(mistake, validator):
    whole = load(ROOT / "tests" / "scenarios" / "bad" / "files" / "base.yaml")
    validator.validate(whole)
    path, written = MISTAKES[mistake]
    *above, last = path.split(".")
    entry = whole
    for step in above:
        entry = entry[int(step) if isinstance(entry, list) else step]
    entry[last] = written
    assert not validator.is_valid(whole)


def test_what_a_file_may_not_write_is_in_no_reference():
    definitions = json_schema()["$defs"]
    for entry in (Table, ProgrammeCost):
        assert not set(entry.NOT_WRITTEN) & set(definitions[entry.__name__]["properties"])
    costs = reference().split("### costs of an intervention")[1].split("###")[0]
    assert not [field for field in ProgrammeCost.NOT_WRITTEN if f"`{field}`" in costs]


def test_the_reference_tells_the_columns_of_csv_files():
    files = reference().split("### A CSV file of parameters")[1]
    assert all(f"| `{column}` | " in files for column in PARAMETER_COLUMNS)
    assert not re.search(r"\| `\w+` \| +\|", files)


def readme_blocks(language):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.S)


def test_python_in_the_readme_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for block in readme_blocks("python"):
        exec(compile(block, "README.md", "exec"), {})
    assert (tmp_path / "figure.png").stat().st_size > 10_000
    assert "society" in capsys.readouterr().out


def test_commands_in_the_readme_run(tmp_path):
    commands = [line for block in readme_blocks("bash") for line in block.splitlines() if line.startswith("simcore ")]
    assert len(commands) >= 5
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "simcore", *command.split()[1:]],
            cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "results" / "textbook.png").exists()


def environment():
    import os

    return {**os.environ, "PYTHONPATH": str(ROOT)}


def extended_by_the_readme(block, figures, strategies, tmp_path):
    """The shipped case with a block of the README, and the figures that the block names."""
    parameters = {
        name: {"distribution": {"fixed": value}, "unit": unit, "source": {"assumption": "made up"}}
        | ({"price_year": 2024} if unit.startswith("SEK") else {})
        for name, (value, unit) in figures.items()
    }
    case = {
        "title": "As in the README",
        "extends": "scenarios/school_dropout/scenario.yaml",
        **yaml.safe_load(readme_blocks("yaml")[block]),
        "parameters": parameters,
        "strategies": strategies,
    }
    path = tmp_path / "scenario.yaml"
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    path.write_text(json.dumps(case), encoding="utf-8")
    return simcore.read_scenario(path)


def test_the_case_of_ones_own_in_the_readme_is_read_without_a_note(tmp_path):
    (tmp_path / "scenario.yaml").write_text(readme_blocks("yaml")[0], encoding="utf-8")
    scenario = simcore.read_scenario(tmp_path).scenario
    assert scenario.population.target_group == 60
    assert scenario.parameters["cost_coach_year"].quality == "assumed"


def test_the_intervention_in_the_readme_is_valid(tmp_path):
    figures = {
        "uptake_mentoring": (0.5, "probability"), "cost_mentoring_year": (0.5, "SEK per year"),
        "or_mentoring": (0.5, "odds ratio"), "half_life_mentoring": (0.5, "year"),
    }  # fmt: skip
    loaded = extended_by_the_readme(1, figures, {"mentoring": ["mentoring"]}, tmp_path)
    assert loaded.scenario.strategies["mentoring"] == ["mentoring"]


def test_the_programme_in_the_readme_runs(tmp_path):
    figures = {
        "share_reached": (0.6, "share"), "uptake_coach": (0.5, "probability"),
        "places_coach": (5.0, "persons per year"), "p_leaves_coach": (0.2, "probability per year"),
        "cost_coach_year": (40_000.0, "SEK per year"),
        "share_state_by_year": (0.3, "share"), "cost_of_starting": (100_000.0, "SEK per event"),
        "or_job": (1.6, "odds ratio"), "time_until_even": (5.0, "year"), "share_displaced": (0.65, "share"),
        "cashable_school": (0.5, "share"), "lag_school": (2.0, "year"), "size_of_a_class": (20.0, "persons"),
    }  # fmt: skip
    with pytest.warns(ScenarioWarning) as noted:
        loaded = extended_by_the_readme(2, figures, {"coach": ["job_coach"]}, tmp_path)
    assert len(noted) == 1  # on what public actors can cash
    results = simcore.simulate(loaded, draws=2, persons=200)
    net, gross = (simcore.net_saving(results, gross=gross).sel(intervention="coach") for gross in (False, True))
    assert (net.sel(actor="rest_of_society") != gross.sel(actor="rest_of_society")).all()
    assert results.attrs["cohorts"] == 10


BENCHMARKS = sorted(path.stem for path in (ROOT / "benchmarks").glob("[!_]*.py"))


@pytest.mark.parametrize("name", BENCHMARKS)
def test_benchmarks_run_at_toy_size(name, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks.__main__ import measure

    records = measure(name, toy=True, repeats=1)
    assert len(records) >= 3
    assert all(record["median"] > 0 for record in records)


def test_the_readme_of_the_benchmarks_names_them_all():
    told = re.findall(
        r"^\| `(\w+)\.py` \|", (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8"), flags=re.M
    )
    assert sorted(told) == BENCHMARKS
