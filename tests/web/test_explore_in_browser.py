"""The page to explore in a real browser: what is moved is followed by every figure, and views are saved."""

import os
import subprocess
import sys
import time

import pytest

import simcore
from simcore.storage import save_results
from tests.web.browser import PHONE, browser

#: A model of the page by its name.
MODEL = "Bokeh.documents[0].get_model_by_name('{}')"
#: What all figures of the page hold.
HELD = """
const of = Bokeh.documents[0];
const drawn = ["avoided", "fan", "comparison"].map((name) => {
  const { label, year, mark, middle, before } = of.get_model_by_name(`${name}-source`).data;
  return [label, year, mark, middle, before].map((column) => column && [...column]);
});
return JSON.stringify([drawn, of.get_model_by_name("table").text]);
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The command at work on a stored run, as a user starts it."""
    folder = tmp_path_factory.mktemp("explored")
    run = simcore.simulate(simcore.read_scenario("school_dropout"), draws=240, persons=120, progress=False)
    save_results(run, folder / "run")
    command = [sys.executable, "-m", "simcore", "explore", "run", "--no-browser", "--save-to", "."]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        address = process.stdout.readline().split()[0]
        yield address, folder
        process.terminate()
        try:
            told, wrong = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0
    assert told == "Ended.\n"
    assert "Traceback" not in wrong


@pytest.fixture(scope="module")
def page(served):
    """The page, when it shows all draws."""
    with browser((1400, 1000)) as opened:
        opened.get(served[0])
        wait(opened, "All 240 futures.")
        yield opened


def status(opened):
    return opened.execute_script(f"return window.Bokeh?.documents[0] && {MODEL.format('status')}?.text") or ""


def wait(opened, words, of=status):
    """Wait until the page says something."""
    end = time.monotonic() + 60
    while words not in of(opened):
        assert time.monotonic() < end, of(opened)
        time.sleep(0.05)


def held(opened):
    return opened.execute_script(HELD)


def put(opened, name, **values):
    """Set properties of a model as a hand does."""
    for of, value in values.items():
        opened.execute_script(f"{MODEL.format(name)}.{of} = arguments[0]", value)


def test_everything_comes_from_this_machine(page, served):
    loaded = page.execute_script("return performance.getEntriesByType('resource').map((of) => of.name)")
    assert loaded
    assert all(name.startswith(served[0]) for name in loaded)
    assert [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"] == []


def settle(opened):
    """Wait until the first look and then all draws are shown."""
    wait(opened, "A first look at 200 of 240 futures; all of them follow.")
    wait(opened, "All 240 futures.")


def test_a_slider_moves_every_figure_and_a_field_takes_it_back(page):
    before = held(page)
    put(page, "slider-cost_team_year", value=40_000, value_throttled=40_000)
    settle(page)
    assert "Moved: Cost of the team for a pupil and year." in status(page)
    assert held(page) != before
    assert page.execute_script(f"return {MODEL.format('field-cost_team_year')}.value") == 40_000
    put(page, "field-cost_team_year", value=15_000)
    settle(page)
    assert "Nothing is moved" in status(page)
    assert held(page) == before


def test_another_actor_can_pay_and_reset_takes_it_back(page):
    before = held(page)
    put(page, "payer-attendance_team_0", value="state")
    put(page, "share-attendance_team_0", value=0.5, value_throttled=0.5)
    settle(page)
    assert "Moved: Attendance team: also paid by." in status(page)
    assert held(page) != before
    click(page, "reset")
    settle(page)
    assert "Nothing is moved" in status(page)
    assert held(page) == before
    assert page.execute_script(f"return {MODEL.format('payer-attendance_team_0')}.value") == ""


def test_who_is_followed_can_be_chosen(page):
    before = held(page)
    put(page, "actor", value="municipality")
    settle(page)
    assert ">Municipality</th>" in page.execute_script(f"return {MODEL.format('table')}.text")
    assert held(page) != before
    put(page, "actor", value="society")
    settle(page)
    assert held(page) == before


def test_a_value_that_cannot_be_is_told_and_the_figures_stay(page):
    before = held(page)
    put(page, "field-horizon_to_age", value=17)  # and a programme begins at 20
    wait(page, "an age that is simulated, 16 to 16")
    assert held(page) == before
    click(page, "reset")
    settle(page)
    assert held(page) == before


def click(opened, name):
    """Press a button."""
    opened.execute_script(f"{MODEL.format(name)}.trigger_event(new (Bokeh.require('core/bokeh_events').ButtonClick)())")


def test_a_view_is_saved_as_a_case_and_as_a_report(page, served):
    put(page, "slider-cost_team_year", value=30_000, value_throttled=30_000)
    settle(page)

    def saved(opened):
        return opened.execute_script(f"return {MODEL.format('saved')}.text") or ""

    click(page, "save_case")
    wait(page, "override.yaml", saved)
    case = simcore.read_scenario(served[1] / "explored_1" / "override.yaml")
    assert case.scenario.parameters["cost_team_year"].distribution.given["median"] == 30_000
    click(page, "save_report")
    wait(page, "explored_2.html", saved)
    assert "30,000" in (served[1] / "explored_2.html").read_text(encoding="utf-8")
    assert sorted(os.listdir(served[1])) == ["explored_1", "explored_2", "explored_2.html", "run"]


def test_on_a_phone_nothing_is_wider_than_the_screen(served):
    with browser(PHONE, phone=True) as opened:
        opened.get(served[0])
        wait(opened, "All 240 futures.")
        assert opened.execute_script("return document.documentElement.scrollWidth") <= PHONE[0]
