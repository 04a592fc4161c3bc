"""One person's glucose readings on two time axes: elapsed minutes and the local clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import ArrayLike

from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.core.zone import find_zone
from glucotwin.metrics.array import FloatArray, IntArray, TimeArray, as_floats, check_same_length

CENSORED_LOW = -1
CENSORED_HIGH = 1

GLUCOSE_LIMITS_MGDL = (1.0, 2000.0)
DEFAULT_INTERVAL_MIN = 5.0

_LARGEST_PLAUSIBLE_MMOLL = 35.0
_LONGEST_CADENCE_MIN = 20.0
_SENSOR_INTERVALS_MIN = tuple(minutes for minutes in range(1, 21) if MINUTES_PER_DAY % minutes == 0)
_MIXED_SHARE = 0.05
_ZONE_STEP_MIN = 15
_MINUTE_US = 60_000_000
_DAY_US = MINUTES_PER_DAY * _MINUTE_US


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GlucoseSeries:
    """Glucose readings in the order of time.

    Both time axes count minutes from the local midnight before the first reading and agree at the first reading. They
    part only when the person's clock jumps (summer time, travel): durations, rates and gaps use ``time_min``; days,
    nights and the modal day use ``clock_min``.

    Attributes:
        time_min: elapsed minutes of each reading, strictly increasing, shape (n,).
        clock_min: minutes that the local clock shows, counted over days, shape (n,).
        glucose_mgdl: values; of a censored reading, the bound; shape (n,).
        censoring: -1 for a sensor's LOW ("at most"), +1 for its HIGH ("at least"), else 0; shape (n,).
        interval_min: time between readings of the sensor in minutes; divides a day.
        origin_date: local date of minute 0.

    Raises:
        DataError: no reading, unequal lengths, values that are not finite or outside 1 to 2000 mg/dL, times that do not
            increase, or a censoring other than -1, 0, 1.
        UnitError: all values are so small that they must be mmol/L.
    """

    time_min: FloatArray
    clock_min: FloatArray
    glucose_mgdl: FloatArray
    censoring: IntArray
    interval_min: float
    origin_date: date

    def __post_init__(self) -> None:
        time_min = as_floats("time_min", self.time_min)
        clock_min = as_floats("clock_min", self.clock_min)
        glucose_mgdl = as_floats("glucose_mgdl", self.glucose_mgdl)
        censoring = np.asarray(self.censoring, dtype=np.int64)
        for name, array in (("clock_min", clock_min), ("glucose_mgdl", glucose_mgdl), ("censoring", censoring)):
            check_same_length("time_min", time_min.size, name, array.size)
        _check_times(time_min)
        _check_glucose(glucose_mgdl)
        if np.any(np.abs(censoring) > 1):
            raise DataError(ErrorCode.INVALID_VALUE, "censoring holds a value other than -1 (LOW), 0 and 1 (HIGH).")
        if not self.interval_min > 0.0 or MINUTES_PER_DAY % self.interval_min != 0.0:
            message = f"interval_min is {self.interval_min}, which does not divide a day."
            raise DataError(ErrorCode.INVALID_VALUE, message)
        self._freeze(time_min=time_min, clock_min=clock_min, glucose_mgdl=glucose_mgdl, censoring=censoring)

    def _freeze(self, **arrays: FloatArray | IntArray) -> None:
        for name, array in arrays.items():
            copy = array.copy()
            copy.flags.writeable = False
            object.__setattr__(self, name, copy)

    @classmethod
    def from_local(
        cls,
        time_local: TimeArray,
        glucose_mgdl: ArrayLike,
        *,
        censoring: ArrayLike | None = None,
        interval_min: float | None = None,
    ) -> "GlucoseSeries":
        """A series from naive local clock times, each day taken as 24 hours.

        Args:
            time_local: clock times as numpy datetimes, strictly increasing, shape (n,).
            glucose_mgdl: values in mg/dL, shape (n,).
            censoring: -1, 0, +1 per reading; None means no reading is censored.
            interval_min: minutes between readings; None takes the median, in whole minutes that divide a day.
                Readings with a median over 20 min are no sensor's (finger-sticks): they are held against 5 min.

        Raises:
            DataError: as the class; also a time that is missing.
        """
        local_us = _as_microseconds("time_local", time_local)
        return cls._from_microseconds(local_us, local_us, glucose_mgdl, censoring, interval_min)

    @classmethod
    def from_utc(
        cls,
        time_utc: TimeArray,
        glucose_mgdl: ArrayLike,
        *,
        zone: str,
        censoring: ArrayLike | None = None,
        interval_min: float | None = None,
    ) -> "GlucoseSeries":
        """A series from UTC times and the person's zone: days of 23 and 25 hours come out right.

        Args:
            time_utc: UTC times as numpy datetimes, strictly increasing, shape (n,).
            glucose_mgdl: values in mg/dL, shape (n,).
            zone: IANA name, such as "Europe/Madrid".
            censoring: -1, 0, +1 per reading; None means no reading is censored.
            interval_min: minutes between readings; None takes the median, in whole minutes that divide a day.
                Readings with a median over 20 min are no sensor's (finger-sticks): they are held against 5 min.

        Raises:
            DataError: as the class; also an unknown zone or a time that is missing.
        """
        utc_us = _as_microseconds("time_utc", time_utc)
        return cls._from_microseconds(utc_us, utc_us + _offset_us(utc_us, zone), glucose_mgdl, censoring, interval_min)

    @classmethod
    def _from_microseconds(
        cls,
        elapsed_us: IntArray,
        clock_us: IntArray,
        glucose_mgdl: ArrayLike,
        censoring: ArrayLike | None,
        interval_min: float | None,
    ) -> "GlucoseSeries":
        if elapsed_us.size == 0:
            raise _no_reading()
        midnight_us = int(clock_us[0]) // _DAY_US * _DAY_US
        clock_min = (clock_us - midnight_us) / _MINUTE_US
        # Whole microseconds before the division, so that both axes are equal to the last bit while the clock runs on.
        time_min = (elapsed_us - elapsed_us[0] + clock_us[0] - midnight_us) / _MINUTE_US
        values = as_floats("glucose_mgdl", glucose_mgdl)
        return cls(
            time_min=time_min,
            clock_min=clock_min,
            glucose_mgdl=values,
            censoring=np.zeros(values.size, np.int64) if censoring is None else np.asarray(censoring, np.int64),
            interval_min=_median_interval_min(time_min) if interval_min is None else interval_min,
            origin_date=date(1970, 1, 1) + timedelta(days=midnight_us // _DAY_US),
        )

    @property
    def start_local(self) -> datetime:
        """Clock time of the first reading."""
        return self._clock_time(0)

    @property
    def end_local(self) -> datetime:
        """Clock time of the last reading."""
        return self._clock_time(-1)

    @property
    def span_min(self) -> float:
        """Elapsed minutes from the first to the last reading."""
        return float(self.time_min[-1] - self.time_min[0])

    def _clock_time(self, index: int) -> datetime:
        midnight = datetime.combine(self.origin_date, datetime.min.time())
        return midnight + timedelta(minutes=float(self.clock_min[index]))


def cadence_min(series: GlucoseSeries) -> FloatArray:
    """Minutes that each reading stands for, shape (n,): the gap to the nearer neighbour, in whole minutes.

    A dropped reading does not lengthen its neighbours' share, and one-minute readings weigh a fifth of five-minute
    ones. A reading farther than 20 min from both neighbours stands for the sensor's own interval.
    """
    if series.time_min.size == 1:
        return np.array([series.interval_min])
    gap_min = np.diff(series.time_min)
    nearer_min = np.minimum(np.append(gap_min, np.inf), np.insert(gap_min, 0, np.inf))
    return np.where(nearer_min > _LONGEST_CADENCE_MIN, series.interval_min, np.maximum(np.round(nearer_min), 1.0))


def has_mixed_cadence(series: GlucoseSeries) -> bool:
    """Whether at least 5 % of the readings come at half the usual interval or less, or at twice or more."""
    ratio = cadence_min(series) / series.interval_min
    return bool(np.mean((ratio <= 0.5) | (ratio >= 2.0)) >= _MIXED_SHARE)


def _check_times(time_min: FloatArray) -> None:
    if time_min.size == 0:
        raise _no_reading()
    step_min = np.diff(time_min)
    if np.any(step_min <= 0.0):
        index = int(np.argmax(step_min <= 0.0)) + 1
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"Reading {index} is not later than the one before it.",
            hint="Sort the readings and drop duplicates; use UTC times with a zone where the clock is set back.",
        )


def _check_glucose(glucose_mgdl: FloatArray) -> None:
    low, high = GLUCOSE_LIMITS_MGDL
    outside = (glucose_mgdl < low) | (glucose_mgdl > high)
    if outside.any():
        index = int(np.argmax(outside))
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"Reading {index} is {glucose_mgdl[index]} mg/dL, which is not within {low} to {high}.",
        )
    if glucose_mgdl.max() < _LARGEST_PLAUSIBLE_MMOLL:
        raise UnitError(
            ErrorCode.UNKNOWN_UNIT,
            f"No reading exceeds {glucose_mgdl.max():.1f}: these cannot be mg/dL.",
            hint="Convert mmol/L to mg/dL first.",
        )


def _no_reading() -> DataError:
    return DataError(ErrorCode.TOO_LITTLE_DATA, "There is no glucose reading.")


def _as_microseconds(name: str, times: TimeArray) -> IntArray:
    array = np.asarray(times)
    if array.dtype.kind != "M" or array.ndim != 1:
        raise DataError(ErrorCode.INVALID_VALUE, f"{name} is not a vector of numpy datetimes.")
    if np.isnat(array).any():
        raise DataError(ErrorCode.NOT_FINITE, f"{name} holds a missing time.")
    return array.astype("datetime64[us]").astype(np.int64)


def _median_interval_min(time_min: FloatArray) -> float:
    if time_min.size < 2:
        return DEFAULT_INTERVAL_MIN
    median_min = float(np.round(np.median(np.diff(time_min))))
    if median_min > _LONGEST_CADENCE_MIN:
        return DEFAULT_INTERVAL_MIN
    return float(min(_SENSOR_INTERVALS_MIN, key=lambda interval_min: abs(interval_min - median_min)))


def _offset_us(utc_us: IntArray, zone: str) -> IntArray:
    """Local minus UTC per instant; zones change their offset only at whole quarters of an hour."""
    rules = find_zone(zone)
    step_us = _ZONE_STEP_MIN * _MINUTE_US
    steps, index = np.unique(utc_us // step_us, return_inverse=True)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    offsets = [(epoch + timedelta(minutes=int(step) * _ZONE_STEP_MIN)).astimezone(rules).utcoffset() for step in steps]
    return np.array([0 if offset is None else offset // timedelta(microseconds=1) for offset in offsets], np.int64)[
        index
    ]
