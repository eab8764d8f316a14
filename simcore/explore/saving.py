"""Saving what the page shows: as a report, or as a case that can be run and changed further."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import xarray as xr

from simcore.errors import ResultsError
from simcore.report.decision_answers import Question
from simcore.report.language import Language
from simcore.report.web.report_page import save_html_report
from simcore.repricing import Repricer
from simcore.whole_files import write_whole

#: What saved views are called, with a number behind.
_NAME = "explored"
_SHIPPED = "shipped:/"


def save_report(
    priced: Repricer, change: Mapping[str, Any], folder: Path, language: Language, question: Question
) -> Path:  # fmt: skip
    """Write a run under a change as a report, and the case that it is about beside it; return the report.

    Raises
    ------
    ResultsError
        It cannot be written.
    """
    case = save_case(priced, change, folder, language, question) if change else None
    path = _free(folder, ".html") if case is None else folder / f"{case.parent.name}.html"
    where = {} if case is None else {"case": str(case), "source": f"results/{case.parent.name}"}
    save_html_report(_moved(priced, change), path, language=language.code, question=question, **where)
    return path


def save_case(
    priced: Repricer, change: Mapping[str, Any], folder: Path, language: Language, question: Question
) -> Path:  # fmt: skip
    """Write a run under a change as a case; return the scenario file, in a new folder.

    The folder has all files of the scenario of the run but for those that are shipped with simcore, and one more over
    them with what was changed. It can be run, and given to `simcore reprice`.

    Raises
    ------
    ResultsError
        Nothing was changed, or it cannot be written.
    """
    if not change:
        raise ResultsError("Nothing is moved, so there is nothing to save: the case is that of the run.")
    del language, question  # a case has no words
    attributes = _moved(priced, change).attrs
    target = _free(folder, "")
    for name, text in json.loads(str(attributes["scenario_files"])).items():
        if not name.startswith(_SHIPPED):
            path = target / name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise ResultsError(f"{path.parent} could not be made: {error.strerror or error}.") from error
            write_whole(path, text.encode("utf-8"))
    return target / str(attributes["scenario_main"])


def _moved(priced: Repricer, change: Mapping[str, Any]) -> xr.Dataset:
    return priced(change) if change else priced.results


def _free(folder: Path, ending: str) -> Path:
    """The first name that nothing has."""
    for number in count(1):
        name = f"{_NAME}_{number}"
        if not (folder / name).exists() and not (folder / f"{name}.html").exists():
            break
    return folder / f"{name}{ending}"
