"""A person looks at what habits would have done, in a real browser: ranked bars, each in words, in both languages."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard_page import DESKTOP, PHONE, Screen, opened, overflow_px, photograph, violations
from glucotwin.advise.lifestyle import Habit, HabitKind, Lifestyle, RankedHabit
from glucotwin.advise.what_if import Estimate, Outcome
from glucotwin.core.profile import Profile
from glucotwin.service.state import Service
from glucotwin.service.worker import Worker
from glucotwin.workflows import lifestyle
from made_up_service import made_up_running, sign_up, with_twin
from made_up_store import MadeUpStore
from running_service import PATIENCE_MS, running, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

NONE = Estimate(median=0.0, low=0.0, high=0.0, expected=0.0)
LOOK = {"en-US": "Look", "de-DE": "Nachsehen"}


def _outcome(name: str, unit: str, expected: float, half: float) -> Outcome:
    apart = Estimate(median=expected, low=expected - half, high=expected + half, expected=expected)
    return Outcome(name=name, unit=unit, baseline=NONE, changed=NONE, difference=apart)


def _habit(kind: HabitKind, part: str, gain: float, lows: float, meals: tuple[Any, ...]) -> RankedHabit:
    outcomes = (
        _outcome("time_in_range_pct", "%", gain, 1.6),
        _outcome("time_below_70_pct", "%", lows, 0.5),
        _outcome("mean_glucose_mgdl", "mg/dL", -2.0 * gain, 3.0),
    )
    cautions = ("what-if-exercise-from-prior",) if kind is HabitKind.WALK else ("what-if-bands-learned",)
    return RankedHabit(
        habit=Habit(kind=kind, part=part), meals=meals, outcomes=outcomes, certainty=0.8, cautions=cautions
    )


@pytest.fixture
def service(store: MadeUpStore, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service in the research profile whose habits are made up: the unit tests replay them."""

    def rank(*_: Any, window: Any, insulin: bool, **__: Any) -> Lifestyle:
        meals = (window.start,) * 6
        habits = (
            _habit(HabitKind.WALK, "dinner", 2.4, 0.2, meals),
            _habit(HabitKind.SMALLER, "lunch", 1.1, -0.1, meals),
            _habit(HabitKind.FIBRE, "breakfast", -0.4, 0.0, meals[:1]),
            _habit(HabitKind.EARLIER_BOLUS, "", -1.9, 0.9, meals),
        )
        shown = tuple(one for one in habits if insulin or not one.habit.is_insulin)
        return Lifestyle(window=window, habits=shown)

    monkeypatch.setattr(lifestyle, "rank_habits", rank)
    made = made_up_running(store.database("habits"))
    monkeypatch.setattr(made, "profile", Profile.RESEARCH)

    def at_once(job_id: str, person_id: str, account_id: str) -> None:
        Worker(made).work(job_id, person_id, account_id)

    monkeypatch.setattr(made, "defer", at_once)
    return made


def test_habits_are_looked_at_and_read_in_both_languages(service: Service, browser: Browser) -> None:
    owner, clinician = sign_up(service, "owner"), sign_up(service, "clinician")
    person_id, _ = with_twin(service, owner)
    owner.invite(person_id, clinician, "clinician")
    with running(service) as address:
        expect.set_options(timeout=PATIENCE_MS)
        for who, screen, count in (
            (clinician, Screen(size=DESKTOP), 4),
            (owner, Screen(size=PHONE, scheme="dark", language="de-DE"), 2),
        ):
            with opened(browser, address, screen) as page:
                sign_in(page, who.login)
                page.goto(f"{address}/#/try")
                _look(page, LOOK[screen.language], count)
                assert (violations(page), overflow_px(page)) == ([], 0)
                photograph(page, f"habits-{screen.size[0]}-{screen.scheme}")


def _look(page: Page, button: str, count: int) -> None:
    part = page.locator("section.habits")
    part.get_by_role("button", name=button, exact=True).click()
    rows = part.locator("ol > li")
    expect(rows).to_have_count(count)
    expect(rows.first).to_contain_text("20 min")
    rows.first.locator("summary").press("Enter")
    expect(rows.first.locator("details p").first).to_be_visible()
    rows.first.scroll_into_view_if_needed()
