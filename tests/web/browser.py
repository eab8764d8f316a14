"""A real browser without a window, where there is one."""

import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

#: Where Debian has them, and others.
BROWSERS, DRIVER = ("chromium", "chromium-browser", "google-chrome"), "chromedriver"
#: Nothing but the page: no services of the browser's own, which ask for a network.
OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars", "--disable-dev-shm-usage",
)  # fmt: skip
PHONE, DESK = (390, 800), (1280, 900)


@contextmanager
def browser(size=DESK, *, scripts=True, phone=False):
    """Open a browser, or skip the test where there is none."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which(DRIVER)
    if program is None or driver is None:
        pytest.skip("no Chromium with its driver here, so no page was looked at")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = program
    for option in (*OPTIONS, f"--window-size={size[0]},{size[1]}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    if phone:
        screen = {"width": size[0], "height": size[1], "pixelRatio": 2.0, "touch": True}
        options.add_experimental_option("mobileEmulation", {"deviceMetrics": screen})
    if not scripts:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    opened = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield opened
    finally:
        opened.quit()


def look_at(opened, path: Path):
    """Open a report and wait until its charts are drawn, or it is told that they cannot be."""
    from selenium.webdriver.support.ui import WebDriverWait

    opened.get(path.as_uri())
    state = "return document.documentElement.dataset.charts"
    WebDriverWait(opened, 60).until(lambda page: page.execute_script(state))
    assert opened.execute_script(state) == "drawn"
