"""Lets ``python -m simcore`` do what ``simcore`` does."""

from simcore.cli import main

if __name__ == "__main__":
    main()
