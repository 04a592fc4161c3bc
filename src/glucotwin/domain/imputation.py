"""What a model needs and the record lacks: what stands in for it, when, why, and how far it may be off."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import polars as pl

from glucotwin.core.message import message
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.correction import Correction
from glucotwin.domain.insulin import LONG_ACTING, BasalSegment, Bolus, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import TherapyKind
from glucotwin.domain.segment import without_overlaps
from glucotwin.domain.timeline import Timeline, Window

SHORTEST_MIN = 5.0
"""Shorter stretches without a basal rate are rounding between two segments."""

RECORDED_ELSEWHERE_FRACTION = 0.35
"""SD of basal insulin over 4 h about its mean, as a share of it: the median of eight automated pumps of AZT1D, whose
values are 0.23 to 0.58."""
NEVER_RECORDED_FRACTION = 0.5
"""The same when basal insulin is nowhere on record and half of the daily insulin is assumed (reasoned)."""

ASSUMED_WEIGHT_KG = 75.0
WEIGHT_LOG_SD = 0.22
"""SD of the logarithm of an adult's weight about the assumed one: nine of ten weigh 52 to 108 kg (reasoned)."""


class ImputedInput(StrEnum):
    """The input that something stands in for."""

    BASAL = "basal"
    MEAL_TIME = "meal-time"
    WEIGHT = "weight"


class ImputationReason(StrEnum):
    """Why, and what stands in; the sentence of each is the message ``imputed-<reason>``."""

    BASAL_USUAL = "basal-usual"
    BASAL_PROFILE = "basal-profile"
    BASAL_NEVER_RECORDED = "basal-never-recorded"
    MEAL_TIME_ASSUMED = "meal-time-assumed"
    WEIGHT_UNKNOWN = "weight-unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imputation:
    """One stretch (or instant) in which something stands in for an input that is not on record.

    Attributes:
        quantity: the input.
        reason: why, and what stands in.
        start, end: when; equal for an instant.
        amount: how much of it there is: grams of the meal; None where that is not the point.
        sd_fraction: SD of what stands in, as a share of it; None for times.
        sd_min: SD of a time in minutes; None for amounts.
    """

    quantity: ImputedInput
    reason: ImputationReason
    start: datetime
    end: datetime
    amount: float | None = None
    sd_fraction: float | None = None
    sd_min: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImputedSpan:
    """When something stands in."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Imputed:
    """Everything of one window that is imputed for the same reason.

    Attributes:
        quantity, reason: of all of it.
        spans: when, in order.
        hours: their total length.
        sd_fraction, sd_min: mean uncertainty, as in ``Imputation``.
    """

    quantity: ImputedInput
    reason: ImputationReason
    spans: tuple[ImputedSpan, ...]
    hours: float
    sd_fraction: float | None = None
    sd_min: float | None = None

    @property
    def text(self) -> str:
        """As a sentence."""
        return message(
            f"imputed-{self.reason}",
            count=len(self.spans),
            hours=f"{self.hours:.1f}",
            percent=f"{100.0 * (self.sd_fraction or 0.0):.0f}",
            minutes=f"{self.sd_min or 0.0:.0f}",
            weight=f"{ASSUMED_WEIGHT_KG:.0f}",
        )

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "quantity": str(self.quantity),
            "reason": str(self.reason),
            "spans": [{"start": one.start.isoformat(), "end": one.end.isoformat()} for one in self.spans],
            "hours": self.hours,
            "sd_fraction": self.sd_fraction,
            "sd_min": self.sd_min,
            "text": self.text,
        }


def imputations_of(timeline: Timeline, window: Window) -> tuple[Imputation, ...]:
    """Everything that a model of a window's glucose has to assume because it is not on record.

    Args:
        timeline: a person's data.
        window: the time that a model speaks of.
    """
    return (*_basal(timeline, window), *_meal_times(timeline, window), *_weight(timeline, window))


def imputed_by_reason(imputations: Iterable[Imputation]) -> tuple[Imputed, ...]:
    """Imputations gathered by reason, in the order of the reasons."""
    by_reason: dict[ImputationReason, list[Imputation]] = {}
    for one in imputations:
        by_reason.setdefault(one.reason, []).append(one)
    return tuple(_gathered(by_reason[reason]) for reason in ImputationReason if reason in by_reason)


def _gathered(group: list[Imputation]) -> Imputed:
    def mean(values: list[float | None]) -> float | None:
        known = [one for one in values if one is not None]
        return sum(known) / len(known) if known else None

    return Imputed(
        quantity=group[0].quantity,
        reason=group[0].reason,
        spans=tuple(ImputedSpan(start=one.start, end=one.end) for one in sorted(group, key=lambda one: one.start)),
        hours=sum((one.end - one.start).total_seconds() for one in group) / 3600.0,
        sd_fraction=mean([one.sd_fraction for one in group]),
        sd_min=mean([one.sd_min for one in group]),
    )


def unrecorded_basal(timeline: Timeline, window: Window) -> tuple[Window, ...]:
    """Stretches of a window in which neither a pump's rate nor a dose of long-acting insulin is on record.

    A long-acting dose is taken to act for a day, as the models take it.
    """
    covered = pl.concat([_pump_spans(timeline), _pen_spans(timeline)]).filter(
        (pl.col("end") > window.start) & (pl.col("time") < window.end)
    )
    spans = covered.sort("time").with_columns(pl.col("end").cum_max())
    starts = [window.start, *spans["end"].to_list()]
    ends = [*spans["time"].to_list(), window.end]
    shortest = timedelta(minutes=SHORTEST_MIN)
    return tuple(
        Window(start=start, end=end) for start, end in zip(starts, ends, strict=True) if end - start >= shortest
    )


def _pump_spans(timeline: Timeline) -> pl.DataFrame:
    length = pl.duration(microseconds=(pl.col("duration_min") * 60e6).round().cast(pl.Int64))
    return without_overlaps(timeline.frame(BasalSegment)).select("time", end=pl.col("time") + length)


def _pen_spans(timeline: Timeline) -> pl.DataFrame:
    doses = timeline.frame(PenDose).filter(pl.col("product").is_in(LONG_ACTING))
    return doses.select("time", end=pl.col("time") + timedelta(minutes=MINUTES_PER_DAY))


def _basal(timeline: Timeline, window: Window) -> Iterable[Imputation]:
    if not takes_insulin(timeline):
        return
    never = not has_basal(timeline)
    profiles = [one.valid_from for one in timeline.settings if one.basal_u_per_h is not None]
    for span in unrecorded_basal(timeline, window):
        programmed = any(valid_from <= span.start for valid_from in profiles)
        reason = (
            ImputationReason.BASAL_PROFILE
            if programmed
            else ImputationReason.BASAL_NEVER_RECORDED
            if never
            else ImputationReason.BASAL_USUAL
        )
        yield Imputation(
            quantity=ImputedInput.BASAL,
            reason=reason,
            start=span.start,
            end=span.end,
            sd_fraction=NEVER_RECORDED_FRACTION if never and not programmed else RECORDED_ELSEWHERE_FRACTION,
        )


def has_basal(timeline: Timeline) -> bool:
    """Whether a pump's rate or long-acting insulin is anywhere on record."""
    return not (_pump_spans(timeline).is_empty() and _pen_spans(timeline).is_empty())


