"""What ``--scenario`` stands for: a behaviour's days, or a scenario file."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from glucotwin.workflows.day_plan import AbstractDays, LivedDays


def life_named(
    scenario: str | None,
    *,
    days: int | None,
    local_start: datetime,
    zone: str,
    seed: int,
    self_care: bool = True,
) -> "LivedDays | None":
    """The days of the behaviour that ``--scenario`` names; None when it is a file.

    Raises:
        UsageError: it is neither, or a behaviour without a number of days.
    """
    from glucotwin.core.message import message
    from glucotwin.scenario.behaviour_profile import behaviour_profiles
    from glucotwin.workflows.day_plan import LivedDays

    profiles = behaviour_profiles()
    if scenario is None or Path(scenario).is_file():
        return None
    if scenario not in profiles:
        raise click.UsageError(
            f"{message('simulate-no-scenario', name=repr(scenario))} "
            f"{message('simulate-no-scenario-hint', known=', '.join(profiles))}"
        )
    if days is None:
        raise click.UsageError(f"{message('simulate-life-needs-days', name=scenario)} --days N")
    return LivedDays(profile=scenario, days=days, local_start=local_start, zone=zone, seed=seed, self_care=self_care)


def days_named(
    scenario: str, *, days: int | None, local_start: datetime, zone: str, seed: int, variant: str = ""
) -> "AbstractDays":
    """A behaviour's days, or those of one variant of a scenario file.

    Raises:
        UsageError: see ``life_named``.
        NotFoundError: the file has no such variant.
        DataError: the file is no scenario.
    """
    life = life_named(scenario, days=days, local_start=local_start, zone=zone, seed=seed)
    if life is not None:
        return life
    from glucotwin.workflows.day_plan import PlannedDays, chosen_variants

    return PlannedDays(scenario=chosen_variants(Path(scenario), variant)[0][1])
