"""Compiled kernels kept on disk: compiled once over all processes, and never an error or another result."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import pickle
import subprocess
import sys
import threading
import time
from collections import namedtuple
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numba
import numpy as np
import pytest
from numba.core.errors import TypingError

from simcore.kernels import cache, compiler

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "simcore"
#: A part and two kernels, one of which calls the other; 0 + 2 + 4 + 1 is 7.
KERNELS = """
import numpy as np
from simcore.kernels.compiler import kernel, part

@part
def doubled(x):
    return 2.0 * x

@kernel
def total(values):
    result = 0.0
    for i in range(values.size):
        result += doubled(values[i])
    return result

@kernel
def one_more(values):
    return total(values) + 1.0

def answer():
    return one_more(np.arange(3.0)), total(np.arange(3.0))
"""
#: What one process compiles, in this order.
ALL = ["one_more", "total", "doubled"]
#: Tells what it compiles, once told to go; the last word of its command may name a kernel at which it gets stuck.
PROCESS = """
import json, sys, time
from pathlib import Path
from numba.core import event
import kernels

go, stuck_at = Path(sys.argv[1]), sys.argv[2]
compiled = []

class Compiled(event.Listener):
    def on_start(self, told):
        name = told.data["dispatcher"].py_func.__name__
        compiled.append(name)
        if name == stuck_at:
            print("stuck", flush=True)
            time.sleep(600)

    def on_end(self, told):
        pass

event.register("numba:compile", Compiled())
while not go.exists():
    time.sleep(0.01)
print(json.dumps([kernels.answer(), compiled]))
"""


def started(folder: Path, stuck_at: str = "", **environment: str) -> subprocess.Popen[str]:
    """A process that shares the folder with the others."""
    (folder / "kernels.py").write_text(KERNELS)
    (folder / "process.py").write_text(PROCESS)
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": str(folder / "kept"), **environment}
    command = [sys.executable, str(folder / "process.py"), str(folder / "go"), stuck_at]
    return subprocess.Popen(command, env=variables, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def answered(process: subprocess.Popen[str]) -> list[str]:
    """What a process has compiled; its answer was right."""
    output, trouble = process.communicate(timeout=120)
    assert (process.returncode, trouble) == (0, "")
    answer, compiled = json.loads(output)
    assert answer == [7.0, 6.0]
    return compiled


def test_processes_that_start_together_compile_each_kernel_once(tmp_path: Path) -> None:
    processes = [started(tmp_path) for _ in range(4)]
    (tmp_path / "go").touch()
    compiled = [name for process in processes for name in answered(process)]
    assert sorted(compiled) == sorted(ALL)
    assert answered(started(tmp_path)) == []
    # Code for another processor is no use here, and the other way round.
    assert answered(started(tmp_path, NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="")) == ALL
    assert answered(started(tmp_path)) == []
    (folder,) = (tmp_path / "kept" / "simcore").iterdir()
    assert sum(path.name != "lock" for path in folder.iterdir()) == 4


def test_process_that_is_killed_while_it_compiles_lets_the_next_go_on(tmp_path: Path) -> None:
    (tmp_path / "go").touch()
    stuck = started(tmp_path, stuck_at="one_more")
    assert stuck.stdout is not None
    assert stuck.stdout.readline() == "stuck\n"
    waiting = started(tmp_path)
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(timeout=4)
    stuck.kill()
    stuck.communicate()
    assert answered(waiting) == ALL
    assert answered(started(tmp_path)) == []


@contextmanager
def holder_of_the_lock(folder: cache.Folder) -> Iterator[None]:
    """Meanwhile another process has the lock."""
    program = (
        "import sys, time; from simcore.kernels.cache import _lock; file = open(sys.argv[1], 'ab');"
        "print(_lock(file), flush=True); time.sleep(600)"
    )
    assert folder.own is not None
    command = [sys.executable, "-c", program, str(folder.own / "lock")]
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=variables, text=True, stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "True\n"
            yield
        finally:
            holder.kill()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that goes only while somebody sleeps."""
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_stopped_process_is_not_waited_for_for_ever(tmp_path: Path, clock: list[float]) -> None:
    folder = cache.Folder([tmp_path], "here")
    with holder_of_the_lock(folder):
        for _ in range(20):  # all patience is lost with the first
            with folder.locked(unless=lambda: False):
                pass
    assert cache.PATIENCE < clock[0] < 1.1 * cache.PATIENCE


