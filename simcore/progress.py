"""How far a run is: draws and persons done, how fast, and the time left, where somebody looks.

In a terminal a bar, in a notebook a line that changes; elsewhere nothing, so that files and pipes get none of it.
"""

from __future__ import annotations

import html
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

#: What is called with the numbers of draws, or other units, done and wanted.
Progress = Callable[[int, int], None]
#: Seconds after which a notebook shows a run at all, and between two changes of what it shows.
_SOON, _OFTEN = 1.0, 0.25


@contextmanager
def shown_progress(what: str, how: Progress | bool | None, persons: int = 0, unit: str = "draws") -> Iterator[Progress]:
    """Show how far something is while the block runs.

    Parameters
    ----------
    what
        Its name.
    how
        Something to be called instead; or whether to show anything. By default only in a notebook.
    persons
        How many persons are followed in each unit; 0 where nobody is.
    unit
        What is counted.

    Yields
    ------
    What is to be called with the numbers of units done and wanted.
    """
    if callable(how):
        yield how
    elif how is not False and in_notebook():
        yield _Notebook(what, persons, unit)
    elif how and sys.stderr.isatty():
        with _in_terminal(what, persons, unit) as progress:
            yield progress
    else:
        yield lambda done, wanted: None


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook, which shows what it is given."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython  # type: ignore[attr-defined, import-not-found, unused-ignore]

    return getattr(get_ipython(), "kernel", None) is not None


class Pace:
    """How fast something goes, and what to say of it.

    Parameters
    ----------
    persons, unit
        As for `shown_progress`.
    now
        A clock [seconds].
    """

    def __init__(self, persons: int, unit: str, now: Callable[[], float] = time.monotonic) -> None:
        self.persons, self.unit, self.now = persons, unit, now
        self.begun: tuple[float, int] | None = None

    def words(self, done: int, wanted: int) -> str:
        """Say how many are done, how many in a second, and how long the others will take.

        What was done before the first call, by an earlier run, does not count for the pace.
        """
        self.begun = self.begun or (self.now(), done)
        seconds, more = self.now() - self.begun[0], done - self.begun[1]
        said = [f"{done:,} of {wanted:,} {self.unit}"]  # what matters most comes first, as terminals may be narrow
        if more > 0 and seconds > 0:
            said += [f"{_duration((wanted - done) * seconds / more)} left", f"{_rate(more / seconds)} {self.unit}/s"]
        if self.persons:
            said.append(f"{done * self.persons:,} persons")
        return ", ".join(said)


def _rate(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


@contextmanager
def _in_terminal(what: str, persons: int, unit: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bars

    pace = Pace(persons, unit)
    # Names are shown as they stand: brackets in them are no markup.
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(20),
        TextColumn("{task.fields[pace]}", markup=False),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(what, total=None, pace="")

        def progress(done: int, wanted: int) -> None:
            bars.update(task, completed=done, total=wanted, pace=pace.words(done, wanted))

        yield progress


class _Notebook:
    """A line below the cell that runs, with a bar; it is shown only when a run takes a while."""

    def __init__(self, what: str, persons: int, unit: str) -> None:
        self.what, self.pace = what, Pace(persons, unit)
        self.begun, self.changed = time.monotonic(), 0.0
        self.handle: Any = None

    def __call__(self, done: int, wanted: int) -> None:
        words, now = self.pace.words(done, wanted), time.monotonic()
        if done < wanted and (now - self.begun < _SOON or now - self.changed < _OFTEN):
            return
        if done >= wanted and self.handle is None:
            return  # it was done before anybody had to wait
        from IPython.display import HTML, display  # type: ignore[attr-defined, import-not-found, unused-ignore]

        bar = f'<progress max="{wanted}" value="{done}" style="vertical-align: middle"></progress>'
        line, self.changed = HTML(f"<span>{html.escape(self.what)} {bar} {html.escape(words)}</span>"), now
        if self.handle is None:
            self.handle = display(line, display_id=True)
        else:
            self.handle.update(line)
