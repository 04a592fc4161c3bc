"""Reader of Tidepool's risk scenarios: what happens, what the pump is told and what the sensor says, arm by arm.

The set (tidepool-org/data-science-simulator, BSD-2-Clause) states a hazard as a difference between three views of the
same hours. A file holds scenarios with profiles, each with up to three arms that override a base; text that begins
with ``reusable.`` stands for an entry of the file's own table.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from glucotwin.core.error import DataError, ErrorCode, NotFoundError

ACCEPT = "accept_recommendation"
USUAL_ABSORPTION_MIN = 180.0
_REUSABLE = "reusable."
_TIME = "%m/%d/%Y %H:%M:%S"
_HINT = "The file must have the shape of the set: scenarios with id and profiles, and the table reusable."


class Arm(StrEnum):
    """What doses in a simulation: settings as they are, nobody, or Loop with its guardrails."""

    LOOP = "loop"
    NO_LOOP = "no-loop"
    LOOP_WITH_GUARDRAILS = "loop-with-guardrails"


_ARMS = {"prenoloop": Arm.NO_LOOP, "preloop": Arm.LOOP, "postloop": Arm.LOOP_WITH_GUARDRAILS}


def _time(value: object) -> object:
    return datetime.strptime(value, _TIME) if isinstance(value, str) else value


def _minutes(value: object) -> object:
    if not isinstance(value, list):
        return value
    parts = [[int(one) for one in str(text).split(":")] for text in value]
    return [60.0 * hour + minute + second / 60.0 for hour, minute, second in parts]


LocalTime = Annotated[datetime, BeforeValidator(_time)]
MinutesOfDay = Annotated[tuple[float, ...], BeforeValidator(_minutes)]
_CONFIG = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Schedule(BaseModel):
    """A setting over the day."""

    model_config = _CONFIG
    start_times: MinutesOfDay
    values: tuple[float, ...] = Field(min_length=1)


class RangeSchedule(BaseModel):
    """A range over the day, mg/dL."""

    model_config = _CONFIG
    start_times: MinutesOfDay
    lower_values: tuple[float, ...] = Field(min_length=1)
    upper_values: tuple[float, ...] = Field(min_length=1)


class Metabolism(BaseModel):
    """Settings in U/h, g/U and mg/dL per U; for type 2 diabetes own secretion."""

    model_config = _CONFIG
    insulin_sensitivity_factor: Schedule
    carb_insulin_ratio: Schedule
    basal_rate: Schedule
    glucose_sensitivity_factor: Schedule | None = None
    basal_blood_glucose: Schedule | None = None
    insulin_production_rate: Schedule | None = None
    patient_insulin_type: str = "rapid_acting_adult"


class Meal(BaseModel):
    """Carbohydrate, g, with its absorption time, min."""

    model_config = _CONFIG
    start_time: LocalTime
    value: float = Field(ge=0)
    duration: float = USUAL_ABSORPTION_MIN
    type: Literal["carb"] = "carb"


class BolusEntry(BaseModel):
    """Insulin, U, or what the algorithm recommends."""

    model_config = _CONFIG
    time: LocalTime
    value: Annotated[float, Field(ge=0)] | Literal["accept_recommendation"]
    type: Literal["bolus"] = "bolus"


class GlucoseHistory(BaseModel):
    """Glucose every five minutes up to the start, mg/dL."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)
    first_time: LocalTime
    values_mgdl: tuple[float, ...] = Field(min_length=1)
    error: None = None


class Truth(BaseModel):
    """What really happens."""

    model_config = _CONFIG
    metabolism_settings: Metabolism
    glucose_history: GlucoseHistory
    bolus_entries: tuple[BolusEntry, ...]
    carb_entries: tuple[Meal, ...]
    physical_activity_entries: tuple[object, ...] = Field(default=(), max_length=0)


class Told(BaseModel):
    """What the pump and its algorithm are told."""

    model_config = _CONFIG
    metabolism_settings: Metabolism
    bolus_entries: tuple[BolusEntry, ...]
    carb_entries: tuple[Meal, ...]
    target_range: RangeSchedule


class Sensor(BaseModel):
    """What the sensor has said so far."""

    model_config = _CONFIG
    glucose_history: GlucoseHistory


class Person(BaseModel):
    """The three views."""

    model_config = _CONFIG
    sensor: Sensor
    pump: Told
    patient_model: Truth


