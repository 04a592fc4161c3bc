"""The minimal body: few, identifiable parameters, made for fitting one person's twin.

Subcutaneous insulin and gut as linear chains, glucose by the minimal model (Bergman 1979) with the hypoglycaemia risk
term of the 2013 UVA/Padova simulator (Dalla Man 2014), as in the identifiable single-person models of the replay
literature (Cappon 2023).
"""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.core.unit import PMOL_PER_U, PMOLL_PER_MUL
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body
from glucotwin.physiology.build import Values, build_organ
from glucotwin.physiology.organ import EVERY_PRODUCT, AbstractOrgan, AbstractState
from glucotwin.physiology.parameter import Parameter, read_parameters
from glucotwin.physiology.signal import Signals
from glucotwin.physiology.subject import Subject

RISK_FLOOR_MGDL = 60.0
"""Below this glucose the risk term stays constant (Dalla Man 2014)."""


class DepotState(AbstractState):
    """Insulin on its way from the site to plasma."""

    site_u: Float[Array, ""]
    first_depot_u: Float[Array, ""]
    second_depot_u: Float[Array, ""]


class MinimalSubcutis(AbstractOrgan[DepotState]):
    """Subcutaneous rapid-acting insulin: a short distributed delay, then two compartments.

    | letter | parameter |
    |---|---|
    | tau | delay_min: mean of the distributed delay |
    | kd | transfer_per_min |
    | ka2 | absorption_per_min |
    | u_b | basal_u_per_min: the person's usual basal rate, which defines rest |
    """

    name = "subcutis"

    delay_min: Float[Array, ""]
    transfer_per_min: Float[Array, ""]
    absorption_per_min: Float[Array, ""]
    basal_u_per_min: Float[Array, ""]

    @property
    def insulin_products(self) -> tuple[str, ...]:
        """All of them, as if they were one."""
        return (EVERY_PRODUCT,)

    def initial_state(self) -> DepotState:
        """In balance with the usual basal rate."""
        rate = self.basal_u_per_min
        return DepotState(
            site_u=rate * self.delay_min,
            first_depot_u=rate / self.transfer_per_min,
            second_depot_u=rate / self.absorption_per_min,
        )

    def emit(self, state: DepotState, signals: Signals, inputs: Inputs) -> Signals:
        """Insulin entering plasma."""
        appearance = self.absorption_per_min * state.second_depot_u * PMOL_PER_U
        return signals.sending(insulin_appearance_pmol_per_min=signals.insulin_appearance_pmol_per_min + appearance)

    def derivative(self, state: DepotState, signals: Signals, inputs: Inputs) -> DepotState:
        """The linear chain."""
        into_first = state.site_u / self.delay_min
        into_second = self.transfer_per_min * state.first_depot_u
        return DepotState(
            site_u=jnp.asarray(inputs.total_insulin_u_per_min()) - into_first,
            first_depot_u=into_first - into_second,
            second_depot_u=into_second - self.absorption_per_min * state.second_depot_u,
        )


class PlasmaInsulinState(AbstractState):
    """Insulin in plasma above nothing."""

    insulin_pmol: Float[Array, ""]


class MinimalPlasmaInsulin(AbstractOrgan[PlasmaInsulinState]):
    """Plasma insulin as one compartment with first-order clearance.

    | letter | parameter |
    |---|---|
    | ke | clearance_per_min |
    | VI | volume_l_per_kg |
    | BW | weight_kg |
    | I_b | basal_appearance_pmol_per_min: appearance at rest |
    """

    name = "plasma_insulin"

    clearance_per_min: Float[Array, ""]
    volume_l_per_kg: Float[Array, ""]
    weight_kg: Float[Array, ""]
    basal_appearance_pmol_per_min: Float[Array, ""]

    def initial_state(self) -> PlasmaInsulinState:
        """In balance with the basal appearance."""
        return PlasmaInsulinState(insulin_pmol=self.basal_appearance_pmol_per_min / self.clearance_per_min)

    def emit(self, state: PlasmaInsulinState, signals: Signals, inputs: Inputs) -> Signals:
        """Plasma insulin concentration."""
        return signals.sending(insulin_pmoll=state.insulin_pmol / (self.volume_l_per_kg * self.weight_kg))

    def derivative(self, state: PlasmaInsulinState, signals: Signals, inputs: Inputs) -> PlasmaInsulinState:
        """Appearance less clearance."""
        cleared = self.clearance_per_min * signals.clearance_factor * state.insulin_pmol
        return PlasmaInsulinState(insulin_pmol=signals.insulin_appearance_pmol_per_min - cleared)


class MinimalGutState(AbstractState):
    """Carbohydrate on its way from mouth to plasma."""

    solid_mg: Float[Array, ""]
    liquid_mg: Float[Array, ""]
    intestine_mg: Float[Array, ""]


