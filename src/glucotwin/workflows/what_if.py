"""Use case: ask what would have been, or would be, with other food or other insulin."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from glucotwin.advise.change import Change
from glucotwin.advise.dosing_plan import DosingPlan
from glucotwin.advise.look_ahead import Prospect, ask_prospect, look_ahead_what_if, prospect_of
from glucotwin.advise.replay import replay_what_if
from glucotwin.advise.what_if import WhatIf
from glucotwin.core.answer import Answer, ContextOfUse
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.profile import RESEARCHER, Authority, Capability
from glucotwin.core.validity import Validity
from glucotwin.domain.archive import timeline_hash
from glucotwin.domain.record import as_utc
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.twin import Twin
from glucotwin.workflows.answer import require_same_person, require_valid, wrap_answer

USED_BEFORE = timedelta(days=1)


def replay_person(
    twin: Twin,
    timeline: Timeline,
    *,
    window: Window,
    changes: Sequence[Change],
    dosing: DosingPlan | None = None,
    authority: Authority = RESEARCHER,
) -> Answer[WhatIf]:
    """A past window replayed with changes, in its envelope.

    Args:
        twin: of the timeline's person.
        timeline: their data.
        window: what to replay.
        changes: what would have been different; none only where dosing answers.
        dosing: how dosing answers; None to hold it as recorded.
        authority: on whose behalf.

    Raises:
        NotAllowedError: the authority may not be shown such a what-if.
        SafetyError: the model was not validated for this person.
        DataError: nothing is changed, or a change finds no record.
    """
    validity = _require(twin, timeline, changes, authority, window.start, dosing)
    answer = replay_what_if(twin, timeline, window=window, changes=tuple(changes), dosing=dosing)
    return _wrap(answer, twin, timeline, window, authority, validity)


def look_ahead_person(
    twin: Twin,
    timeline: Timeline,
    *,
    origin: datetime,
    changes: Sequence[Change],
    horizon_min: int = 240,
    authority: Authority = RESEARCHER,
) -> Answer[WhatIf]:
    """The hours ahead with changes, in its envelope.

    Args:
        twin: of the timeline's person.
        timeline: their data.
        origin: aware time to look ahead from.
        changes: what would be different.
        horizon_min: how far.
        authority: on whose behalf.

    Raises:
        NotAllowedError: the authority may not be shown such a what-if.
        SafetyError: the model was not validated for this person, or the readings are too old.
        DataError: nothing is changed, or a change finds no record.
    """
    origin = as_utc(origin)
    validity = _require(twin, timeline, changes, authority, origin)
    answer = look_ahead_what_if(twin, timeline, origin=origin, horizon_min=horizon_min, changes=tuple(changes))
    window = Window(start=origin - USED_BEFORE, end=origin)
    return _wrap(answer, twin, timeline, window, authority, validity)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenProspect:
    """The hours ahead of a person, opened for many questions, as somebody asks who moves things over the day.

    Attributes:
        prospect: what all answers share.
        data_hash: of the data it was made from.
    """

    prospect: Prospect
    data_hash: str


def open_prospect(twin: Twin, timeline: Timeline, *, origin: datetime, horizon_min: int = 240) -> OpenProspect:
    """Works out once what questions about the hours ahead share; ``ask_open_prospect`` answers them.

    Args:
        twin: of the timeline's person.
        timeline: their data.
        origin: aware time to look ahead from.
        horizon_min: how far.

    Raises:
        SafetyError: the readings are too old.
        DataError: the twin is somebody else's.
    """
    require_same_person(twin, timeline)
    return OpenProspect(
        prospect=prospect_of(twin, timeline, origin=origin, horizon_min=horizon_min), data_hash=timeline_hash(timeline)
    )


def ask_open_prospect(
    opened: OpenProspect, changes: Sequence[Change], *, authority: Authority = RESEARCHER
) -> Answer[WhatIf]:
    """The answer that ``look_ahead_person`` gives, sooner.

    Args:
        opened: the hours ahead.
        changes: what would be different.
        authority: on whose behalf.

    Raises:
        NotAllowedError, SafetyError, DataError: see ``look_ahead_person``.
    """
    prospect = opened.prospect
    twin, timeline, origin = prospect.twin, prospect.timeline, prospect.coming.start
    validity = _require(twin, timeline, changes, authority, origin)
    answer = ask_prospect(prospect, tuple(changes))
    window = Window(start=origin - USED_BEFORE, end=origin)
    return _wrap(answer, twin, timeline, window, authority, validity, data_hash=opened.data_hash)


def required_capability(changes: Sequence[Change], dosing: DosingPlan | None = None) -> Capability:
    """What an authority needs to be shown a what-if of these changes."""
    has_insulin = dosing is not None or any(change.is_insulin for change in changes)
    return Capability.WHAT_IF_INSULIN if has_insulin else Capability.WHAT_IF_LIFESTYLE


def _require(
    twin: Twin,
    timeline: Timeline,
    changes: Sequence[Change],
    authority: Authority,
    on: datetime,
    dosing: DosingPlan | None = None,
) -> Validity:
    authority.require(required_capability(changes, dosing))
    if not changes and dosing is None:
        raise DataError(ErrorCode.INVALID_VALUE, message("what-if-no-change"), hint=message("what-if-no-change-hint"))
    require_same_person(twin, timeline)
    return require_valid(timeline.person, on.date(), body=twin.body)


def _wrap(
    answer: WhatIf,
    twin: Twin,
    timeline: Timeline,
    window: Window,
    authority: Authority,
    validity: Validity,
    data_hash: str | None = None,
) -> Answer[WhatIf]:
    return wrap_answer(
        answer,
        context=ContextOfUse.WHAT_IF,
        authority=authority,
        timeline=timeline,
        window=window,
        twin=twin,
        validity=validity,
        uncertainty=message("what-if-uncertainty"),
        limits=message("what-if-limits"),
        data_hash=data_hash,
    )
