"""Laws of the full body's modules: what goes in comes out, nothing turns negative, more does more, rest stays rest."""

import itertools
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glucotwin.domain.condition import ConditionKind
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import Body
from glucotwin.physiology.build import build_organ
from glucotwin.physiology.insulin_product import Route, insulin_products
from glucotwin.physiology.module.alcohol import Alcohol
from glucotwin.physiology.module.condition import ConditionResponse
from glucotwin.physiology.module.depot import SubcutaneousDepot
from glucotwin.physiology.module.exercise import Exercise
from glucotwin.physiology.module.kidney import Kidney
from glucotwin.physiology.module.mixed_meal import MixedMeal
from glucotwin.physiology.module.registry import CONDITIONS, MODULES, module_parameters
from glucotwin.physiology.module.sglt2_inhibitor import Sglt2Inhibitor
from glucotwin.physiology.module.steroid import Steroid
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.organ import AbstractModulator, AbstractState
from glucotwin.physiology.registry import find_subject, make_body
from glucotwin.physiology.signal import Signals
from glucotwin.simulate.trajectory import simulate

WEIGHT_KG = 70.0
VALUES = {
    **{name: record.typical for name, record in module_parameters().items()},
    "weight_kg": WEIGHT_KG,
    "basal_mgdl": 120.0,
    "basal_insulin_pmoll": 100.0,
}
SUBJECT = "adult#003"
few = settings(max_examples=10)


def replaced(inputs: Inputs, name: str, values: object) -> Inputs:
    return eqx.tree_at(lambda one: getattr(one, name), inputs, values, is_leaf=lambda node: isinstance(node, dict))


def pulse(minutes: int, start: int, duration: int, total: float) -> np.ndarray:
    rate = np.zeros(minutes)
    rate[start : start + duration] = total / duration
    return rate


@eqx.filter_jit
def alone(modulator: AbstractModulator[Any], inputs: Inputs) -> tuple[AbstractState, Signals]:
    """A modulator's states and what it sends, minute by minute, hearing nobody but itself."""

    def minute(state: AbstractState, now: Inputs) -> tuple[AbstractState, tuple[AbstractState, Signals]]:
        heard = modulator.emit(state, Signals.neutral(), now)
        after = modulator.advance(state, heard, now, minutes=1.0)
        return after, (after, modulator.emit(after, Signals.neutral(), now))

    return jax.lax.scan(minute, modulator.initial_state(), inputs.map(jnp.asarray))[1]


def with_input(name: str, values: object) -> Inputs:
    minutes = 1440 if isinstance(values, dict) else len(values)  # pyright: ignore[reportArgumentType]
    return replaced(constant_inputs(minutes), name, values)


MODULATORS = {
    "mixed-meal": (MixedMeal, "fat_g_per_min", lambda size: pulse(1440, 60, 15, 80.0 * size)),
    "alcohol": (Alcohol, "alcohol_g_per_min", lambda size: pulse(1440, 60, 60, 60.0 * size)),
    "exercise": (Exercise, "activity_fraction", lambda size: pulse(1440, 60, 60, 60.0 * 0.3 * (1.0 + size))),
    "steroid": (Steroid, "medication_mg_per_min", lambda size: {"prednisolone": pulse(1440, 60, 1, 40.0 * size)}),
    "sglt2-inhibitor": (
        Sglt2Inhibitor,
        "medication_mg_per_min",
        lambda size: {"dapagliflozin": pulse(1440, 60, 1, 10.0 * size)},
    ),
}
"""Each modulator with the input that drives it, by size of the dose."""


@pytest.mark.parametrize(
    "without",
    [frozenset(), *(pytest.param(frozenset({name}), marks=pytest.mark.slow) for name in MODULES)],
    ids=str,
)
def test_body_rests_whatever_module_is_left_out(without: frozenset[str]) -> None:
    subject = find_subject("padova-t1d", SUBJECT)
    body = make_body("padova-t1d", subject=SUBJECT, options=BodyOptions(without=without))
    rest = body.parameters()
    basal = (
        float(rest["subcutis.basal_pmol_per_kg_per_min"]) * subject.weight_kg / 6000.0
        if "insulin-product" in without
        else float(rest["depot_rapid.basal_u_per_min"])
    )
    course = simulate(body, constant_inputs(240, insulin_u_per_min=basal)).outputs["glucose_mgdl"]
    np.testing.assert_allclose(course, course[0], atol=1e-6)


