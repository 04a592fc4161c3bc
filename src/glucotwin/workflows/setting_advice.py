"""Use case: advise small steps of a person's settings from their own last days."""

from datetime import datetime

from glucotwin.advise.envelope import SafetyEnvelope, bounds_of
from glucotwin.advise.enveloped import EnvelopedSettings, within_envelope
from glucotwin.advise.own_days import own_days
from glucotwin.advise.setting_advice import DRAWS, advise_settings
from glucotwin.advise.setting_limit import SettingLimits, setting_limits
from glucotwin.advise.setting_replay import twin_draws
from glucotwin.advise.setting_space import PEN_COORDINATES
from glucotwin.advise.setting_today import (
    coordinates_for,
    days_under_settings,
    limits_for,
    posterior_width,
    setting_today,
)
from glucotwin.advise.sick_day import basal_titration, fasting_mgdl
from glucotwin.core.answer import Answer, ContextOfUse
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.profile import RESEARCHER, Authority, Capability
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.person import DiabetesType, TherapyKind
from glucotwin.domain.record import as_utc
from glucotwin.domain.timeline import Timeline
from glucotwin.twin.twin import Twin
from glucotwin.workflows.answer import require_same_person, require_valid, wrap_answer


def advise_person_settings(
    twin: Twin,
    timeline: Timeline,
    *,
    days: float | None = None,
    end: datetime | None = None,
    envelope: SafetyEnvelope | None = None,
    given_at: datetime | None = None,
    limits: SettingLimits | None = None,
    authority: Authority = RESEARCHER,
    progress: ProgressCallback = silent,
) -> Answer[EnvelopedSettings]:
    """Advice on settings from a person's last days, in its envelope of use; a clinician signs it or doesn't.

    Args:
        twin: of the timeline's person.
        timeline: their data.
        days: at most so many of the last days; None for as many as the rules say. Only days under today's settings
            count.
        end: aware time at which they end; None for the newest reading.
        envelope: signed limits to stay within; None where there are none.
        given_at: aware time at which the advice is given and the envelope has to hold; None for the days' end.
        limits: rules; None for the usual ones.
        authority: on whose behalf.
        progress: told the stage and the fraction done.

    Raises:
        NotAllowedError: the authority may not be given advice on doses.
        SafetyError: the model was not validated for this person.
        DataError: an algorithm doses, or carb ratio and correction factor are not on record.
    """
    authority.require(Capability.ADVISE_DOSE)
    require_same_person(twin, timeline)
    _require_settings(timeline)
    usual = limits or setting_limits()
    last = timeline.window(GlucoseReading).end if end is None else as_utc(end)
    window = days_under_settings(timeline, end=last, most_days=days or usual.usual_days)
    validity = require_valid(timeline.person, window.start.date())
    progress(message("advise-stage-days"), 0.0)
    coordinates = coordinates_for(timeline, window)
    today, lived = setting_today(twin, timeline, window), own_days(twin, timeline, window)
    progress(message("advise-stage-replay"), 0.1)
    found = advise_settings(
        twin_draws(twin, DRAWS),
        lived,
        today,
        limits_for(coordinates, usual),
        coordinates=coordinates,
        bounds=None if envelope is None else bounds_of(envelope.limits),
        posterior_width=posterior_width(twin),
    )
    held = within_envelope(
        found,
        window,
        envelope,
        person_id=timeline.person.person_id,
        given_at=given_at or last,
        titration=basal_titration(fasting_mgdl(timeline, window)) if coordinates == PEN_COORDINATES else None,
    )
    return wrap_answer(
        held,
        context=ContextOfUse.ADVICE,
        authority=authority,
        timeline=timeline,
        window=window,
        twin=twin,
        validity=validity,
        uncertainty=message("advise-settings-uncertainty"),
        limits=message("advise-settings-limits"),
    )


def _require_settings(timeline: Timeline) -> None:
    """Passes for people who dose by settings of their own.

    Raises:
        DataError: an algorithm doses, or they have another type of diabetes.
    """
    if timeline.person.therapy is TherapyKind.CLOSED_LOOP:
        raise DataError(
            ErrorCode.OUTSIDE_VALIDITY, message("advise-algorithm-doses"), hint=message("advise-algorithm-doses-hint")
        )
    if timeline.person.diabetes_type is not DiabetesType.TYPE_1:
        raise DataError(ErrorCode.OUTSIDE_VALIDITY, message("advise-type-1-only"))
