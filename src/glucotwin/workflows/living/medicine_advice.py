"""Use case of the service: advice on medicines for a clinician, and a plan of it as a proposal with its evidence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from typing import cast

from glucotwin.advise.medicine_plan import MedicineChange, MedicineProposal, MedicineStep, medicine_changes
from glucotwin.advise.regimen.choice import Foreseen
from glucotwin.advise.regimen.spell import taken_on
from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.core.profile import Authority
from glucotwin.prognosis.person import DescribedPerson
from glucotwin.store.desk import Desk
from glucotwin.workflows.living.data import timeline_of
from glucotwin.workflows.living.shape.medicine_advice import (
    MedicineChangeJson,
    MedicineEvidenceJson,
    MedicinePlanJson,
    ToldVisitJson,
    VisitJson,
)
from glucotwin.workflows.recorded_visits import recorded_visits
from glucotwin.workflows.regimen_advice import RegimenAdvice, RegimenQuestion, advise_on_visits
from glucotwin.workflows.regimen_advice_answer import medicine_advice_json, plan_json
from glucotwin.workflows.regimen_history import LIMITS, NOTHING, VisitRow, history_of
from glucotwin.workflows.regimen_person import months_person

LATEST_START_D = 92
"""A plan begins within so many days of the visit that it was advised for: later, visits have to be asked again."""
SAME = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicineQuestion:
    """What advice is asked for.

    Attributes:
        described: the person today.
        visits: in order; the first one says what is taken.
        question: what is aimed at.
    """

    described: DescribedPerson
    visits: tuple[VisitRow, ...]
    question: RegimenQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedMedicines:
    """A question with everything that it needs of the store.

    Attributes:
        asked: the question.
        answer: to be called without the store; raises as ``advise_on_visits``.
        on_record: the person's visits on record, whatever was told.
    """

    asked: MedicineQuestion
    answer: Callable[[], RegimenAdvice]
    on_record: tuple[VisitRow, ...]


def ask_medicines(desk: Desk, person_id: str, asked: MedicineQuestion, authority: Authority) -> AskedMedicines:
    """A question about medicines, to be answered without the store.

    Args:
        desk: of a clinician.
        person_id: about whom.
        asked: the question.
        authority: profile and role.

    Raises:
        DataError: the person has no type 2 diabetes, or a visit is not written as it should be.
    """
    timeline = timeline_of(desk, person_id)
    height_cm = timeline.person.height_cm
    person = months_person(asked.described, height_m=None if height_cm is None else height_cm / 100.0)
    told = history_of(asked.visits)
    answer = partial(advise_on_visits, asked.described, person, told, asked.question, authority=authority)
    # Without a dose on record before, every laboratory value counts.
    return AskedMedicines(asked=asked, answer=answer, on_record=recorded_visits(timeline, NOTHING).rows)


def propose_plan(
    found: AskedMedicines, plan: str, *, from_day: date, why: str
) -> tuple[MedicineProposal, MedicineEvidenceJson]:
    """A plan out of those that the twin ranks, with the twin's answer as evidence.

    Args:
        found: the question, which is answered here.
        plan: as the answer names it; empty for nothing taken.
        from_day: first local day of the plan.
        why: the clinician's words.

    Raises:
        NotFoundError: the twin ranks no such plan.
        DataError: nothing changes, or the plan would begin before the last visit or long after it.
    """
    last = found.asked.visits[-1].on
    if not 0 <= (from_day - last).days <= LATEST_START_D:
        text = message("advice-medicines-day", first=last.isoformat(), days=LATEST_START_D)
        raise DataError(ErrorCode.INVALID_VALUE, text)
    advice = found.answer()
    choice = advice.choice
    ranked = dict(zip([one.option.name for one in choice.ranked], range(len(choice.ranked)), strict=True))
    if plan not in ranked:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("advice-medicines-unknown", plan=plan))
    one: Foreseen = choice.ranked[ranked[plan]]
    taken = taken_on(choice.twin.spells, choice.twin.today)
    proposal = MedicineProposal(from_day=from_day, plan=plan, changes=medicine_changes(taken, one.option.plan), why=why)
    return proposal, {
        "plan": plan_json(one, choice.days, choice.beats[ranked[plan]]),
        "advice": medicine_advice_json(advice),
        "visits": [_told(row, found.on_record) for row in found.asked.visits],
    }


def visit_json(row: VisitRow) -> VisitJson:
    """A visit as JSON values."""
    return {
        "on": row.on.isoformat(),
        "medicines": row.medicines,
        "hba1c_pct": row.hba1c_pct,
        "fasting_glucose_mmoll": row.fasting_glucose_mmoll,
        "mean_glucose_mgdl": row.mean_glucose_mgdl,
        "weight_kg": row.weight_kg,
    }


def medicine_content(proposal: MedicineProposal, evidence: MedicineEvidenceJson) -> dict[str, object]:
    """What is kept of a plan."""
    return {
        "kind": str(proposal.kind),
        "from_day": proposal.from_day.isoformat(),
        "plan": proposal.plan,
        "changes": [asdict(one) for one in proposal.changes],
        "why": proposal.why,
        "evidence": evidence,
    }


def medicine_proposal(content: Mapping[str, object]) -> MedicineProposal:
    """The plan that was kept."""
    changes = cast("list[dict[str, object]]", content["changes"])
    return MedicineProposal(
        from_day=date.fromisoformat(str(content["from_day"])),
        plan=str(content["plan"]),
        changes=tuple(
            MedicineChange(
                medicine=str(one["medicine"]),
                step=MedicineStep(str(one["step"])),
                before=cast("float | None", one["before"]),
                after=cast("float | None", one["after"]),
            )
            for one in changes
        ),
        why=str(content["why"]),
    )


def medicine_plan_json(content: Mapping[str, object]) -> MedicinePlanJson:
    """The plan that was kept, as JSON values with words."""
    proposal = medicine_proposal(content)
    return {
        "from_day": proposal.from_day.isoformat(),
        "plan": proposal.plan,
        "changes": [_change_json(one) for one in proposal.changes],
        "evidence": cast("MedicineEvidenceJson", content["evidence"]),
    }


def _change_json(one: MedicineChange) -> MedicineChangeJson:
    return {
        "medicine": one.medicine,
        "step": one.step,
        "before": one.before,
        "after": one.after,
        "unit": one.unit,
        "text": one.sentence(),
    }


def _told(row: VisitRow, on_record: Sequence[VisitRow]) -> ToldVisitJson:
    beside = next((one for one in on_record if one.on == row.on), None)
    return {**visit_json(row), "on_record": beside is not None and _agree(row, beside)}


def _agree(told: VisitRow, kept: VisitRow) -> bool:
    """Whether everything that was told of measurements is on record so."""
    for name in LIMITS:
        one, other = getattr(told, name), getattr(kept, name)
        if one is not None and (other is None or abs(one - other) > SAME):
            return False
    return True