def test_waiting_ends_when_the_other_process_has_done_the_work(tmp_path: Path, clock: list[float]) -> None:
    folder = cache.Folder([tmp_path], "here")
    done = iter([False, False, False, True])
    with holder_of_the_lock(folder), folder.locked(unless=lambda: next(done, False)):  # though it has the lock still
        assert clock[0] < 1.0
        assert list(done) == []


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> cache.Folder:
    """Where the kernels of this test are kept."""
    made = cache.Folder([tmp_path / "kept"], "here")
    monkeypatch.setattr(compiler, "_kept_kernels", lambda: made)
    return made


def fresh(tmp_path: Path, text: str = KERNELS) -> ModuleType:
    """The kernels as a new process has them: none is compiled or loaded."""
    path = tmp_path / "kernels.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location("kernels", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def compilations(kernels: ModuleType) -> int:
    """Number of compilations for a right answer, of at most two."""
    assert kernels.answer() == (7.0, 6.0)
    return sum(sum(kernel.stats.cache_misses.values()) for kernel in (kernels.one_more, kernels.total))


def entries(folder: cache.Folder) -> list[Path]:
    assert folder.own is not None
    return sorted(path for path in folder.own.iterdir() if path.name != "lock")


def test_kernels_are_kept(tmp_path: Path, folder: cache.Folder) -> None:
    assert compilations(fresh(tmp_path)) == 2
    assert [path.name.partition("-")[0] for path in entries(folder)] == ["kernels.one_more", "kernels.total"]
    assert compilations(fresh(tmp_path)) == 0


def test_change_of_the_file_compiles_again(tmp_path: Path, folder: cache.Folder) -> None:
    compilations(fresh(tmp_path))
    # The byte code of both kernels stays what it was.
    changed = fresh(tmp_path, KERNELS.replace("2.0 * x", "3.0 * x").replace("+ 1.0", "+ 5.0"))
    assert changed.answer() == (14.0, 9.0)


