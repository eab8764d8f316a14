"""The page for decision makers says what the answers support, and no more."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
import xarray as xr

import simcore
from simcore.analysis.once import worked_out_once
from simcore.errors import ResultsError, UnknownNameError
from simcore.report.decision_answers import TOPICS, Answers, Question
from simcore.report.decision_speech import Section
from simcore.report.decision_words import decision_page
from simcore.report.language import Language
from simcore.scenario.loading import ScenarioFile, read_scenario, with_groups

SPACE = "\N{NO-BREAK SPACE}"
ASKED = Question()


@pytest.fixture(scope="module")
def case() -> tuple[xr.Dataset, ScenarioFile]:
    file = with_groups(read_scenario("school_dropout"), ["sex"])
    return simcore.simulate(file, draws=120, persons=60), file


def page_of(
    case: tuple[xr.Dataset, ScenarioFile], question: Question = ASKED, language: str = "en", **made: Any
) -> list[Section]:  # fmt: skip
    """The page, with some answers put in the place of those that are worked out."""
    results, file = case
    with worked_out_once():
        found = Answers(results, file.scenario, question)
        for name, of in made.items():
            found.__dict__[name] = of
        return decision_page(results, file, question, found, Language.of(language))


def said(page: list[Section], heading: str) -> list[str]:
    return [text.replace(SPACE, " ") for section in page if section.heading == heading for text in section.sentences]


def changed(case: tuple[xr.Dataset, ScenarioFile], answer: str, **values: Any) -> xr.Dataset:
    """An answer with some variables filled with other numbers, the same for all."""
    results, file = case
    of = getattr(Answers(results, file.scenario, Question()), answer).copy(deep=True)
    for name, value in values.items():
        array = np.asarray(value, dtype=float)
        of[name] = of[name].copy(data=np.broadcast_to(array, of[name].shape).copy())
    return of


def payback_of(case: tuple[xr.Dataset, ScenarioFile], by: dict[int, float]) -> xr.Dataset:
    """Payback whose probability rises to what is given in some years."""
    years = case[0]["year"].values
    paid_back = np.zeros(len(years))
    for year, probability in by.items():
        paid_back[years >= year] = probability
    return changed(case, "payback", paid_back=paid_back, never=1 - paid_back[-1], settled=1.0)


def test_when_the_money_is_back(case: tuple[xr.Dataset, ScenarioFile]) -> None:
    page = page_of(case, payback=payback_of(case, {2034: 0.94}))
    expected = (
        "Counted as present value, Municipality has its money back for good by 2034 in 94 of 100 "
        "futures, and never up to 2072 in 6."
    )
    assert expected in said(page, "Attendance team")
    page = page_of(case, payback=payback_of(case, {2028: 0.5, 2034: 0.86, 2050: 0.9}))
    expected = (
        "Counted as present value, Municipality has its money back for good by 2028 in 50 of 100 "
        "futures, by 2034 in 86, "
        "later in 4, and never up to 2072 in 10."
    )
    assert expected in said(page, "Attendance team")
    page = page_of(case, language="sv", payback=payback_of(case, {2034: 0.94}))
    expected = (
        "Räknat som nuvärde har Kommunen fått tillbaka pengarna varaktigt senast 2034 i 94 av 100 "
        "framtider, och aldrig "
        "till och med 2072 i 6."
    )
    assert expected in said(page, "Närvaroteam")


def test_money_that_is_back_always_or_never(case: tuple[xr.Dataset, ScenarioFile]) -> None:
    page = page_of(case, payback=payback_of(case, {2030: 1.0}))
    expected = "Counted as present value, Municipality has its money back for good by 2030 in every future calculated."
    assert expected in said(page, "Attendance team")
    page = page_of(case, payback=payback_of(case, {}))
    assert (
        "Counted as present value, Municipality does not have its money back by 2072 in any future calculated."
        in said(page, "Attendance team")
    )


def test_what_luck_hides_is_not_said(case: tuple[xr.Dataset, ScenarioFile]) -> None:
    hidden = payback_of(case, {2034: 0.94})
    hidden["settled"] = hidden["settled"] * 0 > 0
    page = page_of(case, payback=hidden)
    words = said(page, "Attendance team")
    assert "The simulation is too small to show when Municipality has its money back." in words
    assert not [sentence for sentence in words if "back for good" in sentence]
    gains = changed(case, "who_gains", net_saving_quantile=math.nan, probability_within=math.nan)
    words = said(page_of(case, who_gains=gains), "Attendance team")
    assert "The simulation is too small to show what society gains or loses: more persons tell." in words
    assert not [sentence for sentence in words if "It is a gain in" in sentence]


def test_counts_of_futures_add_up(case: tuple[xr.Dataset, ScenarioFile]) -> None:
    """Shares of 33.4, 33.3 and 33.3 % are 34, 33 and 33 of 100."""
    page = page_of(case, payback=payback_of(case, {2030: 0.3, 2034: 0.334, 2060: 0.667}))
    expected = "by 2034 in 34 of 100 futures, by 2060 in 67, and never up to 2072 in 33."
    whole = f"Counted as present value, Municipality has its money back for good {expected}"
    assert whole in said(page, "Attendance team")


def test_what_is_too_rare_for_a_number_of_a_hundred(case: tuple[xr.Dataset, ScenarioFile]) -> None:
    page = page_of(case, payback=payback_of(case, {2034: 0.003}))
    begins = "Counted as present value, Municipality has its money back for good by 2072"
    assert f"{begins} in fewer than 1 of 100 futures." in said(page, "Attendance team")
    page = page_of(case, payback=payback_of(case, {2034: 0.997}))
    assert f"{begins} in more than 99 of 100 futures." in said(page, "Attendance team")


def test_who_gains_most_where_not_all_are_settled(case: tuple[xr.Dataset, ScenarioFile]) -> None:
    """The household gains most, but with an error as large; the state's gain is settled."""
    gains = changed(case, "who_gains", net_saving=0.0, net_saving_mcse=1.0)
    for actor, net, error in (("household", 1000.0, 1000.0), ("state", 500.0, 1.0), ("municipality", -300.0, 1.0)):
        gains["net_saving"].loc[{"actor": actor}] = net
        gains["net_saving_mcse"].loc[{"actor": actor}] = error
    words = said(page_of(case, who_gains=gains), "Attendance team")
    expected = (
        "Expected to gain most, of those for whom the simulation settles it: Central government, other (SEK 60,000)."
    )
    assert expected in words
    assert "Expected to lose: Municipality (SEK 36,000)." in words
    gains["net_saving_mcse"] = gains["net_saving_mcse"] * np.nan  # as of one draw
    words = said(page_of(case, who_gains=gains), "Attendance team")
    assert not [sentence for sentence in words if sentence.startswith("Expected to")]


