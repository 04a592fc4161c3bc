"""What a campaign leads to: everybody's courses, and means, differences and worst cases of its arms."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from scipy import stats

from glucotwin.control.controller import DECISION_MIN
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.metrics.control_grid import ZONES
from glucotwin.workflows.loop.campaign_file import CampaignFile

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
WORST_COURSES = 3
PROFILE_QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
CELL = ("hazard", "arm")
GLUCOSE = "glucose_mgdl"


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """A finished campaign.

    Attributes:
        file: what was asked.
        courses: one row per hazard, arm, seed and person: glucose, what was given per day, the zone in the
            control-variability grid with its two coordinates, and in ``glucose_mgdl`` glucose at every decision and at
            the end.
        start_minute_of_day: local clock at the first decision.
    """

    file: CampaignFile
    courses: pl.DataFrame
    start_minute_of_day: int = 0

    @cached_property
    def people(self) -> pl.DataFrame:
        """The courses' rows without the glucose."""
        return self.courses.drop(GLUCOSE)

    def arms(self) -> pl.DataFrame:
        """One row per hazard and arm: means over people and seeds, and the share of people in each zone."""
        insulin = pl.col("basal_u_per_day") + pl.col("bolus_u_per_day") + pl.col("long_acting_u_per_day")
        return self.people.group_by(*CELL, maintain_order=True).agg(
            *(pl.col(name).mean() for name in (*COMPARED, "rescue_carbs_g_per_day")),
            *(((pl.col("zone") == zone).mean() * 100.0).alias(f"zone_{zone.lower()}_pct") for zone in ZONES),
            insulin.mean().alias("insulin_u_per_day"),
        )

    def differences(self) -> pl.DataFrame:
        """Under each hazard, every other arm less the first, paired by person: mean and 95 % interval (Student's t).

        A person's seeds are averaged first. With one person there is no interval (null).
        """
        pairs = [
            ((hazard.name, arm.label), (hazard.name, self.file.arms[0].label))
            for hazard in self.file.hazards
            for arm in self.file.arms[1:]
        ]
        return self._differences(pairs)

    def hazard_differences(self) -> pl.DataFrame:
        """For each arm, every other hazard less the first: what the hazard does to it, as in ``differences``."""
        pairs = [
            ((hazard.name, arm.label), (self.file.hazards[0].name, arm.label))
            for hazard in self.file.hazards[1:]
            for arm in self.file.arms
        ]
        return self._differences(pairs)

    def _differences(self, pairs: list[tuple[tuple[str, str], tuple[str, str]]]) -> pl.DataFrame:
        own = self.people.group_by(*CELL, "name", maintain_order=True).agg(*(pl.col(one).mean() for one in COMPARED))
        cells = own.partition_by(*CELL, as_dict=True, maintain_order=True)
        rows: list[dict[str, object]] = []
        for cell, reference in pairs:
            both = cells[cell].join(cells[reference], on="name", suffix="_first")
            for name in COMPARED:
                change = (both[name] - both[f"{name}_first"]).to_numpy()
                rows.append(dict(zip(CELL, cell, strict=True)) | {"metric": name} | _mean_and_interval(change))
        texts, numbers = (*CELL, "metric"), ("mean", "low", "high")
        return pl.DataFrame(rows, schema=dict.fromkeys(texts, pl.String()) | dict.fromkeys(numbers, pl.Float64()))

    def worst(self) -> pl.DataFrame:
        """Rows of ``courses``: those with the least time in range of every arm, worst first."""
        by_arm = [self.courses.filter(arm=arm.label) for arm in self.file.arms]
        return pl.concat([one.sort("time_in_range_pct", maintain_order=True).head(WORST_COURSES) for one in by_arm])

    def profiles(self) -> dict[tuple[str, str], np.ndarray]:
        """By hazard and arm, the ``PROFILE_QUANTILES`` of glucose over people and days against the local clock.

        Each is ``(quantiles, decisions of a day)`` from midnight on. A change of the clocks is not followed.
        """
        first = self.start_minute_of_day // DECISION_MIN
        slots = MINUTES_PER_DAY // DECISION_MIN
        made: dict[tuple[str, str], np.ndarray] = {}
        for key, rows in self.courses.partition_by(*CELL, as_dict=True, maintain_order=True).items():
            glucose = np.stack([one.to_numpy() for one in rows[GLUCOSE]])[:, :-1]
            days = glucose.shape[1] // slots
            whole = glucose[:, : days * slots].reshape(-1, slots) if days else np.full((1, slots), np.nan)
            made[str(key[0]), str(key[1])] = np.roll(np.quantile(whole, PROFILE_QUANTILES, axis=0), first, axis=1)
        return made

    def to_json(self) -> dict[str, object]:
        """The campaign's summary as JSON values."""
        kept = ("hazard", "arm", "seed", "name", "time_in_range_pct", GLUCOSE)
        worst = self.worst().select(kept).rename({"name": "subject"})
        return {
            "campaign": self.file.model_dump(mode="json"),
            "people": self.people["name"].n_unique(),
            "arms": self.arms().to_dicts(),
            "reference": self.file.arms[0].label,
            "differences": self.differences().to_dicts(),
            "reference_hazard": self.file.hazards[0].name,
            "hazard_differences": self.hazard_differences().to_dicts(),
            "worst": [one | {GLUCOSE: [round(value, 1) for value in one[GLUCOSE]]} for one in worst.to_dicts()],
        }


def _mean_and_interval(change: np.ndarray) -> dict[str, object]:
    mean = float(np.mean(change))
    if change.size < 2:
        return {"mean": mean, "low": None, "high": None}
    half = float(stats.t.ppf(0.5 + CONFIDENCE / 2.0, change.size - 1) * np.std(change, ddof=1) / np.sqrt(change.size))
    return {"mean": mean, "low": mean - half, "high": mean + half}
