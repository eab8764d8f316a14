"""A small scenario whose target statistics are known in closed form, for tests of the fit."""

import numpy as np

CASE = """
title: Two states and their targets
population:
  persons: 1000
  target_group: 10
  start: {age: 20, year: 2025}
  horizon: {years: 11}
  start_states: {work: outside}
domains:
  work:
    states: [outside, employed]
    moves:
      outside -> employed: {probability: p_job}
      employed -> outside: {probability: p_loss}
strategies: {usual: []}
comparator: usual
parameters:
  p_job:
    about: finds work
    distribution: {beta: {mean: 0.3, sd: 0.1}}
    unit: probability per year
    source: {assumption: "made up, 0.1 to 0.6"}
  p_loss:
    about: loses it
    distribution: {beta: {mean: 0.1, sd: 0.05}}
    unit: probability per year
    source: {assumption: "made up, 0.02 to 0.3"}
calibration:
  about: a made-up fit
  free: [p_job, p_loss]
  populations:
    workers:
      about: those who begin in work
      change: {population: {start_states: {work: employed}}}
  targets:
    after_one:
      about: in work after one year
      count: {while: {work: employed, age: 21}}
      of: {while: {age: 21}}
      observed: 0.3
      sample_size: 400
      unit: share
      source: {assumption: made up}
    after_ten:
      about: in work after ten years
      count: {while: {work: employed, age: 30}}
      observed: 0.7
      standard_error: 0.03
      model_error: 0.02
      unit: share
      source: {assumption: made up}
    still_in_work:
      about: still or again in work after three years
      population: workers
      count: {while: {work: employed, age: 23}}
      observed: 0.8
      standard_error: 0.03
      use: validate
      unit: share
      source: {assumption: made up}
    losses:
      about: jobs lost in a year of work
      population: workers
      count: {move: work.employed -> outside}
      of: {while: {work: employed}}
      observed: 0.1
      standard_error: 0.02
      use: validate
      unit: rate per year
      source: {assumption: made up}
"""


def chain(p_job, p_loss, start, years):
    """Share in work after some years of a two-state chain."""
    level, left = p_job / (p_job + p_loss), (1 - p_job - p_loss) ** years
    return level + (start - level) * left


def statistics(parameters):
    """The targets of `CASE` in closed form (row, target)."""
    p_job, p_loss = parameters["p_job"], parameters["p_loss"]
    in_work = [chain(p_job, p_loss, 1.0, year) for year in range(11)]
    return np.stack(
        [
            chain(p_job, p_loss, 0.0, 1),
            chain(p_job, p_loss, 0.0, 10),
            chain(p_job, p_loss, 1.0, 3),
            sum(in_work) * p_loss / sum(in_work),
        ],
        axis=1,
    )
