"""Unannounced meals: rises of glucose that no logged carbohydrate explains, of about 30 g and more.

The probability that a meal began at a step follows from what is known around it (``meal_feature``) by boosted trees: a
set for records in which meals are logged, where an unannounced meal has no bolus either, and one for those without,
where a bolus that no high glucose asked for is the best sign of a meal. They look up to three hours ahead, so this is
for records; ``meal_alarm`` is for alarms. ``benchmarks/accuracy/detect.py`` says how many meals are found and how many
detections are right.
"""

from typing import Final

from glucotwin.core.message import message
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.detection import Detection, DetectionKind
from glucotwin.ingest.detect.meal_search import SearchedMeal, search_meals

THRESHOLD: Final = 0.3


def find_unannounced_meals(timeline: Timeline, *, at_least: float = THRESHOLD) -> tuple[Detection, ...]:
    """Meals that nobody logged; needs a day of readings at least every quarter of an hour.

    Args:
        timeline: a person's data.
        at_least: smallest score, the probability that a meal began then.
    """
    found = search_meals(timeline, at_least=at_least)
    return tuple(
        Detection(
            kind=DetectionKind.UNANNOUNCED_MEAL, start=meal.start, end=meal.end, score=meal.score, text=_text(meal)
        )
        for meal in found
    )


def _text(meal: SearchedMeal) -> str:
    name = "detect-unannounced-meal" if meal.logs_meals else "detect-unannounced-meal-without-log"
    return message(name, rise=f"{meal.rise_mgdl:.0f}", grams=str(meal.least_g))
