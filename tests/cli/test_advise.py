"""``glucotwin advise``: envelope, settings, now, lifestyle and follow-up through their commands."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from glucotwin.domain.archive import save_timeline
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.person import Person
from glucotwin.domain.timeline import Timeline
from glucotwin.twin.archive import save_twin
from made_up_person import PERSON, made_up_timeline, made_up_twin

Invoke = Callable[..., subprocess.CompletedProcess[str]]
TODAY = ("--carb-ratio", "10", "--correction-factor", "40", "--target", "110")
LIMITS = ("--basal", "0.4", "1.2", "--carb-ratio", "7", "14", "--correction-factor", "25", "70", "--max-bolus", "8")
SIGNED = ("--person", PERSON.person_id, "--by", "Dr. Weber", "--why", "a try", *LIMITS)


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The files of the twin and of the timeline."""
    place = tmp_path_factory.mktemp("person")
    return save_twin(made_up_twin(), place / "twin.json"), save_timeline(made_up_timeline(), place / "timeline")


def test_limits_are_signed_for_a_time_and_never_laxer_than_the_rules(invoke: Invoke, tmp_path: Path) -> None:
    path = tmp_path / "me.envelope.json"
    finished = invoke("advise", "envelope", path, *SIGNED, "--days", "7", "--json")
    assert finished.returncode == 0, finished.stderr
    told = json.loads(finished.stdout)
    assert told == json.loads(path.read_text())
    begun, ends = (datetime.fromisoformat(told[name]) for name in ("signed_at", "valid_until"))
    assert ends - begun == timedelta(days=7)
    assert invoke("advise", "envelope", path, *SIGNED).returncode != 0
    empty = invoke("advise", "envelope", tmp_path / "other.json", *SIGNED, "--basal", "1.2", "0.4")
    assert "basal_u_per_h" in empty.stderr


def test_what_became_of_an_advice_is_told_in_both_shapes(invoke: Invoke, tmp_path: Path) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    readings = [
        GlucoseReading(time=start + timedelta(minutes=15 * step), glucose_mgdl=200.0 if step < 7 * 96 else 120.0)
        for step in range(14 * 96)
    ]
    source = save_timeline(Timeline.from_records(Person(person_id="me", zone="UTC"), readings), tmp_path / "me")
    gain = {"median": 90.0, "low": 80.0, "high": 100.0, "expected": 90.0}
    outcome = {"name": "time_in_range_pct", "unit": "%", "baseline": gain, "changed": gain, "difference": gain}
    days = {"start": start.isoformat(), "end": (start + timedelta(days=7)).isoformat()}
    advice = tmp_path / "advice.json"
    advice.write_text(json.dumps({"answer": {**days, "plan": {"outcomes": [outcome]}}}))
    finished = invoke("advise", "follow-up", advice, source)
    assert finished.returncode == 0, finished.stderr
    assert "as predicted" in finished.stdout
    assert "not known whether the advice was taken up" in finished.stdout
    (told,) = json.loads(invoke("advise", "follow-up", advice, source, "--json").stdout)["outcomes"]
    assert (told["before"], told["after"], told["verdict"]) == (0.0, 100.0, "as-predicted")


@pytest.mark.slow
def test_a_moment_is_advised_within_limits_that_were_signed_since(
    invoke: Invoke, paths: tuple[Path, Path], tmp_path: Path
) -> None:
    path = tmp_path / "me.envelope.json"
    assert invoke("advise", "envelope", path, *SIGNED).returncode == 0
    ask = ("advise", "now", *paths, *TODAY, "--at", "2024-03-04T18:55", "--meal", "60", "--envelope", path, "--json")
    told = json.loads(invoke(*ask).stdout)["answer"]
    reasons = {one["reason"] for option in told["options"] for one in option["refusals"]}
    assert not reasons & {"no-envelope", "not-yet-valid", "expired"}
    assert told["calculator_u"] > 0.0
    without = invoke("advise", "now", *paths, *TODAY, "--at", "2024-03-04T18:55", "--meal", "60", "--units", "mmol/L")
    assert "No clinician has signed limits" in without.stdout
    assert "mmol/L per min" in without.stdout


@pytest.mark.slow
def test_habits_are_ranked_with_their_occasions(invoke: Invoke, paths: tuple[Path, Path]) -> None:
    finished = invoke("advise", "lifestyle", *paths, "--days", "2", "--json")
    assert finished.returncode == 0, finished.stderr
    habits = json.loads(finished.stdout)["answer"]["habits"]
    values = [one["value"] for one in habits]
    assert values == sorted(values, reverse=True)
    assert {one["occasions"] for one in habits if one["part"]} == {2}
    assert {one["kind"] for one in habits} == {"walk", "smaller", "fibre", "earlier-bolus"}


@pytest.mark.slow
def test_settings_that_few_days_say_too_little_of_are_told_so(
    invoke: Invoke, paths: tuple[Path, Path], tmp_path: Path
) -> None:
    finished = invoke("advise", "settings", *paths, *TODAY)
    assert finished.returncode == 0, finished.stderr
    assert "Nothing is advised." in finished.stdout
    assert "Too few days" in finished.stdout
    stranger = replace(made_up_timeline(), person=replace(PERSON, person_id="stranger"))
    other = save_timeline(stranger, tmp_path / "stranger")
    assert invoke("advise", "settings", paths[0], other, *TODAY).returncode != 0