@few
@given(carbs_g=st.floats(0.0, 80.0), bolus_u=st.floats(0.0, 8.0))
def test_body_without_modules_is_the_2008_body(carbs_g: float, bolus_u: float) -> None:
    basal = find_subject("padova-t1d-2008", SUBJECT).basal_u_per_min
    insulin = np.full(240, basal)
    insulin[30] += bolus_u
    inputs = constant_inputs(240, insulin_u_per_min=insulin, carbs_g_per_min=pulse(240, 30, 12, carbs_g))
    bare = make_body("padova-t1d", subject=SUBJECT, options=BodyOptions(without=frozenset(MODULES)))
    course, published = (
        simulate(body, inputs).outputs["glucose_mgdl"] for body in (bare, make_body("padova-t1d-2008", subject=SUBJECT))
    )
    np.testing.assert_allclose(course, published, atol=1e-9)


@pytest.mark.parametrize("name", MODULATORS)
def test_modulator_says_nothing_while_nothing_happens(name: str) -> None:
    kind, _, _ = MODULATORS[name]
    _, sent = alone(build_organ(kind, VALUES), constant_inputs(1440))
    neutral = Signals.neutral()
    for signal in Signals.__dataclass_fields__:
        np.testing.assert_allclose(getattr(sent, signal), getattr(neutral, signal), atol=1e-12, err_msg=signal)


@pytest.mark.parametrize("name", MODULATORS)
@few
@given(size=st.floats(0.05, 1.5))
def test_modulator_stays_finite_and_its_factors_positive(name: str, size: float) -> None:
    kind, field, dose = MODULATORS[name]
    states, sent = alone(build_organ(kind, VALUES), with_input(field, dose(size)))
    for signal in Signals.__dataclass_fields__:
        values = np.asarray(getattr(sent, signal))
        assert np.all(np.isfinite(values)), signal
        assert not signal.endswith("_factor") or np.min(values) > 0.0, signal
    assert all(np.min(leaf) >= 0.0 for leaf in jax.tree.leaves(states))


@pytest.mark.parametrize("name", MODULATORS)
def test_more_of_it_does_more(name: str) -> None:
    kind, field, dose = MODULATORS[name]
    organ = build_organ(kind, VALUES)
    effects = []
    for size in (0.3, 0.6, 1.0):
        _, sent = alone(organ, with_input(field, dose(size)))
        distance = [
            np.abs(np.asarray(getattr(sent, signal)) - getattr(Signals.neutral(), signal)).sum()
            for signal in Signals.__dataclass_fields__
        ]
        effects.append(np.array(distance))
    assert np.all(effects[1] >= effects[0] - 1e-9)
    assert np.all(effects[2] >= effects[1] - 1e-9)
    assert effects[2].sum() > effects[0].sum()


@few
@given(fat_g=st.floats(0.0, 100.0), protein_g=st.floats(0.0, 100.0))
def test_protein_gives_its_share_of_glucose_and_nothing_is_lost(fat_g: float, protein_g: float) -> None:
    inputs = with_input("fat_g_per_min", pulse(2880, 10, 15, fat_g))
    inputs = replaced(inputs, "protein_g_per_min", pulse(2880, 10, 15, protein_g))
    organ = build_organ(MixedMeal, VALUES)
    states, sent = alone(organ, inputs)
    made_g = float(np.sum(sent.added_production_mg_per_kg_per_min)) * WEIGHT_KG / 1000.0
    waiting = float(states.stomach_protein_g[-1] + states.absorbing_protein_g[-1])  # pyright: ignore[reportAttributeAccessIssue]
    share = VALUES["mixed_meal.protein_glucose_fraction"]
    # What a minute makes is told at its end.
    assert made_g / share + waiting == pytest.approx(protein_g, rel=0.02, abs=1e-6)


@few
@given(grams=st.floats(1.0, 120.0))
def test_alcohol_is_in_gut_or_body_until_it_is_burnt(grams: float) -> None:
    states, sent = alone(build_organ(Alcohol, VALUES), with_input("alcohol_g_per_min", pulse(2880, 0, 30, grams)))
    held = np.asarray(states.gut_g + states.body_g)  # pyright: ignore[reportAttributeAccessIssue]
    assert np.max(held) <= grams + 1e-9
    assert np.all(np.diff(held[30:]) <= 1e-9)
    assert held[-1] < 0.02 * grams + 0.05
    fastest = VALUES["alcohol.elimination_g_per_kg_per_min"] * WEIGHT_KG
    assert np.max(-np.diff(held[30:])) <= fastest + 1e-9
    assert np.max(sent.ethanol_g_per_l) < grams / (VALUES["alcohol.volume_l_per_kg"] * WEIGHT_KG)


