"""A worked example for researchers: from a shipped case to an answer of one's own, in Python."""

# %% [markdown]
# # Working with simcore in Python
#
# This file is a notebook: editors show each part that begins with `# %%` as a cell, `jupytext --to notebook
# worked_example.py` makes a notebook file of it, and `python worked_example.py` runs it from above to below in
# less than a minute.
#
# The question: a municipality wonders whether to pay for a team against early school leaving. What does the answer
# look like with its own figures, what does it rest on, and what would change it?

# %%
from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt
import numpy as np

import simcore

here = Path(mkdtemp(prefix="simcore_"))  # where this example writes; take a folder of your own instead

# %% [markdown]
# ## Read a case
#
# A scenario is data: lives, figures with their sources, prices, actors, programmes. In a notebook it shows itself.

# %%
shipped = simcore.read_scenario("school_dropout")
shipped  # noqa: B018 (shown by a notebook)

# %% [markdown]
# Everything in it can be looked at. Each figure says what it is, how uncertain, and where it comes from:

# %%
cost = shipped.scenario.parameters["cost_team_year"]
print(cost.about, cost.unit, cost.price_year, cost.distribution.written, cost.source, sep="\n")

# %% [markdown]
# ## Change figures
#
# `simcore.new_case` writes a folder with a commented file to edit, in which what a municipality may know better is laid
# out. A program writes the change itself: everything that is not named stays as in the case that is extended, and each
# figure says where it comes from.

# %%
commented = simcore.new_case(here / "to_edit", "school_dropout", title="Our municipality")
print("\n".join(commented.read_text(encoding="utf-8").splitlines()[:12]))

# %%
(here / "ours").mkdir()
(here / "ours" / "scenario.yaml").write_text(
    """
extends: school_dropout
title: Fewer leave school without an exam in our municipality
change:
  population: {target_group: 80}
  parameters:
    cost_team_year:
      distribution: {lognormal: {median: 22000, interval_95: [18000, 27000]}}
      price_year: 2024
      source: {assumption: "made up for this example: a team's budget divided by its pupils"}
""",
    encoding="utf-8",
)
case = simcore.read_scenario(here / "ours")
case  # noqa: B018 (shown by a notebook)

# %% [markdown]
# ## Who is where, before anything is compared
#
# A model whose people do not live as people do need not be asked anything. The functions called `draw_...` draw into
# axes that are yours: sizes, titles, colours and everything else can be changed afterwards with matplotlib.

# %%
situations = simcore.situations(case)
figure, panels = plt.subplots(1, 2, figsize=(11, 3.2), layout="constrained")
for axes, domain in zip(panels, ("education", "work"), strict=True):
    simcore.draw_life_course(axes, situations, domain)

# %% [markdown]
# ## Simulate
#
# A *draw* is one joint sample of all uncertain figures: what we do not know. The exact engine follows the distribution
# of lives instead of single ones, so that nothing in the results is luck; `engine="sampled"`, the default, samples
# lives, and tells luck and ignorance apart.

# %%
results = simcore.simulate(case, draws=400, engine="expected")
simcore.show(results)

# %% [markdown]
# `results` is an xarray Dataset that describes itself. `summarise` and the other functions take it and give Datasets;
# `to_pandas` and `to_dataframe` make tables of them. Money is per person, in prices of one year, as present value.

# %%
summary = simcore.summarise(results)
table = summary.sel(intervention="team")[["avoided_cost", "programme_cost", "net_saving", "probability_net_saving"]]
print(table.to_dataframe().drop(columns="intervention").round(2).to_string())

# %% [markdown]
# ## Figures in one's own style

# %%
with plt.style.context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    simcore.draw_avoided_costs(left, results, "team")
    left.set_title("Whom the team saves what", loc="left", fontweight="bold")
    simcore.draw_cumulative_saving(right, results, "team", colour="#009E73")
    simcore.draw_cumulative_saving(right, results, "team", actor="municipality", colour="#D55E00")
    right.set_title("The municipality pays, others gain", loc="left", fontweight="bold")
    right.legend(frameon=False, loc="upper left")
figure.savefig(here / "own_style.pdf")

