"""What does each further strategy cost?

Four coupled domains over 50 yearly cycles, with interventions that everybody joins in the first year and that halve the
odds of a move for five years. Persons are simulated under the comparator, and under the other strategies only while
their lives can differ from it. Compared with the comparator alone are one, two and four more strategies; four where
each intervention changes all three moves out of a state, so that a fifth of the lives go another way, and take decades
to come back; the same with three in ten taking part; and four with everybody simulated under each.
"""

from __future__ import annotations

from functools import partial

from benchmarks._models import compiled_from, coupled, means
from benchmarks._timing import Table, in_turn
from simcore.model.sampled import simulate_draws

N_CYCLES = 50


class Strategies:
    """Five strategies of which four differ from the comparator for five of 50 years."""

    def setup(self, toy: bool) -> None:
        """Compile the models, and the kernels."""
        self.persons = 4_000 if toy else 40_000
        some = partial(coupled, cycles=N_CYCLES)
        texts = {
            "the comparator alone": some(),
            "one more, one move changed for 5 of 50 years": some(strategies=1),
            "two more": some(strategies=2),
            "four more": some(strategies=4),
            "four more, three moves changed": some(strategies=4, moves=(1, 2, 3)),
            "four more, three moves changed, three in ten take part": some(strategies=4, moves=(1, 2, 3), uptake=0.3),
        }
        compiled = {name: compiled_from(text) for name, text in texts.items()}
        self.models = {name: (of, means(of)) for name, of in compiled.items()}
        for name in self.models:
            self.run(name)

    def run(self, name: str, everybody: bool = False) -> None:
        """Simulate a model."""
        compiled, values = self.models[name]
        simulate_draws(
            compiled, values, persons=range(self.persons), target_group=1, seed=1, everybody=everybody
        )  # fmt: skip

    def table_strategies(self) -> Table:
        """one thread"""
        calls = {name: partial(self.run, name) for name in self.models}
        calls["four more, everybody simulated under each"] = partial(self.run, "four more", everybody=True)
        found = in_turn(calls)
        alone = found.pop("the comparator alone").worked
        table: Table = {"the comparator alone, per person-cycle": (alone * 1e9 / (self.persons * N_CYCLES), "ns")}
        table |= {name: (time.worked / alone, "times as long") for name, time in found.items()}
        return table


SUITES = ["Strategies"]
