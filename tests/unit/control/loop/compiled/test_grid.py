"""Loop on the grid decides as the plain pipeline does on the same records."""

from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.control.loop.carb_status import CarbEntry, CarbRule
from glucotwin.control.loop.compiled.decision import Circumstances, Decided, decide
from glucotwin.control.loop.compiled.history import Arrival, no_history, remember
from glucotwin.control.loop.compiled.recommendation import Aim, Limit
from glucotwin.control.loop.compiled.rule import LoopRule
from glucotwin.control.loop.counteraction import Glucose
from glucotwin.control.loop.dose import Dose
from glucotwin.control.loop.insulin_model import PRESETS
from glucotwin.control.loop.loop_input import LoopInput, RecommendationKind
from glucotwin.control.loop.pipeline import LoopDecision, Refusal, run_loop
from glucotwin.control.loop.recommendation import automatic_bolus_u, temp_rate, temp_rate_beside_bolus
from glucotwin.control.loop.series import STEP_MIN, STEP_S
from glucotwin.control.loop.timeline import TargetRange, Timeline
from glucotwin.core.random import root_key

_STEPS = 72
_LOWER_MGDL, _UPPER_MGDL, _SUSPEND_MGDL, _JUMP_MGDL = 100.0, 115.0, 75.0, 40.0
_MAX_BASAL_U_PER_H, _MAX_BOLUS_U, _SHARE = 4.0, 5.0, 0.4
_ALL: dict[str, Any] = {"meals": 16, "remembered_min": _STEPS * STEP_MIN}
"""The plain pipeline forgets nothing that it is given."""

_RULES = {
    "as-set-up": LoopRule(**_ALL),
    "temporary-rates-integral": LoopRule(integral_correction=True, kind=RecommendationKind.TEMP_BASAL, **_ALL),
    "no-rises-adaptive": LoopRule(with_rises=False, carb_rule=CarbRule(adaptive_rate=True), **_ALL),
    "fiasp-short-meals": LoopRule(
        absorption_min=120.0, integral_correction=True, with_rises=False, model=PRESETS["fiasp"], **_ALL
    ),
}


@dataclass(frozen=True, kw_only=True)
class Life:
    """Made-up records on the grid: readings with gaps and jumps, doses, meals, and the settings."""

    seed: int
    sensitivity: float = field(init=False)
    ratio: float = field(init=False)
    basal_u_per_h: float = field(init=False)
    glucose_mgdl: np.ndarray = field(init=False)
    basal_u: np.ndarray = field(init=False)
    bolus_u: np.ndarray = field(init=False)
    carbs_g: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        key = jax.random.split(root_key(self.seed), 8)
        uniform = [np.asarray(jax.random.uniform(one, (_STEPS,))) for one in key]
        setting = np.asarray(jax.random.uniform(key[7], (3,)))
        basal = 0.5 + setting[2]
        walk = np.asarray(jax.random.normal(key[0], (_STEPS,))) * 3.0 + 0.4
        trend = [0.0]
        for change in walk[1:]:
            trend.append(0.8 * trend[-1] + float(change))
        glucose = np.clip(140.0 + np.cumsum(trend), 60.0, 350.0) + np.where(uniform[1] < 0.015, 60.0, 0.0)
        gap = np.convolve(uniform[2] < 0.04, np.ones(1 + int(4 * setting[0])), mode="full")[:_STEPS] > 0
        made = {
            "sensitivity": 20.0 + 60.0 * setting[0],
            "ratio": 5.0 + 10.0 * setting[1],
            "basal_u_per_h": basal,
            "glucose_mgdl": np.where(gap, np.nan, glucose),
            "basal_u": basal / 12.0 * np.floor(3.0 * uniform[3]),
            "bolus_u": np.where(uniform[4] < 0.08, 4.0 * uniform[5], 0.0),
            "carbs_g": np.where(uniform[6] < 0.06, np.ceil(60.0 * uniform[5]), 0.0),
        }
        for name, value in made.items():
            object.__setattr__(self, name, value)

    @property
    def net_u(self) -> np.ndarray:
        """Insulin beyond the schedule that came before each step; nothing before the first."""
        return np.where(np.arange(_STEPS) > 0, self.basal_u - self.basal_u_per_h / 12.0 + self.bolus_u, 0.0)