def cut_short(content: bytes) -> bytes:
    return content[: len(content) // 2]


def emptied(content: bytes) -> bytes:
    return b""


def with_one_bit_changed(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def of_something_else(content: bytes) -> bytes:
    other = pickle.dumps({"whole": "but no kernel"})
    return cache._checksum(other) + other


def of_another_signature(content: bytes) -> bytes:
    _, parts = pickle.loads(content[16:])
    other = pickle.dumps(((numba.int64,), parts))
    return cache._checksum(other) + other


@pytest.mark.parametrize("damaged", [cut_short, emptied, with_one_bit_changed, of_something_else, of_another_signature])
def test_damaged_entries_are_compiled_again(tmp_path: Path, folder: cache.Folder, damaged: Any) -> None:
    compilations(fresh(tmp_path))
    for path in entries(folder):
        path.write_bytes(damaged(path.read_bytes()))
    assert compilations(fresh(tmp_path)) == 2
    assert compilations(fresh(tmp_path)) == 0


def test_entry_that_vanishes_is_compiled_again(tmp_path: Path, folder: cache.Folder) -> None:
    compilations(fresh(tmp_path))
    entries(folder)[0].unlink()
    assert compilations(fresh(tmp_path)) == 1
    for path in entries(folder):
        path.unlink()
    assert folder.own is not None
    (folder.own / "lock").unlink()
    folder.own.rmdir()
    assert compilations(fresh(tmp_path)) == 2


def test_full_disk_keeps_nothing_and_harms_nothing(tmp_path: Path, folder: cache.Folder) -> None:
    resource = pytest.importorskip("resource")
    kernels = fresh(tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        assert compilations(kernels) == 2
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert entries(folder) == []
    assert compilations(fresh(tmp_path)) == 2
    assert compilations(fresh(tmp_path)) == 0


def test_kernels_that_came_with_a_read_only_installation_are_used(
    tmp_path: Path, folder: cache.Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    compilations(fresh(tmp_path))
    # Root may write anywhere; but nobody can write to a folder as if it were a file.
    assert folder.own is not None
    (folder.own / "lock").unlink()
    (folder.own / "lock").mkdir()
    later = cache.Folder([tmp_path / "kept", tmp_path / "of_the_user"], "here")
    assert later.own == tmp_path / "of_the_user" / "kernels-here"
    monkeypatch.setattr(compiler, "_kept_kernels", lambda: later)
    assert compilations(fresh(tmp_path)) == 0
    assert entries(later) == []
    entries(folder)[0].write_bytes(b"")
    assert compilations(fresh(tmp_path)) == 1
    assert compilations(fresh(tmp_path)) == 0
    assert len(entries(later)) == 1


def test_without_any_place_to_write_kernels_are_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    nowhere = cache.Folder([tmp_path / "file", tmp_path / "file" / "deeper"], "here")
    assert nowhere.own is None
    monkeypatch.setattr(compiler, "_kept_kernels", lambda: nowhere)
    assert compilations(fresh(tmp_path)) == 2
    assert compilations(fresh(tmp_path)) == 2


def test_threads_compile_once(tmp_path: Path, folder: cache.Folder) -> None:
    kernels = fresh(tmp_path)
    answers: list[tuple[float, float]] = []
    threads = [threading.Thread(target=lambda: answers.append(kernels.answer())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == [(7.0, 6.0)] * 4
    assert compilations(kernels) == 2


def test_mistake_in_a_kernel_frees_the_lock(tmp_path: Path, folder: cache.Folder) -> None:
    kernels = fresh(tmp_path, KERNELS.replace("2.0 * x", "x.no_such_thing"))
    with pytest.raises(TypingError, match="no_such_thing"):
        kernels.answer()
    assert entries(folder) == []
    with holder_of_the_lock(folder):
        pass


def test_tuples_of_the_same_name_are_told_apart(tmp_path: Path, folder: cache.Folder) -> None:
    text = KERNELS + "\n@kernel\ndef first_less_second(pair):\n    return pair.a - pair.b\n"
    ab, ba = namedtuple("Pair", ["a", "b"]), namedtuple("Pair", ["b", "a"])  # type: ignore[name-match]
    # A named tuple is found by its name when an entry is read: only one of the two can be.
    ab.__qualname__, ba.__qualname__ = "AB", "BA"
    globals().update(AB=ab, BA=ba)
    for _ in range(2):
        kernels = fresh(tmp_path, text)
        assert kernels.first_less_second(ab(5.0, 3.0)) == 2.0
        assert kernels.first_less_second(ba(5.0, 3.0)) == -2.0


def test_parts_are_plain_functions_for_python(tmp_path: Path, folder: cache.Folder) -> None:
    kernels = fresh(tmp_path)
    assert kernels.doubled(2) == 4.0
    assert kernels.doubled(np.ones(2)).tolist() == [2.0, 2.0]
    assert not hasattr(kernels.doubled, "py_func")


def test_state_is_told_by_sources_versions_and_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "source.py"
    source.write_text("1")
    states = {cache.state_of([source], False), cache.state_of([source], True), cache.state_of([source, source], False)}
    assert cache.state_of([source], False) in states
    source.write_text("2")
    states.add(cache.state_of([source], False))
    monkeypatch.setattr(numba, "__version__", "0.0")
    states.add(cache.state_of([source], False))
    monkeypatch.setattr(numba.config, "BOUNDSCHECK", 1)
    states.add(cache.state_of([source], False))
    assert len(states) == 6


def test_folder_that_the_user_names_has_one_inside_for_each_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    first = compiler._kept_kernels.__wrapped__()
    assert first.own.parent == tmp_path / "simcore"
    monkeypatch.setattr(compiler, "BOUNDS_CHECKED", not compiler.BOUNDS_CHECKED)
    assert compiler._kept_kernels.__wrapped__().own not in {None, first.own}


def test_kernels_are_kept_with_the_package_or_with_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def parents() -> list[Path]:
        folder = compiler._kept_kernels.__wrapped__()
        assert len({place.name for place in folder.places}) == 1
        return [place.parent for place in folder.places]

    package = PACKAGE / "kernels" / "__pycache__"
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert parents() == [package, tmp_path / "simcore"]
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(os.path, "expanduser", lambda path: path.replace("~", "/home/user"))
    assert parents() == [package, Path("/home/user/.cache/simcore")]
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # nobody knows a home
    assert parents() == [package]


def test_state_covers_all_that_is_compiled_in() -> None:
    """Kernels may use constants and formulas of these modules only, as the state is told by their sources."""
    known = {"simcore.rates", "simcore.randomness"}
    for path in (PACKAGE / "kernels").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("simcore"):
                names = {f"simcore.{name.name}" for name in node.names} if node.module == "simcore" else {node.module}
                assert all(name in known or str(name).startswith("simcore.kernels.") for name in names), path


def test_folders_that_nobody_uses_are_removed(tmp_path: Path) -> None:
    now, day = time.time(), 86400.0
    ages = {"today": 0.5, "last-week": 7, "month": 29, "old": 31}

    def made(name: str, age: float) -> None:
        folder = tmp_path / f"kernels-{name}"
        folder.mkdir()
        (folder / "kernels.total-0").touch()
        (folder / "lock").touch()
        os.utime(folder / "lock", (now - age * day, now - age * day))

    for name, age in ages.items():
        made(name, age)
    (tmp_path / "else").mkdir()
    os.utime(tmp_path / "else", (0, 0))
    cache.Folder([tmp_path], "new")
    assert {path.name for path in tmp_path.iterdir()} == {
        "kernels-today", "kernels-last-week", "kernels-month", "kernels-new", "else",
    }  # fmt: skip
    # Of many, those that were not used today either.
    for number in range(8):
        made(f"other{number}", 2 + number / 10)
    cache.Folder([tmp_path], "newer")
    left = {path.name for path in tmp_path.iterdir()}
    assert {"kernels-newer", "kernels-new", "kernels-today", "kernels-other6", "else"} <= left
    assert not left & {"kernels-month", "kernels-last-week", "kernels-other7"}
    # One that is there already is only marked as used.
    cache.Folder([tmp_path], "other0")
    assert (tmp_path / "kernels-other0" / "lock").stat().st_mtime > now - 60


@pytest.mark.slow
def test_processes_compile_the_simulation_once(tmp_path: Path) -> None:
    program = """
import simcore
from numba.core import event
from simcore.kernels.cache import _Kept

class Compiled(event.Listener):
    def on_start(self, told):
        dispatcher = told.data["dispatcher"]
        if isinstance(dispatcher._cache, _Kept):
            print(dispatcher.py_func.__name__, told.data["args"])

    def on_end(self, told):
        pass

event.register("numba:compile", Compiled())
simcore.simulate(simcore.read_scenario("textbook_chain"), draws=2, persons=100, workers=2)
"""
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", program]
    processes = [
        subprocess.Popen(command, env=variables, cwd=ROOT, text=True, stdout=subprocess.PIPE) for _ in range(3)
    ]
    outputs = [process.communicate(timeout=600)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    compiled = "".join(outputs).splitlines()
    assert len(compiled) == len(set(compiled)) > 2
    last = subprocess.run(command, env=variables, cwd=ROOT, text=True, capture_output=True, check=True)
    assert last.stdout == ""


def test_an_installed_package_keeps_nothing_beside_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/of/the/user")
    monkeypatch.setattr(compiler.numba.config, "CACHE_DIR", "")
    installed = Path("/venv/lib/python3.12/site-packages/simcore/kernels")
    assert compiler._parents(installed) == [Path("/of/the/user/simcore"), installed / "__pycache__"]
    checkout = Path("/home/user/simcore/kernels")
    assert compiler._parents(checkout) == [checkout / "__pycache__", Path("/of/the/user/simcore")]
    monkeypatch.setenv("XDG_CACHE_HOME", "~/.cache")
    assert compiler._parents(installed) == [installed / "__pycache__"]