def test_what_is_gained(case: tuple[xr.Dataset, ScenarioFile]) -> None:
    """1,000 per person are 120,000 for the 120 of the target group."""
    gains = changed(
        case, "who_gains", net_saving=1000.0, net_saving_mcse=1.0, probability_within=0.94,
        net_saving_quantile=np.array([-500.0, 1000.0, 2000.0])[:, None, None],
    )  # fmt: skip
    words = said(page_of(case, who_gains=gains), "Attendance team")
    expected = "in 90 of 100 futures between −SEK 60,000 and SEK 240,000. It is a gain in 94 of 100 futures."
    assert f"Society: expected net SEK 120,000; {expected}" in words
    words = said(page_of(case, language="sv", who_gains=gains), "Närvaroteam")
    expected = "i 90 av 100 framtider mellan −60 000 och 240 000 kronor. Det blir en vinst i 94 av 100 framtider."
    assert f"Samhället: väntat netto 120 000 kronor; {expected}" in words


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (1.0, "every future calculated"), (0.0, "no future calculated"), (0.001, "fewer than 1 of 100 futures"),
        (0.999, "more than 99 of 100 futures"), (0.5, "50 of 100 futures"),
    ],
)  # fmt: skip
def test_shares_of_futures(case: tuple[xr.Dataset, ScenarioFile], probability: float, words: str) -> None:
    gains = changed(case, "who_gains", probability_within=probability)
    assert any(f"It is a gain in {words}." in sentence for sentence in said(page_of(case, who_gains=gains), "Both"))


