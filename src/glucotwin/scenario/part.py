"""What a scenario consists of: meals, insulin, movement, conditions, faults, journeys, as people write them."""

import datetime as dt
import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from glucotwin.domain.condition import ConditionKind

AUTO = "auto"
RAPID = "rapid"
"""The insulin product where none is named: any rapid analogue."""


def _clock(value: object) -> object:
    """YAML 1.1 reads 12:30 as the number 750 (sixties), 12:30:15 as 45015; turn them back into a clock time."""
    if isinstance(value, str):
        return f"0{value}" if re.match(r"\d:", value) else value
    if type(value) is int and (value == 0 or 60 <= value < 1440):
        return dt.time(value // 60, value % 60)
    if type(value) is int and 3600 <= value < 86_400:
        return dt.time(value // 3600, value // 60 % 60, value % 60)
    if isinstance(value, int | float):
        raise ValueError("this is no time of day; write one from '00:00' to '23:59', in quotes")
    return value


def _local(value: dt.time) -> dt.time:
    if value.tzinfo is not None:
        raise ValueError("a local time has no offset: leave it out")
    return value


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"there is no time zone {value!r}; use an IANA name such as Europe/Berlin") from None
    return value


def _product(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
        raise ValueError("an insulin product is written in small letters and hyphens, such as glargine-u100")
    return value


def _parameter_name(value: str) -> str:
    if not re.fullmatch(r"[^.\s]+\.[^.\s]+", value):
        raise ValueError("a parameter has its full name, organ.parameter")
    return value


ClockTime = Annotated[dt.time, BeforeValidator(_clock), AfterValidator(_local)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Product = Annotated[str, AfterValidator(_product)]
ParameterName = Annotated[str, AfterValidator(_parameter_name)]
Day = Annotated[int, Field(ge=1)]


class Part(BaseModel):
    """Base of everything in a scenario: immutable, and a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Repeated(Part):
    """Something that happens at a local time, every day or on the given days (the first is day 1)."""

    time: ClockTime
    days: Literal["every"] | tuple[Day, ...] = "every"
    day: Day | None = None

    @model_validator(mode="after")
    def _one_way_to_say_when(self) -> "Repeated":
        if self.day is not None and self.days != "every":
            raise ValueError("give either day or days, not both")
        return self

    def happens_on(self, day: int) -> bool:
        """Whether it happens on a day, counted from 1."""
        if self.day is not None:
            return day == self.day
        return self.days == "every" or day in self.days


class MealPart(Repeated):
    """A meal; without a duration it is eaten at 5 g of carbohydrate per minute.

    ``liquid`` stands for juice and glucose tablets: their carbohydrate leaves the stomach at once.
    """

    carbs_g: float = Field(ge=0, le=1000)
    protein_g: float = Field(default=0.0, ge=0, le=1000)
    fat_g: float = Field(default=0.0, ge=0, le=1000)
    fibre_g: float = Field(default=0.0, ge=0, le=500)
    liquid: bool = False
    duration_min: float | None = Field(default=None, ge=1, le=600)


class AlcoholPart(Repeated):
    """Pure ethanol in g, drunk evenly; a US standard drink holds 14 g."""

    alcohol_g: float = Field(ge=0, le=500)
    duration_min: float = Field(default=30.0, ge=1, le=1440)


class BolusPart(Repeated):
    """A bolus: units, or carbohydrate divided by a carb ratio (``auto``: the subject's); part may be extended."""

    u: float | None = Field(default=None, ge=0, le=300)
    carbs_g: float | None = Field(default=None, ge=0, le=1000)
    carb_ratio: Literal["auto"] | Annotated[float, Field(gt=0, le=500)] = AUTO
    extended_u: float = Field(default=0.0, ge=0, le=300)
    extended_min: float = Field(default=0.0, ge=0, le=1440)
    product: Product = RAPID

    @model_validator(mode="after")
    def _one_amount(self) -> "BolusPart":
        if self.u is not None and self.carbs_g is not None:
            raise ValueError("give either u or carbs_g, not both")
        if self.u is None and self.carbs_g is None and self.extended_u == 0.0:
            raise ValueError("give u, carbs_g (with carb_ratio) or extended_u")
        if (self.extended_u > 0.0) != (self.extended_min > 0.0):
            raise ValueError("extended_u and extended_min belong together")
        return self


class InjectionPart(Repeated):
    """An injection by pen or syringe, or an inhalation, in units; no fault of a pump reaches it.

    ``auto`` units are the subject's daily basal insulin, or the given share of it.
    """

    u: Literal["auto"] | Annotated[float, Field(ge=0, le=500)]
    share: float = Field(default=1.0, gt=0, le=5)
    product: Product

    @model_validator(mode="after")
    def _share_of_something(self) -> "InjectionPart":
        if self.u != AUTO and "share" in self.model_fields_set:
            raise ValueError("share is a share of the daily basal and goes with u: auto")
        return self


class BasalStep(Part):
    """A basal rate from a local time on."""

    start: ClockTime = Field(alias="from")
    u_per_h: float = Field(ge=0, le=50)


class TempBasalPart(Repeated):
    """A fraction of the programmed basal rate for some time; a new one ends the one before."""

    duration_min: float = Field(gt=0, le=2880)
    fraction: float = Field(ge=0, le=3)


class SetChangePart(Repeated):
    """A new infusion set: the age of the catheter counts from here."""


class InterruptionPart(Repeated):
    """An occlusion, a disconnection or a failing pump: only a fraction of its basal and boluses reaches the body."""

    duration_min: float = Field(gt=0, le=10_080)
    remaining_fraction: float = Field(default=0.0, ge=0, le=1)


class ActivityPart(Repeated):
    """Movement; intensity as share of maximal oxygen uptake, steps in all.

    When nothing was measured, the intensity is what is usual for the kind.
    """

    kind: Literal["aerobic", "high-intensity", "resistance", "mixed"] | None = None
    duration_min: float = Field(gt=0, le=1440)
    intensity_fraction: float | None = Field(default=None, ge=0, le=1)
    heart_rate_bpm: float | None = Field(default=None, ge=20, le=260)
    steps: float | None = Field(default=None, ge=0, le=200_000)


class ConditionPart(Repeated):
    """Illness, stress and the like; severity 1 is as bad as the sources of the body describe."""

    kind: ConditionKind
    duration_h: float = Field(ge=1 / 60, le=8760)
    severity: float = Field(default=1.0, ge=0, le=1)


class MedicationPart(Repeated):
    """A dose of a medicine other than insulin."""

    name: str = Field(min_length=1)
    dose_mg: float = Field(ge=0, le=100_000)
    route: str = "oral"


class TravelPart(Part):
    """A journey: from this local time of the old zone on, all local times are those of the new one."""

    day: Day
    time: ClockTime
    zone: Zone


class ParameterPart(Part):
    """A factor on a parameter of the body, by its full name, from a local time on; to the end without a duration."""

    name: ParameterName
    factor: float = Field(ge=0, le=1000)
    from_day: Day = 1
    time: ClockTime = dt.time(0)
    duration_h: float | None = Field(default=None, gt=0, le=87_840)


class BodyPart(Part):
    """What is different about the subject (values by name) and which modules its body lacks; the body checks names."""

    subject: dict[str, Annotated[float, Field(strict=True)]] = Field(default_factory=dict)
    without: tuple[str, ...] = ()
