"""Ways to write a distribution, and how the numbers written become a family with its own parameters."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from simcore.errors import did_you_mean, shown
from simcore.uncertainty.families import (
    Beta,
    Family,
    Fixed,
    Gamma,
    LogNormal,
    Normal,
    Pert,
    Triangular,
    TruncatedNormal,
    Uniform,
)
from simcore.uncertainty.fitting import fit_beta, fit_beta_with_mean, fit_gamma, fit_gamma_with_mean, fit_line
from simcore.uncertainty.quantiles import (
    LEVELS_95,
    interval_ends,
    mean_inside,
    quantiles_of,
    require_interval,
    require_near,
    require_positive,
    require_shares,
)
from simcore.uncertainty.refusals import (
    NOT_UNCERTAIN,
    ImpossibleDistributionError,
    check_finite,
    percent_words,
    require,
    rounded,
)
from simcore.uncertainty.steps import Empirical, Mixture
from simcore.uncertainty.truncation import FARTHEST, solve_truncated, widest

#: Two-sided 95 % quantile of the standard normal distribution.
_Z95 = 1.959963984540054

#: name -> ways to write it; each way is the exact set of fields it needs.
FORMS: dict[str, tuple[tuple[str, ...], ...]] = {
    "fixed": (("value",),),
    "normal": (("mean", "sd"), ("mean", "interval_95"), ("quantiles",)),
    "truncated_normal": (
        ("mean", "sd", "min"),
        ("mean", "sd", "max"),
        ("mean", "sd", "min", "max"),
        ("location", "scale", "min"),
        ("location", "scale", "max"),
        ("location", "scale", "min", "max"),
    ),
    "lognormal": (
        ("mean", "sd"),
        ("median", "interval_95"),
        ("mean", "interval_95"),
        ("interval_95",),
        ("log_mean", "log_sd"),
        ("quantiles",),
    ),
    "beta": (
        ("mean", "sd"),
        ("alpha", "beta"),
        ("events", "of"),
        ("mean", "interval_95"),
        ("interval_95",),
        ("quantiles",),
    ),
    "gamma": (
        ("mean", "sd"),
        ("shape", "scale"),
        ("events", "exposure"),
        ("mean", "interval_95"),
        ("interval_95",),
        ("quantiles",),
    ),
    "uniform": (("min", "max"),),
    "triangular": (("min", "mode", "max"),),
    "pert": (("min", "mode", "max"),),
    "empirical": (("file",), ("values",), ("values", "weights")),
    "mixture": (("point", "share", "rest"),),
}
#: Of an empirical distribution from a file: its rows as read, (value, weight, line) each.
ROWS = "rows"


def written_as(name: str) -> str:
    """The ways to write a distribution: ``{mean, sd} or {mean, interval_95}``."""
    return " or ".join("{" + ", ".join(form) + "}" for form in FORMS[name])


def family_of(name: str, given: dict[str, Any]) -> Family:
    """Turn a distribution as written into its family.

    Parameters
    ----------
    name
        One of the keys of `FORMS`.
    given
        The fields as written.

    Raises
    ------
    ImpossibleDistributionError
        The fields are not one of the ways to write it, or their numbers contradict each other or the distribution.
    """
    if name not in FORMS:
        raise ImpossibleDistributionError(name, f"one of {', '.join(FORMS)}", did_you_mean(name, FORMS))
    fields = [field for field in given if field != ROWS]
    if set(fields) not in [set(form) for form in FORMS[name]]:
        raise ImpossibleDistributionError("{" + ", ".join(map(str, fields)) + "}", written_as(name))
    for field, number in given.items():
        if field not in ("file", ROWS, "rest"):
            check_finite(field, number)
    try:
        family = _READERS[name](given)
        mean, sd = family.mean, family.sd
    except (OverflowError, ZeroDivisionError):
        mean = sd = math.inf
    require(
        math.isfinite(mean) and math.isfinite(sd) and (sd > 0 or name == "fixed"),
        shown(given),
        "a distribution whose mean and sd are numbers that a computer can hold, with sd above 0",
    )
    return family


# --- one reader for each name ------------------------------------------------------------------


def _fixed(given: dict[str, Any]) -> Family:
    return Fixed(float(given["value"]))


def _normal(given: dict[str, Any]) -> Family:
    if "quantiles" in given:
        values, levels = quantiles_of(given)
        return require_near("normal", Normal(*fit_line(values, levels)), values, levels)
    mean = float(given["mean"])
    if "interval_95" in given:
        low, high = interval_ends(given["interval_95"])
        require(
            abs(low + high - 2 * mean) <= 0.2 * (high - low),
            f"the mean {mean:g} away from the middle of {low:g} to {high:g}",
            "an interval that is symmetric around the mean within a tenth of its width",
        )
        return Normal(mean, (high - low) / (2 * _Z95))
    sd = float(given["sd"])
    require(sd > 0, f"sd {sd:g}", "sd > 0", NOT_UNCERTAIN)
    return Normal(mean, sd)


def _truncated_normal(given: dict[str, Any]) -> Family:
    low, high = float(given.get("min", -math.inf)), float(given.get("max", math.inf))
    require(low < high, f"min {low:g}, max {high:g}", "min < max")
    ends = " and ".join(f"{end} {given[end]:g}" for end in ("min", "max") if end in given)
    if "location" in given:
        location, scale = float(given["location"]), float(given["scale"])
        require(scale > 0, f"scale {scale:g}", "scale > 0", NOT_UNCERTAIN)
        require(
            low - location <= FARTHEST * scale and location - high <= FARTHEST * scale,
            f"location {location:g}, scale {scale:g} with {ends}",
            f"ends of which one is at most {FARTHEST:g} scales away from the location, or on its other side",
            "give mean and sd of the truncated distribution itself",
        )
        return TruncatedNormal(location, scale, low, high)
    mean, sd = float(given["mean"]), float(given["sd"])
    inside = " < ".join(["min"] * ("min" in given) + ["mean"] + ["max"] * ("max" in given))
    require(low < mean < high, f"mean {mean:g} with {ends}", inside)
    require(sd > 0, f"sd {sd:g}", "sd > 0", NOT_UNCERTAIN)
    limit = widest(mean, low, high)
    solved = solve_truncated(mean, sd, low, high) if sd < limit else None
    if solved is None:
        rule = f"sd < {'mean - min' if 'min' in given else 'max - mean'}, here below {rounded(limit)}"
        if "min" in given and "max" in given:
            rule = f"sd below {rounded(limit)}, as all normal distributions with this mean have between these ends"
        hint = "take a gamma or lognormal distribution, which may be wider" if "max" not in given else ""
        raise ImpossibleDistributionError(f"mean {mean:g} and sd {sd:g} with {ends}", rule, hint)
    return TruncatedNormal(*solved, low, high)


def _lognormal(given: dict[str, Any]) -> Family:
    if "quantiles" in given:
        values, levels = quantiles_of(given)
        require_positive(values, "lognormal")
        return require_near("lognormal", LogNormal(*fit_line(np.log(values), levels)), values, levels)
    if "log_mean" in given:
        log_mean, log_sd = float(given["log_mean"]), float(given["log_sd"])
        require(log_sd > 0, f"log_sd {log_sd:g}", "log_sd > 0")
        return LogNormal(log_mean, log_sd)
    centre = given.get("mean", given.get("median"))
    if centre is not None:
        require(centre > 0, f"a centre of {centre:g}", "mean or median > 0")
    if centre is not None and "sd" in given:
        sd = float(given["sd"])
        require(sd > 0, f"sd {sd:g}", "sd > 0", NOT_UNCERTAIN)
        variance = math.log1p((sd / centre) ** 2)
        return LogNormal(math.log(centre) - variance / 2, math.sqrt(variance))
    low, high = interval_ends(given["interval_95"])
    require(low > 0, f"the lower end {low:g}", "an interval above 0")
    log_sd = (math.log(high) - math.log(low)) / (2 * _Z95)
    if centre is None:
        return LogNormal((math.log(low) + math.log(high)) / 2, log_sd)
    name = "mean" if "mean" in given else "median"
    require(low < centre < high, f"a {name} of {centre:g} outside {low:g} to {high:g}", f"a {name} in its interval")
    log_mean = math.log(centre) - log_sd**2 / 2 if "mean" in given else math.log(centre)
    off = abs(math.log(low) + math.log(high) - 2 * log_mean)
    expected = math.sqrt(low) * math.sqrt(high) * (math.exp(log_sd**2 / 2) if "mean" in given else 1.0)
    require(
        off <= 0.2 * (math.log(high) - math.log(low)),
        f"a {name} of {centre:g} with the interval {low:g} to {high:g}",
        f"a {name} near {expected:.3g}, where a lognormal distribution with this interval has it",
        "give the interval alone, or log_mean and log_sd",
    )
    return LogNormal(log_mean, log_sd)


def _beta(given: dict[str, Any]) -> Family:
    if "events" in given:
        events, of = float(given["events"]), float(given["of"])
        require(0 < events < of, f"{events:g} events of {of:g}", "0 < events < of")
        return Beta(events, of - events)
    if "alpha" in given:
        alpha, beta = float(given["alpha"]), float(given["beta"])
        require(alpha > 0 and beta > 0, f"alpha {alpha:g}, beta {beta:g}", "alpha > 0 and beta > 0")
        return Beta(alpha, beta)
    if "quantiles" in given:
        values, levels = quantiles_of(given)
        require_shares(values)
        return require_near("beta", fit_beta(values, levels), values, levels)
    if "mean" in given:
        mean = float(given["mean"])
        require(0 < mean < 1, f"{mean:g}", "a probability, 0 to 1", percent_words(mean))
    if "interval_95" in given:
        pair = interval_ends(given["interval_95"])
        require_shares(pair)
        if "mean" not in given:
            return require_near("beta", fit_beta(pair, LEVELS_95), [*pair], [*LEVELS_95])
        return require_interval("beta", fit_beta_with_mean(mean_inside(given, pair), pair, LEVELS_95), pair)
    sd = float(given["sd"])
    require(
        0 < sd**2 < mean * (1 - mean),
        f"mean {mean:g} with sd {sd:g}",
        f"0 < sd² < mean · (1 - mean), here sd below {math.sqrt(mean * (1 - mean)):.4g}",
    )
    size = mean * (1 - mean) / sd**2 - 1
    return Beta(mean * size, (1 - mean) * size)


def _gamma(given: dict[str, Any]) -> Family:
    if "shape" in given:
        shape, scale = float(given["shape"]), float(given["scale"])
        require(shape > 0 and scale > 0, f"shape {shape:g}, scale {scale:g}", "shape > 0 and scale > 0")
        return Gamma(shape, scale)
    if "events" in given:
        events, exposure = float(given["events"]), float(given["exposure"])
        found = f"{events:g} events in an exposure of {exposure:g}"
        require(events > 0 and exposure > 0, found, "events > 0 and exposure > 0")
        return Gamma(events, 1 / exposure)
    if "quantiles" in given:
        values, levels = quantiles_of(given)
        require_positive(values, "gamma")
        return require_near("gamma", fit_gamma(values, levels), values, levels)
    if "interval_95" in given:
        pair = interval_ends(given["interval_95"])
        require_positive(pair, "gamma")
        if "mean" not in given:
            return require_near("gamma", fit_gamma(pair, LEVELS_95), [*pair], [*LEVELS_95])
        return require_interval("gamma", fit_gamma_with_mean(mean_inside(given, pair), pair, LEVELS_95), pair)
    mean, sd = float(given["mean"]), float(given["sd"])
    require(mean > 0 and sd > 0, f"mean {mean:g}, sd {sd:g}", "mean > 0 and sd > 0", NOT_UNCERTAIN if sd == 0 else "")
    return Gamma((mean / sd) ** 2, sd**2 / mean)


def _uniform(given: dict[str, Any]) -> Family:
    low, high = float(given["min"]), float(given["max"])
    require(low < high, f"min {low:g}, max {high:g}", "min < max")
    return Uniform(low, high)


def _three_points(given: dict[str, Any]) -> tuple[float, float, float]:
    low, mode, high = float(given["min"]), float(given["mode"]), float(given["max"])
    require(
        low <= mode <= high and low < high, f"min {low:g}, mode {mode:g}, max {high:g}", "min <= mode <= max, min < max"
    )
    return low, mode, high


def _triangular(given: dict[str, Any]) -> Family:
    return Triangular(*_three_points(given))


def _pert(given: dict[str, Any]) -> Family:
    return Pert(*_three_points(given))


def _empirical(given: dict[str, Any]) -> Family:
    values, weights = given.get("values", ()), given.get("weights")
    if "file" in given:
        rows = given.get(ROWS) or ()
        require(bool(rows), f"the file {given['file']} without its rows", "a file that has been read, or values")
        values, weights = [value for value, *_ in rows], [weight for _, weight, *_ in rows]
    require(isinstance(values, list | tuple), f"values: {shown(values)}", "a list of numbers")
    weights = [1.0] * len(values) if weights is None else weights
    require(isinstance(weights, list | tuple), f"weights: {shown(weights)}", "a list of numbers")
    found = f"{len(weights)} weights for {len(values)} values"
    require(len(weights) == len(values), found, "a weight for each value")
    for weight in weights:
        require(weight >= 0, f"a weight of {weight:g}", "weights of at least 0")
    likely = {float(value) for value, weight in zip(values, weights, strict=True) if weight > 0}
    allowed = "at least two different values with a weight above 0"
    require(len(likely) > 0, "no value with a weight above 0" if len(values) else "no values", allowed)
    require(len(likely) > 1, f"the value {max(likely, default=0.0):g} alone", allowed, NOT_UNCERTAIN)
    return Empirical([float(value) for value in values], [float(weight) for weight in weights])


def _mixture(given: dict[str, Any]) -> Family:
    point, share, rest = float(given["point"]), float(given["share"]), given["rest"]
    require(0 < share < 1, f"share {share:g}", "0 < share < 1", percent_words(share))
    allowed = "one distribution by name: {lognormal: {median: 2.0, interval_95: [1.0, 4.0]}}"
    require(isinstance(rest, dict) and len(rest) == 1, f"rest: {shown(rest)}", allowed)
    ((name, numbers),) = rest.items()
    family = family_of(name, numbers)
    require(
        not (isinstance(family, Fixed) and family.value == point),
        f"point {point:g} and the same number for the rest",
        "a rest that is not the point",
        NOT_UNCERTAIN,
    )
    return Mixture(point, share, family)


_READERS: dict[str, Callable[[dict[str, Any]], Family]] = {
    "fixed": _fixed,
    "normal": _normal,
    "truncated_normal": _truncated_normal,
    "lognormal": _lognormal,
    "beta": _beta,
    "gamma": _gamma,
    "uniform": _uniform,
    "triangular": _triangular,
    "pert": _pert,
    "empirical": _empirical,
    "mixture": _mixture,
}
