"""Whose lives are drawn: arrays over people, with what they dose by."""

from dataclasses import dataclass, fields

import numpy as np

from glucotwin.core.error import DataError, ErrorCode

HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Several people; a person's life depends on the name and the own numbers alone, not on the others.

    Attributes:
        names: one each, all different.
        weight_kg, age_years: shape ``(people,)``.
        female: truth values, shape ``(people,)``.
        basal_u_per_h: basal rate of each local hour, shape ``(people, 24)``.
        carb_ratio_g_per_u: carbohydrate for one unit, shape ``(people,)``, or ``(people, 24)`` by local hour.
        correction_factor_mgdl_per_u: fall of glucose by one unit, shapes likewise; nothing here uses it.
        product: insulin that the pump holds.

    Raises:
        DataError: nobody is given, names repeat, shapes differ, or a number is not finite or impossible.
    """

    names: tuple[str, ...]
    weight_kg: np.ndarray
    age_years: np.ndarray
    female: np.ndarray
    basal_u_per_h: np.ndarray
    carb_ratio_g_per_u: np.ndarray
    correction_factor_mgdl_per_u: np.ndarray
    product: str = "rapid"

    def __post_init__(self) -> None:
        count = len(self.names)
        if not count or len(set(self.names)) != count:
            raise DataError(ErrorCode.INVALID_VALUE, "People need names, every one different.")
        flat, hourly = (count,), (count, HOURS)
        for name in ("weight_kg", "age_years", "female"):
            _check_shape(name, getattr(self, name), flat)
        _check_shape("basal_u_per_h", self.basal_u_per_h, hourly)
        for name in ("carb_ratio_g_per_u", "correction_factor_mgdl_per_u"):
            _check_shape(name, getattr(self, name), flat, hourly)
        for name in ("weight_kg", "carb_ratio_g_per_u", "correction_factor_mgdl_per_u"):
            _check_range(name, getattr(self, name), above=True)
        for name in ("age_years", "basal_u_per_h"):
            _check_range(name, getattr(self, name), above=False)

    def __len__(self) -> int:
        return len(self.names)

    def carb_ratio_at(self, hour: np.ndarray) -> np.ndarray:
        """The carb ratio at local hours, shape ``(people, …)``, in g/U."""
        ratio = np.asarray(self.carb_ratio_g_per_u, dtype=np.float64)
        by_hour = ratio if ratio.ndim == 2 else np.repeat(ratio[:, None], HOURS, axis=1)
        shape = hour.shape
        return np.take_along_axis(by_hour, hour.reshape(len(self), -1), axis=1).reshape(shape)

    def only(self, rows: np.ndarray) -> "People":
        """Some of the people, by their positions."""
        arrays = {
            field.name: getattr(self, field.name) for field in fields(self) if field.name not in ("names", "product")
        }
        return People(
            names=tuple(self.names[row] for row in rows),
            product=self.product,
            **{name: np.asarray(values)[rows] for name, values in arrays.items()},
        )


def _check_shape(name: str, values: np.ndarray, *shapes: tuple[int, ...]) -> None:
    if np.shape(values) not in shapes:
        expected = " or ".join(map(str, shapes))
        raise DataError(ErrorCode.INVALID_VALUE, f"{name} has shape {np.shape(values)}, not {expected}.")


def _check_range(name: str, values: np.ndarray, *, above: bool) -> None:
    numbers = np.asarray(values, dtype=np.float64)
    low = numbers <= 0.0 if above else numbers < 0.0
    if np.any(low) or not np.all(np.isfinite(numbers)):
        limit = "above 0" if above else "at least 0"
        raise DataError(ErrorCode.INVALID_VALUE, f"{name} must be finite and {limit}.")
