"""A person with a twin: now, forecasts, what-ifs, alarms, its versions; and what happens without consent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from glucotwin.core.profile import Profile
from glucotwin.forecast.alarm.kind import AlarmKind
from glucotwin.service.state import Service
from glucotwin.service.worker import Worker
from glucotwin.store.access import Action, access_to
from glucotwin.store.desk import desk_of
from glucotwin.workflows.living.alarm import step_alarms_of
from made_up_service import Browser, sign_up, with_twin
from synthetic_case import synthetic_learned


@dataclass
class Twinned:
    """A person with a twin, and everybody who looks at it."""

    owner: Browser
    clinician: Browser
    person_id: str
    at: datetime

    def get(self, path: str, **more: Any) -> Any:
        return self.owner.get(f"/people/{self.person_id}/{path}", **more)

    def post(self, path: str, body: object) -> Any:
        return self.owner.post(f"/people/{self.person_id}/{path}", body)


@pytest.fixture(scope="module")
def twinned(service: Service) -> Twinned:
    owner, clinician = sign_up(service, "owner"), sign_up(service, "clinician")
    person_id, at = with_twin(service, owner)
    owner.invite(person_id, clinician, "clinician")
    return Twinned(owner=owner, clinician=clinician, person_id=person_id, at=at)


def _meal(twinned: Twinned, carbs_g: float = 40.0) -> dict[str, object]:
    return {"kind": "add-meal", "at": (twinned.at + timedelta(minutes=20)).isoformat(), "carbs_g": carbs_g}


def test_now_tells_everything_and_shows_the_same_forecast_again(twinned: Twinned) -> None:
    now = twinned.get("now").json()
    assert now["as_of"] == twinned.at.isoformat()
    assert now["reading"]["age_min"] == pytest.approx(1.0)
    assert now["reading"]["stale"] is False
    assert now["insulin_on_board_u"] is not None
    curve = now["forecast"]
    assert now["forecast_withheld"] is None
    assert {len(curve[name]) for name in ("t_min", "median_mgdl", "probability_below_70")} == {len(curve["t_min"])}
    assert all(
        low <= high for band in curve["bands"] for low, high in zip(band["low_mgdl"], band["high_mgdl"], strict=True)
    )
    assert "trajectories_mgdl" not in curve
    assert now["next_risk"]["sentence"]
    assert now["alarms"] == []
    assert 60 <= len(now["recent"]) <= 73
    again = twinned.get("now").json()["forecast"]
    assert again["forecast_id"] == curve["forecast_id"]
    assert again["issued_at"] == curve["issued_at"]


@pytest.mark.slow
def test_what_the_operator_had_learned_corrects_forecasts_and_alarms(
    service: Service, twinned: Twinned, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = twinned.post("forecasts", {"horizon_min": 90}).json()
    monkeypatch.setattr(service.memory, "learned", synthetic_learned())
    corrected = twinned.post("forecasts", {"horizon_min": 100}).json()
    assert (alone["method"], corrected["method"]) == ("twin", "hybrid")
    assert corrected["median_mgdl"][:18] != alone["median_mgdl"]
    with desk_of(service.database, twinned.owner.account_id) as desk:
        told = step_alarms_of(desk, service.memory, twinned.person_id, at=twinned.at)
    assert {one["kind"] for one in told} <= {str(kind) for kind in AlarmKind}


def test_an_old_reading_is_called_old(service: Service, twinned: Twinned, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(service.clocks, twinned.person_id, lambda: twinned.at + timedelta(hours=9))
    now = twinned.get("now").json()
    assert now["reading"]["stale"] is True
    assert now["trend"] == "unknown"
    assert now["forecast"] is None
    assert now["forecast_withheld"]["detail"]


def test_issued_forecasts_are_listed_and_scored(twinned: Twinned) -> None:
    made = twinned.post("forecasts", {"horizon_min": 120}).json()
    listed = twinned.get("forecasts").json()["items"]
    assert made["forecast_id"] in {one["forecast_id"] for one in listed}
    score = twinned.get("forecasts/score").json()
    assert score["issued"] == len(listed)


@pytest.mark.slow
def test_a_what_if_ahead_differs_by_what_was_changed(twinned: Twinned) -> None:
    answer = twinned.post("what-ifs", {"mode": "ahead", "changes": [_meal(twinned)], "horizon_min": 180})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    difference = told["difference"]["median_mgdl"]
    assert max(difference) > 10.0
    assert difference[0] == pytest.approx(0.0, abs=1.0)
    assert told["sentences"]
    assert told["limits"]


@pytest.mark.slow
def test_a_what_if_of_a_past_day(twinned: Twinned) -> None:
    window = {"start": (twinned.at - timedelta(hours=8)).isoformat(), "end": twinned.at.isoformat()}
    changes = [{"kind": "add-exercise", "at": (twinned.at - timedelta(hours=6)).isoformat(), "duration_min": 45}]
    told = twinned.post("what-ifs", {"mode": "replay", "changes": changes, **window}).json()
    assert told["kind"]
    assert min(told["difference"]["median_mgdl"]) < 0.0


@pytest.mark.parametrize(
    "body",
    [
        {"mode": "replay", "changes": [{"kind": "scale-basal", "factor": 1.1}]},
        {"mode": "ahead", "changes": []},
        {"mode": "ahead", "algorithm": {"name": "loop"}},
        {"mode": "ahead", "changes": [{"kind": "add-meal", "at": "2024-03-01T08:00:00Z"}]},
        {
            "mode": "ahead",
            "changes": [{"kind": "add-meal", "at": "2024-03-01T08:00:00Z", "carbs_g": 10, "absorption": "instant"}],
        },
        {"mode": "ahead", "changes": [{"kind": "pray", "at": "2024-03-01T08:00:00Z"}]},
        {
            "mode": "replay",
            "start": "2024-03-01T00:00:00Z",
            "end": "2024-03-05T00:00:00Z",
            "changes": [{"kind": "scale-basal", "factor": 1.1}],
        },
    ],
    ids=["no window", "no change", "an algorithm ahead", "no carbs", "no such absorption", "unknown", "too long"],
)
def test_impossible_what_ifs_are_refused(twinned: Twinned, body: dict[str, object]) -> None:
    assert twinned.post("what-ifs", body).status_code == 422


def test_insulin_is_asked_about_by_professionals_in_the_research_profile_alone(
    service: Service, twinned: Twinned, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = {"kind": "add-bolus", "at": twinned.at.isoformat(), "insulin_u": 2.0}
    body = {"mode": "ahead", "changes": [change], "horizon_min": 180}
    path = f"/people/{twinned.person_id}/what-ifs"
    for browser in (twinned.owner, twinned.clinician):
        assert browser.post(path, body).json()["code"] == "not-allowed"
    monkeypatch.setattr(service, "profile", Profile.RESEARCH)
    assert twinned.owner.post(path, body).json()["code"] == "not-allowed"
    assert twinned.clinician.post(path, body).status_code == 200


@pytest.mark.slow
def test_an_algorithm_is_put_in_charge_of_past_hours(
    service: Service, twinned: Twinned, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours = {"start": (twinned.at - timedelta(hours=4)).isoformat(), "end": twinned.at.isoformat()}
    asked = {"name": "loop", "carb_ratio_g_per_u": 10.0, "correction_factor_mgdl_per_u": 45.0}
    body = {"mode": "replay", "algorithm": asked, **hours}
    path = f"/people/{twinned.person_id}/what-ifs"
    assert twinned.clinician.post(path, body).json()["code"] == "not-allowed"
    monkeypatch.setattr(service, "profile", Profile.RESEARCH)
    told = twinned.clinician.post(path, body).json()
    assert "loop" in told["sentences"][0]
    assert max(abs(one) for one in told["difference"]["median_mgdl"]) > 1.0
    unknown = {**body, "algorithm": {**asked, "name": "nobody"}}
    assert twinned.clinician.post(path, unknown).json()["code"] == "unknown-name"


def test_the_twin_is_told_in_plain_words(twinned: Twinned) -> None:
    told = twinned.get("twin").json()
    (parameter, *_) = told["parameters"]
    assert parameter["low"] < parameter["median"] < parameter["high"]
    assert parameter["words"]
    assert parameter["informed_words"]
    assert told["effect"]["correction_factor_low"] < 45.0 < told["effect"]["correction_factor_high"]
    assert told["fit_quality"]["warnings"]
    assert told["history"][0]["version"] == told["version"]
    assert told["validity"]["valid"] is True


def test_a_twin_without_an_earlier_version_cannot_be_taken_back(twinned: Twinned) -> None:
    assert twinned.post("twin/rollback", {"why": "worse"}).status_code in {404, 409, 422}


def test_a_frozen_twin_is_not_worked_on(service: Service, twinned: Twinned) -> None:
    path = f"/people/{twinned.person_id}/twin/frozen"
    assert twinned.owner.send("PUT", path, {"frozen": True}).status_code == 204
    assert twinned.get("twin").json()["frozen"] is True
    assert twinned.post("jobs", {"kind": "fit"}).json()["code"] == "not-allowed"
    assert twinned.owner.send("PUT", path, {"frozen": False}).status_code == 204


def test_a_job_is_noted_once_and_handed_to_the_queue(
    service: Service, twinned: Twinned, monkeypatch: pytest.MonkeyPatch
) -> None:
    deferred: list[tuple[str, str, str]] = []
    monkeypatch.setattr(service, "defer", lambda *job: deferred.append(job))
    jobs = [twinned.post("jobs", {"kind": "nightly"}) for _ in range(2)]
    assert [one.status_code for one in jobs] == [202, 202]
    first, again = (one.json() for one in jobs)
    assert first["job_id"] == again["job_id"]
    assert first["status"] == "waiting"
    assert deferred[0] == (first["job_id"], twinned.person_id, twinned.owner.account_id)
    assert twinned.get(f"jobs/{first['job_id']}").json() == first
    assert twinned.get("jobs").json()["items"] == [first]


def test_a_low_raises_an_alarm_that_can_be_snoozed(service: Service) -> None:
    owner = sign_up(service, "owner")
    person_id, at = with_twin(service, owner)
    told: list[str] = []
    readings = [
        {"time": (at + timedelta(minutes=5 * step - 1)).isoformat(), "glucose_mgdl": 66.0 - 4.0 * step}
        for step in range(1, 4)
    ]
    now = at + timedelta(minutes=15)
    service.clocks[person_id] = lambda: now
    owner.post(f"/people/{person_id}/readings", {"readings": readings})
    service.warm_up(owner.account_id, person_id)
    active = owner.get(f"/people/{person_id}/alarms").json()["active"]
    told = [one["kind"] for one in active]
    assert "low" in told
    low = next(one for one in active if one["kind"] == "low")
    assert low["sentence"]
    assert low["title"]
    german = owner.get(f"/people/{person_id}/alarms", headers={"Accept-Language": "de"}).json()
    assert {one["title"] for one in german["active"] if one["kind"] == "low"} == {"Niedrig"}
    assert all("Zucker" in one["sentence"] for one in german["recent"] if one["kind"] == "low")
    path = f"/people/{person_id}/alarms/low/snooze"
    snoozed = owner.post(path, {"minutes": 15}).json()
    assert datetime.fromisoformat(snoozed["snoozed_until"]) > now
    assert owner.get(f"/people/{person_id}/now").json()["alarms"][0]["snoozed_until"] == snoozed["snoozed_until"]
    assert owner.post(f"/people/{person_id}/alarms/nothing/snooze", {"minutes": 15}).status_code == 404
    assert owner.get(f"/people/{person_id}/alarms").json()["recent"][0]["kind"] in told


def test_without_the_consent_the_twin_says_nothing(service: Service) -> None:
    owner = sign_up(service, "owner")
    person_id, _ = with_twin(service, owner)
    owner.send("DELETE", f"/people/{person_id}/consents/personal-twin")
    now = owner.get(f"/people/{person_id}/now").json()
    of_twin = ("forecast", "next_risk", "insulin_on_board_u", "carbs_on_board_g", "twin_version", "band_performance")
    assert [now[name] for name in of_twin] == [None] * len(of_twin)
    assert now["reading"] is not None
    assert owner.get(f"/people/{person_id}/twin").json()["purpose"] == "personal-twin"
    assert owner.get(f"/people/{person_id}").json()["has_twin"] is False


def test_somebody_whom_twins_are_not_made_for_gets_no_forecast(service: Service) -> None:
    owner = sign_up(service, "owner")
    person_id, at = with_twin(service, owner)
    body = {"display_name": "Ada", "zone": "Europe/Berlin", "birth_year": at.year - 8, "diabetes_type": "type1"}
    assert owner.send("PUT", f"/people/{person_id}", body).status_code == 200
    answer = owner.post(f"/people/{person_id}/forecasts", {})
    assert answer.status_code == 451
    assert answer.json()["detail"]
    with service.desk(owner.account_id) as desk:
        access = access_to(desk, person_id, Action.READ_DATA)
        assert service.look(desk, access)["forecast_withheld"] is not None


@pytest.mark.slow
def test_therapies_are_compared_by_clinicians_in_the_research_profile_alone(
    service: Service, twinned: Twinned, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"days": 1, "alternatives": [{"name": "A", "basal_factor": 0.8}, {"name": "B", "bolus_shift_min": -15}]}
    path = f"/people/{twinned.person_id}/therapy-comparisons"
    assert twinned.clinician.post(path, body).json()["code"] == "not-allowed"
    monkeypatch.setattr(service, "profile", Profile.RESEARCH)
    assert twinned.owner.post(path, body).json()["code"] == "not-allowed"
    asked = twinned.clinician.post(path, body)
    assert asked.status_code == 202, asked.text
    job_id = asked.json()["job"]["job_id"]
    Worker(service).work(job_id, twinned.person_id, twinned.clinician.account_id)
    found = twinned.clinician.get(f"{path}/{job_id}").json()
    assert (found["job"]["status"], found["question"]["days"]) == ("done", 1)
    told = found["answer"]
    assert [one["name"] for one in told["arms"]] == ["A", "B"]
    assert all(one["outcomes"] and one["changes"] for one in told["arms"])
    assert len(told["day"]["start_min"]) == len(told["arms"][0]["day"]["median_mgdl"])
    assert told["limits"]
