"""The report in a real browser: headless Chromium, driven by Selenium, nothing but files."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from test_report import HEADER, SEED, report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.skipif(not CHROMIUM or not DRIVER, reason="chromium or chromedriver is missing"),
    pytest.mark.xdist_group("chromium"),
]
QUIET = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--window-size=1200,1600",
)  # fmt: skip
HOSTILE = (
    "<script>document.title=1</script>",
    '"><img src=x onerror="document.title=1">',
    "</pre><script>document.title=1</script>",
)


def start(profile: Path, *, script: bool = True) -> Chrome:
    """Start a browser with a profile of its own and its log of what it was asked for."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in (*QUIET, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    if not script:
        options.add_experimental_option(
            "prefs", {"profile.managed_default_content_settings.javascript": 2}
        )
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    environment = {**os.environ, "HOME": str(profile), "DBUS_SESSION_BUS_ADDRESS": "disabled:"}
    service = webdriver.ChromeService(str(DRIVER), env=environment)
    browser: Chrome = webdriver.Chrome(options=options, service=service)
    return browser


@pytest.fixture(scope="module")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    browser = start(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.quit()


def show(browser: Chrome, page: str, folder: Path) -> None:
    file = folder / "report.html"
    file.write_text(page, "utf-8")
    browser.get(file.as_uri())


def log_of(browser: Chrome, kind: str) -> list[dict[str, str]]:
    """Take what the browser has logged since the last call."""
    entries: list[dict[str, str]] = browser.get_log(kind)  # type: ignore[no-untyped-call] # Selenium's
    return entries


def column(browser: Chrome, number: int) -> list[str]:
    found: list[str] = browser.execute_script(
        "return [...document.querySelectorAll('table.rules')[0].tBodies[0].rows]"
        ".map(row => row.cells[arguments[0]].textContent.trim())",
        number,
    )
    return found


def test_headings_sort_their_table(chrome: Chrome, tmp_path: Path) -> None:
    show(chrome, report(SEED), tmp_path)
    before = column(chrome, 2)
    service = chrome.find_elements("css selector", "table.rules th button")[2]
    service.click()
    assert column(chrome, 2) == sorted(
        before, key=lambda text: (text[:3], int(text[4:].split()[0]))
    )
    service.click()
    assert column(chrome, 2)[0].startswith("udp/123")
    chrome.find_elements("css selector", "table.rules th button")[0].click()
    assert column(chrome, 2) == before


def test_evidence_unfolds(chrome: Chrome, tmp_path: Path) -> None:
    show(chrome, report(SEED), tmp_path)
    details = chrome.find_element("css selector", "#incoming-13 details")
    captured = details.find_element("css selector", "pre")
    assert not captured.is_displayed()
    details.find_element("css selector", "summary").click()
    assert captured.is_displayed()
    assert "apache2" in captured.text


def test_nothing_is_refused_and_nothing_is_fetched(chrome: Chrome, tmp_path: Path) -> None:
    log_of(chrome, "performance")
    show(chrome, report(SEED), tmp_path)
    assert log_of(chrome, "browser") == []
    asked = [
        entry["message"]
        for entry in log_of(chrome, "performance")
        if "Network.requestWillBeSent" in entry["message"]
    ]
    assert len(asked) == 1
    assert '"url":"file:///' in asked[0]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_runs_nothing(chrome: Chrome, tmp_path: Path, name: str) -> None:
    row = f"tcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN 7/{name}\n"
    show(chrome, report(HEADER + row, title=f"host {name}"), tmp_path)
    assert chrome.title == f"host {name}"
    assert chrome.find_elements("css selector", "img") == []
    assert len(chrome.find_elements("css selector", "script")) == 1


def test_even_unescaped_text_would_run_nothing(chrome: Chrome, tmp_path: Path) -> None:
    """The page's own policy is the second wall, seen here without the first."""
    page = report(SEED).replace("</h1>", f"</h1>{HOSTILE[0]}{HOSTILE[1]}")
    show(chrome, page, tmp_path)
    assert chrome.title == "A host"
    assert any("Content Security Policy" in entry["message"] for entry in log_of(chrome, "browser"))


def test_dark_mode_is_dark(chrome: Chrome, tmp_path: Path) -> None:
    colours = []
    for scheme in ("light", "dark"):
        chrome.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
        )
        show(chrome, report(SEED), tmp_path)
        colours.append(
            chrome.find_element("css selector", "body").value_of_css_property("background-color")
        )
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert colours == ["rgba(255, 255, 255, 1)", "rgba(20, 23, 26, 1)"]


def test_print_shows_what_is_folded(chrome: Chrome, tmp_path: Path) -> None:
    show(chrome, report(SEED), tmp_path)
    captured = chrome.find_element("css selector", "#incoming-13 pre")
    shown = []
    for media in ("print", ""):
        chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media})
        shown.append(chrome.execute_script("return arguments[0].checkVisibility()", captured))
    assert shown == [True, False]


def test_it_can_be_read_without_script(tmp_path: Path) -> None:
    browser = start(tmp_path / "profile", script=False)
    try:
        show(browser, report(SEED), tmp_path)
        assert browser.find_elements("css selector", "th button") == []
        text = browser.find_element("css selector", "main").text
        assert "apache2 listens on tcp/80 on all IPv4 and IPv6 addresses" in text
        browser.find_element("css selector", "#incoming-13 summary").click()
        assert browser.find_element("css selector", "#incoming-13 pre").is_displayed()
    finally:
        browser.quit()
