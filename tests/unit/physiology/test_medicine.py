"""Medicines at the scale of a meal: what a dose becomes, what it does at its mechanism, and the incretin effect."""

from collections.abc import Mapping

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import Body
from glucotwin.physiology.build import Values, build_organ
from glucotwin.physiology.module.acarbose import Acarbose
from glucotwin.physiology.module.dpp4_inhibitor import Dpp4Inhibitor
from glucotwin.physiology.module.glp1_agonist import Glp1Agonist
from glucotwin.physiology.module.incretin import Incretin
from glucotwin.physiology.module.low_glucose import NoState
from glucotwin.physiology.module.metformin import Metformin
from glucotwin.physiology.module.pioglitazone import Pioglitazone
from glucotwin.physiology.module.registry import GLP1_AGONISTS, TYPE2_MODULES, type2_module_parameters
from glucotwin.physiology.module.sulfonylurea import Sulfonylurea
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.organ import AbstractOrgan
from glucotwin.physiology.padova.beta_cell import PadovaBetaCell, PadovaBetaCellState
from glucotwin.physiology.padova.secreted_insulin import PadovaSecretedInsulin
from glucotwin.physiology.registry import find_subject, make_body
from glucotwin.physiology.signal import Signals
from glucotwin.simulate.trajectory import simulate

NAME = "padova-t2d"
MINUTES, STRIDE_MIN = 1440, 10
PERSON = {
    **{name: record.typical for name, record in type2_module_parameters().items()},
    "weight_kg": 85.0,
    "female": 0.0,
    "egfr_ml_per_min": 90.0,
}
DOSES_MG = {
    "metformin": 1000.0,
    "glimepiride": 4.0,
    "sitagliptin": 100.0,
    "liraglutide": 1.8,
    "semaglutide": 1.0,
    "exenatide": 0.01,
    "tirzepatide": 5.0,
    "acarbose": 100.0,
    "pioglitazone": 45.0,
}
ACTS_ON = {
    "metformin": {"hepatic_output_factor": -1},
    "glimepiride": {"secretion_factor": 1, "secretion_floor_fraction": 1},
    "sitagliptin": {"incretin_factor": 1, "high_glucose_secretion_factor": 1, "hepatic_output_factor": -1},
    "acarbose": {"carbohydrate_absorption_factor": -1, "carbohydrate_uptake_factor": -1},
    "pioglitazone": {"uptake_sensitivity_factor": 1, "hepatic_sensitivity_factor": 1},
    **{
        name: {
            "high_glucose_secretion_factor": 1,
            "hepatic_output_factor": -1,
            "emptying_factor": -1,
            "appetite_factor": -1,
        }
        for name in GLP1_AGONISTS
    },
}
"""Direction in which each medicine moves each signal; it moves no other."""

SENT = tuple(sorted({signal for signals in ACTS_ON.values() for signal in signals}))


def cabinet(values: Values) -> Body:
    """All medicines and nothing else."""
    kinds = (Metformin, Sulfonylurea, Dpp4Inhibitor, Acarbose, Pioglitazone)
    agonists = (build_organ(Glp1Agonist, values, name=one, medicine=one) for one in GLP1_AGONISTS)
    return Body(name="cabinet", organs=(*(build_organ(kind, values) for kind in kinds), *agonists))


def taken(doses_mg: Mapping[str, float], *, at: int = 60) -> Inputs:
    """One dose of each, and none of those not named."""
    rates = {name: np.where(np.arange(MINUTES) == at, doses_mg.get(name, 0.0), 0.0) for name in DOSES_MG}
    return eqx.tree_at(
        lambda one: (one.medication_mg_per_min, one.insulin_u_per_min),
        constant_inputs(MINUTES),
        (rates, {}),
        is_leaf=lambda node: isinstance(node, dict),
    )


LEVELS = (*SENT, "metformin.body_amount", "dpp4_inhibitor.body_amount", *(f"{one}.body_mg" for one in GLP1_AGONISTS))


def sent(doses_mg: Mapping[str, float], values: Values = PERSON) -> dict[str, np.ndarray]:
    run = simulate(cabinet(values), taken(doses_mg), outputs=LEVELS, stride=STRIDE_MIN)
    return {name: np.asarray(run.outputs[name]) for name in LEVELS}


