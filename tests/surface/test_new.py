"""`simcore new`: a case to edit that loads at once, gives the numbers of its origin, and whose every line is valid."""

from __future__ import annotations

import os
import re
import shutil
import warnings
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import simcore as library
from simcore import cli
from simcore.cli.starting import app as starting
from simcore.errors import ScenarioError, ScenarioWarning
from simcore.report.starting_case import new_case
from simcore.report.starting_lines import flow
from simcore.scenario.shipped import shipped_folder, shipped_scenarios
from simcore.scenario.strict_yaml import read_yaml

SHIPPED = list(shipped_scenarios())
#: A line that may be taken into use: its blanks, and what stands behind # and a blank.
TAKEN = re.compile(r"^( *)# (\S.*)$", re.M)


def simcore(*arguments: str):
    return CliRunner().invoke(cli.app if registered() else starting, list(arguments if registered() else arguments[1:]))


def registered() -> bool:
    return any(of.callback.__name__ == "new" for of in cli.app.registered_commands if of.callback)


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read_with_notes(source: str | Path):
    """A scenario, and the notes on it without their places."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        file = library.read_scenario(source)
    return file, sorted(str(one.message).partition("  ")[2] for one in caught)


def quietly_read(source: str | Path):
    return read_with_notes(source)[0]


@cache
def shipped(name: str):
    """A shipped case with its notes, read once."""
    return read_with_notes(name)


@pytest.mark.parametrize("origin", SHIPPED)
def test_a_new_case_says_what_its_origin_says(origin: str) -> None:
    case = new_case("ours", origin, title="Ours")
    (ours, notes), (theirs, their_notes) = read_with_notes(case), shipped(origin)
    # Conditions, prices, figures, everything but the title: the simulation knows nothing else.
    assert ours.scenario == theirs.scenario.model_copy(update={"title": "Ours", "title_sv": None})
    assert notes == their_notes
    # Nothing but the title was put in the place of anything.
    values = [
        {path: [old.value for old in olds] for path, olds in of.overridden.items() if path != ("title",)}
        for of in (ours, theirs)
    ]
    assert values[0] == values[1]
    assert sorted(path.name for path in Path("ours").iterdir()) == sorted(
        ["README.md", "scenario.yaml", *["original"] * ("/" in origin)]
    )


@pytest.mark.parametrize("origin", ["textbook_chain", "textbook/sick_sicker_psa", "county_unemployment"])
def test_a_new_case_gives_the_same_numbers(origin: str) -> None:
    new_case("ours", origin)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScenarioWarning)
        ours, theirs = (library.simulate(library.read_scenario(of), draws=3, persons=60) for of in ("ours", origin))
    for name in theirs.data_vars:
        if theirs[name].dtype.kind in "fiub":
            np.testing.assert_array_equal(ours[name].values, theirs[name].values)


@pytest.mark.parametrize(
    ("origin", "language"), [*((of, "en") for of in SHIPPED), ("textbook_chain", "sv"), ("county_unemployment", "sv")]
)
def test_each_line_may_be_taken_into_use(origin: str, language: str) -> None:
    case = new_case("ours", origin, language=language)
    text, before = case.read_text(encoding="utf-8"), shipped(origin)[0].scenario
    lines = list(TAKEN.finditer(text))
    assert len(lines) >= 3  # the horizon, the start, and who pays at least
    # All of them at once: the whole says what it said, but for where the figures come from.
    case.write_text(TAKEN.sub(r"\1\2", text), encoding="utf-8")
    taken = quietly_read(case).scenario
    figures = [name for name, entry in taken.parameters.items() if "FILL IN" in str(entry.source.assumption)
               or "FYLL I" in str(entry.source.assumption)]  # fmt: skip
    assert len(figures) == text.count("source: {assumption:")
    for name in before.parameters:
        old, new = before.parameters[name], taken.parameters[name]
        assert new.unit == old.unit
        assert new.price_year == old.price_year
        assert new.distribution.name == old.distribution.name
        assert new.distribution.given == old.distribution.given
    apart = ("title", "title_sv", "parameters", "alternatives")
    assert taken.model_copy(update={of: getattr(before, of) for of in apart}) == before
    # One by one: all of the small cases, and one of the large ones, which take long to read.
    for line in lines if len(before.parameters) < 40 else [lines[len(origin) % len(lines)]]:
        case.write_text(text[: line.start()] + line[1] + line[2] + text[line.end() :], encoding="utf-8")
        quietly_read(case)


def test_changed_figures_are_the_only_news(tmp_path: Path) -> None:
    case = new_case("ours", "school_dropout")
    text = case.read_text(encoding="utf-8").replace("target_group: 120", "target_group: 40")
    text = text.replace(
        '# uptake_team: {distribution: {beta: {mean: 0.75, sd: 0.08}}, source: {assumption: "TO FILL IN: where our '
        'figure comes from, and its range"}}',
        'uptake_team: {distribution: {beta: {mean: 0.6, sd: 0.1}}, source: {assumption: "our team, 0.4 to 0.8"}}',
    )
    case.write_text(text, encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # nothing that would surprise
        ours = library.read_scenario("ours")
    assert ours.scenario.population.target_group == 40
    assert ours.scenario.parameters["uptake_team"].distribution.mean == 0.6
    assert ours.overridden.keys() - shipped("school_dropout")[0].overridden.keys() == {
        ("parameters", "uptake_team", "distribution"),
        ("parameters", "uptake_team", "source"),
    }  # fmt: skip


def test_a_changed_figure_without_its_source_is_noted() -> None:
    case = new_case("ours", "school_dropout")
    text = case.read_text(encoding="utf-8")
    live = "# distribution: {lognormal: {median: 15000, interval_95: [8700, 26000]}}"
    assert live in text
    case.write_text(text.replace(live, "distribution: {fixed: 20000}"), encoding="utf-8")
    with pytest.warns(ScenarioWarning, match="has another distribution and the source of the old one"):
        library.read_scenario("ours")


def test_what_it_says_of_a_figure() -> None:
    text = new_case("ours", "school_dropout").read_text(encoding="utf-8")
    plain = " ".join(text.replace("## ", " ").split())
    assert (
        "A place with a job coach: 35,520 SEK per year, prices of 2018, grade B. Drives cost of supported_employment. "
        "Source: Municipality of Ljusnarsberg (2018)" in plain
    )
    assert "A day in prison: 3,312 SEK per day, prices of 2021, grade A2. Paid by Justice system. Drives price" in plain
    assert "Share of the pupils who accept the team: 0.75 probability. Drives who takes part in attendance_" in plain
    assert "Actors: municipality, region, social_insurance, employment_service, justice, state, household" in plain
    for heading in ("Who it is about", "Attendance team: what it costs", "Discounting", "Who pays how much of it"):
        assert f"== {heading} ==" in plain or f"-- {heading}" in plain
    for command in ("check ours", "run ours", "report results/ours --html ours.html", "decide results/ours",
                    "inputs export ours ours.xlsx", "sources ours"):  # fmt: skip
        assert f"##      simcore {command}" in text
        assert f"       simcore {command}" in Path("ours/README.md").read_text(encoding="utf-8")
    assert max(map(len, (line for line in text.splitlines() if line.startswith("##")))) <= 112


def test_in_swedish() -> None:
    text = new_case("vårt", "school_dropout", language="sv").read_text(encoding="utf-8")
    plain = " ".join(text.replace("## ", " ").split())
    assert "Som filen står ger fallet samma tal som school_dropout." in plain
    assert "-- Närvaroteam: vad den kostar och vilka som deltar" in plain
    assert "3 312 kronor per dag, 2021 års priser, evidensgrad A2." in plain.replace("\N{NO-BREAK SPACE}", " ")
    assert "simcore report results/vårt --html vårt.html --lang sv" in plain
    assert "simcore decide results/vårt --lang sv" in Path("vårt/README.md").read_text(encoding="utf-8")


def test_another_text_is_not_told_in_the_old_swedish() -> None:
    case = new_case("ours", "school_dropout")
    team = quietly_read(case).in_swedish.scenario.interventions["attendance_team"]
    assert team.about.startswith("Ett team på skolan")
    text = case.read_text(encoding="utf-8")
    own = '      about: "Our own team of teachers."'
    case.write_text(re.sub(r'(?m)^      about: "A team at school .*"$', own, text), encoding="utf-8")
    for file in (quietly_read(case), quietly_read(case).in_swedish):
        assert file.scenario.interventions["attendance_team"].about == "Our own team of teachers."


def test_a_swedish_case_is_told_in_swedish() -> None:
    case = new_case("vårt", "school_dropout", language="sv")
    text = case.read_text(encoding="utf-8")
    assert text.count("      about_sv: ") == 2
    assert text.count("      # about: ") == 2
    case.write_text(re.sub(r"(?m)^      about_sv: .*$", '      about_sv: "Vårt eget team."', text), encoding="utf-8")
    team = quietly_read(case).in_swedish.scenario.interventions["attendance_team"]
    assert team.about == "Vårt eget team."


def test_the_command_and_what_follows() -> None:
    done = simcore("new", "our machines", "--from", "textbook_chain", "--title", 'Our "own": 5 # of them')
    assert done.exit_code == 0, done.output
    assert done.output == (
        "Written: our machines/scenario.yaml and a README. As it stands, it gives the numbers of textbook_chain.\n"
        "Next: change what you know better in it, then simcore check 'our machines'\n"
    )
    assert library.read_scenario("our machines").scenario.title == 'Our "own": 5 # of them'
    readme = Path("our machines/README.md").read_text(encoding="utf-8")
    assert "simcore run 'our machines'" in readme
    assert "simcore report 'results/our machines' --html our_machines.html" in readme
    assert simcore("new", "quiet", "--from", "textbook_chain", "--quiet").output == ""


def test_a_case_of_ones_own_is_extended_by_its_path() -> None:
    first = new_case("cases/first", "textbook_chain", title="First")
    first.write_text(first.read_text(encoding="utf-8").replace("target_group: 20", "target_group: 21"))
    for number, origin in enumerate(("cases/first", "cases/first/scenario.yaml")):
        second = new_case(f"second_{number}", origin)
        assert "\nextends: ../cases/first/scenario.yaml\n" in second.read_text(encoding="utf-8")
        ours = library.read_scenario(second).scenario
        assert (ours.population.target_group, ours.title) == (21, f"Second {number}: First")
    beside = new_case("cases/first/variants/a", Path("cases/first"))
    assert "\nextends: ../../scenario.yaml\n" in beside.read_text(encoding="utf-8")


@pytest.mark.parametrize("odd", ["'more' \"quotes\" # no comment: {a: b}, - [c] %", "a \\ å 𝄞", "yes", "1e3", "it's"])
def test_texts_of_any_kind_stay_what_they_are(odd: str) -> None:
    written = "'" + odd.replace("'", "''") + "'"
    Path("odd case").mkdir()
    Path("odd case/a file.yaml").write_text(
        f"extends: textbook_chain\ntitle: {written}\nquestion: {written}\nchange:\n"
        f"  interventions: {{oiling: {{about: {written}, label: {written}, label_sv: {written}}}}}\n"
        f"  parameters: {{oil_year: {{about: {written}}}, call_out: {{source: {{assumption: {written}}}}}}}\n",
        encoding="utf-8",
    )
    theirs = library.read_scenario("odd case/a file.yaml").scenario
    assert theirs.interventions["oiling"].about == odd
    for language in ("en", "sv"):
        case = new_case(f"ours {language}", "odd case/a file.yaml", title=odd, language=language)
        assert library.read_scenario(case).scenario == theirs
        text = case.read_text(encoding="utf-8")
        case.write_text(TAKEN.sub(r"\1\2", text), encoding="utf-8")
        taken = library.read_scenario(case).scenario
        assert taken.question == odd
        assert taken.interventions == theirs.interventions
        assert '\nextends: "../odd case/a file.yaml"\n' in text


def test_texts_of_several_lines_come_to_stand_on_one() -> None:
    Path("lines.yaml").write_text(
        "extends: textbook_chain\ntitle: |\n  One\n  two\nchange:\n  interventions:\n    oiling:\n      about: |\n"
        "        First.\n        ## Second.\n",
        encoding="utf-8",
    )
    ours = library.read_scenario(new_case("ours", "lines.yaml")).scenario
    assert ours.title == "Ours: One two"
    assert ours.interventions["oiling"].about == "First. ## Second."


def test_a_case_of_figures_alone(tmp_path: Path) -> None:
    Path("bare.yaml").write_text(
        "extends: textbook_chain\nchange: {interventions: {oiling: leave_out}, strategies: {oil: leave_out}}\n"
    )
    case = new_case(".", "bare.yaml", title="Bare")
    assert quietly_read(".").scenario == quietly_read("bare.yaml").scenario.model_copy(
        update={"title": "Bare", "title_sv": None}
    )
    text = case.read_text(encoding="utf-8")
    assert "interventions:" not in text
    assert "simcore check ." in text
    assert f"simcore decide results/{tmp_path.name}" in text


def test_a_copied_case_needs_nothing_outside(tmp_path: Path) -> None:
    new_case("ours", "classic_calculation/with_comparison")
    elsewhere = tmp_path / "elsewhere" / "deep" / "there"
    shutil.copytree("ours", elsewhere)
    shutil.rmtree("ours")
    assert quietly_read(elsewhere).name == "there"
    text = (elsewhere / "README.md").read_text(encoding="utf-8")
    assert "The folder `original` is a copy of that case" in text
    shared = shipped_folder() / "classic_calculation" / "parameters.yaml"
    copy = elsewhere / "original" / "classic_calculation" / "parameters.yaml"
    assert copy.read_bytes() == shared.read_bytes()


def test_nothing_is_written_over() -> None:
    folder = Path("ours")
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    new_case(folder, "textbook_chain")  # beside what is there
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert set(before) == {folder / name for name in ("notes.txt", "scenario.yaml", "README.md")}
    done = simcore("new", "ours", "--from", "school_dropout")
    assert done.exit_code == 2
    assert done.output == (
        "ours/scenario.yaml is there already and is not written over: give the name of a new folder.\n"
    )
    (folder / "scenario.yaml").unlink()
    assert simcore("new", "ours", "--from", "school_dropout").output == (
        "ours/README.md is there already and is not written over: give the name of a new folder.\n"
    )
    assert {path: path.read_bytes() for path in folder.iterdir()} == {
        path: text for path, text in before.items() if path.name != "scenario.yaml"
    }
    Path("file").write_text("mine")
    assert simcore("new", "file", "--from", "textbook_chain").output == (
        "file is a file: give the name of a new folder. Nothing was written.\n"
    )
    assert Path("file").read_text() == "mine"
    os.symlink("nowhere", "hanging")
    Path("linked").mkdir()
    os.symlink("nowhere", "linked/scenario.yaml")
    assert simcore("new", "linked", "--from", "textbook_chain").exit_code == 2


def test_nothing_is_left_where_nothing_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("file").write_text("mine")
    done = simcore("new", "file/ours", "--from", "textbook_chain")
    assert done.exit_code == 2
    assert re.fullmatch(r".*/file is a file, and file/ours cannot be in it\. Nothing was written\.\n", done.output)

    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    Path("there").mkdir()
    Path("there/notes.txt").write_text("mine")
    for folder in ("deep/down/ours", "there"):
        for method in ("write_text", "rename"):  # as files are written, and at the very end
            with monkeypatch.context() as patched:
                patched.setattr(Path, method, full)
                done = simcore("new", folder, "--from", "textbook/sick_sicker")
            assert done.exit_code == 2
            assert done.output.endswith(f"/{folder} could not be written: No space left on device.\n")
    assert sorted(str(path) for path in Path().rglob("*")) == ["file", "there", "there/notes.txt"]


MESSAGES = {
    ("ours",): (
        "from\n    found    nothing to start from\n"
        f"    allowed  --from with a folder, a file, or a shipped case: {', '.join(SHIPPED)}\n"
        "    hint     simcore list tells what they are about; then: simcore new ours --from school_dropout\n"
        "1 problem in the command line; nothing was run.\n"
    ),
    ("ours", "--from", "scool_dropout"): (
        "scool_dropout\n    found    scool_dropout: no such file or scenario\n"
        f"    allowed  a scenario file, a folder with scenario.yaml, or a shipped scenario: {', '.join(SHIPPED)}\n"
        "    hint     did you mean 'school_dropout'?\n"
        "1 problem in scool_dropout; nothing was run.\n"
    ),
    ("ours", "--from", "life_course"): (
        "from\n    found    life_course, a model without programmes and strategies\n"
        "    allowed  a case that is built on one: classic_calculation, county_unemployment, mental_ill_health, "
        "newcomer_women, reading_support, school_dropout, textbook_chain, young_offenders\n"
        "    hint     or write a case of your own with 'extends: life_course', as scenarios/README.md says\n"
        "1 problem in the command line; nothing was run.\n"
    ),
    ("textbook_chain", "--from", "textbook_chain"): (
        "folder\n    found    textbook_chain, a shipped case\n"
        "    allowed  another name: a folder of this one would hide the shipped case\n"
        "    hint     for example textbook_chain_ours\n"
        "1 problem in the command line; nothing was run.\n"
    ),
    ("ours", "--from", "textbook_chain", "--title", "two\nlines"): (
        "title\n    found    two lines\n"
        "    allowed  one line of at most 10,000 characters that can be printed\n"
        "1 problem in the command line; nothing was run.\n"
    ),
    ("ours", "--from", "textbook_chain", "--title", " "): (
        "title\n    found    an empty text\n"
        "    allowed  one line of at most 10,000 characters that can be printed\n"
        "1 problem in the command line; nothing was run.\n"
    ),
    ("ours", "--from", "textbook_chain", "--lang", "se"): "'se' is not a language. Known: en, sv.\n",
}  # fmt: skip


@pytest.mark.parametrize("arguments", MESSAGES, ids=" ".join)
def test_messages(arguments: tuple[str, ...]) -> None:
    done = simcore("new", *arguments)
    assert done.exit_code == 2
    assert done.output == MESSAGES[arguments]
    assert list(Path().iterdir()) == []


def test_a_case_too_far_away() -> None:
    new_case("case", "textbook_chain")
    done = simcore("new", "a/b/c/d/e/ours", "--from", "case")
    assert done.exit_code == 2
    assert re.fullmatch(
        r"a/b/c/d/e/ours is 6 folders away from what .*/case/scenario\.yaml shares with it, and a case may name files "
        r"at most 3 folders up: give a folder nearer to it, or copy that case\.\n",
        done.output,
    )
    assert not Path("a").exists()


def test_a_broken_origin_is_told_as_such() -> None:
    Path("broken.yaml").write_text("title: Broken\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"broken\.yaml"):
        new_case("ours", "broken.yaml")
    assert [path.name for path in Path().iterdir()] == ["broken.yaml"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-05, "0.00001"), (0.1 + 0.2, "0.30000000000000004"), (3.0, "3"), (12, "12"), (True, "true"),
        ("yes", '"yes"'), ("SEK per year", "SEK per year"), ("a: b", '"a: b"'), ("0x1", '"0x1"'), ("1e3", '"1e3"'),
        ([0.5, {"a": "b, c"}], '[0.5, {a: "b, c"}]'),
        ({"distribution": {"gamma": {"quantiles": {0.25: 3.5, 0.5: 1e99}}}}, None),
        (1.2345678901234567e-45, None),
    ],
)  # fmt: skip
def test_values_come_back(value: object, text: str | None) -> None:
    from simcore.scenario.nodes import Files

    written = flow(value)
    assert text is None or written == text
    read = read_yaml(Files(lambda _: f"a: {written}\n"), "x.yaml", None, "").plain()["a"]
    assert read == value
