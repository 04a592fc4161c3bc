"""How people of a type 1 trial live through some weeks: their days, a sensor that they go by, and what they do."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import polars as pl

from glucotwin.core.random import stream_keys
from glucotwin.devices.registry import find_pump, find_sensor
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body, BodyState, stack_bodies
from glucotwin.physiology.insulin_product import REFERENCE
from glucotwin.physiology.registry import body_of
from glucotwin.scenario.announcement import ANNOUNCED_CARBS, counted_carbs
from glucotwin.scenario.behaviour import People, draw_life
from glucotwin.scenario.behaviour_profile import BehaviourProfile, SettingError, find_behaviour
from glucotwin.simulate.cohort import simulate_cohort
from glucotwin.simulate.look_ahead_care import LookAheadCare, LookAheadCareState
from glucotwin.simulate.reaction import (
    CORRECTION,
    REACTION_SENSOR,
    RESCUE_CARBS,
    WARNINGS,
    AbstractReactionState,
    SelfCare,
    with_added,
)
from glucotwin.simulate.wear import for_everyone
from glucotwin.simulate.worn_device import WornDevices, WornDevicesState
from glucotwin.workflows.day_plan import people_of
from glucotwin.workflows.trial.t1d.cohort import (
    BODY,
    CARELESS,
    RESTLESS_DAY_LOG_SD,
    TYPICAL,
    T1dPopulation,
    Truth,
    Volunteers,
    body_options,
    cohort_numbers,
)
from glucotwin.workflows.trial.t1d.setting import Settings
from glucotwin.workflows.trial.t1d.support import Supported

START = datetime(2024, 1, 1, tzinfo=UTC)
ZONE = "UTC"
SENSOR, PUMP = "dexcom-g6", "ideal"
TRUE_GLUCOSE = "interstitial_mgdl"
OUTPUTS = (TRUE_GLUCOSE, REACTION_SENSOR, RESCUE_CARBS, CORRECTION, WARNINGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weeks:
    """Some weeks of several people; arrays ``(people, minutes)``.

    Attributes:
        start: aware time of the first minute.
        sensor_mgdl: what the sensor showed, not a number where nothing.
        true_mgdl: glucose at the sensor.
        planned_u_per_min: basal insulin and boluses for food.
        rescue_g, correction_u: carbohydrate against lows and insulin of corrections, minute by minute.
        warned: 1 where a low ahead was told and eaten against.
        events: of the lives, see ``scenario.behaviour.Life``.
        settings: what was dosed by.
    """

    start: datetime
    sensor_mgdl: np.ndarray
    true_mgdl: np.ndarray
    planned_u_per_min: np.ndarray
    rescue_g: np.ndarray
    correction_u: np.ndarray
    warned: np.ndarray
    events: pl.DataFrame
    settings: Settings

    @property
    def end(self) -> datetime:
        """Aware time after the last minute."""
        return self.start + timedelta(minutes=self.sensor_mgdl.shape[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What is otherwise in a night that lies ahead.

    Attributes:
        wakes_below_mgdl: glucose that wakes each sleeper, ``(people,)``.
        carbs_g: carbohydrate that each eats at the start, against a low that is foreseen, ``(people,)``.
    """

    wakes_below_mgdl: np.ndarray
    carbs_g: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Where people are: their bodies and devices, and the time."""

    now: datetime
    body: BodyState | None = None
    devices: AbstractReactionState | None = None


@dataclass(frozen=True, kw_only=True)
class Livers:
    """People with all that is needed to let them live on; made once for a unit of work.

    Attributes:
        who: the people.
        population: options.
        bodies: theirs, stacked.
        seed: of their lives and devices.
    """

    who: Volunteers
    population: T1dPopulation
    bodies: Body
    seed: int

    @classmethod
    def of(cls, who: Volunteers, population: T1dPopulation, *, seed: int) -> "Livers":
        """The people with their bodies."""
        options = body_options(population.truth)
        bodies = stack_bodies([body_of(BODY, one, options=options) for one in who.subjects])
        return cls(who=who, population=population, bodies=bodies, seed=seed)

    def live_on(
        self,
        condition: Condition,
        settings: Settings,
        *,
        days: int,
        night: Night | None = None,
        support: Supported | None = None,
    ) -> tuple[Weeks, Condition]:
        """Some days with the same settings.

        Args:
            condition: where they are; see ``at_start``.
            settings: what they dose by.
            days: how many.
            night: what is otherwise; None for what each person is used to.
            support: advice within the hour; None for none.
        """
        inputs, events = self._lives(settings, condition.now, days)
        inputs = inputs if support is None else _told(inputs, events, self.who.names)
        reaction = self._reaction(settings, night, support)
        if night is not None:
            eaten = np.zeros((len(self.who), inputs.minutes))
            eaten[:, 0] = night.carbs_g
            inputs = with_added(inputs, eaten, np.zeros_like(eaten))
        result = simulate_cohort(
            self.bodies,
            inputs,
            state=condition.body,
            reaction=reaction,
            reaction_state=_remembered(condition.devices, reaction),
            outputs=OUTPUTS,
        )
        out = {name: np.asarray(values) for name, values in result.outputs.items()}
        weeks = Weeks(
            start=condition.now,
            # The state at a point is that of the minute before it.
            sensor_mgdl=out[REACTION_SENSOR][:, 1:],
            true_mgdl=out[TRUE_GLUCOSE][:, :-1],
            planned_u_per_min=np.broadcast_to(
                np.asarray(inputs.insulin_u_per_min[REFERENCE]), (len(self.who), inputs.minutes)
            ),
            rescue_g=np.diff(out[RESCUE_CARBS], axis=1),
            correction_u=np.diff(out[CORRECTION], axis=1),
            warned=np.diff(out[WARNINGS], axis=1),
            events=events,
            settings=settings,
        )
        return weeks, Condition(now=weeks.end, body=result.final_state, devices=result.final_reaction)

    def _lives(self, settings: Settings, start: datetime, days: int) -> tuple[Inputs, pl.DataFrame]:
        """The inputs of all, and what happens to them; each profile's people are drawn together."""
        people = replace(
            people_of(self.who.subjects),
            basal_u_per_h=settings.basal_u_per_h,
            carb_ratio_g_per_u=settings.carb_ratio_g_per_u,
        )
        parts, events = [], []
        for name, chosen in ((CARELESS, self.who.careless), (TYPICAL, ~self.who.careless)):
            rows = np.flatnonzero(chosen)
            if not rows.size:
                continue
            life = draw_life(
                People.only(people, rows),
                profile=_profile(name, self.population),
                seed=self.seed,
                start=start,
                zone=ZONE,
                days=days,
            )
            parts.append((rows, life.inputs))
            events.append(life.started)
        inputs = _together(parts, len(self.who))
        if self.population.truth is Truth.PLAIN:  # what varies from day to day is a parameter of a module left out
            inputs = eqx.tree_at(lambda one: one.parameter_factor, inputs, {})
        return inputs, pl.concat(events, how="vertical_relaxed")

    def _reaction(self, settings: Settings, night: Night | None, support: Supported | None) -> WornDevices:
        people, own = len(self.who), _care(self.who, settings)
        if night is not None:
            own = eqx.tree_at(lambda one: one.wakes_below_mgdl, own, jnp.asarray(night.wakes_below_mgdl))
        care = own if support is None else self._supported(own, settings, support)
        return WornDevices(
            sensor=for_everyone(find_sensor(SENSOR), people),
            pump=for_everyone(find_pump(PUMP), people),
            care=care,
            sensor_key=stream_keys(self.seed, self.who.names, stream="sensor"),
            pump_key=stream_keys(self.seed, self.who.names, stream="pump"),
        )

    def _supported(self, care: SelfCare, settings: Settings, support: Supported) -> LookAheadCare:
        return LookAheadCare(
            care=care,
            model=support.model,
            basal_u_per_h=settings.basal_u_per_h,
            chance=support.told_from,
            # Sleepers hear of a coming low as they hear of a low.
            wakes=self.who.alarmed.astype(np.float64),
            heeds=support.heeds,
            key=stream_keys(self.seed, self.who.names, stream="heeded"),
            amounts_g=support.amounts_g,
            corrects=support.corrects,
            delay_steps=support.delay_steps,
        )


