"""What virtual people do on the days of a simulation: live by a behaviour profile, or follow a scenario."""

import abc
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import polars as pl

from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.core.zone import find_zone
from glucotwin.domain.inputs import Inputs, minute_utc_from
from glucotwin.physiology.insulin_product import InsulinKind, find_insulin_product
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.registry import MODULAR_HINT, body_entry, changed
from glucotwin.physiology.subject import Subject
from glucotwin.scenario.announcement import announced_exercise, counted_carbs, with_announcements
from glucotwin.scenario.behaviour import People, draw_life_blocks
from glucotwin.scenario.behaviour_profile import find_behaviour
from glucotwin.scenario.definition import Scenario, scenario_variants
from glucotwin.scenario.dosing import Dosing
from glucotwin.scenario.event import inputs_from_scenario
from glucotwin.scenario.product import basal_insulin, scenario_products
from glucotwin.scenario.reader import read_scenario
from glucotwin.simulate.cohort import stack_inputs
from glucotwin.simulate.reaction import SelfCare

CARBS_OF_UNIT_G, FALL_OF_UNIT_MGDL = 10.0, 50.0
"""Carb ratio and correction factor of a subject whose population does not say."""

NEVER = 1e6
"""Carb ratio and correction factor of a subject who doses for no meal and no high."""

CIRCADIAN = "circadian"


