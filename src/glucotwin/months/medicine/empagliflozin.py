"""Empagliflozin: exposure and fall of fasting glucose by kidney function (Baron 2016); energy lost in urine."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.person import MonthsPerson

MG_PER_MMOL = 450.91
SLOPE_RATIO = 0.466 / 0.627
"""HbA1c by fasting glucose in that paper, over HbA1c by mean glucose here: keeps the published fall of HbA1c."""

URINE_G_PER_D, KCAL_PER_G = 75.0, 4.0
"""Glucose in urine at 25 mg and an eGFR of 100 (Riggs 2014)."""


def _effect(person: MonthsPerson, dose: float) -> Effect:
    kidney, bmi = person.egfr / 100.0, person.bmi / 25.0
    clearance = 10.6 * person.age_y**-0.241 * person.bmi**0.32 * kidney**0.333
    # The covariates of clearance are centred where those of the effect are.
    clearance *= 50.0**0.241 / 25.0**0.32
    exposure = dose * 1e6 / MG_PER_MMOL / clearance
    largest = 0.217 * (person.usual_fasting_mmoll / 8.0) ** 1.76 * (person.age_y / 50.0) ** -0.401
    largest *= bmi**-0.288 * kidney**0.512 * (0.89 if person.female else 1.0)
    share = exposure / (703.0 + exposure)
    urine_g = URINE_G_PER_D * kidney * share * 1.15
    return Effect(excretion=SLOPE_RATIO * largest * share, intake_kcal=-KCAL_PER_G * urine_g)


def _cautions(person: MonthsPerson, dose: float) -> tuple[str, ...]:
    if person.egfr < 20.0:
        return ("regimen-caution-sglt2-kidney",)
    return ("regimen-caution-sglt2-genital", "regimen-caution-sglt2-ketones")


EMPAGLIFLOZIN = Medicine(unit="mg/day", largest_dose=25.0, onset_d=3.0, effect=_effect, cautions=_cautions)
