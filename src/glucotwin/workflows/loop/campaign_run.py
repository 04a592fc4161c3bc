"""Use case: compare dosing algorithms on the same virtual people, days, hazards and chance."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from glucotwin.control.registry import find_any_controller
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.profile import RESEARCHER, Authority, Capability
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.domain.inputs import minute_utc_from
from glucotwin.metrics.control_grid import extremes_mgdl, grid_zones
from glucotwin.physiology.cohort_file import load_cohort
from glucotwin.physiology.subject import Subject
from glucotwin.workflows.day_plan import AbstractDays
from glucotwin.workflows.loop.arm import Arm, ArmResult, run_arm
from glucotwin.workflows.loop.campaign import GLUCOSE, Campaign
from glucotwin.workflows.loop.campaign_fault import CampaignFaults, sensor_named
from glucotwin.workflows.loop.campaign_file import ArmPart, CampaignFile, HazardPart
from glucotwin.workflows.loop.campaign_folder import CampaignFolder
from glucotwin.workflows.loop.run import people_of_arm
from glucotwin.workflows.own_fault import devices_with_faults
from glucotwin.workflows.simulate import subjects_named

CHUNK_PEOPLE = 64
"""People simulated at once and kept in one part; their results do not depend on it, memory does."""

DaysOf = Callable[[str, str, int], AbstractDays]
"""The days that a scenario and one of its variants stand for, by the seed of behaviour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Some of the people of an arm under a hazard."""

    number: int
    hazard: HazardPart
    arm: ArmPart
    seed: int
    people: tuple[Subject, ...]


def people_of_campaign(file: CampaignFile, cohort: Path | None) -> tuple[str, tuple[Subject, ...]]:
    """The body and its people: the first of a cohort file's, or subjects by name.

    Args:
        file: the campaign.
        cohort: where its cohort file is; None without.

    Raises:
        NotFoundError: there is no such body, subject or file.
        DataError: the file is no cohort, or there are fewer people than were asked for.
    """
    if cohort is not None:
        loaded = load_cohort(cohort)
        body, everyone = loaded.body, loaded.subjects
    else:
        body, everyone = file.body, subjects_named(file.body, file.subjects)
    if file.people is not None and file.people > len(everyone):
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"The campaign asks for {file.people} people, and there are {len(everyone)}.",
            hint="Ask for fewer, or make a larger cohort with `glucotwin cohort create`.",
        )
    return body, everyone[: file.people]


def run_campaign(
    file: CampaignFile,
    days_of: DaysOf,
    *,
    cohort: Path | None = None,
    folder: Path | None = None,
    authority: Authority = RESEARCHER,
    progress: ProgressCallback = silent,
) -> Campaign:
    """Runs every arm with every hazard and seed.

    Args:
        file: what to run.
        days_of: the days that a scenario stands for.
        cohort: where the file's cohort is; None when its people are subjects of the body.
        folder: where finished parts are kept, so that a killed run goes on from there; None for nowhere.
        authority: on whose behalf.
        progress: told after every part.

    Raises:
        NotFoundError: there is no such algorithm, device, body, subject or cohort.
        NotAllowedError: the authority may not simulate.
        DataError: there are fewer people than were asked for.
        ConflictError: the folder holds another campaign.
        ModelError: the body does not take what the days or an algorithm need.
    """
    authority.require(Capability.SIMULATE_VIRTUAL)
    body, everyone = people_of_campaign(file, cohort)
    drawn = CampaignFaults(
        file, [one.name for one in everyone], lambda hazard, seed: _days(file, hazard, seed, days_of)
    )
    parts, tables = _parts(file, everyone), list[pl.DataFrame]()
    for part in parts:
        _arm(file, part, drawn, start_minute=0)  # what is named has to be there before anything runs
    kept = CampaignFolder(folder, file, everyone, _all_days(file, days_of))
    for part in parts:
        progress(message("campaign-progress", arm=part.arm.label, hazard=part.hazard.name), part.number / len(parts))
        table = kept.read(part.number)
        if table is None:
            table = kept.write(part.number, _run_part(file, part, days_of, body, drawn))
        tables.append(table)
    start = _days(file, file.hazards[0], file.seeds[0], days_of).start
    return Campaign(file=file, courses=pl.concat(tables), start_minute_of_day=60 * start.hour + start.minute)


def _parts(file: CampaignFile, everyone: tuple[Subject, ...]) -> list[_Part]:
    chunks = [everyone[at : at + CHUNK_PEOPLE] for at in range(0, len(everyone), CHUNK_PEOPLE)]
    made = [
        (hazard, arm, seed, chunk)
        for hazard in file.hazards
        for arm in file.arms
        for seed in file.seeds
        for chunk in chunks
    ]
    return [
        _Part(number=number, hazard=hazard, arm=arm, seed=seed, people=chunk)
        for number, (hazard, arm, seed, chunk) in enumerate(made)
    ]


def _run_part(file: CampaignFile, part: _Part, days_of: DaysOf, body: str, drawn: CampaignFaults) -> pl.DataFrame:
    days = _days(file, part.hazard, part.seed, days_of)
    arm = _arm(file, part, drawn, start_minute=minute_utc_from(days.start))
    result = run_arm(arm, days.who(body, part.people), days, body=body, seed=part.seed)
    return _courses(result, part)


def _days(file: CampaignFile, hazard: HazardPart, seed: int, days_of: DaysOf) -> AbstractDays:
    own = bool(hazard.scenario or hazard.variant)
    return days_of(hazard.scenario or file.scenario, hazard.variant if own else file.variant, seed)


def _all_days(file: CampaignFile, days_of: DaysOf) -> list[dict[str, object]]:
    return [_days(file, hazard, seed, days_of).settings() for hazard in file.hazards for seed in file.seeds]


def _arm(file: CampaignFile, part: _Part, drawn: CampaignFaults, *, start_minute: int) -> Arm:
    """The arm under a hazard; schedules of faults have the same length in all parts, which so share a program."""
    arm, hazard = part.arm, part.hazard
    sensor, pump, own = devices_with_faults(
        sensor_named(file, arm, hazard),
        hazard.pump or arm.pump or file.pump,
        drawn.of(arm, hazard, part.seed, [one.name for one in part.people]),
        start_minute=start_minute,
        least_rows=drawn.least_rows,
    )
    return Arm(
        name=arm.label,
        controller=find_any_controller(arm.algorithm),
        sensor=sensor,
        pump=pump,
        automatic=arm.automatic,
        settings=hazard.settings.factors,
        own_faults=own,
    )


def _courses(result: ArmResult, part: _Part) -> pl.DataFrame:
    low, high = extremes_mgdl(result.glucose_mgdl)
    added = {"hazard": part.hazard.name, "arm": result.arm.name, "seed": part.seed}
    return people_of_arm(result).select(
        *(pl.lit(value).alias(name) for name, value in added.items()),
        pl.all(),
        pl.Series("lowest_mgdl", low),
        pl.Series("highest_mgdl", high),
        pl.Series("zone", grid_zones(low, high)),
        pl.Series(GLUCOSE, result.glucose_mgdl.astype("float32").tolist(), dtype=pl.List(pl.Float32)),
    )
