"""Cohorts: the same answer however many subjects, chunks and cores."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.core.error import ModelError
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import Body, stack_bodies
from glucotwin.physiology.minimal import compose_minimal_of
from glucotwin.physiology.registry import body_entry, make_body
from glucotwin.simulate import cohort as cohort_module
from glucotwin.simulate.cohort import chunk_width, simulate_cohort, stack_inputs, subject_of
from glucotwin.simulate.trajectory import simulate
from glucotwin.testing.body import MINUTES, probing_inputs

BODY = "padova-t1d-2008"


def cohort(subjects: int) -> tuple[list[Body], list[Inputs]]:
    chosen = [body_entry(BODY).subjects()[index % 30] for index in range(subjects)]
    return [make_body(BODY, subject=one.name) for one in chosen], [
        probing_inputs(one.basal_u_per_min) for one in chosen
    ]


def test_cohort_gives_what_each_subject_gives_alone() -> None:
    bodies, inputs = cohort(4)
    together = simulate_cohort(stack_bodies(bodies), stack_inputs(inputs))
    for index, (body, own) in enumerate(zip(bodies, inputs, strict=True)):
        alone = simulate(body, own)
        np.testing.assert_allclose(together.outputs["glucose_mgdl"][index], alone.outputs["glucose_mgdl"], rtol=1e-10)


@pytest.mark.slow
def test_result_depends_neither_on_cores_nor_on_the_size_of_the_cohort() -> None:
    bodies, inputs = cohort(70)
    stacked, given = stack_bodies(bodies), stack_inputs(inputs)
    on_two = simulate_cohort(stacked, given, workers=2).outputs["glucose_mgdl"]
    on_one = simulate_cohort(stacked, given, workers=1).outputs["glucose_mgdl"]
    few = simulate_cohort(stack_bodies(bodies[:3]), stack_inputs(inputs[:3])).outputs["glucose_mgdl"]
    np.testing.assert_array_equal(on_two, on_one)
    np.testing.assert_array_equal(few, on_two[:3])


@pytest.mark.slow
def test_shared_inputs_are_those_of_every_subject() -> None:
    bodies, inputs = cohort(3)
    shared = simulate_cohort(stack_bodies(bodies), inputs[0])
    repeated = simulate_cohort(stack_bodies(bodies), jax.tree.map(lambda *rows: np.stack(rows), *[inputs[0]] * 3))
    np.testing.assert_allclose(shared.outputs["glucose_mgdl"], repeated.outputs["glucose_mgdl"], rtol=1e-10)


@pytest.mark.slow
def test_cohort_goes_on_from_its_snapshot() -> None:
    bodies, inputs = cohort(3)
    stacked, given = stack_bodies(bodies), stack_inputs(inputs)
    whole = simulate_cohort(stacked, given)
    first = simulate_cohort(stacked, given.cut(0, 60))
    second = simulate_cohort(stacked, given.cut(60, MINUTES), state=first.final_state)
    np.testing.assert_allclose(second.outputs["glucose_mgdl"], whole.outputs["glucose_mgdl"][:, 60:], rtol=1e-12)
    assert subject_of(second, 1).outputs["glucose_mgdl"].shape == (MINUTES - 60 + 1,)


def test_stacking_keeps_arrays_that_all_share_once() -> None:
    _, inputs = cohort(3)
    stacked = stack_inputs(inputs)
    assert np.shape(stacked.carbs_g_per_min) == (MINUTES,)
    assert np.shape(stacked.insulin_u_per_min["rapid"]) == (3, MINUTES)


def test_inputs_of_different_length_cannot_be_stacked() -> None:
    with pytest.raises(ModelError, match="same length"):
        stack_inputs([constant_inputs(10), constant_inputs(20)])


@pytest.mark.parametrize(("subjects", "workers", "width"), [(1, 2, 32), (100, 2, 64), (100, 1, 128), (10_000, 2, 512)])
def test_chunks_keep_all_workers_busy_within_bounds(subjects: int, workers: int, width: int) -> None:
    assert chunk_width(subjects, workers) == width


@pytest.mark.slow
def test_accelerator_is_given_thousands_in_one_call_and_the_same_comes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    bodies, inputs = cohort(40)
    stacked, given = stack_bodies(bodies), stack_inputs(inputs)
    expected = simulate_cohort(stacked, given)
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    assert cohort_module._division(100_000, None) == (2, 32_768)
    assert cohort_module._division(1000, 1) == (1, 1024)
    found = simulate_cohort(stacked, given)
    np.testing.assert_array_equal(found.outputs["glucose_mgdl"], expected.outputs["glucose_mgdl"])


@pytest.mark.slow
def test_gradient_through_a_mapped_cohort_is_finite() -> None:
    inputs = probing_inputs(0.01)
    bodies = stack_bodies([compose_minimal_of({"weight_kg": kg, "basal_u_per_min": 0.01}) for kg in (60.0, 90.0)])

    def mean_glucose(body: Body) -> jnp.ndarray:
        return jnp.mean(jnp.asarray(simulate(body, inputs).outputs["glucose_mgdl"]))

    gradient = jax.vmap(jax.grad(mean_glucose))(bodies)
    assert all(bool(jnp.all(jnp.isfinite(leaf))) for leaf in jax.tree.leaves(gradient))
