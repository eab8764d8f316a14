from pathlib import Path

import pytest

from simcore.errors import ScenarioError
from simcore.scenario.loading import read_scenario
from simcore.simulation import try_out

BAD = Path(__file__).parent / "bad"
NAMES = sorted(path.stem for path in BAD.glob("*.yaml"))
#: Words of the libraries that read the files; the reader of a message knows none of them.
JARGON = ("Input should", "validation", "pydantic", "Node(", "Traceback", "union", "dict", "None", "<class", "expected")


@pytest.mark.parametrize("name", NAMES)
def test_each_bad_scenario_gives_its_message(name, monkeypatch):
    monkeypatch.chdir(BAD)
    with pytest.raises(ScenarioError) as caught:
        read_scenario(f"{name}.yaml")
    assert f"{caught.value}\n" == (BAD / f"{name}.txt").read_text(encoding="utf-8")


def test_every_message_belongs_to_a_scenario():
    assert sorted(path.stem for path in BAD.glob("*.txt")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_no_message_speaks_the_language_of_a_library(name):
    message = (BAD / f"{name}.txt").read_text(encoding="utf-8")
    found = [line for line in message.splitlines() if line.startswith(("    found", "    allowed", "    hint"))]
    assert not [line for line in found for word in JARGON if word in line]


@pytest.mark.parametrize("name", NAMES)
def test_every_problem_says_where_what_and_what_is_allowed(name, monkeypatch):
    monkeypatch.chdir(BAD)
    with pytest.raises(ScenarioError) as caught:
        read_scenario(f"{name}.yaml")
    assert caught.value.where == f"{name}.yaml"
    for problem in caught.value.problems:
        assert Path(problem.file).is_file()
        assert problem.line <= max(1, len(Path(problem.file).read_bytes().splitlines()))
        assert problem.found
        assert problem.allowed
        assert "\n" not in f"{problem.found}{problem.allowed}{problem.hint}"


def test_one_mistake_is_one_problem(monkeypatch):
    monkeypatch.chdir(BAD)
    places = []
    for name in NAMES:
        with pytest.raises(ScenarioError) as caught:
            read_scenario(f"{name}.yaml")
        places += [(name, problem.file, problem.line, problem.path, problem.found) for problem in caught.value.problems]
    assert len(places) == len(set(places))


@pytest.mark.parametrize("name", ["base", "rich"])
def test_the_scenarios_that_the_bad_ones_extend_are_good(name, monkeypatch):
    monkeypatch.chdir(BAD)
    file = read_scenario(f"files/{name}.yaml")
    assert file.warnings == ()
    assert try_out(file)


def test_an_unknown_scenario_lists_what_there_is(monkeypatch):
    monkeypatch.chdir(BAD)
    with pytest.raises(ScenarioError) as caught:
        read_scenario("school_dropot")
    (problem,) = caught.value.problems
    assert problem.found == "school_dropot: no such file or scenario"
    assert "textbook_chain" in problem.allowed
    assert problem.hint == "did you mean 'school_dropout'?"


def test_a_folder_without_a_scenario(monkeypatch):
    monkeypatch.chdir(BAD)
    with pytest.raises(ScenarioError, match=r"files: a folder without scenario\.yaml"):
        read_scenario("files")
