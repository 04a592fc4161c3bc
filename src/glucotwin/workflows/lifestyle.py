"""Use case: rank what habits would do for a person, on their own last days."""

from collections.abc import Collection
from datetime import datetime, timedelta

from glucotwin.advise.lifestyle import HabitKind, Lifestyle, rank_habits
from glucotwin.core.answer import Answer, ContextOfUse
from glucotwin.core.message import message
from glucotwin.core.profile import RESEARCHER, Authority, Capability
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.record import as_utc
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.twin import Twin
from glucotwin.workflows.answer import require_same_person, require_valid, wrap_answer

USUAL_DAYS = 7.0


def rank_person_habits(
    twin: Twin,
    timeline: Timeline,
    *,
    days: float = USUAL_DAYS,
    end: datetime | None = None,
    kinds: Collection[HabitKind] = tuple(HabitKind),
    authority: Authority = RESEARCHER,
    progress: ProgressCallback = silent,
) -> Answer[Lifestyle]:
    """Habits ranked by effect, in an envelope; those that change doses only where such what-ifs may be shown.

    Args:
        twin: of the timeline's person.
        timeline: their data.
        days: how many of the last days, at most 14.
        end: aware time at which they end; None for the newest reading.
        kinds: which kinds of habits are looked at.
        authority: on whose behalf.
        progress: told as the work goes on.

    Raises:
        NotAllowedError: the authority may not be shown what-ifs of habits.
        SafetyError: the model was not validated for this person.
        DataError: the days cannot be replayed.
    """
    authority.require(Capability.WHAT_IF_LIFESTYLE)
    require_same_person(twin, timeline)
    last = timeline.window(GlucoseReading).end if end is None else as_utc(end)
    window = Window(start=last - timedelta(days=days), end=last)
    validity = require_valid(timeline.person, window.start.date())
    insulin = authority.allows(Capability.WHAT_IF_INSULIN)
    found = rank_habits(twin, timeline, window=window, insulin=insulin, kinds=kinds, progress=progress)
    return wrap_answer(
        found,
        context=ContextOfUse.WHAT_IF,
        authority=authority,
        timeline=timeline,
        window=window,
        twin=twin,
        validity=validity,
        uncertainty=message("lifestyle-uncertainty"),
        limits=message("lifestyle-limits"),
    )
