"""Advice on settings in words: what to move and why, what it would do, what else there is, and what is not said."""

from glucotwin.advise.enveloped import EnvelopedSettings
from glucotwin.advise.setting_plan import SettingAdvice, SettingChange, SettingPlan
from glucotwin.advise.setting_space import UNITS, Coordinate, SettingKind
from glucotwin.advise.what_if import Estimate, Outcome
from glucotwin.core.message import message
from glucotwin.core.number import number, plain_number
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.reports.number import Numbers
from glucotwin.reports.section.what_if import outcome_label

DIGITS = {SettingKind.BASAL: 2, SettingKind.CARB_RATIO: 1}
SHOWN = ("time_in_range_pct", "time_below_70_pct", "time_below_54_pct", "time_above_180_pct", "mean_glucose_mgdl")


def setting_name(coordinate: Coordinate) -> str:
    """What is set, with its part of the day."""
    name = message(f"setting-{coordinate.kind}")
    if (coordinate.from_minute, coordinate.to_minute) == (0, MINUTES_PER_DAY):
        return name
    return message("setting-at", name=name, start=clock(coordinate.from_minute), end=clock(coordinate.to_minute))


def clock(minute: int) -> str:
    """A minute of the day as a clock shows it."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def setting_value(coordinate: Coordinate, value: float) -> str:
    """A value with its unit."""
    return f"{plain_number(round(value, DIGITS.get(coordinate.kind, 0)))} {UNITS[coordinate.kind]}"


def change_rows(advice: SettingAdvice) -> list[tuple[str, str, str, str]]:
    """A row for each change: setting, before, after, and by how much."""
    return [
        (
            setting_name(one.coordinate),
            setting_value(one.coordinate, one.before),
            setting_value(one.coordinate, one.after),
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
    )


def outcome_rows(plan: SettingPlan, numbers: Numbers) -> list[tuple[str, str, str, str]]:
    """A row for each outcome: name, today, advised, and the difference with its interval; expected values."""
    found = {one.name: one for one in plan.outcomes}
    return [_row(found[name], numbers) for name in SHOWN]


def alternative_sentence(plan: SettingPlan, advice: SettingAdvice) -> str:
    """An alternative in one sentence."""
    found = {one.name: one.difference for one in plan.outcomes}
    moved = "; ".join(
        f"{setting_name(one)} {setting_value(one, after)}"
        for one, _, after in plan.moved(advice.today, advice.coordinates)
    )
    return message(
        "advise-alternative",
        name=message(f"advise-plan-{plan.name}"),
        in_range=number(_expected(found["time_in_range_pct"]), 1, signed=True),
        below=number(_expected(found["time_below_70_pct"]), 1, signed=True),
        moved=moved,
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


def habit_sentences(advice: SettingAdvice) -> list[str]:
    """What earlier boluses would do."""
    return [
        message(
            "advise-habit",
            minutes=plain_number(one.lead_min),
            in_range=number(_expected(found["time_in_range_pct"]), 1, signed=True),
            below=number(_expected(found["time_below_70_pct"]), 1, signed=True),
        )
        for one in advice.habits
        for found in [{outcome.name: outcome.difference for outcome in one.outcomes}]
    ]


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
