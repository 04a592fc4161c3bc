"""Advice on moments: within the signed limits, kept as it was given, taken once, followed up after its hours."""

import io
import json
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import ProgrammingError

from glucotwin.core.profile import Profile
from glucotwin.service.state import Service
from glucotwin.store.desk import Desk, desk_of
from glucotwin.store.schema import moment_advice as table
from glucotwin.workflows.forecast import newest_reading
from glucotwin.workflows.living.course import the_course
from glucotwin.workflows.living.memory import Memory
from glucotwin.workflows.what_if import OpenProspect
from made_up_ahead import made_up_ahead, move_straight
from made_up_service import Browser, sign_up, with_twin

SETTINGS: dict[str, object] = {"carb_ratio_g_per_u": 10, "correction_factor_mgdl_per_u": 45, "target_mgdl": 110}
MEAL: dict[str, object] = {"meal": {"carbs_g": 40}, "step_u": 0.5, **SETTINGS}
LIMITS: dict[str, object] = {
    "basal_u_per_h": [0.3, 1.2],
    "carb_ratio_g_per_u": [6, 16],
    "correction_factor_mgdl_per_u": [25, 70],
    "target_mgdl": [90, 150],
    "max_bolus_u": 10,
}
RIGHT = {one.name: one.right for one in the_course().checks}


@dataclass
class Practice:
    """A person with a twin, a carer, and a clinician who passed the course."""

    service: Service
    owner: Browser
    carer: Browser
    clinician: Browser
    person_id: str
    now: datetime

    @property
    def path(self) -> str:
        return f"/people/{self.person_id}/moment-advice"

    def ask(self, by: Browser, body: dict[str, object] | None = None) -> Any:
        return by.post(self.path, body or {})

    def asked(self, by: Browser, body: dict[str, object] | None = None) -> dict[str, Any]:
        made = self.ask(by, body)
        assert made.status_code == 201, made.text
        return made.json()

    def take(self, by: Browser, advice_id: str, option: int, **more: object) -> Any:
        return by.post(f"{self.path}/{advice_id}/taken", {"option": option, **more})

    def listed(self, by: Browser) -> dict[str, Any]:
        found = by.get(self.path)
        assert found.status_code == 200, found.text
        return found.json()

    def sign(self) -> None:
        until = datetime.now(UTC) + timedelta(days=28)
        body = {"limits": LIMITS, "valid_until": until.isoformat(), "why": "First weeks on a pump."}
        assert self.clinician.post(f"/people/{self.person_id}/envelopes", body).status_code == 201

    def clock(self, later: timedelta) -> None:
        self.service.clocks[self.person_id] = lambda: self.now + later


@pytest.fixture
def practice(service: Service) -> Practice:
    owner, carer, clinician = (sign_up(service, name) for name in ("owner", "carer", "clinician"))
    person_id, now = with_twin(service, owner)
    owner.invite(person_id, carer, "carer")
    owner.invite(person_id, clinician, "clinician")
    assert clinician.post("/course", {"version": the_course().version, "answers": RIGHT}).json()["passed"]
    return Practice(service, owner, carer, clinician, person_id, now)


@pytest.fixture
def research(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "profile", Profile.RESEARCH)


