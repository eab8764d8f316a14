"""The worked example in `scenarios/` is a notebook that runs as it stands, cell by cell, without a warning."""

from __future__ import annotations

import ast
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest

import simcore
from simcore.report.notebook import Display

PATH = Path(__file__).resolve().parents[2] / "scenarios" / "worked_example.py"
MARK = re.compile(r"^# %%(.*)$", re.M)


def cells() -> list[tuple[str, str]]:
    """Kind and text of each cell, what stands before the first one left out."""
    head, *rest = MARK.split(PATH.read_text(encoding="utf-8"))
    assert ast.get_docstring(ast.parse(head))
    return [(kind.strip(), text) for kind, text in zip(rest[::2], rest[1::2], strict=True)]


def test_cells_are_well_formed() -> None:
    kinds = {kind for kind, _ in cells()}
    assert kinds == {"", "[markdown]"}
    for kind, text in cells():
        lines = text.strip("\n").splitlines()
        assert lines
        if kind:
            assert all(re.match(r"#( .*)?$", line) for line in lines), lines
        else:
            assert ast.parse(text).body  # whole statements
            assert len(lines) <= 22  # fits a screen
    told = [text for kind, text in cells() if kind]
    assert told[0].startswith("\n# # ")
    assert all(text.startswith("\n# ## ") or not text.startswith("\n# #") for text in told[1:])
    # No line of code is a comment that looks like a cell to some editors and not to others.
    assert not re.search(r"^\s*#\s*%(?!% \[markdown\]$|%$)|^#%%|^# In\[", PATH.read_text(encoding="utf-8"), flags=re.M)


def test_names_that_it_speaks_of_exist() -> None:
    names = set(re.findall(r"\bsimcore\.(\w+)", PATH.read_text(encoding="utf-8")))
    assert len(names) > 20
    assert names <= set(simcore.__all__)


def run_cell(text: str, names: dict[str, Any]) -> Any:
    """Run a cell as a notebook does: the value of its last line is what is shown."""
    tree = ast.parse(text)
    *body, last = tree.body
    if not isinstance(last, ast.Expr):
        exec(compile(tree, PATH.name, "exec"), names)
        return None
    exec(compile(ast.Module(body, []), PATH.name, "exec"), names)
    return eval(compile(ast.Expression(last.value), PATH.name, "eval"), names)


def test_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    import matplotlib.pyplot as plt

    names: dict[str, Any] = {}
    try:
        displayed = [run_cell(text, names) for kind, text in cells() if not kind]
        shown = [value for value in displayed if hasattr(value, "_repr_html_")]
        assert [type(value).__name__ for value in shown] == ["ScenarioFile", "ScenarioFile", "Display"]
        assert isinstance(shown[2], Display)
        assert len(plt.get_fignums()) == 3
        left, right = plt.figure(2).axes
        assert left.get_title(loc="left") == "Whom the team saves what"
        assert [line.get_label() for line in right.get_lines() if not line.get_label().startswith("_")] == [
            "Attendance team: Society", "Attendance team: Municipality",
        ]  # fmt: skip
    finally:
        plt.close("all")
    (folder,) = tmp_path.iterdir()  # nothing is written elsewhere
    assert sorted(path.name for path in folder.iterdir()) == [
        "ours",
        "own_style.pdf",
        "report.html",
        "results",
        "to_edit",
    ]
    told, results = capsys.readouterr().out, names["results"]
    net = simcore.summarise(results)["net_saving"].sel(intervention="team", actor="society")
    assert f"as it stands  {float(net):>10,.0f} per pupil" in told
    assert results.attrs["target_group"] == 80
    assert names["dearer"].attrs["discount_rate"] == 0.05
    assert "Samhället" in (folder / "report.html").read_text(encoding="utf-8")
