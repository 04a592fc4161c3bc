"""The usual hour of a meal that was logged by its name alone.

Sources: dinner at 18:24 on average in NHANES 2009-14 (Kant, PMID 29574043); breakfast and lunch by the peaks of energy
of 1,007 adults with type 1 diabetes (Ahola 2019, 10.1038/s41598-019-56541-5). How far a single meal lies from its
usual hour is reasoned: persons differ by about 40 minutes and days by about an hour (one standard deviation each);
snacks are eaten between all meals.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualHour:
    """When a kind of meal is usually eaten.

    Attributes:
        kind: its name.
        clock: local time of day.
        within_h: nineteen of twenty lie within this many hours of it.
        words: pattern of the names that people and apps give it.
    """

    kind: str
    clock: str
    within_h: float
    words: re.Pattern[str]

    @property
    def sd_min(self) -> float:
        """Standard deviation of a meal's time about it, in minutes."""
        return self.within_h * 60.0 / 1.96

    @property
    def text(self) -> str:
        """Kind, hour and uncertainty for people."""
        return f"{self.kind} {self.clock} ± {self.within_h:g} h"


USUAL_HOURS: tuple[UsualHour, ...] = (
    UsualHour(
        kind="morning snack",
        clock="10:00",
        within_h=1.5,
        words=re.compile(r"morning snack|brunch|second breakfast|zweites frühstück|vormittag", re.I),
    ),
    UsualHour(
        kind="evening snack",
        clock="21:00",
        within_h=2.0,
        words=re.compile(r"(evening|night|bedtime|late).?snack|spätmahlzeit", re.I),
    ),
    UsualHour(
        kind="snack",
        clock="15:30",
        within_h=6.0,
        words=re.compile(r"snack|zwischenmahlzeit|merienda|goûter|collation|spuntino|tussendoor|lanche|przekąsk", re.I),
    ),
    UsualHour(
        kind="breakfast",
        clock="07:30",
        within_h=2.5,
        words=re.compile(
            r"breakfast|frühstück|desayuno|petit.?d[ée]jeuner|colazione|ontbijt|café da manhã|pequeno.almoço|frukost|"
            r"morgenmad|śniadanie",
            re.I,
        ),
    ),
    UsualHour(
        kind="lunch",
        clock="12:30",
        within_h=2.5,
        words=re.compile(r"lunch|mittag|almuerzo|comida|d[ée]jeuner|pranzo|almoço|obiad", re.I),
    ),
    UsualHour(
        kind="dinner",
        clock="18:30",
        within_h=2.5,
        words=re.compile(r"dinner|supper|abendessen|abendbrot|cena|d[îi]ner|avondeten|jantar|middag|kolacja", re.I),
    ),
)
"""Kinds of meals, those with the longer names first."""


def usual_hour_of(name: str) -> UsualHour | None:
    """The usual hour of a meal of a name; None when the name says nothing about it.

    Args:
        name: as a person or an app writes it: ``Breakfast``, ``Snacks``, ``Abendessen``.
    """
    return next((hour for hour in USUAL_HOURS if hour.words.search(name)), None)


def usual_clocks(names: pl.Series) -> pl.Series:
    """Local times of day such as ``07:30`` by the names of meals; null where a name says nothing about it."""
    return _by_name(names, "clock")


def meal_kinds(names: pl.Series) -> pl.Series:
    """Kinds of meals by their names; blank where a name says nothing about it."""
    return _by_name(names, "kind").fill_null("")


def meal_times_assumed(assumed: pl.DataFrame, kinds: Iterable[str]) -> tuple[Finding, ...]:
    """The finding that the usual hour stands for the time of meals, with the hours and how uncertain they are.

    Args:
        assumed: the meals concerned, with ``time``.
        kinds: their kinds.
    """
    known = set(kinds)
    hours = ", ".join(hour.text for hour in USUAL_HOURS if hour.kind in known)
    code, severity, action = FindingCode.MEAL_TIMES_ASSUMED, Severity.WARNING, Action.CORRECTED
    return findings_in(assumed, code, severity=severity, action=action, stream="meal", hours=hours)


def usual_hour_sds(kinds: pl.Series) -> pl.Series:
    """Standard deviations of meals' times about their usual hours in minutes, by their kinds."""
    values = {hour.kind: hour.sd_min for hour in USUAL_HOURS}
    return kinds.replace_strict(values, default=None, return_dtype=pl.Float64)


def _by_name(names: pl.Series, attribute: str) -> pl.Series:
    found = {name: usual_hour_of(name) for name in names.drop_nulls().unique().to_list()}
    values = {name: getattr(hour, attribute) for name, hour in found.items() if hour is not None}
    return names.replace_strict(values, default=None, return_dtype=pl.String)