@pytest.fixture(autouse=True)
def ahead(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made-up hours ahead about 160 mg/dL instead of a body's, which takes half a minute to be compiled."""
    if request.node.get_closest_marker("slow"):
        return

    def prospect(memory: Memory, desk: Desk, person_id: str, *, origin: datetime | None, horizon_min: int) -> Any:
        timeline = memory.timeline(desk, person_id)
        start = origin or newest_reading(timeline)
        assert horizon_min == 300
        return OpenProspect(prospect=made_up_ahead(160.0, start, timeline), data_hash="made-up")

    monkeypatch.setattr(Memory, "prospect", prospect)
    # A twin that is brought in step with new readings has no part in it.
    monkeypatch.setattr(Service, "changed", lambda *_: None)
    move_straight(monkeypatch)


def test_in_the_review_profile_everybody_is_told_of_food_and_nobody_of_insulin(practice: Practice) -> None:
    for browser in (practice.owner, practice.carer, practice.clinician):
        assert practice.ask(browser, MEAL).json()["code"] == "not-allowed"
        assert practice.ask(browser, {"kind": "correction"}).json()["code"] == "not-allowed"
        told = practice.asked(browser)
        assert not any(one["has_insulin"] for one in told["options"])
        assert {one["step"]["carbs_g"] for one in told["options"]} == {0.0, 5.0, 10.0, 15.0, 20.0}
        assert told["limits"]
        assert told["reason"]
    assert not practice.listed(practice.clinician)["may_ask_doses"]


@pytest.mark.usefixtures("research")
def test_a_person_is_never_told_a_dose_and_a_clinician_none_without_signed_limits(practice: Practice) -> None:
    assert practice.ask(practice.owner, MEAL).status_code == 403
    told = practice.asked(practice.clinician, MEAL)
    doses = [one for one in told["options"] if one["has_insulin"]]
    assert doses
    assert all([why["reason"] for why in one["refusals"]] == ["no-envelope"] for one in doses)
    assert told["all_refused"]
    assert told["signed_limits"] is None


@pytest.mark.usefixtures("research")
def test_a_meal_is_dosed_within_the_signed_limits_with_bands_and_alternatives(practice: Practice) -> None:
    practice.sign()
    told = practice.asked(practice.clinician, MEAL)
    best = told["options"][told["chosen"] - 1]
    assert told["chosen"] == 1
    assert best["step"]["dose_u"] > 0.0
    assert best["step"]["dose_u"] % 0.5 == 0.0
    assert len(best["low_mgdl"]) == len(told["t_min"]) == 60
    assert all(low <= high for low, high in zip(best["low_mgdl"], best["high_mgdl"], strict=True))
    assert len(told["options"]) > 3
    assert told["signed_limits"]["signed_by"] == "clinician"
    assert told["calculator"]
    assert practice.ask(practice.clinician, {**MEAL, "may_split": False}).status_code == 201


@pytest.mark.usefixtures("research")
def test_what_the_envelope_refuses_is_refused_at_the_moment_itself(practice: Practice) -> None:
    practice.sign()
    practice.clock(timedelta(minutes=20))
    told = practice.asked(practice.clinician, MEAL)
    reasons = {why["reason"] for one in told["options"] for why in one["refusals"]}
    assert "data-too-old" in reasons
    assert told["age_min"] > 15.0
    practice.clock(timedelta(minutes=45))
    refused = practice.ask(practice.clinician, MEAL)
    assert (refused.status_code, refused.json()["code"]) == (451, "too-little-data")


@pytest.mark.usefixtures("research")
def test_ketones_bring_the_rule_and_the_insulin_that_it_names_only_to_clinicians(practice: Practice) -> None:
    practice.sign()
    told = practice.asked(practice.clinician, {"ketone_mmoll": 2.0, **SETTINGS})
    assert told["sick_day"]["call"] == "team"
    assert all(one["refusals"] for one in told["options"] if one["has_insulin"])
    own = practice.asked(practice.owner, {"ketone_mmoll": 2.0})
    assert own["sick_day"]["text"] == told["sick_day"]["text"]
    assert own["sick_day"]["extra_fraction"] is None


@pytest.mark.parametrize(
    "wrong", [{"meal": {"carbs_g": 0}}, {**MEAL, "exercise": {"duration_min": 30}}, {"step_u": 5}, {"kind": "meal"}]
)
def test_questions_that_make_no_sense_are_refused(practice: Practice, wrong: dict[str, object]) -> None:
    assert practice.ask(practice.owner, wrong).status_code == 422


@pytest.mark.usefixtures("research")
def test_settings_that_are_not_on_record_are_asked_for_where_a_dose_is(practice: Practice) -> None:
    refused = practice.ask(practice.clinician, {"meal": {"carbs_g": 40}})
    assert (refused.status_code, refused.json()["code"]) == (422, "too-little-data")
    assert practice.ask(practice.clinician, {"exercise": {"in_min": 30, "duration_min": 45}}).status_code == 201
    assert not practice.listed(practice.clinician)["has_settings"]


@pytest.mark.usefixtures("research")
def test_advice_with_insulin_is_the_clinicians_until_it_was_taken(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice.sign()
    told = practice.asked(practice.clinician, MEAL)
    assert [one["advice_id"] for one in practice.listed(practice.clinician)["items"]] == [told["advice_id"]]
    for other in (practice.owner, practice.carer):
        assert practice.listed(other)["items"] == []
        assert practice.take(other, told["advice_id"], 1).status_code == 404
    assert practice.take(practice.clinician, told["advice_id"], 1).status_code == 200
    (seen,) = practice.listed(practice.owner)["items"]
    assert seen["option"]["text"] == told["options"][0]["text"]
    assert seen["taken"]["told_by"] == "clinician"
    monkeypatch.setattr(practice.service, "profile", Profile.REVIEW)
    assert practice.listed(practice.owner)["items"] == practice.listed(practice.clinician)["items"] == []


def test_an_option_is_taken_once_in_its_hour_and_never_one_that_is_refused(practice: Practice) -> None:
    told = practice.asked(practice.owner)
    advice_id = told["advice_id"]
    assert practice.take(practice.owner, advice_id, 99).status_code == 422
    late = (practice.now + timedelta(hours=2)).isoformat()
    assert practice.take(practice.owner, advice_id, 1, done_at=late).status_code == 422
    practice.clock(timedelta(hours=2))
    assert practice.take(practice.owner, advice_id, 1).status_code == 422
    done = (practice.now + timedelta(minutes=5)).isoformat()
    taken = practice.take(practice.carer, advice_id, 2, done_at=done)
    assert taken.status_code == 200, taken.text
    assert taken.json()["taken"]["option"] == 2
    assert practice.take(practice.owner, advice_id, 1, done_at=done).status_code == 409


@pytest.mark.usefixtures("research")
def test_an_option_that_was_refused_is_not_taken(practice: Practice) -> None:
    told = practice.asked(practice.clinician, MEAL)
    refused = next(one["option"] for one in told["options"] if one["refusals"])
    assert practice.take(practice.clinician, told["advice_id"], refused).status_code == 422


@pytest.mark.usefixtures("research")
def test_what_was_taken_is_followed_up_when_its_hours_are_over(practice: Practice) -> None:
    practice.sign()
    told = practice.asked(practice.clinician, MEAL)
    dose = told["options"][0]["step"]["dose_u"]
    assert practice.take(practice.clinician, told["advice_id"], 1).status_code == 200
    assert practice.listed(practice.clinician)["items"][0]["status"] == "waiting"
    practice.clock(timedelta(hours=7))
    assert practice.listed(practice.clinician)["items"][0]["status"] == "too-few-readings"
    _live(practice, dose)
    listed = practice.listed(practice.clinician)
    (one,) = listed["items"]
    found = one["follow_up"]
    assert one["status"] == "followed"
    assert [(deed["kind"], deed["found"]) for deed in found["deeds"]] == [
        ("dose", "as-advised"),
        ("meal", "not-on-record"),
    ]
    assert found["achieved_in_range_pct"] == 100.0
    assert found["achieved_mean_mgdl"] == pytest.approx(150.0)
    assert listed["tally"]["followed"] == 1
    assert listed["tally"]["inside_fraction"] == found["inside_fraction"]


def _live(practice: Practice, dose_u: float) -> None:
    """The hours after the advice: a steady glucose of 150 mg/dL, and the dose."""
    times = [practice.now + timedelta(minutes=5.0 * step) for step in range(1, 61)]
    readings = [{"time": one.isoformat(), "glucose_mgdl": 150} for one in times]
    path = f"/people/{practice.person_id}"
    assert practice.owner.post(f"{path}/readings", {"readings": readings}).status_code == 200
    bolus = {"stream": "bolus", "time": practice.now.isoformat(), "fields": {"insulin_u": dose_u}}
    assert practice.owner.post(f"{path}/events", bolus).status_code in (200, 201)


def test_the_database_itself_lets_nobody_alter_what_was_given(practice: Practice) -> None:
    practice.asked(practice.owner)
    for browser in (practice.owner, practice.clinician):
        for values in ({"content": b"x"}, {"has_insulin": True}):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                desk_of(practice.service.database, browser.account_id) as desk,
            ):
                desk.connection.execute(update(table).values(**values))


@pytest.mark.usefixtures("research")
def test_the_database_itself_keeps_doses_from_the_person_and_all_from_researchers(practice: Practice) -> None:
    practice.sign()
    told = practice.asked(practice.clinician, MEAL)
    practice.asked(practice.owner)
    researcher, stranger = sign_up(practice.service, "researcher"), sign_up(practice.service, "stranger")
    practice.owner.invite(practice.person_id, researcher, "researcher")
    practice.owner.consent(practice.person_id, "research-export")
    query = text("SELECT count(*) FROM moment_advice WHERE person_id = :person")
    for browser, count in ((practice.clinician, 2), (practice.carer, 1), (researcher, 0), (stranger, 0)):
        with desk_of(practice.service.database, browser.account_id) as desk:
            assert desk.connection.execute(query, {"person": practice.person_id}).scalar() == count
    with desk_of(practice.service.database, practice.owner.account_id) as desk:
        taken = update(table).where(table.c.advice_id == told["advice_id"]).values(taken_by=practice.owner.account_id)
        assert desk.connection.execute(taken).rowcount == 0


def test_advice_is_in_the_audit_log_and_the_export_and_erased_with_the_person(practice: Practice) -> None:
    told = practice.asked(practice.owner)
    assert practice.take(practice.owner, told["advice_id"], 1).status_code == 200
    entries = practice.owner.get(f"/people/{practice.person_id}/audit").json()["items"]
    known = {(one["action"].rsplit("/", 1)[-1], one["role"], one["outcome"]) for one in entries}
    assert {("moment-advice", "person", "201"), ("taken", "person", "200")} <= known
    archive = zipfile.ZipFile(io.BytesIO(practice.owner.get(f"/people/{practice.person_id}/export").content))
    (exported,) = json.loads(archive.read("moment-advice.json"))
    assert exported["advice_id"] == told["advice_id"]
    assert exported["taken"]["option"] == 1
    assert exported["content"]["twin_version"] == told["twin_version"]
    erased = practice.owner.post(f"/people/{practice.person_id}/erase", {"confirm": practice.person_id})
    assert erased.status_code == 204


@pytest.mark.usefixtures("research")
def test_advice_is_told_in_the_readers_language_and_unit_whatever_it_was_asked_in(practice: Practice) -> None:
    told = practice.asked(practice.clinician, MEAL)
    listed = practice.clinician.get(practice.path, headers={"Accept-Language": "de"}).json()
    assert listed["items"][0]["kind_text"] == "eine Mahlzeit"
    assert told["kind_text"] == "a meal"
    german = practice.clinician.post(practice.path, {**MEAL, "unit": "mmol/L"}, headers={"Accept-Language": "de"})
    assert "mmol/L" in german.json()["situation"]
    assert any("Grenzen" in why["text"] for one in german.json()["options"] for why in one["refusals"])


@pytest.mark.slow
@pytest.mark.usefixtures("research")
def test_the_hours_ahead_are_those_of_the_forecast_that_is_displayed(practice: Practice) -> None:
    practice.sign()
    told = practice.asked(practice.clinician, {"exercise": {"in_min": 30, "duration_min": 45}})
    shown = practice.owner.get(f"/people/{practice.person_id}/now").json()["forecast"]
    calm = practice.asked(practice.owner)
    nothing = next(one for one in calm["options"] if one["is_nothing"])
    assert calm["start"] == told["start"] == shown["origin"]
    assert nothing["median_mgdl"][: len(shown["median_mgdl"])] == pytest.approx(shown["median_mgdl"], abs=1.0)
    moved = next(one for one in told["options"] if one["is_nothing"])
    assert min(moved["median_mgdl"]) < min(nothing["median_mgdl"])
