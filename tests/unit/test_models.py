"""Joint tables, traits, formulas, memory, matrices: what a file with its message cannot show."""

import copy
import time
import warnings
from pathlib import Path

import pytest
import yaml

from simcore.errors import ScenarioError, ScenarioWarning
from simcore.model.compile import compile_scenario
from simcore.scenario.loading import scenario_from_texts
from simcore.scenario.structure import Structure
from simcore.simulation import try_out

FILES = Path(__file__).parents[1] / "scenarios" / "bad" / "files"
RICH = yaml.safe_load((FILES / "rich.yaml").read_text(encoding="utf-8"))
CSV = {name: (FILES / name).read_text(encoding="utf-8") for name in ("district.csv", "matrix.csv")}
SECONDS = 20  # far more than it takes, also on a busy machine
MADE_UP = {"assumption": "made up"}


def read(changes=(), **files):
    """The scenario with everything, with other values at some places: ``{"memory.time_ill.cap": "3 years"}``."""
    tree = copy.deepcopy(RICH)
    for path, value in dict(changes).items():
        *steps, last = path.split(".")
        at = tree
        for step in steps:
            at = at.setdefault(step, {})
        at[last] = value
    texts = {"a/scenario.yaml": yaml.safe_dump(tree)} | {f"a/{name}": text for name, text in CSV.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScenarioWarning)
        return scenario_from_texts(texts | {f"a/{name}.csv": text for name, text in files.items()}, "a/scenario.yaml")


def problems(changes=(), **files):
    with pytest.raises(ScenarioError) as caught:
        read(changes, **files)
    return [(problem.path, problem.found) for problem in caught.value.problems]


# -- formulas -------------------------------------------------------------------------------------


def chain(length):
    """Formulas that build on each other, the last one last."""
    steps = {f"f{n}": {"formula": f"f{n - 1} / 1", "unit": "probability per cycle"} for n in range(1, length)}
    return {"f0": {"formula": "p_first", "unit": "probability per cycle"}} | steps


def test_a_hundred_formulas_may_build_on_each_other():
    derived = RICH["derived"] | chain(99)
    derived["p_prison"] = {"formula": "f98", "unit": "probability per cycle"}
    assert try_out(read({"derived": derived}))
    derived |= chain(100)
    derived["p_prison"] = {"formula": "f99", "unit": "probability per cycle"}
    assert problems({"derived": derived}) == [
        ("derived.p_prison.formula", "the last of 101 formulas that build on each other")
    ]


@pytest.mark.parametrize("length", [1_000, 5_000])
def test_a_chain_of_very_many_formulas_is_refused_at_once(length):
    start = time.perf_counter()
    derived = RICH["derived"] | chain(length)
    derived["p_prison"] = {"formula": f"f{length - 1}", "unit": "probability per cycle"}
    assert problems({"derived": derived}) == [
        ("derived.f100.formula", "the last of 101 formulas that build on each other")
    ]
    assert time.perf_counter() - start < SECONDS


def test_a_circle_of_very_many_formulas_is_one_problem():
    derived = RICH["derived"] | chain(2_000) | {"f0": {"formula": "f1999", "unit": "probability per cycle"}}
    ((path, found),) = problems({"derived": derived})
    assert path == "derived.f0.formula"
    assert found.startswith("f0 -> f1999 -> f1998 -> ")


def test_formulas_that_all_use_each_other_are_followed_once():
    """The ways from the last formula to the first are more than 10**17; each formula is followed once."""
    names = [f"f{n}" for n in range(60)]
    derived = {
        name: {"formula": " + ".join(["p_first", *names[:n]]) + " * 0", "unit": "coefficient"}
        for n, name in enumerate(names)
    }
    start = time.perf_counter()
    file = read({"derived": RICH["derived"] | derived})
    assert Structure(file.scenario).keys_of("f59") == frozenset()
    derived["f0"] = {"formula": "f59", "unit": "coefficient"}
    assert problems({"derived": RICH["derived"] | derived})[0] == ("derived.f0.formula", "f0 -> f59 -> f0")
    assert time.perf_counter() - start < SECONDS


@pytest.mark.parametrize(
    ("quantity", "keys"),
    [
        ("p_prison", {"since_prison", "sex"}), ("ill_month", {"frailty"}), ("boundary_weight", {"boundary"}),
        ("frailty", {"frailty"}), ("function_matrix", {"from", "to"}), ("mortality", {"age"}), ("p_first", set()),
        ("above", {"since_prison", "sex", "age", "year"}), (1.0, set()), (None, set()),
    ],
)  # fmt: skip
def test_what_a_quantity_depends_on(quantity, keys):
    derived = RICH["derived"] | {"above": {"formula": "p_prison * mortality * year * hr_again", "unit": "factor"}}
    assert Structure(read({"derived": derived}).scenario).keys_of(quantity) == keys


