import os
import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from simcore.scenario.csv_files import csv_number, csv_rows, read_parameters_csv
from simcore.scenario.nodes import Files, Node, UnreadableError, content_hash
from simcore.scenario.reading import read_tree as read_whole
from simcore.scenario.schema import Scenario
from simcore.scenario.strict_yaml import read_yaml

ASKED = Node("asked", "scenario.yaml", 1)


def files_of(**texts):
    named = {name.replace("__", "/").replace("_dot_", "."): text for name, text in texts.items()}
    return Files(read=lambda file: named[file])


def read_tree(files, file):
    return read_whole(files, file, Scenario)[0]


def read(text):
    files = files_of(a_dot_yaml=text)
    return read_yaml(files, "a.yaml"), files.problems


# --- YAML scalars ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0", 0), ("-7", -7), ("2024", 2024), ("0.5", 0.5), ("-0.25", -0.25), ("1.5e3", 1500.0), ("1.0e-3", 0.001),
        ("true", True), ("false", False), ("null", None), ("~", None), ("", None),
        ("text", "text"), ("3.5 %", "3.5 %"), ("1 000", "1 000"), ("16-19", "16-19"), ("65+", "65+"),
        ("a -> b", "a -> b"), ("'no'", "no"), ('"1e-3"', "1e-3"), ("'2024-01-01'", "2024-01-01"), ("'007'", "007"),
        ("'true'", "true"), ("''", ""), ("norway", "norway"), ("1.2.3", "1.2.3"), ("<<", "<<"),
    ],
)  # fmt: skip
def test_scalars(written, value):
    node, problems = read(f"a: {written}\n")
    assert problems == []
    assert node.plain() == {"a": value}
    assert type(node.plain()["a"]) is type(value)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("no", "YAML readers disagree about no"), ("Yes", "YAML readers disagree about Yes"), ("on", ""), ("OFF", ""),
        ("y", ""), ("N", ""), ("True", "write true"), ("NULL", "write null"), ("1e-3", "write 0.001"),
        ("1e5", "write 100000"), ("1E400", "write it in full"), ("007", "octal"), ("00.5", ""), ("-01", ""),
        ("1_000", "write 1000"), ("1_", "write 1"), ("0.5_1", "write 0.51"), ("12:30", "as a time"), ("1:2:3.5", ""),
        ("2024-01-31", "as a date"), (".nan", ""),
        ("NaN", ""), (".inf", ""), ("-inf", ""), ("0x1F", ""), ("0o17", ""), (".5", "write 0.5"), ("-.5", "write -0.5"),
        ("5.", "write 5"), ("+5", "write 5"), ("+.5", "write 0.5"), ("1,5", "write 1.5"), ("1.0e999", ""),
        ("1" * 41, ""), ("0." + "1" * 41, ""), ("!!str 5", ""), ("!mine x", ""),
    ],
)  # fmt: skip
def test_traps_are_refused_where_they_stand(written, hint):
    node, problems = read(f"first: 1\na: {written}\n")
    (problem,) = problems
    assert (problem.line, problem.path) == (2, "a")
    assert hint in problem.hint
    assert node.value["a"].lost
    assert node.plain() == {"first": 1, "a": None}


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20))
def test_quoted_text_is_never_anything_else(text):
    node, problems = read("a: '" + text.replace("'", "''") + "'\n")
    assert problems == []
    # Line breaks and spaces around them are folded, as YAML says.
    assert isinstance(node.plain()["a"], str)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_decimal_numbers_are_read_exactly(number):
    written = f"{number:.6f}"
    node, problems = read(f"a: {written}\n")
    assert (node.plain()["a"], problems) == (float(written), [])


@given(st.text("0123456789.eE+-_,:xn ayos", max_size=8))
def test_plain_scalars_are_what_every_yaml_reader_reads_or_refused(text):
    try:
        node, problems = read(f"a: {text}\n")
        other = yaml.safe_load(f"a: {text}\n")
    except (UnreadableError, yaml.YAMLError, ValueError):
        return
    if problems or not isinstance(node.value, dict):
        return
    if re.fullmatch(r"-?[0-9]+\.[0-9]+[eE][0-9]+", text.strip()):
        other = {"a": float(text)}  # a number since YAML 1.2, a text before
    assert node.plain() == other


# --- YAML structure -------------------------------------------------------------------------


