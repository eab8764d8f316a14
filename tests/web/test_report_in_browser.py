"""A report in a real browser: charts are drawn, pointed at and filtered, on a desk, on a phone and on paper."""

import json

import pytest

from tests.web.browser import DESK, PHONE, browser, look_at


@pytest.fixture(scope="module")
def desk(pages):
    """The report of a shipped case on a desk."""
    with browser() as opened:
        look_at(opened, pages / "dropout.html")
        yield opened


def requests(opened):
    """What the browser asked for."""
    entries = (json.loads(entry["message"])["message"] for entry in opened.get_log("performance"))
    sent = [of["params"]["request"]["url"] for of in entries if of["method"] == "Network.requestWillBeSent"]
    return [url for url in sent if not url.startswith("data:")]


def source(opened, name):
    """Columns of a chart as they are drawn."""
    script = "return Object.fromEntries(Object.entries(Bokeh.documents[0].get_model_by_name(arguments[0]).data))"
    return opened.execute_script(script, f"{name}-source")


def choose(opened, name, text):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import Select

    Select(opened.find_element(By.NAME, name)).select_by_visible_text(text)


def shown(opened, selector):
    """Whether some element can be seen."""
    script = "return [...document.querySelectorAll(arguments[0])].some(of => of.getClientRects().length > 0)"
    return opened.execute_script(script, selector)


def test_nothing_is_asked_of_a_network_and_nothing_goes_wrong(pages):
    with browser() as opened:
        look_at(opened, pages / "dropout.html")
        assert requests(opened) == [(pages / "dropout.html").as_uri()]
        assert [entry for entry in opened.get_log("browser") if entry["level"] != "INFO"] == []


def test_charts_take_the_place_of_their_pictures(desk):
    assert shown(desk, "figure.chart")
    assert not shown(desk, "figure.still")
    assert shown(desk, "figure.picture")  # of what no chart shows
    sizes = desk.execute_script(
        "return [...document.querySelectorAll('figure.chart > div')].map(of => [of.offsetWidth, of.offsetHeight])"
    )
    assert len(sizes) == 7
    assert all(width > 800 and height > 100 for width, height in sizes)


def test_a_choice_changes_all_charts_that_depend_on_it(desk):
    before = {name: source(desk, name) for name in ("avoided", "gains", "fan", "comparison", "drivers", "luck")}
    choose(desk, "intervention", "Individanpassat stöd till arbete")
    after = {name: source(desk, name) for name in before}
    assert [name for name in before if before[name] == after[name]] == ["comparison"]
    words = desk.execute_script("return document.getElementById('words-avoided').textContent")
    assert words.startswith("Individanpassat stöd till arbete.")
    choose(desk, "horizon", "3 år")
    last = {name: source(desk, name) for name in before}
    assert [name for name in before if last[name] != after[name]] == ["gains", "comparison"]
    choose(desk, "actor", "Kommunen")
    final = {name: source(desk, name) for name in before}
    assert [name for name in before if final[name] != last[name]] == ["fan", "comparison"]
    words = desk.execute_script("return document.getElementById('words-fan').textContent")
    assert words.startswith("Individanpassat stöd till arbete · Kommunen. Pengarna är ")


def test_what_is_drawn_is_what_the_page_holds(desk):
    choose(desk, "intervention", "Närvaroteam")
    held = desk.execute_script("return JSON.parse(document.getElementById('values').textContent).charts")
    drawn = source(desk, "avoided")
    assert drawn == held["avoided"]["shown"]["team"]["columns"]
    ends = desk.execute_script(
        "const of = Bokeh.documents[0].get_model_by_name('avoided-values'); return [of.start, of.end]"
    )
    assert ends == held["avoided"]["shown"]["team"]["ends"]


def test_pointing_at_a_row_shows_its_numbers(desk):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    chart = desk.find_element(By.ID, "chart-avoided")
    desk.execute_script("arguments[0].scrollIntoView({block: 'center'})", chart)
    ActionChains(desk).move_to_element_with_offset(chart, 100, 0).perform()
    # Tips live in shadow trees, which a script has to walk through.
    tips = """
      const found = [];
      const walk = (node) => {
        if (node.shadowRoot) walk(node.shadowRoot);
        if (node.classList && node.classList.contains("bk-Tooltip")) found.push(node.shadowRoot.textContent);
        for (const child of node.children ?? []) walk(child);
      };
      walk(document.body);
      return found.join(" ");
    """
    told = WebDriverWait(desk, 20).until(lambda opened: opened.execute_script(tips))
    assert "kronor" in told
    assert "Undviken kostnad" in told


