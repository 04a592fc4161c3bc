"""Comparisons of therapies as jobs: kept for who asked alone, called off, told in the language of the question."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from glucotwin.core.message import message
from glucotwin.core.profile import Profile
from glucotwin.core.progress import ProgressCallback
from glucotwin.service.state import Service
from glucotwin.service.worker import Worker
from glucotwin.store.job import KEPT_QUESTIONS
from glucotwin.workflows.living import job as job_module
from made_up_service import Browser, sign_up, with_twin

QUESTION = {"days": 3, "alternatives": [{"name": "A", "basal_factor": 0.9}]}
DAY = {"start_min": [0.0], "median_mgdl": [140.0], "low_mgdl": [120.0], "high_mgdl": [160.0]}
FOUND: dict[str, object] = {
    "start": "2024-03-01T00:00:00+00:00",
    "end": "2024-03-04T00:00:00+00:00",
    "day": DAY,
    "arms": [],
    "uncertainty": "some",
    "limits": "some",
    "twin_version": "1",
    "cautions": [],
}
Answer = Callable[[ProgressCallback], dict[str, object]]


@dataclass
class Practice:
    """A person with a twin, and a clinician and a researcher who may ask about insulin."""

    service: Service
    owner: Browser
    clinician: Browser
    researcher: Browser
    person_id: str

    @property
    def path(self) -> str:
        return f"/people/{self.person_id}/therapy-comparisons"

    def ask(self, who: Browser, **more: Any) -> dict[str, Any]:
        asked = who.post(self.path, QUESTION, **more)
        assert asked.status_code == 202, asked.text
        return asked.json()["job"]

    def cancel(self, who: Browser, job_id: str) -> Any:
        return who.send("DELETE", f"/people/{self.person_id}/jobs/{job_id}")

    def work(self, who: Browser, job_id: str) -> dict[str, Any]:
        Worker(self.service).work(job_id, self.person_id, who.account_id)
        return who.get(f"{self.path}/{job_id}").json()


@pytest.fixture(scope="module")
def people(service: Service) -> Practice:
    owner = sign_up(service, "owner")
    person_id, _ = with_twin(service, owner)
    owner.consent(person_id, "research-export")
    others = [sign_up(service, role) for role in ("clinician", "researcher")]
    for one, role in zip(others, ("clinician", "researcher"), strict=True):
        owner.invite(person_id, one, role)
    return Practice(service, owner, others[0], others[1], person_id)


@pytest.fixture
def practice(people: Practice, monkeypatch: pytest.MonkeyPatch) -> Practice:
    monkeypatch.setattr(people.service, "profile", Profile.RESEARCH)
    return people


def _answer_by(monkeypatch: pytest.MonkeyPatch, answer: Answer) -> None:
    monkeypatch.setattr(job_module, "answer_comparison", lambda *_, progress, **__: answer(progress))


@pytest.mark.parametrize("role", ["clinician", "researcher"])
def test_who_asked_gets_question_progress_and_answer_and_nobody_else(
    practice: Practice, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    asker: Browser = getattr(practice, role)
    job = practice.ask(asker)
    seen: list[tuple[str, float]] = []

    def work(progress: ProgressCallback) -> dict[str, object]:
        progress("Replaying", 0.5)
        midway = asker.get(f"{practice.path}/{job['job_id']}").json()
        seen.append((midway["job"]["stage"], midway["job"]["progress_fraction"]))
        assert midway["answer"] is None
        return FOUND

    _answer_by(monkeypatch, work)
    told: list[str] = []
    monkeypatch.setattr(practice.service.broker, "tell", lambda _, name, __: told.append(name))
    found = practice.work(asker, job["job_id"])
    assert seen == [("Replaying", 0.5)]
    assert (found["job"]["status"], found["job"]["progress_fraction"]) == ("done", 1.0)
    assert found["answer"]["limits"] == "some"
    assert found["question"]["alternatives"][0]["basal_factor"] == 0.9
    assert asker.get(practice.path).json()["items"][0] == found
    assert told == []
    other = practice.researcher if role == "clinician" else practice.clinician
    for stranger in (other, practice.owner):
        assert stranger.get(f"{practice.path}/{job['job_id']}").status_code == 404
        assert practice.cancel(stranger, job["job_id"]).status_code == 404
        assert job["job_id"] not in [one["job_id"] for one in _jobs(stranger, practice)]


def _jobs(who: Browser, practice: Practice) -> list[dict[str, Any]]:
    return who.get(f"/people/{practice.person_id}/jobs").json()["items"]


def test_a_comparison_is_called_off_between_alternatives(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    job = practice.ask(practice.clinician)
    begun: list[float] = []

    def work(progress: ProgressCallback) -> dict[str, object]:
        for fraction in (0.0, 0.33, 0.67):
            progress("Replaying", fraction)
            begun.append(fraction)
            if fraction > 0.0:
                assert practice.cancel(practice.clinician, job["job_id"]).json()["status"] == "cancelled"
        return FOUND

    _answer_by(monkeypatch, work)
    found = practice.work(practice.clinician, job["job_id"])
    assert begun == [0.0, 0.33]
    assert (found["job"]["status"], found["answer"]) == ("cancelled", None)
    assert found["job"]["finished_at"] is not None


def test_what_was_called_off_or_is_done_stays_so(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    _answer_by(monkeypatch, lambda _: pytest.fail("worked on what was called off"))
    waiting = practice.ask(practice.clinician)
    practice.cancel(practice.clinician, waiting["job_id"])
    assert practice.work(practice.clinician, waiting["job_id"])["job"]["status"] == "cancelled"
    _answer_by(monkeypatch, lambda _: FOUND)
    done = practice.ask(practice.clinician)
    practice.work(practice.clinician, done["job_id"])
    assert practice.cancel(practice.clinician, done["job_id"]).json()["status"] == "done"


def test_a_new_question_takes_the_place_of_an_unanswered_one_and_old_answers_go(practice: Practice) -> None:
    asked = [practice.ask(practice.clinician)["job_id"] for _ in range(KEPT_QUESTIONS + 2)]
    kept = practice.clinician.get(practice.path).json()["items"]
    assert [one["job"]["job_id"] for one in kept] == asked[: -KEPT_QUESTIONS - 1 : -1]
    assert [one["job"]["status"] for one in kept] == ["waiting"] + ["cancelled"] * (KEPT_QUESTIONS - 1)


def test_a_comparison_speaks_the_language_of_the_question(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    job = practice.ask(practice.clinician, headers={"Accept-Language": "de"})
    _answer_by(monkeypatch, lambda _: FOUND | {"limits": message("what-if-limits")})
    found = practice.work(practice.clinician, job["job_id"])
    assert found["answer"]["limits"] == message("what-if-limits", locale="de")


def test_a_fit_can_be_called_off_by_who_may_begin_it(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    job = practice.owner.post(f"/people/{practice.person_id}/jobs", {"kind": "fit"}).json()
    assert practice.cancel(practice.researcher, job["job_id"]).status_code == 403
    monkeypatch.setattr(job_module, "work_on_twin", lambda *_, **__: pytest.fail("worked on what was called off"))
    assert practice.cancel(practice.owner, job["job_id"]).json()["status"] == "cancelled"
    Worker(practice.service).work(job["job_id"], practice.person_id, practice.owner.account_id)


def test_a_comparison_that_changes_nothing_is_refused_before_it_waits(practice: Practice) -> None:
    refused = practice.clinician.post(practice.path, {"alternatives": [{"name": "as it is"}]})
    assert refused.status_code == 422
    assert "as it is" in refused.json()["detail"]


ARM = {"name": "A", "changes": ["Less."], "outcomes": [], "day": DAY, "cautions": ["what-if-other-dosing-held"]}


def test_any_setting_is_proposed_with_the_alternative_that_it_rests_on(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = practice.ask(practice.clinician)
    setting = {"kind": "carb-ratio", "value": 9, "present": 10, "why": "Highs after meals."}
    body = setting | {"comparison": {"job_id": job["job_id"], "name": "A"}}
    path = f"/people/{practice.person_id}/proposals"
    assert practice.clinician.post(path, body).status_code == 404
    _answer_by(monkeypatch, lambda _: FOUND | {"arms": [ARM]})
    practice.work(practice.clinician, job["job_id"])
    made = practice.clinician.post(path, body)
    assert made.status_code == 201, made.text
    evidence = made.json()["evidence"]
    assert (evidence["kind"], evidence["changes"], evidence["twin_version"]) == ("replay", ["Less."], "1")
    other = setting | {"comparison": {"job_id": job["job_id"], "name": "B"}}
    assert practice.clinician.post(path, other).status_code == 404
