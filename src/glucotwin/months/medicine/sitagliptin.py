"""Sitagliptin: more secretion after meals and a little at rest; strength chosen for Goldstein 2007."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.person import MonthsPerson


def _effect(person: MonthsPerson, dose: float) -> Effect:
    # The usual dose is halved with kidney function (label), so exposure goes up by as much.
    exposure = dose / 100.0 * (2.0 if person.egfr < 45.0 else 1.0)
    share = 2.0 * exposure / (1.0 + exposure)
    return Effect(secretion=1.26, prandial=0.65).grown(share)


def _cautions(person: MonthsPerson, dose: float) -> tuple[str, ...]:
    return ("regimen-caution-sitagliptin-dose",) if person.egfr < 45.0 and dose > 50.0 else ()


SITAGLIPTIN = Medicine(
    unit="mg/day", largest_dose=100.0, onset_d=3.0, effect=_effect, cautions=_cautions, low_glucose_per_y=0.069
)
