"""What share of a run is the building of tables, by the number of persons per draw?

Four domains of four states, each with two parents, 60 cycles: 768 thresholds in each draw; and the shipped school
dropout case, which has many more because effects fade.
"""

from __future__ import annotations

from functools import partial

from benchmarks._models import compiled_from, coupled
from benchmarks._timing import Table, in_turn
from simcore.model.compile import compile_scenario
from simcore.model.sampled import simulate_draws, thresholds_of
from simcore.scenario.draws import drawn_parameters
from simcore.scenario.loading import read_scenario

#: Draws whose tables are built at once.
_AT_ONCE = 10


class Tables:
    """Tables alone, and tables and lives."""

    def setup(self, toy: bool) -> None:
        """Compile the models, and draw their parameters."""
        self.draws = 2 if toy else 50
        self.sizes = (100, 200) if toy else (100, 1_000, 10_000)
        compiled = {"four domains": compiled_from(coupled())}
        compiled["school_dropout"] = compile_scenario(read_scenario("school_dropout"))
        self.models = {}
        for name, of in compiled.items():
            drawn = drawn_parameters(of.file, self.draws, seed=1, sampling=None)
            self.models[name] = of, of.values.evaluate(drawn, self.draws)
            self.tables(name)
            self.run(name, 100)

    def tables(self, name: str) -> None:
        """Build the tables of all draws."""
        compiled, values = self.models[name]
        for draw in range(0, self.draws, _AT_ONCE):
            some = range(draw, min(draw + _AT_ONCE, self.draws))
            thresholds_of(compiled, values[some.start : some.stop], some)

    def run(self, name: str, persons: int) -> None:
        """Tables and lives of all draws."""
        compiled, values = self.models[name]
        simulate_draws(compiled, values, persons=range(persons), target_group=1, seed=1)

    def table_shares(self) -> Table:
        """tables alone against tables and lives, one thread"""
        table = {}
        for name, (compiled, _) in self.models.items():
            calls = {"tables": partial(self.tables, name)}
            calls |= {str(size): partial(self.run, name, size) for size in self.sizes}
            found = in_turn(calls)
            table[f"{name}: tables of a draw"] = found["tables"].worked * 1e6 / self.draws, "us"
            table[f"{name}: per threshold"] = found["tables"].worked * 1e9 / self.draws / compiled.n_thresholds, "ns"
            for size in self.sizes:
                table[f"{name}: share of the run, {size:,} persons"] = (
                    found["tables"].worked / found[str(size)].worked,
                    "share",
                )
        return table


SUITES = ["Tables"]
