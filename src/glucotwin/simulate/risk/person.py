"""Who lives through a risk scenario: the people of each body that the set runs on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from glucotwin.core.array import Array, Float
from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.physiology.body import Body, BodyState
from glucotwin.physiology.build import Values
from glucotwin.physiology.padova.t1d import NAME as FULL_BODY
from glucotwin.physiology.padova.t1d import compose_padova_t1d
from glucotwin.physiology.tidepool_simple import BODY as SIMPLE_BODY
from glucotwin.physiology.tidepool_simple import compose_tidepool_simple
from glucotwin.scenario.risk_set import USUAL_ABSORPTION_MIN, RiskSimulation
from glucotwin.simulate.risk.matched import matched_people, start_at
from glucotwin.simulate.risk.schedule import cannot, minute_of, settings_at

_USUAL_LEVEL_MGDL = 110.0

Truth = Mapping[str, Float[Array, "..."]]
"""True settings of now: ``basal_u_per_h``, ``correction_factor_mgdl_per_u``, ``carb_ratio_g_per_u``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskBody:
    """A body that risk scenarios run on.

    Attributes:
        name: in the registry of bodies.
        people: the values of each arm's person, or why there is none.
        compose: the body of values.
        start: the state that an arm starts in, from its person and the glucose of its start, mg/dL.
        follow: parameters that follow the scenario's truth over the hours.
        has_ketones: whether it tells ketones.
    """

    name: str
    people: Callable[[Sequence[RiskSimulation]], list[dict[str, float] | DataError]]
    compose: Callable[[Values], Body]
    start: Callable[[Body, Float[Array, ""]], BodyState]
    follow: Callable[[Truth], Truth]
    has_ketones: bool = False


def _simple_people(simulations: Sequence[RiskSimulation]) -> list[dict[str, float] | DataError]:
    return [_simple_person(one) for one in simulations]


def _simple_person(simulation: RiskSimulation) -> dict[str, float] | DataError:
    truth = simulation.patient.patient_model
    absorption = {one.duration for one in truth.carb_entries}
    if len(absorption) > 1:
        return cannot(simulation, "its meals are absorbed at different speeds")
    settings = truth.metabolism_settings
    now = settings_at(settings, minute_of(simulation.time_to_calculate_at))
    secretion, level = settings.glucose_sensitivity_factor, settings.basal_blood_glucose
    return {
        "subcutis.basal_u_per_min": now.basal_u_per_h / 60.0,
        "basal_u_per_min": now.basal_u_per_h / 60.0,
        "subcutis.correction_factor_mgdl_per_u": now.correction_factor_mgdl_per_u,
        "gut.carb_ratio_g_per_u": now.carb_ratio_g_per_u,
        "gut.absorption_time_min": absorption.pop() if absorption else USUAL_ABSORPTION_MIN,
        "glucose.start_mgdl": truth.glucose_history.values_mgdl[-1],
        "glucose.secretion_u_per_min_per_mgdl": secretion.values[0] if secretion else 0.0,
        "glucose.basal_mgdl": level.values[0] if level else _USUAL_LEVEL_MGDL,
    }


def _simple_start(body: Body, start_mgdl: Float[Array, ""]) -> BodyState:
    del start_mgdl  # a parameter of this body
    return body.initial_state()


def _simple_follow(truth: Truth) -> Truth:
    factor = truth["correction_factor_mgdl_per_u"]
    return {
        "subcutis.basal_u_per_min": truth["basal_u_per_h"] / 60.0,
        "subcutis.correction_factor_mgdl_per_u": factor,
        "gut.correction_factor_mgdl_per_u": factor,
        "gut.carb_ratio_g_per_u": truth["carb_ratio_g_per_u"],
        "glucose.correction_factor_mgdl_per_u": factor,
    }


RISK_BODIES: Mapping[str, RiskBody] = MappingProxyType(
    {
        SIMPLE_BODY: RiskBody(
            name=SIMPLE_BODY,
            people=_simple_people,
            compose=compose_tidepool_simple,
            start=_simple_start,
            follow=_simple_follow,
        ),
        FULL_BODY: RiskBody(
            name=FULL_BODY,
            people=matched_people,
            compose=compose_padova_t1d,
            start=start_at,
            # Whoever changes over the day is left out.
            follow=lambda truth: {},
            has_ketones=True,
        ),
    }
)
"""Bodies by name; the first is the one that the set was published with."""


def find_risk_body(name: str) -> RiskBody:
    """A body that risk scenarios run on.

    Raises:
        NotFoundError: they do not run on this one.
    """
    found = RISK_BODIES.get(name.replace("_", "-"))
    if found is None:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME,
            f"Risk scenarios do not run on a body {name!r}.",
            hint=f"They run on {', '.join(RISK_BODIES)}.",
        )
    return found