class MinimalGut(AbstractOrgan[MinimalGutState]):
    """Stomach and gut as a linear chain.

    | letter | parameter |
    |---|---|
    | kempt | emptying_per_min (grinding and emptying) |
    | kabs | absorption_per_min |
    | f | bioavailability |
    """

    name = "gut"

    emptying_per_min: Float[Array, ""]
    absorption_per_min: Float[Array, ""]
    bioavailability: Float[Array, ""]

    def initial_state(self) -> MinimalGutState:
        """Empty."""
        zero = jnp.zeros_like(self.emptying_per_min)
        return MinimalGutState(solid_mg=zero, liquid_mg=zero, intestine_mg=zero)

    def emit(self, state: MinimalGutState, signals: Signals, inputs: Inputs) -> Signals:
        """Glucose entering plasma."""
        appearance = self.bioavailability * self.absorption_per_min * state.intestine_mg
        return signals.sending(glucose_appearance_mg_per_min=signals.glucose_appearance_mg_per_min + appearance)

    def derivative(self, state: MinimalGutState, signals: Signals, inputs: Inputs) -> MinimalGutState:
        """The linear chain, emptying scaled by whoever slows or speeds it."""
        emptying = self.emptying_per_min * signals.emptying_factor
        return MinimalGutState(
            solid_mg=1000.0 * jnp.asarray(inputs.carbs_g_per_min) - emptying * state.solid_mg,
            liquid_mg=emptying * (state.solid_mg - state.liquid_mg),
            intestine_mg=emptying * state.liquid_mg - self.absorption_per_min * state.intestine_mg,
        )


class MinimalGlucoseState(AbstractState):
    """Plasma and interstitial glucose and remote insulin action."""

    glucose_mgdl: Float[Array, ""]
    action_per_min: Float[Array, ""]
    interstitial_mgdl: Float[Array, ""]


class MinimalGlucose(AbstractOrgan[MinimalGlucoseState]):
    """Glucose by the minimal model, with insulin sensitivity by time of day and a hypoglycaemia risk term.

    | letter | parameter |
    |---|---|
    | SG | effectiveness_per_min |
    | Gb | basal_mgdl: where glucose settles at the usual basal rate |
    | p2 | action_rate_per_min |
    | SI | sensitivity_* in 1/min per mU/L: 00-06, 06-11, 11-17, 17-24 local time |
    | VG, BW | volume_dl_per_kg, weight_kg |
    | I_b | basal_insulin_pmoll: plasma insulin at the usual basal rate |
    | r1, r2 | risk_gain, risk_exponent (patient-specific in Dalla Man 2014) |
    | alpha | interstitial_delay_min |
    """

    name = "glucose"
    uncertain = ("glucose_mgdl", "interstitial_mgdl")

    effectiveness_per_min: Float[Array, ""]
    basal_mgdl: Float[Array, ""]
    action_rate_per_min: Float[Array, ""]
    sensitivity_night: Float[Array, ""]
    sensitivity_morning: Float[Array, ""]
    sensitivity_afternoon: Float[Array, ""]
    sensitivity_evening: Float[Array, ""]
    volume_dl_per_kg: Float[Array, ""]
    weight_kg: Float[Array, ""]
    basal_insulin_pmoll: Float[Array, ""]
    risk_gain: Float[Array, ""]
    risk_exponent: Float[Array, ""]
    interstitial_delay_min: Float[Array, ""]

    def initial_state(self) -> MinimalGlucoseState:
        """At basal glucose."""
        return MinimalGlucoseState(
            glucose_mgdl=self.basal_mgdl,
            action_per_min=jnp.zeros_like(self.basal_mgdl),
            interstitial_mgdl=self.basal_mgdl,
        )

    def emit(self, state: MinimalGlucoseState, signals: Signals, inputs: Inputs) -> Signals:
        """Plasma and interstitial glucose."""
        return signals.sending(glucose_mgdl=state.glucose_mgdl, interstitial_mgdl=state.interstitial_mgdl)

    def derivative(self, state: MinimalGlucoseState, signals: Signals, inputs: Inputs) -> MinimalGlucoseState:
        """Minimal model with meal appearance, insulin action and what a fit could not explain."""
        excess_mul = (signals.insulin_pmoll - self.basal_insulin_pmoll) / PMOLL_PER_MUL
        factor = signals.sensitivity_factor * signals.uptake_sensitivity_factor
        sensitivity = self.sensitivity_at(jnp.asarray(inputs.minute_of_day)) * factor
        appearance = (
            signals.glucose_appearance_mg_per_min / self.weight_kg + signals.added_production_mg_per_kg_per_min
        ) / self.volume_dl_per_kg
        at_work = (signals.relative_production_per_min - signals.relative_uptake_per_min) * state.glucose_mgdl
        uptake = (
            self.effectiveness_per_min + self.risk(state.glucose_mgdl) * state.action_per_min
        ) * state.glucose_mgdl
        production = self.effectiveness_per_min * self.basal_mgdl * signals.hepatic_output_factor
        flux = jnp.asarray(inputs.unexplained_flux_mgdl_per_min)
        return MinimalGlucoseState(
            glucose_mgdl=production - uptake + appearance + at_work + vanishing_flux(flux, state.glucose_mgdl),
            action_per_min=self.action_rate_per_min * (sensitivity * excess_mul - state.action_per_min),
            interstitial_mgdl=(state.glucose_mgdl - state.interstitial_mgdl) / self.interstitial_delay_min,
        )

    def sensitivity_at(self, minute_of_day: Float[Array, "..."]) -> Float[Array, "..."]:
        """Insulin sensitivity of the local time of day."""
        hour = minute_of_day / 60.0
        before_evening = jnp.where(hour < 17.0, self.sensitivity_afternoon, self.sensitivity_evening)
        before_afternoon = jnp.where(hour < 11.0, self.sensitivity_morning, before_evening)
        return jnp.where(hour < 6.0, self.sensitivity_night, before_afternoon)

    def risk(self, glucose_mgdl: Float[Array, "..."]) -> Float[Array, "..."]:
        """How many times stronger insulin acts at low glucose; 1 from the basal level up."""
        floored = jnp.clip(glucose_mgdl, RISK_FLOOR_MGDL, self.basal_mgdl)
        distance = jnp.log(floored) ** self.risk_exponent - jnp.log(self.basal_mgdl) ** self.risk_exponent
        return 1.0 + 10.0 * self.risk_gain * distance**2


