"""Use case: what regimens would do to a whole cohort of virtual people with type 2 diabetes within months and years.

Everybody lives through every candidate, with the same answer to each class of medicines, so that candidates differ by
what they are and not by who takes them. A person's answer depends on seed and place in the cohort alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.file import replace_file
from glucotwin.core.message import message
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.months.caution import cautions_of
from glucotwin.months.course import Course, months_courses
from glucotwin.months.low_glucose import felt_lows_per_y, people_with_lows_pct, severe_lows_pct
from glucotwin.months.person import MGDL_PER_MMOLL, MonthsPerson
from glucotwin.months.side_effect import side_effects
from glucotwin.months.treatment import Treatment, with_adherence
from glucotwin.months.uncertainty import Draw, drawn_life, draws_of, model_normals, normals_per_person
from glucotwin.physiology.cohort_file import load_cohort
from glucotwin.physiology.padova.t2d import INJECTED
from glucotwin.physiology.population_t2d import WITHOUT_DIABETES
from glucotwin.physiology.subject import Subject
from glucotwin.trial.chance import person_normals
from glucotwin.workflows.regimen_parse import DAYS_PER_MONTH, parse_candidate

BODY = "padova-t2d"
KNOWN_PCT = (6.0, 12.0)
"""HbA1c that the slow body knows."""

PERCENTILES = (10.0, 50.0, 90.0)
MUCH_LOST_PCT = 5.0
FORBIDDEN = "contraindicated"
GUT = ("nausea", "vomiting", "diarrhoea")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How a quantity differs between people: mean, standard deviation, 10th percentile, median, 90th percentile."""

    mean: float
    sd: float
    low: float
    median: float
    high: float

    def to_json(self) -> dict[str, float]:
        """As JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortArm:
    """What one candidate does to the cohort.

    Attributes:
        name: the candidate; empty to change nothing.
        hba1c_pct: at the end.
        hba1c_change_pct: since the start.
        beyond_unchanged_pct: change of HbA1c beside that of the same people with nothing changed.
        weight_change_kg: since the start.
        below_target_pct: people in a hundred below the target of HbA1c at the end.
        much_lost_pct: people in a hundred who lose 5 % of their weight or more.
        felt_lows_per_y: mean yearly rate of felt lows at the end.
        any_low_pct, severe_low_pct: people in a hundred with a felt low, and a severe one as judged in trials, within
            the horizon.
        gut_pct: people in a hundred with the most frequent of nausea, vomiting and diarrhoea, on average.
        contraindicated_pct: people in a hundred whom a caution on age, kidney or weight tells not to take it.
        mean_change_band_pct: 10th and 90th percentile of the mean change by what the model does not know; None where
            nothing was drawn.
        course_pct: HbA1c by day ``(days + 1, 3)``: 10th percentile, mean and 90th percentile of people.
        people: one row for each.
    """

    name: str
    hba1c_pct: Spread
    hba1c_change_pct: Spread
    beyond_unchanged_pct: Spread
    weight_change_kg: Spread
    below_target_pct: float
    much_lost_pct: float
    felt_lows_per_y: float
    any_low_pct: float
    severe_low_pct: float
    gut_pct: float
    contraindicated_pct: float
    mean_change_band_pct: tuple[float, float] | None
    course_pct: np.ndarray
    people: pl.DataFrame

    def to_json(self) -> dict[str, object]:
        """As JSON values, without courses and people."""
        spreads = ("hba1c_pct", "hba1c_change_pct", "beyond_unchanged_pct", "weight_change_kg")
        plain = ("below_target_pct", "much_lost_pct", "felt_lows_per_y", "any_low_pct", "severe_low_pct")
        return {
            **{name: getattr(self, name).to_json() for name in spreads},
            **{name: getattr(self, name) for name in (*plain, "gut_pct", "contraindicated_pct")},
            "mean_change_band_pct": self.mean_change_band_pct,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimenCohort:
    """Candidates on the same people.

    Attributes:
        months: horizon.
        target_pct: of HbA1c.
        start_pct: HbA1c at the start.
        left_out: people of the cohort who do not take part, by reason.
        arms: the first is to change nothing.
    """

    months: int
    target_pct: float
    start_pct: Spread
    left_out: Mapping[str, int]
    arms: tuple[CohortArm, ...]

    @property
    def people(self) -> int:
        """How many take part."""
        return self.arms[0].people.height

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "months": self.months,
            "people": self.people,
            "left_out": dict(self.left_out),
            "target_hba1c_pct": self.target_pct,
            "start_hba1c_pct": self.start_pct.to_json(),
            "candidates": {one.name or "unchanged": one.to_json() for one in self.arms},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Enrolled:
    """People who take part: their places in the cohort, groups, and persons of the slow body."""

    places: tuple[int, ...]
    subjects: tuple[Subject, ...]
    persons: tuple[MonthsPerson, ...]
    left_out: Mapping[str, int]


def run_regimen_cohort(
    path: Path,
    candidates: Sequence[str],
    *,
    months: int = 6,
    hba1c_pct: tuple[float, float] = KNOWN_PCT,
    adherence: float = 1.0,
    target_pct: float = 7.0,
    draws: int = 0,
    seed: int = 1,
    progress: ProgressCallback = silent,
) -> RegimenCohort:
    """Lets the people of a cohort take each candidate, and nothing new.

    Args:
        path: a cohort of ``padova-t2d``.
        candidates: as ``parse_candidate`` reads them, added to the insulin that people inject already.
        months: horizon.
        hba1c_pct: least and greatest HbA1c of who takes part, within 6 to 12 %.
        adherence: share of doses taken.
        target_pct: HbA1c whose attainment is told.
        draws: of what the model does not know, for the interval of the mean change; 0 for none.
        seed: of people's answers.
        progress: told how far the work has come.

    Raises:
        DataError: the cohort is of another body, nobody takes part, or a dose is impossible.
        NotFoundError: there is no such file or medicine.
    """
    enrolled = _enrolled(path, hba1c_pct)
    named = [("", ()), *((name, parse_candidate(name)) for name in dict.fromkeys(candidates))]
    asked = [(name, [with_adherence(one, adherence) for one in treatments]) for name, treatments in named]
    horizon = _Horizon(months=months, target_pct=target_pct, seed=seed)
    people = person_normals(seed, enrolled.places, stream="regimen-cohort", count=normals_per_person())
    models = model_normals(draws, seed=seed)
    arms: list[CohortArm] = []
    total, done = len(asked) * (1 + draws), 0
    for name, treatments in asked:
        progress(name or message("regimen-unchanged"), done / total)
        courses = _courses(
            enrolled.persons, treatments, draws_of(np.zeros((len(people), models.shape[1])), people), horizon
        )
        means: list[float] = []
        for number in range(draws):
            drawn = draws_of(np.repeat(models[number : number + 1], len(people), axis=0), people)
            means.append(float(np.mean(_change(_courses(enrolled.persons, treatments, drawn, horizon)))))
            progress(name or message("regimen-unchanged"), (done + 1 + number) / total)
        done += 1 + draws
        band = (
            (float(np.percentile(means, PERCENTILES[0])), float(np.percentile(means, PERCENTILES[-1])))
            if draws
            else None
        )
        unchanged = _change(courses) if not arms else arms[0].people["hba1c_change_pct"].to_numpy()
        arms.append(_arm(name, treatments, enrolled, courses, unchanged, horizon, band))
    start = np.array([one.hba1c_pct for one in enrolled.persons])
    return RegimenCohort(
        months=months, target_pct=target_pct, start_pct=_spread(start), left_out=enrolled.left_out, arms=tuple(arms)
    )


def months_person_of(subject: Subject) -> MonthsPerson:
    """A virtual person of the type 2 population as the slow body knows them.

    Fasting glucose is that of the glucose test, mean glucose that of the simulated day; pressure, cholesterol and
    albuminuria are the usual ones, and injected insulin of any kind counts as basal.

    Args:
        subject: of ``padova-t2d``.
    """
    values = subject.values
    return MonthsPerson(
        age_y=values["age_years"],
        female=bool(values["female"]),
        weight_kg=values["weight_kg"],
        height_m=values["height_cm"] / 100.0,
        hba1c_pct=values["hba1c_pct"],
        egfr=values["egfr_ml_per_min"],
        fasting_mmoll=values["fasting_glucose_mgdl"] / MGDL_PER_MMOLL,
        mean_mmoll=values["mean_glucose_mgdl"] / MGDL_PER_MMOLL,
        duration_y=values["duration_years"],
        insulin_u_per_d=values[INJECTED] * MINUTES_PER_DAY,
    )


def write_regimen_cohort(answer: RegimenCohort, path: Path) -> None:
    """Writes one row for each person and candidate, as CSV where the name ends so, else as Parquet.

    Raises:
        NotFoundError: the folder does not exist.
    """
    frame = pl.concat([one.people for one in answer.arms])
    replace_file(path, frame.write_csv if path.suffix == ".csv" else frame.write_parquet)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Horizon:
    months: int
    target_pct: float
    seed: int

    @property
    def days(self) -> int:
        return round(self.months * DAYS_PER_MONTH)


def _enrolled(path: Path, limits_pct: tuple[float, float]) -> _Enrolled:
    cohort = load_cohort(path)
    if cohort.body != BODY:
        told = message("regimen-cohort-body", body=cohort.body)
        raise DataError(ErrorCode.INVALID_VALUE, told, hint=message("regimen-cohort-hint"))
    low, high = max(KNOWN_PCT[0], limits_pct[0]), min(KNOWN_PCT[1], limits_pct[1])
    reasons = ["no_diabetes" if one.group in WITHOUT_DIABETES else _outside(one, low, high) for one in cohort.subjects]
    places = tuple(place for place, reason in enumerate(reasons) if not reason)
    if not places:
        told = message("regimen-cohort-nobody", low=f"{low:g}", high=f"{high:g}")
        raise DataError(ErrorCode.TOO_LITTLE_DATA, told, hint=message("regimen-cohort-hint"))
    subjects = tuple(cohort.subjects[place] for place in places)
    return _Enrolled(
        places=places,
        subjects=subjects,
        persons=tuple(months_person_of(one) for one in subjects),
        left_out={name: reasons.count(name) for name in dict.fromkeys(reasons) if name},
    )


def _outside(subject: Subject, low_pct: float, high_pct: float) -> str:
    hba1c = subject.values["hba1c_pct"]
    return "hba1c_too_low" if hba1c < low_pct else "hba1c_too_high" if hba1c > high_pct else ""


def _courses(
    persons: Sequence[MonthsPerson], treatments: Sequence[Treatment], drawn: Sequence[Draw], horizon: _Horizon
) -> tuple[Course, ...]:
    lives = [drawn_life(person, treatments, draw) for person, draw in zip(persons, drawn, strict=True)]
    return months_courses(lives, days=horizon.days)


def _change(courses: Sequence[Course]) -> np.ndarray:
    values = courses[0].months.hba1c_pct
    return values[-1] - values[0]


def _arm(
    name: str,
    treatments: Sequence[Treatment],
    enrolled: _Enrolled,
    courses: Sequence[Course],
    unchanged: np.ndarray,
    horizon: _Horizon,
    band: tuple[float, float] | None,
) -> CohortArm:
    months, years = courses[0].months, horizon.months / 12.0
    begun = [one for one in treatments if one.has_begun(horizon.days)]
    end, weight = months.hba1c_pct[-1], months.weight_kg[-1] - months.weight_kg[0]
    pairs = list(zip(enrolled.persons, end.tolist(), strict=True))
    lows = [felt_lows_per_y(person, begun, hba1c_pct=last) for person, last in pairs]
    forbidden = [any(one.action == FORBIDDEN for one in cautions_of(person, treatments)) for person, _ in pairs]
    course = months.hba1c_pct
    low, high = np.percentile(course, (PERCENTILES[0], PERCENTILES[-1]), axis=1)
    return CohortArm(
        name=name,
        hba1c_pct=_spread(end),
        hba1c_change_pct=_spread(_change(courses)),
        beyond_unchanged_pct=_spread(_change(courses) - unchanged),
        weight_change_kg=_spread(weight),
        below_target_pct=100.0 * float(np.mean(end < horizon.target_pct)),
        much_lost_pct=100.0 * float(np.mean(weight <= -MUCH_LOST_PCT / 100.0 * months.weight_kg[0])),
        felt_lows_per_y=float(np.mean(lows)),
        any_low_pct=float(np.mean([people_with_lows_pct(one, years=years) for one in lows])),
        severe_low_pct=float(np.mean([severe_lows_pct(one, years=years) for one in lows])),
        gut_pct=float(np.mean([_gut_pct(person, begun) for person, _ in pairs])),
        contraindicated_pct=100.0 * float(np.mean(forbidden)),
        mean_change_band_pct=band,
        course_pct=np.stack([low, course.mean(axis=1), high], axis=1),
        people=pl.DataFrame(
            {
                "person": [one.name for one in enrolled.subjects],
                "group": [one.group for one in enrolled.subjects],
                "candidate": [name or "unchanged"] * len(pairs),
                "hba1c_start_pct": months.hba1c_pct[0],
                "hba1c_end_pct": end,
                "hba1c_change_pct": _change(courses),
                "fasting_end_mmoll": months.fasting_mmoll[-1],
                "weight_start_kg": months.weight_kg[0],
                "weight_change_kg": weight,
                "insulin_end_u_per_d": months.insulin_u_per_d[-1],
                "felt_lows_per_y": lows,
                "contraindicated": forbidden,
            }
        ),
    )


def _gut_pct(person: MonthsPerson, begun: Sequence[Treatment]) -> float:
    found = side_effects(person, begun)
    return max((found[name] for name in GUT if name in found), default=0.0)


def _spread(values: np.ndarray) -> Spread:
    low, median, high = (float(one) for one in np.percentile(values, PERCENTILES))
    sd = float(np.std(values, ddof=1)) if values.size > 1 else 0.0
    return Spread(mean=float(np.mean(values)), sd=sd, low=low, median=median, high=high)
