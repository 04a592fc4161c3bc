"""Self-care: what is eaten and injected when, what is remembered, and what it does to a person."""

from collections.abc import Sequence

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.core.error import ModelError
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import stack_bodies
from glucotwin.physiology.insulin_product import REFERENCE
from glucotwin.physiology.registry import find_subject, make_body
from glucotwin.simulate.cohort import simulate_cohort
from glucotwin.simulate.reaction import ASLEEP, CHECK, CORRECTION, RESCUE_CARBS, SelfCare, SelfCareState, with_added
from glucotwin.simulate.trajectory import simulate

MINUTES = 300
FADE_MIN = 120.0
OUTPUTS = ("glucose_mgdl", RESCUE_CARBS, CORRECTION)


def self_care(**chosen: float) -> SelfCare:
    usual = {
        "low_mgdl": 70.0,
        "wakes_below_mgdl": 55.0,
        "carbs_g": 15.0,
        "wait_min": 15.0,
        "high_mgdl": 180.0,
        "target_mgdl": 120.0,
        "correction_factor_mgdl_per_u": 40.0,
        "fade_per_min": 1.0 / FADE_MIN,
    }
    return SelfCare(**{name: jnp.asarray(value) for name, value in (usual | chosen).items()})


def with_levels(inputs: Inputs, **levels: np.ndarray) -> Inputs:
    return eqx.tree_at(lambda one: one.condition_level, inputs, levels, is_leaf=lambda node: isinstance(node, dict))


def reacting(
    care: SelfCare, glucose_mgdl: Sequence[float], *, asleep: Sequence[int] = (), checks: Sequence[int] = ()
) -> tuple[np.ndarray, np.ndarray, SelfCareState]:
    """Grams and units of each minute, and what is remembered at the end; minutes asleep or looking by number."""
    minutes = len(glucose_mgdl)
    levels = {
        name: np.isin(np.arange(minutes), chosen).astype(float) for name, chosen in ((ASLEEP, asleep), (CHECK, checks))
    }
    given = with_levels(constant_inputs(minutes), **levels).map(jnp.asarray)

    def minute(
        state: SelfCareState, now: tuple[jax.Array, Inputs]
    ) -> tuple[SelfCareState, tuple[jax.Array, jax.Array]]:
        after, acted = care.react(state, *now)
        return after, (jnp.asarray(acted.carbs_g_per_min), jnp.asarray(acted.dose_u_per_min(REFERENCE)))

    end, (carbs, units) = jax.lax.scan(minute, care.initial_state(), (jnp.asarray(glucose_mgdl), given))
    return np.asarray(carbs), np.asarray(units), end


def planned(body: str, *, bolus_u: float = 0.0, carbs_g: float = 0.0) -> Inputs:
    """A bolus and food after an hour, over the basal rate of the body's first subject, who looks every quarter hour."""
    insulin, carbs = np.full(MINUTES, find_subject(body).basal_u_per_min), np.zeros(MINUTES)
    insulin[60] += bolus_u
    carbs[60:70] = carbs_g / 10.0
    looks = (np.arange(MINUTES) % 15 == 0).astype(float)
    return with_levels(constant_inputs(MINUTES, insulin_u_per_min=insulin, carbs_g_per_min=carbs), **{CHECK: looks})


def test_low_is_treated_at_once_and_again_only_after_the_wait() -> None:
    carbs, units, _ = reacting(self_care(wait_min=15.0), [60.0] * 40)
    np.testing.assert_array_equal(np.flatnonzero(carbs), [0, 15, 30])
    assert set(carbs[[0, 15, 30]]) == {15.0}
    assert np.all(units == 0.0)


def test_glucose_at_the_threshold_is_not_low() -> None:
    carbs, _, _ = reacting(self_care(), [70.0, 69.9])
    np.testing.assert_array_equal(carbs, [0.0, 15.0])


