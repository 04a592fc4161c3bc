"""Canonical CSV, the table of ``docs/reference/canonical-csv.md``: one row per record."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import polars as pl

from glucotwin.core.file import replace_file
from glucotwin.domain.glucose import Censoring, GlucoseKind
from glucotwin.domain.segment import without_overlaps
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.canonical.column import COLUMNS
from glucotwin.ingest.write.loss import Carried, Loss, all_of
from glucotwin.ingest.write.text import iso_times
from glucotwin.ingest.write.writer import DataWriter

_KINDS = frozenset({str(GlucoseKind.CGM), str(GlucoseKind.FINGERSTICK)})


class CanonicalCsvWriter(DataWriter):
    """Writes a canonical CSV; of several readings at one time it can hold the first only."""

    name = "csv"
    title = "a canonical CSV"
    suffix = ".csv"
    carried = MappingProxyType(
        {
            "glucose": Carried(fields=all_of("glucose_mgdl", "kind", "censoring"), rows={"kind": _KINDS}),
            "bolus": Carried(fields=all_of("insulin_u", "extended_u", "extended_min")),
            "basal": Carried(fields=all_of("rate_u_per_h", "duration_min")),
            "pen": Carried(fields=all_of("insulin_u", "product")),
            "meal": Carried(fields=all_of("carbs_g", "protein_g", "fat_g", "fibre_g", "duration_min")),
            "activity": Carried(
                fields=all_of("duration_min", "activity_type", "intensity_fraction", "heart_rate_bpm", "steps")
            ),
            "heart_rate": Carried(fields=all_of("heart_rate_bpm")),
            "sleep": Carried(fields=all_of("duration_min")),
            "ketone": Carried(fields=all_of("ketone_mmoll")),
            "note": Carried(fields=all_of("text")),
        }
    )

    def write_carried(self, timeline: Timeline, path: Path) -> tuple[Loss, ...]:
        """Writes the rows in the order of their times."""
        streams, losses = _distinct(timeline.streams)
        rows = pl.concat([_ROWS[name](frame) for name, frame in streams.items()], how="diagonal")
        rows = rows.sort("time", maintain_order=True).with_columns(iso_times(rows["time"].sort()))
        used = [name for name in COLUMNS if name in rows.columns and rows[name].null_count() < len(rows)]
        replace_file(path, lambda draft: rows.select(used).write_csv(draft))
        return losses


def _distinct(streams: Mapping[str, pl.DataFrame]) -> tuple[dict[str, pl.DataFrame], tuple[Loss, ...]]:
    """The streams without what a table of moments cannot hold: two values of one thing at one time, blank notes."""
    kept = dict(streams)
    if "basal" in kept:
        kept["basal"] = without_overlaps(kept["basal"])
    for name, keys in (("glucose", ["time", "kind"]),):
        if name in kept:
            kept[name] = kept[name].unique(keys, keep="first", maintain_order=True)
    if "note" in kept:
        kept["note"] = kept["note"].filter(pl.col("text").str.strip_chars() != "")
    if "meal" in kept:
        food = pl.sum_horizontal("carbs_g", "protein_g", "fat_g")
        kept["meal"] = kept["meal"].filter(food > 0)
    reasons = {"glucose": "another value at the same time", "basal": "another rate runs", "note": "no text"}
    losses = tuple(
        Loss(stream=name, count=len(frame) - len(kept[name]), reason=reasons.get(name, "nothing in it"))
        for name, frame in streams.items()
        if len(kept[name]) < len(frame)
    )
    return kept, losses


def _glucose(frame: pl.DataFrame) -> pl.DataFrame:
    value = pl.col("glucose_mgdl").cast(pl.String)
    sign = pl.col("censoring").replace_strict({str(Censoring.LOW): "<", str(Censoring.HIGH): ">"}, default="")
    sensor = pl.col("kind") == str(GlucoseKind.CGM)
    text = sign + value
    return frame.select(
        "time",
        glucose_mgdl=pl.when(sensor).then(text),
        fingerstick_mgdl=pl.when(~sensor).then(text),
    )


def _bolus(frame: pl.DataFrame) -> pl.DataFrame:
    extended = pl.col("extended_u") > 0
    return frame.select(
        "time",
        bolus_u=pl.when((pl.col("insulin_u") > 0) | ~extended).then("insulin_u"),
        extended_u=pl.when(extended).then("extended_u"),
        extended_min=pl.when(extended).then("extended_min"),
    )


def _renamed(**names: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
    return lambda frame: frame.select("time", **names)


def _pen(frame: pl.DataFrame) -> pl.DataFrame:
    product = pl.when(pl.col("product").str.strip_chars() != "").then("product").otherwise(pl.lit("unknown"))
    return frame.select("time", pen_u="insulin_u", pen_product=product)


_ROWS: Mapping[str, Callable[[pl.DataFrame], pl.DataFrame]] = MappingProxyType(
    {
        "glucose": _glucose,
        "bolus": _bolus,
        "basal": _renamed(basal_u_per_h="rate_u_per_h", basal_duration_min="duration_min"),
        "pen": _pen,
        "meal": _renamed(
            carbs_g="carbs_g",
            protein_g="protein_g",
            fat_g="fat_g",
            fibre_g="fibre_g",
            meal_duration_min="duration_min",
        ),
        "activity": _renamed(
            activity_type="activity_type",
            activity_min="duration_min",
            activity_fraction="intensity_fraction",
            heart_rate_bpm="heart_rate_bpm",
            steps="steps",
        ),
        "heart_rate": _renamed(heart_rate_bpm="heart_rate_bpm"),
        "sleep": _renamed(sleep_min="duration_min"),
        "ketone": _renamed(ketone_mmoll="ketone_mmoll"),
        "note": _renamed(note="text"),
    }
)
