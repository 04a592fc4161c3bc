"""From a person's own timeline to a table of visits: HbA1c and what stands beside it, and what was taken when.

Doses on record become doses a day (or a week) that held from one day to another. What was taken before the first dose
on record nobody knows: visits before it are left out unless it is told.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import polars as pl

from glucotwin.core.message import message
from glucotwin.domain.insulin import LONG_ACTING, PenDose
from glucotwin.domain.observation import MedicationDose
from glucotwin.domain.timeline import Timeline
from glucotwin.months.medicine.registry import MEDICINES
from glucotwin.twin.medicine_level import known_medicine
from glucotwin.workflows.recorded_glucose import glucose_beside, recorded_glucose
from glucotwin.workflows.recorded_person import laboratory_facts
from glucotwin.workflows.regimen_history import NOTHING, VisitRow, spells_of

INSULINS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(LONG_ACTING, "glargine"),
        **dict.fromkeys(("detemir", "degludec"), "degludec"),
        "icodec": "icodec",
    }
)
"""The insulin of the slow body that stands for a product; detemir is closer to degludec, as in the trials' table."""
ENDS_AFTER_D = 35
"""Without a dose for longer a medicine counts as stopped: monthly entries suffice."""
FIRST_D = 14
"""A medicine first on record within so many days of the first dose of any had been taken before."""
LEVEL_ENTRIES, CHANGED = 5, 0.1
"""A dose has changed when the median of so many entries has, by more than this share."""
SAME_VISIT_D = 14
"""A fasting glucose or a weight so near an HbA1c is of the same visit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedVisits:
    """A table of visits from a record.

    Attributes:
        rows: in order; the first one says what is taken.
        cautions: what was left out or supposed, as texts for people.
    """

    rows: tuple[VisitRow, ...]
    cautions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicineCourse:
    """A medicine at one dose, in its own unit.

    Attributes:
        medicine: name in the registry of medicines.
        dose: a day or a week.
        start: first local day.
        end: day from which it is no longer taken; None where it goes on to the end of the record.
    """

    medicine: str
    dose: float
    start: date
    end: date | None

    @property
    def name(self) -> str:
        """As regimens are written."""
        return f"{self.medicine}:{self.dose:g}"

    def is_taken(self, day: date) -> bool:
        """Whether it is taken on a day."""
        return self.start <= day and (self.end is None or day < self.end)


def recorded_visits(timeline: Timeline, before: str | None = None) -> RecordedVisits:
    """Days with an HbA1c, days on which medicines change from the first of these on, and the record's last day.

    Args:
        timeline: the person's data.
        before: what was taken before the first dose on record, as ``metformin:2000`` or ``none``; None where it is not
            known. Visits before that dose are then left out.

    Raises:
        DataError, NotFoundError: what was taken before is not written as medicines are.
    """
    if before is not None:
        spells_of(before)
    zone = timeline.person.zone_info
    today = timeline.window().end.astimezone(zone).date()
    courses = taken_on_record(timeline)
    known_from = min((one.start for one in courses), default=today)
    measured = _measured(timeline)
    days = {*(on for on, key in measured if key == "hba1c_pct"), *_changes(courses), today}
    # With an HbA1c shortly before the first dose on record the same medicines had been taken.
    known = {day for day in days if before is not None or day >= known_from - timedelta(days=FIRST_D)}
    begin = min((day for day in known if (day, "hba1c_pct") in measured), default=today)
    kept = {day for day in known if day >= begin} | {today}
    rows = [
        VisitRow(
            on=day,
            medicines=_taken(courses, day, known_from, before),
            hba1c_pct=measured.get((day, "hba1c_pct")),
            fasting_glucose_mmoll=_near(measured, "fasting_glucose_mmoll", day),
            mean_glucose_mgdl=_mean_mgdl(timeline, day),
            weight_kg=_weight_kg(timeline, day),
        )
        for day in sorted(kept)
    ]
    cautions = list(_cautions(timeline, sorted(days - known - {today}), known_from))
    if all(row.hba1c_pct is None for row in rows):
        stands_for = recorded_glucose(timeline, None).equivalent_hba1c_pct
        if stands_for is not None:
            rows = [*rows[:-1], replace(rows[-1], hba1c_pct=round(stands_for, 1))]
            cautions.append(message("recorded-hba1c-from-sensor"))
    return RecordedVisits(rows=tuple(rows), cautions=tuple(cautions))


def _cautions(timeline: Timeline, left_out: Sequence[date], known_from: date) -> Iterator[str]:
    if left_out:
        yield message("recorded-visits-left-out", count=len(left_out), first=known_from.isoformat())
    written = timeline.frame(MedicationDose)["medication"].unique().sort()
    unknown = [str(name) for name in written if known_medicine(str(name)) is None]
    if unknown:
        yield message("recorded-visits-unknown", names=", ".join(unknown))
    pens = timeline.frame(PenDose)
    if not pens.filter(~pl.col("product").is_in(list(LONG_ACTING))).is_empty():
        yield message("recorded-visits-prandial")


def _measured(timeline: Timeline) -> dict[tuple[date, str], float]:
    """Values by day and key."""
    return {(one.on, one.key): float(str(one.value)) for one in laboratory_facts(timeline) if one.on is not None}


def _near(measured: Mapping[tuple[date, str], float], key: str, day: date) -> float | None:
    found = [(abs((on - day).days), value) for (on, name), value in measured.items() if name == key]
    return next((value for apart, value in sorted(found) if apart <= SAME_VISIT_D), None)


def _mean_mgdl(timeline: Timeline, day: date) -> float | None:
    found = glucose_beside(timeline, day)
    return None if found is None else round(found[0], 1)


def _weight_kg(timeline: Timeline, day: date) -> float | None:
    near = [(abs((one.day - day).days), one.weight_kg) for one in timeline.person.weights]
    return next((weight for apart, weight in sorted(near) if apart <= SAME_VISIT_D), None)


def _changes(courses: Iterable[MedicineCourse]) -> set[date]:
    """Days on which something is begun, stopped or dosed otherwise."""
    return {day for one in courses for day in (one.start, one.end) if day is not None}


def _taken(courses: Sequence[MedicineCourse], day: date, known_from: date, before: str | None) -> str:
    """What is taken from a day on."""
    if day < known_from and before is not None:
        return before
    return "+".join(one.name for one in courses if one.is_taken(max(day, known_from))) or NOTHING


def taken_on_record(timeline: Timeline) -> tuple[MedicineCourse, ...]:
    """Medicines that the slow body knows, each dose from one local day to another.

    Args:
        timeline: the person's data.
    """
    today = timeline.window().end.astimezone(timeline.person.zone_info).date()
    entries: dict[str, dict[date, float]] = {}
    for name, day, dose in _entries(timeline):
        taken = entries.setdefault(name, {})
        taken[day] = taken.get(day, 0.0) + dose
    if not entries:
        return ()
    return tuple(one for name, taken in entries.items() for one in _of_medicine(name, taken, today))


def _entries(timeline: Timeline) -> Iterator[tuple[str, date, float]]:
    """Medicine, local day and dose of every entry that the slow body knows."""
    zone = timeline.person.zone_info

    def local(time: datetime) -> date:
        return time.astimezone(zone).date()

    for time, written, dose in timeline.frame(MedicationDose).select("time", "medication", "dose_mg").iter_rows():
        if (name := known_medicine(written)) is not None:
            yield name, local(time), dose
    for time, product, dose in timeline.frame(PenDose).select("time", "product", "insulin_u").iter_rows():
        if product in INSULINS:
            yield INSULINS[product], local(time), dose


def _of_medicine(name: str, taken: Mapping[date, float], today: date) -> Iterator[MedicineCourse]:
    """Stretches of one dose: entries without a long gap between them, whose running median stays."""
    days = sorted(taken)
    gaps = [place for place in range(1, len(days)) if (days[place] - days[place - 1]).days > ENDS_AFTER_D]
    for start, end in zip([0, *gaps], [*gaps, len(days)], strict=True):
        stretch = days[start:end]
        goes_on = (today - stretch[-1]).days <= ENDS_AFTER_D
        last = None if goes_on else stretch[-1] + timedelta(days=1)
        doses = _doses(name, stretch, [taken[day] for day in stretch])
        cuts = [0, *_cuts(doses), len(stretch)]
        for first, following in pairwise(cuts):
            yield MedicineCourse(
                medicine=name,
                dose=float(f"{np.median(doses[first:following]):.3g}"),
                start=stretch[first],
                end=stretch[following] if following < len(stretch) else last,
            )


def _doses(name: str, days: Sequence[date], totals: Sequence[float]) -> np.ndarray:
    """Doses in the medicine's own unit, those by the week from how far entries lie apart."""
    medicine = MEDICINES[name]
    doses = np.asarray(totals, dtype=float)
    if medicine.unit.endswith("/week") and len(days) > 1:
        doses = doses * 7.0 / float(np.median(np.diff([day.toordinal() for day in days])))
    return np.minimum(doses, medicine.largest_dose)


def _cuts(doses: np.ndarray) -> Iterator[int]:
    """Places at which another dose begins."""
    level = doses[0] if doses.size < LEVEL_ENTRIES else float(np.median(doses[:LEVEL_ENTRIES]))
    for place in range(1, doses.size):
        ahead = float(np.median(doses[place : place + LEVEL_ENTRIES]))
        if abs(ahead - level) > CHANGED * level and abs(doses[place] - level) > CHANGED * level:
            yield place
            level = ahead
