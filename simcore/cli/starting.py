"""The command that starts a new case from one that there is."""

from __future__ import annotations

from typing import Annotated

import typer

from simcore.cli.shared import Debug, Quiet, command
from simcore.errors import Problem, ScenarioError

app = typer.Typer()


@app.command()
@command
def new(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Where the new case is written.")],
    origin: Annotated[
        str | None,
        typer.Option("--from", metavar="SCENARIO", help="What it starts from: a shipped case, a folder or a file."),
    ] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Title of the new case.")] = None,
    lang: Annotated[str, typer.Option(metavar="en|sv", help="Language of comments and README.")] = "en",
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Start a case of your own: a commented folder that extends a case, with what you may know better laid out."""
    from simcore.report.starting_case import new_case
    from simcore.report.starting_lines import shell

    if origin is None:
        from simcore.scenario.shipped import shipped_scenarios

        allowed = f"--from with a folder, a file, or a shipped case: {', '.join(shipped_scenarios())}"
        hint = f"simcore list tells what they are about; then: simcore new {shell(folder)} --from school_dropout"
        raise ScenarioError([Problem("from", 0, "", "nothing to start from", allowed, hint)], "the command line")
    case = new_case(folder, origin, title=title, language=lang)
    if not quiet:
        print(f"Written: {case} and a README. As it stands, it gives the numbers of {origin}.")
        print(f"Next: change what you know better in it, then simcore check {shell(folder)}")