def test_sleeper_wakes_only_below_a_lower_glucose() -> None:
    carbs, _, _ = reacting(self_care(), [60.0, 60.0, 54.0, 60.0], asleep=[0, 1, 2, 3])
    np.testing.assert_array_equal(carbs, [0.0, 0.0, 15.0, 0.0])
    carbs, _, _ = reacting(self_care(), [60.0, 60.0], asleep=[0])
    np.testing.assert_array_equal(carbs, [0.0, 15.0])


def test_threshold_of_zero_is_never() -> None:
    carbs, _, _ = reacting(self_care(low_mgdl=0.0), [20.0] * 3)
    assert np.all(carbs == 0.0)
    carbs, _, _ = reacting(self_care(wakes_below_mgdl=0.0), [20.0] * 3, asleep=[0, 1])
    np.testing.assert_array_equal(carbs, [0.0, 0.0, 15.0])


def test_high_is_corrected_to_the_target_when_the_person_looks() -> None:
    carbs, units, _ = reacting(self_care(), [240.0] * 5, checks=[3])
    np.testing.assert_allclose(units, [0.0, 0.0, 0.0, 3.0, 0.0])
    assert np.all(carbs == 0.0)


def test_what_is_not_high_enough_is_not_corrected() -> None:
    _, units, _ = reacting(self_care(), [180.0, 150.0, 60.0], checks=[0, 1, 2])
    assert np.all(units == 0.0)
    _, units, _ = reacting(self_care(high_mgdl=np.inf), [400.0], checks=[0])
    assert np.all(units == 0.0)


def test_earlier_correction_is_subtracted_and_fades() -> None:
    later = int(FADE_MIN)
    _, units, _ = reacting(self_care(), [240.0] * (later + 1), checks=[0, 1, later])
    assert units[0] == pytest.approx(3.0)
    assert units[1] < 0.1
    assert units[later] == pytest.approx(3.0 * (1.0 - np.exp(-1.0)), rel=0.03)


def test_correction_is_never_negative() -> None:
    _, units, _ = reacting(self_care(), [400.0, 190.0], checks=[0, 1])
    np.testing.assert_allclose(units, [7.0, 0.0])


def test_totals_count_up_what_was_given() -> None:
    carbs, units, end = reacting(self_care(), [60.0] * 20 + [240.0] * 20, checks=range(0, 40, 5))
    assert carbs.sum() == 30.0
    assert units.sum() > 3.0
    assert float(end.rescue_carbs_g_total) == carbs.sum()
    assert float(end.correction_u_total) == pytest.approx(units.sum())


def test_added_glucose_is_liquid_and_added_insulin_is_rapid() -> None:
    inputs = constant_inputs(3, insulin_u_per_min=0.02, carbs_g_per_min=1.0, product="degludec")
    added = with_added(inputs, np.array([0.0, 15.0, 0.0]), np.array([2.0, 0.0, 0.0]))
    np.testing.assert_array_equal(added.carbs_g_per_min, [1.0, 16.0, 1.0])
    np.testing.assert_array_equal(added.liquid_carbs_g_per_min, [0.0, 15.0, 0.0])
    np.testing.assert_array_equal(added.insulin_u_per_min[REFERENCE], [2.0, 0.0, 0.0])
    np.testing.assert_array_equal(added.insulin_u_per_min["degludec"], inputs.insulin_u_per_min["degludec"])
    twice = with_added(added, np.zeros(3), np.array([1.0, 0.0, 0.0]))
    np.testing.assert_array_equal(twice.insulin_u_per_min[REFERENCE], [3.0, 0.0, 0.0])
    assert REFERENCE not in inputs.insulin_u_per_min


