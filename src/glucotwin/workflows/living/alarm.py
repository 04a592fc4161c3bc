"""Use case: a person's alarms as their data come in: one state, stored, that no late or repeated reading confuses."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import cast

from glucotwin.core.error import DataError, ErrorCode, NotFoundError, SafetyError
from glucotwin.core.message import message
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.alarm.event import AlarmAction, AlarmEvent
from glucotwin.forecast.alarm.kind import AlarmKind
from glucotwin.forecast.alarm.machine import init_alarms, snooze_alarm, step_alarms
from glucotwin.forecast.alarm.moment import STEP_MIN
from glucotwin.forecast.alarm.registry import RULES
from glucotwin.forecast.alarm.settings import AlarmSettings
from glucotwin.forecast.alarm.state import AlarmState, alarm_state_from_json
from glucotwin.forecast.alarm.stream import moments
from glucotwin.forecast.learned import Learned
from glucotwin.reports.number import Numbers
from glucotwin.reports.section.alarm import alarm_reason, alarm_title, alarm_what_to_do, reason_sentence
from glucotwin.store.alarm import keep_alarms, read_alarms
from glucotwin.store.artefact import ALARMS, read_artefact, write_artefact
from glucotwin.store.desk import Desk
from glucotwin.store.person import lock_person
from glucotwin.twin.twin import Twin
from glucotwin.workflows.answer import require_valid
from glucotwin.workflows.living.alarm_settings import alarm_settings_of
from glucotwin.workflows.living.memory import Memory
from glucotwin.workflows.living.shape.now import AlarmJson, Alarms, SeenJson

CAUGHT_UP = timedelta(minutes=30)
"""After a longer silence alarms go on from the last half hour: what was to be told before is of no use any more."""
CLOCK_ERROR = timedelta(minutes=10)
"""By so much the present may lie before the last step; further back, the clock of the last step was wrong."""
NUMBERS = Numbers(GlucoseUnit.MGDL)
UNWRITTEN: Mapping[str, object] = MappingProxyType(
    {"contact": None, "told_contacts": [], "seen": None, "reason": "", "values": {}}
)
"""What alarms that were stored by earlier versions do not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The stored state, what was told last of each kind, and who took care of it."""

    state: AlarmState
    last: dict[str, AlarmJson]
    seen: dict[str, SeenJson]


def step_alarms_of(desk: Desk, memory: Memory, person_id: str, *, at: datetime) -> tuple[AlarmJson, ...]:
    """Takes in what came since the last time and keeps the state.

    Args:
        desk: of an account that may write.
        memory: what is remembered.
        person_id: whose.
        at: aware time that counts as now.

    Returns:
        What is to be told now, as JSON values.

    Raises:
        NotFoundError: there is no such person within reach.
    """
    lock_person(desk, person_id)
    timeline, twin = memory.timeline(desk, person_id), memory.twin(desk, person_id)
    if twin is None or timeline.frame(GlucoseReading).is_empty():
        return ()
    kept, settings = _kept(desk, person_id), alarm_settings_of(desk, person_id)
    try:
        require_valid(timeline.person, at.date())
        state, events = _stepped(twin, timeline, kept.state, at, settings, memory.learned)
    except (SafetyError, DataError):
        return ()
    told = tuple(alarm_json(event, state) for event in events)
    last = {**kept.last, **{str(event.kind): one for event, one in zip(events, told, strict=True)}}
    _keep(desk, person_id, Kept(state=state, last=last, seen=_still_on(kept.seen, state)))
    keep_alarms(desk, person_id, [(event.time, one) for event, one in zip(events, told, strict=True)])
    return told


def alarms_of(desk: Desk, person_id: str) -> Alarms:
    """Alarms that are on, and what was told lately, as JSON values."""
    return {
        "active": active_alarms(desk, person_id),
        "recent": [_in_words(one) for one in read_alarms(desk, person_id, most=50)],
    }


def active_alarms(desk: Desk, person_id: str) -> list[AlarmJson]:
    """Alarms that are on, the most pressing first."""
    return active_in(read_artefact(desk, person_id, ALARMS))


def active_in(content: bytes | None) -> list[AlarmJson]:
    """Alarms that are on by a stored state, the most pressing first; none without one."""
    kept = _kept_in(content)
    return [_with_snooze(kept, kind) for kind in AlarmKind if kind in kept.state.active()]


def snooze(desk: Desk, person_id: str, kind_name: str, *, minutes: float, at: datetime, by_name: str) -> AlarmJson:
    """Silences an alarm that is on, and notes who takes care of it.

    Args:
        desk: of an account that may silence it.
        person_id: whose alarm.
        kind_name: which.
        minutes: for how long, cut to what its kind allows.
        at: aware time that counts as now.
        by_name: what the account calls itself.

    Raises:
        NotFoundError: there is no such kind.
        DataError: it is not on.
    """
    lock_person(desk, person_id)
    try:
        kind = AlarmKind(kind_name)
    except ValueError as error:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("living-no-alarm", name=kind_name)) from error
    kept = _kept(desk, person_id)
    state = snooze_alarm(alarm_settings_of(desk, person_id), kept.state, kind, at=at, minutes=minutes)
    seen: SeenJson = {"account_id": desk.account_id, "name": by_name, "time": at.isoformat()}
    kept = replace(kept, state=state, seen={**kept.seen, str(kind): seen})
    _keep(desk, person_id, kept)
    return _with_snooze(kept, kind)


def alarm_json(event: AlarmEvent, state: AlarmState) -> AlarmJson:
    """What an alarm tells, in words and numbers."""
    own = state.of(event.kind)
    return {
        "kind": event.kind,
        "action": event.action,
        "time": event.time.isoformat(),
        "title": alarm_title(event.kind),
        "sentence": alarm_reason(event, NUMBERS),
        "reason": event.reason,
        "values": {name: round(value, 2) for name, value in event.values.items()},
        "do": alarm_what_to_do(event.kind),
        "since": event.since.isoformat(),
        "on": own.on_since is not None,
        "urgent": RULES[event.kind].is_urgent,
        "audible": event.audible,
        "probability": round(event.probability, 3),
        "lead_min": round(event.lead_min, 1),
        "snoozed_until": None if own.snoozed_until is None else own.snoozed_until.isoformat(),
        "contact": event.contact,
        "told_contacts": list(own.told_contacts),
        "seen": None,
    }


def _stepped(
    twin: Twin,
    timeline: Timeline,
    state: AlarmState,
    at: datetime,
    settings: AlarmSettings,
    learned: Learned | None,
) -> tuple[AlarmState, tuple[AlarmEvent, ...]]:
    step = timedelta(minutes=STEP_MIN)
    # The last step is the present minute, which the newest reading belongs to.
    last = at.replace(second=0, microsecond=0)
    if state.time is not None and state.time - last > CLOCK_ERROR:
        # A clock that was wrong and is right again: what went on by it would keep alarms silent until then.
        state = init_alarms()
    begin = last - CAUGHT_UP if state.time is None else max(state.time, last - CAUGHT_UP)
    count = max(1, int((last + timedelta(minutes=1) - begin) / step))
    window = Window(start=last - (count - 1) * step, end=last + step)
    events: tuple[AlarmEvent, ...] = ()
    for moment in moments(twin, timeline, window=window, settings=settings, learned=learned):
        if moment.time <= at + timedelta(minutes=1):
            state, told = step_alarms(settings, state, moment)
            events += told
    return state, events


def _with_snooze(kept: Kept, kind: AlarmKind) -> AlarmJson:
    own = kept.state.of(kind)
    last = kept.last.get(str(kind)) or _untold(kept.state, kind)
    return {
        **last,
        "on": own.on_since is not None,
        "snoozed_until": None if own.snoozed_until is None else own.snoozed_until.isoformat(),
        "told_contacts": list(own.told_contacts),
        "seen": kept.seen.get(str(kind)),
    }


def _in_words(stored: Mapping[str, object]) -> AlarmJson:
    """A stored alarm in the reader's language, whatever the language in which it was told."""
    told = cast("AlarmJson", {**UNWRITTEN, **stored})
    kind, sentence = AlarmKind(told["kind"]), told["sentence"]
    if told["reason"]:
        sentence = reason_sentence(kind, told["reason"], told["values"], NUMBERS)
    return {**told, "title": alarm_title(kind), "sentence": sentence, "do": alarm_what_to_do(kind)}