class AlgorithmSettings(BaseModel):
    """Loop's settings; those of the original's own machinery are read past."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)
    max_basal_rate: float = Field(ge=0)
    max_bolus: float = Field(ge=0)
    suspend_threshold: float = Field(default=70.0, ge=0)
    glucose_safety_limit: float | None = Field(default=None, ge=0)
    model: str = "rapid_acting_adult"
    retrospective_correction_enabled: bool = True
    partial_application_factor: float = 0.0
    use_mid_absorption_isf: bool = False
    carb_absorption_model: str = "piecewiseLinear"
    max_active_insulin_modifier: float = 10.0

    @property
    def suspend_mgdl(self) -> float:
        """Glucose below which no insulin is given; later files call it the safety limit."""
        return self.suspend_threshold if self.glucose_safety_limit is None else self.glucose_safety_limit


class Automation(BaseModel):
    """From when on automatic dosing is on or off."""

    model_config = _CONFIG
    time: LocalTime
    dosing_enabled: bool


class Algorithm(BaseModel):
    """The algorithm of an arm."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    settings: AlgorithmSettings
    automation_control_timeline: tuple[Automation, ...] = ()


class RiskSimulation(BaseModel):
    """One arm of one profile of one scenario."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    scenario: str
    description: str
    profile: str
    arm: Arm
    time_to_calculate_at: LocalTime
    duration_hours: float = Field(gt=0, le=72)
    patient: Person
    controller: Algorithm | None

    @property
    def name(self) -> str:
        """Scenario, profile and arm."""
        return f"{self.scenario} {self.profile} {self.arm}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskSet:
    """A file of scenarios.

    Attributes:
        simulations: every arm that can be run.
        left_out: arms that cannot, by name, with why.
    """

    simulations: tuple[RiskSimulation, ...]
    left_out: Mapping[str, str]


def read_risk_set(path: Path, *, scenarios: frozenset[str] = frozenset()) -> RiskSet:
    """Read a file of the set.

    Args:
        path: the file.
        scenarios: identifiers of those that are wanted; all when empty.

    Raises:
        NotFoundError: there is no file.
        DataError: the file is no set of scenarios, or a wanted one is not in it.
    """
    document = _document(path)
    known = [str(one["id"]) for one in document["scenarios"]]
    missing = sorted(scenarios - set(known))
    if missing:
        raise DataError(
            ErrorCode.UNKNOWN_NAME,
            f"{path} has no scenario {missing[0]!r}.",
            hint=f"It has {len(known)}, from {known[0]} to {known[-1]}.",
        )
    simulations: list[RiskSimulation] = []
    left_out: dict[str, str] = {}
    for raw in _arms(document, scenarios):
        try:
            simulations.append(RiskSimulation.model_validate(raw))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            left_out[f"{raw['scenario']} {raw['profile']} {raw['arm']}"] = f"{where}: {first['msg']}"
    return RiskSet(simulations=tuple(simulations), left_out=left_out)


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        is_set = isinstance(document["reusable"], dict) and all(
            isinstance(one["id"], str) and isinstance(one["profiles"], dict) for one in document["scenarios"]
        )
    except FileNotFoundError as error:
        raise NotFoundError(ErrorCode.UNREADABLE_FILE, f"There is no file {path}.", hint="Check the path.") from error
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise _no_set(path, f"{type(error).__name__}: {error}") from error
    if not is_set:
        raise _no_set(path, "a scenario without id or profiles, or a table reusable that is none")
    return document


def _no_set(path: Path, why: str) -> DataError:
    return DataError(ErrorCode.UNREADABLE_FILE, f"{path} holds no risk scenarios ({why}).", hint=_HINT)


def _arms(document: Mapping[str, Any], wanted: frozenset[str]) -> Iterator[dict[str, Any]]:
    for scenario in document["scenarios"]:
        if wanted and scenario["id"] not in wanted:
            continue
        for profile, entry in scenario["profiles"].items():
            base = _resolved(entry["base_config"], document["reusable"])
            for override in entry["override_config"]:
                merged = _merged(base, _resolved(override, document["reusable"]))
                named = {"scenario": scenario["id"], "description": scenario["description"], "profile": profile}
                yield merged | named | {"arm": _arm_of(str(override["sim_id"]))}


def _arm_of(name: str) -> Arm | str:
    plain = "".join(one for one in name.lower() if one.isalpha())
    return next((arm for start, arm in _ARMS.items() if plain.startswith(start)), name)


def _resolved(value: Any, reusable: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str) and value.startswith(_REUSABLE):
        # A name that the table has not stays text, and is refused where a setting is expected.
        return _resolved(reusable[value], reusable) if value in reusable else value
    if isinstance(value, dict):
        return {key: _resolved(one, reusable) for key, one in value.items()}
    return [_resolved(one, reusable) for one in value] if isinstance(value, list) else value


def _merged(base: Any, override: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(base, dict) and isinstance(override, dict):
        return base | {key: _merged(base.get(key), one) for key, one in override.items()}
    return override
