"""What became of a plan of medicines: HbA1c and weight on record since, beside what was foreseen, and what is taken.

What was foreseen is a band of bodies; a measured value scatters around the body's own. So the band is widened by the
scatter that the twin itself takes for one measurement before a value is compared with it.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from glucotwin.advise.follow_up import Verdict
from glucotwin.advise.medicine_plan import MedicineChange, MedicineStep
from glucotwin.advise.regimen.table import numbers
from glucotwin.domain.timeline import Timeline
from glucotwin.workflows.recorded_person import laboratory_facts
from glucotwin.workflows.recorded_visits import MedicineCourse, taken_on_record
from glucotwin.workflows.regimen_answer import CourseBandJson

HBA1C, WEIGHT = "hba1c_pct", "weight_kg"
TENTH_PERCENTILE = 1.2816
WEIGHED_EVERY_D = 28
"""Of weights that are measured more often, the last one of so many days is compared."""
GRACE_D = 7
"""A medicine may end so many days later than was agreed, or begin earlier."""
DOSE_CHANGED = 0.1
"""A dose is another one when it differs by more than this share."""


class TakenUp(StrEnum):
    """What is on record of whether an advice was taken up; where nothing is, nobody knows."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What was foreseen for the day of a measurement: median, 10th and 90th percentile of a measured value."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A value on record since.

    Attributes:
        name: ``hba1c_pct`` or ``weight_kg``.
        on: its local day.
        value: as measured.
        foreseen: for that day.
        verdict: whether the value lies within what was foreseen.
    """

    name: str
    on: date
    value: float
    foreseen: Foreseen
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicineTaken:
    """Whether one change is on record.

    Attributes:
        change: as it was signed.
        taken_up: what is on record of it.
        since: first day since then on which the medicine is on record; None where it is not.
        dose: the newest on record since, in the unit of the medicine.
    """

    change: MedicineChange
    taken_up: TakenUp
    since: date | None
    dose: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicineFollowUp:
    """What became of a plan of medicines.

    Attributes:
        taken: change by change.
        measured: HbA1c and weights in order of time.
    """

    taken: tuple[MedicineTaken, ...]
    measured: tuple[Measured, ...]

    @property
    def taken_up(self) -> TakenUp:
        """Of all changes together."""
        found = {one.taken_up for one in self.taken}
        if len(found) == 1:
            return found.pop()
        return TakenUp.PARTLY if TakenUp.YES in found else TakenUp.NO


def follow_up_medicines(
    timeline: Timeline,
    changes: Sequence[MedicineChange],
    *,
    from_day: date,
    hba1c: CourseBandJson,
    weight_change: CourseBandJson,
    weight_kg: float | None,
) -> MedicineFollowUp:
    """Compares what is on record since a plan began with what was foreseen.

    Args:
        timeline: the person's data.
        changes: of the plan.
        from_day: first local day of the plan, from which the courses count.
        hba1c: foreseen, in %.
        weight_change: foreseen, in kg.
        weight_kg: weight at the beginning; None where it was not known, and weights are then not compared.
    """
    labs = [(one.on, float(str(one.value))) for one in laboratory_facts(timeline) if one.key == HBA1C and one.on]
    found = list(_compared(HBA1C, labs, hba1c, from_day=from_day))
    if weight_kg is not None:
        weights = _spaced([(one.day, one.weight_kg) for one in timeline.person.weights if one.day > from_day], from_day)
        found += _compared(WEIGHT, weights, weight_change, from_day=from_day, beside=weight_kg)
    return MedicineFollowUp(
        taken=_taken(timeline, changes, from_day), measured=tuple(sorted(found, key=lambda one: (one.on, one.name)))
    )


def _compared(
    name: str,
    values: Sequence[tuple[date, float]],
    course: CourseBandJson,
    *,
    from_day: date,
    beside: float = 0.0,
) -> Iterator[Measured]:
    scatter = TENTH_PERCENTILE * numbers("noise.csv")[name]
    for on, value in values:
        day = (on - from_day).days
        if not 0 < day <= course["day"][-1]:
            continue
        median, low, high = (float(np.interp(day, course["day"], course[key])) for key in ("median", "low", "high"))
        foreseen = Foreseen(
            median=beside + median,
            low=beside + median - math.hypot(median - low, scatter),
            high=beside + median + math.hypot(high - median, scatter),
        )
        yield Measured(name=name, on=on, value=value, foreseen=foreseen, verdict=_verdict(value, foreseen))


def _verdict(value: float, foreseen: Foreseen) -> Verdict:
    if value < foreseen.low:
        return Verdict.LESS
    return Verdict.MORE if value > foreseen.high else Verdict.AS_PREDICTED


def _spaced(weights: Sequence[tuple[date, float]], from_day: date) -> list[tuple[date, float]]:
    """The last weight of every four weeks."""
    last: Mapping[int, tuple[date, float]] = {
        ((on - from_day).days - 1) // WEIGHED_EVERY_D: (on, weight) for on, weight in sorted(weights)
    }
    return list(last.values())


def _taken(timeline: Timeline, changes: Sequence[MedicineChange], from_day: date) -> tuple[MedicineTaken, ...]:
    since = [one for one in taken_on_record(timeline) if one.end is None or one.end > from_day]
    today = timeline.window().end.astimezone(timeline.person.zone_info).date()
    # With nothing on record for weeks after the plan began, a medicine that is not on record may be taken all the same.
    is_kept = bool(since) and today > from_day + timedelta(days=GRACE_D)
    return tuple(_one_taken(one, since, from_day, is_kept=is_kept) for one in changes)


def _one_taken(
    change: MedicineChange, since: Sequence[MedicineCourse], from_day: date, *, is_kept: bool
) -> MedicineTaken:
    own = [one for one in since if one.medicine == change.medicine]
    late = [one for one in own if one.end is None or one.end > from_day + timedelta(days=GRACE_D)]
    newest = own[-1] if own else None
    if change.step is MedicineStep.STOP:
        stopped = TakenUp.YES if is_kept else TakenUp.UNKNOWN
        taken_up = TakenUp.NO if late and is_kept else stopped
    elif newest is None:
        taken_up = TakenUp.UNKNOWN
    else:
        taken_up = TakenUp.YES if _is_dosed(change, newest.dose) else TakenUp.NO
    return MedicineTaken(
        change=change,
        taken_up=taken_up,
        since=max(own[0].start, from_day) if own else None,
        dose=None if newest is None else newest.dose,
    )


def _is_dosed(change: MedicineChange, dose: float) -> bool:
    """Whether a dose on record goes with a change; what is started goes up by steps, so that any dose does."""
    if change.step is MedicineStep.START or change.before is None:
        return True
    moved = dose / change.before - 1.0
    return moved > DOSE_CHANGED if change.step is MedicineStep.RAISE else moved < -DOSE_CHANGED