def test_cabinet_answers_every_medicine_and_is_silent_until_one_is_taken() -> None:
    assert cabinet(PERSON).medications >= set(DOSES_MG)
    nothing = sent({})
    neutral = Signals.neutral()
    for signal in SENT:
        np.testing.assert_allclose(nothing[signal], float(getattr(neutral, signal)), atol=1e-12)


@pytest.mark.parametrize("name", DOSES_MG)
def test_medicine_moves_its_mechanism_and_no_other(name: str) -> None:
    half, whole = (sent({name: share * DOSES_MG[name]}) for share in (0.5, 1.0))
    for signal in SENT:
        rest = float(getattr(Signals.neutral(), signal))
        direction = ACTS_ON[name].get(signal, 0)
        moved, less = whole[signal] - rest, half[signal] - rest
        assert np.all(np.isfinite(moved))
        if direction == 0:
            np.testing.assert_allclose(moved, 0.0, atol=1e-12)
        else:
            assert np.all(direction * moved >= -1e-12)
            assert np.max(direction * moved) > np.max(direction * less) > 0.0
        assert np.all(whole[signal] >= 0.0)


def test_medicines_together_do_what_each_does() -> None:
    together = sent({"metformin": 1000.0, "sitagliptin": 100.0})
    metformin, sitagliptin = sent({"metformin": 1000.0}), sent({"sitagliptin": 100.0})
    name = "hepatic_output_factor"
    np.testing.assert_allclose(together[name], metformin[name] * sitagliptin[name], rtol=1e-12)


@pytest.mark.parametrize(
    ("changes", "level", "least"),
    [
        ({"egfr_ml_per_min": 30.0}, "metformin.body_amount", 1.5),
        ({"egfr_ml_per_min": 30.0}, "dpp4_inhibitor.body_amount", 1.3),
        ({"egfr_ml_per_min": 30.0}, "exenatide.body_mg", 1.3),
        ({"weight_kg": 60.0}, "metformin.body_amount", 1.1),
        ({"weight_kg": 60.0}, "semaglutide.body_mg", 1.01),
        ({"female": 1.0}, "liraglutide.body_mg", 1.05),
    ],
    ids=str,
)
def test_kidney_weight_and_sex_decide_how_long_a_medicine_stays(
    changes: dict[str, float], level: str, least: float
) -> None:
    usual, slower = sent(DOSES_MG), sent(DOSES_MG, {**PERSON, **changes})
    assert slower[level][-1] / usual[level][-1] > least


def test_exposures_are_those_of_the_published_clearances() -> None:
    # What is eliminated in all equals the dose: the area under the level is the dose over the clearance.
    level = sent({"metformin": 1000.0})["metformin.body_amount"] / PERSON["metformin.volume_l"]
    clearance = 53.0 * (85.0 / 75.0) ** 0.688 * (90.0 / 102.5) ** 0.914
    tail = level[-1] / (clearance / 60.0 / PERSON["metformin.volume_l"])
    assert np.trapezoid(level, dx=STRIDE_MIN) + tail == pytest.approx(1000.0 / clearance * 60.0, rel=0.01)
    # Semaglutide 1 mg a week: 31 nmol/L on average in 85 kg (Overgaard 2019).
    organ = build_organ(Glp1Agonist, PERSON, name="semaglutide", medicine="semaglutide")
    mean = 1e6 * 0.847 / float(organ.clearance_of_person_l_per_h()) / 168.0 / 4113.6
    assert mean == pytest.approx(31.0, abs=1.0)


class GivenGlucose(AbstractOrgan[NoState]):
    """Glucose as the inputs have it: what a clamp holds, with or without appearance from the gut."""

    name = "given"
    basal_mgdl: Float[Array, ""]

    def initial_state(self) -> NoState:
        return NoState()

    def emit(self, state: NoState, signals: Signals, inputs: Inputs) -> Signals:
        return signals.sending(
            glucose_mgdl=self.basal_mgdl + inputs.unexplained_flux_mgdl_per_min,
            glucose_rate_mgdl_per_min=jnp.asarray(inputs.fibre_g_per_min),
            glucose_appearance_mg_per_min=jnp.asarray(inputs.carbs_g_per_min),
        )

    def derivative(self, state: NoState, signals: Signals, inputs: Inputs) -> NoState:
        return state


COURSES = {"t2d#average": (110.0, 90.0), "igt#average": (75.0, 70.0), "normal#average": (60.0, 50.0)}
"""How far glucose rises after 75 g in mg/dL, and after how many minutes, as the body without modules has it."""


