"""Somebody asks what would help now, does it, and sees what became of it; a clinician sees doses within limits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard_page import DESKTOP, PHONE, Screen, opened, overflow_px, photograph, violations
from glucotwin.core.profile import Profile
from glucotwin.service.state import Service
from glucotwin.store.desk import Desk
from glucotwin.workflows.forecast import newest_reading
from glucotwin.workflows.living.course import the_course
from glucotwin.workflows.living.memory import Memory
from glucotwin.workflows.moment_advice import HORIZON_MIN
from glucotwin.workflows.what_if import OpenProspect
from made_up_ahead import made_up_ahead, move_straight
from made_up_service import Browser as Account
from made_up_service import made_up_running, sign_up, with_twin
from made_up_store import PASSWORD, MadeUpStore
from running_service import PATIENCE_MS, running, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

RIGHT = {one.name: one.right for one in the_course().checks}
LIMITS: dict[str, object] = {
    "basal_u_per_h": [0.3, 1.2],
    "carb_ratio_g_per_u": [6, 16],
    "correction_factor_mgdl_per_u": [25, 70],
    "target_mgdl": [90, 150],
    "max_bolus_u": 4,
}
LEVEL_MGDL = {"low": 66.0, "high": 160.0}


@pytest.fixture
def level() -> dict[str, float]:
    """Where the made-up hours ahead lie."""
    return {"mgdl": LEVEL_MGDL["low"]}


@pytest.fixture
def service(store: MadeUpStore, monkeypatch: pytest.MonkeyPatch, level: dict[str, float]) -> Service:
    """A service of its own in the research profile with made-up hours ahead."""

    true = Memory.prospect

    def prospect(memory: Memory, desk: Desk, person_id: str, *, origin: datetime | None, horizon_min: int) -> Any:
        if horizon_min != HORIZON_MIN:
            return true(memory, desk, person_id, origin=origin, horizon_min=horizon_min)
        timeline = memory.timeline(desk, person_id)
        start = origin or newest_reading(timeline)
        return OpenProspect(prospect=made_up_ahead(level["mgdl"], start, timeline), data_hash="made-up")

    monkeypatch.setattr(Memory, "prospect", prospect)
    monkeypatch.setattr(Service, "changed", lambda *_: None)
    move_straight(monkeypatch)
    made = made_up_running(store.database("moments"))
    monkeypatch.setattr(made, "profile", Profile.RESEARCH)
    return made


def test_a_person_is_told_what_to_eat_does_it_and_sees_what_became_of_it(service: Service, browser: Browser) -> None:
    owner = sign_up(service, "owner")
    person_id, now = with_twin(service, owner)
    clock = {"now": now}
    service.clocks[person_id] = lambda: clock["now"]
    with running(service) as address:
        expect.set_options(timeout=PATIENCE_MS)
        for size, scheme, language in ((PHONE, "light", "en-US"), (DESKTOP, "dark", "de-DE")):
            with opened(browser, address, Screen(size=size, scheme=scheme, language=language)) as page:
                if language.startswith("de"):
                    _sign_in_german(page, owner.login)
                else:
                    sign_in(page, owner.login)
                name = f"{size[0]}-{scheme}"
                _take_food(page, name, german=language.startswith("de"))
                begun = clock["now"]
                clock["now"] += timedelta(hours=5, minutes=1)
                _live(owner, person_id, begun)
                page.reload()
                _see_outcome(page, name, german=language.startswith("de"))


def test_a_clinician_sees_doses_within_signed_limits(
    service: Service, browser: Browser, level: dict[str, float]
) -> None:
    level["mgdl"] = LEVEL_MGDL["high"]
    owner, clinician = sign_up(service, "owner"), sign_up(service, "clinician")
    person_id, _ = with_twin(service, owner)
    owner.invite(person_id, clinician, "clinician")
    assert clinician.post("/course", {"version": the_course().version, "answers": RIGHT}).json()["passed"]
    until = datetime.now(UTC) + timedelta(days=28)
    body = {"limits": LIMITS, "valid_until": until.isoformat(), "why": "First weeks on a pump."}
    assert clinician.post(f"/people/{person_id}/envelopes", body).status_code == 201
    with running(service) as address:
        expect.set_options(timeout=PATIENCE_MS)
        for size, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
            with opened(browser, address, Screen(size=size, scheme=scheme)) as page:
                sign_in(page, clinician.login)
                _dose_a_meal(page, f"{size[0]}-{scheme}")


def _sign_in_german(page: Page, login: str) -> None:
    page.set_default_timeout(PATIENCE_MS)
    page.get_by_label("Anmeldename").fill(login)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("link", name="Jetzt")).to_be_visible()


def _take_food(page: Page, name: str, *, german: bool) -> None:
    page.get_by_role("button", name="Was würde jetzt helfen?" if german else "What would help now?").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_text("Eine Mahlzeit" if german else "A meal")).to_have_count(0)
    ask = sheet.get_by_role("button", name="Zeigen, was helfen würde" if german else "Show what would help")
    expect(ask).to_be_visible()
    photograph(page, f"moment-form-{name}")
    ask.click()
    first = sheet.locator("article.first")
    expect(first.get_by_role("heading")).to_contain_text("g ")
    expect(sheet.locator("article svg[role=img]").first).to_be_visible()
    assert (violations(page), overflow_px(page)) == ([], 0)
    photograph(page, f"moment-options-{name}")
    first.get_by_role("button", name="Das habe ich getan" if german else "I did this").click()
    expect(sheet).to_have_count(0)
    after = page.locator(".moments")
    expect(after.get_by_role("heading", name="Was daraus wurde" if german else "What became of it")).to_be_visible()


def _live(owner: Account, person_id: str, now: datetime) -> None:
    """Five hours in which glucose rises from 90 and stays."""
    times = [now + timedelta(minutes=5.0 * step) for step in range(1, 61)]
    readings = [
        {"time": one.isoformat(), "glucose_mgdl": min(90 + 1.5 * step, 130)} for step, one in enumerate(times, 1)
    ]
    assert owner.post(f"/people/{person_id}/readings", {"readings": readings}).status_code == 200


def _see_outcome(page: Page, name: str, *, german: bool) -> None:
    after = page.locator(".moments")
    after.locator("summary").first.click()
    newest = after.locator("details").first
    expect(newest.get_by_role("row", name="Im Ziel" if german else "In range")).to_be_visible()
    expect(newest.get_by_text("Aufgezeichnet wie geraten" if german else "On record as advised")).to_be_visible()
    assert (violations(page), overflow_px(page)) == ([], 0)
    photograph(page, f"moment-outcome-{name}")


def _dose_a_meal(page: Page, name: str) -> None:
    page.get_by_role("button", name="What would help now?").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("radio", name="A meal").check()
    sheet.get_by_label("Carbohydrate, g").fill("40")
    sheet.get_by_label("Carb ratio, g per unit").fill("10")
    sheet.get_by_label("Correction factor").fill("45")
    sheet.get_by_label("Target").fill("110")
    photograph(page, f"moment-meal-{name}")
    sheet.get_by_role("button", name="Show what would help").click()
    first = sheet.locator("article.first")
    expect(first.get_by_role("heading")).to_contain_text(" U")
    expect(sheet.get_by_text("Not advised, and why")).to_be_visible()
    assert (violations(page), overflow_px(page)) == ([], 0)
    photograph(page, f"moment-doses-{name}")
    first.get_by_role("button", name="I did this").click()
    expect(sheet).to_have_count(0)
    page.goto(page.url.split("#")[0] + "#/clinic")
    part = page.locator(".moments")
    expect(part.locator("summary").first).to_contain_text("a meal")
    part.locator("summary").first.click()
    assert (violations(page), overflow_px(page)) == ([], 0)
    photograph(page, f"moment-clinic-{name}")
