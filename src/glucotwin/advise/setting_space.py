"""What may be changed of a person's settings: parts of the day, steps, rounding, and never beyond the largest step."""

from dataclasses import dataclass
from enum import StrEnum

import equinox as eqx
import jax
import numpy as np

from glucotwin.advise.setting_limit import SettingLimits
from glucotwin.advise.setting_replay import Candidates
from glucotwin.control.setting import SLOT_MIN, TherapySetting
from glucotwin.core.unit import MINUTES_PER_DAY

ROUNDING = 1e-9
HALF, FULL = 1, 2
"""Levels of a coordinate: the smaller and the largest step, either way."""


class SettingKind(StrEnum):
    """What is set."""

    BASAL = "basal"
    CARB_RATIO = "carb-ratio"
    CORRECTION_FACTOR = "correction-factor"
    TARGET = "target"
    DURATION = "duration"


UNITS = {
    SettingKind.BASAL: "U/h",
    SettingKind.CARB_RATIO: "g/U",
    SettingKind.CORRECTION_FACTOR: "mg/dL/U",
    SettingKind.TARGET: "mg/dL",
    SettingKind.DURATION: "min",
}
FIELDS = {
    SettingKind.BASAL: "basal_u_per_h",
    SettingKind.CARB_RATIO: "carb_ratio_g_per_u",
    SettingKind.CORRECTION_FACTOR: "correction_factor_mgdl_per_u",
    SettingKind.TARGET: "target_mgdl",
    SettingKind.DURATION: "insulin_duration_min",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordinate:
    """One thing that may be changed: a setting in a part of the local day.

    Attributes:
        kind: of setting.
        from_minute, to_minute: part of the day.
    """

    kind: SettingKind
    from_minute: int = 0
    to_minute: int = MINUTES_PER_DAY

    @property
    def slots(self) -> slice:
        """The day's slots that it covers."""
        return slice(self.from_minute // SLOT_MIN, self.to_minute // SLOT_MIN)

    def of(self, setting: TherapySetting) -> float:
        """The mean value of a setting in this part of the day."""
        values = np.asarray(getattr(setting, FIELDS[self.kind]))
        return float(values if values.ndim == 0 else values[self.slots].mean())


BLOCKS = ((0, 360), (360, 660), (660, 1020), (1020, 1440))
"""Night, morning, afternoon and evening: the parts of the day in which a twin's sensitivity is constant."""

PUMP_COORDINATES = (
    *(Coordinate(kind=SettingKind.BASAL, from_minute=start, to_minute=end) for start, end in BLOCKS),
    *(Coordinate(kind=SettingKind.CARB_RATIO, from_minute=start, to_minute=end) for start, end in BLOCKS),
    Coordinate(kind=SettingKind.CORRECTION_FACTOR, from_minute=0, to_minute=360),
    Coordinate(kind=SettingKind.CORRECTION_FACTOR, from_minute=360, to_minute=1440),
    Coordinate(kind=SettingKind.TARGET),
    Coordinate(kind=SettingKind.DURATION),
)
"""All that is searched over for a pump, in the order of a vector of levels."""

PEN_COORDINATES = (Coordinate(kind=SettingKind.BASAL), *PUMP_COORDINATES[len(BLOCKS) :])
"""The same for pens, whose long-acting insulin has one size."""


def with_levels(
    today: TherapySetting, coordinates: tuple[Coordinate, ...], levels: np.ndarray, limits: SettingLimits
) -> TherapySetting:
    """Today's settings moved by a level per coordinate, rounded as they can be set, within the largest step.

    Args:
        today: the settings now.
        coordinates: what may be changed.
        levels: per coordinate, -2 to 2: by half or all of the largest step, down or up.
        limits: sizes and rounding.
    """
    values = {kind: np.array(getattr(today, FIELDS[kind]), dtype=np.float64) for kind in SettingKind}
    for coordinate, level in zip(coordinates, levels, strict=True):
        if level:
            field = values[coordinate.kind]
            place = () if field.ndim == 0 else coordinate.slots
            field[place] = _moved(np.asarray(field[place]), coordinate.kind, int(level), limits)
    return eqx.tree_at(
        lambda one: [getattr(one, FIELDS[kind]) for kind in SettingKind], today, [values[kind] for kind in SettingKind]
    )


def candidates_of(settings: list[TherapySetting], leads: list[int]) -> Candidates:
    """Some settings as one batch."""
    stacked = jax.tree.map(lambda *values: np.stack([np.asarray(one) for one in values]), *settings)
    return Candidates(stacked, np.asarray(leads))


def within_step(before: np.ndarray, after: np.ndarray, kind: SettingKind, limits: SettingLimits) -> bool:
    """Whether no value moved by more than the largest step."""
    largest = _largest(np.asarray(before), kind, limits)
    return bool(np.all(np.abs(np.asarray(after) - before) <= largest + ROUNDING))


def _moved(before: np.ndarray, kind: SettingKind, level: int, limits: SettingLimits) -> np.ndarray:
    largest, sign = _largest(before, kind, limits), np.sign(level)
    small = limits.target_step_mgdl if kind is SettingKind.TARGET else limits.step_fraction * before
    size = small if abs(level) == HALF else largest
    step = _rounding(kind, limits)
    if step > 0.0:
        # To the nearest settable value, but never beyond the largest step.
        size = np.minimum(np.round(size / step), np.floor(largest / step + ROUNDING)) * step
    moved = before + sign * size
    if kind is SettingKind.TARGET:
        allowed = (moved >= limits.lowest_target_mgdl) & (moved <= limits.highest_target_mgdl)
        moved = np.where(allowed, moved, before)
    return np.where(moved > 0.0, moved, before)


def _largest(before: np.ndarray, kind: SettingKind, limits: SettingLimits) -> np.ndarray:
    if kind is SettingKind.TARGET:
        return np.full(np.shape(before), limits.largest_target_step_mgdl)
    return np.asarray(limits.largest_step_fraction * before)


def _rounding(kind: SettingKind, limits: SettingLimits) -> float:
    return {
        SettingKind.BASAL: limits.basal_step_u_per_h,
        SettingKind.CARB_RATIO: limits.carb_ratio_step_g_per_u,
        SettingKind.CORRECTION_FACTOR: limits.correction_factor_step_mgdl_per_u,
        SettingKind.TARGET: limits.target_step_mgdl,
        SettingKind.DURATION: limits.duration_step_min,
    }[kind]
