"""What is moved on the page is an override, what follows is what a run of it would say, and views can be saved."""

import json
import socket

import numpy as np
import pytest

import simcore
from simcore.errors import ResultsError, UnknownNameError
from simcore.explore.controls import Sharing, change_of, controls, sharings
from simcore.explore.saving import save_case, save_report
from simcore.explore.server import address_of, explore_server
from simcore.explore.view import View, table_html
from simcore.report.decision_answers import Answers, Question
from simcore.report.language import Language
from simcore.report.web.chart_values import ChartWords
from simcore.repricing import Repricer, scenario_of
from tests.web.cases import HOSTILE, run_of

EN, SV = Language.of("en"), Language.of("sv")


@pytest.fixture(scope="module")
def run():
    """A shipped case, few draws."""
    return simcore.simulate(simcore.read_scenario("school_dropout"), draws=30, persons=150, progress=False)


@pytest.fixture(scope="module")
def priced(run):
    return Repricer(run)


@pytest.fixture(scope="module")
def by_name(run, priced):
    return {control.name: control for control in controls(priced.file, run, EN)}


def same(one, other):
    for name in ("present_value", "cost", "outcome_value"):
        np.testing.assert_array_equal(one[name].values, other[name].values)


def test_what_can_be_moved_decides_money_alone(by_name, priced):
    groups = {}
    for control in by_name.values():
        groups.setdefault(control.group, []).append(control.name)
    assert groups["case"] == ["target_group", "horizon_to_age", "outcome_discount_rate", "discount_rate"]
    assert groups["programme_costs"] == ["cost_team_year", "cost_coach_year"]
    assert "share_team_municipality" in groups["payers"]
    assert "prison_day" in groups["unit_costs"]
    assert not {"or_team", "p_dropout_first", "uptake_team"} & set(by_name)
    for control in by_name.values():
        assert control.low <= control.value <= control.high
        assert control.step > 0
        for end in (control.low, control.high) if control.name != "horizon_to_age" else (30.0, 64.0):
            assert priced.scenario(change_of(priced.file, {control: end}, {}, "a guess")) is not None


def test_nothing_moved_changes_nothing(by_name, priced):
    assert change_of(priced.file, {}, {}, "a guess") == {}
    assert change_of(priced.file, {control: control.value for control in by_name.values()}, {}, "a guess") == {}


@pytest.mark.parametrize("moved", [
    {"cost_team_year": 50_000.0}, {"discount_rate": 0.01}, {"horizon_to_age": 30.0}, {"target_group": 100.0},
    {"share_team_municipality": 0.2}, {"prison_day": 5_000.0, "tax_region": 0.2},
])  # fmt: skip
def test_what_follows_is_what_a_new_run_says(moved, by_name, priced, run, tmp_path):
    change = change_of(priced.file, {by_name[name]: value for name, value in moved.items()}, {}, "a guess")
    path = save_case(priced, change, tmp_path, EN, Question())
    again = simcore.simulate(simcore.read_scenario(path), draws=30, persons=150, progress=False)
    same(priced(change), again)
    is_other = not np.array_equal(priced(change)["present_value"].values, run["present_value"].values)
    assert is_other or "target_group" in moved


def test_another_actor_pays_a_share_and_the_others_the_rest(priced, run):
    team, coach = sharings(priced.file.scenario)
    assert team == Sharing(
        "attendance_team_0", "attendance_team", 0, ("municipality", "region"),
        ("social_insurance", "employment_service", "justice", "state"),
    )  # fmt: skip
    change = change_of(priced.file, {}, {team: ("state", 0.25), coach: ("region", 1.0)}, "a guess")
    after = priced(change)

    def paid(results, strategy):
        return simcore.programme_cost(results).sel(intervention=strategy)

    was, now = paid(run, "team"), paid(after, "team")
    np.testing.assert_allclose(now.sel(actor="state"), 0.25 * was.sum("actor"), rtol=1e-9)
    for actor in ("municipality", "region"):
        np.testing.assert_allclose(now.sel(actor=actor), 0.75 * was.sel(actor=actor), rtol=1e-9)
    was, now = paid(run, "coach"), paid(after, "coach")
    np.testing.assert_allclose(now.sel(actor="region"), was.sel(actor="municipality"), rtol=1e-9)
    np.testing.assert_allclose(now.sel(actor="municipality"), 0.0, atol=1e-9)
    assert change_of(priced.file, {}, {team: ("state", 0.0)}, "a guess") == {}


@pytest.mark.parametrize("actor", ["society", "municipality"])
def test_the_page_shows_what_the_analysis_says(actor, run, priced):
    scenario = priced.file.scenario
    view = View(run, scenario, actor, EN, Question())
    found = Answers(run, scenario, Question())
    gains, target = found.who_gains, float(run.attrs["target_group"])
    for name, amounts in view.amounts.items():
        at = gains.sel(intervention=name)
        paid = sum(float(at["programme_cost"].sel(actor=of)) for of in run["actor"].values)
        assert amounts.cost == pytest.approx(paid * target)
        for who in ("society", "public_sector", actor):
            net, chance = amounts.net[who]
            assert net == pytest.approx(float(at["net_saving"].sel(actor=who)) * target)
            expected = float(at["probability_within"].isel(horizon=-1).sel(actor=who))
            assert chance == pytest.approx(expected, nan_ok=True)
    fan = view.charts["fan"].shown[view.key("fan", "team", actor)]
    path = found.payback["cumulative_quantile"].sel(intervention="team", actor=actor, quantile=0.95).values / 1000
    np.testing.assert_allclose(fan.columns["high"], path)
    avoided = view.charts["avoided"].shown["team"].columns
    at = avoided["label"].index("Municipality")
    net = float(gains["net_saving"].sel(intervention="team", actor="municipality")) / 1000
    assert avoided["mark"][at] == pytest.approx(net)


