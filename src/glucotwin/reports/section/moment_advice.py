"""Advice on a moment in words."""

from glucotwin.advise.moment_advice import LOW_MGDL
from glucotwin.advise.moment_option import MomentAdvice, MomentOption, Step
from glucotwin.advise.sick_day import SickDayRule
from glucotwin.core.message import message
from glucotwin.core.number import number, plain_number
from glucotwin.reports.number import Numbers


def step_sentence(step: Step) -> str:
    """What is done."""
    if step.is_nothing:
        return message("now-nothing")
    if step.carbs_g > 0.0:
        return message("now-carbs", grams=plain_number(step.carbs_g))
    if step.basal_factor != 1.0:
        return message("now-basal", percent=number(100.0 * step.basal_factor, 0), minutes=plain_number(step.basal_min))
    dose = message("now-dose", units=plain_number(step.dose_u))
    if step.lead_min:
        return message("now-dose-lead", dose=dose, minutes=plain_number(step.lead_min))
    if step.split is not None:
        share, over = number(100.0 * step.split[0], 0), plain_number(step.split[1])
        return message("now-dose-split", dose=dose, percent=share, minutes=over)
    return dose


def option_row(option: MomentOption, numbers: Numbers) -> tuple[str, ...]:
    """An option's row: step, lowest and highest median, shares of time, and whether it may be chosen."""
    return (
        step_sentence(option.step),
        numbers.glucose(float(option.median_mgdl.min())),
        numbers.glucose(float(option.median_mgdl.max())),
        number(option.in_range_pct, 0),
        number(option.below_70_pct, 1),
        number(option.above_180_pct, 0),
        message("now-may-not") if option.refusals else "",
    )


def option_header() -> tuple[str, ...]:
    """Titles of ``option_row``."""
    return ("", *(message(f"now-column-{one}") for one in ("lowest", "highest", "in-range", "low", "high")), "")


def situation_sentence(advice: MomentAdvice, numbers: Numbers) -> str:
    """What is known now."""
    now = advice.situation
    return message(
        "now-situation",
        glucose=numbers.glucose_with_unit(now.glucose_mgdl),
        age=number(now.age_min, 0),
        trend=numbers.trend(now.trend_mgdl_per_min),
        unit=str(numbers.unit),
        units=number(now.on_board_u, 1),
    )


def refusal_sentences(advice: MomentAdvice) -> list[str]:
    """Every reason against any option, once; one that holds for some of the refused options names them."""
    refused = [one for one in advice.options if one.refusals]
    named: dict[str, list[str]] = {}
    for option in refused:
        for sentence in dict.fromkeys(why.sentence() for why in option.refusals):
            named.setdefault(sentence, []).append(step_sentence(option.step))
    return [
        why if len(steps) == len(refused) else message("now-refused", steps=", ".join(steps), why=why)
        for why, steps in named.items()
    ]


def reason_sentence(advice: MomentAdvice, numbers: Numbers) -> str:
    """Why the chosen option comes first: what it keeps in range, beside doing nothing."""
    best, low = advice.chosen, numbers.threshold(LOW_MGDL)
    values = {
        "range": number(best.in_range_pct, 0),
        "below": number(best.below_70_pct, 1),
        "limit": f"{low} {numbers.unit}",
    }
    nothing = next((one for one in advice.options if one.step.is_nothing), None)
    if best.step.is_nothing or nothing is None:
        return message("now-reason-nothing", **values)
    return message(
        "now-reason",
        **values,
        rangenothing=number(nothing.in_range_pct, 0),
        belownothing=number(nothing.below_70_pct, 1),
    )


def rule_lines(rule: SickDayRule) -> list[str]:
    """What a sick-day rule says, and where it is from."""
    return [rule.sentence(), message("sick-day-source", source=rule.source, day=rule.dated.isoformat())]
