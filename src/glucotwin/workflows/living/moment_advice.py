"""Use case of the service: advice on a moment within the signed limits, kept as it was given, taken and followed up.

What is looked ahead at is the forecast from the newest reading, as what-ifs are asked of it. Who may be told no doses
sees advice with insulin only after a clinician told that it was done, as with a signed proposal; a profile in which
clinicians may not advise on doses shows it to nobody.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast

import numpy as np

from glucotwin.advise.envelope import SafetyEnvelope
from glucotwin.advise.moment_follow_up import Found, MomentFollowUp, follow_up_moment
from glucotwin.advise.moment_option import MomentAdvice, MomentOption, PlannedExercise, PlannedMeal
from glucotwin.advise.moment_record import kept_moment, moment_from_kept
from glucotwin.advise.setting_today import doses_by, with_present
from glucotwin.advise.sick_day import SickDayRule, sick_day_rules
from glucotwin.core.answer import Answer
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.number import moment, number
from glucotwin.core.profile import Authority, Capability, Role
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.activity import ActivityType
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.timeline import Timeline
from glucotwin.reports.number import Numbers
from glucotwin.reports.section.moment_advice import reason_sentence, rule_lines, situation_sentence, step_sentence
from glucotwin.store.access import Access
from glucotwin.store.desk import Desk
from glucotwin.store.moment_advice import StoredMoment, add_moment, find_moment, list_moments, take_moment
from glucotwin.workflows.forecast import newest_reading
from glucotwin.workflows.living.envelope import signed_limits
from glucotwin.workflows.living.memory import Memory
from glucotwin.workflows.living.shape.moment_advice import (
    FollowUpStatus,
    MomentAdviceAnswer,
    MomentChoiceJson,
    MomentGivenJson,
    MomentLimitsJson,
    MomentList,
    MomentQuestionJson,
    MomentRecordJson,
    MomentTallyJson,
    SickDayJson,
)
from glucotwin.workflows.moment_advice import (
    DOSED_KINDS,
    HORIZON_MIN,
    Asked,
    MomentAnswer,
    advise_person_now,
    has_own_pump,
)

NameOf = Callable[[str], str]
"""How an account is called, by its identifier."""

LATEST = timedelta(minutes=60)
"""So long after the moment something may be done and still be what was looked ahead at."""

EARLY = timedelta(minutes=2)
"""Clocks differ."""

MOST = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentQuestion:
    """What advice is asked for.

    Attributes:
        asked: about what.
        carb_ratio_g_per_u, correction_factor_mgdl_per_u, target_mgdl: what today's settings are; None for those on
            record.
    """

    asked: Asked
    carb_ratio_g_per_u: float | None = None
    correction_factor_mgdl_per_u: float | None = None
    target_mgdl: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenMoment:
    """An advice with what it was asked and given under.

    Attributes:
        question: that was asked.
        answer: to it.
        envelope: signed limits; None without any.
    """

    question: MomentQuestion
    answer: Answer[MomentAnswer]
    envelope: SafetyEnvelope | None


def ask_moment(
    memory: Memory, desk: Desk, person_id: str, question: MomentQuestion, *, at: datetime, authority: Authority
) -> Callable[[], GivenMoment]:
    """A question with everything that it needs of the store, to be answered without it.

    Args:
        memory: what is remembered.
        desk: of an account that may ask the twin.
        person_id: about whom.
        question: what is asked.
        at: aware time that counts as now.
        authority: on whose behalf.

    Raises:
        NotFoundError: there is no twin.
        NotAllowedError: the authority may not be given this advice.
        SafetyError, DataError: see ``advise_person_now``.
    """
    twin = memory.require_twin(desk, person_id)
    if question.asked.meal is not None or question.asked.kind in DOSED_KINDS:
        authority.require(Capability.ADVISE_DOSE)
    timeline = with_present(
        memory.timeline(desk, person_id),
        carb_ratio_g_per_u=question.carb_ratio_g_per_u,
        correction_factor_mgdl_per_u=question.correction_factor_mgdl_per_u,
        target_mgdl=question.target_mgdl,
    )
    opened = memory.prospect(desk, person_id, origin=None, horizon_min=HORIZON_MIN)
    envelope = signed_limits(desk, person_id)
    advise = partial(
        advise_person_now,
        twin,
        timeline,
        question.asked,
        # A device's clock may be ahead of the service's.
        at=max(at, newest_reading(timeline)),
        prospect=opened.prospect,
        envelope=envelope,
        given_at=datetime.now(UTC),
        authority=authority,
    )
    return lambda: GivenMoment(question=question, answer=advise(), envelope=envelope)


def keep_moment(desk: Desk, access: Access, given: GivenMoment) -> StoredMoment:
    """Keeps an advice as it was given, with what it rests on."""
    answer, envelope = given.answer, given.envelope
    advice, rule = answer.payload.advice, answer.payload.sick_day
    content: dict[str, Any] = {
        "question": _question_json(given.question),
        "advice": kept_moment(advice),
        "sick_day": None if rule is None else rule.identifier,
        "envelope": None if envelope is None else _limits_json(envelope) | {"seal": envelope.seal},
        "twin_version": answer.model.twin_version,
        "twin_hash": answer.model.twin_hash,
        "data_hash": answer.data.data_hash,
        "software_version": answer.model.software_version,
        "cautions": list(answer.validity.cautions),
        "profile": str(answer.authority.profile),
        "role": str(answer.authority.role),
    }
    return add_moment(desk, access, content, has_insulin=any(one.step.is_dosing for one in advice.options))


def take_option(
    desk: Desk, access: Access, advice_id: str, *, option: int, done_at: datetime | None, now: datetime
) -> StoredMoment:
    """Keeps that an option of an advice was done.

    Args:
        desk: of the account.
        access: of the account to the person.
        advice_id: which advice.
        option: its place among the options, from 1.
        done_at: aware time; None for now.
        now: aware time that counts as now for the person.

    Raises:
        NotFoundError: there is no such advice.
        DataError: it has no such option, it was refused, or it was done at another time than it was looked ahead at.
        ConflictError: it was taken already.
    """
    advice = moment_from_kept(find_moment(desk, access, advice_id).content["advice"])
    if not 1 <= option <= len(advice.options):
        raise DataError(ErrorCode.INVALID_VALUE, message("moment-no-option", option=str(option)))
    if advice.options[option - 1].refusals:
        raise DataError(ErrorCode.INVALID_VALUE, message("moment-refused"))
    done, latest = done_at or now, min(advice.at + LATEST, now)
    if not advice.at - EARLY <= done <= latest + EARLY:
        span = {"start": f"{moment(advice.at)} UTC", "end": f"{moment(latest)} UTC"}
        raise DataError(ErrorCode.INVALID_VALUE, message("moment-done-when", **span))
    return take_moment(desk, access, advice_id, option=option, done_at=done)


def moments_of(
    memory: Memory,
    desk: Desk,
    access: Access,
    *,
    now: datetime,
    authority: Authority,
    name_of: NameOf,
    most: int = MOST,
) -> MomentList:
    """Advice that was given, the newest first, with what became of it.

    Args:
        memory: what is remembered.
        desk: of the account.
        access: of the account to the person.
        now: aware time that counts as now for the person.
        authority: profile and role.
        name_of: how accounts are called.
        most: at most so many.
    """
    clinician = Authority(profile=authority.profile, role=Role.CLINICIAN)
    doses = clinician.allows(Capability.ADVISE_DOSE)
    timeline = memory.timeline(desk, access.person_id)
    found = [one for one in list_moments(desk, access, most=most) if doses or not one.has_insulin]
    followed = [_followed(one, timeline, now) for one in found]
    return {
        "items": [_record_json(one, told, name_of) for one, told in zip(found, followed, strict=True)],
        "tally": _tally(followed),
        "may_ask_doses": authority.allows(Capability.ADVISE_DOSE),
        "has_settings": doses_by(timeline, now) is not None,
        "has_pump": has_own_pump(timeline),
    }


def moment_json(
    one: StoredMoment, name_of: NameOf, *, authority: Authority, unit: GlucoseUnit = GlucoseUnit.MGDL
) -> MomentAdviceAnswer:
    """An advice in words and numbers, with all that was looked at."""
    advice, numbers = moment_from_kept(one.content["advice"]), Numbers(unit)
    rule = next((rule for rule in sick_day_rules() if rule.identifier == one.content["sick_day"]), None)
    now = advice.situation
    calculated = advice.calculator_u
    return {
        **_given_json(one, advice, name_of),
        "situation": situation_sentence(advice, numbers),
        "glucose_mgdl": now.glucose_mgdl if np.isfinite(now.glucose_mgdl) else None,
        "age_min": now.age_min if np.isfinite(now.age_min) else None,
        "calculator": None if calculated is None else message("now-calculator", units=number(calculated, 2)),
        "reason": message("now-none") if advice.all_refused else reason_sentence(advice, numbers),
        "all_refused": advice.all_refused,
        "options": [_choice_json(place, option) for place, option in enumerate(advice.options, 1)],
        "sick_day": None if rule is None else _sick_day_json(rule, doses=authority.allows(Capability.ADVISE_DOSE)),
        "signed_limits": _told_limits(one),
        "uncertainty": message("advise-now-uncertainty"),
        "cautions": [message(key) for key in one.content["cautions"]],
    }


def moment_document(one: StoredMoment) -> dict[str, object]:
    """An advice as it is kept, for who is handed everything."""
    taken = one.taken
    return {
        "advice_id": one.advice_id,
        "asked_by": one.asked_by,
        "asked_at": one.asked_at.isoformat(),
        "content": dict(one.content),
        "taken": None
        if taken is None
        else {
            "option": taken.option,
            "done_at": taken.done_at.isoformat(),
            "told_by": taken.told_by,
            "told_at": taken.told_at.isoformat(),
        },
    }


def moments_kept(desk: Desk, access: Access) -> tuple[StoredMoment, ...]:
    """Everything that is kept of advice on a person's moments, as far as the account is shown it."""
    return list_moments(desk, access)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Followed:
    """An advice read back, the option that is told of it, and what became of it."""

    advice: MomentAdvice
    option: MomentOption
    status: FollowUpStatus
    text: str
    follow_up: MomentFollowUp | None = None


