"""Risk factors of each year: as published for people of the UKPDS (Leal 2021, UKPDS 90), or held."""

import math
from dataclasses import asdict, dataclass

from glucotwin.prognosis.person import DescribedPerson, Ethnicity
from glucotwin.prognosis.table import read_rows

TYPICAL_HEART_RATE_BPM, TYPICAL_WHITE_CELLS_1E9_L, TYPICAL_HAEMOGLOBIN_G_DL = 72.0, 6.8, 14.0
"""Taken where they were not measured; typical of the UKPDS."""
DEFAULTS = {
    "heart_rate_bpm": TYPICAL_HEART_RATE_BPM,
    "white_cells_1e9_l": TYPICAL_WHITE_CELLS_1E9_L,
    "haemoglobin_g_dl": TYPICAL_HAEMOGLOBIN_G_DL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskFactors:
    """Risk factors of one year in the units of a clinic letter.

    Attributes:
        hba1c: %.
        sbp: mmHg.
        ldl, hdl: mmol/L.
        bmi: kg/m².
        heart_rate: 1/min.
        white_cells: 10⁹/L.
        haemoglobin: g/dL.
        egfr: mL/min/1.73 m²; held, since no equation for it is at hand.
    """

    hba1c: float
    sbp: float
    ldl: float
    hdl: float
    bmi: float
    heart_rate: float
    white_cells: float
    haemoglobin: float
    egfr: float


def risk_factors(
    person: DescribedPerson, today: RiskFactors, *, years: int, progression: bool
) -> tuple[RiskFactors, ...]:
    """Risk factors year by year.

    Args:
        person: the person, for sex, ethnicity and duration.
        today: the first year's, which also stand for the values at diagnosis that the equations ask for.
        years: how many.
        progression: go on as published; otherwise hold them.
    """
    course = [today]
    for year in range(1, years):
        last = course[-1]
        course.append(_next(person, today, last, year) if progression else last)
    return tuple(course)


def _next(person: DescribedPerson, first: RiskFactors, last: RiskFactors, year: int) -> RiskFactors:
    # A duration below a year would make the logarithm negative; the equations begin with the first full year.
    log_duration = math.log(max(person.duration_y + year, 1.0))
    values = asdict(last)
    begun = asdict(first)
    for row in read_rows("ukpds_om2_progression.csv"):
        name = row["risk_factor"]
        values[name] = (
            float(row["constant"])
            + float(row["lag"]) * values[name]
            + float(row["first"]) * begun[name]
            + float(row["ln_duration"]) * log_duration
            + float(row["female"]) * person.is_female
            + float(row["black"]) * (person.ethnicity is Ethnicity.BLACK)
            + float(row["south_asian"]) * (person.ethnicity is Ethnicity.SOUTH_ASIAN)
        )
    return RiskFactors(**values)
