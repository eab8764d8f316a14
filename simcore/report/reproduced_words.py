"""What a run that was done again shows, in sentences."""

from __future__ import annotations

import math

from simcore.errors import counted
from simcore.reproducing import Reproduced

#: Variables that are named.
_MOST = 12


def reproduced_words(found: Reproduced) -> list[str]:
    """Whether the bits agree, and where they do not."""
    draws = counted(found.n_draws, "draw")
    what = f"{found.title}, {draws}, seed {found.seed}"
    if found.agrees:
        return [f"The bits agree: {what}; {counted(found.n_variables, 'variable')} compared.", *_versions(found)]
    lines = [f"The bits do NOT agree: {what}. Different are:"]
    lines += [f"  what the results say of the run: {', '.join(found.attributes)}"] if found.attributes else []
    in_order = sorted(found.different.items(), key=lambda item: not math.isnan(item[1][1]))
    for name, (number, share) in in_order[:_MOST]:
        where = f"in {number:,} of {found.n_draws:,} draws, by at most {share:.2g} of the largest amount"
        lines.append(f"  {name}: {'of other sizes, or not there' if math.isnan(share) else where}")
    if len(found.different) > _MOST:
        lines.append(f"  and {len(found.different) - _MOST} more")
    if not found.versions:
        lines.append("Versions are the same as then: the stored results were changed, or damaged.")
    return [*lines, *_versions(found)]


def _versions(found: Reproduced) -> list[str]:
    if not found.versions:
        return []
    changes = ", ".join(f"{name} {then} then, {now} now" for name, (then, now) in found.versions.items())
    return [f"Other versions: {changes}."]