# %% [markdown]
# ## What the answer rests on
#
# One figure at a time, from its 5th to its 95th percentile, for the prices (which needs no new simulation), and over
# all draws together the partial rank correlation of every figure with the net saving of society.

# %%
changes = simcore.tornado_of_prices(results)
figure, axes = plt.subplots(figsize=(9, 4), layout="constrained")
simcore.draw_drivers(axes, changes, case, "team", rows=6)

# %%
saving = simcore.net_saving(results).sel(intervention="team").sum("actor")  # society is the sum over all actors
correlation = simcore.rank_correlation(saving, results["parameter_value"])["rank_correlation"].to_series()
print(correlation.sort_values(key=abs, ascending=False).head(6).round(2))

# %% [markdown]
# ## What is worth finding out before deciding
#
# The most that it is worth to know everything (EVPI), or one figure (EVPPI), per person: what the better decision
# would be worth, in the futures in which it is another one.

# %%
benefit = simcore.net_benefit(results).sel(actor=["municipality", "society"])
print(simcore.evpi(benefit)[["best", "probability_best", "evpi"]].to_dataframe().round(2))
worth = simcore.evppi(benefit.sel(actor="society"), results["parameter_value"], ["or_team", "cost_team_year"])
print(worth["evppi"].to_series().round(0))

# %% [markdown]
# ## Decide
#
# Who pays, who gains, when the money is back, and what it costs that each payer decides alone and for one year.

# %%
gains = simcore.who_gains(results)
print(gains["net_saving"].transpose("actor", "intervention").to_pandas().round(-2))
back = simcore.payback(results, actors=["municipality", "society"])
print("never paid back:", back["never"].to_pandas().round(2), sep="\n")

# %%
worlds = simcore.price_of_silos(results, budget_years=3)
print(worlds["chosen"].to_pandas(), worlds["loss"].to_pandas().round(-2), sep="\n")
print(simcore.ranking(results)[["net_present_value", "benefit_cost_ratio"]].to_dataframe().round(2))

# %% [markdown]
# ## Questions of one's own
#
# Net savings are arrays over draws, so any question is a line of xarray or pandas. How often does society gain while
# the municipality loses? When does the gain come? What if the effect is stronger than we think?

# %%
per_draw = simcore.net_saving(results).sel(intervention="team")
torn = (per_draw.sum("actor") > 0) & (per_draw.sel(actor="municipality") < 0)
print(f"society gains and the municipality loses in {100 * float(torn.mean()):.0f} % of the futures")

# %%
path = simcore.cumulative_net_saving(results).sel(intervention="team", actor="society").mean("draw")
print(path.isel(year=[0, 4, 9, 19, -1]).to_series().round(-2))

# %%
values = results["parameter_value"].to_pandas()
strong = values["or_team"] < values["or_team"].median()
by_effect = saving.to_series().groupby(np.where(strong.to_numpy(), "stronger effect", "weaker effect"))
print(by_effect.agg(["mean", "min", "max"]).round(-2))

# %% [markdown]
# ## Other prices for the same lives
#
# What was counted is stored, so that prices, discount rates and payers can be changed without simulating again.

# %%
dearer = simcore.reprice(
    results,
    change={
        "discount": {"money": 0.05},
        "parameters": {"cost_team_year": {"distribution": {"fixed": 30_000}, "source": {"assumption": "to see"}}},
    },
)
for name, run in {"as it stands": results, "dearer, 5 %": dearer}.items():
    net = simcore.summarise(run)["net_saving"].sel(intervention="team", actor="society")
    print(f"{name:<14}{float(net):>10,.0f} per pupil")

# %% [markdown]
# ## Keep it, and hand it on
#
# A results folder has all that it takes to run it again; a report is one web page, or a workbook, in English or
# Swedish. `simcore.show_report(results)` shows the page inside the notebook.

# %%
simcore.save_results(results, here / "results")
simcore.save_report(results, here / "report.html", language="sv")
kept = simcore.open_results(here / "results")
assert float(simcore.net_saving(kept).sum()) == float(simcore.net_saving(results).sum())
print(sorted(path.name for path in here.iterdir()))
