"""Alarms of past days, with steps and a score."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from glucotwin.advise.alarm_replay import AlarmReplay, bridged, logged_treatments, replay_alarms
from glucotwin.advise.pre_emptive import StepKind
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.alarm.event import AlarmAction
from glucotwin.forecast.alarm.kind import AlarmKind
from glucotwin.forecast.alarm.settings import AlarmSettings
from made_up_person import PERSON, START, made_up_timeline, made_up_twin

LOW_AT = START + timedelta(days=3, hours=4)
EARLY = AlarmSettings.model_validate({"behaviour": {"predicted-low": {"raise_at": 0.25, "clear_at": 0.1}}})
WINDOW = Window(start=START + timedelta(days=3), end=START + timedelta(days=3, hours=8))


def timeline_with_low() -> Timeline:
    """A slow fall to 45 mg/dL at four in the morning, and back."""

    def readings() -> Iterator[Record]:
        for step in range(97):
            time = WINDOW.start + timedelta(minutes=5 * step)
            away = abs((time - LOW_AT) / timedelta(minutes=1))
            yield GlucoseReading(time=time, glucose_mgdl=round(min(140.0, 45.0 + 1.2 * away)))

    timeline = made_up_timeline()
    others = timeline.frame(GlucoseReading)
    kept = others.filter((others["time"] < WINDOW.start) | (others["time"] > WINDOW.end))
    frame = Timeline.from_records(PERSON, readings()).frame(GlucoseReading)
    return replace(timeline, streams={**timeline.streams, "glucose": kept.vstack(frame).sort("time")})


@pytest.fixture(scope="module")
def replay() -> AlarmReplay:
    """The night of the low, for somebody who wants to know early."""
    timeline = timeline_with_low()
    return replay_alarms(made_up_twin(timeline), timeline, window=WINDOW, settings=EARLY, steps=frozenset(StepKind))


def test_low_is_predicted_and_told_before_it_is_urgent(replay: AlarmReplay) -> None:
    first: dict[AlarmKind, datetime] = {}
    for one in replay.told:
        if one.event.action is AlarmAction.RAISED:
            first.setdefault(one.event.kind, one.event.time)
    assert first[AlarmKind.PREDICTED_LOW] < first[AlarmKind.LOW]
    assert first[AlarmKind.PREDICTED_LOW] < first[AlarmKind.URGENT_LOW_SOON] < LOW_AT


def test_steps_come_with_alarms_of_lows_when_they_come(replay: AlarmReplay) -> None:
    with_steps = [one for one in replay.told if one.steps]
    assert with_steps
    assert {one.event.action for one in with_steps} == {AlarmAction.RAISED}
    assert {step.kind for one in with_steps for step in one.steps} == set(StepKind)


def test_spans_end_where_the_alarm_is_over(replay: AlarmReplay) -> None:
    lows = [span for span in replay.spans() if span.kind is AlarmKind.LOW]
    assert len(lows) == 1
    assert lows[0].end is not None
    assert lows[0].start < LOW_AT < lows[0].end
    assert replay.counts(AlarmKind.LOW)["raised"] == 1


def test_warning_is_scored_against_what_then_happened(replay: AlarmReplay) -> None:
    score = replay.low_score
    assert (score.event_count, score.detected_count) == (1, 1)
    assert score.median_lead_min > 0.0


def test_answer_is_written_with_settings_alarms_and_state(replay: AlarmReplay) -> None:
    values = replay.to_json()
    assert values["settings"] == EARLY.model_dump(mode="json")
    assert isinstance(values["alarms"], list)
    assert len(values["alarms"]) == len(replay.told)


def test_only_small_meals_without_a_bolus_are_treatments() -> None:
    records: list[Record] = [
        Meal(time=START, carbs_g=15.0),
        Meal(time=START + timedelta(hours=2), carbs_g=15.0),
        Bolus(time=START + timedelta(hours=2, minutes=10), insulin_u=2.0),
        Meal(time=START + timedelta(hours=4), carbs_g=60.0),
    ]
    assert logged_treatments(Timeline.from_records(PERSON, records)).to_list() == [START]
    assert logged_treatments(Timeline.from_records(PERSON, records[:1])).to_list() == [START]


def test_only_short_gaps_are_bridged() -> None:
    nan = np.nan
    filled = bridged(np.array([nan, 100.0, nan, 110.0, nan, nan, nan, 90.0, nan]), 2)
    assert filled.tolist() == pytest.approx([nan, 100.0, 105.0, 110.0, nan, nan, nan, 90.0, nan], nan_ok=True)