class AbstractDays(abc.ABC):
    """Days that several people go through."""

    @property
    @abc.abstractmethod
    def length_days(self) -> int:
        """How many local days."""

    @property
    @abc.abstractmethod
    def start(self) -> datetime:
        """Aware time of the first minute."""

    @property
    @abc.abstractmethod
    def random_seed(self) -> int | None:
        """Of all randomness, if there is any."""

    @abc.abstractmethod
    def settings(self) -> dict[str, object]:
        """All that decides what happens, as JSON values."""

    @abc.abstractmethod
    def who(self, body: str, subjects: tuple[Subject, ...]) -> tuple[Subject, ...]:
        """The subjects as these days have them.

        Raises:
            ModelError: a change does not fit the body.
        """

    @abc.abstractmethod
    def options(self, without: frozenset[str]) -> BodyOptions:
        """What their bodies need, less the modules to leave out."""

    @abc.abstractmethod
    def blocks(
        self, subjects: tuple[Subject, ...], options: BodyOptions, *, block_days: int | None = None
    ) -> Iterator[tuple[Inputs, pl.DataFrame | None]]:
        """Inputs of all (stacked), block by block, and the events that begin in each as far as there is a record.

        Args:
            subjects: who.
            options: of their bodies.
            block_days: local days held at once; default all. Days that can't be made in parts come whole.
        """

    @abc.abstractmethod
    def announced(self, inputs: Inputs, events: pl.DataFrame | None, subjects: tuple[Subject, ...]) -> Inputs:
        """A block's inputs with its insulin left to a dosing algorithm, and with what the people tell it.

        Args:
            inputs: of a block.
            events: of the block.
            subjects: who.
        """

    @abc.abstractmethod
    def care(self, subjects: tuple[Subject, ...]) -> SelfCare | None:
        """What they do about the glucose they see, with a leading subject axis; None for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LivedDays(AbstractDays):
    """Lives that are drawn from a behaviour profile.

    Attributes:
        profile: its name.
        days: how many local days.
        local_start: local date and time of the first minute.
        zone: IANA zone of all people.
        seed: of behaviour.
        self_care: whether people treat lows and correct highs as the profile has it.

    Raises:
        NotFoundError: there is no such profile.
        DataError: there are no days, or no such zone.
    """

    profile: str
    days: int
    local_start: datetime = datetime(2024, 1, 1)
    zone: str = "UTC"
    seed: int = 1
    self_care: bool = True

    def __post_init__(self) -> None:
        find_behaviour(self.profile)
        find_zone(self.zone)
        if self.days < 1:
            raise DataError(
                ErrorCode.INVALID_VALUE, f"{self.days} days cannot be simulated.", hint="Ask for 1 or more."
            )

    @property
    def length_days(self) -> int:
        """How many local days."""
        return self.days

    @property
    def start(self) -> datetime:
        """Aware time of the first minute."""
        return self.local_start.replace(tzinfo=find_zone(self.zone))

    @property
    def random_seed(self) -> int | None:
        """Of behaviour."""
        return self.seed

    def settings(self) -> dict[str, object]:
        """All that decides what happens, as JSON values."""
        return {**asdict(self), "local_start": self.local_start.isoformat()}

    def who(self, body: str, subjects: tuple[Subject, ...]) -> tuple[Subject, ...]:
        """The subjects as they are.

        Raises:
            DataError: their body does not answer what happens in a life.
        """
        if not body_entry(body).modular:
            raise DataError(
                ErrorCode.INVALID_VALUE,
                f"The body {body} does not answer exercise, illness and the other events of a life.",
                hint=MODULAR_HINT,
            )
        return subjects

    def options(self, without: frozenset[str]) -> BodyOptions:
        """A pump with rapid-acting insulin."""
        return BodyOptions(without=without)

    def blocks(
        self, subjects: tuple[Subject, ...], options: BodyOptions, *, block_days: int | None = None
    ) -> Iterator[tuple[Inputs, pl.DataFrame | None]]:
        """Drawn block by block."""
        lives = draw_life_blocks(
            people_of(subjects),
            profile=self.profile,
            seed=self.seed,
            start=self.start,
            zone=self.zone,
            days=self.days,
            block_days=block_days,
        )
        for life in lives:
            inputs = life.inputs
            if CIRCADIAN in options.without:  # the profile's day-to-day sensitivity is a parameter of that module
                inputs = eqx.tree_at(lambda one: one.parameter_factor, inputs, {})
            yield with_daily_doses(inputs, subjects), life.started

    def announced(self, inputs: Inputs, events: pl.DataFrame | None, subjects: tuple[Subject, ...]) -> Inputs:
        """Carbohydrate as each person counts it unless the bolus is missed, and exercise that they tell the pump of."""
        names = tuple(one.name for one in subjects)
        told = pl.DataFrame() if events is None else events
        carbs = counted_carbs(told, names, inputs)
        return with_announcements(inputs, carbs, announced_exercise(told, names, inputs))

    def care(self, subjects: tuple[Subject, ...]) -> SelfCare | None:
        """The profile's habits with each person's own correction factor."""
        return self_care_of(self.profile, subjects) if self.self_care else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDays(AbstractDays):
    """Days that follow a scenario to the letter, with each person's own doses where it says ``auto``.

    Attributes:
        scenario: a scenario without variants.
        self_care: name of a behaviour profile by whose habits lows are treated and highs corrected; empty for nobody.
    """

    scenario: Scenario
    self_care: str = ""

    @property
    def length_days(self) -> int:
        """How many local days."""
        return self.scenario.days

    @property
    def start(self) -> datetime:
        """Aware time of the first minute."""
        return self.scenario.start.replace(tzinfo=ZoneInfo(self.scenario.zone))

    @property
    def random_seed(self) -> int | None:
        """None: a scenario leaves nothing to chance."""
        return None

    def settings(self) -> dict[str, object]:
        """All that decides what happens, as JSON values."""
        return {"scenario": self.scenario.model_dump(mode="json"), "self_care": self.self_care}

    def who(self, body: str, subjects: tuple[Subject, ...]) -> tuple[Subject, ...]:
        """The subjects with the scenario's changes.

        Raises:
            ModelError: a change does not fit the body.
        """
        return tuple(changed(body, one, self.scenario.changes) for one in subjects)

    def options(self, without: frozenset[str]) -> BodyOptions:
        """The scenario's insulin products and modules."""
        return BodyOptions(
            products=scenario_products(self.scenario),
            basal_product=basal_insulin(self.scenario),
            without=without | self.scenario.without,
        )

    def blocks(
        self, subjects: tuple[Subject, ...], options: BodyOptions, *, block_days: int | None = None
    ) -> Iterator[tuple[Inputs, pl.DataFrame | None]]:
        """All in one: a scenario is short."""
        inputs = stack_inputs([inputs_from_scenario(self.scenario, dosing_of(one)) for one in subjects])
        yield with_daily_doses(inputs, subjects), None

    def announced(self, inputs: Inputs, events: pl.DataFrame | None, subjects: tuple[Subject, ...]) -> Inputs:
        """The carbohydrate of the scenario's boluses; without any such bolus, every meal as it is eaten."""
        calendar = self.scenario.calendar()
        told = [(time, part.carbs_g) for time, part in calendar.occurrences(self.scenario.boluses) if part.carbs_g]
        told = told or [(time, part.carbs_g) for time, part in calendar.occurrences(self.scenario.meals)]
        carbs = np.zeros(inputs.minutes)
        first = int(np.asarray(inputs.minute_utc)[0])
        np.add.at(carbs, [minute_utc_from(time) - first for time, _ in told], [grams for _, grams in told])
        return with_announcements(inputs, carbs, np.zeros(inputs.minutes))

    def care(self, subjects: tuple[Subject, ...]) -> SelfCare | None:
        """The chosen habits with each person's own correction factor."""
        return self_care_of(self.self_care, subjects) if self.self_care else None