def _followed(one: StoredMoment, timeline: Timeline, now: datetime) -> _Followed:
    advice = moment_from_kept(one.content["advice"])
    if one.taken is None:
        return _Followed(advice=advice, option=advice.chosen, status="open", text=message("moment-open"))
    option = advice.options[one.taken.option - 1]
    ends = advice.start + timedelta(minutes=float(advice.t_min[-1]))
    if _newest(timeline) < ends - timedelta(minutes=5) and now < ends + LATEST:
        return _Followed(advice=advice, option=option, status="waiting", text=message("moment-waiting"))
    question = cast("MomentQuestionJson", one.content["question"])
    try:
        found = follow_up_moment(
            advice,
            option,
            timeline,
            done_at=one.taken.done_at,
            meal=_meal(question),
            exercise=_exercise(question),
        )
    except DataError as error:
        return _Followed(advice=advice, option=option, status="too-few-readings", text=error.message)
    return _Followed(advice=advice, option=option, status="followed", text=message("moment-followed"), follow_up=found)


def _newest(timeline: Timeline) -> datetime:
    times = timeline.frame(GlucoseReading)["time"]
    return times[-1] if len(times) else datetime.min.replace(tzinfo=UTC)


def _tally(followed: Sequence[_Followed]) -> MomentTallyJson:
    """Means over what was followed up."""
    found = [one.follow_up for one in followed if one.follow_up is not None]

    def mean(values: list[float]) -> float | None:
        return round(float(np.mean(values)), 3) if values else None

    return {
        "followed": len(found),
        "done_as_advised": sum(all(deed.found is Found.AS_ADVISED for deed in one.deeds) for one in found),
        "inside_fraction": mean([one.inside_fraction for one in found]),
        "predicted_in_range_pct": mean([one.predicted["in_range_pct"] for one in found]),
        "achieved_in_range_pct": mean([one.achieved["in_range_pct"] for one in found]),
        "predicted_below_70_pct": mean([one.predicted["below_70_pct"] for one in found]),
        "achieved_below_70_pct": mean([one.achieved["below_70_pct"] for one in found]),
    }


