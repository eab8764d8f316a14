"""Files are broken at random: the answer is a message, or a scenario whose changed meaning shows in what is printed."""

import functools
import re
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simcore.errors import SimcoreError
from simcore.report.provenance import provenance
from simcore.report.words import describe
from simcore.scenario.loading import read_scenario, scenario_from_texts
from simcore.scenario.shipped import shipped_scenarios
from simcore.simulation import simulate, try_out
from tests.generated_mutations import (
    BY_CELL,
    BY_LETTER,
    BY_LINE,
    BY_VALUE,
    by_cell,
    by_letter,
    by_line,
    by_value,
    changes_of,
)
from tests.hostile.within import SECONDS, within

SCENARIOS = Path(__file__).parents[1] / "scenarios"
GOOD = [
    *(SCENARIOS / "good" / name for name in ("smallest.yaml", "clinic", "programmes.yaml", "alternatives.yaml")),
    *(SCENARIOS / "good" / name for name in ("correlated.yaml", "distributions.yaml")),
    *(SCENARIOS / "bad" / "files" / name for name in ("base.yaml", "rich.yaml")),
]
#: Every scenario that ships, and those that have everything: name -> where it is read from.
CORPUS = {path.stem: path for path in GOOD} | {name: name for name in shipped_scenarios()}
#: Those that take a second or more, the slowest last.
LARGE = [
    "county_unemployment", "reading_support", "school_dropout", "classic_calculation/with_comparison",
    "newcomer_women", "young_offenders", "mental_ill_health",
]  # fmt: skip
#: Words of Python and its libraries, which no message has.
JARGON = ("Traceback", "Input should", "validation error", "pydantic", "<class", "object at 0x", "NoneType", "numpy")
#: A number that differs by less is printed alike.
ROUNDED = 0.005


@functools.cache
def original(name):
    """A scenario of the corpus as it stands, what is printed of it, and the seconds that it takes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = read_scenario(CORPUS[name])
        try_out(read, 1)  # what is loaded and compiled for the first time is not counted
        start = time.process_time()
        file = scenario_from_texts(read.files, read.main)
        try_out(file, 3)
    return file, printed(file), time.process_time() - start


def printed(file):
    """What `check` and `sources` say, without the lines where it stands."""
    notes = sorted(file.warnings)
    text = "\n".join([*describe(file.scenario), *notes, repr(provenance(file))])
    return re.sub(r"'line': \d+|\.(yaml|csv):\d+", "", text)


def numbers_of(file):
    """What a scenario means in numbers: some lives, and what they cost whom in which year."""
    results = simulate(file, draws=2, persons=200, seed=3, sampling="monte_carlo")
    for dim in results.dims:
        if dim in results.coords and results[dim].dtype.kind in "UOT":
            results = results.sortby(dim)  # the order of entries in a file means nothing
    return {str(name): np.asarray(of) for name, of in results.variables.items() if of.dtype.kind in "fiu"}


def same_numbers(one, other):
    return one.keys() == other.keys() and all(
        of.shape == other[name].shape and np.allclose(of, other[name], rtol=ROUNDED, atol=1e-12, equal_nan=True)
        for name, of in one.items()
    )


def examine(name, changed, text):
    """Read a scenario of which one file has another text; a problem is told, and another meaning is seen.

    It may take as long again as the scenario does as it stands, and the seconds that count as a hang.
    """
    file, said, own = original(name)
    try:
        with within(SECONDS + own), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            other = scenario_from_texts({**file.files, changed: text}, file.main)
            try_out(other, 3)
            told = printed(other)
    except SimcoreError as error:
        message = str(error)
        assert message.strip()
        assert not [word for word in JARGON if word in message], message
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f]", message)
        return
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f]", told)
    if told == said and other.scenario != file.scenario:
        assert same_numbers(numbers_of(file), numbers_of(other)), "another meaning, printed alike"


#: How files are broken: much at once, which is mostly refused, and by a digit or a value, which is often not.
OF_YAML = [
    (by_line, BY_LINE),
    (by_letter, BY_LETTER),
    (by_letter, ["digit"]),
    (by_value, BY_VALUE),
    (by_value, BY_VALUE),
]
OF_CSV = [(by_cell, BY_CELL), (by_letter, BY_LETTER), (by_letter, ["digit"])]


@st.composite
def broken(draw, name):
    """A file of a scenario, and its broken text."""
    file, _, _ = original(name)
    changed = draw(st.sampled_from(sorted(file.files)))
    way, kinds = draw(st.sampled_from(OF_CSV if changed.endswith(".csv") else OF_YAML))
    return changed, way(file.files[changed], draw(changes_of(kinds, most=2)))


@pytest.mark.parametrize("name", [name for name in CORPUS if name not in LARGE])
@given(data=st.data())
@settings(max_examples=8, suppress_health_check=list(HealthCheck))
def test_a_broken_file_is_refused_or_means_what_is_printed(name, data):
    examine(name, *data.draw(broken(name)))


@pytest.mark.parametrize("name", LARGE[:4])
@given(data=st.data())
@settings(max_examples=2, suppress_health_check=list(HealthCheck))
def test_a_broken_file_of_a_large_case_is_refused_or_means_what_is_printed(name, data):
    examine(name, *data.draw(broken(name)))


@pytest.mark.slow
@pytest.mark.parametrize("name", CORPUS)
@given(data=st.data())
@settings(max_examples=100, suppress_health_check=list(HealthCheck))
def test_many_broken_files_are_refused_or_mean_what_is_printed(name, data):
    examine(name, *data.draw(broken(name)))
