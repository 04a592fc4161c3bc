"""A clinician and the person look years ahead, on the service itself, in a real browser."""

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard_page import DESKTOP, PHONE, Screen, opened, overflow_px, photograph, violations
from glucotwin.service.state import Service
from made_up_service import made_up_running, sign_up
from made_up_store import MadeUpStore
from running_service import PATIENCE_MS, running, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

MEASURED = {
    "Age, years": "61",
    "Years since the diagnosis": "7",
    "HbA1c, %": "8.4",
    "BMI, kg/m²": "32.5",
    "eGFR, mL/min/1.73 m²": "68",
    "Albumin to creatinine, mg/g": "45",
    "Systolic pressure, mmHg": "144",
    "LDL cholesterol, mmol/L": "3",
    "HDL cholesterol, mmol/L": "1.1",
    "Total cholesterol, mmol/L": "5",
}


@pytest.fixture
def service(store: MadeUpStore) -> Service:
    """A service of its own, which its run closes."""
    return made_up_running(store.database("years"))


def test_a_clinician_and_the_person_look_years_ahead(service: Service, browser: Browser) -> None:
    owner, clinician = sign_up(service, "owner"), sign_up(service, "clinician")
    person_id = owner.person(diabetes_type="type2")
    owner.invite(person_id, clinician, "clinician")
    owner.consent(person_id, "care-view")
    with running(service) as address:
        expect.set_options(timeout=PATIENCE_MS)
        screens = ((clinician.login, True, DESKTOP, "light"), (owner.login, False, PHONE, "dark"))
        for login, compares, size, scheme in screens:
            with opened(browser, address, Screen(size=size, scheme=scheme)) as page:
                sign_in(page, login)
                page.goto(f"{address}/#/years")
                _look(page, compares=compares)
                assert (violations(page), overflow_px(page)) == ([], 0)
                photograph(page, f"years-{size[0]}-{scheme}")


def _look(page: Page, *, compares: bool) -> None:
    form = page.locator("form.years")
    for label, value in MEASURED.items():
        form.get_by_label(label, exact=True).fill(value)
    if compares:
        first = form.get_by_role("group", name="Regimen 1")
        first.get_by_label("Medicine 1").select_option("empagliflozin")
        first.get_by_label("Dose, mg a day").fill("10")
        first.get_by_label("Medicine 2").select_option("atorvastatin")
        first.get_by_label("Dose, mg a day").nth(1).fill("40")
    else:
        expect(form.get_by_role("group", name="Regimen 1")).to_have_count(0)
    form.get_by_role("button", name="Look ahead").press("Enter")
    expect(page.get_by_text("Of 100 people like this").first).to_be_visible()
    page.get_by_label("What may happen").select_option("heart_failure")
    expect(page.get_by_role("img").first).to_be_visible()
