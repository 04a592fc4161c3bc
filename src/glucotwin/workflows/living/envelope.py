"""Use case of the service: limits that clinicians sign for a person, and the ones that hold now."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import cast

import polars as pl

from glucotwin.advise.envelope import EnvelopeLimits, SafetyEnvelope, envelope_rules
from glucotwin.advise.own_days import rapid_doses
from glucotwin.advise.setting_today import lived_basal
from glucotwin.core.profile import Authority, Capability
from glucotwin.domain.therapy import DailySchedule
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.store.access import Access
from glucotwin.store.desk import Desk
from glucotwin.store.envelope import (
    StoredEnvelope,
    add_envelope,
    list_envelopes,
    standing_envelope,
    withdraw_envelope,
)
from glucotwin.workflows.envelope import envelope_from_json
from glucotwin.workflows.living.course import require_course
from glucotwin.workflows.living.shape.envelope import (
    EnvelopeDefaultsJson,
    EnvelopeDocument,
    EnvelopeJson,
    EnvelopeStatus,
)

LOOKED_BACK = timedelta(days=14)
"""For the usual basal rate and the largest dose."""


def sign_envelope(
    desk: Desk,
    access: Access,
    limits: EnvelopeLimits,
    *,
    signer: str,
    why: str,
    valid_until: datetime,
    authority: Authority,
) -> StoredEnvelope:
    """Signs limits for a person from now on, in place of those that hold.

    Args:
        desk: of a clinician.
        access: of the clinician to the person.
        limits: what advice may come to.
        signer: the clinician's name.
        why: in their words.
        valid_until: aware time, 90 days from now at most.
        authority: profile and role.

    Raises:
        DataError: it ends before it begins, lasts too long, or nothing says why.
        NotAllowedError: the profile gives no advice on doses, or the course was not passed.
    """
    envelope = SafetyEnvelope(
        person_id=access.person_id,
        limits=limits,
        signed_by=signer,
        signed_at=datetime.now(UTC),
        valid_until=valid_until,
        why=why,
    )
    authority.require(Capability.ADVISE_DOSE)
    require_course(desk)
    return add_envelope(
        desk,
        access.person_id,
        envelope.to_json(),
        signed_at=envelope.signed_at,
        valid_until=envelope.valid_until,
    )


def end_envelope(desk: Desk, access: Access, envelope_id: str, *, reason: str) -> StoredEnvelope:
    """Withdraws an envelope: nothing holds from then on.

    Raises:
        NotFoundError: the person has no such envelope.
        ConflictError: it had ended already.
    """
    return withdraw_envelope(desk, access.person_id, envelope_id, reason=reason)


def envelopes_of(desk: Desk, access: Access) -> tuple[StoredEnvelope, ...]:
    """A person's envelopes, the one that was not ended first, then the newest."""
    return list_envelopes(desk, access.person_id)


def signed_limits(desk: Desk, person_id: str) -> SafetyEnvelope | None:
    """The envelope that live advice has to ask: the one that was not ended, even where it expired."""
    found = standing_envelope(desk, person_id)
    return None if found is None else envelope_from_json(dict(found.content))


def envelope_json(one: StoredEnvelope, name_of: Callable[[str], str]) -> EnvelopeJson:
    """Signed limits as they are told."""
    document = cast("EnvelopeDocument", dict(one.content))
    return {
        "envelope_id": one.envelope_id,
        "status": _status(one),
        "signed_by": document["signed_by"],
        "signed_at": one.signed_at.isoformat(),
        "valid_until": one.valid_until.isoformat(),
        "why": document["why"],
        "limits": document["limits"],
        "ended_by": None if one.ended_by is None else name_of(one.ended_by),
        "ended_at": None if one.ended_at is None else one.ended_at.isoformat(),
        "reason": one.reason,
        "document": document,
    }


def envelope_defaults(timeline: Timeline, at: datetime) -> EnvelopeDefaultsJson:
    """What a form of new limits begins with.

    Args:
        timeline: the person's data.
        at: aware time.
    """
    known = timeline.settings_at(at)
    recent = Window(start=at - LOOKED_BACK, end=at)
    doses = rapid_doses(timeline).filter(pl.col("time").is_between(recent.start, recent.end))
    basal = _span(None if known is None else known.basal_u_per_h)
    lived = None if basal else lived_basal(timeline, recent)
    return {
        "basal_u_per_h": basal if lived is None else [round(float(one), 3) for one in (lived.min(), lived.max())],
        "carb_ratio_g_per_u": _span(None if known is None else known.carb_ratio_g_per_u),
        "correction_factor_mgdl_per_u": _span(None if known is None else known.correction_factor_mgdl_per_u),
        "target_mgdl": None if known is None else _span(known.target_low_mgdl, known.target_high_mgdl),
        "max_bolus_u": round(float(doses["units"].to_numpy().max()), 2) if len(doses) else None,
        "rules": dict(envelope_rules()),
    }


def _span(*schedules: DailySchedule | None) -> list[float] | None:
    values = [value for one in schedules if one is not None for value in one.values]
    return [min(values), max(values)] if values else None


def _status(one: StoredEnvelope) -> EnvelopeStatus:
    if one.ended_as is not None:
        return "withdrawn" if one.ended_as == "withdrawn" else "superseded"
    envelope = envelope_from_json(dict(one.content))
    if envelope.seal != envelope.content_hash():
        return "altered"
    return "expired" if datetime.now(UTC) >= one.valid_until else "standing"
