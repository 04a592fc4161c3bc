"""The state machine of alarms: pure, so that it can be replayed, stored and resumed.

``init_alarms`` gives the state before anything happened; ``step_alarms`` takes in one moment and gives back the next
state and what to tell. Moments come in the order of time, also when no reading came (that is how data become stale);
one that is not later than the newest changes nothing: what was told stays told, and late readings are part of the next
moment.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.record import as_utc
from glucotwin.forecast.alarm.behaviour import Behaviour
from glucotwin.forecast.alarm.event import AlarmAction, AlarmEvent
from glucotwin.forecast.alarm.kind import AlarmKind, AlarmRule, Assessment
from glucotwin.forecast.alarm.moment import Moment
from glucotwin.forecast.alarm.registry import RULES, behaviour_of
from glucotwin.forecast.alarm.settings import AlarmSettings
from glucotwin.forecast.alarm.state import AlarmState, KindState

KEPT_WITHOUT_DATA_MIN = 60.0
"""An alarm about which nothing can be said any more ends after so long; stale data have an alarm of their own."""


def init_alarms() -> AlarmState:
    """The state before anything happened."""
    return AlarmState()


def step_alarms(
    settings: AlarmSettings, state: AlarmState, moment: Moment
) -> tuple[AlarmState, tuple[AlarmEvent, ...]]:
    """Takes in a moment.

    Args:
        settings: the person's.
        state: before the moment.
        moment: what is known now; nothing happens when it is not later than the newest one taken in.

    Returns:
        The next state, and what to tell, the most pressing kind first.
    """
    if state.time is not None and moment.time <= state.time:
        return state, ()
    kinds = dict(state.kinds)
    events: list[AlarmEvent] = []
    for kind, rule in RULES.items():
        active = {other for other, one in kinds.items() if one.on_since is not None}
        here = _Here(
            rule=rule,
            behaviour=behaviour_of(settings, kind),
            settings=settings,
            moment=moment,
            is_outranked=not active.isdisjoint(rule.outranked_by),
        )
        kinds[kind], told = _step_kind(here, state.of(kind))
        events += told
    return AlarmState(time=moment.time, kinds=kinds), tuple(events)


def snooze_alarm(
    settings: AlarmSettings, state: AlarmState, kind: AlarmKind, *, at: datetime, minutes: float
) -> AlarmState:
    """Silences an alarm that is on, for at most as long as its behaviour allows.

    The snooze of an urgent low ends with the alarm: a new one is always told.

    Args:
        settings: the person's.
        state: now.
        kind: which alarm.
        at: aware time of the request.
        minutes: for how long; cut to the longest that is allowed.

    Raises:
        DataError: the alarm is not on, or the time is negative.
    """
    current = state.of(kind)
    if current.on_since is None or minutes < 0.0:
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"The alarm {kind} cannot be snoozed for {minutes:.0f} min now.",
            hint="Only an alarm that is on can be snoozed.",
        )
    allowed = min(minutes, behaviour_of(settings, kind).longest_snooze_min)
    snoozed = replace(current, snoozed_until=as_utc(at) + timedelta(minutes=allowed))
    return replace(state, kinds={**state.kinds, kind: snoozed})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Here:
    """What holds for one kind at one moment."""

    rule: AlarmRule
    behaviour: Behaviour
    settings: AlarmSettings
    moment: Moment
    is_outranked: bool

    @property
    def time(self) -> datetime:
        return self.moment.time

    def lasted(self, since: datetime | None, minutes: float) -> bool:
        return since is not None and self.time - since >= timedelta(minutes=minutes)


def _step_kind(here: _Here, state: KindState) -> tuple[KindState, tuple[AlarmEvent, ...]]:
    if not here.behaviour.enabled:
        return KindState(), ()
    said = here.rule.assess(here.settings, here.moment)
    if said is None:
        if state.on_since is not None and here.moment.reading_age_min > KEPT_WITHOUT_DATA_MIN:
            return _ended(here, state, Assessment(probability=0.0, reason="unknown"))
        said = Assessment(probability=0.0, reason="unknown")
    else:
        state = _timed(here, state, said)
    if state.on_since is None:
        if not here.lasted(state.likely_since, here.behaviour.raise_after_min):
            return state, ()
        state = replace(state, on_since=here.time, told_at=None, told_contacts=(), unlikely_since=None)
    elif here.lasted(state.unlikely_since, here.behaviour.clear_after_min):
        return _ended(here, state, said)
    return _told(here, state, said)


def _timed(here: _Here, state: KindState, said: Assessment) -> KindState:
    """How long the probability has been high, and low, with this moment."""
    likely, unlikely = said.probability >= here.behaviour.raise_at, said.held_by < here.behaviour.clear_at
    return replace(
        state,
        likely_since=(state.likely_since or here.time) if likely else None,
        unlikely_since=(state.unlikely_since or here.time) if unlikely else None,
    )


def _ended(here: _Here, state: KindState, said: Assessment) -> tuple[KindState, tuple[AlarmEvent, ...]]:
    """Off again, told to everybody and to each caregiver it was passed on to; what was never told is not taken back."""
    events: tuple[AlarmEvent, ...] = ()
    if state.told_at is not None:
        over = _event(here, state, said, AlarmAction.CLEARED)
        events = (over, *(replace(over, contact=contact) for contact in state.told_contacts))
    return KindState(snoozed_until=None if here.rule.is_urgent else state.snoozed_until), events


def _told(here: _Here, state: KindState, said: Assessment) -> tuple[KindState, tuple[AlarmEvent, ...]]:
    """What an alarm that is on tells now."""
    if state.is_snoozed(here.time):
        return state, ()
    events: list[AlarmEvent] = []
    if state.told_at is None:
        events.append(_event(here, state, said, AlarmAction.RAISED))
    elif _is_due(here, state):
        events.append(_event(here, state, said, AlarmAction.REPEATED))
    if events:
        state = replace(state, told_at=here.time)
    passed_on = tuple(_passed_on(here, state, said))
    contacts = tuple(one.contact for one in passed_on if one.contact is not None)
    return replace(state, told_contacts=(*state.told_contacts, *contacts)), (*events, *passed_on)


def _is_due(here: _Here, state: KindState) -> bool:
    """Whether an alarm that was told before is told again: its time has come, or its snooze is over.

    It is not while its reason is already gone and only the time to its end is waited for.
    """
    told, snoozed = state.told_at, state.snoozed_until
    if told is not None and snoozed is not None and told < snoozed:
        return True
    is_going = state.unlikely_since is not None
    return not is_going and here.behaviour.repeat_min is not None and here.lasted(told, here.behaviour.repeat_min)


def _passed_on(here: _Here, state: KindState, said: Assessment) -> Iterator[AlarmEvent]:
    """Caregivers whose time has come; a snooze means that somebody takes care, so it starts their time anew."""
    if state.on_since is None:
        return
    waited_from = max(state.on_since, state.snoozed_until or state.on_since)
    for caregiver in here.settings.caregivers:
        is_new = caregiver.contact not in state.told_contacts
        if here.rule.kind in caregiver.kinds and is_new and here.lasted(waited_from, caregiver.after_min):
            yield replace(_event(here, state, said, AlarmAction.ESCALATED), contact=caregiver.contact, audible=True)


def _event(here: _Here, state: KindState, said: Assessment, action: AlarmAction) -> AlarmEvent:
    silent = here.is_outranked or (here.behaviour.quiet and here.settings.is_quiet(here.moment.minute_of_day))
    return AlarmEvent(
        kind=here.rule.kind,
        action=action,
        time=here.time,
        since=state.on_since or here.time,
        probability=said.probability,
        lead_min=said.lead_min,
        reason=said.reason,
        values=said.values,
        audible=action is not AlarmAction.CLEARED and not silent,
    )