def test_few_draws_are_counted_as_they_are() -> None:
    file = read_scenario("school_dropout")
    results = simcore.simulate(file, draws=20, persons=60)
    page = page_of((results, file), payback=payback_of((results, file), {2034: 0.9}))
    expected = (
        "Counted as present value, Municipality has its money back for good by 2034 in 18 of 20 "
        "futures, and never up to 2072 in 2."
    )
    assert expected in said(page, "Attendance team")
    assert "Only 20 futures were calculated, so shares of them are rough." in said(page, results.attrs["title"])


def silos_of(case: tuple[xr.Dataset, ScenarioFile], chosen: list[list[str]], loss: list[float]) -> xr.Dataset:
    of = changed(case, "price_of_silos", loss=loss, loss_of_actor=np.array(loss)[:, None])
    of["chosen"] = of["chosen"].copy(data=np.array(chosen))
    of["loss_quantile"] = of["loss_quantile"].copy(data=np.full(of["loss_quantile"].shape, np.nan))
    return of


def test_the_price_of_silos(case: tuple[xr.Dataset, ScenarioFile]) -> None:
    heading = "The price of silos and short-termism"
    worlds = silos_of(case, [["usual", "coach"], ["usual", "both"]], [1000.0, 2000.0, 3000.0])
    words = said(page_of(case, Question(budget_years=3), price_of_silos=worlds), heading)
    assert words[0] == (
        "Funded when each actor that pays decides alone: nothing (looking at 3 years), Supported employment (the whole "
        "period). When all, the individual included, decide together: nothing (looking at 3 years), Both (the whole "
        "period)."
    )
    assert "Silos and short-termism together are expected to cost society SEK 360,000." in words
    assert "Silos alone cost SEK 120,000, short-termism alone SEK 240,000." in words
    worlds = silos_of(case, [["both", "both"], ["both", "both"]], [0.0, 0.0, 0.0])
    words = said(page_of(case, price_of_silos=worlds), heading)
    assert "Silos and short-termism cost society nothing here: the same is funded in all four cases." in words
    worlds = silos_of(case, [["both", "both"], ["both", "coach"]], [-1.0, 0.0, -1000.0])
    words = said(page_of(case, Question(probability=0.9), price_of_silos=worlds), heading)
    assert words[1] == "Those who decide fund what they gain from with a probability of at least 90 %."
    assert words[2].startswith("Deciding apart or for few years is expected to gain society SEK 120,000 more here")


def test_that_doing_nothing_is_best(case: tuple[xr.Dataset, ScenarioFile]) -> None:
    ranks = changed(case, "ranking", probability_best=0.6, expected_regret=0.0)
    ranks["best"] = ((), "usual")
    ranks["ranking_settled"] = ((), True)
    words = said(page_of(case, ranking=ranks), "Which choice is best")
    assert words[0] == (
        "No intervention is expected to gain society anything: to go on as now is best on average. It is the best "
        "choice in 60 of 100 futures."
    )


def test_that_the_best_is_not_told_from_doing_nothing(case: tuple[xr.Dataset, ScenarioFile]) -> None:
    file = read_scenario("young_offenders")
    for results, of in (case, (simcore.simulate(file, draws=30, persons=60), file)):
        found = Answers(results, of.scenario, ASKED)
        best = str(found.ranking["best"].values)
        first = str(found.ranking["intervention"].values[found.ranking["rank"].values.argmin()])
        is_open = bool(simcore.unsettled_signs(results).sel(intervention=first, actor="society"))
        assert is_open == (of is file)  # otherwise nothing is tried here
        other = Language.of("en").strategy(of.scenario, "usual" if best == first else first)
        told = [text for text in said(page_of((results, of)), "Which choice is best") if text.endswith(f" {other}.")]
        assert bool(told) == is_open


