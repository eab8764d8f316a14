"""Kernels for a GPU, in numba's simulator of one: what they count is what simcore counts, to the person."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import gpu

ROOT = Path(__file__).parents[2]

#: What each process of the simulator begins with: tables, persons and simcore's counts of the four-domain model.
FOUR_DOMAINS = """
import json, sys
import numpy as np
from benchmarks._models import compiled_from, coupled
from benchmarks._yardsticks import cuda_lives, four_domains
from benchmarks.gpu import FourDomains
from simcore.randomness import decision_point
from simcore.scenario.draws import drawn_parameters

suite, persons, seed = FourDomains(), 37, 1
suite.persons, suite.compiled = persons, compiled_from(coupled())
drawn = drawn_parameters(suite.compiled.file, 2, seed=3)
suite.values = suite.compiled.values.evaluate(drawn, 2)
rows = suite.built(range(2))
tables = np.array([four_domains.tables(suite.compiled, of_draw).ravel() for of_draw in rows])[None, :, None]
points = np.array([decision_point(f"d{d}") for d in range(4)], np.uint32)
expected = suite.simcore(range(2))
"""


def said(code, **given):
    """What a program prints that runs with numba's simulator of a GPU."""
    pytest.importorskip("numba.cuda", reason="this numba comes without numba.cuda")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, json.dumps(given)],
        env={**os.environ, "NUMBA_ENABLE_CUDASIM": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    "way",
    [
        {"counting": "atomics", "tables": "memory", "lookup": "movers"},
        pytest.param({"counting": "joint", "launches": "draws"}, marks=pytest.mark.slow),
        pytest.param({"counting": "ballots"}, marks=pytest.mark.slow),
    ],
)
def test_the_gpu_counts_what_simcore_counts(way):
    code = FOUR_DOMAINS + (
        "for seed in (1, 2):\n"
        "    lives = cuda_lives.FourDomains(tables, points, seed, persons, **json.loads(sys.argv[1]))\n"
        "    lives.settle()\n"
        "    found, halves = lives.counts()[0], np.array([19, 18])[:, None, None]\n"
        "    print((found.sum(axis=-1) == halves).all(), (found[..., 1:] == expected).all())\n"
    )
    assert said(code, **way) == ["True", "True", "True", "False"]


@pytest.mark.slow
def test_strategies_share_their_luck_and_cycles_may_have_tables_of_their_own():
    code = FOUR_DOMAINS + (
        "both = np.concatenate([tables, np.roll(tables, -1, axis=1)])\n"
        "each = np.repeat(both, 60, axis=2)\n"
        "lives = cuda_lives.FourDomains(each, points, seed, persons, counting='atomics', tables='memory')\n"
        "lives.settle()\n"
        "print((lives.counts()[0, ..., 1:] == expected).all())\n"
        "print((lives.counts()[1, ..., 1:] == suite.simcore(range(2), first=1)).all())\n"
        "each[:, :, 30:] = 0\n"  # from here on nobody moves
        "lives = cuda_lives.FourDomains(each, points, seed, persons, counting='atomics', tables='memory')\n"
        "lives.settle()\n"
        "print((lives.counts()[0, :, :, :31, :, 1:] == expected[:, :, :31]).all())\n"
        "print((lives.counts()[0, ..., 1:] == expected).all())\n"
    )
    assert said(code) == ["True", "True", "True", "False"]


@pytest.mark.slow
@pytest.mark.parametrize("each", [1, 4])
def test_a_model_may_be_data(each):
    code = FOUR_DOMAINS + (
        "lives = cuda_lives.AnyModel(suite.compiled.plan, rows, seed, persons, **json.loads(sys.argv[1]))\n"
        "lives.settle()\n"
        "print((lives.by_domain(4)[..., 1:] == expected).all())\n"
    )
    assert said(code, each=each) == ["True"]


@pytest.mark.parametrize("counting", ["atomics", pytest.param("ballots", marks=pytest.mark.slow)])
def test_sick_sicker_on_the_gpu_counts_the_same(counting):
    code = (
        "import json, sys\n"
        "import numpy as np\n"
        "from benchmarks._yardsticks import cuda_lives, sick_sicker\n"
        "rows = sick_sicker.thresholds_of(sick_sicker.draw_figures(2))\n"
        "expected = np.zeros((2, 2, 31, 4), np.int32)\n"
        "seed, persons = (7 << 32) + 5, 69\n"
        "for draw in range(2):\n"
        "    numbers = np.uint64(seed), draw, persons\n"
        "    sick_sicker.in_numba(rows[draw], sick_sicker.POINT, *numbers, expected[draw])\n"
        "for seed in (seed, 5):\n"
        "    lives = cuda_lives.SickSicker(rows, sick_sicker.POINT, seed, persons, **json.loads(sys.argv[1]))\n"
        "    lives.settle()\n"
        "    print((lives.counts() == expected).all())\n"
    )
    assert said(code, counting=counting) == ["True", "False"]


def test_without_a_gpu_there_is_a_word(monkeypatch, capsys):
    monkeypatch.setattr(gpu, "missing", lambda: "there is no CUDA GPU")
    suite = gpu.FourDomains()
    suite.setup(toy=True)
    assert capsys.readouterr().out == "GPU: left out, because there is no CUDA GPU\n"
    assert suite.table_b_variants() == {}
    assert all(name.startswith("simcore") for name in suite.table_a_lives())


def test_without_numba_for_gpus_there_is_a_word(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba.cuda", None)
    monkeypatch.delattr("numba.cuda", raising=False)
    assert gpu.missing() == "numba.cuda is not installed"