@pytest.mark.parametrize("kind", CONDITIONS)
@few
@given(severity=st.floats(0.0, 1.0))
def test_condition_never_exceeds_its_severity_and_passes(kind: ConditionKind, severity: float) -> None:
    organ = build_organ(ConditionResponse, VALUES, name=kind.replace("-", "_"), condition=str(kind))
    minutes = 60 * 24 * 40
    inputs = replaced(
        constant_inputs(minutes), "condition_level", {str(kind): np.where(np.arange(minutes) < 2880, severity, 0.0)}
    )
    states, sent = alone(organ, inputs)
    level = np.asarray(states.level)  # pyright: ignore[reportAttributeAccessIssue]
    assert np.all((level >= 0.0) & (level <= severity + 1e-12))
    assert np.all(np.diff(level[:2880]) >= -1e-12)
    assert level[-1] < 1e-3
    assert np.all(np.asarray(sent.sensitivity_factor) <= 1.0 + 1e-12)


@pytest.mark.parametrize("name", [name for name, one in insulin_products().items() if one.route is Route.SUBCUTANEOUS])
def test_every_unit_of_a_product_arrives_sooner_or_later(name: str) -> None:
    product = insulin_products()[name]
    numbers = {
        field: getattr(product, field)
        for field in (
            "delay_min",
            "dissociation_per_min",
            "injected_absorption_per_min",
            "dissociated_absorption_per_min",
            "bioavailability_fraction",
        )
    }
    depot = build_organ(SubcutaneousDepot, {**numbers, "basal_u_per_min": 0.0}, name="depot", product=name)
    body = Body(name="depot alone", organs=(depot,))
    minutes = 60 * 24 * (60 if name == "icodec" else 10)
    dose = constant_inputs(minutes, insulin_u_per_min=pulse(minutes, 0, 1, 10.0), product=name)
    run = simulate(body, dose, outputs=("insulin_appearance_pmol_per_min",))
    arrived_u = float(np.trapezoid(run.outputs["insulin_appearance_pmol_per_min"])) / 6000.0
    left_u = sum(float(leaf) for leaf in jax.tree.leaves(run.final_state["depot"]))
    assert arrived_u / product.bioavailability_fraction + left_u == pytest.approx(10.0, rel=5e-3)


@few
@given(first=st.floats(0.0, 600.0), more=st.floats(1.0, 200.0), egfr=st.floats(10.0, 140.0))
def test_kidney_loses_more_of_higher_glucose_and_nothing_of_none(first: float, more: float, egfr: float) -> None:
    kidney = build_organ(Kidney, {**VALUES, "egfr_ml_per_min": egfr})
    lower, higher, none = (float(kidney.excretion_at_rest(jnp.asarray(g))) for g in (first, first + more, 0.0))
    assert none == 0.0
    assert 0.0 <= lower < higher
    # Never more than what is filtered.
    assert higher <= egfr / 7000.0 * (first + more)


def courses(doses_u: tuple[float, ...], *, product: str = "rapid") -> list[np.ndarray]:
    subject = find_subject("padova-t1d", SUBJECT)
    body = make_body(
        "padova-t1d", subject=SUBJECT, options=BodyOptions(products=tuple(dict.fromkeys(("rapid", product))))
    )
    runs = []
    for dose in doses_u:
        inputs = constant_inputs(480, insulin_u_per_min=subject.basal_u_per_min)
        inputs = replaced(inputs, "insulin_u_per_min", {**inputs.insulin_u_per_min, product: pulse(480, 30, 1, dose)})
        if product == "rapid":
            inputs = replaced(inputs, "insulin_u_per_min", {"rapid": subject.basal_u_per_min + pulse(480, 30, 1, dose)})
        runs.append(np.asarray(simulate(body, inputs).outputs["glucose_mgdl"]))
    return runs


@pytest.mark.parametrize(
    "product",
    ["rapid", *(pytest.param(one, marks=pytest.mark.slow) for one in ("technosphere", "degludec", "regular"))],
)
def test_more_insulin_means_a_lower_lowest_glucose(product: str) -> None:
    lows = [run.min() for run in courses((0.0, 1.0, 2.0, 4.0, 8.0), product=product)]
    assert all(later <= earlier + 1e-6 for earlier, later in itertools.pairwise(lows))


@pytest.mark.parametrize("subject", ["adult#008", "child#004", "child#006", "adolescent#010"])
def test_overdose_ends_low_but_positive_and_recovers(subject: str) -> None:
    one = find_subject("padova-t1d", subject)
    insulin = np.full(1440, one.basal_u_per_min)
    insulin[60] += 0.5 * one.weight_kg
    course = simulate(make_body("padova-t1d", subject=subject), constant_inputs(1440, insulin_u_per_min=insulin))
    glucose = np.asarray(course.outputs["glucose_mgdl"])
    assert 0.0 < glucose.min() < 70.0
    assert glucose[-1] > glucose.min()
