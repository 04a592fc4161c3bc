"""The contract of controllers: settings as arrays, insulin on board, and decisions of the basal-bolus therapy."""

from datetime import UTC, datetime, time

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.control.catalogue import CONTROLLERS
from glucotwin.control.controller import AnyController, Decision, DecisionReason, Seen
from glucotwin.control.insulin_on_board import empty_history
from glucotwin.control.registry import find_controller
from glucotwin.control.setting import TherapySetting, setting_at, setting_from_therapy
from glucotwin.core.error import DataError, NotFoundError
from glucotwin.domain.therapy import DailySchedule, TherapySettings

BASAL = DailySchedule(starts=(time(0), time(6)), values=(0.8, 1.2))


def setting(carb_ratio: float = 10.0) -> TherapySetting:
    therapy = TherapySettings(
        valid_from=datetime(2024, 1, 1, tzinfo=UTC),
        basal_u_per_h=BASAL,
        carb_ratio_g_per_u=DailySchedule.constant(carb_ratio),
        correction_factor_mgdl_per_u=DailySchedule.constant(50.0),
        target_low_mgdl=DailySchedule.constant(100.0),
        target_high_mgdl=DailySchedule.constant(120.0),
    )
    return jax.tree.map(jnp.asarray, setting_from_therapy(therapy, daily_insulin_u=45.0, weight_kg=75.0))


def seen(glucose_mgdl: float, **more: float) -> Seen:
    quiet = {name: jnp.zeros(()) for name in Seen.__dataclass_fields__}
    given = {name: jnp.asarray(float(value)) for name, value in more.items()}
    return Seen(**{**quiet, **given, "glucose_mgdl": jnp.asarray(glucose_mgdl)})


def decisions(controller: AnyController, sights: list[Seen], given: TherapySetting | None = None) -> list[Decision]:
    step = eqx.filter_jit(controller.step)
    state, made = controller.initial_state(setting() if given is None else given), []
    for sight in sights:
        state, decision = step(state, sight)
        made.append(decision)
    return made


def test_a_setting_follows_the_local_day_and_aims_at_the_middle_of_the_range() -> None:
    night, day = (setting_at(setting(), jnp.asarray(minute)) for minute in (355.0, 360.0))
    assert (float(night.basal_u_per_h), float(day.basal_u_per_h)) == (0.8, 1.2)
    assert float(day.target_mgdl) == 110.0


def test_a_setting_without_a_divisor_is_refused() -> None:
    with pytest.raises(DataError, match="carb_ratio_g_per_u"):
        setting(carb_ratio=0.0)


def test_two_fifths_of_a_bolus_are_left_after_two_hours_and_none_after_its_duration() -> None:
    history, left = empty_history(setting()), []
    for step in range(80):
        history = history.add(jnp.asarray(2.0 if step == 0 else 0.0))
        left.append(float(history.on_board_u))
    assert left[0] == pytest.approx(2.0, abs=0.01)
    assert 0.75 < left[24] < 0.9
    assert left[-1] == 0.0
    assert np.all(np.diff(left) <= 0.0)


def test_a_meal_is_covered_and_corrected_less_what_is_on_board() -> None:
    controller = find_controller("basal-bolus")
    first, second = decisions(
        controller,
        [seen(210.0, announced_carbs_g=40), seen(210.0, looks=1, delivered_bolus_u=6.0, minute_of_day=5)],
    )
    assert float(first.bolus_u) == pytest.approx(6.0)
    assert DecisionReason(int(first.reason)) is DecisionReason.MEAL
    assert float(second.bolus_u) == 0.0


def test_without_a_reading_a_meal_is_covered_and_nothing_corrected() -> None:
    (made,) = decisions(find_controller("basal-bolus"), [seen(float("nan"), announced_carbs_g=40, looks=1)])
    assert float(made.bolus_u) == pytest.approx(4.0)


@pytest.mark.parametrize(
    "name",
    # Each compiles a program of its own.
    [name if name == "basal-bolus" else pytest.param(name, marks=pytest.mark.slow) for name in CONTROLLERS],
)
def test_every_controller_maps_over_people(name: str) -> None:
    controller = find_controller(name)
    settings = jax.tree.map(lambda *leaves: jnp.stack(leaves), setting(8.0), setting(16.0))
    states = jax.vmap(controller.initial_state)(settings)
    sights = jax.tree.map(lambda leaf: jnp.stack([leaf, leaf]), seen(120.0, announced_carbs_g=48))
    after, made = jax.vmap(controller.step)(states, sights)
    assert jax.tree.structure(after) == jax.tree.structure(states)
    assert [leaf.dtype for leaf in jax.tree.leaves(after)] == [leaf.dtype for leaf in jax.tree.leaves(states)]
    alone = controller.step(controller.initial_state(setting(16.0)), seen(120.0, announced_carbs_g=48))[1]
    assert float(made.bolus_u[1]) == pytest.approx(float(alone.bolus_u))


def test_an_unknown_controller_is_an_error() -> None:
    with pytest.raises(NotFoundError, match="no dosing algorithm"):
        find_controller("nobody")