def oral_and_intravenous(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Plasma insulin with the same course of glucose, once through the gut and once by vein."""
    subject = find_subject(NAME, name)
    bare = make_body(NAME, subject=name, options=BodyOptions(without=frozenset(TYPE2_MODULES)))
    (rise, top_min), minutes = COURSES[name], np.arange(240.0)
    passed = minutes / top_min
    course = subject.values["basal_glucose_mgdl"] + rise * passed * np.exp(1.0 - passed)
    rate = rise / top_min * (1.0 - passed) * np.exp(1.0 - passed)
    appearance = 67_500.0 / top_min * np.where(passed > 0.0, passed * np.exp(-passed), 0.0)
    organs = {type(organ): organ for organ in bare.organs}
    isolated = Body(
        name="clamped",
        organs=(
            build_organ(Incretin, {**PERSON, **subject.values}),
            build_organ(GivenGlucose, {"basal_mgdl": float(course[0])}),
            organs[PadovaBetaCell],
            organs[PadovaSecretedInsulin],
        ),
    )

    def insulin(by_mouth: bool) -> np.ndarray:
        inputs = eqx.tree_at(
            lambda one: (
                one.unexplained_flux_mgdl_per_min,
                one.fibre_g_per_min,
                one.carbs_g_per_min,
                one.insulin_u_per_min,
            ),
            constant_inputs(240),
            (course - course[0], rate, appearance if by_mouth else np.zeros(240), {}),
            is_leaf=lambda node: isinstance(node, dict),
        )
        levels = np.asarray(simulate(isolated, inputs, outputs=("insulin_pmoll",)).outputs["insulin_pmoll"])
        return levels - levels[0]

    return insulin(True), insulin(False)


@pytest.mark.parametrize(
    ("name", "low", "high"), [("t2d#average", 0.20, 0.40), ("normal#average", 0.60, 0.70), ("igt#average", 0.4, 0.6)]
)
def test_incretin_effect_is_reduced_in_type_2_diabetes(name: str, low: float, high: float) -> None:
    # Nauck 1986: the part of the insulin response to oral glucose that the same glucose by vein does not call forth.
    oral, vein = (np.trapezoid(one) for one in oral_and_intravenous(name))
    assert low < 1.0 - vein / oral < high


def test_at_low_glucose_a_sulfonylurea_goes_on_and_an_incretin_agonist_does_not() -> None:
    bare = make_body(NAME, options=BodyOptions(without=frozenset(TYPE2_MODULES)))
    organ = next(one for one in bare.organs if isinstance(one, PadovaBetaCell))
    basal = organ.basal_pmol_per_kg_per_min
    silent = PadovaBetaCellState(portal_pmol_per_kg=jnp.zeros(()), static_pmol_per_kg_per_min=-basal)
    now = constant_inputs(1).map(lambda one: one[0])

    def secreted(glucose_mgdl: float, **sent: float) -> float:
        signals = Signals.neutral().sending(
            glucose_mgdl=jnp.asarray(glucose_mgdl), **{name: jnp.asarray(value) for name, value in sent.items()}
        )
        state = (
            silent if glucose_mgdl < 100.0 else eqx.tree_at(lambda one: one.static_pmol_per_kg_per_min, silent, basal)
        )
        return float(organ.derivative(state, signals, now).portal_pmol_per_kg)

    agonist, sulfonylurea = {"high_glucose_secretion_factor": 2.0}, {"secretion_floor_fraction": 0.3}
    assert secreted(60.0) == secreted(60.0, **agonist) == 0.0
    assert secreted(60.0, **sulfonylurea) == pytest.approx(0.3 * float(basal))
    assert secreted(200.0, **agonist) > 1.5 * secreted(200.0)


def test_gradients_are_finite_where_nothing_was_taken() -> None:
    def mean(values: dict[str, Array]) -> Array:
        organ = build_organ(Metformin, {**PERSON, **values})
        return organ.emit(
            organ.initial_state(), Signals.neutral(), constant_inputs(1).map(lambda one: one[0])
        ).hepatic_output_factor

    slope = jax.grad(mean)({"metformin.shape": jnp.asarray(0.55), "metformin.half_effect_mg_per_l": jnp.asarray(3.68)})
    assert all(np.isfinite(one) for one in slope.values())
