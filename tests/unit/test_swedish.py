"""Texts that a scenario says in Swedish: where they are taken from, and when they are out of date."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xarray as xr
from matplotlib.figure import Figure

import simcore
from simcore.errors import ScenarioError
from simcore.report.course_figure import course_figure
from simcore.report.figures import result_figure
from simcore.report.labels import sentence, within
from simcore.report.language import Language
from simcore.report.life_figure import lives_figure
from simcore.report.provenance import _ALONE, _FOR, drives, provenance
from simcore.report.purposes import driven
from simcore.report.units import swedish_unit
from simcore.scenario.entries import SWEDISH, Entry
from simcore.scenario.loading import ScenarioFile, read_scenario
from simcore.scenario.quantities import UNITS
from simcore.scenario.schema import Scenario
from simcore.scenario.shipped import shipped_scenarios
from simcore.scenario.structure import Structure
from simcore.scenario.swedish import in_swedish
from simcore.studies.situations import situations
from simcore.trace import trace_lives

EN, SV = Language.of("en"), Language.of("sv")
#: Textbook models are for those who read the textbooks.
CASES = [name for name in shipped_scenarios() if not name.startswith("textbook/")]
GOOD = Path(__file__).parents[1] / "scenarios" / "good"
CASE = """
extends: textbook_chain
title_sv: Egna maskiner
"""


def read(tmp_path: Path, text: str) -> tuple[ScenarioFile, list[str]]:
    (tmp_path / "scenario.yaml").write_text(text, encoding="utf-8")
    with warnings.catch_warnings(record=True) as noted:
        warnings.simplefilter("always")
        file = read_scenario(tmp_path)
    return file, [str(note.message).split("  ", 1)[-1] for note in noted]


def entries(value: Any, path: str = "") -> Iterator[tuple[str, Entry]]:
    """Every entry with its path."""
    if isinstance(value, Entry):
        yield path, value
        for name in type(value).model_fields:
            yield from entries(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, dict):
        for key, of in value.items():
            yield from entries(of, f"{path}.{key}")
    elif isinstance(value, list):
        for number, of in enumerate(value):
            yield from entries(of, f"{path}[{number}]")


@pytest.mark.parametrize("name", CASES)
def test_shipped_cases_say_everything_in_swedish_too(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file = read_scenario(name)
    missing = []
    for path, entry in entries(file.scenario):
        for field in type(entry).model_fields:
            own = field.removesuffix(SWEDISH)
            if field != own and getattr(entry, own) is not None and getattr(entry, field) is None:
                missing.append(f"{path}.{field}")
    for variable, values in Structure(file.scenario).levels.items():
        label = file.scenario.labels.get(variable)
        if label is None or label.label_sv is None:
            missing.append(f"labels.{variable}")
        elif variable in {*file.scenario.domains, *file.scenario.population.attributes}:
            missing += [
                f"labels.{variable}.{of}" for of in values if getattr(label.of(str(of)), "label_sv", None) is None
            ]
    assert missing == []


@pytest.mark.parametrize("name", CASES)
def test_a_scenario_in_swedish_differs_in_nothing_but_words(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file = read_scenario(name)
    swedish = file.in_swedish
    assert swedish.scenario.title == file.scenario.title_sv != file.scenario.title
    assert swedish.content_hash == file.content_hash
    assert swedish.alternatives.keys() == file.alternatives.keys()
    pairs = zip(entries(file.scenario), entries(swedish.scenario), strict=True)
    for (path, old), (same, new) in pairs:
        assert path == same
        words = [of for of in type(old).model_fields if f"{of}{SWEDISH}" in type(old).model_fields]
        for field in type(old).model_fields:
            before, after = getattr(old, field), getattr(new, field)
            if field in words:
                assert after == (getattr(old, f"{field}{SWEDISH}") or before), path
            elif not any(True for _ in entries(before)):
                assert after == before, (path, field)


def test_what_is_not_said_in_swedish_stays(tmp_path: Path) -> None:
    file = read_scenario(GOOD / "smallest.yaml")
    assert in_swedish(file.scenario) is file.scenario
    assert SV.level(file.scenario, "health", "well") == "well"
    assert SV.variable(file.scenario, "health") == "health"
    file, _ = read(tmp_path, CASE)
    assert file.in_swedish.scenario.title == "Egna maskiner"
    assert EN.of_file(file) is file
    assert SV.of_file(file) is file.in_swedish


def test_a_text_that_is_said_anew_is_not_told_in_its_old_swedish(tmp_path: Path) -> None:
    case = """
extends: textbook_chain
title: Our machines
change:
  parameters: {upkeep_worn: {about: upkeep here}}
  interventions: {oiling: {label: Greasing, about: Greased once., about_sv: Fettas en gång.}}
  outcomes: {breakdowns: {good: false}}
