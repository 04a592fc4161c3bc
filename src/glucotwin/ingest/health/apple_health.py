"""Apple Health: ``export.xml``, with whatever phone, watch, sensor, pump and food diary wrote into it.

Source: Apple's HealthKit documentation and the grammar at the beginning of every export; times carry their offset.
Known traps, all handled here: gigabytes (see ``health_xml``); iOS 16 writes a faulty grammar and control characters;
glucose in mg/dL or in ``mmol<180.1558800000541>/L``; insulin needs ``HKInsulinDeliveryReason``; the members of a
correlation stand at top level again; one meal is a record per nutrient; phone and watch count the same steps; two apps
write the same glucose; names of sources hold the person's name; the watch's HRV is SDNN and not RMSSD.

Limits: body mass has no place in an import; two identical foods of one source and minute count once; whether a bolus
came from a pen or a pump is not said, and it counts as a bolus.
"""

import re
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback, part_of
from glucotwin.core.zone import find_zone
from glucotwin.domain.insulin import BasalKind
from glucotwin.domain.person import TherapyKind
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.health.health_record import (
    FLAGS,
    GLUCOSE,
    IN_BED,
    INSULIN,
    KINDS,
    NUTRIENTS,
    RMSSD,
    SLEEP,
    STEPS,
    glucose_records,
    insulin_records,
    meal_records,
    measured,
    plain_unit,
    sensor_model,
    short_kind,
    sleep_records,
    workout_records,
)
from glucotwin.ingest.health.health_xml import HEART_RATE, HealthRows, read_health
from glucotwin.ingest.health.step_count import steps_per_minute
from glucotwin.ingest.left_out import left_out
from glucotwin.ingest.merge import counted_once, joined
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in
from glucotwin.ingest.source import FileHead

NAME = "apple-health"
MGDL = "mg/dL"
ADULT_YEARS = 18
_BEGINNING = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:<!DOCTYPE\s+HealthData\b|<HealthData[\s>])", re.DOTALL
)


class AppleHealthFormat(DataFormat):
    """Reads the ``export.xml`` of Apple Health."""

    name = NAME
    title = "an Apple Health export"
    size_limit_bytes = 8 * 1024 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain of XML whose first element, or the grammar for it, is ``HealthData``."""
        return 1.0 if _BEGINNING.match(head.text) else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads the records in one pass, and a damaged or cut off file as far as it goes."""
        with tempfile.TemporaryDirectory(prefix="glucotwin-health-") as place:
            rows = read_health(
                path,
                KINDS,
                place=Path(place),
                flags=FLAGS,
                limit_bytes=self.size_limit_bytes,
                title=self.title,
                progress=part_of(progress, start=0.0, end=0.8),
            )
            if rows.damage and not any(len(stored) for stored in rows.records.values()) and not rows.workouts:
                raise DataError(
                    ErrorCode.UNREADABLE_FILE,
                    f"{path.name!r} is damaged before its first record: {rows.damage}.",
                    hint="Export the data again on the phone.",
                )
            progress("sorting by stream", 0.8)
            return _Account(rows).imported()


