"""A campaign as rows of text."""

from collections.abc import Mapping

import polars as pl

from glucotwin.core.message import message
from glucotwin.core.unit import GlucoseUnit, glucose_in
from glucotwin.workflows.loop.campaign import COMPARED, Campaign
from glucotwin.workflows.loop.table import cell, column_name

SHOWN = (*COMPARED, "insulin_u_per_day", "rescue_carbs_g_per_day")
WORST_COLUMNS = ("arm", "hazard", "subject", "seed", "in-range")


def arm_rows(campaign: Campaign, unit: GlucoseUnit, hazard: str) -> list[tuple[str, ...]]:
    """One row per arm under a hazard, the first one naming the columns; the last tells who is in zones A and B."""
    header = (
        message("campaign-column-arm"),
        *(column_name(name, unit) for name in SHOWN),
        message("campaign-column-zones"),
    )
    rows = [
        (
            str(one["arm"]),
            *(cell(name, one[name], unit) for name in SHOWN),
            f"{one['zone_a_pct'] + one['zone_b_pct']:.0f}",
        )
        for one in campaign.arms().filter(hazard=hazard).to_dicts()
    ]
    return [header, *rows]


def difference_rows(campaign: Campaign, unit: GlucoseUnit, hazard: str) -> list[tuple[str, ...]]:
    """One row per arm but the first under a hazard: mean difference and its interval, by column."""
    return _change_rows(campaign.differences().filter(hazard=hazard), "arm", unit)


def hazard_rows(campaign: Campaign, unit: GlucoseUnit, arm: str) -> list[tuple[str, ...]]:
    """One row per hazard but the first: what it changes for an arm, and its interval, by column."""
    return _change_rows(campaign.hazard_differences().filter(arm=arm), "hazard", unit)


def worst_rows(campaign: Campaign) -> list[tuple[str, ...]]:
    """The courses with the least time in range."""
    header = tuple(message(f"campaign-column-{name}") for name in WORST_COLUMNS)
    names = ("arm", "hazard", "name", "seed")
    return [
        header,
        *(
            (*(str(one[name]) for name in names), f"{one['time_in_range_pct']:.1f}")
            for one in campaign.worst().select(*names, "time_in_range_pct").to_dicts()
        ),
    ]


def _change_rows(changes: pl.DataFrame, label: str, unit: GlucoseUnit) -> list[tuple[str, ...]]:
    header = (message(f"campaign-column-{label}"), *(column_name(name, unit) for name in COMPARED))
    rows: dict[str, list[str]] = {}
    for one in changes.to_dicts():
        rows.setdefault(one[label], [one[label]]).append(change_text(one, unit))
    return [header, *(tuple(row) for row in rows.values())]


def change_text(change: Mapping[str, object], unit: GlucoseUnit) -> str:
    """A difference with its interval, as ``+1.2 (+0.4 to +2.0)``; alone when one person has none."""
    values = [change[name] for name in ("mean", "low", "high")]
    is_glucose = change["metric"] == "mean_mgdl"
    shown = [
        f"{float(glucose_in(value, unit)) if is_glucose else value:+.1f}"
        for value in values
        if isinstance(value, float)
    ]
    return shown[0] if len(shown) == 1 else message("campaign-change", mean=shown[0], low=shown[1], high=shown[2])