# -- memory ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("memory", "fine"),
    [
        ({"time_in": {"health": "ill"}, "cap": "3 years"}, True),  # the horizon, 12 quarters
        ({"time_in": {"health": "ill"}, "cap": "12 quarters"}, True),
        ({"time_in": {"health": "ill"}, "cap": "11 quarters"}, False),
        ({"time_in": {"health": "ill"}, "cap": "1 quarter or more"}, True),
        ({"time_in": {"health": "ill"}, "cap": "4 years", "start": 1}, True),
        ({"time_in": {"health": "ill"}, "cap": "3 years", "start": 1}, False),
        ({"time_in": {"health": "ill"}, "cap": "248 quarters"}, True),
        ({"time_in": {"health": "ill"}, "cap": "249 quarters or more"}, False),
        ({"time_since": "crime.any -> prison", "cap": "62 years"}, True),
        ({"counts": ["health.well -> ill", "health.any -> ill"], "cap": 12}, True),  # one domain moves once in a cycle
        ({"counts": ["health.well -> ill", "crime.free -> prison"], "cap": 24}, True),
        ({"counts": ["health.well -> ill", "crime.free -> prison"], "cap": 23}, False),
        ({"counts": "health.well -> ill", "cap": "1 or more"}, True),
        ({"counts": "health.well -> ill", "cap": 248}, True),
        ({"counts": "health.well -> ill", "cap": 249}, False),
    ],
)
def test_caps(memory, fine):
    if fine:
        compile_scenario(read({"memory.remembered": memory}))
    else:
        assert [path for path, _ in problems({"memory.remembered": memory})] == ["memory.remembered.cap"]


@pytest.mark.parametrize(
    ("memory", "levels"),
    [
        ({"time_in": {"health": "ill"}, "cap": "1 year or more"}, (0, 0.25, 0.5, 0.75, 1)),
        ({"time_since": "health.well -> ill", "cap": "2 quarters or more"}, (0, 0.25, 0.5, "never")),
        ({"counts": "health.well -> ill", "cap": "2 or more"}, (0, 1, 2)),
    ],
)
def test_values_of_memory(memory, levels):
    assert Structure(read({"memory.remembered": memory}).scenario).levels["remembered"] == levels


# -- matrices -------------------------------------------------------------------------------------


def squared(good_stays):
    rows = [f"good,good,{good_stays}", "good,fair,0.2", "good,poor,0.1", "fair,good,0.5"]
    return "from,to,value\n" + "\n".join(rows) + "\n"


def matrix(unit="probability per cycle", by=("from", "to")):
    return {"tables.squared": {"by": list(by), "file": "squared.csv", "unit": unit, "source": MADE_UP}}


@pytest.mark.parametrize(
    "good_stays",
    [0.7, 0.700000000001, 0.699999999999],
    ids=["exact", "a little more", "a little less"],
)
def test_a_matrix_that_adds_up_but_for_rounding_is_fine(good_stays):
    assert try_out(read({"domains.function.matrix": "squared", **matrix()}, squared=squared(good_stays)))


@pytest.mark.parametrize("good_stays", [0.701, 0.699])
def test_a_matrix_that_misses_one_is_refused_with_its_place(good_stays):
    with pytest.raises(ScenarioError) as caught:
        read({"domains.function.matrix": "squared", **matrix()}, squared=squared(good_stays))
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.path) == ("a/squared.csv", 2, "tables.squared")
    assert problem.found == f"probabilities that add up to {good_stays + 0.3:.3f}, from good"


# -- wildcards ------------------------------------------------------------------------------------


def test_any_means_the_states_without_an_entry_of_their_own():
    moves = {"any -> ill": {"probability": "p_first"}, "well -> ill": {"probability": "p_new"}, "any -> well": "rest"}
    changes = {
        "domains.health": {"states": ["well", "ill", "worse"], "moves": moves},
        "population.traits.frailty.multiplies": [],
        "population.start_states.health": "worse",
        "parameters.p_new": RICH["parameters"]["p_first"],
    }
    ways = Structure(read(changes).scenario).ways("health")
    assert [(way.start, way.end, way.baseline) for way in ways.all()] == [
        ("well", "ill", "p_new"), ("worse", "ill", "p_first"),
    ]  # fmt: skip
    assert ways.rest == {"well": "well", "ill": "well", "worse": "well"}


# -- large files ----------------------------------------------------------------------------------


def test_a_large_table_is_read_and_looked_up_at_once():
    of_age = [f"{year},{sex},0.01" for year in range(2000, 2100) for sex in ("female", "male")]
    rows = [f"{age},{row}" for age in range(100) for row in of_age]
    table = {"by": ["age", "year", "sex"], "file": "large.csv", "unit": "probability per year", "source": MADE_UP}
    start = time.perf_counter()
    file = read({"tables.p_large": table, "domains.life.moves.alive -> dead.probability": "p_large"},
                large="\n".join(["age,year,sex,value", *rows]))  # fmt: skip
    compile_scenario(file)
    assert time.perf_counter() - start < SECONDS


def test_rows_that_overlap_are_found_among_very_many():
    rows = [f"{age},{year},0.01" for age in range(100) for year in range(2000, 2050)]
    table = {"by": ["age", "year"], "file": "large.csv", "unit": "probability per year", "source": MADE_UP}
    large = "\n".join(["age,year,value", *rows, "40-41,2049,0.02", "99,2000-2001,0.02", "100+,1990+,0.02"])
    assert problems({"tables.p_large": table}, large=large) == [
        ("tables.p_large", "age 40-41 year 2049 and age 40 year 2049"),
        ("tables.p_large", "age 99 year 2000-2001 and age 99 year 2000"),
    ]


# -- facts that surprise ----------------------------------------------------------------------------


def test_what_nothing_uses_is_noted():
    file = read({
        "derived.idle": {"formula": "2 * p_first", "unit": "factor"},
        "memory.idle_clock": {"time_in": {"health": "ill"}, "cap": "3 years"},
    })  # fmt: skip
    assert [text.split("  ")[1] for text in file.warnings] == [
        "derived.idle: is not used", "memory.idle_clock: is not used",
    ]  # fmt: skip
