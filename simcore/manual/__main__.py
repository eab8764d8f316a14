"""Renews the reference: ``python -m simcore.manual``."""

from __future__ import annotations

import sys

from simcore.errors import SimcoreError
from simcore.manual.reference import FILE, reference
from simcore.whole_files import write_whole


def main() -> int:
    """Write the reference and tell where; 0, or 2 with a message where it cannot be written."""
    try:
        write_whole(FILE, reference().encode("utf-8"))
    except SimcoreError as error:
        print(error, file=sys.stderr)
        return 2
    print(FILE)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
