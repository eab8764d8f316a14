"""Net benefits whose worth of information is known on paper: normal figures, and what is lost on a wrong choice."""

import numpy as np
import xarray as xr
from scipy.stats import norm


def unit_loss(mean, sd):
    """What knowing a normal difference between two strategies is worth: s phi(m/s) - |m| Phi(-|m|/s)."""
    return sd * norm.pdf(mean / sd) - abs(mean) * norm.cdf(-abs(mean) / sd)


def benefits(*columns, strategies=("usual", "new", "other"), **further):
    """Net benefits (strategy, draw) of strategies, the first of which is a column of zeros."""
    columns = [np.zeros_like(columns[0]), *columns]
    names = {"strategy": list(strategies[: len(columns)])}
    return xr.DataArray(np.array(columns), names, ("strategy", "draw")).assign_coords(further)


def figures(**columns):
    """Values of figures (draw, parameter)."""
    return xr.DataArray(np.stack(list(columns.values()), 1), {"parameter": list(columns)}, ("draw", "parameter"))


def linear(seed, n, mean, sds=(2.0, 1.0, 0.0), noise=0.0):
    """Two strategies whose difference is a sum of independent normal figures x, y, z and of noise."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(n, len(sds)))
    difference = mean + values @ np.array(sds) + noise * random.normal(size=n)
    return benefits(difference), figures(**dict(zip("xyz", values.T, strict=True)))


def lucky(seed, n, means, root, luck, persons=(50, 50)):
    """Strategies of normal net benefits mean + root @ z, with luck in each half of the persons; sd for one of them."""
    random = np.random.default_rng(seed)
    truth = np.array(means) + random.normal(size=(n, len(root[0]))) @ np.array(root).T
    shape = (2, n, len(means))
    sizes = np.array(persons, dtype=float)
    halves = truth + random.normal(size=shape) * np.array(luck) / np.sqrt(sizes)[:, None, None]
    whole = (halves * sizes[:, None, None]).sum(0) / sizes.sum()
    of_halves = xr.concat([benefits(*half.T) for half in halves], "half").assign_coords(persons=("half", list(persons)))
    return benefits(*whole.T), of_halves, benefits(*truth.T)