def on_grid(life: Life, rule: LoopRule) -> Decided:
    """Every step's decision by the compiled Loop."""
    points = rule.action_steps + 1
    scalar = {name: jnp.asarray(getattr(life, name)) for name in ("sensitivity", "ratio", "basal_u_per_h")}
    aim = Aim(
        lower_mgdl=jnp.full(points, _LOWER_MGDL),
        upper_mgdl=jnp.full(points, _UPPER_MGDL),
        suspend_mgdl=jnp.asarray(_SUSPEND_MGDL),
        sensitivity_mgdl_per_u=scalar["sensitivity"],
    )
    limit = Limit(
        neutral_u_per_h=scalar["basal_u_per_h"],
        max_basal_u_per_h=jnp.asarray(_MAX_BASAL_U_PER_H),
        max_bolus_u=jnp.asarray(_MAX_BOLUS_U),
        max_insulin_on_board_u=jnp.asarray(2.0 * _MAX_BOLUS_U),
        bolus_share=jnp.asarray(_SHARE),
    )

    def step(history, arrival):  # type: ignore[no-untyped-def]
        after = remember(history, arrival, rule)
        return after, decide(after, Circumstances(arrival.now_min, aim, limit, jnp.asarray(_JUMP_MGDL)), rule)

    time = jnp.arange(_STEPS) * STEP_MIN
    arrivals = Arrival(
        now_min=time,
        glucose_mgdl=jnp.asarray(life.glucose_mgdl),
        net_u=jnp.asarray(life.net_u),
        sensitivity_mgdl_per_u=jnp.full(_STEPS, scalar["sensitivity"]),
        carbs_g=jnp.asarray(life.carbs_g),
        meal_min=time,
        rise_mgdl_per_g=jnp.full(_STEPS, scalar["sensitivity"] / scalar["ratio"]),
    )
    decided: Decided = jax.lax.scan(step, no_history(rule), arrivals)[1]
    return decided


def plain_input(life: Life, rule: LoopRule, step: int) -> LoopInput:
    """The same records as the plain pipeline reads them."""
    read = [index for index in range(step + 1) if np.isfinite(life.glucose_mgdl[index])]
    doses = [
        Dose(start_s=index * STEP_S - STEP_S, end_s=end_s, insulin_u=float(units), model=rule.model, is_basal=is_basal)
        for index in range(1, step + 1)
        for units, end_s, is_basal in (
            (life.basal_u[index], index * STEP_S, True),
            (life.bolus_u[index], index * STEP_S - STEP_S, False),
        )
    ]
    meals = [
        CarbEntry(
            start_s=index * STEP_S,
            carbs_g=float(life.carbs_g[index]),
            absorption_s=rule.absorption_min * 60.0,
            rise_mgdl_per_g=life.sensitivity / life.ratio,
        )
        for index in range(step + 1)
        if life.carbs_g[index] > 0
    ]
    return LoopInput(
        moment_s=step * STEP_S,
        glucose=Glucose(
            time_s=np.array(read, dtype=float) * STEP_S,
            value_mgdl=life.glucose_mgdl[read],
            is_calibration=np.zeros(len(read), dtype=bool),
            source=("",) * len(read),
        ),
        doses=tuple(doses),
        carbs=tuple(meals),
        basal_u_per_h=_always(life.basal_u_per_h),
        sensitivity_mgdl_per_u=_always(life.sensitivity),
        target=TargetRange(lower=_always(_LOWER_MGDL), upper=_always(_UPPER_MGDL)),
        suspend_mgdl=_SUSPEND_MGDL,
        max_basal_u_per_h=_MAX_BASAL_U_PER_H,
        max_bolus_u=_MAX_BOLUS_U,
        model=rule.model,
        kind=rule.kind,
        bolus_share=_SHARE,
        carb_rule=rule.carb_rule,
        integral_correction=rule.integral_correction,
        with_rises=rule.with_rises,
        largest_jump_mgdl=_JUMP_MGDL,
    )


def _always(value: float) -> Timeline:
    return Timeline(start_s=np.array([-1e9]), end_s=np.array([1e9]), value=np.array([value]))


def _dose(rule: LoopRule, decision: LoopDecision) -> tuple[float, float]:
    if rule.kind is RecommendationKind.TEMP_BASAL:
        return temp_rate(decision.correction, decision.limit).rate_u_per_h, 0.0
    rate = temp_rate_beside_bolus(decision.correction, decision.limit).rate_u_per_h
    return rate, automatic_bolus_u(decision.correction, decision.limit, share=_SHARE)


def _check(life: Life, rule: LoopRule) -> None:
    decided = jax.tree.map(np.asarray, on_grid(life, rule))
    for step in range(1, _STEPS):
        plain = run_loop(plain_input(life, rule, step))
        assert decided.is_recent[step] == (not isinstance(plain, Refusal)), step
        if isinstance(plain, Refusal):
            continue
        forecast, end_s = plain.forecast.glucose, step * STEP_S + rule.model.effect_duration_s
        ahead = (forecast.time_s >= step * STEP_S) & (forecast.time_s <= end_s)
        np.testing.assert_allclose(decided.outlook.glucose_mgdl[step], forecast.value[ahead], rtol=0, atol=1e-6)
        assert decided.outlook.insulin_on_board_u[step] == pytest.approx(plain.insulin_on_board_u, abs=1e-9)
        rate_u_per_h, bolus_u = _dose(rule, plain)
        assert decided.recommended.rate_u_per_h[step] == pytest.approx(rate_u_per_h, abs=1e-6), step
        assert decided.recommended.bolus_u[step] == pytest.approx(bolus_u, abs=1e-6), step


@pytest.mark.parametrize("name", _RULES)
def test_compiled_loop_decides_as_the_plain_one(name: str) -> None:
    _check(Life(seed=1), _RULES[name])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 10))
@pytest.mark.parametrize("name", _RULES)
def test_compiled_loop_decides_as_the_plain_one_in_many_lives(name: str, seed: int) -> None:
    _check(Life(seed=seed), _RULES[name])