def at_start(hour: int = 0) -> Condition:
    """Before the run-in: at rest, with a new sensor, at a full hour of the first day."""
    return Condition(now=START + timedelta(hours=hour))


def _told(inputs: Inputs, events: pl.DataFrame, names: tuple[str, ...]) -> Inputs:
    """The inputs with counted carbohydrate, which support is told."""
    levels = {**inputs.condition_level, ANNOUNCED_CARBS: counted_carbs(events, names, inputs)}
    return eqx.tree_at(lambda one: one.condition_level, inputs, levels, is_leaf=lambda node: isinstance(node, dict))


def _remembered(devices: AbstractReactionState | None, reaction: WornDevices) -> AbstractReactionState | None:
    """What devices and people remember; support that begins remembers nothing yet."""
    if not (isinstance(reaction.care, LookAheadCare) and isinstance(devices, WornDevicesState)):
        return devices
    if isinstance(devices.care, LookAheadCareState):
        return devices
    fresh = jax.vmap(lambda one: one.initial_state())(jax.tree.map(jnp.asarray, reaction.care))
    own = devices.care
    totals = (own, own.rescue_carbs_g_total, own.correction_u_total, own.warnings_total)
    care = eqx.tree_at(
        lambda one: (one.care, one.rescue_carbs_g_total, one.correction_u_total, one.warnings_total), fresh, totals
    )
    return eqx.tree_at(lambda one: one.care, devices, care)