def test_every_value_knows_its_file_and_line():
    node, _ = read("a: 1\nb:\n  - x\n  - {c: 2,\n     d: 3}\n# comment\ne:\n  f: 4\n")
    assert dict(node.places()) == {
        (): ("a.yaml", 1),
        ("a",): ("a.yaml", 1),
        ("b",): ("a.yaml", 2),
        ("b", 0): ("a.yaml", 3),
        ("b", 1): ("a.yaml", 4),
        ("b", 1, "c"): ("a.yaml", 4),
        ("b", 1, "d"): ("a.yaml", 5),
        ("e",): ("a.yaml", 7),
        ("e", "f"): ("a.yaml", 8),
    }


def test_a_name_twice_keeps_the_first():
    node, problems = read("a: 1\nb: 2\na: 3\n")
    assert node.plain() == {"a": 1, "b": 2}
    assert [(p.line, p.path, p.found) for p in problems] == [(3, "a", "'a' a second time (first in line 1)")]


def test_several_problems_are_all_noted():
    _, problems = read("a: no\nb: [1e3, {c: 007}]\n")
    assert [problem.path for problem in problems] == ["a", "b[0]", "b[1].c"]


def test_a_decimal_comma_in_braces_is_one_mistake():
    node, problems = read("a: {b: 3,5, c: x}\n")
    assert [(p.path, p.found, p.hint) for p in problems] == [
        ("a.b", "3,5", "write 3.5, or put the text in quotes"),
    ]
    assert node.plain() == {"a": {"b": None, "c": "x"}}


def test_whole_numbers_may_be_names():
    node, problems = read("a: {16: x, 17-18: z}\n")
    assert (node.plain(), problems) == ({"a": {16: "x", "17-18": "z"}}, [])


@pytest.mark.parametrize("key", ["1.5", "null", "true", "[a, b]", "{a: b}", "no"])
def test_what_is_no_name(key):
    node, problems = read(f"? {key}\n: 1\nok: 2\n")
    assert len(problems) == 1
    assert node.plain()["ok"] == 2


def test_depth_is_limited():
    assert read("a: " + "[" * 39 + "]" * 39)[1] == []
    with pytest.raises(UnreadableError, match="more than 40 levels"):
        read("a: " + "[" * 41 + "]" * 41)


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "\ufeff"])
def test_a_file_without_values(text):
    files = files_of(a_dot_yaml=text)
    with pytest.raises(UnreadableError, match="an empty file"):
        read_tree(files, "a.yaml")


# --- files --------------------------------------------------------------------------------


def test_files_are_read_once():
    asked = []

    def read(file):
        asked.append(file)
        return "a: 1\n"

    files = Files(read)
    read_yaml(files, "x.yaml")
    read_yaml(files, "x.yaml")
    assert asked == ["x.yaml"]


@pytest.mark.parametrize(
    ("name", "path"),
    [("b.yaml", "case/b.yaml"), ("../b.yaml", "b.yaml"), ("./x/../b.yaml", "case/b.yaml"), ("x/b.csv", "case/x/b.csv")],
)
def test_names_are_relative_to_the_file_that_gives_them(name, path):
    assert Files().refer(Node(name, "case/scenario.yaml", 3), "tables") == path


@pytest.mark.parametrize("name", ["/etc/passwd", "shipped:/sources.yaml", "", 5, None, [Node("a", "x", 1)], "a\x00b"])
def test_what_is_no_file_name(name):
    with pytest.raises(UnreadableError) as caught:
        Files().refer(Node(name, "scenario.yaml", 3), "extends")
    assert (caught.value.problem.line, caught.value.problem.path) == (3, "extends")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("b.yaml", "shipped:/models/b.yaml"),
        ("../sources.yaml", "shipped:/sources.yaml"),
        ("../../../etc/passwd", "shipped:/etc/passwd"),
    ],
)
def test_shipped_files_name_shipped_files(name, path):
    assert Files().refer(Node(name, "shipped:/models/life_course.yaml", 3), "sources") == path


def test_names_are_kept_relative_to_the_common_folder():
    files = Files(texts={"a/case/scenario.yaml": "1", "a/models/model.yaml": "2"})
    assert files.root() == os.path.abspath("a")
    assert files.named() == {"case/scenario.yaml": "1", "models/model.yaml": "2"}


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_yaml(Files(), str(path)).plain() == {"a": 1}


