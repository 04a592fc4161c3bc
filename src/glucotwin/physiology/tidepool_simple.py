"""The body of Tidepool's risk scenarios: settings are its physiology.

Insulin lowers glucose by exactly the correction factor, food raises it by correction factor over carb ratio, and the
person's true basal rate holds it level: what happens in a scenario is then due to its hazard and nothing else. For
type 2 diabetes there is secretion above a level. Nothing pulls glucose back, nothing counters a low, and it may fall
below zero, which the scores of the set count as the worst of outcomes.

Source: Tidepool Project, data-science-models (BSD-2-Clause), ``SimpleMetabolismModel``; insulin after Palerm, Comput
Methods Programs Biomed 2011;102(2):130-7, food after Cescon et al., IFAC Proceedings 2013.
"""

import math
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.core.error import ErrorCode, ModelError
from glucotwin.core.unit import PMOL_PER_U
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body
from glucotwin.physiology.build import Values, build_organ
from glucotwin.physiology.organ import EVERY_PRODUCT, AbstractOrgan, AbstractState
from glucotwin.physiology.parameter import Parameter, read_parameters
from glucotwin.physiology.signal import Signals
from glucotwin.physiology.subject import Subject
from glucotwin.physiology.table import read_rows

BODY = "tidepool-simple"
DEAD_TIME_MIN = 20
"""Food does not act before; the time of Cescon et al."""

ABSORBED_SHARE = 0.99
"""Of a meal, by the end of its absorption time."""


class EffectDepotState(AbstractState):
    """Insulin on its way, and the fall of glucose that what of it is beyond the true basal rate will cause."""

    first_u: Float[Array, ""]
    second_u: Float[Array, ""]
    first_mgdl: Float[Array, ""]
    second_mgdl: Float[Array, ""]


class EffectSubcutis(AbstractOrgan[EffectDepotState]):
    """Insulin acts through two compartments; a dose keeps the correction factor and basal rate of its own time.

    What the liver makes is counted as basal insulin that is missing, and comes as late as that.

    | letter | parameter |
    |---|---|
    | tau1, tau2 | first_min, second_min |
    | ISF | correction_factor_mgdl_per_u |
    | u_b | basal_u_per_min: the rate that holds glucose level |
    """

    name = "subcutis"

    first_min: Float[Array, ""]
    second_min: Float[Array, ""]
    correction_factor_mgdl_per_u: Float[Array, ""]
    basal_u_per_min: Float[Array, ""]

    @property
    def insulin_products(self) -> tuple[str, ...]:
        """All of them, as if they were one."""
        return (EVERY_PRODUCT,)

    def initial_state(self) -> EffectDepotState:
        """In balance with the basal rate."""
        zero = jnp.zeros_like(self.basal_u_per_min)
        first, second = self.basal_u_per_min * self.first_min, self.basal_u_per_min * self.second_min
        return EffectDepotState(first_u=first, second_u=second, first_mgdl=zero, second_mgdl=zero)

    def emit(self, state: EffectDepotState, signals: Signals, inputs: Inputs) -> Signals:
        """How fast insulin appears, and how fast it lowers glucose (``insulin_action``, mg/dL per min)."""
        appearance = state.second_u / self.second_min * PMOL_PER_U
        return signals.sending(
            insulin_appearance_pmol_per_min=signals.insulin_appearance_pmol_per_min + appearance,
            insulin_action=state.second_mgdl / self.second_min,
        )

    def derivative(self, state: EffectDepotState, signals: Signals, inputs: Inputs) -> EffectDepotState:
        """Two linear chains, one in units and one in mg/dL."""
        dose = jnp.asarray(inputs.total_insulin_u_per_min())
        moved_u, moved_mgdl = state.first_u / self.first_min, state.first_mgdl / self.first_min
        net = dose - self.basal_u_per_min * signals.hepatic_output_factor
        effect = net * self.correction_factor_mgdl_per_u * signals.sensitivity_factor
        return EffectDepotState(
            first_u=dose - moved_u,
            second_u=moved_u - state.second_u / self.second_min,
            first_mgdl=effect - moved_mgdl,
            second_mgdl=moved_mgdl - state.second_mgdl / self.second_min,
        )


class EffectGutState(AbstractState):
    """Food that does not act yet, minute by minute, and food that does, in the rise of glucose that it will cause."""

    waiting_mgdl: Float[Array, " minute"]
    absorbing_mgdl: Float[Array, ""]


