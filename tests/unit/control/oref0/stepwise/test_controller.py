"""oref0 in the closed loop: what it does about readings, meals, gaps and exercise."""

from datetime import UTC, datetime

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.control.controller import Decision, DecisionReason, Seen
from glucotwin.control.oref0.stepwise.controller import Oref0
from glucotwin.control.registry import find_controller
from glucotwin.control.setting import TherapySetting, setting_from_therapy
from glucotwin.domain.therapy import DailySchedule, TherapySettings

_BASAL_U_PER_H = 1.2


@pytest.fixture(scope="module", params=["oref0", "oref1", "oref1-trio", "oref1-androidaps"])
def oref(request: pytest.FixtureRequest) -> Oref0:
    found = find_controller(request.param)
    assert isinstance(found, Oref0)
    return found


def setting() -> TherapySetting:
    therapy = TherapySettings(
        valid_from=datetime(2024, 1, 1, tzinfo=UTC),
        basal_u_per_h=DailySchedule.constant(_BASAL_U_PER_H),
        carb_ratio_g_per_u=DailySchedule.constant(10.0),
        correction_factor_mgdl_per_u=DailySchedule.constant(50.0),
        target_low_mgdl=DailySchedule.constant(100.0),
        target_high_mgdl=DailySchedule.constant(110.0),
    )
    return jax.tree.map(jnp.asarray, setting_from_therapy(therapy, daily_insulin_u=45.0, weight_kg=75.0))


def decisions(oref: Oref0, glucose_mgdl: list[float], **more: list[float]) -> list[Decision]:
    """One decision per reading; the pump gives what was decided."""
    step = eqx.filter_jit(oref.step)
    state, made, rate, bolus = oref.initial_state(setting()), list[Decision](), _BASAL_U_PER_H, 0.0
    for index, value in enumerate(glucose_mgdl):
        sight = dict.fromkeys(Seen.__dataclass_fields__, 0.0) | {name: one[index] for name, one in more.items()}
        sight |= {"minute": 5.0 * index, "minute_of_day": 600.0 + 5.0 * index, "glucose_mgdl": value}
        sight |= {"delivered_basal_u": rate / 12.0 if index else 0.0, "delivered_bolus_u": bolus}
        state, decision = step(state, Seen(**{name: jnp.asarray(one) for name, one in sight.items()}))
        rate, bolus = float(decision.rate_u_per_h), float(decision.bolus_u)
        made.append(decision)
    return made


def test_a_coming_low_gets_nothing(oref: Oref0) -> None:
    made = decisions(oref, [160.0, 145.0, 130.0, 115.0, 100.0])
    assert float(made[-1].rate_u_per_h) == 0.0
    assert DecisionReason(int(made[-1].reason)) is DecisionReason.SUSPEND_PREDICTED_LOW


@pytest.mark.slow
def test_high_and_rising_glucose_gets_more(oref: Oref0) -> None:
    made = decisions(oref, list(np.linspace(170.0, 260.0, 12)))
    given_u = sum(float(one.bolus_u) + (float(one.rate_u_per_h) - _BASAL_U_PER_H) / 12.0 for one in made)
    assert given_u > 0.3
    assert max(float(one.rate_u_per_h) for one in made) <= 4.0 * _BASAL_U_PER_H


@pytest.mark.slow
def test_only_oref1_gives_micro_boluses() -> None:
    rise = list(np.linspace(170.0, 260.0, 12))
    assert sum(float(one.bolus_u) for one in decisions(named("oref0"), rise)) == 0.0
    assert sum(float(one.bolus_u) for one in decisions(named("oref1"), rise)) > 0.3


def named(name: str) -> Oref0:
    found = find_controller(name)
    assert isinstance(found, Oref0)
    return found


@pytest.mark.slow
def test_announced_carbs_get_the_calculators_bolus(oref: Oref0) -> None:
    made = decisions(oref, [105.0, 106.0, 105.0, 104.0], announced_carbs_g=[0.0, 0.0, 0.0, 50.0])
    assert float(made[-1].bolus_u) == pytest.approx(5.0, abs=0.1)
    assert DecisionReason(int(made[-1].reason)) is DecisionReason.MEAL


@pytest.mark.slow
def test_without_readings_a_temporary_rate_runs_out(oref: Oref0) -> None:
    made = decisions(oref, [160.0, 145.0, 130.0, 115.0, 100.0] + [float("nan")] * 26)
    assert float(made[5].rate_u_per_h) == 0.0
    assert float(made[-1].rate_u_per_h) == pytest.approx(_BASAL_U_PER_H)
    assert all(float(one.bolus_u) == 0.0 for one in made[5:])


@pytest.mark.slow
def test_without_any_reading_the_schedule_holds(oref: Oref0) -> None:
    (made,) = decisions(oref, [float("nan")])
    assert float(made.rate_u_per_h) == pytest.approx(_BASAL_U_PER_H)
    assert DecisionReason(int(made.reason)) is DecisionReason.NO_GLUCOSE
