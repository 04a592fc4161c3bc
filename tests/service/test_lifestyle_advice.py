"""What habits would have done, as jobs: kept for who asked alone, without doses for who may not be shown them."""

from dataclasses import dataclass
from typing import Any

import pytest

from glucotwin.advise.lifestyle import Habit, HabitKind, Lifestyle, RankedHabit
from glucotwin.advise.what_if import Estimate, Outcome
from glucotwin.core.message import message
from glucotwin.core.profile import Profile
from glucotwin.service.state import Service
from glucotwin.service.worker import Worker
from glucotwin.workflows import lifestyle as lifestyle_module
from made_up_service import Browser, sign_up, with_twin

NONE = Estimate(median=0.0, low=0.0, high=0.0, expected=0.0)
UNITS = {"time_in_range_pct": "%", "time_below_70_pct": "%", "mean_glucose_mgdl": "mg/dL"}


def ranked(kind: HabitKind, gain: float, meals: tuple[Any, ...]) -> RankedHabit:
    difference = Estimate(median=gain, low=gain - 1.0, high=gain + 1.0, expected=gain)
    outcomes = tuple(
        Outcome(name=name, unit=unit, baseline=NONE, changed=NONE, difference=difference)
        for name, unit in UNITS.items()
    )
    habit = Habit(kind=kind, part="" if kind is HabitKind.EARLIER_BOLUS else "dinner")
    return RankedHabit(habit=habit, meals=meals, outcomes=outcomes, certainty=0.8, cautions=("what-if-bands-learned",))


@dataclass
class Practice:
    """A person with a twin, and a clinician who may ask about insulin in the research profile."""

    service: Service
    owner: Browser
    clinician: Browser
    person_id: str
    asked: list[dict[str, Any]]

    @property
    def path(self) -> str:
        return f"/people/{self.person_id}/lifestyle-advice"

    def ask(self, who: Browser, **body: Any) -> dict[str, Any]:
        asked = who.post(self.path, body)
        assert asked.status_code == 202, asked.text
        return asked.json()

    def answer(self, who: Browser, **body: Any) -> dict[str, Any]:
        job_id = self.ask(who, **body)["job"]["job_id"]
        Worker(self.service).work(job_id, self.person_id, who.account_id)
        found = who.get(f"{self.path}/{job_id}").json()
        assert found["job"]["status"] == "done", found["job"]
        return found


@pytest.fixture(scope="module")
def people(service: Service) -> Practice:
    owner = sign_up(service, "owner")
    person_id, _ = with_twin(service, owner)
    clinician = sign_up(service, "clinician")
    owner.invite(person_id, clinician, "clinician")
    return Practice(service, owner, clinician, person_id, [])


@pytest.fixture
def practice(people: Practice, monkeypatch: pytest.MonkeyPatch) -> Practice:
    """Habits are not replayed here: ``tests/unit/advise`` does that."""

    def rank(*_: Any, window: Any, **asked: Any) -> Lifestyle:
        people.asked.append(asked | {"window": window})
        gains = {HabitKind.WALK: 2.0, HabitKind.SMALLER: 1.0}
        may = [one for one in gains if one in asked["kinds"] and (asked["insulin"] or one is HabitKind.WALK)]
        return Lifestyle(window=window, habits=tuple(ranked(one, gains[one], (window.start,) * 3) for one in may))

    monkeypatch.setattr(people.service, "profile", Profile.RESEARCH)
    monkeypatch.setattr(lifestyle_module, "rank_habits", rank)
    people.asked.clear()
    return people


def test_habits_come_ranked_with_numbers_and_a_sentence(practice: Practice) -> None:
    found = practice.answer(practice.clinician, days=3, unit="mmol/L")
    first, second = found["answer"]["habits"]
    assert (first["kind"], second["kind"]) == ("walk", "smaller")
    assert first["occasions"] == len(first["meals"]) == 3
    assert first["sentence"].startswith("A 20 min walk half an hour after dinner, at 3 meals in 3 days")
    assert "below 3.9 mmol/L" in first["sentence"]
    assert "8 of 10 draws" in first["sentence"]
    assert first["cautions"] == found["answer"]["cautions"][:1] == [message("what-if-bands-learned")]
    assert (found["answer"]["days"], found["answer"]["insulin_left_out"]) == (3.0, "")
    assert practice.asked[0]["window"].days == 3.0


def test_who_may_not_be_shown_doses_gets_the_habits_that_change_none(practice: Practice) -> None:
    answer = practice.answer(practice.owner)["answer"]
    assert [one["kind"] for one in answer["habits"]] == ["walk"]
    assert answer["insulin_left_out"] == message("lifestyle-no-insulin")


def test_kinds_that_were_asked_about_are_looked_at_alone(practice: Practice) -> None:
    assert [one["kind"] for one in practice.answer(practice.clinician, kinds=["smaller"])["answer"]["habits"]] == [
        "smaller"
    ]
    assert practice.clinician.post(practice.path, {"kinds": []}).status_code == 422
    assert practice.clinician.post(practice.path, {"kinds": ["fasting"]}).status_code == 422
    assert practice.clinician.post(practice.path, {"days": 15}).status_code == 422


def test_a_question_is_for_who_asked_alone(practice: Practice) -> None:
    job = practice.ask(practice.clinician)["job"]
    assert practice.owner.get(f"{practice.path}/{job['job_id']}").status_code == 404
    shown = [one["job"]["job_id"] for one in practice.owner.get(practice.path).json()["items"]]
    assert job["job_id"] not in shown
    comparisons = f"/people/{practice.person_id}/therapy-comparisons"
    assert practice.clinician.get(f"{comparisons}/{job['job_id']}").status_code == 404
    assert practice.clinician.get(practice.path).json()["items"][0]["job"]["job_id"] == job["job_id"]


def test_the_answer_speaks_the_language_of_the_question(practice: Practice) -> None:
    asked = practice.owner.post(practice.path, {}, headers={"Accept-Language": "de"}).json()["job"]["job_id"]
    Worker(practice.service).work(asked, practice.person_id, practice.owner.account_id)
    answer = practice.owner.get(f"{practice.path}/{asked}").json()["answer"]
    assert answer["limits"] == message("lifestyle-limits", locale="de")
    assert "bei 3 Mahlzeiten" in answer["habits"][0]["sentence"]


def test_without_a_twin_nothing_is_asked(practice: Practice) -> None:
    person_id = practice.owner.person()
    practice.owner.consent(person_id, "care-view", "personal-twin")
    assert practice.owner.post(f"/people/{person_id}/lifestyle-advice", {}).status_code == 404


@pytest.mark.slow
def test_own_days_are_replayed_for_who_asks(people: Practice) -> None:
    found = people.answer(people.owner, days=2, kinds=["walk", "fibre", "smaller"])
    habits = found["answer"]["habits"]
    assert {one["kind"] for one in habits} == {"walk", "fibre"}
    values = [one["value"] for one in habits]
    assert values == sorted(values, reverse=True)
    assert all(0.0 <= one["certainty"] <= 1.0 and len(one["meals"]) == 2 for one in habits)
    assert message("lifestyle-composition-assumed") in [text for one in habits for text in one["cautions"]]
