"""What alpha-glucosidase inhibitors share: starch is taken up more slowly, so that less glucose rises after meals."""

from collections.abc import Callable

from glucotwin.months.effect import Effect
from glucotwin.months.people import Amount, MonthsPeople


def glucosidase_effect(half_mg: float, *, strength: float = 1.0) -> Callable[[MonthsPeople, Amount], Effect]:
    """The effect by person and dose; fasting glucose falls along with the rise after meals.

    Args:
        half_mg: dose a day with half of the effect.
        strength: beside acarbose.
    """

    def effect(people: MonthsPeople, dose: Amount) -> Effect:
        share = strength * dose / (half_mg + dose)
        return Effect(prandial=1.0 - 0.45 * share, secretion=1.0 + 0.3 * share, intake_kcal=-50.0 * share)

    return effect
