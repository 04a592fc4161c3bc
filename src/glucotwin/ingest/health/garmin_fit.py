"""FIT: the binary files of Garmin and other watches and bicycle computers, one training or some hours of a day each.

Source: the FIT protocol and its profile as ``fitdecode`` knows them. Times are UTC. Known traps, all handled: a file is
cut off or fails its checksum; heart rates of a chest strap come eight at a time with times of their own; monitoring
files count steps up over the day and by kind of movement, with 16-bit times; a clock that was never set counts from its
start; a file may hold several files.

Limits: the files do not say when the last stretch of a night ended, so that it is passed over; the first count of a
monitoring file is where counting goes on from, so that steps between two files are lost; steps and heart rate of a
training stand in its records or in the day's files, and its own totals are not used; times of a chest strap's stored
heart rates are up to four seconds late; body weights have no place in an import. A damaged file is refused, because
its damage cannot be told from its values.
"""

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import fitdecode
import polars as pl
from fitdecode.records import FitDataMessage

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback
from glucotwin.domain.activity import ActivityType, SleepStage
from glucotwin.domain.frame import TIME_TYPE
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions
from glucotwin.ingest.health.sport import activity_type_of
from glucotwin.ingest.left_out import left_out
from glucotwin.ingest.source import FileHead, read_bytes

NAME = "garmin-fit"
SIGNATURE = b".FIT"
CLOCK_SET = datetime(1998, 7, 7, tzinfo=UTC)
"""Smaller times (below 0x10000000 s) count from the start of a device whose clock was never set."""
EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
LONGEST_COUNT_MIN = 15.0
"""Steps since the last count were taken within this time before the new one."""
LONGEST_STAGE_MIN = 240.0
PROGRESS_EVERY = 4000
_HEALTH_MESSAGES = frozenset(
    {"stress_level", "weight_scale", "blood_pressure", "spo2_data", "respiration_rate", "sleep_assessment"}
)
"""Told of when they are passed over; the others are about distance, power and the device."""
_STAGES = MappingProxyType(
    {"awake": SleepStage.AWAKE, "light": SleepStage.LIGHT, "deep": SleepStage.DEEP, "rem": SleepStage.REM}
)
_DECODING_ERRORS = (
    fitdecode.FitError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
    struct.error,
)
"""What ``fitdecode`` raises when bytes are not what the protocol says."""


class GarminFitFormat(DataFormat):
    """Reads one FIT file: a training, or the monitoring or sleep of a day."""

    name = NAME
    title = "a FIT file"
    size_limit_bytes = 128 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain of the signature in bytes 8 to 11."""
        return 1.0 if head.data[8:12] == SIGNATURE and head.data[:1] in {b"\x0c", b"\x0e"} else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads all messages; a damaged file is refused."""
        data = read_bytes(path, limit_bytes=self.size_limit_bytes, title=self.title)
        log = _Log()
        for number, message in enumerate(_messages(path.name, data)):
            log.add(message)
            if number % PROGRESS_EVERY == 0:
                progress("reading messages", min(0.95, 20 * number / len(data)))
        return log.imported()


def _messages(name: str, data: bytes) -> Iterator[FitDataMessage]:
    """Every data message.

    Raises:
        DataError: the file is cut off, fails a checksum, or is not as the protocol says.
    """
    try:
        with fitdecode.FitReader(
            data, check_crc=fitdecode.CrcCheck.READONLY, error_handling=fitdecode.ErrorHandling.IGNORE
        ) as reader:
            for frame in reader:
                if isinstance(frame, FitDataMessage):
                    yield frame
                elif isinstance(frame, fitdecode.FitHeader) and frame.crc_matched is False:
                    raise _damaged(name, "the checksum of its header does not fit")
                elif isinstance(frame, fitdecode.FitCRC) and not frame.matched:
                    raise _damaged(name, "its checksum does not fit")
    except fitdecode.FitEOFError as error:
        raise _damaged(name, "it is cut off") from error
    except _DECODING_ERRORS as error:
        raise _damaged(name, str(error)[:120] or type(error).__name__) from error


def _damaged(name: str, what: str) -> DataError:
    return DataError(
        ErrorCode.UNREADABLE_FILE,
        f"The FIT file {name!r} is damaged: {what}.",
        hint="Copy it from the device again or export it anew.",
    )


def _number(message: FitDataMessage, name: str) -> float | None:
    value = message.get_value(name, fallback=None)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _word(message: FitDataMessage, name: str) -> str:
    value = message.get_value(name, fallback=None)
    return value if isinstance(value, str) else ""


def _time(message: FitDataMessage, name: str = "timestamp") -> datetime | None:
    value = message.get_value(name, fallback=None)
    return value if isinstance(value, datetime) else None


@dataclass(kw_only=True)
class _Count:
    """The last count of steps of one kind of movement."""

    time: datetime
    steps: float


