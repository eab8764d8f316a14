"""The scenarios that ship with simcore; an installed simcore finds them here."""