"""
    swedish = read(tmp_path, case)[0].in_swedish.scenario
    assert swedish.title == "Our machines"
    assert swedish.question == "Lönar det sig att smörja en maskin?"  # not said anew
    assert swedish.parameters["upkeep_worn"].about == "upkeep here"
    assert swedish.parameters["oil_year"].about == "olja och arbetet med att smörja"
    assert swedish.interventions["oiling"].label == "Greasing"
    assert swedish.interventions["oiling"].about == "Fettas en gång."
    assert swedish.outcomes["breakdowns"].label == "Haverier"


def test_states_and_levels_have_labels_in_both_languages(tmp_path: Path) -> None:
    case = (
        CASE
        + """
change:
  labels: {condition: {label: state of repair, levels: {worn: {label: in need of care}}}}
"""
    )
    file, notes = read(tmp_path, case)
    assert notes == []
    for scenario in (file.scenario, file.in_swedish.scenario):
        assert SV.variable(scenario, "condition") == "state of repair"
        assert SV.level(scenario, "condition", "worn") == "in need of care"  # its Swedish was of another English word
        assert SV.level(scenario, "condition", "broken") == "trasig"
    assert EN.level(file.scenario, "condition", "broken") == "broken"
    assert SV.group(file.scenario, "condition: new") == "State of repair: ny"


def test_labels_of_what_is_not_there_are_noted(tmp_path: Path) -> None:
    labels = "labels: {weather: {label: Weather}, condition: {levels: {rusty: {label: Rusty}, new: {label: New}}}}\n"
    _, notes = read(tmp_path, CASE + labels)
    assert sorted(notes) == [
        "labels.condition.levels.rusty: is no value of condition",
        "labels.weather: is the name of no domain, attribute, clock or counter",
    ]
    # A case may have no use for words of the model that it extends.
    with warnings.catch_warnings(record=True) as noted:
        warnings.simplefilter("always")
        women = read_scenario("newcomer_women").scenario
    assert "background" in women.labels
    assert "background" not in Structure(women).levels
    assert not any("labels." in str(note.message) for note in noted)


def test_every_unit_is_said_in_swedish() -> None:
    for unit in UNITS:
        assert swedish_unit(unit) != unit, unit
        assert EN.unit(unit) == unit
    assert SV.unit("EUR per event") == "EUR per händelse"
    assert SV.unit("") == ""


def test_a_file_of_parameters_says_it_in_a_column(tmp_path: Path) -> None:
    head = "name,about,about_sv,distribution,value,unit,price_year,assumption\n"
    (tmp_path / "mine.csv").write_text(
        head + "upkeep_worn,upkeep here,underhåll här,fixed,3000,SEK per year,2024,ours\n", encoding="utf-8"
    )
    file, _ = read(tmp_path, CASE + "parameters: mine.csv\n")
    assert file.scenario.parameters["upkeep_worn"].about == "upkeep here"
    assert file.in_swedish.scenario.parameters["upkeep_worn"].about == "underhåll här"


def test_the_schema_of_texts() -> None:
    """Where a field says something in Swedish, another one says it first."""
    for entry in (Scenario, *Entry.__subclasses__()):
        for field in entry.model_fields:
            assert not field.endswith(SWEDISH) or field.removesuffix(SWEDISH) in entry.model_fields, (entry, field)


def test_what_figures_drive_is_said_with_labels() -> None:
    scenario = read_scenario("school_dropout").scenario
    known = drives(scenario)
    told = {name: driven(of, scenario, SV) for name, of in known.items()}
    assert told["p_leave_first_year"] == "Utbildning: första året → utan examen"
    assert told["or_team"] == "effekt av Närvaroteam"
    assert told["uptake_coach"] == "vilka som deltar i Individanpassat stöd till arbete"
    assert told["cost_coach_year"] == "kostnad för Individanpassat stöd till arbete"
    assert told["share_female"] == "vilka som simuleras"
    assert told["price_index"] == "priser i ett års nivå"
    assert told["or_leave_vulnerable"].endswith("tredje året → utan examen och 1 till")
    every = " ".join(driven(of, scenario, SV, None) for of in known.values())
    assert not re.findall(r"\b(effect|cost of|who|price |outcome|fitted|moves|discounting|memory)\b", every)
    assert driven(known["or_team"], scenario, EN) == "effect of attendance_team"


@pytest.mark.parametrize("name", CASES)
def test_every_purpose_is_said_in_swedish(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scenario = read_scenario(name).scenario
    heads = (
        "effect ", "cost ", "who ", "what is", "outcome", "memory", "moves of", "fitted", "discounting", "when ",
        "the fit", "a check", "how ",
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        figures = provenance(read_scenario(name))["figures"]
    for of in [*drives(scenario).values(), *(figure["drives"] for figure in figures)]:
        for part in driven(of, scenario, SV, None).split("; "):
            assert not part.startswith(heads), part


def test_every_kind_of_purpose_is_known() -> None:
    scenario = read_scenario("textbook_chain").scenario
    for words in set(_FOR.values()) - {"outcome", "memory"}:
        assert not driven([f"{words} oiling"], scenario, SV).startswith(words)
    for words in _ALONE.values():
        assert driven([words], scenario, SV) != words
    assert driven(["outcome breakdowns", "price call_out"], scenario, SV) == "utfall Haverier; pris call_out"
    assert driven(["memory condition", "moves of condition"], scenario, SV) == "minne av skick; övergångar i skick"


@pytest.mark.parametrize(
    ("label", "inside"),
    [("Women", "women"), ("SFI", "SFI"), ("adhd", "adhd"), ("År i Sverige", "år i Sverige"), ("A", "A"), ("", "")],
)
def test_labels_within_sentences(label: str, inside: str) -> None:
    assert within(label) == inside


def test_a_text_as_a_sentence() -> None:
    assert sentence("oiled\n every year") == "Oiled every year."
    assert sentence("Is it oiled?") == "Is it oiled?"


def test_abbreviations_keep_their_capitals_among_several() -> None:
    scenario = read_scenario("young_offenders").scenario
    assert SV.strategy(scenario, "family_and_mentor") == "Familjeterapi och mentor"
    both = scenario.model_copy(update={"strategies": {"two": ["mentoring", "cbt_in_care"]}})
    assert SV.strategy(both, "two") == "Mentor och KBT i institutionsvård"


def test_a_text_said_again_keeps_its_swedish(tmp_path: Path) -> None:
    case = """
