"""Advice on medicines as values with their words, in the reader's language."""

from collections.abc import Iterator

import numpy as np
from typing_extensions import TypedDict

from glucotwin.advise.regimen.choice import Foreseen, RegimenChoice
from glucotwin.core.message import message
from glucotwin.workflows.regimen_advice import RegimenAdvice, span_json
from glucotwin.workflows.regimen_answer import CautionJson, CourseBandJson, GuidelineJson, SpanJson

SHOWN = 8
"""Plans that are told: the best ones, and to change nothing."""
NOTICED = 0.005
"""Parts of the burden that differ by less are not told."""


class PlanForeseenJson(TypedDict):
    """What a plan would do; attributes as in ``glucotwin.advise.regimen.choice.Foreseen``."""

    plan: str
    name: str
    changes: int
    hba1c_pct: SpanJson
    course: CourseBandJson
    weight_course: CourseBandJson
    on_target: float
    weight_change_kg: SpanJson
    felt_lows_per_y: float
    gut_pct: float
    cost_class: int
    burden: float
    chosen_weighs_no_more: float
    guidelines: list[GuidelineJson]
    cautions: list[CautionJson]


class LearnedJson(TypedDict):
    """What is this person's own, before and by the visits."""

    text: str
    before: SpanJson
    learned: SpanJson


class MedicineAdviceAnswer(TypedDict):
    """Plans from the best on, why the first one is proposed, and what the visits told."""

    target_hba1c_pct: float
    horizon_days: int
    visits: int
    plans: list[PlanForeseenJson]
    reasons: list[str]
    learned: list[LearnedJson]
    limits: str


def medicine_advice_json(advice: RegimenAdvice) -> MedicineAdviceAnswer:
    """As JSON values with words.

    Args:
        advice: what was answered.
    """
    choice = advice.choice
    better = dict(zip(map(id, choice.ranked), choice.beats, strict=True))
    return {
        "target_hba1c_pct": choice.target_pct,
        "horizon_days": choice.days,
        "visits": advice.visits,
        "plans": [plan_json(one, choice.days, better[id(one)]) for one in shown_plans(choice)],
        "reasons": list(reason_sentences(choice)),
        "learned": [
            {
                "text": message(f"regimen-advice-quantity-{name.replace('_', '-')}"),
                "before": span_json(advice.before[name]),
                "learned": span_json(span),
            }
            for name, span in advice.learned.items()
        ],
        "limits": message("regimen-not-advice"),
    }


def shown_plans(choice: RegimenChoice) -> list[Foreseen]:
    """The best plans, and to change nothing."""
    best = list(choice.ranked[:SHOWN])
    return best if choice.unchanged in best else [*best, choice.unchanged]


def plan_name(one: Foreseen) -> str:
    """A plan in words: medicines as regimens are written, or that nothing changes or is taken."""
    if one.option.changes == 0:
        return message("regimen-unchanged")
    return one.option.name or message("regimen-advice-nothing")


def reason_sentences(choice: RegimenChoice) -> Iterator[str]:
    """What speaks for the chosen plan beside changing nothing, and beside the next one; where visits don't fit, that.

    Args:
        choice: plans from the best to the worst.
    """
    for other in dict.fromkeys([choice.unchanged.option.name, *(one.option.name for one in choice.ranked[1:2])]):
        found = next(one for one in choice.ranked if one.option.name == other)
        if found is choice.chosen:
            continue
        parts = [(found.burden[name] - size, name) for name, size in choice.chosen.burden.items()]
        told = [
            message("regimen-advice-part", name=message(f"regimen-advice-burden-{name}"), size=f"{size:+.2f}")
            for size, name in sorted(parts, key=lambda one: -abs(one[0]))
            if abs(size) >= NOTICED
        ]
        yield message("regimen-advice-beside", other=plan_name(found), parts=", ".join(told))
    if not choice.twin.explains:
        yield message("regimen-advice-unexplained")


def plan_json(one: Foreseen, days: int, better: float) -> PlanForeseenJson:
    """One plan as JSON values with words.

    Args:
        one: the plan.
        days: horizon.
        better: probability that the chosen plan weighs no more.
    """
    return {
        "plan": one.option.name,
        "name": plan_name(one),
        "changes": one.option.changes,
        "hba1c_pct": span_json(one.hba1c_pct),
        "course": _course(one.course_pct, days),
        "weight_course": _course(one.weight_course_kg, days),
        "on_target": one.on_target,
        "weight_change_kg": span_json(one.weight_change_kg),
        "felt_lows_per_y": one.felt_lows_per_y,
        "gut_pct": one.gut_pct,
        "cost_class": one.cost_class,
        "burden": one.total,
        "chosen_weighs_no_more": better,
        "guidelines": [
            {"code": said.code, "text": message(said.code), "verdict": str(said.verdict), "source": said.source}
            for said in one.recommendations
        ],
        "cautions": [
            {"code": said.code, "text": message(said.code), "action": said.action, "source": said.source}
            for said in one.option.cautions
        ],
    }


def _course(bands: np.ndarray, days: int) -> CourseBandJson:
    low, median, high = bands.round(2).tolist()
    steps = max(len(median) - 1, 1)
    return {
        "day": [round(days * step / steps, 1) for step in range(len(median))],
        "low": low,
        "median": median,
        "high": high,
    }
