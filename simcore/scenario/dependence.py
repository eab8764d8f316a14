"""Uncertain figures that are drawn together: entries of a fitted model, of shares or a sample, and correlations."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from simcore.errors import did_you_mean
from simcore.scenario.entries import IN_SWEDISH, Entry, Name, Number, Text, both, refuse
from simcore.scenario.evidence import Citation, Grade
from simcore.uncertainty.correlation import check_coefficient, correlations_of, covariances_of
from simcore.uncertainty.distributions import Distribution, ImpossibleDistributionError

#: The column of a sample that says how often a row is drawn.
WEIGHT = "weight"
_SUM_ERROR = 1e-9

Matrix: TypeAlias = list[list[Number]]
Pairs: TypeAlias = dict[tuple[str, str], float]


class Square(Entry):
    """A square of numbers in a CSV file: a row and a column for each parameter, with their names."""

    NOT_WRITTEN: ClassVar[tuple[str, ...]] = ("names", "rows")

    file: Text = Field(description="CSV file with the names in its first column and above the others")
    names: list[Name] | None = Field(None, description="filled from the file when it is read")
    rows: list[tuple[Number, ...]] | None = Field(None, description="filled from the file when it is read")

    def of(self, names: Sequence[str]) -> list[list[float]]:
        """The numbers in the order of these names, which are those of the square."""
        assert self.names is not None  # filled when it was read
        assert self.rows is not None
        place = {name: number for number, name in enumerate(self.names)}
        return [[self.rows[place[one]][place[other]] for other in names] for one in names]


class MultivariateNormal(Entry):
    """Figures of a fitted model, such as regression coefficients: their means and how they vary together."""

    mean: Annotated[dict[Name, Number], Field(min_length=2)] = Field(description="mean of each parameter, by name")
    covariance: Matrix | Square | None = Field(
        None, description="rows in the order of mean: [[0.04, 0.01], [0.01, 0.09]]; or {file: covariance.csv}"
    )
    sd: dict[Name, Number] | None = Field(None, description="standard errors, with correlation; instead of covariance")
    correlation: Matrix | Square | None = Field(
        None, description="rows in the order of mean: [[1, 0.2], [0.2, 1]]; or {file: correlations.csv}"
    )

    @model_validator(mode="after")
    def _possible(self) -> MultivariateNormal:
        if (self.covariance is None) == (self.sd is None):
            raise refuse(both(self.covariance), "either covariance, or sd and correlation")
        if (self.sd is None) != (self.correlation is None):
            raise refuse(f"{'sd' if self.sd is not None else 'correlation'} alone", "sd and correlation together")
        if self.sd is not None:
            _same_names(self.sd, self.mean, "sd")
            wrong = next((name for name, sd in self.sd.items() if not sd > 0), None)
            if wrong is not None:
                raise refuse(f"{self.sd[wrong]:g} of {wrong}", "standard errors above 0", at="sd")
        field = "covariance" if self.covariance is not None else "correlation"
        matrix = self.covariance if self.covariance is not None else self.correlation
        if isinstance(matrix, Square):
            if matrix.names is None:
                return self  # the file could not be read
            _same_names(matrix.names, self.mean, field)
        try:
            _ = self.marginals
        except ImpossibleDistributionError as error:
            raise refuse(error.found, error.allowed, error.hint, at=field) from None
        return self

    @property
    def parts(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Standard deviations (name,) and correlations (name, name), in the order of `mean`."""
        names = list(self.mean)
        matrix = self.covariance if self.covariance is not None else self.correlation
        assert matrix is not None  # one of the two
        rows = matrix.of(names) if isinstance(matrix, Square) else matrix
        if self.sd is None:
            return covariances_of(names, rows)
        return np.array([self.sd[name] for name in names], dtype=float), correlations_of(names, rows)

    @property
    def members(self) -> list[str]:
        """The parameters."""
        return list(self.mean)

    @property
    def marginals(self) -> dict[str, Distribution]:
        """The distribution of each parameter."""
        sds = self.parts[0]
        return {
            name: _marginal(name, "normal", mean=mean, sd=float(sd))
            for (name, mean), sd in zip(self.mean.items(), sds, strict=True)
        }


