"""Glucose now and how fast it changes, from the latest readings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from glucotwin.control.oref0.local_clock import MS_PER_MIN, LocalClock
from glucotwin.control.oref0.rounding import round_half_up
from glucotwin.core.error import DataError, ErrorCode

_LOWEST_USED_MGDL = 38
_PER_MIN_TO_PER_5_MIN = 5
_SAME_MOMENT_MIN = (-2.0, 2.5)
_LAST_MIN = (2.5, 7.5)
_SHORT_MIN = (2.5, 17.5)
_LONG_MIN = (17.5, 42.5)


class GlucoseEntry(BaseModel):
    """One reading as a sensor's app writes it. Aliases are the names in the files."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, allow_inf_nan=False)

    date_ms: float | None = Field(default=None, alias="date", ge=0, le=7e12)
    display_time: str | None = None
    date_text: str | None = Field(default=None, alias="dateString")
    glucose_mgdl: float | None = Field(default=None, alias="glucose", ge=0, le=2000)
    sensor_mgdl: float | None = Field(default=None, alias="sgv", ge=0, le=2000)
    kind: str | None = Field(default=None, alias="type")
    device: str | None = None
    noise: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A reading of glucose, in mg/dL, at a time in ms since 1970."""

    moment_ms: float
    glucose_mgdl: float
    device: str | None = None
    noise: float | None = None
    is_calibration: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GlucoseStatus:
    """Glucose and its changes, in mg/dL and mg/dL per 5 minutes; None where unknown.

    Attributes:
        glucose_mgdl: the latest reading, or the mean of those of the same moment.
        delta: mean change since the readings 2.5 to 7.5 minutes before.
        short_mean_delta: mean change since those of the last 17.5 minutes.
        long_mean_delta: mean change since those 17.5 to 42.5 minutes before.
        moment_ms: time of the reading, in ms since 1970.
        noise: the sensor's own judgement: 1 clean, 2 light, 3 medium, 4 heavy.
        readings_since_calibration: place of the latest calibration in the list; 0 for none.
        device: what measured.
    """

    glucose_mgdl: float
    delta: float | None = None
    short_mean_delta: float | None = None
    long_mean_delta: float | None = None
    moment_ms: float | None = None
    noise: float | None = None
    readings_since_calibration: int = 0
    device: str | None = None


def readings_from_entries(entries: Sequence[GlucoseEntry], clock: LocalClock) -> list[Reading]:
    """Readings of a list of entries, in its order; entries without a sensor's value are left out.

    Raises:
        DataError: a reading has no time.
    """
    return list(_readings(entries, clock))


def find_glucose_status(readings: Sequence[Reading]) -> GlucoseStatus:
    """Glucose now and its changes.

    Args:
        readings: newest first.

    Raises:
        DataError: there are no readings.
    """
    if not readings:
        raise DataError(
            ErrorCode.TOO_LITTLE_DATA, "There is no glucose reading.", hint="Give the readings of the last day."
        )
    now = readings[0]
    glucose_mgdl, moment_ms = now.glucose_mgdl, now.moment_ms
    changes: list[tuple[float, float]] = []
    calibration_place = 0
    for place, reading in enumerate(readings[1:], start=1):
        if reading.is_calibration:
            calibration_place = place
            break
        if reading.glucose_mgdl <= _LOWEST_USED_MGDL or reading.device != now.device:
            continue
        age_min = round_half_up((moment_ms - reading.moment_ms) / MS_PER_MIN)
        if _SAME_MOMENT_MIN[0] < age_min < _SAME_MOMENT_MIN[1]:
            glucose_mgdl = (glucose_mgdl + reading.glucose_mgdl) / 2
            moment_ms = (moment_ms + reading.moment_ms) / 2
        elif age_min != 0:
            change = (glucose_mgdl - reading.glucose_mgdl) / age_min * _PER_MIN_TO_PER_5_MIN
            changes.append((age_min, change))
    return GlucoseStatus(
        glucose_mgdl=round_half_up(glucose_mgdl, 2),
        delta=_mean_within(changes, _LAST_MIN),
        short_mean_delta=_mean_within(changes, _SHORT_MIN),
        long_mean_delta=_mean_within(changes, _LONG_MIN),
        moment_ms=moment_ms,
        noise=None if now.noise is None else round_half_up(now.noise),
        readings_since_calibration=calibration_place,
        device=now.device,
    )


def _readings(entries: Sequence[GlucoseEntry], clock: LocalClock) -> Iterator[Reading]:
    for entry in entries:
        value_mgdl = entry.glucose_mgdl or entry.sensor_mgdl
        is_calibration = entry.kind == "cal"
        if not value_mgdl and not is_calibration:
            continue
        yield Reading(
            moment_ms=_moment_ms(entry, clock),
            glucose_mgdl=value_mgdl or 0.0,
            device=entry.device,
            noise=entry.noise,
            is_calibration=is_calibration,
        )


def _moment_ms(entry: GlucoseEntry, clock: LocalClock) -> float:
    if entry.date_ms is not None:
        return entry.date_ms
    text = entry.display_time or entry.date_text
    if text is None:
        raise DataError(
            ErrorCode.INVALID_VALUE, "A glucose reading has no time.", hint="Give it date in ms, or dateString."
        )
    return clock.moment_ms(text)


def _mean_within(changes: Sequence[tuple[float, float]], window_min: tuple[float, float]) -> float:
    inside = [change for age_min, change in changes if window_min[0] < age_min < window_min[1]]
    return round_half_up(sum(inside) / len(inside), 2) if inside else 0.0
