"""The dashboard on the service itself, from signing up to erasure, in a real browser."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard_page import (
    DESKTOP,
    PHONE,
    Screen,
    opened,
    overflow_px,
    photograph,
    violations,
)
from glucotwin.core.message import message
from glucotwin.core.profile import Profile
from glucotwin.service.state import Service
from glucotwin.service.worker import Worker
from glucotwin.workflows.living.course import the_course
from made_up_service import API, give_twin, made_up_running, sign_up, with_twin
from made_up_store import PASSWORD, MadeUpStore
from running_service import PATIENCE_MS, running, sign_in

pytestmark = pytest.mark.e2e


@pytest.fixture
def service(store: MadeUpStore) -> Service:
    """A service of its own, which its run closes."""
    return made_up_running(store.database("journey"))


def test_from_signing_up_to_erasure(service: Service, browser: Browser, tmp_path: Path) -> None:
    with running(service) as address, opened(browser, address, Screen(size=PHONE)) as page:
        page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        _sign_up(page)
        _import(page, tmp_path / "days.csv")
        person_id, account_id = _identities(page)
        at = give_twin(service, account_id, person_id)
        _see_the_twin(page, address)
        _try_a_meal(page, address)
        _hear_an_alarm(page, address, service, person_id, at)
        _revoke(page, address)
        _erase(page, address)


def test_advice_reaches_a_person_when_a_clinician_who_took_the_course_signs_it(
    service: Service, browser: Browser
) -> None:
    owner, clinician = sign_up(service, "owner"), sign_up(service, "clinician")
    person_id = owner.person()
    owner.invite(person_id, clinician, "clinician")
    owner.consent(person_id, "care-view")
    with running(service) as address:
        expect.set_options(timeout=PATIENCE_MS)
        with opened(browser, address, Screen(size=DESKTOP)) as page:
            sign_in(page, clinician.login)
            page.goto(f"{address}/#/clinic")
            _propose_a_walk(page)
            expect(page.get_by_text("Before the first signature stands the course below.")).to_be_visible()
            _take_the_course(page)
            assert (violations(page), overflow_px(page)) == ([], 0)
            page.get_by_label("Reason for your decision").fill("Looked at two weeks.")
            page.get_by_role("button", name="Sign", exact=True).click()
            expect(page.get_by_text("signed", exact=True)).to_be_visible()
            photograph(page, "review")
        with opened(browser, address, Screen(size=PHONE)) as page:
            sign_in(page, owner.login)
            expect(page.get_by_text("A walk of 20 minutes")).to_be_visible()
            page.get_by_role("button", name="No: does not fit my day").click()
            expect(page.get_by_text("owner disagreed. No: does not fit my day")).to_be_visible()
            assert (violations(page), overflow_px(page)) == ([], 0)
            photograph(page, "advice")


@pytest.mark.slow
def test_a_clinician_compares_therapies(service: Service, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "profile", Profile.RESEARCH)
    owner, clinician = sign_up(service, "owner"), sign_up(service, "clinician")
    person_id, _ = with_twin(service, owner)
    owner.invite(person_id, clinician, "clinician")
    with running(service, Worker(service).running()) as address:
        expect.set_options(timeout=PATIENCE_MS)
        for size, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
            with opened(browser, address, Screen(size=size, scheme=scheme)) as page:
                sign_in(page, clinician.login)
                page.goto(f"{address}/#/clinic")
                page.locator(".therapies").get_by_role("radio", name="3", exact=True).check()
                page.get_by_role("button", name="Compare").click()
                page.get_by_role("button", name="Call it off").click()
                expect(page.get_by_text("Called off.")).to_be_visible()
                page.get_by_role("button", name="Compare").click()
                expect(page.get_by_role("progressbar")).to_be_visible()
                photograph(page, f"therapies-working-{scheme}")
                page.reload()
                expect(page.get_by_text("The median day of each")).to_be_visible(timeout=120_000)
                expect(page.locator(".therapies").get_by_role("radio", name="3", exact=True)).to_be_checked()
                assert (violations(page), overflow_px(page)) == ([], 0)
                photograph(page, f"therapies-{scheme}")


def _propose_a_walk(page: Page) -> None:
    page.get_by_role("button", name="Propose a change").click()
    assert violations(page) == []
    page.get_by_role("combobox").select_option("walk")
    page.get_by_label("Proposed, in minutes").fill("20")
    page.get_by_label("Why, in words for the person").fill("The evenings run high.")
    page.get_by_role("button", name="Keep for review").click()
    expect(page.get_by_text("waits for review")).to_be_visible()


def _take_the_course(page: Page) -> None:
    for check in the_course().checks:
        page.get_by_label(message(f"course-{check.name}-1"), exact=True).check()
    page.get_by_role("button", name="Look at my answers").click()
    expect(page.get_by_text("Not quite. Read the lesson again.").first).to_be_visible()
    for check in the_course().checks:
        page.get_by_label(message(f"course-{check.name}-{check.right}"), exact=True).check()
    page.get_by_role("button", name="Look at my answers").click()
    expect(page.get_by_text("You passed version 1")).to_be_visible()


def _sign_up(page: Page) -> None:
    page.get_by_role("button", name="I have no account yet").click()
    page.get_by_label("Name", exact=True).fill("Ada")
    page.get_by_label("Sign-in name").fill("ada-of-the-journey")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make account").click()
    page.get_by_label("How insulin is given").select_option("pump")
    page.get_by_role("button", name="Go on").click()
    for title in ("Carers and clinicians whom I name see my data", "A twin is fitted to my data"):
        page.get_by_role("button", name=f"I agree: {title}").click()
        expect(page.get_by_role("button", name=f"Take back: {title}")).to_be_visible()
    assert violations(page) == []


def _import(page: Page, file: Path) -> None:
    rows = [f"2024-02-20T{hour:02}:{minute:02}:00Z,{110 + hour}" for hour in range(24) for minute in range(0, 60, 5)]
    file.write_text("\n".join(["time,glucose_mgdl", *rows]) + "\n", encoding="utf-8")
    page.goto(re.sub("#.*", "", page.url) + "#/data")
    page.get_by_label("Files").set_input_files(file)
    expect(page.get_by_text("Added: Glucose 288")).to_be_visible()


def _identities(page: Page) -> tuple[str, str]:
    session = page.request.get(page.url.split("#")[0] + f"{API[1:]}/session").json()
    people = page.request.get(page.url.split("#")[0] + f"{API[1:]}/people").json()["items"]
    return people[0]["person_id"], session["account"]["account_id"]


def _see_the_twin(page: Page, address: str) -> None:
    page.goto(f"{address}/#/now")
    page.reload()
    expect(page.get_by_text("50 % band", exact=True)).to_be_visible()
    expect(page.get_by_text("Insulin still acting")).to_be_visible()
    assert violations(page) == []
    page.goto(f"{address}/#/twin")
    expect(page.get_by_text("What the twin knows about me")).to_be_visible()
    expect(page.locator(".parameter").first).to_be_visible()
    assert violations(page) == []
    page.goto(f"{address}/#/days")
    expect(page.get_by_text("The usual day")).to_be_visible()
    assert (violations(page), overflow_px(page)) == ([], 0)


def _try_a_meal(page: Page, address: str) -> None:
    page.goto(f"{address}/#/try")
    page.get_by_role("button", name="Food").click()
    expect(page.get_by_role("cell", name="Scenario A").first).to_be_visible()
    expect(page.get_by_role("img").first).to_have_attribute("aria-label", re.compile("higher"))
    assert violations(page) == []


def _hear_an_alarm(page: Page, address: str, service: Service, person_id: str, at: datetime) -> None:
    page.goto(f"{address}/#/now")
    expect(page.get_by_text("50 % band", exact=True)).to_be_visible()
    token = page.request.get(f"{address}{API}/session").json()["csrf_token"]
    low = [{"time": (at + timedelta(minutes=4 + step)).isoformat(), "glucose_mgdl": 50 - step} for step in (0, 5)]
    service.clocks[person_id] = lambda: at + timedelta(minutes=10)
    sent = page.request.post(
        f"{address}{API}/people/{person_id}/readings", data={"readings": low}, headers={"X-CSRF-Token": token}
    )
    assert sent.ok, sent.text()
    expect(page.get_by_role("alert").get_by_text("Urgent low soon")).to_be_visible()
    page.get_by_role("button", name="15 min", exact=True).first.click()
    expect(page.get_by_text("Quiet until")).to_be_visible()


def _revoke(page: Page, address: str) -> None:
    page.goto(f"{address}/#/consent")
    page.get_by_role("button", name="Take back: A twin is fitted to my data").click()
    expect(page.get_by_role("button", name="I agree: A twin is fitted to my data")).to_be_visible()
    page.goto(f"{address}/#/now")
    expect(page.get_by_text("No forecast at the moment.").first).to_be_visible()
    expect(page.get_by_text("50 % band", exact=True)).to_have_count(0)


def _erase(page: Page, address: str) -> None:
    page.goto(f"{address}/#/twin")
    page.get_by_role("button", name="Delete everything").click()
    page.get_by_label("Type Ada to confirm").fill("Ada")
    page.get_by_role("dialog").get_by_role("button", name="Delete everything", exact=True).click()
    expect(page.get_by_text("For whom is the twin?")).to_be_visible()
