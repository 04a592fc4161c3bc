"""From a scenario to a timeline and per-minute inputs, for a subject with given dosing."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.activity import Activity, ActivityType
from glucotwin.domain.condition import AlcoholIntake, Condition
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.insulin import Bolus, DosePurpose, PenDose
from glucotwin.domain.meal import Absorption, Meal
from glucotwin.domain.observation import DeviceEvent, DeviceEventKind, MedicationDose
from glucotwin.domain.person import Person
from glucotwin.domain.rasterise import inputs_from_timeline
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.scenario.definition import Plan
from glucotwin.scenario.dosing import Dosing
from glucotwin.scenario.local_calendar import LocalCalendar
from glucotwin.scenario.part import AUTO, BolusPart, InjectionPart
from glucotwin.scenario.pump import basal_segments, delivered_fraction

PUMP_STREAMS = ("basal", "bolus")


def scenario_window(scenario: Plan) -> Window:
    """The scenario's time: whole local days from its start, so 23 or 25 hours when clocks change."""
    return scenario.calendar().window


def timeline_from_scenario(scenario: Plan, dosing: Dosing) -> Timeline:
    """The scenario as a virtual person's timeline: what was eaten, done, and told to a pump.

    Args:
        scenario: what happens.
        dosing: what ``auto`` stands for.

    Raises:
        DataError: a bolus needs a carb ratio that the subject does not have, or a dose is impossible.
    """
    calendar = scenario.calendar()
    records: list[Record] = [
        *_food(scenario, calendar),
        *_insulin(scenario, dosing, calendar),
        *basal_segments(scenario, dosing, calendar),
        *_activities(scenario, calendar),
        *_conditions(scenario, calendar),
        *_medications(scenario, calendar),
        *_set_changes(scenario, calendar),
    ]
    return Timeline.from_records(Person(person_id=dosing.subject, zone=scenario.zone), records)


def inputs_from_scenario(scenario: Plan, dosing: Dosing) -> Inputs:
    """The scenario as per-minute inputs: what reaches the body, on the local clock of where it is.

    Args:
        scenario: what happens.
        dosing: what ``auto`` stands for.

    Raises:
        DataError: see ``timeline_from_scenario``.
    """
    calendar = scenario.calendar()
    timeline = timeline_from_scenario(scenario, dosing)
    inputs = inputs_from_timeline(timeline, calendar.window).inputs
    if scenario.interruptions:
        insulin = _interrupted(inputs, timeline, calendar, delivered_fraction(scenario, calendar))
        inputs = replace(inputs, insulin_u_per_min=insulin)
    return replace(
        inputs, minute_of_day=calendar.minute_of_day(), parameter_factor=_parameter_factors(scenario, calendar)
    )


def _interrupted(
    inputs: Inputs, timeline: Timeline, calendar: LocalCalendar, fraction: np.ndarray
) -> dict[str, np.ndarray]:
    """The insulin without what the pump was told to deliver and did not; pens are untouched."""
    streams = {name: frame for name, frame in timeline.streams.items() if name in PUMP_STREAMS}
    pump = inputs_from_timeline(replace(timeline, streams=streams), calendar.window).inputs
    return {
        product: np.maximum(np.asarray(rate) - (1.0 - fraction) * np.asarray(pump.dose_u_per_min(product)), 0.0)
        for product, rate in inputs.insulin_u_per_min.items()
    }


def _parameter_factors(scenario: Plan, calendar: LocalCalendar) -> dict[str, np.ndarray]:
    """Factors by full parameter name; those of one parameter at one time multiply."""
    factors: dict[str, np.ndarray] = {}
    for part in scenario.parameters:
        start, end = calendar.first_time(part.from_day, part.time), calendar.window.end
        if part.duration_h is not None:
            end = min(end, start + dt.timedelta(hours=part.duration_h))
        touched, share = calendar.share_of_minutes(start, end)
        factor = factors.setdefault(part.name, np.ones(calendar.minutes))
        factor[touched] *= 1.0 + share * (part.factor - 1.0)
    return factors


def _food(scenario: Plan, calendar: LocalCalendar) -> Iterator[Meal | AlcoholIntake]:
    for time, part in calendar.occurrences(scenario.meals):
        yield Meal(
            time=time,
            carbs_g=part.carbs_g,
            protein_g=part.protein_g,
            fat_g=part.fat_g,
            fibre_g=part.fibre_g,
            duration_min=part.duration_min,
            absorption=Absorption.FAST if part.liquid else Absorption.UNKNOWN,
        )
    for time, part in calendar.occurrences(scenario.alcohol):
        yield AlcoholIntake(time=time, alcohol_g=part.alcohol_g, duration_min=part.duration_min)


def _insulin(scenario: Plan, dosing: Dosing, calendar: LocalCalendar) -> Iterator[Bolus | PenDose]:
    for time, part in calendar.occurrences(scenario.boluses):
        yield Bolus(
            time=time,
            insulin_u=_bolus_u(part, dosing),
            extended_u=part.extended_u,
            extended_min=part.extended_min,
            product=part.product,
        )
    for time, part in calendar.occurrences(scenario.injections):
        purpose = DosePurpose.BASAL if part.u == AUTO else DosePurpose.UNKNOWN
        yield PenDose(time=time, insulin_u=_injected_u(part, dosing), product=part.product, purpose=purpose)


def _activities(scenario: Plan, calendar: LocalCalendar) -> Iterator[Activity]:
    for time, part in calendar.occurrences(scenario.activities):
        yield Activity(
            time=time,
            activity_type=ActivityType.UNKNOWN if part.kind is None else ActivityType(part.kind),
            duration_min=part.duration_min,
            intensity_fraction=part.intensity_fraction,
            heart_rate_bpm=part.heart_rate_bpm,
            steps=part.steps,
        )


def _conditions(scenario: Plan, calendar: LocalCalendar) -> Iterator[Condition]:
    for time, part in calendar.occurrences(scenario.conditions):
        yield Condition(time=time, kind=part.kind, duration_min=60.0 * part.duration_h, severity_fraction=part.severity)


def _medications(scenario: Plan, calendar: LocalCalendar) -> Iterator[MedicationDose]:
    for time, part in calendar.occurrences(scenario.medications):
        yield MedicationDose(time=time, medication=part.name, dose_mg=part.dose_mg, route=part.route)


def _set_changes(scenario: Plan, calendar: LocalCalendar) -> Iterator[DeviceEvent]:
    for time, _ in calendar.occurrences(scenario.set_changes):
        yield DeviceEvent(time=time, kind=DeviceEventKind.SITE_CHANGE)


def _injected_u(part: InjectionPart, dosing: Dosing) -> float:
    return part.share * dosing.daily_basal_u if part.u == AUTO else float(part.u)


def _bolus_u(part: BolusPart, dosing: Dosing) -> float:
    if part.carbs_g is None:
        return part.u or 0.0
    ratio = dosing.carb_ratio_g_per_u if part.carb_ratio == AUTO else part.carb_ratio
    if not isinstance(ratio, float):
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"The subject {dosing.subject} has no carb ratio of its own, which the bolus at {part.time:%H:%M} needs.",
            hint="Give carb_ratio a number, or the bolus in u.",
        )
    return part.carbs_g / ratio
