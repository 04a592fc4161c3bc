"""Safety envelopes: signed by clinicians alone, one at a time, never altered, ended by themselves or by a clinician."""

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
from glucotwin.store import envelope as store_envelope
from glucotwin.store.desk import desk_of
from glucotwin.store.schema import envelope as table
from glucotwin.workflows.envelope import envelope_from_json
from glucotwin.workflows.living.course import the_course
from glucotwin.workflows.living.envelope import signed_limits
from made_up_service import Browser, give_twin, sign_up

LIMITS: dict[str, object] = {
    "basal_u_per_h": [0.3, 1.2],
    "carb_ratio_g_per_u": [6, 16],
    "correction_factor_mgdl_per_u": [25, 70],
    "target_mgdl": [90, 150],
    "max_bolus_u": 10,
}
RIGHT = {one.name: one.right for one in the_course().checks}


def _body(days: float = 28, **limits: object) -> dict[str, object]:
    until = datetime.now(UTC) + timedelta(days=days)
    return {"limits": LIMITS | limits, "valid_until": until.isoformat(), "why": "First weeks on a pump."}


@dataclass
class Practice:
    """A person, a carer, and a clinician who passed the course."""

    service: Service
    owner: Browser
    carer: Browser
    clinician: Browser
    person_id: str

    @property
    def path(self) -> str:
        return f"/people/{self.person_id}/envelopes"

    def sign(self, body: dict[str, object] | None = None, by: Browser | None = None) -> Any:
        return (by or self.clinician).post(self.path, body or _body())

    def signed(self) -> dict[str, Any]:
        made = self.sign()
        assert made.status_code == 201, made.text
        return made.json()

    def seen_by(self, browser: Browser) -> list[dict[str, Any]]:
        return browser.get(self.path).json()["items"]

    def withdraw(self, envelope_id: str, by: Browser | None = None) -> Any:
        return (by or self.clinician).post(f"{self.path}/{envelope_id}/withdrawal", {"reason": "Lows."})


@pytest.fixture
def practice(service: Service, monkeypatch: pytest.MonkeyPatch) -> Practice:
    monkeypatch.setattr(service, "profile", Profile.RESEARCH)
    owner, carer, clinician = (sign_up(service, name) for name in ("owner", "carer", "clinician"))
    person_id = owner.person()
    owner.invite(person_id, carer, "carer")
    owner.invite(person_id, clinician, "clinician")
    owner.consent(person_id, "care-view")
    assert clinician.post("/course", {"version": the_course().version, "answers": RIGHT}).json()["passed"]
    return Practice(service, owner, carer, clinician, person_id)


def test_a_clinician_signs_and_person_and_carer_read_who_when_why_and_until_when(practice: Practice) -> None:
    made = practice.signed()
    assert (made["status"], made["signed_by"], made["why"]) == ("standing", "clinician", "First weeks on a pump.")
    assert made["limits"]["basal_u_per_h"] == [0.3, 1.2]
    assert made["limits"]["oldest_reading_min"] == 15.0
    for reader in (practice.owner, practice.carer, practice.clinician):
        assert practice.seen_by(reader) == [made]
    for other in (practice.owner, practice.carer):
        assert practice.sign(by=other).status_code == 403
        assert practice.withdraw(made["envelope_id"], by=other).status_code == 403


def test_what_is_told_is_the_signed_document_that_the_command_line_reads(practice: Practice) -> None:
    made = practice.signed()
    envelope = envelope_from_json(made["document"])
    assert envelope.seal == envelope.content_hash()
    assert envelope.person_id == practice.person_id


@pytest.mark.parametrize(
    "wrong",
    [
        _body(91),
        _body(-1),
        _body(basal_u_per_h=[1.2, 0.3]),
        _body(oldest_reading_min=20),
        _body(max_bolus_u=0),
        _body() | {"why": ""},
    ],
)
def test_limits_that_last_too_long_are_empty_or_laxer_than_the_defaults_are_refused(
    practice: Practice, wrong: dict[str, object]
) -> None:
    assert practice.sign(wrong).status_code == 422
    assert practice.seen_by(practice.owner) == []