class Dirichlet(Entry):
    """Shares of a whole, such as the ways out of a state: as counted, or as means with the size of the sample."""

    counts: Annotated[dict[Name, Number], Field(min_length=2)] | None = Field(
        None, description="number of persons counted for each parameter, by name"
    )
    mean: Annotated[dict[Name, Number], Field(min_length=2)] | None = Field(
        None, description="mean of each parameter, by name, which add up to 1; with sample_size"
    )
    sample_size: Annotated[Number, Field(gt=0)] | None = Field(None, description="number of persons behind the means")

    @model_validator(mode="after")
    def _possible(self) -> Dirichlet:
        if (self.counts is None) == (self.mean is None):
            raise refuse(both(self.counts), "either counts, or mean and sample_size")
        if (self.mean is None) != (self.sample_size is None):
            raise refuse(
                f"{'mean' if self.mean is not None else 'sample_size'} without "
                f"{'sample_size' if self.mean is not None else 'mean'}",
                "either counts, or mean and sample_size",
            )
        field = "counts" if self.counts is not None else "mean"
        wrong = next((name for name, shape in self.shapes.items() if not shape > 0), None)
        if wrong is not None:
            hint = "leave out what cannot happen; for what can, but was not seen, 0.5 or 1 may be added to every count"
            numbers = self.counts or self.mean or {}
            raise refuse(f"{numbers[wrong]:g} of {wrong}", f"{field} above 0", hint if self.counts else "", at=field)
        total = math.fsum((self.mean or {}).values())
        if self.mean is not None and abs(total - 1) > _SUM_ERROR:
            raise refuse(f"means that add up to {total:.6g}", "means that add up to 1", at=field)
        try:
            _ = self.marginals
        except ImpossibleDistributionError as error:
            raise refuse(error.found, error.allowed, error.hint, at=field) from None
        return self

    @property
    def shapes(self) -> dict[str, float]:
        """What the distribution is made from: the counts, or means times the size of the sample."""
        if self.counts is not None:
            return self.counts
        assert self.mean is not None  # one of the two
        return {name: mean * (self.sample_size or 0.0) for name, mean in self.mean.items()}

    @property
    def members(self) -> list[str]:
        """The parameters."""
        return list(self.shapes)

    @property
    def marginals(self) -> dict[str, Distribution]:
        """The distribution of each parameter."""
        total = math.fsum(self.shapes.values())
        return {
            name: _marginal(name, "beta", alpha=float(shape), beta=total - shape) for name, shape in self.shapes.items()
        }


class Sample(Entry):
    """A sample of several figures, such as of a posterior distribution, whose rows are drawn as wholes."""

    NOT_WRITTEN: ClassVar[tuple[str, ...]] = ("names", "rows")

    file: Text = Field(description="CSV file with a column for each parameter, and perhaps one called weight")
    names: list[str] | None = Field(None, description="filled from the file when it is read")
    rows: list[tuple[Number, ...]] | None = Field(None, description="filled from the file when it is read")

    @model_validator(mode="after")
    def _possible(self) -> Sample:
        if self.names is None or self.rows is None:
            return self  # the file could not be read
        if not self.columns:
            raise refuse("a column weight alone", "a column for each parameter", at="file")
        try:
            _ = self.marginals
        except ImpossibleDistributionError as error:
            raise refuse(error.found, error.allowed, error.hint, at="file") from None
        return self

    @property
    def columns(self) -> dict[str, list[float]]:
        """The values of each parameter, row by row."""
        names, rows = self.names or [], self.rows or []
        return {name: [row[number] for row in rows] for number, name in enumerate(names) if name != WEIGHT}

    @property
    def weights(self) -> list[float] | None:
        """How often each row is drawn, relative to the others; none for equally often."""
        if self.names is None or WEIGHT not in self.names:
            return None
        return [row[self.names.index(WEIGHT)] for row in self.rows or []]

    @property
    def members(self) -> list[str]:
        """The parameters."""
        return list(self.columns)

    @property
    def marginals(self) -> dict[str, Distribution]:
        """The distribution of each parameter."""
        weights = {} if self.weights is None else {"weights": self.weights}
        return {name: _marginal(name, "empirical", values=of, **weights) for name, of in self.columns.items()}


class Sourced(Entry):
    """Where what ties figures together comes from."""

    about: Text | None = Field(None, description="what it is, in a sentence")
    about_sv: Text | None = Field(None, description=IN_SWEDISH)
    source: Citation = Field(description="{work, where, as_printed}, or {assumption: reason and range}")
    grade: Grade | None = Field(None, description="quality of the source")
    checked_by: Text | None = Field(None, description="who typed it again from the source")

    @property
    def quality(self) -> str:
        """The grade, "assumed", or nothing."""
        return self.grade or ("assumed" if self.source.assumption is not None else "")


