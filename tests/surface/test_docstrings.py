"""Examples in docstrings run."""

import doctest
import importlib
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import simcore

PACKAGE = Path(simcore.__file__).parent
#: Modules with examples.
WITH_EXAMPLES = sorted(
    ".".join(("simcore", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
    if ">>>" in path.read_text(encoding="utf-8")
)
#: What a reader has at hand: the package, its public names, and what results are made of.
AT_HAND = {"simcore": simcore, "np": np, "xr": xr, **{name: getattr(simcore, name) for name in simcore._HOME}}


def test_public_names_are_in_modules_with_examples():
    assert {*simcore._HOME.values()} - {*WITH_EXAMPLES} <= {"simcore.errors"}


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_examples(module):
    found = importlib.import_module(module)
    failed, _ = doctest.testmod(found, globs={**AT_HAND, **vars(found)})
    assert failed == 0