def vanishing_flux(flux_mgdl_per_min: Float[Array, "..."], glucose_mgdl: Float[Array, "..."]) -> Float[Array, "..."]:
    """The unexplained flux; where it takes glucose away, it fades with the glucose that is left to take."""
    left = jnp.clip(glucose_mgdl / RISK_FLOOR_MGDL, 0.0, 1.0)
    return jnp.where(flux_mgdl_per_min < 0.0, flux_mgdl_per_min * left, flux_mgdl_per_min)


@cache
def minimal_parameters() -> Mapping[str, Parameter]:
    """The records of the minimal body's parameters."""
    return read_parameters("minimal_parameters.csv")


def compose_minimal(
    values: Mapping[str, Float[Array, ""]], *, weight_kg: Float[Array, ""], basal_u_per_min: Float[Array, ""]
) -> Body:
    """The minimal body from parameter values by full name, with the consistent basal insulin."""
    appearance = basal_u_per_min * PMOL_PER_U
    clearance, volume = values["plasma_insulin.clearance_per_min"], values["plasma_insulin.volume_l_per_kg"]
    complete = {
        **values,
        "weight_kg": weight_kg,
        "basal_u_per_min": basal_u_per_min,
        "basal_appearance_pmol_per_min": appearance,
        "basal_insulin_pmoll": appearance / (clearance * volume * weight_kg),
    }
    kinds = (MinimalSubcutis, MinimalPlasmaInsulin, MinimalGut, MinimalGlucose)
    return Body(name="minimal", organs=tuple(build_organ(kind, complete) for kind in kinds))


def compose_minimal_of(values: Values) -> Body:
    """The minimal body of a subject: ``weight_kg``, ``basal_u_per_min`` and parameters, typical where absent."""
    given = {name: value for name, value in values.items() if name in minimal_parameters()}
    typical = {name: record.typical for name, record in minimal_parameters().items()}
    return compose_minimal(
        {name: jnp.asarray(value, dtype=jnp.float64) for name, value in {**typical, **given}.items()},
        weight_kg=jnp.asarray(values["weight_kg"], dtype=jnp.float64),
        basal_u_per_min=jnp.asarray(values["basal_u_per_min"], dtype=jnp.float64),
    )


def minimal_subjects() -> tuple[Subject, ...]:
    """The only subject of the minimal body: typical values, for trying things out."""
    weight_kg, basal_u_per_min = 75.0, 0.8 / 60.0
    values = {"weight_kg": weight_kg, "basal_u_per_min": basal_u_per_min}
    return (Subject(name="typical", weight_kg=weight_kg, basal_u_per_min=basal_u_per_min, values=values),)


def _with_sensitivity(values: Values, factor: float) -> Values:
    names = [name for name in minimal_parameters() if ".sensitivity_" in name]
    return {**values, **{name: factor * values.get(name, minimal_parameters()[name].typical) for name in names}}


MINIMAL_CHANGES: Mapping[str, Callable[[Values, float], Values]] = MappingProxyType(
    {
        "fasting_glucose_mgdl": lambda values, value: {**values, "glucose.basal_mgdl": value},
        "weight_kg": lambda values, value: {**values, "weight_kg": value},
        "sensitivity": _with_sensitivity,
    }
)
"""Changes by the name that a user gives."""
