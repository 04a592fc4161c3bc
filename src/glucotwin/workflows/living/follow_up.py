"""Use case of the service: what became of a signed proposal, and whether anything on record says it was taken up."""

from datetime import date, datetime, time, timedelta
from typing import cast

from typing_extensions import TypedDict

from glucotwin.advise.follow_up import FollowUpJson
from glucotwin.advise.medicine_plan import MedicineStep
from glucotwin.advise.proposal import RULES, ProposalKind
from glucotwin.advise.what_if import Estimate
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.number import day, plain_number
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.store.access import Access
from glucotwin.store.desk import Desk
from glucotwin.store.proposal import SHOWN, StoredProposal, find_proposal
from glucotwin.workflows.follow_up import USUAL_DAYS, WrittenAdvice, first_change, follow_up_advice
from glucotwin.workflows.living.medicine_advice import medicine_proposal
from glucotwin.workflows.living.memory import Memory
from glucotwin.workflows.living.shape.advice import EvidenceJson
from glucotwin.workflows.living.shape.medicine_advice import (
    MeasuredJson,
    MedicineEvidenceJson,
    MedicineFollowUpJson,
    TakenJson,
)
from glucotwin.workflows.medicine_follow_up import (
    Measured,
    MedicineFollowUp,
    MedicineTaken,
    TakenUp,
    follow_up_medicines,
)


class ProposalFollowUpJson(TypedDict):
    """What became of a signed proposal.

    ``waiting`` says why there is nothing to compare yet; ``settings`` compares days, ``medicines`` what was measured.
    """

    kind: ProposalKind
    taken_up: TakenUp
    taken_up_text: str
    waiting: str | None
    settings: FollowUpJson | None
    medicines: MedicineFollowUpJson | None


def follow_up_proposal(
    memory: Memory, desk: Desk, access: Access, proposal_id: str, *, days: float = USUAL_DAYS
) -> ProposalFollowUpJson:
    """What became of a signed proposal: what is on record since, beside what was predicted.

    Args:
        memory: of the service.
        desk: of a clinician.
        access: to the person.
        proposal_id: which.
        days: that are compared, of what is not about medicines.

    Raises:
        NotFoundError: there is none.
        DataError: it was never signed, or has no evidence.
    """
    found = find_proposal(desk, access, proposal_id)
    if found.decided_at is None or found.status not in SHOWN or not found.content.get("evidence"):
        raise DataError(ErrorCode.INVALID_VALUE, message("follow-up-not-signed"))
    timeline = memory.timeline(desk, access.person_id)
    if ProposalKind(str(found.content["kind"])) is ProposalKind.MEDICINES:
        return _of_medicines(timeline, found)
    return _of_settings(timeline, found, found.decided_at, days=days)


def _of_settings(timeline: Timeline, found: StoredProposal, signed: datetime, *, days: float) -> ProposalFollowUpJson:
    kind = ProposalKind(str(found.content["kind"]))
    evidence = cast("EvidenceJson", found.content["evidence"])
    predicted = {one["name"]: Estimate(**one["difference"]) for one in evidence["outcomes"]}
    before = Window(start=datetime.fromisoformat(evidence["start"]), end=signed)
    changed = first_change(timeline, Window(start=signed, end=signed + timedelta(days=days)))
    is_known = RULES[kind].is_setting and changed is not None
    waiting, compared = None, None
    try:
        advice = WrittenAdvice(window=before, predicted=predicted)
        start = changed if is_known and changed is not None else signed
        compared = follow_up_advice(advice, timeline, start=start, days=days).to_json()
    except DataError as error:
        if error.code is not ErrorCode.TOO_LITTLE_DATA:
            raise
        waiting = str(error)
    since = "" if changed is None else day(changed.astimezone(timeline.person.zone_info))
    return {
        "kind": kind,
        "taken_up": TakenUp.YES if is_known else TakenUp.UNKNOWN,
        "taken_up_text": message("follow-up-taken-settings", day=since) if is_known else _unknown(kind),
        "waiting": waiting,
        "settings": compared,
        "medicines": None,
    }


def _unknown(kind: ProposalKind) -> str:
    return message("follow-up-unknown-settings" if RULES[kind].is_setting else "follow-up-unknown")


def _of_medicines(timeline: Timeline, found: StoredProposal) -> ProposalFollowUpJson:
    proposal = medicine_proposal(found.content)
    evidence = cast("MedicineEvidenceJson", found.content["evidence"])
    plan = evidence["plan"]
    weight_kg = next((one["weight_kg"] for one in reversed(evidence["visits"]) if one["weight_kg"] is not None), None)
    followed = follow_up_medicines(
        timeline,
        proposal.changes,
        from_day=proposal.from_day,
        hba1c=plan["course"],
        weight_change=plan["weight_course"],
        weight_kg=weight_kg,
    )
    waiting = None if followed.measured else message("follow-up-medicines-waiting", day=_day(proposal.from_day))
    return {
        "kind": proposal.kind,
        "taken_up": followed.taken_up,
        "taken_up_text": message(f"follow-up-medicines-{followed.taken_up}"),
        "waiting": waiting,
        "settings": None,
        "medicines": _medicines_json(followed, proposal.from_day, horizon_d=plan["course"]["day"][-1]),
    }


def _medicines_json(followed: MedicineFollowUp, from_day: date, *, horizon_d: float) -> MedicineFollowUpJson:
    return {
        "from_day": from_day.isoformat(),
        "until": (from_day + timedelta(days=round(horizon_d))).isoformat(),
        "taken": [_taken_json(one) for one in followed.taken],
        "measured": [_measured_json(one) for one in followed.measured],
    }


def _taken_json(one: MedicineTaken) -> TakenJson:
    return {
        "medicine": one.change.medicine,
        "step": one.change.step,
        "taken_up": one.taken_up,
        "since": None if one.since is None else one.since.isoformat(),
        "dose": one.dose,
        "text": _taken_sentence(one),
    }


def _taken_sentence(one: MedicineTaken) -> str:
    name = one.change.medicine
    if one.since is None:
        is_gone = one.change.step is MedicineStep.STOP and one.taken_up is TakenUp.YES
        return message("follow-up-medicine-gone" if is_gone else "follow-up-medicine-unknown", medicine=name)
    dose = "" if one.dose is None else f"{plain_number(one.dose)} {one.change.unit}"
    return message("follow-up-medicine-seen", medicine=name, day=_day(one.since), dose=dose)


def _measured_json(one: Measured) -> MeasuredJson:
    span = one.foreseen
    return {
        "name": one.name,
        "on": one.on.isoformat(),
        "value": one.value,
        "foreseen": {"median": round(span.median, 2), "low": round(span.low, 2), "high": round(span.high, 2)},
        "verdict": one.verdict,
    }


def _day(on: date) -> str:
    return day(datetime.combine(on, time.min))
