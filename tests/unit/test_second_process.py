"""Tasks in a copy of the process: their answer, and what happens where there is none."""

from __future__ import annotations

import os

import pytest

from simcore.cli import second_process
from simcore.cli.second_process import in_second_process


@pytest.fixture
def two_processors(monkeypatch):
    monkeypatch.setattr(second_process, "processors", lambda: 2)
    monkeypatch.setattr(second_process.threading, "active_count", lambda: 1)


def test_the_answer_is_that_of_the_task_however_long(two_processors):
    whole = bytes(range(256)) * 10_000
    assert in_second_process(lambda: whole)() == whole


def test_what_fails_in_the_copy_is_told_when_it_is_asked_for(two_processors):
    def fails() -> bytes:
        raise ValueError("no picture")

    answer = in_second_process(fails)
    with pytest.raises(ValueError, match="no picture"):
        answer()


def test_a_copy_that_dies_is_made_up_for(two_processors):
    here = os.getpid()

    def dies_elsewhere() -> bytes:
        if os.getpid() != here:
            os._exit(1)
        return b"done here"

    assert in_second_process(dies_elsewhere)() == b"done here"


def test_a_copy_that_gives_no_answer_is_not_waited_for(two_processors, monkeypatch):
    monkeypatch.setattr(second_process, "_PATIENCE", 0.05)
    here = os.getpid()

    def waits_elsewhere() -> bytes:
        while os.getpid() != here:
            second_process.threading.Event().wait(1)
        return b"done here"

    assert in_second_process(waits_elsewhere)() == b"done here"


def test_nothing_is_copied_where_there_is_one_processor(monkeypatch):
    monkeypatch.setattr(second_process, "processors", lambda: 1)
    begun: list[int] = []

    def task() -> bytes:
        begun.append(os.getpid())
        return b"done"

    answer = in_second_process(task)
    assert begun == []
    assert (answer(), begun) == (b"done", [os.getpid()])