def takes_insulin(timeline: Timeline) -> bool:
    """Whether a person is on insulin, as they say or as their record shows."""
    on_record = any(len(timeline.frame(kind)) for kind in (BasalSegment, Bolus, PenDose))
    return on_record or timeline.person.therapy not in (TherapyKind.NO_INSULIN, TherapyKind.UNKNOWN)


def _meal_times(timeline: Timeline, window: Window) -> Iterable[Imputation]:
    """Meals whose time an import assumed, with the uncertainty that it recorded."""
    meals = timeline.frame(Meal).filter(pl.col("time").is_between(window.start, window.end, closed="left"))
    assumed = (
        timeline.frame(Correction)
        .filter((pl.col("stream") == "meal") & (pl.col("quantity") == "time") & pl.col("sd").is_not_null())
        .filter(~pl.col("reversed"))
        .unique(["time", "source"])
    )
    for time, carbs_g, sd_min in (
        meals.join(assumed, on=["time", "source"], how="inner").sort("time").select("time", "carbs_g", "sd").iter_rows()
    ):
        yield Imputation(
            quantity=ImputedInput.MEAL_TIME,
            reason=ImputationReason.MEAL_TIME_ASSUMED,
            start=time,
            end=time,
            amount=carbs_g,
            sd_min=sd_min,
        )


def _weight(timeline: Timeline, window: Window) -> Iterable[Imputation]:
    if timeline.person.weight_kg(window.end.date()) is None:
        yield Imputation(
            quantity=ImputedInput.WEIGHT,
            reason=ImputationReason.WEIGHT_UNKNOWN,
            start=window.start,
            end=window.end,
            sd_fraction=WEIGHT_LOG_SD,
        )
