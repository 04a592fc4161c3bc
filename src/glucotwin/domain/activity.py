"""Movement, heart and sleep."""

from dataclasses import dataclass
from enum import StrEnum

from glucotwin.domain.record import Record, check_range


class ActivityType(StrEnum):
    """Kind of exercise, as far as it matters for glucose."""

    AEROBIC = "aerobic"
    HIGH_INTENSITY = "high-intensity"
    RESISTANCE = "resistance"
    MIXED = "mixed"
    UNKNOWN = "unknown"


class SleepStage(StrEnum):
    """Stage of sleep as a tracker reports it."""

    ASLEEP = "asleep"
    LIGHT = "light"
    DEEP = "deep"
    REM = "rem"
    AWAKE = "awake"


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(Record):
    """A bout of movement; ``intensity_fraction`` is the share of maximal oxygen uptake, if known."""

    duration_min: float
    activity_type: ActivityType = ActivityType.UNKNOWN
    intensity_fraction: float | None = None
    heart_rate_bpm: float | None = None
    steps: float | None = None
    note: str = ""

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        check_range("duration_min", self.duration_min, 0.0, 2880.0)
        check_range("intensity_fraction", self.intensity_fraction, 0.0, 1.0)
        check_range("heart_rate_bpm", self.heart_rate_bpm, 20.0, 260.0)
        check_range("steps", self.steps, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartRate(Record):
    """A heart-rate sample in beats per minute."""

    heart_rate_bpm: float

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        check_range("heart_rate_bpm", self.heart_rate_bpm, 20.0, 260.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartRateVariability(Record):
    """A heart-rate variability sample: root mean square of successive differences in ms."""

    rmssd_ms: float

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        check_range("rmssd_ms", self.rmssd_ms, 0.0, 1000.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sleep(Record):
    """A stretch of sleep or of one of its stages."""

    duration_min: float
    stage: SleepStage = SleepStage.ASLEEP

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        check_range("duration_min", self.duration_min, 0.0, 2880.0)
