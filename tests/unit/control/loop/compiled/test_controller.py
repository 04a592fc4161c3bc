"""Loop in the closed loop: what it does about readings, meals, gaps and exercise."""

from datetime import UTC, datetime

import equinox as eqx
import jax
import jax.numpy as jnp
import pytest

from glucotwin.control.controller import Decision, DecisionReason, Seen
from glucotwin.control.loop.compiled.controller import LoopController
from glucotwin.control.registry import find_controller
from glucotwin.control.setting import TherapySetting, setting_from_therapy
from glucotwin.domain.therapy import DailySchedule, TherapySettings

_BASAL_U_PER_H = 1.2


@pytest.fixture(scope="module", params=["loop", "loop-temp-basal"])
def loop(request: pytest.FixtureRequest) -> LoopController:
    found = find_controller(request.param)
    assert isinstance(found, LoopController)
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


def decisions(loop: LoopController, glucose_mgdl: list[float], **more: list[float]) -> list[Decision]:
    """One decision per reading; the pump gives what was decided."""
    step = eqx.filter_jit(loop.step)
    state, made, rate, bolus = loop.initial_state(setting()), list[Decision](), _BASAL_U_PER_H, 0.0
    for index, value in enumerate(glucose_mgdl):
        sight = dict.fromkeys(Seen.__dataclass_fields__, 0.0) | {name: one[index] for name, one in more.items()}
        sight |= {"minute": 5.0 * index, "minute_of_day": 5.0 * index, "glucose_mgdl": value}
        sight |= {"delivered_basal_u": rate / 12.0 if index else 0.0, "delivered_bolus_u": bolus}
        state, decision = step(state, Seen(**{name: jnp.asarray(one) for name, one in sight.items()}))
        rate, bolus = float(decision.rate_u_per_h), float(decision.bolus_u)
        made.append(decision)
    return made


def reason(decision: Decision) -> DecisionReason:
    return DecisionReason(int(decision.reason))


@pytest.mark.slow
def test_glucose_in_range_and_level_gets_the_scheduled_rate(loop: LoopController) -> None:
    last = decisions(loop, [105.0] * 12)[-1]
    assert float(last.rate_u_per_h) == pytest.approx(_BASAL_U_PER_H)
    assert float(last.bolus_u) == 0.0
    assert reason(last) is DecisionReason.SCHEDULE


def test_a_low_and_a_coming_low_get_nothing(loop: LoopController) -> None:
    low = decisions(loop, [70.0] * 4)[-1]
    falling = decisions(loop, [160.0, 145.0, 130.0, 115.0])[-1]
    assert float(low.rate_u_per_h) == float(falling.rate_u_per_h) == 0.0
    assert reason(low) is DecisionReason.SUSPEND_LOW
    assert reason(falling) is DecisionReason.SUSPEND_PREDICTED_LOW


@pytest.mark.slow
def test_high_glucose_gets_more_within_the_limits(loop: LoopController) -> None:
    made = decisions(loop, [260.0] * 30)
    extra = [float(one.rate_u_per_h) - _BASAL_U_PER_H + float(one.bolus_u) for one in made]
    assert extra[0] > 0.1
    assert max(float(one.rate_u_per_h) for one in made) <= 4.0 * _BASAL_U_PER_H + 1e-9
    assert max(float(one.bolus_u) for one in made) <= 0.4 * 9.0 + 1e-9
    given_u = sum(float(one.bolus_u) + (float(one.rate_u_per_h) - _BASAL_U_PER_H) / 12.0 for one in made)
    assert given_u <= 18.0


@pytest.mark.slow
def test_announced_carbs_get_the_bolus_that_loop_recommends(loop: LoopController) -> None:
    made = decisions(loop, [105.0] * 6, announced_carbs_g=[0.0] * 5 + [50.0])
    assert float(made[-1].bolus_u) == pytest.approx(5.0, rel=0.15)
    assert reason(made[-1]) is DecisionReason.MEAL
    assert float(made[-1].rate_u_per_h) <= _BASAL_U_PER_H


@pytest.mark.slow
def test_without_readings_a_rate_runs_out_its_half_hour_and_nothing_is_corrected(loop: LoopController) -> None:
    made = decisions(loop, [70.0] * 4 + [float("nan")] * 12)
    rates = [float(one.rate_u_per_h) for one in made[3:]]
    assert rates[:8] == [0.0] * 8
    assert rates[-1] == pytest.approx(_BASAL_U_PER_H)
    assert reason(made[-1]) is DecisionReason.NO_GLUCOSE
    assert all(float(one.bolus_u) == 0.0 for one in made[4:])


@pytest.mark.slow
def test_announced_exercise_raises_the_target(loop: LoopController) -> None:
    def extra(exercise: float) -> float:
        made = decisions(loop, [165.0] * 6, exercise_announced=[exercise] * 6)
        return sum(float(one.bolus_u) + float(one.rate_u_per_h) for one in made)

    assert extra(1.0) < extra(0.0)
