"""The state machine of alarms: hysteresis, snooze, repeat, quiet hours, caregivers."""

from datetime import timedelta

import pytest

from glucotwin.core.error import DataError
from glucotwin.forecast.alarm.event import AlarmAction, AlarmEvent
from glucotwin.forecast.alarm.kind import AlarmKind
from glucotwin.forecast.alarm.machine import init_alarms, snooze_alarm, step_alarms
from glucotwin.forecast.alarm.moment import Moment
from glucotwin.forecast.alarm.settings import AlarmSettings
from glucotwin.forecast.alarm.state import AlarmState, alarm_state_from_json
from made_up_moment import NOON, level_outlook, moment, outlook

SETTINGS = AlarmSettings()


def run(
    moments: list[Moment], settings: AlarmSettings = SETTINGS, state: AlarmState | None = None
) -> tuple[AlarmState, list[AlarmEvent]]:
    """Takes in moments one after the other."""
    state, events = state or init_alarms(), list[AlarmEvent]()
    for one in moments:
        state, told = step_alarms(settings, state, one)
        events += told
    return state, events


def told(events: list[AlarmEvent], kind: AlarmKind) -> list[tuple[str, float]]:
    """What was told of a kind, with minutes after noon."""
    return [(str(one.action), (one.time - NOON) / timedelta(minutes=1)) for one in events if one.kind is kind]


def lows(glucose: list[float], *, first: float = 0.0) -> list[Moment]:
    """A moment every five minutes."""
    return [moment(value, minute=first + 5.0 * index) for index, value in enumerate(glucose)]


def test_low_comes_once_repeats_and_goes_after_its_time() -> None:
    _, events = run(lows([69.0] * 9 + [80.0] * 4))
    assert told(events, AlarmKind.LOW) == [
        ("raised", 0.0), ("repeated", 20.0), ("repeated", 40.0), ("cleared", 55.0),
    ]  # fmt: skip


def test_glucose_about_the_limit_does_not_flicker() -> None:
    _, events = run(lows([69.0, 71.0, 69.0, 71.0, 69.0, 71.0]))
    assert told(events, AlarmKind.LOW) == [("raised", 0.0), ("repeated", 20.0)]


def test_what_is_already_going_is_not_repeated() -> None:
    _, events = run(lows([69.0] * 4 + [80.0, 69.0]))
    assert told(events, AlarmKind.LOW) == [("raised", 0.0), ("repeated", 25.0)]


def test_high_must_last_before_it_comes() -> None:
    _, events = run(lows([255.0, 240.0, 255.0, 255.0, 255.0]))
    assert told(events, AlarmKind.HIGH) == [("raised", 20.0)]


def test_snooze_silences_and_is_cut_to_what_is_allowed() -> None:
    state, _ = run(lows([50.0]))
    snoozed = snooze_alarm(SETTINGS, state, AlarmKind.URGENT_LOW_SOON, at=NOON, minutes=600.0)
    _, events = run(lows([50.0] * 5, first=5.0), state=snoozed)
    assert told(events, AlarmKind.URGENT_LOW_SOON) == [("repeated", 15.0)]


def test_new_urgent_low_is_told_although_the_last_one_was_snoozed() -> None:
    settings = AlarmSettings.model_validate({"behaviour": {"urgent-low-soon": {"longest_snooze_min": 30}}})
    state, _ = run(lows([50.0]), settings)
    state = snooze_alarm(settings, state, AlarmKind.URGENT_LOW_SOON, at=NOON, minutes=30.0)
    _, events = run(lows([80.0, 80.0, 80.0, 50.0], first=5.0), settings, state)
    assert told(events, AlarmKind.URGENT_LOW_SOON) == [("cleared", 15.0), ("raised", 20.0)]


def test_only_an_alarm_that_is_on_can_be_snoozed() -> None:
    with pytest.raises(DataError, match="cannot be snoozed"):
        snooze_alarm(SETTINGS, init_alarms(), AlarmKind.LOW, at=NOON, minutes=10.0)


def test_quiet_hours_silence_all_but_what_may_not_be_silent() -> None:
    quiet = AlarmSettings.model_validate({"quiet_hours": [{"start": "11:00", "end": "14:00"}]})
    _, high = run(lows([260.0] * 4), quiet)
    _, urgent = run(lows([50.0]), quiet)
    assert [one.audible for one in high if one.kind is AlarmKind.HIGH] == [False]
    assert [one.audible for one in urgent if one.kind is AlarmKind.URGENT_LOW_SOON] == [True]