def test_tapping_a_row_tells_its_numbers(pages):
    with browser(PHONE, phone=True) as opened:
        look_at(opened, pages / "dropout.html")
        at = opened.execute_script(
            "const of = document.getElementById('chart-avoided'); of.scrollIntoView({block: 'center'});"
            "const box = of.getBoundingClientRect(); return {x: box.left + 0.7 * box.width, y: box.top + 20}"
        )
        for touch, points in (("touchStart", [at]), ("touchEnd", [])):
            opened.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": touch, "touchPoints": points})
        words = opened.execute_script("return document.getElementById('words-avoided').textContent")
        assert words.startswith("Närvaroteam. Kommunen: Undviken kostnad ")
        assert "kronor; 5 till 95 % " in words
        choose(opened, "intervention", "Individanpassat stöd till arbete")
        words = opened.execute_script("return document.getElementById('words-avoided').textContent")
        assert words.startswith("Individanpassat stöd till arbete. Peka på en rad")


def test_figures_can_be_searched(desk):
    from selenium.webdriver.common.by import By

    script = "return [...document.getElementById('figures').tBodies[0].rows].filter(row => !row.hidden).length"
    for details in desk.find_elements(By.CSS_SELECTOR, "#inputs details"):
        desk.execute_script("arguments[0].open = true", details)
    every = desk.execute_script(script)
    field = desk.find_element(By.CSS_SELECTOR, "input[type=search]")
    field.send_keys("TEAM")
    some = desk.execute_script(script)
    assert 0 < some < every
    field.clear()
    field.send_keys(" ")
    assert desk.execute_script(script) == every


def test_without_scripts_pictures_are_there(pages):
    with browser(scripts=False) as opened:
        opened.get((pages / "dropout.html").as_uri())
        from selenium.webdriver.common.by import By

        assert not any(of.is_displayed() for of in opened.find_elements(By.CSS_SELECTOR, "figure.chart, .choices"))
        pictures = opened.find_elements(By.CSS_SELECTOR, "figure.still img, figure.picture img")
        assert len(pictures) == 13
        assert all(of.is_displayed() and of.size["height"] > 50 for of in pictures)


def test_where_charts_cannot_be_drawn_pictures_stay(pages, tmp_path):
    text = (pages / "dropout.html").read_text(encoding="utf-8")
    (tmp_path / "broken.html").write_text(text.replace('"name":"avoided-source"', '"name":"other"'), encoding="utf-8")
    with browser() as opened:
        opened.get((tmp_path / "broken.html").as_uri())
        from selenium.webdriver.support.ui import WebDriverWait

        state = "return document.documentElement.dataset.charts"
        WebDriverWait(opened, 60).until(lambda page: page.execute_script(state))
        assert opened.execute_script(state) == "failed"
        assert shown(opened, "figure.still")
        assert not shown(opened, "figure.chart")
        assert shown(opened, ".failed")


def test_on_a_phone_nothing_is_wider_than_the_screen(pages):
    with browser(PHONE, phone=True) as opened:
        for name in ("dropout", "hostile", "nothing", "alone"):
            opened.get((pages / f"{name}.html").as_uri())
            if name in ("dropout", "hostile"):
                look_at(opened, pages / f"{name}.html")
            for details in opened.execute_script("return [...document.querySelectorAll('details')]"):
                opened.execute_script("arguments[0].open = true", details)
            width = opened.execute_script("return document.documentElement.scrollWidth")
            assert width <= PHONE[0], name


def test_on_a_phone_the_most_important_numbers_need_no_rolling(pages):
    script = (
        "return [...document.querySelectorAll('table.narrow')].map(of => {const box = of.closest('.wide');"
        "return [of.scrollWidth <= box.clientWidth, getComputedStyle(of.querySelector('td'), '::before').content]})"
    )
    with browser(PHONE, phone=True) as opened:
        for name in ("dropout", "hostile"):
            look_at(opened, pages / f"{name}.html")
            shown = opened.execute_script(script)
            assert shown
            assert all(fits and head.strip('"') for fits, head in shown), (name, shown)


def test_on_paper_there_are_pictures_and_no_controls(desk):
    desk.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert shown(desk, "figure.still")
        assert not shown(desk, "figure.chart")
        assert not shown(desk, ".choices")
        assert not shown(desk, "nav")
        printed = desk.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
        assert len(printed["data"]) > 100_000
    finally:
        desk.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "screen"})


def test_names_run_nothing(pages):
    with browser(DESK) as opened:
        look_at(opened, pages / "hostile.html")
        assert opened.title != "taken"
        assert "</script><script>" in opened.title
        assert [entry for entry in opened.get_log("browser") if entry["level"] != "INFO"] == []
        assert requests(opened) == [(pages / "hostile.html").as_uri()]