extends: textbook_chain
title: A textbook chain, machines that wear
change:
  parameters: {upkeep_worn: {about: upkeep of a worn machine}, call_out: {about: the same in other words}}
  interventions: {oiling: {label: Oiling, about_sv: leave_out}}
"""
    swedish = read(tmp_path, case)[0].in_swedish.scenario
    assert swedish.title == "Ett läroboksexempel: maskiner som slits"
    assert swedish.parameters["upkeep_worn"].about == "underhåll av en sliten maskin"
    assert swedish.parameters["call_out"].about == "the same in other words"
    assert swedish.interventions["oiling"].label == "Smörjning"
    assert swedish.interventions["oiling"].about == "The machine is oiled every year from the start."


def test_swedish_that_is_out_of_date_may_be_left_out_all_the_same(tmp_path: Path) -> None:
    case = "extends: textbook_chain\ntitle: Ours\nchange: {title_sv: leave_out, question_sv: leave_out}\n"
    scenario = read(tmp_path, case)[0].scenario
    assert (scenario.title, scenario.title_sv, scenario.question_sv) == ("Ours", None, None)


def test_numbers_of_levels_stand_without_quotes(tmp_path: Path) -> None:
    trait = """
extends: textbook_chain
population:
  traits: {frailty: {about: how frail, distribution: {normal: {mean: 1, sd: 0}}, levels: 2}}
labels: {frailty: {levels: {1: {label: strong, label_sv: stark}, LEVEL: {label: weak, label_sv: svag}}}}
"""
    file, _ = read(tmp_path, trait.replace("LEVEL", "2"))
    assert [SV.level(file.scenario, "frailty", of) for of in ("1", "2")] == ["stark", "svag"]
    with pytest.raises(ScenarioError, match="write 2"):
        read(tmp_path, trait.replace("LEVEL", "'2'"))
    _, notes = read(tmp_path, trait.replace("LEVEL", "'²'"))
    assert "labels.frailty.levels.²: is no value of frailty" in notes


def test_labels_that_cannot_be_told_apart_are_noted(tmp_path: Path) -> None:
    labels = "labels: {condition: {levels: {new: {label: fine}, worn: {label: Fine}, broken: {label: fine}}}}\n"
    _, notes = read(tmp_path, CASE + labels)
    assert notes == ["labels.condition.levels.broken: is called 'fine', as new is: nobody can tell them apart"]


def test_labels_may_be_any_text(tmp_path: Path) -> None:
    odd = r"$\frac{$ <b>&{{ 7 * 7 }}</b> %s {0}"
    labels = f"labels: {{condition: {{label: '{odd}', levels: {{worn: {{label: '{odd}'}}}}}}}}\n"
    file, _ = read(tmp_path, CASE + labels)
    lives = lives_figure(trace_lives(file, persons=3), file.scenario)
    own = Figure()
    axes = simcore.draw_life_course(own.subplots(), situations(file), scenario=file.scenario)
    assert axes.get_title(loc="left") == odd
    legend = axes.get_legend()
    assert legend is not None
    assert odd in [text.get_text() for text in legend.get_texts()]
    for figure in (lives, course_figure(situations(file), file.scenario), own):
        figure.savefig(tmp_path / "figure.png")


def test_the_figure_in_a_notebook_is_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    results = simcore.simulate(read_scenario("textbook_chain"), draws=4, persons=20)
    drawn = []

    def figure_of(of: xr.Dataset, scenario: Scenario) -> Any:
        drawn.append(scenario)
        return result_figure(of, scenario)

    monkeypatch.setattr("simcore.report.notebook.result_figure", figure_of)
    assert "Ett läroboksexempel" in simcore.show(results, language="sv").html
    assert drawn[0].interventions["oiling"].label == "Oiling"
