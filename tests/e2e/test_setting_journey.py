"""A clinician asks for advice on settings, reads why, and makes a change of it a proposal, in a real browser."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard_page import DESKTOP, PHONE, Screen, opened, overflow_px, photograph, violations
from glucotwin.core.profile import Profile
from glucotwin.service.endpoint import setting_advice
from glucotwin.service.state import Service
from made_up_service import made_up_running, sign_up, with_twin
from made_up_store import MadeUpStore
from running_service import PATIENCE_MS, running, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def _estimate(median: float, low: float, high: float) -> dict[str, float]:
    return {"median": median, "low": low, "high": high, "expected": median}


def _outcome(name: str, before: float, after: float) -> dict[str, object]:
    apart = after - before
    return {
        "name": name,
        "unit": "%",
        "baseline": _estimate(before, before, before),
        "changed": _estimate(after, after - 1.0, after + 1.0),
        "difference": _estimate(apart, apart - 1.0, apart + 1.0),
    }


def _day(level: float) -> dict[str, list[float]]:
    values = [level + 20.0 * (index % 12 > 7) for index in range(48)]
    return {
        "start_min": [30.0 * index for index in range(48)],
        "median_mgdl": values,
        "low_mgdl": [one - 15.0 for one in values],
        "high_mgdl": [one + 15.0 for one in values],
    }


FOUND: dict[str, object] = {
    "start": "2024-03-01T00:00:00+00:00",
    "end": "2024-03-15T00:00:00+00:00",
    "days": 14.0,
    "certainty": 0.94,
    "outcomes": [_outcome("time_in_range_pct", 62.0, 69.0), _outcome("time_below_70_pct", 1.0, 1.2)],
    "changes": [
        {
            "kind": "carb-ratio",
            "proposal_kind": "carb-ratio",
            "name": "Carb ratio 06:00–11:00",
            "before": 10.0,
            "after": 9.0,
            "before_text": "10 g/U",
            "after_text": "9 g/U",
            "from_minute": 360,
            "to_minute": 660,
            "why": "Carb ratio 06:00–11:00: 13 doses in these hours; glucose stood at 190 mg/dL (median).",
        },
        {
            "kind": "target",
            "proposal_kind": None,
            "name": "Target",
            "before": 120.0,
            "after": 110.0,
            "before_text": "120 mg/dL",
            "after_text": "110 mg/dL",
            "from_minute": 0,
            "to_minute": 1440,
            "why": "Target: 9 doses in these hours.",
        },
    ],
    "alternatives": ["fewer lows: +5.1 points of time in range, −0.4 below 70 (Carb ratio 06:00–11:00 9.5 g/U)."],
    "titration": [],
    "habits": ["Boluses of meals 10 min earlier, with today's settings: +0.8 points of time in range, 0.0 below 70."],
    "withheld": ["Nothing is said on Carb ratio 00:00–06:00: Too few meals with a dose."],
    "today": _day(170.0),
    "advised": _day(152.0),
    "uncertainty": "Expected values over the twin's draws and days.",
    "limits": "A proposal for a clinician to check and sign, not for dosing by itself.",
    "twin_version": "1",
}


@pytest.fixture
def service(store: MadeUpStore, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service of its own in the research profile, which answers as made up."""

    def told(_: Any, **__: Any) -> dict[str, object]:
        return FOUND

    monkeypatch.setattr(setting_advice, "ask_settings", lambda *_: lambda: None)
    monkeypatch.setattr(setting_advice, "setting_advice_json", told)
    made = made_up_running(store.database("settings"))
    monkeypatch.setattr(made, "profile", Profile.RESEARCH)
    return made


def test_a_clinician_asks_for_better_settings_and_proposes_one(service: Service, browser: Browser) -> None:
    owner, clinician = sign_up(service, "owner"), sign_up(service, "clinician")
    person_id, _ = with_twin(service, owner)
    owner.invite(person_id, clinician, "clinician")
    with running(service) as address:
        expect.set_options(timeout=PATIENCE_MS)
        for size, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
            with opened(browser, address, Screen(size=size, scheme=scheme)) as page:
                sign_in(page, clinician.login)
                page.goto(f"{address}/#/clinic")
                _ask(page)
                assert (violations(page), overflow_px(page)) == ([], 0)
                photograph(page, f"settings-{size[0]}-{scheme}")
                _propose(page)
                photograph(page, f"settings-propose-{size[0]}-{scheme}")


def _ask(page: Page) -> None:
    part = page.locator(".advice")
    part.get_by_role("button", name="Look for better settings").click()
    expect(part.get_by_text("10 g/U → 9 g/U")).to_be_visible()
    expect(part.get_by_role("button", name="Propose this change: Target")).to_have_count(0)


def _propose(page: Page) -> None:
    page.get_by_role("button", name="Propose this change: Carb ratio 06:00–11:00").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_label("Today, in g")).to_have_value("10")
    expect(sheet.get_by_label("Proposed, in g")).to_have_value("9")
    expect(sheet.get_by_label("From")).to_have_value("06:00")
