"""Use case of the service: advice on settings for a clinician, in words, and as evidence of a proposal."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from glucotwin.advise.enveloped import EnvelopedSettings
from glucotwin.advise.proposal import ProposalKind
from glucotwin.advise.setting_advice import SettingAdvice
from glucotwin.advise.setting_plan import SettingChange, SettingPlan
from glucotwin.advise.setting_space import SettingKind
from glucotwin.advise.setting_today import with_present
from glucotwin.advise.what_if import WhatIfKind
from glucotwin.core.answer import Answer
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.profile import Authority
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.timeline import Timeline
from glucotwin.reports.number import Numbers
from glucotwin.reports.section.setting_advice import (
    alternative_sentence,
    habit_sentences,
    is_long_acting,
    reason_sentence,
    setting_name,
    setting_value,
    titration_sentences,
    withheld_sentences,
)
from glucotwin.store.desk import Desk
from glucotwin.twin.twin import Twin
from glucotwin.workflows.living.memory import Memory
from glucotwin.workflows.living.shape.advice import EvidenceJson
from glucotwin.workflows.living.shape.setting_advice import AdvisedChangeJson, SettingAdviceAnswer
from glucotwin.workflows.setting_advice import advise_person_settings

PROPOSABLE = {
    SettingKind.BASAL: ProposalKind.BASAL,
    SettingKind.CARB_RATIO: ProposalKind.CARB_RATIO,
    SettingKind.CORRECTION_FACTOR: ProposalKind.CORRECTION_FACTOR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingQuestion:
    """What advice is asked for.

    Attributes:
        end: aware time at which the days end; None for the newest reading.
        carb_ratio_g_per_u, correction_factor_mgdl_per_u, target_mgdl: what a clinician says today's settings are;
            None for those on record.
    """

    end: datetime | None = None
    carb_ratio_g_per_u: float | None = None
    correction_factor_mgdl_per_u: float | None = None
    target_mgdl: float | None = None


def ask_settings(
    memory: Memory, desk: Desk, person_id: str, question: SettingQuestion, authority: Authority
) -> Callable[[], Answer[EnvelopedSettings]]:
    """A question with everything that it needs of the store, to be answered without it."""
    timeline, twin = memory.timeline(desk, person_id), memory.require_twin(desk, person_id)
    return partial(_answer, twin, timeline, question, authority)


def setting_advice_json(
    answer: Answer[EnvelopedSettings], *, unit: GlucoseUnit = GlucoseUnit.MGDL
) -> SettingAdviceAnswer:
    """Advice in words and numbers."""
    held, numbers = answer.payload, Numbers(unit)
    advice = held.advice
    told = advice.to_json()
    return {
        "start": held.window.start.isoformat(),
        "end": held.window.end.isoformat(),
        "days": told["days"],
        "certainty": None if advice.plan is None else round(advice.plan.certainty, 3),
        "outcomes": [] if advice.plan is None else [one.to_json() for one in advice.plan.outcomes],
        "changes": [] if advice.plan is None else [_change_json(one, numbers) for one in advice.changes],
        "alternatives": [alternative_sentence(one, advice, numbers) for one in advice.alternatives],
        "titration": titration_sentences(held, numbers),
        "habits": habit_sentences(advice, numbers),
        "withheld": withheld_sentences(held),
        "today": told.get("day"),
        "advised": None if told["plan"] is None else told["plan"]["day"],
        "uncertainty": answer.uncertainty,
        "limits": answer.limits,
        "twin_version": answer.model.twin_version,
    }


def evidence_of_settings(answer: Answer[EnvelopedSettings]) -> EvidenceJson:
    """What of an advice stands beside a proposal: the whole plan's numbers, and which twin said them.

    Raises:
        DataError: nothing was advised.
    """
    advice = answer.payload.advice
    if advice.plan is None:
        raise DataError(ErrorCode.INVALID_VALUE, message("advise-settings-none"))
    return {
        "kind": WhatIfKind.REPLAY,
        "start": answer.payload.window.start.isoformat(),
        "outcomes": [one.to_json() for one in advice.plan.outcomes],
        "changes": _moved(advice, advice.plan),
        "cautions": [],
        "twin_version": answer.model.twin_version,
        "uncertainty": answer.uncertainty,
        "limits": answer.limits,
    }


def _answer(
    twin: Twin, timeline: Timeline, question: SettingQuestion, authority: Authority
) -> Answer[EnvelopedSettings]:
    told = with_present(
        timeline,
        carb_ratio_g_per_u=question.carb_ratio_g_per_u,
        correction_factor_mgdl_per_u=question.correction_factor_mgdl_per_u,
        target_mgdl=question.target_mgdl,
    )
    return advise_person_settings(twin, told, end=question.end, authority=authority)


def _change_json(change: SettingChange, numbers: Numbers) -> AdvisedChangeJson:
    where = change.coordinate
    return {
        "kind": where.kind,
        # A proposal of basal insulin is one of a pump's rate.
        "proposal_kind": None if is_long_acting(where) else PROPOSABLE.get(where.kind),
        "name": setting_name(where),
        "before": round(change.before, 3),
        "after": round(change.after, 3),
        "before_text": setting_value(where, change.before, numbers),
        "after_text": setting_value(where, change.after, numbers),
        "from_minute": where.from_minute,
        "to_minute": where.to_minute,
        "why": reason_sentence(change, numbers),
    }


def _moved(advice: SettingAdvice, plan: SettingPlan) -> list[str]:
    moved, numbers = plan.moved(advice.today, advice.coordinates), Numbers(GlucoseUnit.MGDL)
    return [
        f"{setting_name(one)}: {setting_value(one, before, numbers)} → {setting_value(one, after, numbers)}"
        for one, before, after in moved
    ]
