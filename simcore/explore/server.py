"""The server of the page, on this machine alone unless another address is asked for."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import xarray as xr
from bokeh.application import Application
from bokeh.application.handlers.function import FunctionHandler
from bokeh.document import Document
from bokeh.server.server import Server

from simcore.errors import ResultsError
from simcore.explore.app import FIRST, Page
from simcore.report.decision_answers import Question
from simcore.report.language import Language
from simcore.repricing import Repricer
from simcore.scenario.loading import ScenarioFile

LOOPBACK = "127.0.0.1"


def explore_server(
    results: xr.Dataset,
    *,
    file: ScenarioFile | None = None,
    language: str = "en",
    question: Question | None = None,
    folder: Path = Path(),
    port: int = 0,
    address: str = LOOPBACK,
) -> Server:
    """Make a server of a page on which a run can be moved; it listens, and works once its loop is started.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    file
        Their scenario, where it has been read before.
    language
        ``en`` or ``sv``.
    question
        What is asked of the run.
    folder
        Where views are saved.
    port, address
        Where it listens; by default at a free port of this machine, which no other one reaches.

    Raises
    ------
    ResultsError
        The port is taken, the results cannot be priced again, or have one strategy.
    UnknownNameError
        There is no such language.
    """
    if results.sizes["strategy"] < 2:
        raise ResultsError(
            f"These results have one strategy, '{results.attrs['comparator']}': there is nothing to compare."
        )
    speech, asked = Language.of(language), question or Question()
    priced = Repricer(results, file=file)
    some = results.isel(draw=slice(0, FIRST)).load()
    first = Repricer(some, file=priced.file) if results.sizes["draw"] > FIRST else priced

    def page(document: Document) -> None:
        Page(results, priced, first, speech, asked, folder).fill(document)

    return _server(page, port, address)


def _server(page: Callable[[Document], None], port: int, address: str) -> Server:
    names = {address, LOOPBACK, "localhost"} if address == LOOPBACK else {address}
    if ":" in address or address == "0.0.0.0":
        # A page is only given to who asks for the very address that it was opened for.
        raise ResultsError(f"{address} cannot be listened at: give one address of this machine, such as 192.168.1.20.")
    try:
        with socket.socket(socket.AF_INET) as tried:
            tried.bind((address, port))
            number = tried.getsockname()[1]
        return Server(
            {"/": Application(FunctionHandler(page))}, address=address, port=number,
            allow_websocket_origin=[f"{name}:{number}" for name in sorted(names)],
        )  # fmt: skip
    except OSError as error:
        raise ResultsError(f"Port {port} of {address} cannot be used: {error.strerror or error}.") from error


def address_of(server: Server) -> str:
    """Where a browser finds the page."""
    return f"http://{server.address}:{server.port}/"
