"""Examples in docstrings run."""

import doctest
import importlib

import pytest

import simcore


@pytest.mark.parametrize("module", sorted({"simcore", *simcore._HOME.values()}))
def test_examples(module):
    failed, _ = doctest.testmod(importlib.import_module(module), extraglobs={"simcore": simcore})
    assert failed == 0