def test_nobody_signs_in_the_review_profile_or_before_the_course(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    beginner = sign_up(practice.service, "beginner")
    practice.owner.invite(practice.person_id, beginner, "clinician")
    assert practice.sign(by=beginner).json()["code"] == "course-missing"
    monkeypatch.setattr(practice.service, "profile", Profile.REVIEW)
    assert practice.sign().json()["code"] == "not-allowed"


def test_a_new_signature_supersedes_and_one_at_a_time_stands(practice: Practice) -> None:
    first, second = practice.signed(), practice.signed()
    assert [one["status"] for one in practice.seen_by(practice.owner)] == ["standing", "superseded"]
    assert practice.seen_by(practice.owner)[0]["envelope_id"] == second["envelope_id"]
    assert practice.withdraw(first["envelope_id"]).status_code == 409


def test_what_is_withdrawn_holds_for_nothing_and_says_why(practice: Practice) -> None:
    made = practice.signed()
    ended = practice.withdraw(made["envelope_id"]).json()
    assert (ended["status"], ended["reason"], ended["ended_by"]) == ("withdrawn", "Lows.", "clinician")
    assert {name: ended[name] for name in ("limits", "document")} == {
        name: made[name] for name in ("limits", "document")
    }
    assert practice.withdraw(made["envelope_id"]).status_code == 409
    with desk_of(practice.service.database, practice.owner.account_id) as desk:
        assert signed_limits(desk, practice.person_id) is None


def test_two_who_sign_in_the_same_moment_are_told_and_one_stands(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice.signed()
    monkeypatch.setattr(store_envelope, "_end", lambda *_, **__: 0)
    assert practice.sign().status_code == 409
    assert [one["status"] for one in practice.seen_by(practice.owner)] == ["standing"]


def test_the_database_itself_lets_nobody_alter_what_was_signed(practice: Practice) -> None:
    made = practice.signed()
    for browser in (practice.owner, practice.clinician):
        for values in ({"content": b"x"}, {"valid_until": datetime.now(UTC) + timedelta(days=400)}):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                desk_of(practice.service.database, browser.account_id) as desk,
            ):
                desk.connection.execute(update(table).values(**values))
    assert practice.seen_by(practice.owner) == [made]


def test_the_database_itself_keeps_envelopes_from_researchers_and_strangers(practice: Practice) -> None:
    practice.signed()
    researcher, stranger = sign_up(practice.service, "researcher"), sign_up(practice.service, "stranger")
    practice.owner.invite(practice.person_id, researcher, "researcher")
    practice.owner.consent(practice.person_id, "research-export")
    query = text("SELECT count(*) FROM envelope WHERE person_id = :person")
    for browser, count in ((practice.carer, 1), (researcher, 0), (stranger, 0)):
        with desk_of(practice.service.database, browser.account_id) as desk:
            assert desk.connection.execute(query, {"person": practice.person_id}).scalar() == count


def test_a_form_begins_with_todays_settings_and_the_rules(practice: Practice) -> None:
    told = practice.clinician.get(practice.path).json()["defaults"]
    assert told["rules"]["longest_days"] == 90.0
    assert told["basal_u_per_h"] is told["max_bolus_u"] is None
    assert practice.owner.get(practice.path).json()["defaults"] is None
    give_twin(practice.service, practice.owner.account_id, practice.person_id)
    found = practice.clinician.get(practice.path).json()["defaults"]
    assert 0.0 < found["basal_u_per_h"][0] <= found["basal_u_per_h"][1]
    assert found["max_bolus_u"] > 0.0


def test_signatures_are_in_the_audit_log_and_the_export_and_erased_with_the_person(practice: Practice) -> None:
    made = practice.signed()
    practice.withdraw(made["envelope_id"])
    entries = practice.owner.get(f"/people/{practice.person_id}/audit").json()["items"]
    told = {(one["action"].rsplit("/", 1)[-1], one["role"], one["outcome"]) for one in entries}
    assert {("envelopes", "clinician", "201"), ("withdrawal", "clinician", "200")} <= told
    archive = zipfile.ZipFile(io.BytesIO(practice.owner.get(f"/people/{practice.person_id}/export").content))
    (exported,) = json.loads(archive.read("envelopes.json"))
    assert (exported["status"], exported["document"]) == ("withdrawn", made["document"])
    erased = practice.owner.post(f"/people/{practice.person_id}/erase", {"confirm": practice.person_id})
    assert erased.status_code == 204
