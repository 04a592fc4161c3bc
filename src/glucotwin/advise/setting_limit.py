"""The rules by which settings are advised: how far, how surely, and how much must be known."""

import csv
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources

from glucotwin.core.error import DataError, ErrorCode


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingLimits:
    """Rules of one advice; defaults are those of ``data/setting_rules.csv``, which gives the source of each.

    Attributes:
        largest_step_fraction: how far a setting may move from today's.
        step_fraction: the smaller of the two steps that are tried.
        largest_target_step_mgdl, target_step_mgdl: the same for the target.
        lowest_target_mgdl, highest_target_mgdl: between which a target is advised.
        below_70_pct: time below 70 mg/dL that a plan may lead to, or today's where that is more.
        below_54_pct: likewise below 54 mg/dL, expected over draws and days.
        chance: share of draws in which the limit on time below 70 mg/dL must be kept.
        low_weight: what a percent of time below 70 mg/dL costs, beyond not being in range.
        least_gain_pct: smallest gain that is worth a change.
        least_certainty: share of draws in which the person must fare better.
        step_cost_pct: what each step of a setting costs.
        least_days, usual_days: days that are needed, and that are looked at.
        least_wear_fraction: share of readings that is needed.
        least_meals, least_corrections: doses in a part of the day that are needed to advise on what they go by.
        widest_posterior: widest posterior, in widths of the prior.
        count_log_sd, strength_log_sd: errors of counting and of insulin's strength beyond those of the days as lived.
        basal_step_u_per_h, carb_ratio_step_g_per_u, correction_factor_step_mgdl_per_u, duration_step_min: what a
            setting is rounded to.

    Raises:
        DataError: a rule is negative or a share above 1.
    """

    largest_step_fraction: float
    step_fraction: float
    largest_target_step_mgdl: float
    target_step_mgdl: float
    lowest_target_mgdl: float
    highest_target_mgdl: float
    below_70_pct: float
    below_54_pct: float
    chance: float
    low_weight: float
    least_gain_pct: float
    least_certainty: float
    step_cost_pct: float
    least_days: float
    usual_days: float
    least_wear_fraction: float
    least_meals: float
    least_corrections: float
    widest_posterior: float
    count_log_sd: float
    strength_log_sd: float
    basal_step_u_per_h: float
    carb_ratio_step_g_per_u: float
    correction_factor_step_mgdl_per_u: float
    duration_step_min: float

    def __post_init__(self) -> None:
        """Check the rules."""
        shares = ("largest_step_fraction", "step_fraction", "chance", "least_wear_fraction", "least_certainty")
        for one in fields(self):
            value = getattr(self, one.name)
            if not 0.0 <= value <= (1.0 if one.name in shares else float("inf")):
                raise DataError(ErrorCode.INVALID_VALUE, f"The rule {one.name} is {value}.", hint="See SettingLimits.")


@cache
def setting_limits() -> SettingLimits:
    """The rules of ``data/setting_rules.csv``."""
    text = (resources.files("glucotwin.advise") / "data" / "setting_rules.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return SettingLimits(**{row["name"]: float(row["value"]) for row in rows})
