"""Alarms in words."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from glucotwin.advise.alarm_replay import ToldAlarm
from glucotwin.advise.pre_emptive import PreEmptiveStep, StepKind
from glucotwin.advise.what_if import Estimate
from glucotwin.core.message import message, message_identifiers
from glucotwin.core.unit import GlucoseUnit
from glucotwin.forecast.alarm.event import AlarmAction, AlarmEvent
from glucotwin.forecast.alarm.kind import AlarmKind
from glucotwin.forecast.alarm.registry import RULES
from glucotwin.forecast.alarm.settings import AlarmSettings
from glucotwin.reports.number import Numbers
from glucotwin.reports.section.alarm import alarm_line, alarm_reason, alarm_what_to_do, step_sentence
from made_up_moment import level_outlook, moment, push

MGDL, MMOLL = Numbers(GlucoseUnit.MGDL), Numbers(GlucoseUnit.MMOLL)
NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)

MOMENTS = (
    moment(50.0),
    moment(60.0, outlook=level_outlook(50.0)),
    moment(100.0, age_min=float("inf")),
    moment(300.0, outlook=level_outlook(300.0), push=push(1.0), bolus_u=[0.0, 3.0] + [0.0] * 30, uses_pump=True),
    moment(
        300.0, push=push(1.0), bolus_u=[0.0, 3.0] + [0.0] * 30, carbs_g=[40.0] + [0.0] * 40, uses_pump=True,
        ketone_mmoll=2.0,
    ),
    moment([120.0, 130.0, 140.0, 150.0], push=push(2.0), carbs_g=[40.0] + [0.0] * 8, dosed_fraction=0.9),
)  # fmt: skip


def event(kind: AlarmKind, *, action: AlarmAction = AlarmAction.RAISED, **changed: object) -> AlarmEvent:
    """An event of a kind."""
    values: dict[str, object] = {
        "kind": kind, "action": action, "time": NOON, "since": NOON, "probability": 0.62, "lead_min": 25.0,
        "reason": "why", "values": {"glucose_mgdl": 85.0, "limit_mgdl": 70.0, "horizon_min": 45.0}, "audible": True,
    }  # fmt: skip
    return AlarmEvent(**(values | changed))  # pyright: ignore[reportArgumentType]  # fields by name


@pytest.mark.parametrize("kind", list(AlarmKind))
@pytest.mark.parametrize("numbers", [MGDL, MMOLL])
def test_whatever_a_rule_says_has_a_sentence(kind: AlarmKind, numbers: Numbers) -> None:
    for now in MOMENTS:
        said = RULES[kind].assess(AlarmSettings(), now)
        if said is not None:
            text = alarm_reason(event(kind, reason=said.reason, values=said.values), numbers)
            assert text.endswith(".")
    assert alarm_what_to_do(kind).endswith(".")
    assert {f"alarm-{kind}-title", f"alarm-{kind}-about"} <= message_identifiers()


def test_reason_is_in_the_reader_s_unit() -> None:
    low = event(AlarmKind.PREDICTED_LOW)
    assert alarm_reason(low, MGDL) == "Glucose is 85 mg/dL; a low below 70 may begin within 45 min."
    assert alarm_reason(low, MMOLL) == "Glucose is 4.7 mmol/L; a low below 3.9 may begin within 45 min."


def test_line_tells_chance_and_time_only_of_what_is_not_yet_so() -> None:
    zone = ZoneInfo("Europe/Berlin")
    predicted = alarm_line(ToldAlarm(event=event(AlarmKind.PREDICTED_LOW)), zone)
    assert predicted == "2024-03-04 13:00  Low predicted  comes  chance 62 %, in about 25 min"
    silent = alarm_line(ToldAlarm(event=event(AlarmKind.LOW, audible=False)), zone)
    assert silent == "2024-03-04 13:00  Low  comes  (shown, not sounded)"
    passed_on = event(AlarmKind.LOW, action=AlarmAction.ESCALATED, contact="mum")
    assert alarm_line(ToldAlarm(event=passed_on), zone).endswith("to mum")


def test_urgent_low_says_to_act_and_the_limits_keep_the_sensor_s_own_alarms() -> None:
    assert "Treat it now" in alarm_what_to_do(AlarmKind.URGENT_LOW_SOON)
    assert "Keep the sensor's own alarms switched on" in message("alarm-limits")


@pytest.mark.parametrize(
    ("after", "low_after_min", "ending"),
    [(0.1, 5.0, "min instead of 40 min."), (0.3, 20.0, "not be enough."), (0.48, 39.0, "hardly help.")],
)
def test_step_says_what_it_changes_and_whether_that_is_enough(after: float, low_after_min: float, ending: str) -> None:
    nothing = Estimate(median=70.0, low=60.0, high=80.0)
    step = PreEmptiveStep(
        kind=StepKind.CARBS, amount=15.0, horizon_min=120.0, probability_before=0.5, probability_after=after,
        low_before_min=40.0, low_after_min=low_after_min, lowest_before_mgdl=nothing, lowest_after_mgdl=nothing,
        highest_after_mgdl=nothing,
    )  # fmt: skip
    sentence = step_sentence(step, MGDL, limit_mgdl=70.0)
    assert sentence.startswith("15 g of carbohydrate now: a low after the first half hour would be")
    assert sentence.endswith(ending)