def test_line_ends_of_windows(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: 1\r\nb: text\r\n")
    assert read_yaml(Files(), str(path)).plain() == {"a": 1, "b": "text"}


def test_the_hash_is_of_names_and_texts():
    assert content_hash({"a": "1", "b": "2"}) == content_hash({"b": "2", "a": "1"})
    others = [{"a": "2", "b": "1"}, {"ab": "12"}, {"a": "1", "b": "2", "c": ""}, {"a": "1b2"}]
    assert len({content_hash(files) for files in [{"a": "1", "b": "2"}, *others]}) == 5


# --- merging --------------------------------------------------------------------------------

BASE = """
title: base
population: {persons: 10, start: {age: 1}}
parameters: {p: {unit: share, value: 1}, q: {unit: share}}
money: {currency: SEK, index: cpi}
"""


def test_a_case_over_its_model():
    case = "extends: base.yaml\npopulation: {persons: 20}\n"
    case += "parameters: {p: {unit: factor}, r: {}}\nmoney: {currency: EUR}\n"
    tree = read_tree(files_of(case_dot_yaml=case, base_dot_yaml=BASE), "case.yaml")
    assert tree.plain() == {
        "title": "base",
        "population": {"persons": 20, "start": {"age": 1}},  # field by field
        "parameters": {"p": {"unit": "factor"}, "q": {"unit": "share"}, "r": {}},  # entry by entry, each whole
        "money": {"currency": "EUR"},  # replaced
    }
    places = dict(tree.places())
    assert places["parameters", "p"] == ("case.yaml", 3)
    assert places["parameters", "q"] == ("base.yaml", 4)


def test_a_change_merges_at_every_depth_and_is_remembered():
    case = "extends: base.yaml\nchange:\n  population: {start: {age: 3}}\n  parameters: {p: {unit: factor}}\n"
    tree, overridden = read_whole(files_of(case_dot_yaml=case, base_dot_yaml=BASE), "case.yaml", Scenario)
    assert tree.plain()["population"] == {"persons": 10, "start": {"age": 3}}
    assert tree.plain()["parameters"] == {"p": {"unit": "factor", "value": 1}, "q": {"unit": "share"}}
    assert dict(tree.places())["population", "start", "age"] == ("case.yaml", 3)
    found = {path: [(old.value, old.file, old.line) for old in values] for path, values in overridden.items()}
    assert found == {
        ("population", "start", "age"): [(1, "base.yaml", 3)],
        ("parameters", "p", "unit"): [("share", "base.yaml", 4)],
    }


def test_what_is_overridden_twice_is_told_last_first():
    texts = {
        "case_dot_yaml": "extends: middle.yaml\nseed: 3\nparameters: {p: {unit: rate}}\n",
        "middle_dot_yaml": "extends: base.yaml\nparameters: {p: {unit: factor}, q: {unit: share}}\n",
        "base_dot_yaml": BASE,
    }
    _, overridden = read_whole(files_of(**texts), "case.yaml", Scenario)
    assert list(overridden) == [("parameters", "p")]  # q is the same
    assert [old.file for old in overridden["parameters", "p"]] == ["middle.yaml", "base.yaml"]


def test_a_change_of_one_strategy_leaves_the_others():
    base = "title: base\nstrategies: {usual: [], one: [a], both: [a, b]}\n"
    case = "extends: base.yaml\nchange: {strategies: {both: leave_out, two: [b]}}\n"
    tree = read_tree(files_of(case_dot_yaml=case, base_dot_yaml=base), "case.yaml")
    assert tree.plain()["strategies"] == {"usual": [], "one": ["a"], "two": ["b"]}


def test_a_change_can_leave_out_and_name_entries_of_lists():
    base = "title: base\ngroups: [a, b]\nactors: {one: {sector: public}, two: {sector: other}}\n"
    case = "extends: base.yaml\nchange: {groups: {0: c, 2: d}, actors: {two: leave_out}}\n"
    tree = read_tree(files_of(case_dot_yaml=case, base_dot_yaml=base), "case.yaml")
    assert tree.plain() == {"title": "base", "groups": ["c", "b", "d"], "actors": {"one": {"sector": "public"}}}


@pytest.mark.parametrize(
    ("case", "path", "found", "allowed", "hint"),
    [
        ("change: {groups: [a]}\n", "change", "change", "change only beside extends", ""),
        ("extends: base.yaml\nchange: more\n", "change", "more", "the sections of a scenario, each with", ""),
        ("extends: base.yaml\nchange: {actor: {}}\n", "change.actor", "actor", "sections of a scenario:", "actors"),
        ("extends: base.yaml\nchange: {parameters: {r: leave_out}}\n", "change.parameters.r", "leave_out of r",
         "what the scenario writes here: p, q", ""),
        ("extends: base.yaml\nchange: {title: }\n", "change.title", "nothing", "a value, or leave_out", ""),
    ],
)  # fmt: skip
def test_a_change_that_cannot_be_made(case, path, found, allowed, hint):
    files = files_of(case_dot_yaml=case, base_dot_yaml=BASE)
    read_tree(files, "case.yaml")
    (problem,) = files.problems
    assert (problem.file, problem.path, problem.found) == ("case.yaml", path, found)
    assert problem.allowed.startswith(allowed)
    assert hint in problem.hint


def test_a_calibration_adds_to_that_of_its_model():
    base = "title: base\ncalibration: {free: [p, q], targets: {a: {observed: 1}}}\n"
    case = "extends: base.yaml\ncalibration:\n  free: {q: {distribution: 1}, r: {}}\n  targets: {b: {observed: 2}}\n"
    tree = read_tree(files_of(case_dot_yaml=case, base_dot_yaml=base), "case.yaml")
    assert tree.plain()["calibration"] == {
        "free": {"p": {}, "q": {"distribution": 1}, "r": {}}, "targets": {"a": {"observed": 1}, "b": {"observed": 2}},
    }  # fmt: skip


def test_of_several_files_extended_the_later_wins():
    tree = read_tree(
        files_of(
            case_dot_yaml="extends: [one.yaml, two.yaml]\nseed: 3\n",
            one_dot_yaml="title: one\nabout: one\n",
            two_dot_yaml="title: two\ndraws: 2\nseed: 2\n",
        ),
        "case.yaml",
    )
    assert tree.plain() == {"title": "two", "about": "one", "draws": 2, "seed": 3}


def test_a_section_in_several_files_refuses_a_name_twice():
    files = files_of(
        case_dot_yaml="actors: [one.yaml, {a: 3}, two.yaml]\n", one_dot_yaml="a: 1\n", two_dot_yaml="b: 2\na: 4\n"
    )
    assert read_tree(files, "case.yaml").plain() == {"actors": {"a": 1, "b": 2}}
    assert [(p.file, p.line, p.path) for p in files.problems] == [
        ("case.yaml", 1, "actors.a"),
        ("two.yaml", 2, "actors.a"),
    ]
    assert files.problems[0].found == "this name a second time (first in one.yaml:1)"


def test_a_missing_file_of_a_section_does_not_hide_other_problems():
    files = files_of(case_dot_yaml="actors: missing.yaml\nprices: {a: no}\nsources: [also_missing.yaml]\n")
    read_tree(files, "case.yaml")
    assert sorted(problem.found for problem in files.problems) == [
        "also_missing.yaml: no such file",
        "missing.yaml: no such file",
        "no",
    ]


# --- CSV ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "comma", "value"),
    [
        ("1", False, 1.0), ("-0.5", False, -0.5), ("1e-3", False, 0.001), ("0,5", True, 0.5), ("0.5", True, 0.5),
        ("0,5", False, None), ("1 000", False, None), ("5 %", True, None), ("", False, None), ("nan", False, None),
        ("inf", False, None), ("1e400", False, None), (".5", False, None), ("1,000,000", True, None),
        ("1_0", False, None), ("9" * 41, False, None),
    ],
)  # fmt: skip
def test_numbers_of_cells(text, comma, value):
    assert csv_number(text, comma) == value


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_quotes_and_empty_rows(delimiter):
    text = f'a{delimiter}b\r\n\r\n1{delimiter}"x, y; z"\r\n{delimiter}\r\n" 2 "{delimiter}"say ""hej"""\r\n'
    header, rows, decimal_comma = csv_rows(files_of(a_dot_csv=text), "a.csv", ASKED, "")
    assert header == ["a", "b"]
    assert rows == [(3, ["1", "x, y; z"]), (5, ["2", 'say "hej"'])]
    assert decimal_comma is (delimiter != ",")


def test_a_cell_of_several_lines_counts_from_its_first():
    _, rows, _ = csv_rows(files_of(a_dot_csv='a,b\n1,"x\ny"\n2,z\n'), "a.csv", ASKED, "")
    assert rows == [(2, ["1", "x\ny"]), (4, ["2", "z"])]


def test_empty_columns_at_the_end_are_passed_over():
    files = files_of(a_dot_csv="a;b\n1;2;;\n")
    assert csv_rows(files, "a.csv", ASKED, "")[1] == [(2, ["1", "2"])]
    assert files.problems == []


def test_parameters_of_a_csv_file():
    text = "name;distribution;mean;low_95;high_95;unit;price_year;work;where;as_printed\n"
    text += "cost;lognormal;1,5;1;2,25;SEK per year;2024;a_study;page 3;1.5\n"
    node = read_parameters_csv(files_of(a_dot_csv=text), "a.csv", ASKED)
    assert node.plain() == {
        "cost": {
            "distribution": {"lognormal": {"mean": 1.5, "interval_95": [1.0, 2.25]}},
            "source": {"work": "a_study", "where": "page 3", "as_printed": "1.5"},
            "unit": "SEK per year",
            "price_year": 2024,
        }
    }
    assert node.value["cost"].line == 2
