"""What differed from day to day, meal to meal and sensor to sensor, in sentences."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import numpy as np

from glucotwin.core.message import message
from glucotwin.core.number import day, moment, number
from glucotwin.reports.number import fraction_as_percent
from glucotwin.reports.section.informed import informed_text
from glucotwin.twin.latent.estimate import Latent, LatentKind, Latents
from glucotwin.twin.latent.explained import found_meals

MOST_MEALS, MOST_DAYS = 10, 14
"""Unlogged meals and days that stood out that are named; the rest is counted."""


def latent_sentences(latents: Latents, zone: ZoneInfo) -> tuple[str, ...]:
    """One sentence for each thing that differed; nothing of what a record has no occasion for."""
    parts = (
        _days(latents),
        _days_apart(latents, zone),
        _meals(latents),
        _unlogged(latents, zone),
        _sensors(latents, zone),
        _effects(latents),
    )
    unsettled = () if latents.settled else (message("latent-unsettled"),)
    return (*(sentence for part in parts for sentence in part), *unsettled)


def _days(latents: Latents) -> Iterator[str]:
    days = latents.of_kind(LatentKind.DAY_SENSITIVITY)
    if days:
        yield message(
            "latent-days",
            low=number(min(one.value for one in days), 2),
            high=number(max(one.value for one in days), 2),
            spread=fraction_as_percent(latents.spreads[LatentKind.DAY_SENSITIVITY]),
            informed=number(sum(one.informed for one in days), 0),
            days=number(len(days), 0),
        )


def _days_apart(latents: Latents, zone: ZoneInfo) -> Iterator[str]:
    """Days of which the data are sure that insulin acted more or less than usual."""
    apart = [one for one in latents.of_kind(LatentKind.DAY_SENSITIVITY) if _is_apart(one)]
    for one in apart[:MOST_DAYS]:
        factor, low, high = (number(value, 2) for value in one.interval())
        yield "  " + message("latent-day", day=day(one.start.astimezone(zone)), factor=factor, low=low, high=high)
    if len(apart) > MOST_DAYS:
        yield "  " + message("latent-days-more", days=number(len(apart) - MOST_DAYS, 0))


def _is_apart(one: Latent) -> bool:
    _, low, high = one.interval()
    return not low <= 1.0 <= high


def _meals(latents: Latents) -> Iterator[str]:
    meals = latents.of_kind(LatentKind.MEAL_CARBS)
    if meals:
        yield message(
            "latent-meals",
            spread=fraction_as_percent(latents.spreads[LatentKind.MEAL_CARBS]),
            speed=fraction_as_percent(latents.spreads[LatentKind.MEAL_ABSORPTION]),
            informed=number(sum(one.informed for one in meals), 0),
            meals=number(len(meals), 0),
        )


def _unlogged(latents: Latents, zone: ZoneInfo) -> Iterator[str]:
    meals = found_meals(latents)
    if not meals:
        return
    yield message("latent-unlogged", meals=number(len(meals), 0))
    for one in meals[:MOST_MEALS]:
        grams, low, high = (number(value, 0) for value in one.interval())
        when = moment(one.start.astimezone(zone))
        yield "  " + message("latent-unlogged-one", moment=when, grams=grams, low=low, high=high)
    if len(meals) > MOST_MEALS:
        yield "  " + message("latent-unlogged-more", meals=number(len(meals) - MOST_MEALS, 0))


def _sensors(latents: Latents, zone: ZoneInfo) -> Iterator[str]:
    for one in latents.of_kind(LatentKind.SENSOR_OFFSET):
        start = moment(one.start.astimezone(zone))
        if one.informed:
            bias, low, high = (number(value, 0, signed=True) for value in one.interval())
            yield message("latent-sensor", start=start, bias=bias, low=low, high=high)
        else:
            yield message("latent-sensor-unknown", start=start)


def _effects(latents: Latents) -> Iterator[str]:
    for one in latents.estimates:
        if one.kind is LatentKind.EXERCISE:
            yield message("latent-effect-exercise", **_numbers(one))
        elif one.kind.is_effect:
            usual = number(float(np.exp(one.prior_mean)), 2)
            yield message("latent-effect", effect=message(f"latent-{one.kind}"), usual=usual, **_numbers(one))


def _numbers(one: Latent) -> dict[str, str]:
    factor, low, high = (number(value, 2) for value in one.interval())
    return {"factor": factor, "low": low, "high": high, "informed": informed_text(one.informed_fraction)}
