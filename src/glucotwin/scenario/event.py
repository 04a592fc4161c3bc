"""From a scenario to a timeline and per-minute inputs, for a subject with given dosing."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.activity import Activity
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import Person
from glucotwin.domain.rasterise import inputs_from_timeline
from glucotwin.domain.record import Record
from glucotwin.domain.therapy import DailySchedule, TherapySettings
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.scenario.definition import AUTO, BolusPart, Repeated, Scenario

AnyPart = TypeVar("AnyPart", bound=Repeated)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dosing:
    """What ``auto`` stands for.

    Attributes:
        subject: name, for messages.
        basal_u_per_min: basal rate.
        carb_ratio_g_per_u: None when the subject has none.
    """

    subject: str
    basal_u_per_min: float
    carb_ratio_g_per_u: float | None = None


def scenario_window(scenario: Scenario) -> Window:
    """The scenario's time: whole local days from its start, so 23 or 25 hours when clocks change."""
    return Window(start=_local(scenario, 0), end=_local(scenario, scenario.days))


def timeline_from_scenario(scenario: Scenario, dosing: Dosing) -> Timeline:
    """The scenario as a virtual person's timeline.

    Args:
        scenario: what happens.
        dosing: what ``auto`` stands for.

    Raises:
        DataError: the zone does not exist, or a bolus needs a carb ratio that the subject does not have.
    """
    person = Person(person_id=dosing.subject, zone=scenario.zone)
    window = scenario_window(scenario)
    records: list[Record] = [
        *_meals(scenario),
        *(_bolus(time, part, dosing) for time, part in _occurrences(scenario, scenario.boluses)),
        *_activities(scenario),
    ]
    if isinstance(scenario.basal, tuple):
        starts, rates = zip(*((step.start, step.u_per_h) for step in scenario.basal), strict=True)
        profile = TherapySettings(valid_from=window.start, basal_u_per_h=DailySchedule(starts=starts, values=rates))
        return Timeline.from_records(person, records, [profile])
    rate_u_per_h = dosing.basal_u_per_min * 60.0 if scenario.basal == AUTO else float(scenario.basal)
    records.append(BasalSegment(time=window.start, duration_min=window.duration_min, rate_u_per_h=rate_u_per_h))
    return Timeline.from_records(person, records)


def inputs_from_scenario(scenario: Scenario, dosing: Dosing) -> Inputs:
    """The scenario as per-minute inputs; see ``timeline_from_scenario``."""
    return inputs_from_timeline(timeline_from_scenario(scenario, dosing), scenario_window(scenario)).inputs


def _local(scenario: Scenario, days: int, clock: dt.time | None = None) -> dt.datetime:
    """A local time so many days after the start: at its clock time, or at a given one."""
    try:
        zone = ZoneInfo(scenario.zone)
    except (KeyError, ValueError) as error:
        raise DataError(
            ErrorCode.UNKNOWN_NAME, f"There is no time zone {scenario.zone!r}.", hint="Use an IANA name: Europe/Berlin."
        ) from error
    day = scenario.start.date() + dt.timedelta(days=days)
    return dt.datetime.combine(day, scenario.start.time() if clock is None else clock, zone)


def _occurrences(scenario: Scenario, parts: tuple[AnyPart, ...]) -> Iterator[tuple[dt.datetime, AnyPart]]:
    """When each part happens, in the scenario's time."""
    window = scenario_window(scenario)
    for part in parts:
        # A start later than midnight leaves a piece of one more local day.
        for day in range(scenario.days + 1):
            time = _local(scenario, day, part.time).astimezone(dt.UTC)
            if part.happens_on(day + 1) and window.start <= time < window.end:
                yield time, part


def _meals(scenario: Scenario) -> Iterator[Meal]:
    for time, part in _occurrences(scenario, scenario.meals):
        yield Meal(
            time=time,
            carbs_g=part.carbs_g,
            protein_g=part.protein_g,
            fat_g=part.fat_g,
            fibre_g=part.fibre_g,
            duration_min=part.duration_min,
        )


def _activities(scenario: Scenario) -> Iterator[Activity]:
    for time, part in _occurrences(scenario, scenario.activities):
        yield Activity(
            time=time,
            duration_min=part.duration_min,
            intensity_fraction=part.intensity_fraction,
            heart_rate_bpm=part.heart_rate_bpm,
        )


def _bolus(time: dt.datetime, part: BolusPart, dosing: Dosing) -> Bolus:
    return Bolus(time=time, insulin_u=_units(part, dosing), extended_u=part.extended_u, extended_min=part.extended_min)


def _units(part: BolusPart, dosing: Dosing) -> float:
    if part.carbs_g is None:
        return part.u or 0.0
    ratio = dosing.carb_ratio_g_per_u if part.carb_ratio == AUTO else part.carb_ratio
    if not isinstance(ratio, float):
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"The subject {dosing.subject} has no carb ratio of its own.",
            hint="Give carb_ratio a number, or the bolus in u.",
        )
    return part.carbs_g / ratio
