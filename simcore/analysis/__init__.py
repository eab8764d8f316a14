"""Pure functions over results: Dataset in, Dataset or DataArray out."""
