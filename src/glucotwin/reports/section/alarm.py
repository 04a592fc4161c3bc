"""Alarms in words: what came, why, what to do about it, and how well the warnings did."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from glucotwin.advise.alarm_replay import AlarmReplay, ToldAlarm
from glucotwin.advise.pre_emptive import PreEmptiveStep, StepKind
from glucotwin.core.message import message
from glucotwin.core.number import number
from glucotwin.forecast.alarm.event import AlarmAction, AlarmEvent
from glucotwin.forecast.alarm.kind import AlarmKind
from glucotwin.reports.number import Numbers

CERTAIN_NOW = frozenset({AlarmKind.LOW, AlarmKind.HIGH, AlarmKind.STALE_DATA})
"""Kinds that are about what is so already: their probability says nothing."""

DIGITS = {"insulin": 1, "ketone": 1}


def alarm_title(kind: AlarmKind) -> str:
    """What an alarm is called."""
    return message(f"alarm-{kind}-title")


def alarm_reason(event: AlarmEvent, numbers: Numbers) -> str:
    """Why it came, in a sentence."""
    return reason_sentence(event.kind, event.reason, event.values, numbers)


def reason_sentence(kind: AlarmKind, reason: str, values: Mapping[str, float], numbers: Numbers) -> str:
    """Why an alarm came, in a sentence; arguments as the attributes of ``AlarmEvent``."""
    if reason == "unknown":
        return message("alarm-unknown")
    return message(f"alarm-{kind}-{reason}", unit=str(numbers.unit), **_shown(values, numbers))


def alarm_what_to_do(kind: AlarmKind) -> str:
    """What to do about it, without any dose."""
    return message(f"alarm-{kind}-do")


def alarm_line(told: ToldAlarm, zone: ZoneInfo) -> str:
    """When, which, what happened, how likely and how soon."""
    event = told.event
    clock = event.time.astimezone(zone)
    action = message(f"alarm-action-{event.action}", **({"contact": event.contact} if event.contact else {}))
    parts = [f"{clock:%Y-%m-%d %H:%M}", alarm_title(event.kind), action]
    if event.action is not AlarmAction.CLEARED and event.kind not in CERTAIN_NOW:
        parts.append(_chance(event))
    if event.action is not AlarmAction.CLEARED and not event.audible:
        parts.append(message("alarm-silent"))
    return "  ".join(parts)


def step_sentence(step: PreEmptiveStep, numbers: Numbers, *, limit_mgdl: float) -> str:
    """A step and what it would do."""
    name = "carbs" if step.kind is StepKind.CARBS else "no-basal"
    sentence = message(
        "alarm-step-effect",
        step=message(f"alarm-step-{name}", amount=number(step.amount, 0)),
        before=number(100.0 * step.probability_before, 0),
        after=number(100.0 * step.probability_after, 0),
        limit=f"{numbers.threshold(limit_mgdl)} {numbers.unit}",
        hours=number(step.horizon_min / 60.0, 0),
        low_before=number(step.low_before_min, 0),
        low_after=number(step.low_after_min, 0),
    )
    if not step.helps:
        return f"{sentence} {message('alarm-step-no-help')}"
    return sentence if step.is_enough else f"{sentence} {message('alarm-step-not-enough')}"


def count_rows(replay: AlarmReplay) -> list[tuple[str, ...]]:
    """How often each kind came and sounded, with a header."""
    names = ("alarm", "came", "sounded", "per-day")
    rows = [tuple(message(f"alarm-column-{name}") for name in names)]
    for kind in AlarmKind:
        counts = replay.counts(kind)
        per_day = number(counts["sounded"] / replay.window.days, 2)
        rows.append((alarm_title(kind), str(counts["raised"]), str(counts["sounded"]), per_day))
    return rows


def score_sentences(replay: AlarmReplay) -> list[str]:
    """How the warnings of lows did."""
    score = replay.low_score
    rate = number(score.false_alarms_per_day, 2)
    if not score.event_count:
        first = message("alarm-score-no-lows", rate=rate)
    elif not score.detected_count:
        first = message("alarm-score-none-warned", events=score.event_count, rate=rate)
    else:
        first = message(
            "alarm-score-lows",
            events=score.event_count,
            detected=score.detected_count,
            lead=number(score.median_lead_min, 0),
            rate=rate,
        )
    apart = message("alarm-score-treated", events=score.treated_event_count, alarms=score.treated_alarm_count)
    return [first, apart]


def _chance(event: AlarmEvent) -> str:
    percent = number(100.0 * event.probability, 0)
    if event.lead_min <= 0.0:
        return message("alarm-chance", percent=percent)
    return message("alarm-chance-lead", percent=percent, lead=number(event.lead_min, 0))


def _shown(values: Mapping[str, float], numbers: Numbers) -> dict[str, str]:
    """The values as the sentence shows them: ``glucose_mgdl`` fills ``glucose``."""
    shown: dict[str, str] = {}
    for name, value in values.items():
        short, _, unit = name.rpartition("_")
        if short == "limit":
            shown[short] = numbers.threshold(value)
        elif unit == "mgdl":
            shown[short] = numbers.glucose(value)
        else:
            shown[short or name] = number(value, DIGITS.get(short, 0))
    return shown