def test_agreements_that_there_are_not(case: tuple[xr.Dataset, ScenarioFile]) -> None:
    shares = changed(case, "cost_shares", total=-100.0)
    shares["share"] = shares["share"].where(shares["way"] == "as_now")
    words = said(page_of(case, cost_shares=shares), "Agreements")
    assert words == [
        "Attendance team, Supported employment and Both: the actors of the agreement are together "
        "expected to gain no more "
        "than it costs. No way to share the cost makes all of them gain."
    ]


def test_a_contract_a_fund_and_gaps(case: tuple[xr.Dataset, ScenarioFile]) -> None:
    question = Question(outcome="years_employed", price=100_000.0, capital=20e6, groups=5)
    page = page_of(case, question)
    assert said(page, "Payment by results")
    assert any(
        text.startswith("With SEK 20 million and 5 target groups") for text in said(page, "A social investment fund")
    )
    assert any("“Years in work” by sex:" in text for text in said(page, "Differences between groups"))
    assert len(said(page_of(case, question, "sv"), "Skillnader mellan grupper")) >= 3


def test_what_is_done_is_said_first(case: tuple[xr.Dataset, ScenarioFile]) -> None:
    team = case[1].scenario.interventions["attendance_team"]
    assert said(page_of(case), "Attendance team")[0] == team.about
    assert said(page_of(case, language="sv"), "Närvaroteam")[0] == team.about_sv
    assert said(page_of(case), "Both")[0].startswith("It is expected to cost")


def test_a_page_in_swedish_has_the_texts_of_the_case_in_swedish(case: tuple[xr.Dataset, ScenarioFile]) -> None:
    page = page_of(case, Question(outcome="years_employed"), "sv")
    scenario = case[1].scenario
    assert page[0].heading == scenario.title_sv
    words = " ".join(text for section in page for text in section.sentences)
    assert "odds för avhopp under ett år, med teamet jämfört med sedvanlig uppföljning (evidensgrad D" in words
    assert not [entry.about for entry in scenario.parameters.values() if entry.about and entry.about in words]
    gaps = " ".join(said(page, "Skillnader mellan grupper"))
    assert "efter kön" in gaps
    assert "sex" not in gaps


def test_the_weakest_figures_are_named(case: tuple[xr.Dataset, ScenarioFile]) -> None:
    words = " ".join(said(page_of(case), "What the result rests on"))
    assert "odds of leaving school in a year, with the team against usual follow-up (grade D, read as causal)" in words
    assert "the case names 6 of them, which 'simcore alternatives' tries" in words
    assert "No price says what of it can be cashed in budgets" in words


@pytest.mark.parametrize("name", ["textbook_chain", "county_unemployment", "classic_calculation", "young_offenders"])
@pytest.mark.parametrize("language", ["en", "sv"])
def test_other_cases(name: str, language: str) -> None:
    file = read_scenario(name)
    results = simcore.simulate(file, draws=6, persons=40)
    page = page_of((results, file), language=language)
    assert page[0].heading == (file.in_swedish if language == "sv" else file).scenario.title
    for section in page:
        for sentence in section.sentences:
            assert sentence.endswith("."), sentence
            assert not re.search(r"\bnan\b", sentence), sentence
            assert "{" not in sentence, sentence


def test_wrong_names_are_told(case: tuple[xr.Dataset, ScenarioFile]) -> None:
    results, file = case
    with pytest.raises(UnknownNameError, match="'exam' is not an outcome of the scenario"):
        Answers(results, file.scenario, Question(outcome="exam"))
    with pytest.raises(UnknownNameError, match="'town' is not an actor of these results"):
        Answers(results, file.scenario, Question(among=["town"]))
    with pytest.raises(UnknownNameError, match="'pain' is not a kind of cost that is shown apart"):
        Answers(results, file.scenario, Question(also=["pain"]))
    with pytest.raises(ResultsError, match="A budget horizon is a whole number of years"):
        _ = Answers(results, file.scenario, Question(budget_years=0)).price_of_silos


def test_what_was_not_asked_for_is_not_answered(case: tuple[xr.Dataset, ScenarioFile]) -> None:
    results, file = case
    found = Answers(results, file.scenario, Question())
    assert [topic for topic in TOPICS if not found.of_topic(topic)] == ["contract", "fund"]
