"""The command that opens a page on which a run can be moved."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated

import typer

from simcore.cli.shared import Also, Debug, ResultsFolder, command, open_stored
from simcore.errors import ResultsError

app = typer.Typer()


@app.command()
@command
def explore(
    results: ResultsFolder,
    lang: Annotated[str, typer.Option(metavar="en|sv", help="Language of the page.")] = "en",
    save_to: Annotated[
        str, typer.Option("--save-to", metavar="DIR", help="Folder for saved views; default: this one.")
    ] = ".",
    port: Annotated[
        int, typer.Option(metavar="N", min=0, max=65535, help="Port of this machine; by default a free one.")
    ] = 0,
    address: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS", help="Address to listen at; who reaches another one can write into the folder."
        ),
    ] = "127.0.0.1",
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
    also: Also = None,
    debug: Debug = False,
) -> None:
    """Open a local page: sliders for prices, discounting, horizon and payers, and all figures follow at once."""
    folder = Path(save_to)
    if not folder.is_dir():
        raise ResultsError(f"{save_to} is no folder: --save-to names one that is there.")
    from simcore.report.decision_answers import Question
    from simcore.report.language import Language

    Language.of(lang)
    opened, file = open_stored(results)
    from simcore.explore.server import address_of, explore_server

    question = Question(also=tuple(also or ()))
    server = explore_server(
        opened, file=file, language=lang, question=question, folder=folder, port=port, address=address
    )

    def end(*_: object) -> None:
        server.io_loop.add_callback_from_signal(server.io_loop.stop)

    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, end)
    server.start()
    print(f"{address_of(server)}  (Ctrl-C ends it)", flush=True)
    if browser:
        server.io_loop.add_callback(server.show, "/")
    server.io_loop.start()
    server.stop()
    print("Ended.")
