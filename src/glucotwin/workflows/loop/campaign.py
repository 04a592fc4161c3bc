"""Use case: compare dosing algorithms on the same virtual people, days and chance."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from scipy import stats

from glucotwin.control.registry import find_any_controller
from glucotwin.core.message import message
from glucotwin.core.profile import RESEARCHER, Authority, Capability
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.devices.registry import find_pump, find_sensor
from glucotwin.metrics.control_grid import ZONES, extremes_mgdl, grid_zones
from glucotwin.workflows.day_plan import AbstractDays
from glucotwin.workflows.loop.arm import Arm, ArmResult, run_arm
from glucotwin.workflows.loop.campaign_file import CampaignFile
from glucotwin.workflows.loop.run import people_of_arm
from glucotwin.workflows.simulate import subjects_named

COMPARED = (
    "mean_mgdl",
    "cv_pct",
    "time_in_range_pct",
    "time_below_70_pct",
    "time_below_54_pct",
    "time_above_180_pct",
    "time_above_250_pct",
)
CONFIDENCE = 0.95
WORST_PEOPLE = 3

DaysOfSeed = Callable[[int], AbstractDays]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstCase:
    """A person whose glucose an algorithm kept worst.

    Attributes:
        arm, seed, subject: which course.
        time_in_range_pct: over it.
        glucose_mgdl: at every decision and at the end.
    """

    arm: str
    seed: int
    subject: str
    time_in_range_pct: float
    glucose_mgdl: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A finished campaign.

    Attributes:
        file: what was asked.
        people: one row per arm, seed and person: glucose, what was given per day, and the zone in the
            control-variability grid with its two coordinates.
        worst: the courses with the least time in range of every arm, worst first.
    """

    file: CampaignFile
    people: pl.DataFrame
    worst: tuple[WorstCase, ...]

    def arms(self) -> pl.DataFrame:
        """One row per arm: means over people and seeds, and the share of people in each zone."""
        means = self.people.group_by("arm", maintain_order=True).agg(
            *(pl.col(name).mean() for name in (*COMPARED, "rescue_carbs_g_per_day")),
            *(((pl.col("zone") == zone).mean() * 100.0).alias(f"zone_{zone.lower()}_pct") for zone in ZONES),
        )
        insulin = pl.col("basal_u_per_day") + pl.col("bolus_u_per_day") + pl.col("long_acting_u_per_day")
        given = self.people.group_by("arm", maintain_order=True).agg(insulin.mean().alias("insulin_u_per_day"))
        return means.join(given, on="arm", maintain_order="left")

    def differences(self) -> pl.DataFrame:
        """Every other arm less the first, paired by person: mean over people, and its 95 % interval (Student's t).

        A person's seeds are averaged first. With one person there is no interval (null).
        """
        first = self.file.arms[0].label
        own = self.people.group_by("arm", "name", maintain_order=True).agg(*(pl.col(one).mean() for one in COMPARED))
        reference = own.filter(pl.col("arm") == first)
        rows: list[dict[str, object]] = []
        for arm in self.file.arms[1:]:
            other = own.filter(pl.col("arm") == arm.label).join(reference, on="name", suffix="_first")
            for name in COMPARED:
                change = (other[name] - other[f"{name}_first"]).to_numpy()
                rows.append({"arm": arm.label, "metric": name, **_mean_and_interval(change)})
        schema = {"arm": pl.String(), "metric": pl.String(), **dict.fromkeys(("mean", "low", "high"), pl.Float64())}
        return pl.DataFrame(rows, schema=schema)

    def to_json(self) -> dict[str, object]:
        """The campaign's summary as JSON values."""
        return {
            "campaign": self.file.model_dump(mode="json"),
            "people": self.people["name"].n_unique(),
            "arms": self.arms().to_dicts(),
            "reference": self.file.arms[0].label,
            "differences": self.differences().to_dicts(),
            "worst": [
                {
                    "arm": one.arm,
                    "seed": one.seed,
                    "subject": one.subject,
                    "time_in_range_pct": one.time_in_range_pct,
                    "glucose_mgdl": one.glucose_mgdl.round(1).tolist(),
                }
                for one in self.worst
            ],
        }


def run_campaign(
    file: CampaignFile,
    days_of_seed: DaysOfSeed,
    *,
    authority: Authority = RESEARCHER,
    progress: ProgressCallback = silent,
) -> Campaign:
    """Runs every arm with every seed.

    Args:
        file: what to run.
        days_of_seed: the days that the file's scenario stands for, by the seed of behaviour.
        authority: on whose behalf.
        progress: told after every arm and seed.

    Raises:
        NotFoundError: there is no such algorithm, device, body or subject.
        NotAllowedError: the authority may not simulate.
        ModelError: the body does not take what the days or an algorithm need.
    """
    authority.require(Capability.SIMULATE_VIRTUAL)
    arms = [_arm(file, index) for index in range(len(file.arms))]
    tables: list[pl.DataFrame] = []
    worst: list[WorstCase] = []
    for number, (arm, seed) in enumerate([(arm, seed) for arm in arms for seed in file.seeds]):
        progress(message("campaign-progress", arm=arm.name), number / (len(arms) * len(file.seeds)))
        days = days_of_seed(seed)
        subjects = days.who(file.body, subjects_named(file.body, file.subjects))
        result = run_arm(arm, subjects, days, body=file.body, seed=seed)
        table = _people(result, seed)
        tables.append(table)
        worst += _worst(result, table, seed)
    kept = [one for arm in arms for one in _worst_of([case for case in worst if case.arm == arm.name])]
    return Campaign(file=file, people=pl.concat(tables), worst=tuple(kept))


def _arm(file: CampaignFile, index: int) -> Arm:
    part = file.arms[index]
    made = Arm(
        name=part.label,
        controller=find_any_controller(part.algorithm),
        sensor=find_sensor(part.sensor),
        pump=find_pump(part.pump),
    )
    return replace(made, automatic=part.automatic)


def _people(result: ArmResult, seed: int) -> pl.DataFrame:
    low, high = extremes_mgdl(result.glucose_mgdl)
    added = {"arm": result.arm.name, "seed": seed}
    return people_of_arm(result).with_columns(
        *(pl.lit(value).alias(name) for name, value in added.items()),
        pl.Series("lowest_mgdl", low),
        pl.Series("highest_mgdl", high),
        pl.Series("zone", grid_zones(low, high)),
    )


def _worst(result: ArmResult, people: pl.DataFrame, seed: int) -> list[WorstCase]:
    share = people["time_in_range_pct"].to_numpy()
    return [
        WorstCase(
            arm=result.arm.name,
            seed=seed,
            subject=result.subjects[row].name,
            time_in_range_pct=float(share[row]),
            glucose_mgdl=result.glucose_mgdl[row],
        )
        for row in np.argsort(share, kind="stable")[:WORST_PEOPLE]
    ]


def _worst_of(cases: list[WorstCase]) -> list[WorstCase]:
    return sorted(cases, key=lambda one: one.time_in_range_pct)[:WORST_PEOPLE]


def _mean_and_interval(change: np.ndarray) -> dict[str, object]:
    mean = float(np.mean(change))
    if change.size < 2:
        return {"mean": mean, "low": None, "high": None}
    half = float(stats.t.ppf(0.5 + CONFIDENCE / 2.0, change.size - 1) * np.std(change, ddof=1) / np.sqrt(change.size))
    return {"mean": mean, "low": mean - half, "high": mean + half}
