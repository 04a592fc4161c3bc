"""Advice on settings in words: what to move and why, what it would do, what else there is, and what is not said."""

from glucotwin.advise.enveloped import EnvelopedSettings
from glucotwin.advise.setting_plan import SettingAdvice, SettingChange, SettingPlan
from glucotwin.advise.setting_space import UNITS, Coordinate, SettingKind
from glucotwin.advise.what_if import Estimate, Outcome
from glucotwin.core.message import message
from glucotwin.core.number import number, plain_number
from glucotwin.core.unit import MINUTES_PER_DAY, glucose_in
from glucotwin.reports.number import Numbers
from glucotwin.reports.section.what_if import outcome_label

DIGITS = {SettingKind.BASAL: 2, SettingKind.CARB_RATIO: 1}
IN_GLUCOSE = {SettingKind.TARGET: "", SettingKind.CORRECTION_FACTOR: "/U"}
"""Settings in the reader's unit of glucose, and what it is per."""

LOW_MGDL, HIGH_MGDL = 70.0, 180.0
SHOWN = ("time_in_range_pct", "time_below_70_pct", "time_below_54_pct", "time_above_180_pct", "mean_glucose_mgdl")


def setting_name(coordinate: Coordinate) -> str:
    """What is set, with its part of the day."""
    if is_long_acting(coordinate):
        return message("setting-long-acting")
    name = message(f"setting-{coordinate.kind}")
    if _lasts_all_day(coordinate):
        return name
    return message("setting-at", name=name, start=clock(coordinate.from_minute), end=clock(coordinate.to_minute))


def is_long_acting(coordinate: Coordinate) -> bool:
    """Whether it is the daily dose of a pen: a pump's basal rate is told by parts of the day."""
    return coordinate.kind is SettingKind.BASAL and _lasts_all_day(coordinate)


def clock(minute: int) -> str:
    """A minute of the day as a clock shows it."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def setting_value(coordinate: Coordinate, value: float, numbers: Numbers) -> str:
    """A value with its unit."""
    kind = coordinate.kind
    if kind in IN_GLUCOSE:
        shown = round(float(glucose_in(value, numbers.unit)), numbers.glucose_digits)
        return f"{plain_number(shown)} {numbers.unit}{IN_GLUCOSE[kind]}"
    if is_long_acting(coordinate):
        return message("setting-long-acting-value", units=plain_number(round(24.0 * value, 1)))
    return f"{plain_number(round(value, DIGITS.get(kind, 0)))} {UNITS[kind]}"


def change_rows(advice: SettingAdvice, numbers: Numbers) -> list[tuple[str, str, str, str]]:
    """A row for each change: setting, before, after, and by how much."""
    return [
        (
            setting_name(one.coordinate),
            setting_value(one.coordinate, one.before, numbers),
            setting_value(one.coordinate, one.after, numbers),
            f"{number(100.0 * (one.after / one.before - 1.0), 0, signed=True)} %",
        )
        for one in advice.changes
    ]


def reason_sentence(change: SettingChange, numbers: Numbers) -> str:
    """Why a setting is moved: recorded glucose of its part of the day, and what the change would do alone."""
    alone = {one.name: one.difference for one in change.alone}
    basal = change.coordinate.kind is SettingKind.BASAL
    return message(
        "advise-why-basal" if basal else "advise-why-dose",
        setting=setting_name(change.coordinate),
        median=numbers.glucose_with_unit(change.was_median_mgdl),
        low=number(change.was_low_pct, 1),
        high=number(change.was_high_pct, 1),
        in_range=number(_expected(alone["time_in_range_pct"]), 1, signed=True),
        below=number(_expected(alone["time_below_70_pct"]), 1, signed=True),
        count=change.occasions,
        floor=numbers.threshold(LOW_MGDL),
        ceiling=numbers.threshold(HIGH_MGDL),
        unit=str(numbers.unit),
    )


def outcome_rows(plan: SettingPlan, numbers: Numbers) -> list[tuple[str, str, str, str]]:
    """A row for each outcome: name, today, advised, and the difference with its interval; expected values."""
    found = {one.name: one for one in plan.outcomes}
    return [_row(found[name], numbers) for name in SHOWN]


def alternative_sentence(plan: SettingPlan, advice: SettingAdvice, numbers: Numbers) -> str:
    """An alternative in one sentence."""
    found = {one.name: one.difference for one in plan.outcomes}
    moved = "; ".join(
        f"{setting_name(one)} {setting_value(one, after, numbers)}"
        for one, _, after in plan.moved(advice.today, advice.coordinates)
    )
    return message(
        "advise-alternative",
        name=message(f"advise-plan-{plan.name}"),
        in_range=number(_expected(found["time_in_range_pct"]), 1, signed=True),
        below=number(_expected(found["time_below_70_pct"]), 1, signed=True),
        moved=moved,
        floor=numbers.threshold(LOW_MGDL),
    )


def withheld_sentences(held: EnvelopedSettings) -> list[str]:
    """Why nothing is advised, and on what nothing is said."""
    advice = held.advice
    why = [message(f"doubt-{one}", days=plain_number(round(advice.days, 1))) for one in advice.withheld]
    refused = [one.sentence() for one in held.refusals]
    thin = [
        message("advise-thin", setting=setting_name(one), why=message(f"doubt-{doubt}", days=""))
        for one, doubt in advice.thin
    ]
    return [*why, *refused, *thin]


def titration_sentences(held: EnvelopedSettings, numbers: Numbers) -> list[str]:
    """What the guideline's table says of long-acting insulin; nothing for a pump."""
    told = held.titration
    if told is None:
        return []
    change = told.rule.change_fraction
    direction = "keep" if change == 0.0 else "more" if change > 0.0 else "less"
    return [
        message(
            "advise-titration",
            glucose=numbers.glucose_with_unit(told.decides_mgdl),
            mornings=told.mornings,
            change=message(f"advise-titration-{direction}", percent=number(100.0 * abs(change), 0)),
            source=told.rule.source,
        )
    ]


def habit_sentences(advice: SettingAdvice, numbers: Numbers) -> list[str]:
    """What earlier boluses would do."""
    return [
        message(
            "advise-habit",
            minutes=plain_number(one.lead_min),
            in_range=number(_expected(found["time_in_range_pct"]), 1, signed=True),
            below=number(_expected(found["time_below_70_pct"]), 1, signed=True),
            floor=numbers.threshold(LOW_MGDL),
        )
        for one in advice.habits
        for found in [{outcome.name: outcome.difference for outcome in one.outcomes}]
    ]


def _lasts_all_day(coordinate: Coordinate) -> bool:
    return (coordinate.from_minute, coordinate.to_minute) == (0, MINUTES_PER_DAY)


def _row(outcome: Outcome, numbers: Numbers) -> tuple[str, str, str, str]:
    def said(value: float, *, signed: bool = False) -> str:
        return numbers.of(value, outcome.unit, signed=signed)

    apart = outcome.difference
    interval = message("report-interval", low=said(apart.low, signed=True), high=said(apart.high, signed=True))
    return (
        f"{outcome_label(outcome.name, numbers)}, {numbers.unit_of(outcome.unit)}",
        said(_expected(outcome.baseline)),
        said(_expected(outcome.changed)),
        f"{said(_expected(apart), signed=True)} {interval}",
    )


def _expected(estimate: Estimate) -> float:
    return estimate.median if estimate.expected is None else estimate.expected
