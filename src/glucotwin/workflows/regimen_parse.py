"""Candidate regimens as text: what is added, stopped, titrated, and from when on."""

import math
import re

from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.registry import MEDICINES
from glucotwin.months.treatment import Treatment

STOP, TITRATED = "stop-", "titrated"
DAYS_PER_MONTH = 365.0 / 12.0
LATEST_MONTH = 24.0
PART = re.compile(r"(?P<name>[^:@]*):?(?P<dose>[^:@]*)(?:@(?P<month>[^:@]*))?")


def parse_candidate(text: str) -> tuple[Treatment, ...]:
    """Treatments from ``NAME:DOSE``, joined by ``+``.

    ``stop-NAME:DOSE`` takes away what is taken today, ``NAME:titrated`` lets an insulin follow fasting glucose, and
    ``@3`` after a dose begins it three months from now.

    Args:
        text: a candidate.

    Raises:
        DataError: a dose is missing, no number or beyond what is modelled, or a medicine stands there twice.
        NotFoundError: there is no such medicine.
    """
    parts = [part.strip() for part in text.split("+")]
    treatments = tuple(_treatment(part) for part in parts)
    if len({id(one.medicine) for one in treatments}) < len(treatments):
        raise DataError(ErrorCode.INVALID_VALUE, message("regimen-twice", candidate=text), hint=known_medicines())
    return treatments


def known_medicines() -> str:
    """How a candidate is written, and every name with its unit."""
    names = ", ".join(f"{name} ({one.unit})" for name, one in MEDICINES.items())
    return message("regimen-known", names=names)


def _treatment(part: str) -> Treatment:
    found = PART.fullmatch(part)
    name, dose, month = (found["name"], found["dose"], found["month"]) if found else (part, "", None)
    stopped = name.startswith(STOP)
    name = name.removeprefix(STOP)
    medicine = MEDICINES.get(name)
    if medicine is None:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("regimen-unknown", name=name), hint=known_medicines())
    titrated = dose == TITRATED and medicine.titration is not None and not stopped
    return Treatment(
        medicine=medicine,
        dose=0.0 if titrated else _dose(name, medicine, dose),
        titrated=titrated,
        start_d=_start_d(part, month),
        stopped=stopped,
    )


def _dose(name: str, medicine: Medicine, text: str) -> float:
    dose = _number(text)
    if not 0.0 < dose <= medicine.largest_dose:
        told = message("regimen-dose", name=name, largest=f"{medicine.largest_dose:g}", unit=medicine.unit)
        raise DataError(ErrorCode.INVALID_VALUE, told, hint=known_medicines())
    return dose


def _start_d(part: str, month: str | None) -> int:
    if month is None:
        return 0
    months = _number(month)
    if not 0.0 <= months <= LATEST_MONTH:
        raise DataError(ErrorCode.INVALID_VALUE, message("regimen-start", candidate=part), hint=known_medicines())
    return round(months * DAYS_PER_MONTH)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
