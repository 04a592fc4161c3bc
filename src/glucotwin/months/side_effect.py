"""Events that medicines add, from ``data/side_effects.csv``."""

from collections.abc import Sequence

from glucotwin.months.medicine.registry import name_of
from glucotwin.months.person import MonthsPerson
from glucotwin.months.table import read_rows
from glucotwin.months.treatment import Treatment

GUT = ("nausea", "vomiting", "diarrhoea")


def gut_pct(person: MonthsPerson, treatments: Sequence[Treatment]) -> float:
    """People in a hundred with the most frequent gut trouble (``GUT``); arguments as in ``side_effects``."""
    found = side_effects(person, treatments)
    return max((found[name] for name in GUT if name in found), default=0.0)


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


def _between(dose: float, points: list[tuple[float, float, float]]) -> float:
    """Percent at a dose: linear between doses, flat above the largest."""
    before_dose, before = 0.0, points[0][2]
    for at, percent, _ in sorted(points):
        if dose <= at:
            return before + (percent - before) * (dose - before_dose) / (at - before_dose)
        before_dose, before = at, percent
    return before
