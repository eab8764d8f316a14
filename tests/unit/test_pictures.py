"""Figures as files: drawn once, and the same picture as matplotlib saves."""

from __future__ import annotations

import io

import pytest
from matplotlib.figure import Figure

from simcore.report.pictures import as_png, save_png


def drawn() -> Figure:
    figure = Figure(figsize=(4, 3), layout="constrained")
    for axes in figure.subplots(2, 2).ravel():
        axes.plot([0, 1, 5], [2, 1_000, 30], label="a line")
        axes.set_ylabel("some words")
    figure.suptitle("a title")
    figure.legend(loc="outside lower center")
    return figure


def test_the_picture_is_that_which_matplotlib_saves():
    saved = io.BytesIO()
    options = {"metadata": {"Software": "simcore"}, "pil_kwargs": {"compress_level": 1}}
    drawn().savefig(saved, format="png", dpi=110, **options)
    assert as_png(drawn()) == saved.getvalue()


def test_the_name_of_the_file_says_what_it_is(tmp_path):
    for name in ("one.png", "two.PNG"):
        save_png(drawn(), tmp_path / name)
        assert (tmp_path / name).read_bytes() == as_png(drawn())
    with pytest.raises(ValueError, match="table"):
        save_png(drawn(), tmp_path / "one.table")