class EffectGut(AbstractOrgan[EffectGutState]):
    """Food waits, then raises glucose by correction factor over carb ratio, fastest at first.

    The time constant is that by which all but a hundredth is absorbed within the absorption time, in whole minutes as
    in the original's table.

    | letter | parameter |
    |---|---|
    | T | absorption_time_min |
    | CR, ISF, V | carb_ratio_g_per_u, correction_factor_mgdl_per_u, volume_dl |
    """

    name = "gut"

    absorption_time_min: Float[Array, ""]
    carb_ratio_g_per_u: Float[Array, ""]
    correction_factor_mgdl_per_u: Float[Array, ""]
    volume_dl: Float[Array, ""]

    def initial_state(self) -> EffectGutState:
        """Empty."""
        return EffectGutState(waiting_mgdl=jnp.zeros(DEAD_TIME_MIN), absorbing_mgdl=jnp.zeros(()))

    def advance(self, state: EffectGutState, signals: Signals, inputs: Inputs, *, minutes: float) -> EffectGutState:
        """Food of twenty minutes ago begins to act, that of now to wait.

        Raises:
            ModelError: steps are not of one minute, which the waiting is counted in.
        """
        if minutes != 1.0:
            raise ModelError(ErrorCode.INVALID_VALUE, f"The gut of {BODY} steps by one minute, not by {minutes:g}.")
        rise = jnp.asarray(inputs.carbs_g_per_min) * self.correction_factor_mgdl_per_u / self.carb_ratio_g_per_u
        return EffectGutState(
            waiting_mgdl=jnp.concatenate([rise[None], state.waiting_mgdl[:-1]]),
            absorbing_mgdl=state.absorbing_mgdl + state.waiting_mgdl[-1],
        )

    def emit(self, state: EffectGutState, signals: Signals, inputs: Inputs) -> Signals:
        """Glucose entering plasma."""
        appearance = state.absorbing_mgdl / self._time_constant_min() * self.volume_dl
        return signals.sending(glucose_appearance_mg_per_min=signals.glucose_appearance_mg_per_min + appearance)

    def derivative(self, state: EffectGutState, signals: Signals, inputs: Inputs) -> EffectGutState:
        """What acts is used up; what waits does not change between minutes."""
        absorbed = state.absorbing_mgdl / self._time_constant_min()
        return EffectGutState(waiting_mgdl=jnp.zeros_like(state.waiting_mgdl), absorbing_mgdl=-absorbed)

    def _time_constant_min(self) -> Float[Array, ""]:
        return jnp.floor((self.absorption_time_min - DEAD_TIME_MIN) / -math.log(1.0 - ABSORBED_SHARE))


class EffectGlucoseState(AbstractState):
    """Plasma glucose."""

    glucose_mgdl: Float[Array, ""]


class EffectGlucose(AbstractOrgan[EffectGlucoseState]):
    """Glucose adds up what food and insulin do.

    | letter | parameter |
    |---|---|
    | G0 | start_mgdl |
    | Gb, GSF | basal_mgdl, secretion_u_per_min_per_mgdl |
    | ISF, V | correction_factor_mgdl_per_u, volume_dl |
    """

    name = "glucose"
    uncertain = ("glucose_mgdl",)

    start_mgdl: Float[Array, ""]
    basal_mgdl: Float[Array, ""]
    secretion_u_per_min_per_mgdl: Float[Array, ""]
    correction_factor_mgdl_per_u: Float[Array, ""]
    volume_dl: Float[Array, ""]

    def initial_state(self) -> EffectGlucoseState:
        """Where it starts."""
        return EffectGlucoseState(glucose_mgdl=self.start_mgdl)

    def emit(self, state: EffectGlucoseState, signals: Signals, inputs: Inputs) -> Signals:
        """Glucose; the interstitium does not lag in this body."""
        return signals.sending(glucose_mgdl=state.glucose_mgdl, interstitial_mgdl=state.glucose_mgdl)

    def derivative(self, state: EffectGlucoseState, signals: Signals, inputs: Inputs) -> EffectGlucoseState:
        """Insulin, food, own secretion and what a fit could not explain."""
        factor = self.correction_factor_mgdl_per_u
        secretion = self.secretion_u_per_min_per_mgdl * jnp.maximum(state.glucose_mgdl - self.basal_mgdl, 0.0)
        appearance = signals.glucose_appearance_mg_per_min / self.volume_dl
        flux = jnp.asarray(inputs.unexplained_flux_mgdl_per_min)
        own = secretion * signals.secretion_factor * factor
        return EffectGlucoseState(glucose_mgdl=appearance + flux - signals.insulin_action - own)


@cache
def tidepool_simple_parameters() -> Mapping[str, Parameter]:
    """The records of the body's parameters."""
    return read_parameters("tidepool_simple_parameters.csv")


def compose_tidepool_simple(values: Values) -> Body:
    """The body of a profile: ``basal_u_per_min`` and parameters, typical where absent."""
    records = tidepool_simple_parameters()
    complete = {name: record.typical for name, record in records.items()} | dict(values)
    shared = {
        "correction_factor_mgdl_per_u": complete["subcutis.correction_factor_mgdl_per_u"],
        "volume_dl": complete["glucose.volume_dl"],
    }
    kinds = (EffectSubcutis, EffectGut, EffectGlucose)
    return Body(name=BODY, organs=tuple(build_organ(kind, complete | shared) for kind in kinds))


@cache
def tidepool_simple_subjects() -> tuple[Subject, ...]:
    """The seven profiles of the risk scenarios."""
    return tuple(_subject(row) for row in read_rows("tidepool_simple_subjects.csv"))


def _subject(row: dict[str, str]) -> Subject:
    name, basal = row.pop("subject"), float(row.pop("basal_u_per_h")) / 60.0
    values = {key: float(value) for key, value in row.items()}
    return Subject(
        name=name,
        weight_kg=values["weight_kg"],
        basal_u_per_min=basal,
        carb_ratio_g_per_u=values["gut.carb_ratio_g_per_u"],
        correction_factor_mgdl_per_u=values["subcutis.correction_factor_mgdl_per_u"],
        values=values | {"basal_u_per_min": basal},
    )


def _with_sensitivity(values: Values, factor: float) -> Values:
    name = "subcutis.correction_factor_mgdl_per_u"
    return {**values, name: factor * values.get(name, tidepool_simple_parameters()[name].typical)}


TIDEPOOL_SIMPLE_CHANGES: Mapping[str, Callable[[Values, float], Values]] = MappingProxyType(
    {
        "fasting_glucose_mgdl": lambda values, value: {**values, "glucose.start_mgdl": value},
        "weight_kg": lambda values, value: {**values, "weight_kg": value},
        "sensitivity": _with_sensitivity,
    }
)
"""Changes by the name that a user gives."""
