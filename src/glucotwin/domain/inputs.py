"""What a body receives, minute by minute: dense arrays on a one-minute grid."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import AnyArray, Float, Int
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.unit import MINUTES_PER_DAY

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Inputs(eqx.Module):
    """Per-minute inputs; each value holds over the minute that begins at its index.

    Leading axis: time. Inside a scan the arrays are scalars (one minute). Doses are by product, so that a body picks
    the depots it knows; ``parameter_factor`` multiplies named parameters (``"organ.parameter"``) minute by minute and
    is differentiable: time-varying, fitted or scripted. ``unexplained_flux_mgdl_per_min`` carries what a fit could not
    explain. ``imputed_flux_power`` tells how uncertain the flux is because inputs are imputed: variance times
    correlation time, in (mg/dL/min)^2 min; None when nothing is.
    """

    minute_utc: Int[AnyArray, "*time"]
    minute_of_day: Float[AnyArray, "*time"]
    carbs_g_per_min: Float[AnyArray, "*time"]
    liquid_carbs_g_per_min: Float[AnyArray, "*time"]
    protein_g_per_min: Float[AnyArray, "*time"]
    fat_g_per_min: Float[AnyArray, "*time"]
    fibre_g_per_min: Float[AnyArray, "*time"]
    alcohol_g_per_min: Float[AnyArray, "*time"]
    insulin_u_per_min: Mapping[str, Float[AnyArray, "*time"]]
    medication_mg_per_min: Mapping[str, Float[AnyArray, "*time"]]
    activity_fraction: Float[AnyArray, "*time"]
    resistance_fraction: Float[AnyArray, "*time"]
    heart_rate_bpm: Float[AnyArray, "*time"]
    steps_per_min: Float[AnyArray, "*time"]
    condition_level: Mapping[str, Float[AnyArray, "*time"]]
    parameter_factor: Mapping[str, Float[AnyArray, "*time"]]
    unexplained_flux_mgdl_per_min: Float[AnyArray, "*time"]
    imputed_flux_power: Float[AnyArray, "*time"] | None = None

    @property
    def minutes(self) -> int:
        """Number of minutes."""
        return self.minute_utc.shape[-1]

    def total_insulin_u_per_min(self) -> Float[AnyArray, "*time"]:
        """All products together."""
        return sum(self.insulin_u_per_min.values(), start=jnp.zeros_like(self.carbs_g_per_min))

    def dose_u_per_min(self, product: str) -> Float[AnyArray, "*time"]:
        """The rate of an insulin product; zero when none is given."""
        return self.insulin_u_per_min.get(product, jnp.zeros_like(self.carbs_g_per_min))

    def medication(self, name: str) -> Float[AnyArray, "*time"]:
        """The rate of a medicine in mg/min; zero when none is given."""
        return self.medication_mg_per_min.get(name, jnp.zeros_like(self.carbs_g_per_min))

    def level(self, condition: str) -> Float[AnyArray, "*time"]:
        """The level of a condition; zero when none is given."""
        return self.condition_level.get(condition, jnp.zeros_like(self.carbs_g_per_min))

    def cut(self, first: int, last: int) -> "Inputs":
        """Minutes ``[first, last)``."""
        return self.map(lambda values: values[..., first:last])

    def map(self, function: Callable[[AnyArray], AnyArray]) -> "Inputs":
        """The same record with a function applied to every array."""
        return jax.tree.map(function, self)


def constant_inputs(
    minutes: int,
    *,
    start: datetime = datetime(2024, 1, 1, tzinfo=UTC),
    zone: str = "UTC",
    insulin_u_per_min: float | np.ndarray = 0.0,
    carbs_g_per_min: float | np.ndarray = 0.0,
    product: str = "rapid",
) -> Inputs:
    """Inputs of one insulin product and carbohydrate only, from a local start; scalars are held throughout.

    Raises:
        DataError: an array's length is not the number of minutes, or a value is negative or not finite.
    """
    return Inputs(
        **clock_arrays(start, minutes, zone),
        carbs_g_per_min=_dense("carbs_g_per_min", carbs_g_per_min, minutes),
        insulin_u_per_min={product: _dense("insulin_u_per_min", insulin_u_per_min, minutes)},
        medication_mg_per_min={},
        condition_level={},
        parameter_factor={},
        **{name: np.zeros(minutes) for name in QUIET_FIELDS},
    )


QUIET_FIELDS = (
    "liquid_carbs_g_per_min",
    "protein_g_per_min",
    "fat_g_per_min",
    "fibre_g_per_min",
    "alcohol_g_per_min",
    "activity_fraction",
    "resistance_fraction",
    "heart_rate_bpm",
    "steps_per_min",
    "unexplained_flux_mgdl_per_min",
)
"""Fields that are zero when nothing was recorded."""


def clock_arrays(start: datetime, minutes: int, zone: str) -> dict[str, np.ndarray]:
    """``minute_utc`` and the local ``minute_of_day`` of a grid; right across clock changes."""
    first = minute_utc_from(start)
    minute_utc = np.arange(first, first + minutes, dtype=np.int64)
    # Zones change their offset on the quarter hour, so one look-up per quarter hour is exact.
    quarters, inverse = np.unique(minute_utc // 15, return_inverse=True)
    offsets = np.array([_utc_offset_min(int(quarter) * 15, zone) for quarter in quarters])
    local = minute_utc + offsets[inverse]
    return {"minute_utc": minute_utc, "minute_of_day": (local % MINUTES_PER_DAY).astype(np.float64)}


def minute_utc_from(time: datetime) -> int:
    """Whole minutes since 1970 UTC of an aware time (floored)."""
    return int((time - EPOCH) // timedelta(minutes=1))


def time_from_minute_utc(minute_utc: int) -> datetime:
    """The aware UTC time of a whole minute since 1970."""
    return EPOCH + timedelta(minutes=int(minute_utc))


def _utc_offset_min(minute_utc: int, zone: str) -> float:
    offset = time_from_minute_utc(minute_utc).astimezone(ZoneInfo(zone)).utcoffset()
    return 0.0 if offset is None else offset / timedelta(minutes=1)


def _dense(name: str, value: float | np.ndarray, minutes: int) -> np.ndarray:
    dense = np.broadcast_to(np.asarray(value, dtype=np.float64), (minutes,)) if np.ndim(value) == 0 else value
    dense = np.array(dense, dtype=np.float64)
    if dense.shape != (minutes,):
        raise DataError(ErrorCode.INVALID_VALUE, f"{name} has shape {dense.shape}, not ({minutes},).")
    if not np.all(np.isfinite(dense)) or np.any(dense < 0):
        raise DataError(ErrorCode.INVALID_VALUE, f"{name} must be finite and not negative.")
    return dense
