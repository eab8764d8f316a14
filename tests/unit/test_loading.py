import os
import shutil
from pathlib import Path

import pytest

from simcore.errors import ScenarioError, ScenarioWarning
from simcore.scenario import shipped
from simcore.scenario.loading import read_scenario, scenario_from_texts
from simcore.scenario.shipped import shipped_folder, shipped_models, shipped_scenarios

CLINIC = Path(__file__).parents[1] / "scenarios" / "good" / "clinic"
SMALLEST = CLINIC.parent / "smallest.yaml"


def again(file):
    return scenario_from_texts(file.files, file.main)


def same(file, other):
    assert file.scenario == other.scenario
    assert (file.files, file.main, file.content_hash) == (other.files, other.main, other.content_hash)


# --- one hash, wherever and however --------------------------------------------------------


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_a_shipped_case_is_the_same_however_it_is_named(name, monkeypatch):
    folder = shipped_folder() / name
    first = read_scenario(name)
    same(first, read_scenario(folder.resolve()))
    same(first, read_scenario(folder / "scenario.yaml"))
    monkeypatch.chdir(shipped_folder().parent)
    same(first, read_scenario(os.path.join(shipped_folder().name, name)))
    same(first, read_scenario(name))
    monkeypatch.chdir(folder)
    for written in (
        ".",
        "scenario.yaml",
        os.path.join("..", folder.name),
        os.path.join("..", folder.name, "scenario.yaml"),
    ):
        other = read_scenario(written)
        same(first, other)
        assert other.name == first.name
    same(first, again(first))


def test_a_case_with_files_beside_its_folder_is_the_same_however_it_is_named(tmp_path, monkeypatch):
    first = read_scenario(CLINIC)
    assert {"clinic/scenario.yaml", "discount.yaml"} < set(first.files)
    shutil.copytree(CLINIC.parent, tmp_path / "elsewhere")
    same(first, read_scenario(tmp_path / "elsewhere" / "clinic"))
    monkeypatch.chdir(tmp_path / "elsewhere" / "clinic")
    same(first, read_scenario("."))
    same(first, again(first))


def test_a_way_out_of_the_folder_and_back_is_read_again(tmp_path, monkeypatch):
    folder = tmp_path / "case"
    folder.mkdir()
    shutil.copy(SMALLEST, folder / "model.yaml")
    (folder / "scenario.yaml").write_text("extends: ../case/model.yaml\nseed: 5\n", encoding="utf-8")
    first = read_scenario(folder)
    assert sorted(first.files) == ["case/model.yaml", "case/scenario.yaml"]
    same(first, again(first))
    monkeypatch.chdir(folder)
    same(first, read_scenario("."))


def test_texts_are_read_again_wherever_that_is(tmp_path, monkeypatch):
    first = read_scenario("school_dropout")
    monkeypatch.chdir(tmp_path)
    same(first, again(first))


# --- models that ship with simcore ---------------------------------------------------------


def test_a_copied_case_works_anywhere(tmp_path, monkeypatch):
    first = read_scenario("school_dropout")
    shutil.copytree(shipped_folder() / "school_dropout", tmp_path / "my_case")
    same(first, read_scenario(tmp_path / "my_case"))
    monkeypatch.chdir(tmp_path / "my_case")
    copied = read_scenario(".")
    same(first, copied)
    assert copied.name == "my_case"


def test_shipped_files_keep_their_names():
    file = read_scenario("school_dropout")
    assert file.main == "scenario.yaml"
    own = {name for name in file.files if not name.startswith("shipped:/")}
    assert own == {"scenario.yaml", "parameters.yaml"}
    assert {"shipped:/models/life_course.yaml", "shipped:/sources.yaml"} < set(file.files)
    assert file.places["domains",][0] == "shipped:/models/life_course.yaml"


def test_a_kept_case_is_read_from_what_was_kept(monkeypatch, tmp_path):
    file = read_scenario("school_dropout")
    monkeypatch.setattr(shipped, "shipped_folder", lambda: tmp_path)  # another release, without the model
    same(file, again(file))
    with pytest.raises(ScenarioError, match="life_course: no such model"):
        read_scenario(shipped_folder() / "school_dropout")


