"""A table by from and to may be a square CSV file: a row and a column for each state."""

import pytest

from simcore.errors import ScenarioError
from simcore.scenario.loading import scenario_from_texts

CASE = """\
title: moves from a square
population:
  persons: 10
  target_group: 10
  start: {{age: 20, year: 2024}}
  horizon: {{years: 5}}
  start_states: {{life: well}}
domains:
  life: {{states: [well, ill, gone], matrix: moves}}
parameters:
  p_ill:
    distribution: {{fixed: 0.25}}
    unit: probability per year
    source: {{assumption: made up}}
tables:
  moves:
    by: [from, to]
    file: moves.csv
    unit: {unit}
    source: {{assumption: made up}}
strategies: {{usual: []}}
comparator: usual
"""


def read(square, unit="probability per year"):
    return scenario_from_texts({"case.yaml": CASE.format(unit=unit), "moves.csv": square}, "case.yaml")


def cells(square, unit="probability per year"):
    rows = read(square, unit).scenario.tables["moves"].cells
    return {(row.keys["from"], row.keys["to"]): row.value for row in rows}


def problems(square, unit="probability per year"):
    with pytest.raises(ScenarioError) as caught:
        read(square, unit)
    return [(p.file, p.line, p.path, p.found, p.allowed, p.hint) for p in caught.value.problems]


def test_each_cell_is_a_move():
    assert cells("from,well,ill,gone\nwell,0.7,p_ill,0.05\nill,0.1,0.8,0.1\ngone,0,0,1\n") == {
        ("well", "well"): 0.7, ("well", "ill"): "p_ill", ("well", "gone"): 0.05,
        ("ill", "well"): 0.1, ("ill", "ill"): 0.8, ("ill", "gone"): 0.1,
        ("gone", "well"): 0.0, ("gone", "ill"): 0.0, ("gone", "gone"): 1.0,
    }  # fmt: skip


def test_empty_cells_are_not_given_and_rest_says_so_on_the_diagonal():
    square = "from,well,ill,gone\nwell,rest,p_ill,\nill,,,0.1\n"
    assert cells(square) == {("well", "ill"): "p_ill", ("ill", "gone"): 0.1}


def test_the_square_is_the_same_matrix_as_the_list():
    long = "from,to,value\nwell,ill,p_ill\nwell,gone,0.05\nill,gone,0.1\n"
    square = "from,gone,ill,well\nill,0.1,rest,\nwell,0.05,p_ill,rest\n"
    assert cells(square) == cells(long)


def test_semicolons_and_decimal_commas():
    assert cells("from;well;ill\nwell;;0,25\n") == {("well", "ill"): 0.25}


def test_counts():
    counts = cells("from,well,ill,gone\nwell,70,25,5\nill,,80,20\ngone,0,0,3\n", "count per year")
    assert counts["well", "well"] == 70.0
    assert ("ill", "well") not in counts


def test_counts_need_those_who_stay():
    ((file, line, path, found, allowed, _),) = problems("from,well,ill\nwell,rest,25\nill,,80\n", "count per year")
    assert (file, line, path) == ("case.yaml", 16, "tables.moves")
    assert found == "no count of those who stay in well"
    assert allowed == "a cell for every state, 0 where nobody was counted"


def test_rest_beside_the_diagonal():
    assert problems("from,well,ill\nwell,0.7,rest\n") == [
        (
            "moves.csv", 2, "tables.moves.ill", "rest, in the row of well", "rest only on the diagonal",
            "whoever does not move stays; an empty cell means no move",
        )
    ]  # fmt: skip


def test_cells_that_are_no_numbers():
    found = problems("from,well,ill,gone\nwell,,25 %,about 3\n")
    allowed = "a number, the name of a parameter, or nothing"
    assert found == [
        ("moves.csv", 2, "tables.moves.ill", "25 %", allowed, ""),
        ("moves.csv", 2, "tables.moves.gone", "about 3", allowed, ""),
    ]


def test_rows_without_a_state_and_twice_the_same():
    found = problems("from,well,ill\n,,0.1\nwell,,0.2\nwell,,0.3\n")
    assert found == [
        ("moves.csv", 2, "tables.moves.from", "nothing", "the state that the row is about", ""),
        ("moves.csv", 4, "tables.moves.from", "well a second time (first in line 3)", "a row for each state", ""),
    ]


def test_columns_and_rows_that_are_no_states():
    found = problems("from,well,il\nwell,,0.1\nwel,,0.2\n")
    assert ("moves.csv", 2, "tables.moves", "il", "a state of life: well, ill, gone", "did you mean 'ill'?") in found
    assert ("moves.csv", 3, "tables.moves", "wel", "a state of life: well, ill, gone", "did you mean 'well'?") in found


def test_a_column_without_a_name():
    ((file, line, path, found, *_),) = problems("from,well,\nwell,,0.1\n")
    assert (file, line, path, found) == ("moves.csv", 1, "tables.moves", "a column without a name")


def test_wrong_headers_name_the_square_too():
    ((_, line, path, found, allowed, _),) = problems("from,to,share\nwell,ill,0.1\n")
    assert (line, path, found) == (1, "tables.moves", "the columns from, to, share")
    assert allowed == "the columns from, to, value; or from and a column for each state, as a square"


def test_probabilities_with_the_diagonal_add_up():
    ((file, line, path, found, allowed, hint),) = problems("from,well,ill\nwell,0.7,0.25\n")
    assert (file, line, path) == ("moves.csv", 2, "tables.moves")
    assert found == "probabilities that add up to 0.95, from well"
    assert allowed == "probabilities that add up to 1"
    assert hint == "leave the cell of those who stay empty, and it is what is left"