def chosen_variants(path: Path, name: str = "") -> tuple[tuple[str, Scenario], ...]:
    """The variants of a scenario file, or only the named one.

    Raises:
        NotFoundError: there is no such file or variant.
        DataError: the file is no scenario.
    """
    variants = scenario_variants(read_scenario(path))
    if not name:
        return variants
    chosen = tuple(one for one in variants if one[0] == name)
    if not chosen:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME,
            message("simulate-no-variant", name=repr(name)),
            hint=message("simulate-no-variant-hint", known=", ".join(one[0] for one in variants)),
        )
    return chosen


def dosing_of(subject: Subject) -> Dosing:
    """What ``auto`` stands for."""
    return Dosing(
        subject=subject.name,
        basal_u_per_min=0.0 if subject.daily_doses else subject.basal_u_per_min,
        carb_ratio_g_per_u=subject.carb_ratio_g_per_u,
        basal_profile_u_per_h=subject.basal_profile_u_per_h,
    )


def people_of(subjects: tuple[Subject, ...]) -> People:
    """The subjects as people whose lives can be drawn; what a population does not say is usual for adults."""

    def column(name: str, default: float) -> np.ndarray:
        return np.array([getattr(one, name) or default for one in subjects], dtype=np.float64)

    basal = [0.0 if one.daily_doses else 60.0 * one.basal_u_per_min for one in subjects]
    hourly = [one.basal_profile_u_per_h or (rate,) * 24 for one, rate in zip(subjects, basal, strict=True)]
    usual = [one.carb_ratio_g_per_u or (CARBS_OF_UNIT_G if one.boluses else NEVER) for one in subjects]
    ratios = [one.carb_ratio_profile_g_per_u or (ratio,) * 24 for one, ratio in zip(subjects, usual, strict=True)]
    return People(
        names=tuple(one.name for one in subjects),
        weight_kg=column("weight_kg", 70.0),
        age_years=column("age_years", 40.0),
        female=np.array([one.sex == "female" for one in subjects]),
        basal_u_per_h=np.array(hourly),
        carb_ratio_g_per_u=np.array(ratios),
        correction_factor_mgdl_per_u=np.array([_correction_factor(one) for one in subjects]),
    )


def self_care_of(profile: str, subjects: tuple[Subject, ...]) -> SelfCare:
    """How people of a profile treat lows and highs, with each person's own correction factor.

    Raises:
        NotFoundError: there is no such profile.
    """
    care = find_behaviour(profile).care

    def own(subject: Subject) -> SelfCare:
        return SelfCare(
            low_mgdl=jnp.asarray(care.low_mgdl),
            wakes_below_mgdl=jnp.asarray(care.wakes_below_mgdl),
            carbs_g=jnp.asarray(care.rescue_carbs_g),
            wait_min=jnp.asarray(care.wait_min),
            high_mgdl=jnp.asarray(care.high_mgdl),
            target_mgdl=jnp.asarray(care.target_mgdl),
            correction_factor_mgdl_per_u=jnp.asarray(_correction_factor(subject)),
            fade_per_min=jnp.asarray(1.0 / care.correction_time_min),
        )

    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *(own(one) for one in subjects))


def _correction_factor(subject: Subject) -> float:
    return subject.correction_factor_mgdl_per_u or (FALL_OF_UNIT_MGDL if subject.boluses else NEVER)


def options_for(options: BodyOptions, subjects: tuple[Subject, ...]) -> BodyOptions:
    """The options with depots for what the subjects inject by the clock, who are at rest with the first of it."""
    products = tuple(dict.fromkeys(dose.product for one in subjects for dose in one.daily_doses))
    if not products:
        return options
    slow = next((one for one in products if find_insulin_product(one).kind is InsulinKind.BASAL), options.basal_product)
    return replace(options, products=tuple(dict.fromkeys((*options.products, *products))), basal_product=slow)


def with_daily_doses(inputs: Inputs, subjects: tuple[Subject, ...]) -> Inputs:
    """The inputs of all (stacked) with what each injects by the clock; other minutes and people stay as they are."""
    products = tuple(dict.fromkeys(dose.product for one in subjects for dose in one.daily_doses))
    if not products:
        return inputs
    shape = (len(subjects), inputs.minutes)
    clock = np.broadcast_to(np.floor(np.asarray(inputs.minute_of_day)), shape)
    insulin = dict(inputs.insulin_u_per_min)
    for product in products:
        rate = np.array(np.broadcast_to(np.asarray(insulin.get(product, 0.0)), shape), dtype=np.float64)
        for row, one in enumerate(subjects):
            for dose in one.daily_doses:
                if dose.product == product:
                    rate[row, clock[row] == dose.minute_of_day] += dose.dose_u
        insulin[product] = rate
    return eqx.tree_at(lambda one: one.insulin_u_per_min, inputs, insulin, is_leaf=lambda node: isinstance(node, dict))