def test_the_table_tells_what_it_was_where_that_differs(run, priced, by_name):
    change = change_of(priced.file, {by_name["cost_team_year"]: 30_000.0}, {}, "a guess")
    scenario = priced.file.scenario
    before, now = (View(of, scenario, "society", EN, Question()) for of in (run, priced(change)))
    table = table_html(now, before, EN, "SEK")
    cost, was = (EN.amount(of.amounts["team"].cost, "SEK") for of in (now, before))
    assert f"<td>{cost} ({was})</td>" in table
    coach = EN.amount(now.amounts["coach"].cost, "SEK")
    assert f"<td>{coach}</td>" in table
    hostile = run_of(2, 5, HOSTILE)
    view = View(hostile, scenario_of(hostile).scenario, "society", SV, Question())
    assert "<script" not in table_html(view, view, SV, "SEK")


def test_views_are_saved_under_new_names(priced, by_name, tmp_path):
    change = change_of(priced.file, {by_name["discount_rate"]: 0.02}, {}, "a guess")
    first, second = (save_case(priced, change, tmp_path, EN, Question()) for _ in range(2))
    assert (first, second) == (tmp_path / "explored_1" / "override.yaml", tmp_path / "explored_2" / "override.yaml")
    assert simcore.read_scenario(first).scenario.parameters["discount_rate"].source.assumption == "a guess"
    report = save_report(priced, change, tmp_path, SV, Question())
    assert report == tmp_path / "explored_3.html"
    assert simcore.read_scenario(tmp_path / "explored_3" / "override.yaml") is not None  # the case that it is about
    text = report.read_text(encoding="utf-8")
    assert '<html lang="sv">' in text
    assert "a guess" in text
    assert f"simcore run {tmp_path}/explored_3/override.yaml --draws 30 --persons 150 --seed 2024 --out results" in text
    assert save_report(priced, {}, tmp_path, EN, Question()) == tmp_path / "explored_4.html"
    with pytest.raises(ResultsError) as caught:
        save_case(priced, {}, tmp_path, EN, Question())
    assert str(caught.value) == "Nothing is moved, so there is nothing to save: the case is that of the run."


def test_the_server_is_of_this_machine_alone(run):
    server = explore_server(run)
    try:
        server.start()
        assert address_of(server).startswith("http://127.0.0.1:")
        addresses = [of.getsockname()[0] for of in server._http._sockets.values()]
        assert addresses == ["127.0.0.1"]
        with pytest.raises(ResultsError) as caught:
            explore_server(run, port=server.port)
        assert str(caught.value) == f"Port {server.port} of 127.0.0.1 cannot be used: Address already in use."
    finally:
        server.stop()


def test_what_cannot_be_explored_is_refused(run):
    with pytest.raises(ResultsError) as caught:
        explore_server(run_of(0, 3, "plain"))
    assert str(caught.value) == "These results have one strategy, 'usual': there is nothing to compare."
    with pytest.raises(UnknownNameError):
        explore_server(run, language="no")
    for address in ("0.0.0.0", "::1"):
        with pytest.raises(ResultsError) as caught:
            explore_server(run, address=address)
        assert str(caught.value) == (
            f"{address} cannot be listened at: give one address of this machine, such as 192.168.1.20."
        )


def test_a_port_that_is_taken_is_told(run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ResultsError, match="cannot be used"):
            explore_server(run, port=taken.getsockname()[1])


def test_what_can_be_moved_is_told_in_the_language_asked_for(run, priced):
    english, swedish = ({of.name: of for of in controls(priced.file, run, language)} for language in (EN, SV))
    assert english["discount_rate"].label == "Discount rate"
    assert swedish["discount_rate"].label == "Diskonteringsränta"
    assert english["cost_team_year"].label == "Cost of the team for a pupil and year"
    assert swedish["cost_team_year"].label == "Kostnad för teamet per elev och år"
    assert swedish["cost_team_year"].unit == "kronor per år, 2014 års priser"
    assert json.dumps([of.path for of in english.values()]) == json.dumps([of.path for of in swedish.values()])


def test_the_page_shows_what_the_report_says(priced):
    """The same figures of the run, though the page works out less of it."""
    view = View(priced.results, priced.file.scenario, "society", EN, Question())
    found = Answers(priced.results, priced.file.scenario, Question())
    words = ChartWords(priced.results, priced.file.scenario, found, EN)
    for name in ("team", "both"):
        shown = view.charts["fan"].shown[view.key("fan", name, "society")]
        fan = words.fan()
        assert fan is not None
        assert shown.words == fan.shown[f"{name}|society"].words
        for column, values in fan.shown[f"{name}|society"].columns.items():
            if isinstance(values[0], str):
                assert shown.columns[column] == values
            else:
                np.testing.assert_allclose(shown.columns[column], values, rtol=1e-9)
