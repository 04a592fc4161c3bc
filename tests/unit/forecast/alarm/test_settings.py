"""Settings of a person's alarms: safe when left alone, and not to be made unsafe."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from glucotwin.core.error import DataError
from glucotwin.forecast.alarm.kind import AlarmKind
from glucotwin.forecast.alarm.registry import behaviour_of
from glucotwin.forecast.alarm.settings import AlarmSettings
from glucotwin.forecast.alarm.settings_file import load_alarm_settings


def settings(**given: object) -> AlarmSettings:
    """Settings as they come from a file."""
    return AlarmSettings.model_validate(given)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"enabled": False}, "cannot be switched off"),
        ({"quiet": True}, "cannot silence"),
        ({"longest_snooze_min": 45}, "snoozed for at most 30 min"),
        ({"repeat_min": None}, "repeated at least every 30 min"),
        ({"repeat_min": 60}, "repeated at least every 30 min"),
        ({"raise_after_min": 5}, "comes at once"),
        ({"raise_at": 0.9}, "comes at once"),
    ],
)
def test_urgent_low_cannot_be_made_to_be_missed(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        settings(behaviour={"urgent-low-soon": change})


def test_urgent_low_may_be_made_more_careful() -> None:
    careful = settings(behaviour={"urgent-low-soon": {"raise_at": 0.3, "repeat_min": 10}})
    assert behaviour_of(careful, AlarmKind.URGENT_LOW_SOON).raise_at == 0.3


def test_other_kinds_can_be_switched_off() -> None:
    off = settings(behaviour={"predicted-high": {"enabled": False}})
    assert not behaviour_of(off, AlarmKind.PREDICTED_HIGH).enabled


def test_limits_may_not_contradict_each_other() -> None:
    with pytest.raises(ValidationError, match="low_mgdl must not be less"):
        settings(low_mgdl=62, urgent_low_mgdl=65)
    with pytest.raises(ValidationError):
        settings(urgent_low_mgdl=45)
    with pytest.raises(ValidationError, match="Extra inputs"):
        settings(low=70)


def test_quiet_hours_may_pass_midnight() -> None:
    quiet = settings(quiet_hours=[{"start": "22:30", "end": "06:00"}, {"start": "13:00", "end": "14:00"}])
    assert [quiet.is_quiet(60.0 * hour) for hour in (22, 23, 0, 5, 6, 13, 14)] == [
        False, True, True, True, False, True, False,
    ]  # fmt: skip


def test_settings_are_read_from_yaml(tmp_path: Path) -> None:
    path = tmp_path / "alarms.yaml"
    path.write_text("low_mgdl: 80\nbehaviour:\n  predicted-low: {raise_at: 0.6}\ncaregivers:\n- contact: mum\n")
    read = load_alarm_settings(path)
    assert (read.low_mgdl, read.caregivers[0].contact) == (80.0, "mum")
    assert behaviour_of(read, AlarmKind.PREDICTED_LOW).clear_at == 0.2


def test_file_with_a_flickering_alarm_is_refused_with_the_place(tmp_path: Path) -> None:
    path = tmp_path / "alarms.yaml"
    path.write_text("behaviour:\n  predicted-low: {raise_at: 0.15}\n")
    with pytest.raises(DataError, match=r"behaviour.predicted-low: clear_at must be less than raise_at"):
        load_alarm_settings(path)
