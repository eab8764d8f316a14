"""What users see of the package: public names, floors, import time behaviour, documentation that stays true."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

import simcore
from simcore.scenario.format_reference import MARK, SCHEMA_FILE, reference, schema_text
from simcore.scenario.json_schema import json_schema

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "simcore"

#: A module imports from floors below its own, never upward, never from another folder on its own floor.
FLOORS = {
    "errors": 0, "vocabulary": 0, "randomness": 0, "rates": 0, "money": 0, "version": 0,
    "kernels": 1, "uncertainty": 1, "storage": 1,
    "scenario": 2, "model": 3, "pricing": 4, "simulation": 5, "analysis": 6, "report": 8, "cli": 9, "__main__": 10,
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


@pytest.mark.parametrize(
    "path",
    [
        *sorted((ROOT / "scenarios").rglob("scenario.yaml")),
        *sorted((ROOT / "scenarios" / "models").glob("life_course.yaml")),
    ],
    ids=lambda path: path.parent.name,
)
def test_the_json_schema_accepts_what_ships(path):
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), schema)


def test_the_json_schema_refuses_a_misspelt_field():
    schema = json_schema()
    whole = yaml.safe_load((ROOT / "scenarios" / "textbook_chain" / "scenario.yaml").read_text(encoding="utf-8"))
    jsonschema.validate(whole, schema)
    whole["populaton"] = whole.pop("population")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(whole, schema)


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


def test_the_intervention_in_the_readme_is_valid(tmp_path):
    added = yaml.safe_load(readme_blocks("yaml")[0])
    figures = {
        "uptake_mentoring": "probability", "cost_mentoring_year": "SEK per year", "or_mentoring": "odds ratio",
        "half_life_mentoring": "year",
    }  # fmt: skip
    parameters = {
        name: {"distribution": {"fixed": 0.5}, "unit": unit, "source": {"assumption": "made up"}}
        | ({"price_year": 2024} if unit.startswith("SEK") else {})
        for name, unit in figures.items()
    }
    case = {
        "title": "With mentoring",
        "extends": "scenarios/school_dropout/scenario.yaml",
        **added,
        "parameters": parameters,
        "strategies": {"mentoring": ["mentoring"]},
    }
    path = tmp_path / "scenario.yaml"
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    path.write_text(json.dumps(case), encoding="utf-8")
    loaded = simcore.read_scenario(path)
    assert loaded.scenario.strategies["mentoring"] == ["mentoring"]


@pytest.mark.parametrize("name", ["lives", "whole_run"])
def test_benchmarks_run_at_toy_size(name, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks.__main__ import measure

    records = measure(name, toy=True, repeats=1)
    assert len(records) >= 3
    assert all(record["median"] > 0 for record in records)
