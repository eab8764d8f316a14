"""What the commands share: options, reading, errors as messages, progress."""

from __future__ import annotations

import functools
import gc
import importlib
import json
import logging
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simcore.errors import Problem, ResultsError, ScenarioError, ScenarioWarning, SimcoreError

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import Console, RenderableType

    from simcore.progress import Progress
    from simcore.scenario.loading import ScenarioFile

ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A folder, a file, or the name of a shipped one.")
]
ResultsFolder = Annotated[str, typer.Argument(metavar="RESULTS", help="A folder that 'simcore run' wrote.")]
Json = Annotated[bool, typer.Option("--json", help="Print for machines.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Also = Annotated[
    list[str] | None,
    typer.Option("--also", metavar="KIND", help="Count intangible or public_funds too, which are left out otherwise."),
]
Per = Annotated[
    str | None,
    typer.Option("--per", metavar="OUTCOME", help="Also show what one more unit of this outcome costs."),
]
Years = Annotated[
    bool, typer.Option("--years", help="Also show the net saving of calendar years, for the whole target group.")
]
Draws = Annotated[int | None, typer.Option(help="Joint samples of all uncertain figures.")]
Persons = Annotated[int | None, typer.Option(help="Persons simulated per draw.")]
Seed = Annotated[int | None, typer.Option(help="Seed of all random numbers.")]
Engine = Annotated[
    str, typer.Option(metavar="sampled|expected", help="Individual lives, or the exact distribution without luck.")
]
#: More threads or processes than any machine has use for.
_MOST_WORKERS = 1_024
Workers = Annotated[
    int | None,
    typer.Option(min=1, max=_MOST_WORKERS, help="Threads (or processes); the results do not depend on it."),
]
Log = Annotated[
    str | None,
    typer.Option("--log", metavar="FILE", help="Write down what happens, and when; - is the error stream."),
]
Sampling = Annotated[
    str | None,
    typer.Option(metavar="METHOD", help="How figures are drawn: monte_carlo, latin_hypercube or sobol."),
]
Csv = Annotated[str | None, typer.Option("--csv", metavar="FILE", help="Also write the numbers into this CSV file.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show where in the program an error comes from.")]


def terminal(*, stderr: bool = False) -> Console:
    """Where tables are printed."""
    from rich.console import Console

    # A pipe or file has no width: tables keep their columns rather than being cut at 80.
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else 160
    # Names and titles of a scenario are shown as they stand: brackets in them are no markup.
    return Console(stderr=stderr, width=width, highlight=False, soft_wrap=False, markup=False, emoji=False)


def print_out(what: RenderableType) -> None:
    """Print tables."""
    terminal().print(what)


def laid_out(what: RenderableType) -> RenderableType:
    """Lay tables out as they are printed in this terminal, so that they only need printing."""
    console = terminal()
    if console.legacy_windows:  # which has no codes for colours that could be kept
        return what
    with console.capture() as caught:
        console.print(what)
    return caught.get()


def read(name: str) -> ScenarioFile:
    """Read a scenario; its warnings go to the error stream."""
    from simcore.scenario.loading import read_scenario

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        file = read_scenario(name)
    for warning in caught:
        kind = "note" if issubclass(warning.category, ScenarioWarning) else "warning"
        print(f"{kind}: {warning.message}", file=sys.stderr)
    started()
    return file


def open_stored(folder: str | Path) -> tuple[xr.Dataset, ScenarioFile]:
    """Results of a folder, and their scenario."""
    from simcore.repricing import scenario_of
    from simcore.storage import end_threads, open_results

    results = open_results(folder)
    end_threads()
    file = scenario_of(results)
    started()
    return results, file


def refuse_together(name: str, given: object, others: dict[str, Any], allowed: str) -> None:
    """Refuse options that say different things; what is not given is None, False or 0."""
    for other, value in others.items():
        if given and value:
            found = f"--{other} with --{name}" if value is True else f"--{other} {value} with --{name}"
            raise ScenarioError([Problem(other, 0, "", found, allowed)], "the command line")


def started() -> None:
    """Collect garbage from here on, without looking again and again at what has been loaded."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Show the message of an error and exit with its code; ``--debug`` adds where it comes from."""

    @functools.wraps(function)
    def guarded(*arguments: Any, **options: Any) -> None:
        try:
            function(*arguments, **options)
        except SimcoreError as error:
            if options.get("debug"):
                traceback.print_exc()
            print(error, file=sys.stderr)
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            print("Interrupted; nothing was written.", file=sys.stderr)
            raise typer.Exit(130) from None

    return guarded


def with_progress(file: ScenarioFile, silent: bool, *, persons: int | None, engine: str, **sizes: Any) -> xr.Dataset:
    """Simulate, with progress in a terminal; `sizes` are further arguments of `simulate`."""
    from simcore.simulation import simulate

    return simulate(file, persons=persons, engine=engine, progress=not silent, **sizes)


def progress_bar(what: str, silent: bool, unit: str = "draws") -> AbstractContextManager[Progress]:
    """A bar of draws (or other units) done and wanted, in a terminal; gives what is to be called with their numbers."""
    from simcore.progress import shown_progress

    return shown_progress(what, not silent, unit=unit)


@contextmanager
def logged(file: str | None) -> Iterator[None]:
    """Write what simcore logs meanwhile into a file, line by line behind what it holds; `-` is the error stream.

    Warnings are shown on the error stream in any case. Where a file cannot be written any more, as the disk is full,
    the log ends, not the run.

    Raises
    ------
    ResultsError
        The file cannot be opened for writing.
    """
    if file is None:
        yield
        return
    path = Path(file)
    if file != "-" and path.exists() and not (path.is_file() or path.is_char_device()):
        raise ResultsError(f"'{file}' is no file that a log could be written to. Nothing was run.")
    logger = logging.getLogger("simcore")
    shown: logging.Handler = logging.StreamHandler(sys.stderr)
    handlers, lines = [shown], logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    if file == "-":
        shown.setFormatter(lines)
    else:
        shown.setLevel(logging.WARNING)
        try:
            handlers.append(_LogFile(file, encoding="utf-8"))
        except OSError as error:
            raise ResultsError(f"{file} could not be written: {error.strerror or error}. Nothing was run.") from error
        handlers[-1].setFormatter(lines)
    before = logger.level
    for handler in handlers:
        logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.setLevel(before)
        for handler in handlers:
            logger.removeHandler(handler)
            handler.close()


def refuse_log_in(folder: str, log: str | None) -> None:
    """Refuse a log that would be a part of a results folder, or be in its place.

    Raises
    ------
    ScenarioError
        It would.
    """
    if log is None or log == "-":
        return
    try:
        where, results = Path(log).resolve(), Path(folder).resolve()
    except (OSError, RuntimeError):
        return  # which is told by whoever writes there
    if results in (where, *where.parents):
        found, allowed = f"{log}, which is, or is in, the results folder {folder}", "a file elsewhere"
        raise ScenarioError([Problem("log", 0, "", found, allowed)], "the command line")


class _LogFile(logging.FileHandler):
    """A log that ends, once told, when its file cannot be written any more."""

    ended = False

    def emit(self, record: logging.LogRecord) -> None:
        if not self.ended:
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        self.end(sys.exception())

    def end(self, error: BaseException | None) -> None:
        if not self.ended:
            self.ended = True
            print(f"note: {self.baseFilename} could not be written: {error}; the log ends there.", file=sys.stderr)

    def close(self) -> None:
        try:
            super().close()
        except OSError as error:  # what is still to be written when it is closed
            self.end(error)


def load_meanwhile(*modules: str) -> threading.Thread:
    """Load modules that are needed after the simulation while the kernels, which leave Python free, run."""

    def load() -> None:
        for module in modules:
            importlib.import_module(module)

    thread = threading.Thread(target=load, daemon=True)
    thread.start()
    return thread


def show_records(
    records: list[dict[str, Any]], tables: RenderableType, as_json: bool, csv: str | None, quiet: bool
) -> None:
    """Print tables for readers or records for machines, and write the records where they are wanted."""
    from simcore.report.records import as_csv, without_infinities

    if csv is not None:
        try:
            Path(csv).write_text(as_csv(records), encoding="utf-8")
        except OSError as error:
            raise ResultsError(f"{csv} could not be written: {error.strerror or error}.") from error
    if as_json:
        print(json.dumps(without_infinities(records), ensure_ascii=False, indent=1))
    elif not quiet:
        print_out(tables)
