"""Tasks in a copy of the process: their answer, and what happens where there is none."""

from __future__ import annotations

import os

import pytest

from simcore import second_process
from simcore.second_process import in_second_process


@pytest.fixture
def two_processors(monkeypatch):
    monkeypatch.setattr(second_process, "processors", lambda: 2)
    monkeypatch.setattr(second_process.threading, "active_count", lambda: 1)


def test_the_answer_is_that_of_the_task_however_long(two_processors):
    whole = bytes(range(256)) * 10_000
    with in_second_process(lambda: whole) as answer:
        assert answer() == whole


def test_what_fails_in_the_copy_is_told_when_it_is_asked_for(two_processors):
    def fails() -> bytes:
        raise ValueError("no picture")

    with in_second_process(fails) as answer, pytest.raises(ValueError, match="no picture"):
        answer()


def test_a_copy_that_dies_is_made_up_for(two_processors):
    here = os.getpid()

    def dies_elsewhere() -> bytes:
        if os.getpid() != here:
            os._exit(1)
        return b"done here"

    with in_second_process(dies_elsewhere) as answer:
        assert answer() == b"done here"


def test_a_copy_that_gives_no_answer_is_not_waited_for(two_processors, monkeypatch):
    here = os.getpid()

    def waits_elsewhere() -> bytes:
        while os.getpid() != here:
            second_process.threading.Event().wait(1)
        return b"done here"

    with in_second_process(waits_elsewhere, patience=0.05) as answer:
        assert answer() == b"done here"


def test_a_copy_ends_with_the_block(two_processors, tmp_path):
    """What it writes would otherwise come back into a folder that has been removed."""

    def writes_late() -> bytes:
        (tmp_path / str(os.getpid())).touch()
        second_process.threading.Event().wait(60)
        return b""

    with in_second_process(writes_late):
        while not (begun := list(tmp_path.iterdir())):
            second_process.threading.Event().wait(0.01)
    with pytest.raises(ProcessLookupError):
        os.kill(int(begun[0].name), 0)


def test_nothing_is_copied_where_there_is_one_processor(monkeypatch):
    monkeypatch.setattr(second_process, "processors", lambda: 1)
    begun: list[int] = []

    def task() -> bytes:
        begun.append(os.getpid())
        return b"done"

    with in_second_process(task) as answer:
        assert begun == []
        assert (answer(), begun) == (b"done", [os.getpid()])


def test_where_no_copy_can_be_made_the_task_is_done_here(two_processors, monkeypatch):
    def no_memory() -> int:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(os, "fork", no_memory)
    with in_second_process(lambda: b"done here") as answer:
        assert answer() == b"done here"