@dataclass(kw_only=True)
class _Log:
    """What the messages tell."""

    heart_rates: list[tuple[datetime, float]] = field(default_factory=list)
    variability: list[tuple[datetime, float]] = field(default_factory=list)
    activities: list[tuple[datetime, float, str, float | None, str]] = field(default_factory=list)
    steps: list[tuple[datetime, float, float]] = field(default_factory=list)
    levels: list[tuple[datetime, str]] = field(default_factory=list)
    counts: dict[str, _Count] = field(default_factory=dict)
    last_time: datetime | None = None
    product: str = ""
    unreadable: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)

    def add(self, message: FitDataMessage) -> None:
        """Takes in one message."""
        self.last_time = _time(message) or self.last_time
        name = message.name
        if name == "record":
            self._add_heart_rate(_time(message), _number(message, "heart_rate"))
        elif name == "hr":
            self._add_strap(message)
        elif name == "monitoring":
            self._add_monitoring(message)
        elif name in {"session", "sleep_level", "hrv_value", "file_id"}:
            self._add_rare(name, message)
        elif name in _HEALTH_MESSAGES:
            self.passed_over[name.replace("_", " ")] += 1

    def _add_rare(self, name: str, message: FitDataMessage) -> None:
        time = _time(message)
        if name == "session":
            self._add_session(message)
        elif name == "file_id":
            self.product = self.product or _word(message, "garmin_product") or _word(message, "manufacturer")
        elif time is None:
            self.unreadable += 1
        elif name == "sleep_level":
            self.levels.append((time, _word(message, "sleep_level")))
        elif (value := _number(message, "value")) is not None:
            self.variability.append((time, value))

    def _add_heart_rate(self, time: datetime | None, heart_rate_bpm: float | None) -> None:
        if heart_rate_bpm is None:
            return
        if time is None or time < CLOCK_SET:
            self.unreadable += 1
        elif heart_rate_bpm > 0:
            self.heart_rates.append((time, heart_rate_bpm))

    def _add_strap(self, message: FitDataMessage) -> None:
        """Heart rates that a strap stored, each with its time; the first message only sets the strap's clock."""
        values = message.get_value("filtered_bpm", fallback=None)
        times = [one.value for one in message.fields if one.name == "event_timestamp"]
        if isinstance(values, tuple) and len(values) == len(times):
            pairs = zip(times, values, strict=True)
        elif isinstance(values, (int, float)) and (first := _time(message)) is not None:
            pairs = iter([(first, values)])
        else:
            self.unreadable += values is not None
            return
        for time, value in pairs:
            known = isinstance(time, datetime) and isinstance(value, (int, float))
            self._add_heart_rate(time if known else None, float(value) if known else None)

    def _add_monitoring(self, message: FitDataMessage) -> None:
        time = _time(message) or self._time_of_16_bits(message)
        self._add_heart_rate(time, _number(message, "heart_rate"))
        steps = _number(message, "steps")
        if steps is None:
            return
        if time is None or time < CLOCK_SET:
            self.unreadable += 1
            return
        kind = _word(message, "activity_type")
        before, self.counts[kind] = self.counts.get(kind), _Count(time=time, steps=steps)
        if before is None or time <= before.time:
            return
        # A smaller count began at midnight.
        taken = steps - before.steps if steps >= before.steps else steps
        if taken > 0:
            minutes = min(LONGEST_COUNT_MIN, (time - before.time).total_seconds() / 60.0)
            self.steps.append((time - timedelta(minutes=minutes), minutes, taken))

    def _time_of_16_bits(self, message: FitDataMessage) -> datetime | None:
        """The time of which only the low 16 bits are given, the first one after the last whole time."""
        low = message.get_value("timestamp_16", fallback=None)
        if not isinstance(low, int) or self.last_time is None:
            return None
        last = int((self.last_time - EPOCH).total_seconds())
        self.last_time = EPOCH + timedelta(seconds=last + ((low - last) & 0xFFFF))
        return self.last_time

    def _add_session(self, message: FitDataMessage) -> None:
        time = _time(message, "start_time")
        seconds = _number(message, "total_timer_time")
        if seconds is None:
            seconds = _number(message, "total_elapsed_time")
        if time is None or time < CLOCK_SET or seconds is None:
            self.unreadable += 1
            return
        words = [one for one in (_word(message, "sport"), _word(message, "sub_sport")) if one not in {"", "generic"}]
        kinds = [kind for word in reversed(words) if (kind := activity_type_of(word)) is not ActivityType.UNKNOWN]
        kind = kinds[0] if kinds else ActivityType.UNKNOWN
        heart_rate = _number(message, "avg_heart_rate")
        note = ", ".join(word.replace("_", " ") for word in words)
        self.activities.append((time, seconds / 60.0, str(kind), heart_rate or None, note))

    def imported(self) -> Imported:
        """The streams."""
        source = f"{NAME} {self.product}".strip()
        activity = pl.concat(
            [
                _frame(
                    self.activities,
                    duration_min=pl.Float64(),
                    activity_type=pl.String(),
                    heart_rate_bpm=pl.Float64(),
                    note=pl.String(),
                ),
                _frame(self.steps, duration_min=pl.Float64(), steps=pl.Float64()),
            ],
            how="diagonal",
        ).with_columns(pl.col("activity_type").fill_null(str(ActivityType.UNKNOWN)), pl.col("note").fill_null(""))
        streams = {
            "activity": activity,
            "heart_rate": _frame(self.heart_rates, heart_rate_bpm=pl.Float64()),
            "heart_rate_variability": _frame(self.variability, rmssd_ms=pl.Float64()),
            "sleep": self._sleep(),
        }
        return Imported(
            streams={name: frame.with_columns(source=pl.lit(source)) for name, frame in streams.items() if len(frame)},
            findings=left_out(self.unreadable, self.passed_over),
        )

    def _sleep(self) -> pl.DataFrame:
        """Each level lasts until the next one."""
        levels = _frame(self.levels, level=pl.String()).sort("time", maintain_order=True)
        minutes = (pl.col("time").shift(-1) - pl.col("time")).dt.total_microseconds() / 60e6
        stage = pl.col("level").replace_strict(_STAGES, default=None, return_dtype=pl.String)
        stages = levels.select("time", duration_min=minutes, stage=stage)
        known = stages.drop_nulls().filter(pl.col("duration_min") <= LONGEST_STAGE_MIN)
        if len(known) < len(stages):
            self.passed_over["sleep of unknown stage or length"] += len(stages) - len(known)
        return known


def _frame(rows: list, **columns: pl.DataType) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"time": TIME_TYPE, **columns}, orient="row")