class Joint(Sourced):
    """Parameters with one distribution of them all; each says distribution: {joint: name of this entry}."""

    FORMS: ClassVar[tuple[str, ...]] = ("multivariate_normal", "dirichlet", "empirical")

    multivariate_normal: MultivariateNormal | None = Field(None, description="means and covariances of a fitted model")
    dirichlet: Dirichlet | None = Field(None, description="shares of a whole, as counted")
    empirical: Sample | None = Field(None, description="a sample in a CSV file, whose rows are drawn as wholes")

    @model_validator(mode="after")
    def _one_form(self) -> Joint:
        forms = [form for form in self.FORMS if getattr(self, form) is not None]
        if len(forms) != 1:
            raise refuse(" and ".join(forms) or "none of them", f"one of {', '.join(self.FORMS)}")
        return self

    @property
    def form(self) -> str:
        """Which distribution it is."""
        return next(form for form in self.FORMS if getattr(self, form) is not None)

    @property
    def distribution(self) -> MultivariateNormal | Dirichlet | Sample:
        """The distribution of all."""
        found: MultivariateNormal | Dirichlet | Sample = getattr(self, self.form)
        return found

    @property
    def members(self) -> list[str]:
        """The parameters."""
        return self.distribution.members


class Correlation(Sourced):
    """Parameters that hang together though each has a distribution of its own: one coefficient, or a matrix."""

    NOT_WRITTEN: ClassVar[tuple[str, ...]] = ("names", "rows")

    between: Annotated[list[Name], Field(min_length=2)] | None = Field(
        None, description="parameters with one coefficient between any two of them"
    )
    coefficient: Number | None = Field(None, description="the coefficient, above -1 and below 1")
    file: Text | None = Field(
        None, description="CSV file with a whole matrix: the names in its first column and above the others"
    )
    scale: Literal["spearman", "normal"] = Field(
        description="spearman: correlation of ranks; normal: of normal scores (of logarithms, for lognormal figures)"
    )
    names: list[Name] | None = Field(None, description="filled from the file when it is read")
    rows: list[tuple[Number, ...]] | None = Field(None, description="filled from the file when it is read")

    @model_validator(mode="after")
    def _possible(self) -> Correlation:
        if (self.between is None) == (self.file is None):
            raise refuse(both(self.between), "either between and coefficient, or file")
        if (self.between is None) != (self.coefficient is None):
            missing = "between without coefficient" if self.coefficient is None else "coefficient with a file"
            raise refuse(missing, "either between and coefficient, or file")
        twice = next((name for n, name in enumerate(self.between or ()) if name in (self.between or ())[:n]), None)
        if twice is not None:
            raise refuse(f"{twice} twice", "each parameter once", at="between")
        try:
            if self.between is not None and self.coefficient is not None:
                check_coefficient(self.between[0], self.between[1], self.coefficient)
            elif self.names is not None and self.rows is not None:
                correlations_of(self.names, self.rows)
        except ImpossibleDistributionError as error:
            field = "coefficient" if self.between is not None else "file"
            raise refuse(error.found, error.allowed, error.hint, at=field) from None
        return self

    @property
    def members(self) -> list[str]:
        """The parameters."""
        return self.between if self.between is not None else list(self.names or ())

    @property
    def pairs(self) -> Pairs:
        """The coefficient of each pair, as written."""
        if self.coefficient is not None:
            return dict.fromkeys(combinations(self.members, 2), self.coefficient)
        rows = self.rows or []
        numbered = combinations(enumerate(self.members), 2)
        return {(one, other): (rows[i][j] + rows[j][i]) / 2 for (i, one), (j, other) in numbered}

    def to_normal(self, coefficient: float) -> float:
        """The correlation of normal scores that a coefficient stands for.

        Spearman's is 6/pi times the arc sine of half of it (Kruskal 1958, Ordinal measures of association).
        """
        return coefficient if self.scale == "normal" else 2 * math.sin(math.pi * coefficient / 6)

    def from_normal(self, coefficient: float) -> float:
        """The coefficient that stands for a correlation of normal scores."""
        return coefficient if self.scale == "normal" else 6 / math.pi * math.asin(coefficient / 2)


def _marginal(name: str, kind: str, **given: Any) -> Distribution:
    """The distribution that a parameter has by itself.

    Raises
    ------
    ImpossibleDistributionError
        It is none; says of which parameter.
    """
    try:
        return Distribution(kind, given)
    except ImpossibleDistributionError as error:
        raise ImpossibleDistributionError(f"{name}: {error.found}", error.allowed, error.hint) from None


def _same_names(found: Iterable[str], wanted: Iterable[str], field: str) -> None:
    """Check that the names of a field are those of mean."""
    found, wanted = list(found), list(wanted)
    extra = next((name for name in found if name not in wanted), None)
    missing = next((name for name in wanted if name not in found), None)
    if extra is not None:
        raise refuse(f"{extra}, which has no mean", f"the names of mean: {', '.join(wanted)}",
                     did_you_mean(extra, wanted), at=field)  # fmt: skip
    if missing is not None:
        raise refuse(f"nothing for {missing}", f"the names of mean: {', '.join(wanted)}", at=field)
