"""What does each further strategy cost?

The model of `benchmarks.lives` over 50 yearly cycles, with four interventions that everybody joins in the first year
and that halve the odds of a move for five years. Persons are simulated under the comparator, and under the other
strategies only while their lives can differ from it. Compared with the comparator alone are all five strategies; the
same where each intervention changes all three moves out of a state, so that a fifth of the lives go another way, and
take decades to come back; the same with three in ten taking part; and all five with everybody simulated under each.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.lives import scenario_text
from simcore.model.compile import compile_scenario
from simcore.model.compiled import Compiled
from simcore.model.sampled import simulate_draws
from simcore.scenario.loading import read_scenario

N_CYCLES, N_STRATEGIES = 50, 4


def with_interventions(uptake: float, moves: tuple[int, ...]) -> str:
    """The same scenario with four interventions, each of them a strategy, that change moves from the first state."""
    text = scenario_text().replace("horizon: {years: 60}", f"horizon: {{years: {N_CYCLES}}}")
    begin, end = text.index("strategies:"), text.index("parameters:")
    entries, strategies = [], ["usual: []"]
    for number in range(N_STRATEGIES):
        effects = ", ".join(
            f"{{move: d{number}.s0 -> s{k}, odds_ratio: half, years: [1, 5], evidence: assumed}}" for k in moves
        )
        entries.append(
            f"  i{number}: {{about: made up, enrol: {{at_age: 20, uptake: uptake}}, effects: [{effects}]}}\n"
        )
        strategies.append(f"with_i{number}: [i{number}]")
    numbers = (
        "  half: {distribution: {fixed: 0.5}, unit: odds ratio, source: {assumption: made up}}\n"
        f"  uptake: {{distribution: {{fixed: {uptake}}}, unit: probability, source: {{assumption: made up}}}}\n"
    )
    return (
        text[:end] + "interventions:\n" + "".join(entries) + text[end:begin] + numbers
        + f"strategies: {{{', '.join(strategies)}}}\ncomparator: usual\n"
    )  # fmt: skip


def compiled_from(text: str) -> Compiled:
    """Compile a scenario given as text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.yaml"
        path.write_text(text)
        return compile_scenario(read_scenario(path))


class Strategies:
    """Five strategies of which four differ from the comparator for five of 50 years."""

    def setup(self, toy: bool) -> None:
        """Compile the models, and the kernels."""
        self.persons = 4_000 if toy else 40_000
        alone = scenario_text().replace("horizon: {years: 60}", f"horizon: {{years: {N_CYCLES}}}")
        self.models = {
            "alone": alone, "one move": with_interventions(1.0, (1,)),
            "three moves": with_interventions(1.0, (1, 2, 3)), "three in ten": with_interventions(0.3, (1, 2, 3)),
        }  # fmt: skip
        self.compiled = {name: compiled_from(text) for name, text in self.models.items()}
        self.values = {name: self.values_of(name) for name in self.compiled}
        for name in self.compiled:
            self.seconds(name, repeat=1)

    def values_of(self, name: str) -> np.ndarray:
        """The numbers of a model in one draw."""
        compiled = self.compiled[name]
        fixed = {key: np.array([entry.mean]) for key, entry in compiled.file.distributions.items()}
        return compiled.values.evaluate(fixed, 1)

    def seconds(self, name: str, everybody: bool = False, repeat: int = 5) -> float:
        """Shortest time of some runs of a model."""
        times = []
        for _ in range(repeat):
            begin = time.perf_counter()
            simulate_draws(
                self.compiled[name], self.values[name], persons=range(self.persons), target_group=1,
                seed=1, everybody=everybody,
            )  # fmt: skip
            times.append(time.perf_counter() - begin)
        return min(times)

    def ratio(self, name: str, everybody: bool = False) -> float:
        """Time of a model against that of the comparator alone."""
        return self.seconds(name, everybody) / self.seconds("alone")

    def track_five_strategies(self) -> float:
        """five strategies against the comparator alone: everybody takes part, one move changed for 5 of 50 years"""
        return self.ratio("one move")

    track_five_strategies.unit = "times"  # type: ignore[attr-defined]

    def track_five_strategies_three_moves(self) -> float:
        """the same, three moves changed"""
        return self.ratio("three moves")

    track_five_strategies_three_moves.unit = "times"  # type: ignore[attr-defined]

    def track_five_strategies_three_in_ten(self) -> float:
        """the same, three moves changed for the three in ten who take part"""
        return self.ratio("three in ten")

    track_five_strategies_three_in_ten.unit = "times"  # type: ignore[attr-defined]

    def track_everybody(self) -> float:
        """five strategies with everybody simulated under each"""
        return self.ratio("one move", everybody=True)

    track_everybody.unit = "times"  # type: ignore[attr-defined]


SUITES = ["Strategies"]
