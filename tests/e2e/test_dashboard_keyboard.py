"""The dashboard by keyboard alone, at twice the size, and on the narrowest screen; everything large enough to press."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard_page import DESKTOP, PAGES, PHONE, Screen, opened, overflow_px, photograph, stand_in, violations

pytestmark = pytest.mark.e2e

NARROW = (320, 640)
"""As wide as WCAG 2.2 (1.4.10) asks for: 1280 px at four times the size."""
DOUBLED = (640, 430)
"""What is left of a desktop at twice the size."""
LEAST_PX = 24
"""Least width and height of what is pressed (WCAG 2.2, 2.5.8)."""
MOST_TABS = 150
CUT_OFF = """() => {
  const scrolls = one => { const style = getComputedStyle(one); return /auto|scroll/.test(style.overflowX); };
  const inScroller = one => one !== null && (scrolls(one) || inScroller(one.parentElement));
  const said = one => [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
  return [...document.querySelectorAll("body *")].filter(said).filter(one => {
    const box = one.getBoundingClientRect();
    if (box.width <= 1 || box.height <= 1 || inScroller(one)) return false;
    if (getComputedStyle(one).opacity === "0" || one.closest("svg, details:not([open]) > :not(summary)")) return false;
    const style = getComputedStyle(one), place = one.closest("button, a, label, section, p, li") ?? one;
    const clips = style.overflowX === "hidden" && one.scrollWidth > one.clientWidth + 1;
    const leaves = style.display !== "inline" && place.clientWidth > 1 && place.scrollWidth > place.clientWidth + 1;
    const sinks = one.matches("p") && box.bottom > one.parentElement.getBoundingClientRect().bottom + 1;
    return clips || leaves || sinks || box.right > innerWidth + 1 || box.left < -1;
  }).map(one => one.tagName + ": " + one.textContent.trim().slice(0, 60));
}"""
"""Text that stands outside the window or what it belongs to, or is cut off, and cannot be scrolled to."""
TOO_SMALL = """least => {
  const pressed = "a[href], button, input, select, textarea, summary, [role=slider], [role=button]";
  return [...document.querySelectorAll(pressed)].filter(one => {
    if (!one.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    // A link within a sentence is as tall as its line; what has a label is pressed on that as well.
    if (one.matches("a") && getComputedStyle(one).display === "inline") return false;
    const place = one.matches("input, select") ? one.closest("label") ?? one : one;
    const box = place.getBoundingClientRect();
    return box.width > 1 && (box.width < least || box.height < least);
  }).map(one => one.outerHTML.slice(0, 120) + JSON.stringify(one.getBoundingClientRect()));
}"""
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const box = one.getBoundingClientRect(), style = getComputedStyle(one);
  const nav = document.querySelector("nav")?.getBoundingClientRect();
  const isFixed = nav && getComputedStyle(document.querySelector("nav")).position === "fixed";
  const covered = isFixed && !one.closest("nav, dialog") && box.top >= nav.top && box.height > 0;
  const place = one.matches("input") ? one.closest("label") ?? one : one;
  const shown = style.outlineStyle !== "none" || getComputedStyle(place).outlineStyle !== "none";
  const role = one.getAttribute("role");
  const name = one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent ?? one.textContent ?? "";
  return { name: ((role ?? "") + " " + name).trim(), text: one.outerHTML.slice(0, 160), covered, shown };
}"""
REACHABLE = """() => {
  const pressed = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  const groups = new Set();
  return [...document.querySelectorAll(pressed)].filter(one => {
    if (one.disabled || !one.checkVisibility({ visibilityProperty: true })) return false;
    if (one.type !== "radio") return true;
    // Tab reaches a group of radio buttons, arrows go through it.
    const isFirst = !groups.has(one.name);
    groups.add(one.name);
    return isFirst;
  }).length;
}"""


def _whole(page: Page, address: str, name: str, part: str) -> None:
    page.goto(f"{address}/#/{name}")
    page.locator(part).first.wait_for()


@pytest.mark.parametrize("size", [NARROW, DOUBLED], ids=["320-px", "twice-the-size"])
def test_pages_reflow_and_hide_nothing(size: tuple[int, int], browser: Browser) -> None:
    screen = Screen(size=size, language="de-DE")
    with stand_in("alarm", "research") as address, opened(browser, address, screen) as page:
        for name, part in PAGES.items():
            _whole(page, address, name, part)
            photograph(page, f"reflow-{name}-{size[0]}")
            assert (name, overflow_px(page), page.evaluate(CUT_OFF)) == (name, 0, [])


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_what_is_pressed_is_large_enough(size: tuple[int, int], browser: Browser) -> None:
    with stand_in("alarm", "research") as address, opened(browser, address, Screen(size=size)) as page:
        for name, part in PAGES.items():
            _whole(page, address, name, part)
            assert (name, page.evaluate(TOO_SMALL, LEAST_PX)) == (name, [])


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_tab_reaches_everything_and_shows_where_it_is(size: tuple[int, int], browser: Browser) -> None:
    with stand_in("alarm", "research") as address, opened(browser, address, Screen(size=size)) as page:
        for name, part in PAGES.items():
            _whole(page, address, name, part)
            wanted = page.evaluate(REACHABLE)
            reached: set[str] = set()
            page.evaluate("document.activeElement.blur()")
            for _ in range(2 * wanted):
                page.keyboard.press("Tab")
                found = page.evaluate(FOCUSED)
                if found is None:
                    continue
                assert (name, found["shown"], found["covered"], found["text"]) == (name, True, False, found["text"])
                reached.add(page.evaluate(PLACE))
            assert len(reached) >= wanted, (name, wanted, sorted(reached))


PLACE = """() => {
  const steps = [];
  for (let one = document.activeElement; one; one = one.parentElement)
    steps.push([...(one.parentElement?.children ?? [one])].indexOf(one));
  return steps.join(".");
}"""
"""Where in the page the focus is."""


def test_a_day_by_keyboard_alone(browser: Browser) -> None:
    """Signs in, silences an alarm, tries a meal, goes through every page, and signs out: Tab, Enter, arrows."""
    with (
        stand_in("alarm", "research", "signed-out") as address,
        opened(browser, address, Screen(size=DESKTOP)) as page,
    ):
        _go(page, "Sign-in name")
        page.keyboard.type("alex")
        _go(page, "Password")
        page.keyboard.type("a few good words")
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="Now")).to_be_visible()
        _press(page, re.compile("^15 min"))
        _press(page, re.compile("^Food"))
        expect(page.get_by_role("dialog")).to_be_visible()
        _press(page, re.compile("^45 g"))
        expect(page.get_by_text("45 g logged")).to_be_visible()
        _press(page, re.compile("^Undo"))
        _press(page, re.compile("^Try it"))
        page.locator("figure .u-over").first.wait_for()
        _press(page, re.compile("^Food"))
        _go(page, re.compile("^slider Food"))
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("slider", name="Food")).to_have_attribute("aria-valuetext", re.compile("35 g"))
        expect(page.get_by_role("cell", name="Scenario A").first).to_be_visible()
        for link, part in (("Days", PAGES["days"]), ("Twin", PAGES["twin"]), ("Clinic", PAGES["clinic"])):
            _press(page, re.compile(f"^{link}"))
            page.locator(part).first.wait_for()
            assert (link, violations(page)) == (link, [])
        _press(page, re.compile("^Settings"))
        _press(page, re.compile("^Sign out"))
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("screen", [Screen(size=DESKTOP), Screen(size=PHONE, scheme="dark")], ids=["desktop", "phone"])
def test_a_questionnaire_is_filled_in_by_keyboard_and_taken_out(screen: Screen, browser: Browser) -> None:
    with stand_in() as address, opened(browser, f"{address}/#/days", screen) as page:
        page.locator(PAGES["days"]).first.wait_for()
        _press(page, re.compile("^Fill in: Everyday life"))
        expect(page.get_by_role("dialog")).to_be_visible()
        for code in ("always", "half"):
            page.keyboard.press("Tab")
            while page.evaluate("document.activeElement.type") != "radio":
                page.keyboard.press("Tab")
            page.keyboard.press("Space")
            while page.evaluate("document.activeElement.value") != code:
                page.keyboard.press("ArrowDown")
        assert violations(page) == []
        photograph(page, f"questions-{screen.size[0]}")
        page.keyboard.press("Enter")
        expect(page.get_by_text("3 of 4")).to_be_visible()
        assert (violations(page), overflow_px(page)) == ([], 0)
        photograph(page, f"answers-{screen.size[0]}")
        _press(page, re.compile("^Take out: "))
        expect(page.get_by_text("3 of 4")).to_be_hidden()


def _press(page: Page, name: str | re.Pattern[str]) -> None:
    _go(page, name)
    page.keyboard.press("Enter")


def _go(page: Page, name: str | re.Pattern[str]) -> None:
    """Presses Tab until what is called so has the focus."""

    met: list[str] = []
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED)
        if found is not None and re.match(name, found["name"]):
            return
        met.append("" if found is None else found["name"][:30])
    raise AssertionError(f"Tab does not lead to {name}: {met}")
