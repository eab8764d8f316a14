"""The command line: turns errors into messages and exit codes.

0 done; 1 a run that was done again gives other bits; 2 the input is wrong; 130 interrupted.
"""

from __future__ import annotations

import gc
import os

import typer

from simcore.cli.calibration import app as calibration
from simcore.cli.deciding import app as deciding
from simcore.cli.drivers import app as drivers
from simcore.cli.exploring import app as exploring
from simcore.cli.inputs import app as inputs
from simcore.cli.reporting import app as reporting
from simcore.cli.runs import app as runs
from simcore.cli.scenarios import app as scenarios
from simcore.cli.starting import app as starting
from simcore.cli.studies import app as studies

app = typer.Typer(
    help="Who pays, who gains, how much, when, and how sure are we? Simulates lives with and without interventions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for commands in (runs, reporting, deciding, exploring, inputs, starting, scenarios, studies, drivers, calibration):
    app.registered_commands += commands.registered_commands
    app.registered_groups += commands.registered_groups


def main() -> None:
    """Run the command line and exit."""
    # Matrices here are too small to be shared out among threads, which would also make sums depend on their number.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.disable()  # what is loaded at the start stays; `started` turns the collection of garbage on
    try:
        app(prog_name="simcore")
    finally:
        gc.freeze()  # nor is anything looked for at the end
