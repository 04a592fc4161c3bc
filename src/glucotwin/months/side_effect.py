"""Events that medicines add, from ``data/side_effects.csv``, and felt lows by medicine and glucose."""

import math
from collections.abc import Sequence

from glucotwin.months.medicine.glargine import GLARGINE
from glucotwin.months.medicine.registry import name_of
from glucotwin.months.person import MonthsPerson
from glucotwin.months.table import read_rows
from glucotwin.months.treatment import Treatment

USUAL_LOWS_PER_Y = 0.065
"""Felt lows without a medicine that causes them (GRADE, on sitagliptin)."""

DOUBLES_PER_PCT = 1.4
"""Lows of medicines double with each 0.7 % of HbA1c below 7 (chosen for ACCORD)."""

SEVERE_SHARE = 0.02
"""Severe ones among felt lows (GRADE: 2.2 of 68.3 % on glimepiride, 1.3 of 54.2 % on glargine, over five years)."""


def side_effects(person: MonthsPerson, treatments: Sequence[Treatment]) -> dict[str, float]:
    """People in a hundred with each event while these medicines are begun, by name of the event.

    Between two doses of the table the share goes with the dose, below the smallest down to that without the medicine;
    where exposure goes with weight, the dose counts by the usual weight.

    Args:
        person: today.
        treatments: taken together.
    """
    free: dict[str, float] = {}
    for one in (one for one in treatments if not one.stopped):
        events: dict[str, list[tuple[float, float, float]]] = {}
        for row in read_rows("side_effects.csv"):
            if row["applies_to"] == name_of(one.medicine):
                usual = float(row["usual_weight_kg"] or person.weight_kg)
                dose = float(row["dose"]) * person.weight_kg / usual
                events.setdefault(row["event"], []).append((dose, float(row["percent"]), float(row["without_percent"])))
        for event, points in events.items():
            without = points[0][2]
            spared = 100.0 - max(without, _between(one.dose * one.adherence, points))
            free[event] = free.get(event, 1.0 - without / 100.0) * spared / (100.0 - without)
    return {event: 100.0 * (1.0 - share) for event, share in free.items()}


def felt_lows_per_y(person: MonthsPerson, treatments: Sequence[Treatment], *, hba1c_pct: float) -> float:
    """Yearly rate of felt lows at an HbA1c.

    Half as many again from 75 years on and below an eGFR of 60 (hazard ratios of 1.5 to 2 in cohorts).

    Args:
        person: today.
        treatments: taken together; insulin of today counts as glargine, unless it is stopped.
        hba1c_pct: at which they are taken.
    """
    added = sum(one.medicine.lows_per_y * one.adherence for one in treatments if not one.stopped)
    stopped_u_per_d = sum(one.insulin_u_per_d(one.dose) for one in treatments if one.stopped)
    added += GLARGINE.lows_per_y if person.insulin_u_per_d + stopped_u_per_d > 0.0 else 0.0
    frail = (1.5 if person.age_y >= 75.0 else 1.0) * (1.5 if person.egfr < 60.0 else 1.0)
    return USUAL_LOWS_PER_Y + added * frail * 2.0 ** ((7.0 - hba1c_pct) * DOUBLES_PER_PCT)


def severe_lows_pct(felt_per_y: float, *, years: float) -> float:
    """People in a hundred with a severe low within some years."""
    return 100.0 * (1.0 - math.exp(-SEVERE_SHARE * felt_per_y * years))


def _between(dose: float, points: list[tuple[float, float, float]]) -> float:
    """Percent at a dose: linear between doses, flat above the largest."""
    before_dose, before = 0.0, points[0][2]
    for at, percent, _ in sorted(points):
        if dose <= at:
            return before + (percent - before) * (dose - before_dose) / (at - before_dose)
        before_dose, before = at, percent
    return before
