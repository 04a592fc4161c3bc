"""What simulated people wear: a sensor that they go by, a pump, faults, a ketone monitor and a watch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.random import stream_keys
from glucotwin.devices.catalogue import IDEAL
from glucotwin.devices.device_file import FlashFile, PenFile
from glucotwin.devices.flash import back_filled
from glucotwin.devices.registry import find_ketone_monitor, find_tracker, pump_file, sensor_file
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.insulin_product import REFERENCE
from glucotwin.simulate.reaction import CHECK, REACTION_SENSOR, SelfCare, no_self_care
from glucotwin.simulate.wear import for_everyone, wear_condition, worn_readings, worn_values
from glucotwin.simulate.worn_device import WornDevices
from glucotwin.workflows.own_fault import Faults, devices_with_faults, faults_of_people

SENSOR, HISTORY = "sensor_mgdl", "sensor_history_mgdl"
KETONE, KETONE_SHOWN, ACTIVITY_SHOWN = "ketone_mmoll", "ketone_shown_mmoll", "activity_shown_fraction"
"""Names of what devices show, among a simulation's outputs; not a number where nothing is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChoice:
    """What people wear.

    Attributes:
        sensor: name of the sensor that they go by; empty for the truth, and then nothing is shown.
        pump: name of the pump; empty for insulin exactly as planned.
        faults: what goes wrong, each ``KIND:FROM-TO[:SIZE]`` or the name of rates (``typical``).
        ketone: name of a ketone monitor; empty for none.
        tracker: name of a watch; empty for none.
        seed: of the devices.
    """

    sensor: str = ""
    pump: str = ""
    faults: tuple[str, ...] = ()
    ketone: str = ""
    tracker: str = ""
    seed: int = 1

    @property
    def is_any(self) -> bool:
        """Whether they wear anything."""
        return bool(self.changes_days or self.ketone or self.tracker)

    @property
    def changes_days(self) -> bool:
        """Whether people's days go otherwise because of them: who only watches changes nothing."""
        return bool(self.sensor or self.pump or self.faults)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Signals of the body that they measure."""
        return (KETONE,) if self.ketone else ()


def is_scanned(sensor: str) -> bool:
    """Whether a sensor tells its memory when it is scanned; no sensor and the ideal one do not.

    Raises:
        NotFoundError: there is no such sensor.
    """
    return sensor not in {"", IDEAL} and isinstance(sensor_file(sensor), FlashFile)


NO_DEVICES = DeviceChoice()


class WornDays:
    """Devices on people through their days.

    Attributes:
        choice: which.
    """

    def __init__(
        self, choice: DeviceChoice, people: Sequence[str], inputs: Inputs, *, start: datetime, days: float
    ) -> None:
        """Puts them on.

        Args:
            choice: which.
            people: names.
            inputs: theirs as planned, stacked.
            start: aware local time of the first minute.
            days: how long.

        Raises:
            NotFoundError: there is no such device.
            DataError: a fault is none, or a pen is to give a basal rate.
        """
        self.choice, self._people, self._inputs = choice, tuple(people), inputs
        if choice.ketone:
            find_ketone_monitor(choice.ketone)
        if choice.tracker:
            find_tracker(choice.tracker)
        self._sensor, self._pump = choice.sensor or IDEAL, choice.pump or IDEAL
        _check_pen(self._pump, inputs)
        self._faults: tuple[Faults, ...] = faults_of_people(
            choice.faults, people, start=start, days=days, seed=choice.seed, sensor=self._sensor
        )

    @property
    def _start_minute(self) -> int:
        return int(np.asarray(self._inputs.minute_utc).ravel()[0])

    def _keys(self, stream: str) -> np.ndarray:
        return stream_keys(self.choice.seed, self._people, stream=stream)

    def reaction(self, care: SelfCare | None) -> WornDevices:
        """What the devices do in the simulation, with a leading people axis.

        Args:
            care: what each person does about the glucose they see, likewise; None for nothing.
        """
        people = len(self._people)
        worn, used, own = devices_with_faults(self._sensor, self._pump, self._faults, start_minute=self._start_minute)
        sensor, pump = own.put_on(for_everyone(worn, people), for_everyone(used, people))
        return WornDevices(
            sensor=sensor,
            pump=pump,
            care=for_everyone(no_self_care(), people) if care is None else care,
            sensor_key=self._keys("sensor"),
            pump_key=self._keys("pump"),
        )

    def shown(self, outputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """What devices showed, by name, each ``(people, points)``; nothing is shown at the last point.

        Args:
            outputs: of the simulation.
        """
        made: dict[str, np.ndarray] = {}
        if self.choice.sensor and REACTION_SENSOR in outputs:
            # The state at a point is that of the minute before it.
            made[SENSOR] = _with_end(outputs[REACTION_SENSOR][:, 1:])
        if is_scanned(self.choice.sensor):
            made[HISTORY] = _with_end(self._history(outputs["interstitial_mgdl"][:, :-1]))
        minutes = self._minutes()
        if self.choice.ketone:
            monitor, truth = find_ketone_monitor(self.choice.ketone), outputs[KETONE][:, :-1]
            made[KETONE_SHOWN] = _with_end(worn_values(monitor, self._keys(self.choice.ketone), truth, minutes))
        if self.choice.tracker:
            tracker = find_tracker(self.choice.tracker)
            truth = self._column(self._inputs.activity_fraction)
            made[ACTIVITY_SHOWN] = _with_end(worn_values(tracker, self._keys(self.choice.tracker), truth, minutes))
        return made

    def _history(self, interstitial_mgdl: np.ndarray) -> np.ndarray:
        """What the reader holds in the end: the sensor measured all along with the chance that the scans saw."""
        file = sensor_file(self._sensor)
        measures = file.measures if isinstance(file, FlashFile) else self._sensor
        worn, used, own = devices_with_faults(measures, IDEAL, self._faults, start_minute=self._start_minute)
        sensor, _ = own.put_on(for_everyone(worn, len(self._people)), used)
        condition = jax.tree.map(lambda values: jnp.asarray(self._column(values)), wear_condition(self._inputs))
        seen = worn_readings(sensor, self._keys("sensor"), interstitial_mgdl, self._minutes(), condition)
        scanned = self._column(self._inputs.level(CHECK)) > 0.5
        measured = np.asarray(seen.value_mgdl)
        return np.stack([back_filled(own_mgdl, scans) for own_mgdl, scans in zip(measured, scanned, strict=True)])

    def _minutes(self) -> np.ndarray:
        minutes = np.asarray(self._inputs.minute_utc)
        return minutes if minutes.ndim == 1 else minutes[0]

    def _column(self, values: object) -> np.ndarray:
        return np.broadcast_to(np.asarray(values, dtype=np.float64), (len(self._people), self._inputs.minutes))


def device_summary(outputs: Mapping[str, np.ndarray]) -> dict[str, float | int | None]:
    """What one person's devices showed, in figures: readings, their error, and the highest ketones and activity shown.

    Args:
        outputs: of a simulation, each ``(points,)``.
    """
    made: dict[str, float | int | None] = {}
    for name, count in ((SENSOR, "sensor_readings"), (HISTORY, "sensor_history_values")):
        if name in outputs:
            made[count] = int(np.sum(np.isfinite(outputs[name])))
    if SENSOR in outputs:
        seen = np.isfinite(outputs[SENSOR])
        truth = outputs["glucose_mgdl"][seen]
        relative = np.abs(outputs[SENSOR][seen] - truth) / np.maximum(truth, 1.0)
        made["sensor_mard_pct"] = 100.0 * float(np.mean(relative)) if seen.any() else None
    for name in (KETONE_SHOWN, ACTIVITY_SHOWN):
        if name in outputs:
            made[f"highest_{name}"] = float(np.nanmax(outputs[name]))
    return made


def _with_end(values: np.ndarray) -> np.ndarray:
    return np.concatenate([values, np.full((values.shape[0], 1), np.nan)], axis=1)


def _check_pen(pump: str, inputs: Inputs) -> None:
    """Passes unless a pen is to give a basal rate, which would be lost.

    Raises:
        DataError: it is.
    """
    if pump == IDEAL or not isinstance(pump_file(pump), PenFile):
        return
    dose = np.asarray(inputs.dose_u_per_min(REFERENCE))
    if np.median(dose) > 0.0:
        raise DataError(
            ErrorCode.INVALID_VALUE,
            message("simulate-pen-basal", name=pump),
            hint=message("simulate-pen-basal-hint"),
        )
