"""Use case: what candidate regimens would do to a described person within months and years, side by side."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from glucotwin.core.message import message
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.core.yaml_file import read_yaml_text
from glucotwin.ingest.format import ImportOptions
from glucotwin.months.caution import cautions_of
from glucotwin.months.course import Course, months_course
from glucotwin.months.guideline import recommendations
from glucotwin.months.low_glucose import low_glucose
from glucotwin.months.person import MonthsPerson
from glucotwin.months.range_share import time_in_range_pct
from glucotwin.months.side_effect import side_effects
from glucotwin.months.target import DEFAULT_TARGETS, Targets, targets_met
from glucotwin.months.treatment import RESPONSE_SPREAD, Treatment, with_adherence
from glucotwin.prognosis.person import HINT, DescribedPerson, parse_person
from glucotwin.workflows.recorded_person import RecordedPerson, described_at
from glucotwin.workflows.regimen_answer import CandidateCourse, cost_class, pareto
from glucotwin.workflows.regimen_parse import DAYS_PER_MONTH, parse_candidate
from glucotwin.workflows.regimen_person import months_person, with_genotype, with_readings
from glucotwin.workflows.regimen_risk import ten_year_risks

TENTH_PERCENTILE = -1.2816


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimenComparison:
    """Candidates side by side.

    Attributes:
        candidates: the first, without a name, is to change nothing.
        recorded: where the person's facts came from; None for a person who was described.
    """

    candidates: tuple[CandidateCourse, ...]
    recorded: RecordedPerson | None = None


def compare_regimens(
    path: Path,
    candidates: Sequence[str],
    *,
    months: int = 6,
    height_m: float | None = None,
    adherence: float = 1.0,
    targets: Targets = DEFAULT_TARGETS,
    genotype: Path | None = None,
    readings: Path | None = None,
    facts: Path | None = None,
    options: ImportOptions | None = None,
    progress: ProgressCallback = silent,
) -> RegimenComparison:
    """Compares additions to what a person takes today; the first answer is to change nothing.

    Args:
        path: JSON or YAML with the keys of ``glucotwin.prognosis.schema.person_schema``, or a timeline's folder.
        candidates: as ``parse_candidate`` reads them.
        months: horizon.
        height_m: of the person; default by sex.
        adherence: share of doses taken.
        targets: what attainment is told of.
        genotype: file of a genotype, for what it says of medicines.
        readings: sensor readings, for mean and fasting glucose.
        facts: for a folder: YAML or JSON with keys that the record does not hold.
        options: of the readings.
        progress: told how far the work has come.

    Raises:
        DataError: a file does not hold what it should, the person has no type 2 diabetes, or a dose is impossible.
        NotFoundError: there is no such medicine.
    """
    recorded = described_at(path, facts)
    described = (
        parse_person(read_yaml_text(path, hint=HINT), name=path.name) if recorded is None else recorded.described
    )
    if readings is not None:
        described = with_readings(described, readings, options, progress=progress)
    person = months_person(described, height_m=height_m or (None if recorded is None else recorded.height_m))
    if genotype is not None:
        person = with_genotype(person, genotype)
    answers = compare_for_person(
        described, person, candidates, months=months, adherence=adherence, targets=targets, progress=progress
    )
    return RegimenComparison(candidates=answers, recorded=recorded)


def compare_for_person(
    described: DescribedPerson,
    person: MonthsPerson,
    candidates: Sequence[str],
    *,
    months: int = 6,
    adherence: float = 1.0,
    targets: Targets = DEFAULT_TARGETS,
    progress: ProgressCallback = silent,
) -> tuple[CandidateCourse, ...]:
    """The same for a described person; arguments as in ``compare_regimens``.

    Raises:
        DataError: a dose is impossible.
        NotFoundError: there is no such medicine.
    """
    named = [(name, parse_candidate(name)) for name in dict.fromkeys(candidates)]
    answers: list[CandidateCourse] = []
    for done, (name, asked) in enumerate([("", ()), *named]):
        progress(name or message("regimen-unchanged"), done / (len(named) + 1))
        treatments = [with_adherence(one, adherence) for one in asked]
        answers.append(_candidate(described, person, name, treatments, months=months, targets=targets))
    return pareto(answers)


def _candidate(
    described: DescribedPerson,
    person: MonthsPerson,
    name: str,
    treatments: Sequence[Treatment],
    *,
    months: int,
    targets: Targets,
) -> CandidateCourse:
    days = round(months * DAYS_PER_MONTH)
    spread = math.exp(TENTH_PERCENTILE * RESPONSE_SPREAD)
    median, weak, strong = (
        months_course(person, treatments, days=days, response=one) for one in (1.0, spread, 1 / spread)
    )
    end = median.days[-1]
    asked = sorted({month for month in (3, 6, 12) if month < months} | {months})
    begun = [one for one in treatments if one.has_begun(days)]
    lows = low_glucose(person, begun, hba1c_pct=end.hba1c_pct)
    kinds = [one.medicine.kind for one in treatments if not one.stopped]
    return CandidateCourse(
        name=name,
        hba1c_pct={month: _at(month, median, strong, weak) for month in asked},
        course_pct=tuple(zip(median.hba1c_pct, strong.hba1c_pct, weak.hba1c_pct, strict=True)),
        end=end,
        weight_change_kg=end.weight_kg - person.weight_kg,
        time_in_range_pct=time_in_range_pct(end.mean_mmoll, insulin=end.insulin_u_per_d > 0.0),
        lows=lows,
        side_effects_pct=side_effects(person, treatments),
        cost_class=max((cost_class(kind) for kind in kinds), default=0),
        risks_10y=ten_year_risks(described, person, treatments),
        targets_met=targets_met(targets, end, (median.hba1c_pct[-1], strong.hba1c_pct[-1], weak.hba1c_pct[-1])),
        recommendations=recommendations(person, treatments, taken=frozenset(map(str, described.drugs))),
        cautions=cautions_of(person, treatments),
    )


def _at(month: int, *courses: Course) -> tuple[float, float, float]:
    median, first, second = (one.hba1c_pct[round(month * DAYS_PER_MONTH)] for one in courses)
    return median, min(first, second), max(first, second)