def _still_on(seen: dict[str, SeenJson], state: AlarmState) -> dict[str, SeenJson]:
    """Who took care of what is still on; the next alarm of a kind has to be seen anew."""
    return {kind: one for kind, one in seen.items() if AlarmKind(kind) in state.active()}


def _untold(state: AlarmState, kind: AlarmKind) -> AlarmJson:
    """An alarm that came while its kind was silenced: nothing was told of it yet."""
    since = (state.of(kind).on_since or state.time or datetime.now(UTC)).isoformat()
    return {
        "kind": kind,
        "title": alarm_title(kind),
        "on": True,
        "snoozed_until": None,
        "action": AlarmAction.RAISED,
        "time": since,
        "sentence": "",
        "reason": "",
        "values": {},
        "do": alarm_what_to_do(kind),
        "since": since,
        "urgent": RULES[kind].is_urgent,
        "audible": False,
        "probability": None,
        "lead_min": None,
        "contact": None,
        "told_contacts": [],
        "seen": None,
    }


def _kept(desk: Desk, person_id: str) -> Kept:
    return _kept_in(read_artefact(desk, person_id, ALARMS))


def _kept_in(content: bytes | None) -> Kept:
    if content is None:
        return Kept(state=init_alarms(), last={}, seen={})
    told = json.loads(content)
    return Kept(
        state=alarm_state_from_json(told["state"]),
        last={kind: _in_words(one) for kind, one in told["last"].items()},
        seen=told.get("seen", {}),
    )


def _keep(desk: Desk, person_id: str, kept: Kept) -> None:
    content = {"state": kept.state.to_json(), "last": kept.last, "seen": kept.seen}
    write_artefact(desk, person_id, ALARMS, json.dumps(content).encode())
