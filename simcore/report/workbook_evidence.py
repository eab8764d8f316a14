"""Sheets about how sure it is: what drives the answer, how good its figures are, and what is luck."""

from __future__ import annotations

import numpy as np
import xarray as xr

from simcore.analysis.avoided_cost import contrast, counted_kinds, of_kinds, saved, with_views
from simcore.analysis.evidence import QUALITIES, priced_by_quality, uncertainty_by_parameter, uncertainty_by_quality
from simcore.analysis.luck import varying_figures
from simcore.analysis.prediction import can_predict, summarise_group_saving
from simcore.analysis.two_orders import contrast_variances, mean_and_error
from simcore.report.quality import line_quality, parameter_quality
from simcore.report.workbook_rows import Cell, Sheet, SheetWords, Values

#: Figures that carry less of the spread are left out.
_LEAST_SHARE = 0.0005
_REST = "rest"


class EvidenceSheets(SheetWords):
    """A method for each sheet."""

    def sheets(self) -> list[Sheet]:
        """All that there are, in order."""
        return [self.drivers(), self.quality(), self.luck()]

    def _rest(self) -> str:
        """What figures leave of the spread."""
        return self.tell("rest_exact" if self.results.attrs["engine"] == "expected" else "rest")

    # -- what drives it -------------------------------------------------------------------------

    def drivers(self) -> Sheet:
        """Share of the spread that comes from each figure, the largest first."""
        shares, quality = uncertainty_by_parameter(self.results), parameter_quality(self.scenario)
        rows: list[list[Cell]] = []
        for name, of_it in zip(shares["intervention"].values, shares.values, strict=True):
            if len(of_it) == 0 or np.isnan(of_it).any():
                continue
            in_order = sorted(zip(shares["parameter"].values, of_it, strict=True), key=lambda of: -of[1])
            for figure, share in in_order:
                if share >= _LEAST_SHARE:
                    entry = self.scenario.parameters.get(str(figure))
                    about = [entry.about, self.language.unit(entry.unit)] if entry is not None else [None, None]
                    grade = self.grade_of(quality[str(figure)])
                    rows.append([self.strategy(str(name)), str(figure), *about, float(share), grade])
            rest = max(1.0 - float(of_it.sum()), 0.0)
            rows.append([self.strategy(str(name)), self._rest(), None, None, rest, None])
        notes = [self.tell("drivers_note")]
        if not rows:
            certain = varying_figures(self.results).sizes["parameter"] == 0
            few = shares.sizes["parameter"] and self.results.sizes["draw"] < 3 * shares.sizes["parameter"]
            notes = [self.tell("nothing_uncertain" if certain else "few_draws" if few else "nothing_changes")]
        heads = [
            *self.label_columns("intervention"), self.head_of("figure", "text"), self.head_of("about", "long"),
            self.head_of("unit", "text"), self.head_of("spread_share", "fine_share"), self.head_of("grade", "text"),
        ]  # fmt: skip
        return self.sheet("drivers", heads, rows, notes, unit=self.tell("share_of_variance"), labels=2)

    def quality(self) -> Sheet:
        """How much of the answer rests on figures of each grade."""
        spread = uncertainty_by_quality(self.results, parameter_quality(self.scenario))
        money = priced_by_quality(self.results, line_quality(self.scenario))
        rows = []
        for name in self.interventions:
            for grade in (*QUALITIES, _REST):
                of_spread = self.cell(spread.sel(intervention=name, quality=grade), "fine_share")
                of_money = None if grade == _REST else self.cell(money.sel(intervention=name, quality=grade), "share")
                label = self._rest() if grade == _REST else self.grade_of(grade)
                rows.append([self.strategy(name), label, of_spread, of_money])
        heads = [
            *self.label_columns("intervention"), self.head_of("grade", "text"),
            self.head_of("spread_share", "fine_share"), self.head_of("money_share", "fine_share"),
        ]  # fmt: skip
        return self.sheet("quality", heads, rows, [self.tell("quality_note"), self.tell("empty")], labels=2)

    def luck(self) -> Sheet:
        """What may happen to the target group, by luck and by what is not known."""
        also = tuple(self.found.question.also)
        parts = group_variances(self.results, also)
        ignorance, luck = parts["ignorance"] ** 0.5, parts["luck"] ** 0.5
        target = float(self.results.attrs["target_group"])
        expected = mean_and_error(contrast(self.results, "net_saving", also=also))[0] * target
        both = parts["ignorance"] + parts["luck"]
        columns: list[Values] = [
            (self.head_of("expected_net", "change"), expected),
            (self.head_of("sd_ignorance", "money"), ignorance),
            (self.head_of("sd_luck", "money"), luck),
            (self.head_of("sd_both", "money"), both**0.5),
            (self.head_of("luck_share", "share"), parts["luck"] / both.where(both > 0)),
        ]
        notes = [self.tell("luck_note"), self.tell("sums"), self.tell("empty")]
        if can_predict(self.results):
            group = summarise_group_saving(self.results, also=also)
            columns += [
                (self.head_of("may_happen", "change", share=self.percent(float(of))),
                 group["group_net_saving_quantile"].sel(quantile=of))
                for of in group["quantile"].values
            ]  # fmt: skip
            columns.append((self.head_of("group_saves", "share"), group["probability_group_saves"]))
        else:
            exact = self.results.attrs["engine"] == "expected"
            notes.insert(1, self.tell("luck_exact" if exact else "luck_few"))
        dims = ("intervention", "actor")
        heads = [*self.label_columns(*dims), *(column for column, _ in columns)]
        unit = self.unit_of_all("for_group")
        return self.sheet("luck", heads, self.rows_of(dims, columns), notes, unit=unit, labels=2)


def group_variances(results: xr.Dataset, also: tuple[str, ...] = ()) -> xr.Dataset:
    """Variance of what the target group saves: by what is not known, and by luck between its persons.

    Parameters
    ----------
    results
        From `simulate` or `open_results`.
    also
        Kinds of cost that are counted only on request.

    Returns
    -------
    Dataset (intervention, actor), views included, with ``ignorance`` and ``luck`` [squared money for the whole target
    group]. Luck is not a number in results of the exact engine, which has none, nor of a single draw.

    Notes
    -----
    The mean of N persons of a draw has 1/N of the variance of one person, and the sum over T persons T times it. What
    single events cost beyond what is expected (``spread``) has a mean of nothing in each draw, whatever happens in it,
    so that its variance over draws is luck, and adds.

    Examples
    --------
    >>> from simcore.report.workbook_evidence import group_variances
    >>> results = simcore.simulate(simcore.read_scenario("textbook_chain"), draws=20, persons=50)
    >>> sorted(group_variances(results).data_vars)
    ['ignorance', 'luck']
    """
    target = float(results.attrs["target_group"])
    persons = float(results["part_size"].sel(part=["half_0", "half_1"]).sum())
    parts = contrast_variances(results, "net_saving", also=also)
    luck = parts["luck"] * (target * persons)
    if results.attrs["engine"] == "expected":
        luck = luck * np.nan
    elif "spread_present_value" in results:
        spread = with_views(saved(results, of_kinds(results["spread_present_value"], counted_kinds(also))), results)
        luck = luck + spread.var("draw", ddof=1) * target**2
    return xr.Dataset({"ignorance": parts["parameter"] * target**2, "luck": luck})
