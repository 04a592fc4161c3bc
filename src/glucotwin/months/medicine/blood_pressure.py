"""What medicines against high blood pressure share: the fall by dose and by pressure before (Law 2009)."""

import numpy as np

from glucotwin.months.effect import Effect
from glucotwin.months.people import Amount, MonthsPeople


def pressure_effect(
    people: MonthsPeople, standard_doses: Amount, *, albuminuria: float = 1.0, dip: float = 0.0
) -> Effect:
    """The effect of a number of standard doses.

    Law 2009: one standard dose lowers 154 mmHg by 9.1 mmHg, 0.1 mmHg more for each mmHg above; half of it by 78 %.

    Args:
        people: whose blood pressure counts.
        standard_doses: 1 for the usual dose.
        albuminuria: factor on albuminuria at the usual dose.
        dip: change of eGFR at the usual dose.
    """
    fall = np.maximum(2.0, 9.1 + 0.1 * (people.sbp_mmhg - 154.0))
    share = 1.56 * standard_doses / (0.56 + standard_doses)
    return Effect(
        sbp_mmhg=-fall * share,
        albuminuria=albuminuria**share,
        egfr_dip=dip * share,
        egfr_loss=albuminuria ** (0.6 * share),
    )