def _profile(name: str, population: T1dPopulation) -> BehaviourProfile:
    """A behaviour profile without its own errors of settings, which the cohort has."""
    profile, factor = find_behaviour(name), population.counting_error_factor
    counting = replace(
        profile.counting,
        person_log_sd=factor * profile.counting.person_log_sd,
        meal_log_sd=factor * profile.counting.meal_log_sd,
    )
    restless = population.truth is Truth.RESTLESS
    spread = RESTLESS_DAY_LOG_SD if restless else cohort_numbers()["day_sensitivity_log_sd"]
    return replace(
        profile,
        settings=SettingError(basal_log_sd=0.0, carb_ratio_log_sd=0.0),
        counting=counting,
        body=replace(profile.body, day_sensitivity_log_sd=spread),
    )


def _care(who: Volunteers, settings: Settings) -> SelfCare:
    """What each person does about glucose: by the low alarm or by symptoms, in the manner of the profile."""
    known = cohort_numbers()
    careless, typical = find_behaviour(CARELESS).care, find_behaviour(TYPICAL).care

    def own(name: str) -> jnp.ndarray:
        return jnp.where(who.careless, getattr(careless, name), getattr(typical, name))

    theirs = {
        "low_mgdl": jnp.where(who.alarmed, known["low_alarm_mgdl"], known["symptoms_mgdl"]),
        "wakes_below_mgdl": jnp.where(who.alarmed, known["night_alarm_mgdl"], known["night_symptoms_mgdl"]),
        **{name: own(name) for name in ("wait_min", "high_mgdl", "target_mgdl")},
        "carbs_g": own("rescue_carbs_g"),
        "correction_factor_mgdl_per_u": jnp.asarray(settings.correction_factor_mgdl_per_u),
        "fade_per_min": 1.0 / own("correction_time_min"),
    }
    return jax.vmap(lambda one: SelfCare(**one))(theirs)


def _together(parts: list[tuple[np.ndarray, Inputs]], people: int) -> Inputs:
    """Inputs of several groups of people as those of all, in the order of their rows."""

    def joined(*leaves: np.ndarray) -> np.ndarray:
        arrays = [np.asarray(leaf) for leaf in leaves]
        if all(one.ndim == 1 for one in arrays) and all(np.array_equal(one, arrays[0]) for one in arrays[1:]):
            return arrays[0]
        whole = np.empty((people, arrays[0].shape[-1]))
        for (rows, _), values in zip(parts, arrays, strict=True):
            whole[rows] = values
        return whole

    return jax.tree.map(joined, *(inputs for _, inputs in parts))


def days_of(weeks: float) -> int:
    """Whole days of some weeks."""
    return round(7.0 * weeks)
