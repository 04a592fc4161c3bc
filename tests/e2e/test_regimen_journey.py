"""A clinician compares regimens of a described person, on the service itself, in a real browser."""

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard_page import DESKTOP, PHONE, Screen, opened, overflow_px, photograph, violations
from glucotwin.core.profile import Profile
from glucotwin.service.state import Service
from glucotwin.workflows.living.course import the_course
from glucotwin.workflows.living.demo import prepare_type_2
from made_up_service import made_up_running, sign_up
from made_up_store import MadeUpStore
from running_service import PATIENCE_MS, running, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

MEASURED = {
    "Age, years": "61",
    "Years since the diagnosis": "7",
    "HbA1c, %": "8.4",
    "BMI, kg/m²": "32.5",
    "eGFR, mL/min/1.73 m²": "28",
    "Systolic pressure, mmHg": "144",
    "LDL cholesterol, mmol/L": "3",
    "HDL cholesterol, mmol/L": "1.1",
    "Total cholesterol, mmol/L": "5",
}


@pytest.fixture
def service(store: MadeUpStore) -> Service:
    """A service of its own, which its run closes."""
    return made_up_running(store.database("regimens"))


def test_a_clinician_compares_regimens(service: Service, browser: Browser) -> None:
    owner, clinician = sign_up(service, "owner"), sign_up(service, "clinician")
    person_id = owner.person()
    owner.invite(person_id, clinician, "clinician")
    owner.consent(person_id, "care-view")
    with running(service) as address:
        expect.set_options(timeout=PATIENCE_MS)
        for size, scheme in ((DESKTOP, "light"), (PHONE, "dark"), (DESKTOP, "dark"), (PHONE, "light")):
            with opened(browser, address, Screen(size=size, scheme=scheme)) as page:
                sign_in(page, clinician.login)
                page.goto(f"{address}/#/clinic")
                _compare(page)
                _plan(page)
                assert (violations(page), overflow_px(page)) == ([], 0)
                photograph(page, f"regimens-{size[0]}-{scheme}")


def test_a_clinician_is_advised_on_medicines_by_visits_on_record(service: Service, browser: Browser) -> None:
    service.profile = Profile.RESEARCH
    clinician = sign_up(service, "clinician")
    right = {one.name: one.right for one in the_course().checks}
    assert clinician.post("/course", {"version": the_course().version, "answers": right}).json()["passed"]
    ((person_id, day),) = prepare_type_2(service.database, clinician.account_id).items()
    service.clocks[person_id] = lambda: day
    # Otherwise the first look at the person still compiles when the service ends.
    service.warm_up(clinician.account_id, person_id)
    with running(service) as address:
        expect.set_options(timeout=PATIENCE_MS)
        for size, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
            with opened(browser, address, Screen(size=size, scheme=scheme)) as page:
                sign_in(page, clinician.login)
                page.goto(f"{address}/#/clinic")
                _advise(page)
                _propose(page)
                assert (violations(page), overflow_px(page)) == ([], 0)
                photograph(page, f"medicines-{size[0]}-{scheme}")


def _advise(page: Page) -> None:
    part = page.locator(".regimens")
    part.locator("summary").first.press("Enter")
    expect(part.get_by_label("Day")).to_have_value("2026-03-08")
    part.get_by_label("Taken before the first dose on record").fill("metformin:2000")
    part.get_by_role("button", name="Look again").click()
    expect(part.get_by_label("Day").first).to_have_value("2024-03-08")
    part.get_by_role("button", name="Propose by visits").click()
    table = part.get_by_role("table").filter(has_text="First is as good")
    expect(table.get_by_role("rowheader").first).to_contain_text("metformin:2000")
    expect(part.get_by_text("Proposed by 5 visits")).to_be_visible()


def _propose(page: Page) -> None:
    page.get_by_role("button", name="Propose a plan").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("Why, in words for the person").fill("HbA1c has risen for a year.")
    sheet.get_by_role("button", name="Keep for review").click()
    expect(sheet).to_be_hidden()
    waiting = page.locator(".review article").filter(has_text="waits for review").first
    waiting.get_by_text("What the twin of the months answered").click()
    expect(waiting.get_by_role("img", name="HbA1c from today on")).to_be_visible()
    waiting.get_by_label("Reason for your decision").fill("Talked about with the person.")
    waiting.get_by_role("button", name="Sign").click()
    signed = page.locator(".review article").filter(has_text="signed").first
    expect(signed.get_by_text("not known whether taken up")).to_be_visible()


def _compare(page: Page) -> None:
    part = page.locator(".regimens")
    part.locator("summary").first.press("Enter")
    for label, value in MEASURED.items():
        part.get_by_label(label, exact=True).fill(value)
    first, second = (part.get_by_role("group", name=f"Regimen {number}") for number in (1, 2))
    first.get_by_label("Medicine 1").select_option("metformin")
    first.get_by_label("Dose, mg a day").fill("1000")
    second.get_by_label("Medicine 1").select_option("semaglutide")
    second.get_by_label("Dose, mg a week").fill("1")
    second.get_by_label("Medicine 2").select_option("glargine")
    second.get_by_label("follows fasting glucose").check()
    part.get_by_role("button", name="Compare").click()
    expect(part.get_by_role("rowheader", name="metformin:1000")).to_be_visible()
    expect(part.get_by_role("img", name="HbA1c against weight after 12 months")).to_be_visible()
    expect(part.get_by_role("columnheader", name="Lowest HbA1c of all")).to_be_visible()
    part.get_by_text("Contraindicated", exact=True).first.click()
    expect(part.get_by_text("Metformin is contraindicated below an eGFR of 30")).to_be_visible()


def _plan(page: Page) -> None:
    part = page.locator(".regimens")
    part.get_by_role("button", name="Plan for all targets").click()
    table = part.get_by_role("table").filter(has_text="Chance of all three")
    expect(table.get_by_role("rowheader").first).to_contain_text("atorvastatin:40")
    expect(part.get_by_text("For LDL cholesterol: atorvastatin:40")).to_be_visible()
