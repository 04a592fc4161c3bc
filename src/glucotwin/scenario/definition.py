"""The scenario format: what a virtual subject eats, injects and does, as people write it."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

AUTO = "auto"


def _clock(value: object) -> object:
    """YAML 1.1 reads 12:30 as the number 750 (sixties); turn it back into a clock time."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1440:
        return dt.time(value // 60, value % 60)
    return value


ClockTime = Annotated[dt.time, BeforeValidator(_clock)]


class Part(BaseModel):
    """Base of everything in a scenario: immutable, and a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Repeated(Part):
    """Something that happens at a local time, every day or on the given days (the first is day 1)."""

    time: ClockTime
    days: Literal["every"] | tuple[Annotated[int, Field(ge=1)], ...] = "every"

    def happens_on(self, day: int) -> bool:
        """Whether it happens on a day, counted from 1."""
        return self.days == "every" or day in self.days


class MealPart(Repeated):
    """A meal; without a duration it is eaten at 5 g of carbohydrate per minute."""

    carbs_g: float = Field(ge=0, le=1000)
    protein_g: float = Field(default=0.0, ge=0, le=1000)
    fat_g: float = Field(default=0.0, ge=0, le=1000)
    fibre_g: float = Field(default=0.0, ge=0, le=500)
    duration_min: float | None = Field(default=None, ge=1, le=600)


class BolusPart(Repeated):
    """A bolus: units, or carbohydrate divided by a carb ratio (``auto``: the subject's); part may be extended."""

    u: float | None = Field(default=None, ge=0, le=300)
    carbs_g: float | None = Field(default=None, ge=0, le=1000)
    carb_ratio: Literal["auto"] | Annotated[float, Field(gt=0, le=500)] = AUTO
    extended_u: float = Field(default=0.0, ge=0, le=300)
    extended_min: float = Field(default=0.0, ge=0, le=1440)

    @model_validator(mode="after")
    def _one_amount(self) -> "BolusPart":
        if self.u is not None and self.carbs_g is not None:
            raise ValueError("give either u or carbs_g, not both")
        if self.u is None and self.carbs_g is None and self.extended_u == 0.0:
            raise ValueError("give u, carbs_g (with carb_ratio) or extended_u")
        if (self.extended_u > 0.0) != (self.extended_min > 0.0):
            raise ValueError("extended_u and extended_min belong together")
        return self


class BasalStep(Part):
    """A basal rate from a local time on."""

    start: ClockTime = Field(alias="from")
    u_per_h: float = Field(ge=0, le=50)


class ActivityPart(Repeated):
    """Movement; intensity as share of maximal oxygen uptake."""

    duration_min: float = Field(gt=0, le=1440)
    intensity_fraction: float = Field(ge=0, le=1)
    heart_rate_bpm: float | None = Field(default=None, ge=20, le=260)


class Scenario(Part):
    """A scenario: days of meals, insulin and activity.

    Attributes:
        name: for people.
        days: how many local days.
        start: first local day or time.
        zone: IANA zone of all local times.
        basal: U/h, ``auto`` for the subject's own rate, or a daily profile from 00:00.
        meals, boluses, activities: in any order.
    """

    name: str = ""
    days: int = Field(default=1, ge=1, le=3660)
    start: dt.datetime = dt.datetime(2024, 1, 1)
    zone: str = "UTC"
    basal: Literal["auto"] | Annotated[float, Field(ge=0, le=50)] | tuple[BasalStep, ...] = AUTO
    meals: tuple[MealPart, ...] = ()
    boluses: tuple[BolusPart, ...] = ()
    activities: tuple[ActivityPart, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> "Scenario":
        if self.start.tzinfo is not None:
            raise ValueError("start is a local time: leave the offset out and give the zone")
        if isinstance(self.basal, tuple):
            starts = [step.start for step in self.basal]
            if not starts or starts[0] != dt.time(0) or sorted(set(starts)) != starts:
                raise ValueError("a basal profile ascends from 00:00")
        return self


def scenario_schema() -> dict[str, object]:
    """The JSON schema of a scenario file, for editors and other programs."""
    return Scenario.model_json_schema()
