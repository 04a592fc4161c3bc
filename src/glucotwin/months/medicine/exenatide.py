"""Weekly exenatide: released over ten weeks; clearance by kidney function (Cirincione 2017).

A steady level of 300 pg/mL with 2 mg a week at an eGFR of 80 (label) sets the share that is taken up.
"""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.incretin_effect import receptor_effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople

USUAL_PG_PER_ML, HALF_PG_PER_ML = 300.0, 150.0


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    level = USUAL_PG_PER_ML * dose / 2.0 * (people.egfr / 80.0) ** -0.838
    return receptor_effect(people, level / (HALF_PG_PER_ML + level), secretion=1.35, prandial=0.5, intake_kcal=300.0)


EXENATIDE = Medicine(unit="mg/week", kind="glp1_agonist", largest_dose=2.0, onset=onset_of("exenatide"), effect=_effect)