def _record_json(one: StoredMoment, followed: _Followed, name_of: NameOf) -> MomentRecordJson:
    advice, option = followed.advice, followed.option
    place = next(place for place, known in enumerate(advice.options, 1) if known is option)
    return {
        **_given_json(one, advice, name_of),
        "option": _choice_json(place, option),
        "status": followed.status,
        "status_text": followed.text,
        "follow_up": None if followed.follow_up is None else followed.follow_up.to_json(),
    }


def _given_json(one: StoredMoment, advice: MomentAdvice, name_of: NameOf) -> MomentGivenJson:
    taken = one.taken
    return {
        "advice_id": one.advice_id,
        "kind": advice.kind,
        "kind_text": message(f"now-kind-{advice.kind}"),
        "at": advice.at.isoformat(),
        "start": advice.start.isoformat(),
        "end": (advice.start + timedelta(minutes=float(advice.t_min[-1]))).isoformat(),
        "asked_by": name_of(one.asked_by),
        "asked_at": one.asked_at.isoformat(),
        "question": cast("MomentQuestionJson", one.content["question"]),
        "t_min": advice.t_min.tolist(),
        "chosen": 1 + next(place for place, known in enumerate(advice.options) if known is advice.chosen),
        "twin_version": str(one.content["twin_version"]),
        "taken": None
        if taken is None
        else {
            "option": taken.option,
            "done_at": taken.done_at.isoformat(),
            "told_by": name_of(taken.told_by),
            "told_at": taken.told_at.isoformat(),
        },
        "limits": message("advise-now-limits"),
    }


