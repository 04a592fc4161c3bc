"""A closed-loop run as rows of text."""

from glucotwin.core.message import message
from glucotwin.core.unit import GlucoseUnit, glucose_in, threshold_in
from glucotwin.metrics.tally import THRESHOLDS_MGDL
from glucotwin.workflows.loop.arm import ArmResult
from glucotwin.workflows.loop.run import people_of_arm

COLUMNS = (
    "mean_mgdl",
    "cv_pct",
    "time_in_range_pct",
    "time_below_70_pct",
    "time_below_54_pct",
    "time_above_180_pct",
    "time_above_250_pct",
)
GIVEN = ("basal_u", "bolus_u", "long_acting_u", "rescue_carbs_g")


def people_rows(result: ArmResult, unit: GlucoseUnit) -> list[tuple[str, ...]]:
    """One row per person, the first one naming the columns; what nobody was given has no column."""
    people = people_of_arm(result)
    given = [f"{name}_per_day" for name in GIVEN if float(people[f"{name}_per_day"].sum()) > 0.0]
    header = (message("loop-column-subject"), *(column_name(name, unit) for name in (*COLUMNS, *given)))
    rows = [
        (str(one["name"]), *(cell(name, one[name], unit) for name in (*COLUMNS, *given))) for one in people.to_dicts()
    ]
    return [header, *rows]


def column_name(name: str, unit: GlucoseUnit) -> str:
    """What stands above a column."""
    shown = {key: f"{threshold_in(value, unit):g}" for key, value in THRESHOLDS_MGDL.items()}
    kind = "loop" if name.endswith("_per_day") else "cohort-run"
    return message(f"{kind}-column-{name.replace('_', '-')}", unit=str(unit), **shown)


def cell(name: str, value: float, unit: GlucoseUnit) -> str:
    """A number as it is shown."""
    if name == "mean_mgdl":
        return f"{glucose_in(value, unit):.{unit.decimals}f}"
    return f"{value:.1f}"
