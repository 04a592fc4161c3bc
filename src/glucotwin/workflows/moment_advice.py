"""Use case: advise on this moment: a meal, a correction, a dose that was missed, a coming low, exercise, ketones."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import jax.numpy as jnp
import numpy as np
import polars as pl

from glucotwin.advise.envelope import SafetyEnvelope, standing_refusals
from glucotwin.advise.look_ahead import Prospect, prospect_of
from glucotwin.advise.low_treatment import low_treatment_of
from glucotwin.advise.moment_advice import ABSORBED_MIN, Bench, advise_against_low, advise_correction, advise_meal
from glucotwin.advise.moment_option import MomentAdvice, MomentAdviceJson, MomentKind, PlannedExercise, PlannedMeal
from glucotwin.advise.own_days import SAME_MEAL, rapid_doses, rescue_meals
from glucotwin.advise.refusal import Refusal, RefusalReason
from glucotwin.advise.setting_today import USUAL_DURATION_MIN, doses_by, setting_today
from glucotwin.advise.sick_day import NONE, SickDayRule, sick_day_rule
from glucotwin.advise.situation import situation_of
from glucotwin.control.setting import DEFAULT_PEAK_MIN, setting_at
from glucotwin.core.answer import Answer, ContextOfUse
from glucotwin.core.message import message
from glucotwin.core.profile import RESEARCHER, Authority, Capability
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import BasalSegment
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import TherapyKind
from glucotwin.domain.record import as_utc
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.predict import check_fresh
from glucotwin.twin.twin import Twin
from glucotwin.workflows.answer import require_same_person, require_valid, wrap_answer

HORIZON_MIN = 300
MISSED_WITHIN = timedelta(hours=2)
"""A meal without a dose is caught up on so long: later most of it has been absorbed."""

LEAST_MISSED_G = 10.0
DOSED_KINDS = (MomentKind.MEAL, MomentKind.CORRECTION, MomentKind.MISSED_BOLUS)


class Told(MomentAdviceJson):
    """An advice with the sick-day rule that holds, if ketones were told."""

    sick_day: dict[str, object] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentAnswer:
    """An advice and the sick-day rule that holds."""

    advice: MomentAdvice
    sick_day: SickDayRule | None = None

    def to_json(self) -> Told:
        """As JSON values."""
        return {**self.advice.to_json(), "sick_day": None if self.sick_day is None else self.sick_day.to_json()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked at a moment.

    Attributes:
        kind: of advice; None for what the moment calls for.
        meal: that is about to be eaten.
        exercise: that is planned.
        ketone_mmoll: blood ketones; None where they were not measured.
        step_u: of the pump or pen.
        may_split: whether a dose may be given over hours; None for what the record tells of a pump.
    """

    kind: MomentKind | None = None
    meal: PlannedMeal | None = None
    exercise: PlannedExercise | None = None
    ketone_mmoll: float | None = None
    step_u: float = 0.05
    may_split: bool | None = None


def advise_person_now(
    twin: Twin,
    timeline: Timeline,
    asked: Asked,
    *,
    at: datetime | None = None,
    prospect: Prospect | None = None,
    envelope: SafetyEnvelope | None = None,
    given_at: datetime | None = None,
    authority: Authority = RESEARCHER,
) -> Answer[MomentAnswer]:
    """Advice on a moment in its envelope of use.

    Who may be given no advice on doses is told what food does; a meal is then not asked about.

    Args:
        twin: of the timeline's person.
        timeline: their data; nothing after the time is looked at.
        asked: what is asked.
        at: aware time; None for the newest reading.
        prospect: the five hours from the newest reading on, where they were looked ahead at already; None to look
            ahead from the moment.
        envelope: signed limits; without them nothing with insulin may be chosen.
        given_at: aware time at which the advice is given and the envelope has to hold; None for the moment itself.
        authority: on whose behalf.

    Raises:
        NotAllowedError: the authority may not be given this advice.
        SafetyError: the model was not validated for this person, or the readings are too old to look ahead from.
        DataError: carb ratio and correction factor are not on record.
    """
    origin = timeline.frame(GlucoseReading)["time"][-1] if at is None else as_utc(at)
    require_same_person(twin, timeline)
    authority.require(Capability.WHAT_IF_LIFESTYLE)
    if asked.kind in DOSED_KINDS or asked.meal is not None:
        authority.require(Capability.ADVISE_DOSE)
    check_fresh(timeline, origin)
    validity = require_valid(timeline.person, origin.date(), body=twin.body)
    bench = bench_of(
        twin, timeline, origin, envelope, step_u=asked.step_u, given_at=given_at or origin, prospect=prospect
    )
    rule = None
    if asked.ketone_mmoll is not None:
        rule = sick_day_rule(asked.ketone_mmoll, bench.situation.glucose_mgdl)
        if rule.call != NONE:
            bench = replace(bench, standing=(*bench.standing, Refusal(reason=RefusalReason.KETONES)))
    kind = asked.kind or kind_of(bench, timeline, asked, dosing=authority.allows(Capability.ADVISE_DOSE))
    advice = _advise(bench, timeline, asked, kind, authority=authority)
    window = Window(start=origin - timedelta(days=1), end=origin)
    return wrap_answer(
        MomentAnswer(advice=advice, sick_day=rule),
        context=ContextOfUse.ADVICE,
        authority=authority,
        timeline=timeline,
        window=window,
        twin=twin,
        validity=validity,
        uncertainty=message("advise-now-uncertainty"),
        limits=message("advise-now-limits"),
    )


