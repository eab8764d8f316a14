"""The actors that an agreement is between."""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr

from simcore.errors import ResultsError, UnknownNameError

#: Amounts below this share of what they are made of are rounding.
ROUNDING = 1e-9


def named_actors(results: xr.Dataset, names: Sequence[str] | None, argument: str) -> list[str]:
    """The actors of some names, each once; without names those of the public sector.

    Raises
    ------
    ResultsError
        There are none; the message tells the `argument` that names them.
    UnknownNameError
        A name is of no actor.
    """
    actors = [str(actor) for actor in results["actor"].values]
    if names is None:
        names = [actor for actor, of in zip(actors, results["sector"].values, strict=True) if of == "public"]
    for actor in names:
        if actor not in actors:
            raise UnknownNameError(actor, "an actor of these results", actors)
    if not names:
        raise ResultsError(f"There is no actor in the public sector, or none is named: name some with {argument}=.")
    return list(dict.fromkeys(names))
