"""Records as CSV: numbers as they are, lists in one cell, and no text that a spreadsheet takes for a formula."""

import csv
import io

import pytest

from simcore.report.records import as_csv


def read(records):
    return list(csv.reader(io.StringIO(as_csv(records), newline="")))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_text_is_no_formula(text):
    assert read([{"about": text, "value": 1.5}]) == [["about", "value"], [f"'{text}", "1.5"]]


def test_numbers_and_other_texts_stay_as_they_are():
    records = [{"name": "a - b = c", "value": -1.5, "more": float("inf")}, {"name": "", "value": 0}]
    assert read(records) == [["name", "value", "more"], ["a - b = c", "-1.5", "inf"], ["", "0", ""]]


def test_a_list_is_one_cell():
    entries = [{"share": 0.5, "of": "x"}, {"share": float("nan"), "of": "y"}]
    assert read([{"parts": entries}]) == [["parts"], ["share 0.5 of x; of y"]]
