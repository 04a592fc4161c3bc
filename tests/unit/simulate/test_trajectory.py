"""Open-loop simulation of one subject: stride, snapshots, outputs, failures."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

from body_name import EVERY_BODY
from glucotwin.core.error import ModelError, SolverError
from glucotwin.physiology.registry import find_subject, make_body
from glucotwin.simulate.trajectory import check_finite, simulate
from glucotwin.testing.body import MINUTES, probing_inputs


@pytest.mark.parametrize("name", EVERY_BODY)
def test_stride_keeps_every_so_many_minutes_of_the_same_run(name: str) -> None:
    body, inputs = make_body(name), probing_inputs(find_subject(name).basal_u_per_min)
    every, some = simulate(body, inputs), simulate(body, inputs, stride=15)
    np.testing.assert_array_equal(some.t_min, np.arange(0, MINUTES + 1, 15))
    np.testing.assert_allclose(some.outputs["glucose_mgdl"], every.outputs["glucose_mgdl"][::15], rtol=1e-12)


def test_chosen_signals_are_kept() -> None:
    body, inputs = make_body("minimal"), probing_inputs(0.01)
    kept = simulate(body, inputs, outputs=("insulin_pmoll",)).outputs
    assert set(kept) == {"insulin_pmoll"}
    assert kept["insulin_pmoll"].shape == (MINUTES + 1,)


def test_unknown_signal_is_refused_with_those_that_exist() -> None:
    with pytest.raises(ModelError, match=r"no signal or state 'sugar'.*glucose_mgdl"):
        simulate(make_body("minimal"), probing_inputs(0.01), outputs=("sugar",))


@pytest.mark.parametrize("stride", [0, 7])
def test_stride_that_does_not_divide_the_minutes_is_refused(stride: int) -> None:
    with pytest.raises(ModelError, match="cannot be kept"):
        simulate(make_body("minimal"), probing_inputs(0.01), stride=stride)


def test_values_that_leave_the_finite_numbers_are_an_error_only_at_the_edge() -> None:
    inputs = probing_inputs(0.01)
    broken = eqx.tree_at(
        lambda one: one.unexplained_flux_mgdl_per_min, inputs, jnp.where(jnp.arange(MINUTES) == 60, jnp.nan, 0.0)
    )
    trajectory = simulate(make_body("minimal"), broken)
    assert not np.isfinite(trajectory.outputs["glucose_mgdl"][-1])
    with pytest.raises(SolverError, match="glucose_mgdl left the finite numbers by minute 61"):
        check_finite(trajectory)


def test_finite_trajectory_passes_the_check_unchanged() -> None:
    trajectory = simulate(make_body("minimal"), probing_inputs(0.01))
    assert check_finite(trajectory) is trajectory


def test_parameter_factor_acts_only_while_it_differs_from_one() -> None:
    body, inputs = make_body("minimal"), probing_inputs(0.01)
    factor = np.where(np.arange(MINUTES) >= 90, 2.0, 1.0)
    scripted = eqx.tree_at(lambda one: one.parameter_factor, inputs, {"glucose.sensitivity_night": factor})
    plain, changed = simulate(body, inputs).outputs["glucose_mgdl"], simulate(body, scripted).outputs["glucose_mgdl"]
    np.testing.assert_allclose(changed[:91], plain[:91], rtol=1e-12)
    assert float(changed[-1]) < float(plain[-1]) - 0.1