def test_a_model_is_one_of_several_files_extended(tmp_path):
    (tmp_path / "own.yaml").write_text("accrual: start_of_cycle\n", encoding="utf-8")
    case = (shipped_folder() / "school_dropout" / "scenario.yaml").read_text(encoding="utf-8")
    case = case.replace("extends: [life_course, ", "extends: [life_course, own.yaml, ")
    (tmp_path / "scenario.yaml").write_text(case, encoding="utf-8")
    shutil.copy(shipped_folder() / "school_dropout" / "parameters.yaml", tmp_path)
    assert read_scenario(tmp_path).scenario.accrual == "start_of_cycle"


def test_a_case_builds_on_a_shipped_case(tmp_path):
    (tmp_path / "scenario.yaml").write_text("extends: textbook_chain\nseed: 5\n", encoding="utf-8")
    file = read_scenario(tmp_path)
    assert (file.scenario.seed, file.scenario.title) == (5, read_scenario("textbook_chain").scenario.title)
    assert "shipped:/textbook_chain/scenario.yaml" in file.files
    same(file, again(file))


MINE = """
extends: textbook_chain
change:
  parameters:
    rr_oil: {distribution: {lognormal: {interval_95: [0.5, 0.9]}}, source: {assumption: "ours, 0.5 to 0.9"}}
    oil_yaer: {distribution: {fixed: 950}, unit: SEK per year, price_year: 2024, source: {assumption: "a typing error"}}
    call_out: {distribution: {fixed: 4000}}
"""


def test_what_a_case_changes_without_saying_why_or_in_vain_is_noted(tmp_path):
    (tmp_path / "scenario.yaml").write_text(MINE, encoding="utf-8")
    with pytest.warns(ScenarioWarning) as noted:
        file = read_scenario(tmp_path)
    told = sorted(str(note.message).split("  ", 1)[1] for note in noted)
    assert told == [
        "parameters.call_out: has another distribution and the source of the old one; say where the new one comes from",
        "parameters.oil_yaer: is not used",
    ]
    assert file.scenario.parameters["rr_oil"].quality == "assumed"


def test_with_another_source_what_was_said_of_the_old_one_is_gone(tmp_path):
    old = "{work: w, where: p. 1, as_printed: 5}"
    base = BASE_OF_A_FIGURE.format(
        source=old, more="grade: B, conversion: as printed, design: cohort, evidence: causal"
    )
    (tmp_path / "base.yaml").write_text(base, encoding="utf-8")
    case = "extends: base.yaml\nchange: {parameters: {p: {distribution: {fixed: 0.3}, source: {assumption: ours}}}}\n"
    (tmp_path / "scenario.yaml").write_text(case, encoding="utf-8")
    found = read_scenario(tmp_path).scenario.parameters["p"]
    assert (found.grade, found.conversion, found.design, found.evidence) == (None, None, None, "causal")


BASE_OF_A_FIGURE = """
title: a figure
population:
  {{persons: 10, target_group: 1, start: {{age: 1, year: 2025}}, horizon: {{years: 2}}, start_states: {{d: a}}}}
domains: {{d: {{states: [a, b], moves: {{a -> b: {{probability: p}}}}}}}}
parameters: {{p: {{distribution: {{fixed: 0.5}}, unit: probability per year, source: {source}, {more}}}}}
strategies: {{usual: []}}
comparator: usual
sources: {{w: {{title: t, by: b, year: 2020}}}}
"""


def test_a_calibration_of_its_own_instead_of_the_models(tmp_path):
    own = "calibration: {instead: true, free: {p_wear: {distribution: {beta: {mean: 0.3, sd: 0.1}}}}}"
    (tmp_path / "scenario.yaml").write_text(f"extends: textbook_chain\n{own}\n", encoding="utf-8")
    calibration = read_scenario(tmp_path).scenario.calibration
    assert (list(calibration.free), calibration.targets) == (["p_wear"], {})


def test_a_model_that_builds_on_another_one_is_a_model():
    assert {"life_course", "school_years", "life_course_targets"} <= set(shipped_models())


def test_parts_of_models_are_no_models():
    parts = {path.stem for path in (shipped_folder() / "models").glob("*.yaml")} - set(shipped_models())
    assert "life_course" in shipped_models()
    assert {"life_course_parameters", "payment_shares"} <= parts


# --- names ---------------------------------------------------------------------------------


def test_two_files_of_a_folder_have_two_names(tmp_path):
    folder = tmp_path / "study"
    folder.mkdir()
    names = {}
    for name in ("a.yaml", "b.yaml", "scenario.yaml"):
        shutil.copy(SMALLEST, folder / name)
        names[name] = read_scenario(folder / name).name
    assert names == {"a.yaml": "a", "b.yaml": "b", "scenario.yaml": "study"}