class _Account:
    """Makes streams of rows and notes what is wrong with them."""

    def __init__(self, rows: HealthRows) -> None:
        self._rows = rows
        self._findings: list[Finding] = []
        self._unreadable = 0
        self._passed_over: Counter[str] = Counter()
        self._devices = rows.devices

    def imported(self) -> Imported:
        """Streams, what is known of the person, and findings."""
        streams = {
            "glucose": self._glucose(),
            **self._insulin(),
            "meal": self._meals(),
            "heart_rate": self._measured(HEART_RATE).select("time", heart_rate_bpm="value"),
            "heart_rate_variability": self._measured(RMSSD).select("time", rmssd_ms="value"),
            "sleep": self._sleep(),
        }
        streams["activity"] = pl.concat([self._workouts(), self._steps()], how="diagonal_relaxed")
        return Imported(
            # Several apps and devices are one source here: their names often hold the person's.
            streams={
                name: frame.drop("source", strict=False).with_columns(source=pl.lit(NAME))
                for name, frame in streams.items()
                if len(frame)
            },
            person=self._person(streams),
            findings=(*self._findings, *self._left_out()),
        )

    def _left_out(self) -> tuple[Finding, ...]:
        passed_over = Counter({short_kind(kind): count for kind, count in self._rows.passed_over.items()})
        passed_over.update(self._passed_over)
        return left_out(self._unreadable, passed_over, damaged=bool(self._rows.damage))

    def _measured(self, kind: str) -> pl.DataFrame:
        """The readable rows of a quantity, in the records' unit."""
        return self._readable(measured(self._rows, kind))

    def _readable(self, table: pl.DataFrame) -> pl.DataFrame:
        readable = table.drop_nulls(["time", "value"])
        self._unreadable += len(table) - len(readable)
        return readable

    def _once(self, table: pl.DataFrame, stream: str) -> pl.DataFrame:
        """Repeats of a record, such as the members of a correlation, left out."""
        # Whole rows are compared only where times are equal: that takes a tenth of the memory.
        shared = table["time"].is_duplicated()
        if not shared.any():
            return table
        among = table.filter(shared).select(pl.struct("time", "end", "value", "source").is_first_distinct()).to_series()
        first = pl.Series([True]).new_from_index(0, len(table)).scatter(shared.arg_true(), among)
        self._note(table.filter(~first), FindingCode.DUPLICATE_ROWS, stream)
        return table.filter(first)

    def _note(self, table: pl.DataFrame, code: FindingCode, stream: str) -> None:
        self._findings += findings_in(table, code, severity=Severity.INFO, action=Action.DROPPED, stream=stream)

    def _one_account(self, stream: str, frame: pl.DataFrame) -> pl.DataFrame:
        """What several apps tell of the same events, once."""
        if frame.is_empty():
            return frame
        by_app = joined([{stream: frame.with_columns(pl.col("source").cast(pl.String))}])
        streams, findings = counted_once(by_app)
        self._findings += findings
        return streams[stream]

    def _glucose(self) -> pl.DataFrame:
        readings = self._once(self._measured(GLUCOSE), "glucose")
        for number, unit in enumerate(self._rows.units):
            if plain_unit(unit) != MGDL:
                self._findings += findings_in(
                    readings.filter(pl.col("unit") == number),
                    FindingCode.UNITS_CONVERTED,
                    severity=Severity.INFO,
                    action=Action.CORRECTED,
                    stream="glucose",
                    unit=plain_unit(unit),
                )
        return self._one_account("glucose", glucose_records(readings, self._devices))

    def _insulin(self) -> dict[str, pl.DataFrame]:
        doses = self._once(self._measured(INSULIN), "bolus")
        streams, unexplained = insulin_records(doses)
        self._unreadable += len(unexplained)
        return {name: self._one_account(name, frame) for name, frame in streams.items()}

    def _meals(self) -> pl.DataFrame:
        nutrients = {kind: self._once(self._measured(kind), "meal") for kind in NUTRIENTS}
        meals, without_carbs = meal_records(nutrients)
        if len(without_carbs):
            self._passed_over["food without carbohydrate"] += len(without_carbs)
        return self._one_account("meal", meals)

    def _steps(self) -> pl.DataFrame:
        counts = self._once(self._measured(STEPS), "activity")
        steps, findings = steps_per_minute(counts.select("time", "end", steps="value", device="source"))
        self._findings += findings
        return steps

    def _sleep(self) -> pl.DataFrame:
        table = pl.concat(self._rows.records.pop(SLEEP).parts()).rename({"start": "time"})
        in_bed = (table["value"] == IN_BED).fill_null(False)
        if in_bed.any():
            self._passed_over["time in bed"] += int(in_bed.sum())
        asleep = table.filter(~in_bed)
        sleep, left_out = sleep_records(self._once(asleep.drop_nulls(["time", "end"]), "sleep"))
        self._unreadable += len(asleep) - len(asleep.drop_nulls(["time", "end"]))
        self._note(left_out, FindingCode.SOURCES_OVERLAP, "sleep")
        return sleep

    def _workouts(self) -> pl.DataFrame:
        workouts = workout_records(self._rows.workouts)
        readable = workouts.drop_nulls(["time", "duration_min"])
        self._unreadable += len(workouts) - len(readable)
        return self._one_account("activity", readable)

    def _person(self, streams: Mapping[str, pl.DataFrame]) -> PersonHints:
        therapy = TherapyKind.UNKNOWN
        if len(streams["basal"]):
            automated = (streams["basal"]["kind"] == str(BasalKind.AUTOMATED)).any()
            therapy = TherapyKind.CLOSED_LOOP if automated else TherapyKind.PUMP
        elif len(streams["pen"]):
            therapy = TherapyKind.INJECTIONS
        return PersonHints(
            zone=_usual_zone(self._rows.zones),
            adult=_is_adult(self._rows),
            therapy=therapy,
            cgm_device=sensor_model(self._devices),
        )


def _usual_zone(zones: Counter[str]) -> str | None:
    for zone, _ in zones.most_common():
        try:
            find_zone(zone)
        except DataError:
            continue
        return zone
    return None


def _is_adult(rows: HealthRows) -> bool | None:
    """True when the year of birth says so; the date itself is not kept."""
    born = rows.person.get("HKCharacteristicTypeIdentifierDateOfBirth", "")[:4]
    written = rows.exported[:4]
    if not (born.isdecimal() and written.isdecimal()):
        return None
    return True if int(written) - int(born) > ADULT_YEARS else None