def _choice_json(place: int, option: MomentOption) -> MomentChoiceJson:
    told = option.to_json()
    return {
        "option": place,
        "text": step_sentence(option.step),
        "is_nothing": option.step.is_nothing,
        "has_insulin": option.step.is_dosing,
        "step": told["step"],
        "median_mgdl": told["median_mgdl"],
        "low_mgdl": told["low_mgdl"],
        "high_mgdl": told["high_mgdl"],
        "in_range_pct": told["in_range_pct"],
        "below_70_pct": told["below_70_pct"],
        "above_180_pct": told["above_180_pct"],
        "low_probability": told["low_probability"],
        "refusals": [{"reason": one.reason, "text": one.sentence()} for one in option.refusals],
    }


def _sick_day_json(rule: SickDayRule, *, doses: bool) -> SickDayJson:
    return {
        "rule": rule.identifier,
        "text": rule.sentence(),
        "call": rule.call,
        "recheck_min": rule.recheck_min,
        "extra_fraction": rule.extra_fraction if doses else None,
        "source": rule_lines(rule)[1],
    }


def _limits_json(envelope: SafetyEnvelope) -> dict[str, Any]:
    return {"signed_by": envelope.signed_by, "valid_until": envelope.valid_until.isoformat()}


def _told_limits(one: StoredMoment) -> MomentLimitsJson | None:
    known = one.content["envelope"]
    return None if known is None else {"signed_by": known["signed_by"], "valid_until": known["valid_until"]}


def _question_json(question: MomentQuestion) -> MomentQuestionJson:
    asked = question.asked
    meal, exercise = asked.meal, asked.exercise
    return {
        "meal": None if meal is None else {"carbs_g": meal.carbs_g, "fat_g": meal.fat_g, "protein_g": meal.protein_g},
        "exercise": None
        if exercise is None
        else {
            "in_min": exercise.in_min,
            "duration_min": exercise.duration_min,
            "intensity_fraction": exercise.intensity_fraction,
            "activity_type": exercise.activity_type,
        },
        "ketone_mmoll": asked.ketone_mmoll,
        "step_u": asked.step_u,
        "may_split": asked.may_split,
        "carb_ratio_g_per_u": question.carb_ratio_g_per_u,
        "correction_factor_mgdl_per_u": question.correction_factor_mgdl_per_u,
        "target_mgdl": question.target_mgdl,
    }


def _meal(question: MomentQuestionJson) -> PlannedMeal | None:
    meal = question["meal"]
    return None if meal is None else PlannedMeal(**meal)


def _exercise(question: MomentQuestionJson) -> PlannedExercise | None:
    known = question["exercise"]
    if known is None:
        return None
    return PlannedExercise(
        in_min=known["in_min"],
        duration_min=known["duration_min"],
        intensity_fraction=known["intensity_fraction"],
        activity_type=ActivityType(known["activity_type"]),
    )