def test_less_pressing_alarm_is_shown_and_not_sounded_beside_a_more_pressing_one() -> None:
    _, events = run(lows([50.0]))
    assert {(one.kind, one.audible) for one in events} == {
        (AlarmKind.URGENT_LOW_SOON, True),
        (AlarmKind.LOW, False),
    }


def test_switched_off_kind_says_nothing() -> None:
    off = AlarmSettings.model_validate({"behaviour": {"low": {"enabled": False}}})
    assert told(run(lows([60.0] * 9), off)[1], AlarmKind.LOW) == []


def test_caregiver_is_told_once_when_nobody_takes_care() -> None:
    caring = AlarmSettings.model_validate({"caregivers": [{"contact": "mum", "after_min": 15, "kinds": ["low"]}]})
    _, events = run(lows([60.0] * 9), caring)
    passed_on = [one for one in events if one.action is AlarmAction.ESCALATED]
    assert [(one.contact, one.kind, (one.time - NOON) / timedelta(minutes=1)) for one in passed_on] == [
        ("mum", AlarmKind.LOW, 15.0)
    ]


def test_caregiver_who_was_told_hears_when_it_is_over_and_others_do_not() -> None:
    carers = [{"contact": name, "after_min": after, "kinds": ["low"]} for name, after in (("mum", 15), ("aunt", 200))]
    caring = AlarmSettings.model_validate({"caregivers": carers})
    state, events = run([*lows([60.0] * 9), *lows([110.0] * 9, first=45.0)], caring)
    ended = [one for one in events if one.kind is AlarmKind.LOW and one.action is AlarmAction.CLEARED]
    assert [one.contact for one in ended] == [None, "mum"]
    assert not any(one.audible for one in ended)
    assert state.of(AlarmKind.LOW).told_contacts == ()


def test_snooze_gives_the_caregiver_s_time_anew() -> None:
    caring = AlarmSettings.model_validate({"caregivers": [{"contact": "mum", "after_min": 15, "kinds": ["low"]}]})
    state, _ = run(lows([60.0, 60.0]), caring)
    state = snooze_alarm(caring, state, AlarmKind.LOW, at=NOON + timedelta(minutes=5), minutes=10.0)
    _, events = run(lows([60.0] * 9, first=10.0), caring, state)
    assert told([one for one in events if one.contact], AlarmKind.LOW) == [("escalated", 30.0)]


def test_stale_data_are_an_alarm_of_their_own_and_end_others_after_an_hour() -> None:
    moments = [moment(65.0, minute=5.0 * step, age_min=5.0 * step) for step in range(15)]
    _, events = run(moments)
    assert told(events, AlarmKind.STALE_DATA)[0] == ("raised", 20.0)
    assert told(events, AlarmKind.LOW)[-1] == ("cleared", 65.0)


def test_moments_out_of_order_change_nothing() -> None:
    state, _ = run(lows([60.0, 60.0]))
    again, events = step_alarms(SETTINGS, state, moment(300.0, minute=5.0))
    assert (again, events) == (state, ())


def test_predicted_low_has_hysteresis_of_its_probability() -> None:
    def at(minute: float, paths_below: int) -> Moment:
        paths = [[60.0] * 15] * paths_below + [[100.0] * 15] * (10 - paths_below)
        return moment(100.0, minute=minute, outlook=outlook(*paths))

    shares = [3, 5, 3, 3, 1, 1, 1, 1]
    _, events = run([at(5.0 * index, share) for index, share in enumerate(shares)])
    assert told(events, AlarmKind.PREDICTED_LOW) == [("raised", 5.0), ("cleared", 35.0)]


def test_state_survives_storage() -> None:
    state, _ = run(lows([50.0, 50.0]))
    state = snooze_alarm(SETTINGS, state, AlarmKind.LOW, at=NOON + timedelta(minutes=5), minutes=10.0)
    assert alarm_state_from_json(state.to_json()) == state
    with pytest.raises(DataError, match="no state of alarms"):
        alarm_state_from_json({"kinds": {"nonsense": {}}})


def test_event_is_written_with_its_values() -> None:
    _, events = run([moment(100.0, outlook=level_outlook(60.0))])
    (event,) = (one.to_json() for one in events if one.kind is AlarmKind.PREDICTED_LOW)
    assert (event["action"], event["probability"], event["lead_min"]) == ("raised", 1.0, 5.0)
    assert event["values"] == {"glucose_mgdl": 100.0, "limit_mgdl": 70.0, "horizon_min": 30.0}
