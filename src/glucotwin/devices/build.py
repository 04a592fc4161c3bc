"""Devices from their files."""

import math

import numpy as np

from glucotwin.core.array import Float
from glucotwin.core.random import root_key, stream_key
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.devices.catalogue import SENSOR
from glucotwin.devices.cgm import Cgm, CgmWear
from glucotwin.devices.cgm_error import CgmError, Johnson, drawn_sensors
from glucotwin.devices.device_file import (
    CgmFile,
    DisturbancePart,
    ErrorPart,
    KetoneFile,
    MeterFile,
    PenFile,
    PumpFile,
    SkewPart,
    TrackerFile,
    WearPart,
    read_device_file,
)
from glucotwin.devices.disturbance import Acetaminophen, Dropout, Pressure
from glucotwin.devices.ketone_monitor import KetoneMonitor
from glucotwin.devices.meter import Meter, SkewNormal
from glucotwin.devices.pen import InsulinPen
from glucotwin.devices.pump import InsulinPump, PumpMechanics
from glucotwin.devices.tracker import ActivityTracker

VARIED = [0, 1, 2, 3, 6, 7, 8]
"""Places of a0 a1 a2 b0 alpha1 alpha2 sigma among a sensor's coefficients."""

CALIBRATION, SHOCK = slice(0, 6), 8
PERFECT = np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0])

PRESSURE_MIN, PRESSURE_RANGE_MIN = 45.0, (30.0, 70.0)
PRESSURE_MGDL, PRESSURE_RANGE_MGDL = 24.0, (10.0, 48.0)
PRESSURE_FILTER_MIN = 5.0
"""Median and range of compression lows (Facchinetti 2016), the range read as the central 90 %."""

GAP_MIN = 20.0 / math.log(10.0)
"""Mean gap length when 90 % of gaps last under 20 min."""

CENTRAL_90 = 2.0 * 1.645
ACETAMINOPHEN_ABSORBED_PER_MIN = 0.05
ACETAMINOPHEN_CLEARANCE_L_PER_MIN, ACETAMINOPHEN_VOLUME_L = 0.441, 67.6


def build_cgm(file: CgmFile, name: str) -> Cgm:
    """A continuous sensor."""
    return Cgm(
        wear=_wear(file.wear),
        error=build_error(file.error, name, life_days=file.wear.life_days),
        pressure=_pressure(file.disturbance),
        dropout=Dropout(per_day=file.disturbance.gaps_per_day, mean_min=GAP_MIN),
        acetaminophen=Acetaminophen(
            bias_mgdl_per_mg_per_l=file.disturbance.acetaminophen_mgdl_per_mg_per_l,
            absorbed_per_min=ACETAMINOPHEN_ABSORBED_PER_MIN,
            clearance_l_per_min=ACETAMINOPHEN_CLEARANCE_L_PER_MIN,
            volume_l=ACETAMINOPHEN_VOLUME_L,
        ),
    )


def _wear(part: WearPart) -> CgmWear:
    given = part.model_dump(exclude={"life_days"})
    return CgmWear(**given, life_min=part.life_days * MINUTES_PER_DAY)


def _pressure(part: DisturbancePart) -> Pressure:
    return Pressure(
        per_night=part.compression_per_night,
        median_min=PRESSURE_MIN,
        log_sd_min=_log_sd(PRESSURE_RANGE_MIN),
        median_mgdl=PRESSURE_MGDL,
        log_sd_mgdl=_log_sd(PRESSURE_RANGE_MGDL),
        filter_min=PRESSURE_FILTER_MIN,
    )


def _log_sd(bounds: tuple[float, float]) -> float:
    return math.log(bounds[1] / bounds[0]) / CENTRAL_90


def build_error(part: ErrorPart, name: str, *, life_days: float) -> CgmError:
    """A sensor's error; one that is like another's has that one's days stretched over its own life."""
    if not part.like:
        return _error(part, name)
    other = read_device_file(SENSOR, part.like, CgmFile)
    base = _error(other.error, part.like)
    sensors = np.array(base.sensors)
    sensors[:, CALIBRATION] = PERFECT + part.calibration_scale * (sensors[:, CALIBRATION] - PERFECT)
    sensors[:, SHOCK] *= part.noise_scale
    common = np.array(base.common) * (1.0, 1.0, part.noise_scale)
    return CgmError(
        sensors=sensors,
        common=common,
        node_min=base.node_min,
        day_scale=other.wear.life_days / life_days,
        johnson=base.johnson,
    )


def _error(part: ErrorPart, name: str) -> CgmError:
    mean = np.array([*part.gain, *part.offset_mgdl, *part.memory, part.shock_sd_mgdl])
    return CgmError(
        sensors=drawn_sensors(
            mean,
            _covariance(part),
            stream_key(root_key(0), subject=name, stream="sensors"),
            largest_noise_sd_mgdl=part.largest_noise_sd_mgdl,
        ),
        common=np.array(part.common),
        node_min=part.node_min,
        day_scale=1.0,
        johnson=None if part.johnson is None else Johnson(**_floats(part.johnson.model_dump())),
    )


def _covariance(part: ErrorPart) -> Float[np.ndarray, "9 9"]:
    covariance = np.zeros((9, 9))
    if part.covariance:
        covariance[np.ix_(VARIED, VARIED)] = part.covariance_scale * np.array(part.covariance)
        return covariance
    covariance[0, 0], covariance[3, 3] = part.gain_sd**2, part.offset_sd_mgdl**2
    return covariance


def _floats(values: dict[str, float]) -> dict[str, np.ndarray]:
    return {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}


def build_meter(file: MeterFile) -> Meter:
    """A finger-stick meter."""
    return Meter(
        limit_mgdl=file.limit_mgdl,
        absolute_mgdl=_skew(file.absolute_mgdl),
        relative=_skew(file.relative),
        low_mgdl=file.low_mgdl,
        high_mgdl=file.high_mgdl,
    )


def _skew(part: SkewPart) -> SkewNormal:
    return SkewNormal(location=part.location, scale=part.scale, shape=part.shape)


def build_pump(file: PumpFile) -> InsulinPump:
    """A pump."""
    given = file.mechanics.model_dump(exclude={"wear_days"})
    return InsulinPump(PumpMechanics(**given, wear_min=file.mechanics.wear_days * MINUTES_PER_DAY))


def build_pen(file: PenFile) -> InsulinPen:
    """A pen."""
    return InsulinPen(**file.model_dump(exclude={"kind", "about"}))


def build_ketone_monitor(file: KetoneFile) -> KetoneMonitor:
    """A ketone meter or monitor."""
    return KetoneMonitor(**file.model_dump(exclude={"kind", "about", "published_within_pct"}))


def build_tracker(file: TrackerFile) -> ActivityTracker:
    """A watch."""
    return ActivityTracker(**file.model_dump(exclude={"kind", "about", "published_error_pct"}))