@pytest.mark.parametrize(
    ("body", "bolus_u"), [("minimal", 6.0), pytest.param("padova-t1d", 12.0, marks=pytest.mark.slow)]
)
def test_too_much_insulin_ends_less_low_with_self_care(body: str, bolus_u: float) -> None:
    inputs = planned(body, bolus_u=bolus_u)
    alone = simulate(make_body(body), inputs).outputs["glucose_mgdl"]
    cared = simulate(make_body(body), inputs, reaction=self_care(), outputs=OUTPUTS).outputs
    assert np.min(alone) < 60.0
    assert np.min(cared["glucose_mgdl"]) > np.min(alone) + 5.0
    assert float(cared[RESCUE_CARBS][-1]) >= 15.0


@pytest.mark.parametrize(("dose", "name"), [({"bolus_u": 6.0}, RESCUE_CARBS), ({"carbs_g": 90.0}, CORRECTION)])
def test_what_is_reported_is_what_was_given(dose: dict[str, float], name: str) -> None:
    body, inputs = make_body("minimal"), planned("minimal", **dose)
    cared = simulate(body, inputs, reaction=self_care(), outputs=OUTPUTS).outputs
    grams, units = (np.diff(cared[name]) for name in (RESCUE_CARBS, CORRECTION))
    assert float(cared[name][-1]) > 1.0
    assert set(grams) <= {0.0, 15.0}
    replayed = simulate(body, with_added(inputs, grams, units)).outputs["glucose_mgdl"]
    np.testing.assert_allclose(replayed, cared["glucose_mgdl"], rtol=1e-10)


def test_steady_person_does_nothing() -> None:
    steady = simulate(make_body("minimal"), planned("minimal"), reaction=self_care(), outputs=OUTPUTS).outputs
    assert float(steady[RESCUE_CARBS][-1]) == float(steady[CORRECTION][-1]) == 0.0


def test_person_goes_on_from_what_is_remembered() -> None:
    body, inputs, care = make_body("minimal"), planned("minimal", bolus_u=8.0), self_care()
    whole = simulate(body, inputs, reaction=care, outputs=OUTPUTS)
    first_treated = int(np.flatnonzero(np.diff(whole.outputs[RESCUE_CARBS]))[0])
    cut = first_treated + 5
    first = simulate(body, inputs.cut(0, cut), reaction=care, outputs=OUTPUTS)
    rest = inputs.cut(cut, MINUTES)
    known = first.final_reaction
    second = simulate(body, rest, state=first.final_state, reaction=care, reaction_state=known, outputs=OUTPUTS)
    for name in OUTPUTS:
        np.testing.assert_allclose(second.outputs[name], whole.outputs[name][cut:], rtol=1e-10, err_msg=name)
    forgetful = simulate(body, rest, state=first.final_state, reaction=care, outputs=OUTPUTS)
    assert float(forgetful.outputs[RESCUE_CARBS][1]) == 15.0


def test_cohort_cares_as_each_person_alone() -> None:
    cares = [self_care(), self_care(low_mgdl=80.0, carbs_g=12.0), self_care(low_mgdl=0.0)]
    body, inputs = make_body("minimal"), planned("minimal", bolus_u=6.0)
    together = simulate_cohort(
        stack_bodies([body] * 3),
        inputs,
        reaction=jax.tree.map(lambda *leaves: jnp.stack(leaves), *cares),
        outputs=OUTPUTS,
    )
    assert len(set(together.outputs[RESCUE_CARBS][:, -1])) == 3
    for index, care in enumerate(cares):
        alone = simulate(body, inputs, reaction=care, outputs=OUTPUTS)
        for name in OUTPUTS:
            np.testing.assert_allclose(together.outputs[name][index], alone.outputs[name], rtol=1e-10, err_msg=name)


def test_what_nobody_remembers_cannot_be_kept() -> None:
    with pytest.raises(ModelError, match=r"no signal or state 'reaction\."):
        simulate(make_body("minimal"), planned("minimal"), outputs=OUTPUTS)
    with pytest.raises(ModelError, match=r"'reaction\.mood'.*reaction\.correction_u_total"):
        simulate(make_body("minimal"), planned("minimal"), reaction=self_care(), outputs=("reaction.mood",))
