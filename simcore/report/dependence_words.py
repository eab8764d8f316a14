"""Which figures are drawn together, and how draws are made, in words."""

from __future__ import annotations

from collections.abc import Iterator

from simcore.scenario.check_digits import check_digits
from simcore.scenario.dependence import Correlation, Dirichlet, Joint, MultivariateNormal, Sample
from simcore.scenario.schema import Scenario

_SCALES = {"spearman": "correlation of ranks", "normal": "correlation of normal scores"}
_SAMPLINGS = {"monte_carlo": "", "latin_hypercube": " of Latin hypercubes", "sobol": " at Sobol' points"}


def dependence_lines(scenario: Scenario) -> Iterator[str]:
    """The groups of figures that are drawn together, a line for each."""
    for name, joint in scenario.joint.items():
        about = f" ({joint.about})" if joint.about else ""
        yield f"  {name}{about}: {', '.join(joint.members)}, {joint_words(joint)}."
    for entry in scenario.correlations:
        about = f" ({entry.about})" if entry.about else ""
        yield f"  {', '.join(entry.members)}{about}: {correlation_words(entry)}."


def joint_words(joint: Joint) -> str:
    """How the parameters of an entry are drawn."""
    match joint.distribution:
        case MultivariateNormal():
            words = "multivariate normal"
        case Dirichlet():
            words = "shares of a whole (Dirichlet)"
        case Sample() as sample:
            words = f"one of {len(sample.rows or ()):,} rows of {sample.file}"
    return f"{words} (check digits {check_digits(joint.distribution.model_dump(mode='json'))})"


def correlation_words(entry: Correlation) -> str:
    """How strongly the parameters of an entry hang together."""
    scale = _SCALES[entry.scale]
    if entry.coefficient is None:
        digits = check_digits([entry.names, entry.rows])
        return f"{scale.replace('correlation', 'correlations')} in {entry.file} (check digits {digits})"
    return f"{scale} {entry.coefficient:g}{' between any two' if len(entry.members) > 2 else ''}"


def sampling_words(scenario: Scenario) -> str:
    """How the points of the draws are chosen, after their number; nothing where by chance alone."""
    return _SAMPLINGS[scenario.sampling]
