"""Use case: what medicines would do to a described person's HbA1c and weight within months, side by side."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.core.yaml_file import read_yaml_text
from glucotwin.months.course import Course, Dose, months_course
from glucotwin.months.medicine.registry import MEDICINES
from glucotwin.months.person import MonthsPerson
from glucotwin.prognosis.person import HINT, DescribedPerson, DiabetesKind, parse_person

DAYS_PER_MONTH = 365.0 / 12.0
RESPONSE_SPREAD = 0.35
"""Standard deviation of the logarithm of people's response: chosen, not measured."""

TENTH_PERCENTILE = -1.2816
USUAL_HEIGHT_M = {True: 1.62, False: 1.76}


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateCourse:
    """What one candidate would do.

    Attributes:
        name: as asked, for example ``metformin:2000+empagliflozin:10``.
        hba1c_pct: median, and the 10th and 90th percentile of how people respond, by months.
        weight_change_kg: at the end.
        felt_lows_per_y: rate that a trial counted on its medicines; None where none is at hand.
        cautions: identifiers of messages.
    """

    name: str
    hba1c_pct: dict[int, tuple[float, float, float]]
    weight_change_kg: float
    felt_lows_per_y: float | None
    cautions: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "hba1c_pct": {
                str(month): dict(zip(("median", "low", "high"), values, strict=True))
                for month, values in self.hba1c_pct.items()
            },
            "weight_change_kg": self.weight_change_kg,
            "felt_lows_per_y": self.felt_lows_per_y,
            "cautions": [{"code": one, "text": message(one)} for one in self.cautions],
        }


def compare_regimens(
    path: Path,
    candidates: Sequence[str],
    *,
    months: int = 6,
    height_m: float | None = None,
    progress: ProgressCallback = silent,
) -> tuple[CandidateCourse, ...]:
    """Compares additions to what the person in a file takes today; the first answer is to change nothing.

    Args:
        path: JSON or YAML with the keys of ``glucotwin.prognosis.schema.person_schema``.
        candidates: each one medicine and dose, or several joined by ``+``.
        months: horizon.
        height_m: of the person; default by sex.
        progress: told how far the work has come.

    Raises:
        DataError: the file does not describe a person with type 2 diabetes, or a dose is impossible.
        NotFoundError: there is no such medicine.
    """
    described = parse_person(read_yaml_text(path, hint=HINT), name=path.name)
    person = months_person(described, height_m=height_m)
    asked = [("", ()), *((name, parse_candidate(name)) for name in dict.fromkeys(candidates))]
    answers: list[CandidateCourse] = []
    for done, (name, doses) in enumerate(asked):
        progress(name or message("regimen-unchanged"), done / len(asked))
        answers.append(_candidate(person, name, doses, months=months))
    return tuple(answers)


def months_person(described: DescribedPerson, *, height_m: float | None = None) -> MonthsPerson:
    """What the slow body needs of a described person.

    Args:
        described: the person.
        height_m: default by sex.

    Raises:
        DataError: the person does not have type 2 diabetes, or HbA1c, BMI or eGFR were not measured.
    """
    hba1c, bmi, egfr = described.hba1c_pct, described.bmi, described.egfr
    if described.diabetes_type is not DiabetesKind.TYPE2 or described.pregnant:
        raise DataError(ErrorCode.INVALID_VALUE, message("regimen-only-type2"), hint=HINT)
    if hba1c is None or bmi is None or egfr is None or not 6.0 <= hba1c <= 12.0:
        raise DataError(ErrorCode.INVALID_VALUE, message("regimen-needs"), hint=HINT)
    height = height_m or USUAL_HEIGHT_M[described.is_female]
    return MonthsPerson(
        age_y=described.age,
        female=described.is_female,
        weight_kg=bmi * height**2,
        height_m=height,
        hba1c_pct=hba1c,
        egfr=egfr,
    )


def parse_candidate(text: str) -> tuple[Dose, ...]:
    """Medicines and doses from ``name:dose+name:dose``.

    Args:
        text: a candidate.

    Raises:
        DataError: a dose is missing, no number or beyond what is modelled.
        NotFoundError: there is no such medicine.
    """
    parts = [part.strip().partition(":") for part in text.split("+")]
    if len({name for name, _, _ in parts}) < len(parts):
        raise DataError(ErrorCode.INVALID_VALUE, message("regimen-twice", candidate=text), hint=_known())
    return tuple(_dose(name, amount) for name, _, amount in parts)


def _dose(name: str, amount: str) -> Dose:
    medicine = MEDICINES.get(name)
    if medicine is None:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("regimen-unknown", name=name), hint=_known())
    try:
        dose = float(amount)
    except ValueError:
        dose = math.nan
    if not 0.0 < dose <= medicine.largest_dose:
        told = message("regimen-dose", name=name, largest=f"{medicine.largest_dose:g}", unit=medicine.unit)
        raise DataError(ErrorCode.INVALID_VALUE, told, hint=_known())
    return medicine, dose


def _known() -> str:
    return message("regimen-known", names=", ".join(f"{name} ({one.unit})" for name, one in MEDICINES.items()))


def _candidate(person: MonthsPerson, name: str, doses: Sequence[Dose], *, months: int) -> CandidateCourse:
    days = round(months * DAYS_PER_MONTH)
    spread = math.exp(TENTH_PERCENTILE * RESPONSE_SPREAD)
    median, weak, strong = (months_course(person, doses, days=days, response=one) for one in (1.0, spread, 1 / spread))
    asked = sorted({month for month in (3, 6, 12) if month < months} | {months})
    rates = [medicine.low_glucose_per_y for medicine, _ in doses if medicine.low_glucose_per_y is not None]
    return CandidateCourse(
        name=name,
        hba1c_pct={month: _at(month, median, strong, weak) for month in asked},
        weight_change_kg=median.weight_kg[-1] - person.weight_kg,
        felt_lows_per_y=max(rates, default=None),
        cautions=tuple(dict.fromkeys(one for medicine, dose in doses for one in medicine.cautions(person, dose))),
    )


def _at(month: int, *courses: Course) -> tuple[float, float, float]:
    median, first, second = (one.hba1c_pct[round(month * DAYS_PER_MONTH)] for one in courses)
    return median, min(first, second), max(first, second)