def bench_of(
    twin: Twin,
    timeline: Timeline,
    origin: datetime,
    envelope: SafetyEnvelope | None,
    *,
    step_u: float,
    given_at: datetime,
    prospect: Prospect | None = None,
) -> Bench:
    """What options at a moment are looked at on.

    Args:
        twin: of the timeline's person.
        timeline: their data.
        origin: the moment.
        envelope: signed limits.
        step_u: of the pump or pen.
        given_at: aware time at which the envelope has to hold.
        prospect: the hours ahead; None to look ahead from the moment.
    """
    past = Window(start=origin - timedelta(days=14), end=origin + timedelta(microseconds=1))
    setting = None if doses_by(timeline, past.end) is None else setting_today(twin, timeline, past)
    lasts = USUAL_DURATION_MIN if setting is None else float(setting.insulin_duration_min)
    clock = origin.astimezone(timeline.person.zone_info)
    minute = jnp.asarray(60.0 * clock.hour + clock.minute)
    ahead = prospect or prospect_of(twin, timeline, origin=origin, horizon_min=HORIZON_MIN)
    return Bench(
        prospect=ahead,
        situation=situation_of(timeline, at=origin, duration_min=lasts, peak_min=DEFAULT_PEAK_MIN),
        setting=None if setting is None else setting_at(setting, minute),
        limits=None if envelope is None else envelope.limits,
        standing=standing_refusals(envelope, person_id=timeline.person.person_id, at=given_at),
        step_u=step_u,
        treatment=low_treatment_of(ahead),
    )


def kind_of(bench: Bench, timeline: Timeline, asked: Asked, *, dosing: bool = True) -> MomentKind:
    """What a moment calls for: what was planned, else a coming low, a meal without its dose, or a correction.

    Args:
        bench: what is known.
        timeline: the person's data.
        asked: what is asked.
        dosing: whether doses may be advised; where not, food against a low is all there is.
    """
    if asked.meal is not None:
        return MomentKind.MEAL
    if asked.exercise is not None:
        return MomentKind.EXERCISE
    paths = bench.prospect.placed_mgdl
    soon = bench.prospect.t_min <= 120.0
    median = np.median(paths[:, soon], axis=0)
    if not dosing or bench.situation.glucose_mgdl < 70.0 or median.min() < 80.0:
        return MomentKind.LOW_AHEAD
    return MomentKind.MISSED_BOLUS if missed_carbs_g(timeline, bench.situation.at) else MomentKind.CORRECTION


def missed_carbs_g(timeline: Timeline, at: datetime) -> float:
    """Carbohydrate of meals of the last two hours that no rapid dose is on record for.

    What was eaten against a low asks for no dose.
    """
    return float(missed_meals(timeline, at)["carbs_g"].sum())


def missed_meals(timeline: Timeline, at: datetime) -> pl.DataFrame:
    """Meals of the last two hours that no rapid dose is on record for: time and ``carbs_g``."""
    window = Window(start=at - MISSED_WITHIN, end=at + timedelta(microseconds=1))
    doses = rapid_doses(timeline).filter(pl.col("time") <= at)
    eaten = timeline.cut(window).frame(Meal)
    meals = eaten.join(rescue_meals(eaten, doses), on="time", how="anti").select("time", "carbs_g")
    given = doses["time"].to_list()
    missed = [not any(abs(dose - time) <= SAME_MEAL for dose in given) for time in meals["time"].to_list()]
    return meals.filter(pl.Series(missed, dtype=pl.Boolean) & (pl.col("carbs_g") >= LEAST_MISSED_G))


def _advise_missed(bench: Bench, timeline: Timeline) -> MomentAdvice:
    """Advice on a dose that was missed, with what is still to be absorbed put to the twin as if it were eaten now.

    A fit to days on which meals had doses takes too little of one that had none, so the forecast goes without it.
    """
    now = bench.situation.at
    meals = missed_meals(timeline, now)
    ages = [(now - time) / timedelta(minutes=1) for time in meals["time"].to_list()]
    left = sum(grams * max(1.0 - age / ABSORBED_MIN, 0.0) for grams, age in zip(meals["carbs_g"], ages, strict=True))
    rest = timeline.frame(Meal).join(meals.select("time"), on="time", how="anti")
    without = replace(timeline, streams={**timeline.streams, "meal": rest})
    prospect = prospect_of(bench.prospect.twin, without, origin=now, horizon_min=HORIZON_MIN)
    own = replace(bench, prospect=prospect, treatment=low_treatment_of(prospect))
    return advise_correction(own, missed_g=float(meals["carbs_g"].sum()), left_g=left)


def _advise(bench: Bench, timeline: Timeline, asked: Asked, kind: MomentKind, *, authority: Authority) -> MomentAdvice:
    pump = has_own_pump(timeline)
    if kind is MomentKind.MEAL:
        may_split = pump if asked.may_split is None else asked.may_split
        return advise_meal(bench, asked.meal or PlannedMeal(carbs_g=0.0), pump=may_split)
    if kind is MomentKind.CORRECTION:
        return advise_correction(bench)
    if kind is MomentKind.MISSED_BOLUS:
        return _advise_missed(bench, timeline)
    return advise_against_low(bench, asked.exercise, pump=pump and authority.allows(Capability.ADVISE_DOSE))


def has_own_pump(timeline: Timeline) -> bool:
    """Whether the person sets a pump that no algorithm runs: it can split a dose, and give less basal insulin."""
    return timeline.person.therapy is not TherapyKind.CLOSED_LOOP and len(timeline.frame(BasalSegment)) > 0
