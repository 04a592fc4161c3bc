"""The scenario format: what a virtual subject eats, injects and does, in one or several variants."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from glucotwin.scenario.local_calendar import LocalCalendar, local_calendar
from glucotwin.scenario.part import (
    AUTO,
    RAPID,
    ActivityPart,
    AlcoholPart,
    BasalStep,
    BodyPart,
    BolusPart,
    ConditionPart,
    InjectionPart,
    InterruptionPart,
    MealPart,
    MedicationPart,
    ParameterPart,
    Part,
    Product,
    SetChangePart,
    TempBasalPart,
    TravelPart,
    Zone,
)

NO_BASAL = "none"
PUMP_ONLY = ("temp_basal", "interruptions", "set_changes")
"""Fields that mean nothing without a pump."""


def _ascending(profile: tuple[BasalStep, ...]) -> tuple[BasalStep, ...]:
    starts = [step.start for step in profile]
    if not starts or starts[0] != dt.time(0) or sorted(set(starts)) != starts:
        raise ValueError("a basal profile ascends from 00:00")
    return profile


def _without_offset(start: dt.datetime) -> dt.datetime:
    if start.tzinfo is not None:
        raise ValueError("start is a local time: leave the offset out and give the zone")
    return start


BasalProfile = Annotated[tuple[BasalStep, ...], AfterValidator(_ascending)]


class Plan(Part):
    """Days of food, insulin, movement and whatever else happens; the fields that a variant can replace.

    Attributes:
        days: how many local days.
        start: first local day or time.
        zone: IANA zone of all local times, until a journey.
        basal: of the pump: U/h, ``auto`` for the subject's own, a daily profile from 00:00, or ``none``.
        basal_product: the insulin in the pump.
        body: what is different about the subject and its body.
        others: in any order.
    """

    days: int = Field(default=1, ge=1, le=3660)
    start: Annotated[dt.datetime, AfterValidator(_without_offset)] = dt.datetime(2024, 1, 1)
    zone: Zone = "UTC"
    basal: Literal["auto", "none"] | Annotated[float, Field(ge=0, le=50)] | BasalProfile = AUTO
    basal_product: Product = RAPID
    temp_basal: tuple[TempBasalPart, ...] = ()
    boluses: tuple[BolusPart, ...] = ()
    injections: tuple[InjectionPart, ...] = ()
    set_changes: tuple[SetChangePart, ...] = ()
    interruptions: tuple[InterruptionPart, ...] = ()
    meals: tuple[MealPart, ...] = ()
    alcohol: tuple[AlcoholPart, ...] = ()
    activities: tuple[ActivityPart, ...] = ()
    conditions: tuple[ConditionPart, ...] = ()
    medications: tuple[MedicationPart, ...] = ()
    travel: tuple[TravelPart, ...] = ()
    parameters: tuple[ParameterPart, ...] = ()
    body: BodyPart = BodyPart()

    @property
    def changes(self) -> dict[str, float]:
        """What is different about the subject, by name; for the body to check."""
        return dict(self.body.subject)

    @property
    def without(self) -> frozenset[str]:
        """Modules that the body lacks; for the body to check."""
        return frozenset(self.body.without)

    @property
    def has_pump_basal(self) -> bool:
        """Whether a pump delivers any basal insulin."""
        if isinstance(self.basal, tuple):
            return any(step.u_per_h > 0.0 for step in self.basal)
        return self.basal == AUTO or (self.basal != NO_BASAL and float(self.basal) > 0.0)

    def calendar(self) -> LocalCalendar:
        """Its local days in absolute time."""
        return local_calendar(start=self.start, days=self.days, zone=self.zone, travel=self.travel)


class Variant(Plan):
    """A named variant of a scenario: each field that it gives replaces the scenario's as a whole."""

    name: str = Field(min_length=1)


class Scenario(Plan):
    """A scenario: a plan, and variants of it to compare with.

    Attributes:
        name: for people.
        base_name: what the plan itself is called beside its variants.
        variants: what else could be done.
    """

    name: str = ""
    base_name: str = Field(default="as planned", min_length=1)
    variants: tuple[Variant, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> "Scenario":
        _check(self)
        names = [self.base_name]
        for index, variant in enumerate(self.variants):
            if variant.name in names:
                raise _complaint(("variants", index, "name"), f"the name {variant.name!r} is taken")
            names.append(variant.name)
            _check(_varied(self, variant), ("variants", index))
        return self


def scenario_variants(scenario: Scenario) -> tuple[tuple[str, Scenario], ...]:
    """Every variant of a scenario by name, the scenario as it stands first; none of them has variants of its own."""
    base = scenario.model_copy(update={"variants": ()})
    return (scenario.base_name, base), *((variant.name, _varied(base, variant)) for variant in scenario.variants)


def scenario_schema() -> dict[str, object]:
    """The JSON schema of a scenario file, for editors and other programs."""
    return Scenario.model_json_schema()


def _varied(scenario: Scenario, variant: Variant) -> Scenario:
    replaced = {name: getattr(variant, name) for name in variant.model_fields_set if name in Plan.model_fields}
    return scenario.model_copy(update={**replaced, "variants": ()})


def _check(plan: Plan, place: tuple[int | str, ...] = ()) -> None:
    """Passes when a plan's fields fit each other; complaints name the place of the plan in the file."""
    _check_insulin(plan, place)
    calendar = plan.calendar()
    for index, stretch in enumerate(calendar.stretches[:-1]):
        if stretch.end <= stretch.start:
            raise _complaint((*place, "travel", index), "a journey comes after the start and after those before it")
        if stretch.end >= calendar.last_instant(stretch.zone):
            raise _complaint((*place, "travel", index), "this journey comes after the last day")


def _check_insulin(plan: Plan, place: tuple[int | str, ...]) -> None:
    for field in PUMP_ONLY:
        if plan.basal == NO_BASAL and getattr(plan, field):
            raise _complaint((*place, field), "with basal: none there is no pump; leave this empty")
    automatic = [index for index, part in enumerate(plan.injections) if part.u == AUTO]
    if automatic and plan.basal == AUTO and not plan.temp_basal:
        words = "u: auto beside basal: auto gives the daily basal twice; set basal to none"
        raise _complaint((*place, "injections", automatic[0], "u"), words)


def _complaint(place: tuple[int | str, ...], words: str) -> ValidationError:
    """A complaint about one field, for which pydantic itself knows only the whole."""
    kind = PydanticCustomError("inconsistent", "{words}", {"words": words})
    return ValidationError.from_exception_data("Scenario", [InitErrorDetails(type=kind, loc=place, input=None)])
