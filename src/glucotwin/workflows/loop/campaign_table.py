"""A campaign as rows of text."""

from glucotwin.core.message import message
from glucotwin.core.unit import GlucoseUnit
from glucotwin.workflows.loop.campaign import COMPARED, Campaign
from glucotwin.workflows.loop.table import cell, column_name

SHOWN = (*COMPARED, "insulin_u_per_day", "rescue_carbs_g_per_day")


def arm_rows(campaign: Campaign, unit: GlucoseUnit) -> list[tuple[str, ...]]:
    """One row per arm, the first one naming the columns; the last tells the share of people in zones A and B."""
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
        for one in campaign.arms().to_dicts()
    ]
    return [header, *rows]


def difference_rows(campaign: Campaign, unit: GlucoseUnit) -> list[tuple[str, ...]]:
    """One row per arm but the first: mean difference and its interval, by column."""
    header = (message("campaign-column-arm"), *(column_name(name, unit) for name in COMPARED))
    rows = {arm.label: [arm.label] for arm in campaign.file.arms[1:]}
    for one in campaign.differences().to_dicts():
        interval = "" if one["low"] is None else f" ({one['low']:+.1f} to {one['high']:+.1f})"
        rows[one["arm"]].append(f"{one['mean']:+.1f}{interval}")
    return [header, *(tuple(row) for row in rows.values())]


def worst_rows(campaign: Campaign) -> list[tuple[str, ...]]:
    """The courses with the least time in range."""
    names = ("arm", "subject", "seed", "in-range")
    header = tuple(message(f"campaign-column-{name}") for name in names)
    return [
        header,
        *((one.arm, one.subject, str(one.seed), f"{one.time_in_range_pct:.1f}") for one in campaign.worst),
    ]
