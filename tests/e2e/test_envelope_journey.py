"""A clinician signs limits and withdraws them, in a real browser."""

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard_page import DESKTOP, PHONE, Screen, opened, overflow_px, photograph, violations
from glucotwin.core.profile import Profile
from glucotwin.service.state import Service
from glucotwin.workflows.living.course import the_course
from made_up_service import made_up_running, sign_up, with_twin
from made_up_store import MadeUpStore
from running_service import PATIENCE_MS, running, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
RIGHT = {one.name: one.right for one in the_course().checks}
TYPED = (("0.5", "1.2"), ("7", "14"), ("30", "60"), ("100", "130"))


@pytest.fixture
def service(store: MadeUpStore, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service of its own in the research profile."""
    made = made_up_running(store.database("envelope"))
    monkeypatch.setattr(made, "profile", Profile.RESEARCH)
    return made


def test_a_clinician_signs_limits_and_withdraws_them(service: Service, browser: Browser) -> None:
    owner, clinician = sign_up(service, "owner"), sign_up(service, "clinician")
    person_id, _ = with_twin(service, owner)
    owner.invite(person_id, clinician, "clinician")
    assert clinician.post("/course", {"version": the_course().version, "answers": RIGHT}).json()["passed"]
    with running(service) as address:
        expect.set_options(timeout=PATIENCE_MS)
        for size, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
            with opened(browser, address, Screen(size=size, scheme=scheme)) as page:
                sign_in(page, clinician.login)
                page.goto(f"{address}/#/clinic")
                _sign(page)
                photograph(page, f"limits-form-{size[0]}-{scheme}")
                page.locator(".limits").get_by_role("button", name="Sign").click()
                expect(page.locator(".limits .held")).to_contain_text("Single doses up to 8 U")
                assert (violations(page), overflow_px(page)) == ([], 0)
                photograph(page, f"limits-held-{size[0]}-{scheme}")
                _withdraw(page)


def _sign(page: Page) -> None:
    part = page.locator(".limits")
    part.get_by_text("Sign new limits").click()
    sign = part.get_by_role("button", name="Sign")
    for index, (low, high) in enumerate(TYPED):
        part.get_by_label("Lowest").nth(index).fill(high)
        part.get_by_label("Highest").nth(index).fill(low)
    part.get_by_label("Largest single dose, U").fill("8")
    part.get_by_label("Why, in words for the person").fill("First weeks on a pump.")
    expect(part.get_by_text("the lowest first")).to_have_count(len(TYPED))
    expect(sign).to_be_disabled()
    for index, (low, high) in enumerate(TYPED):
        part.get_by_label("Lowest").nth(index).fill(low)
        part.get_by_label("Highest").nth(index).fill(high)
    expect(sign).to_be_enabled()


def _withdraw(page: Page) -> None:
    part = page.locator(".limits")
    part.get_by_text("Withdraw these limits").first.click()
    part.get_by_label("Reason").fill("Lows at night.")
    part.get_by_role("button", name="Withdraw these limits").click()
    expect(part.get_by_text("No limits hold.")).to_be_visible()
