"""Names that would be markup or formulas somewhere else are shown as they stand."""

import pytest
from typer.testing import CliRunner

from simcore import cli
from tests.hostile.cases import changed, write

NAMES = ["[/] [red]x[/red] :smile:", r"50 $^$ of \frac{", "<b>&amp;</b> a_b", "=1+1"]


@pytest.mark.parametrize("name", NAMES)
def test_titles_and_labels_are_shown_as_they_stand(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    title = "title: A small scenario without mistakes"
    text = changed((title, f"title: '{name}'"), ("label: Municipality", f"label: '{name}'"))
    write(tmp_path, {"scenario.yaml": text})
    run = ["run", ".", "--draws", "8", "--persons", "40", "--out", "out"]
    for arguments in (["check", "."], ["sources", "."], run, ["report", "out"]):
        done = CliRunner().invoke(cli.app, arguments)
        assert done.exit_code == 0, done.output
        assert arguments[0] == "sources" or name in done.output
