"""A model in SBML hung into a body."""

from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from glucotwin.core.error import DataError, ErrorCode, ModelError
from glucotwin.domain.inputs import constant_inputs
from glucotwin.physiology.body import Body
from glucotwin.physiology.module.registry import TYPE2_MODULES
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.registry import make_body
from glucotwin.physiology.sbml.hang import read_organ, with_organ
from glucotwin.physiology.sbml.organ import SbmlOrgan
from glucotwin.physiology.signal import Signals
from glucotwin.simulate.trajectory import simulate
from glucotwin.testing.body import check_body

FOLDER = Path(__file__).parents[4] / "examples" / "sbml"
MAPPING = FOLDER / "adipocyte.yaml"


def plain_body() -> Body:
    """Without modules: the day would move it at rest."""
    return make_body("padova-t2d", subject="normal#average", options=BodyOptions(without=frozenset(TYPE2_MODULES)))


def hung_body() -> tuple[Body, SbmlOrgan]:
    body = with_organ(plain_body(), read_organ(MAPPING))
    organ = body.organs[0]
    assert isinstance(organ, SbmlOrgan)
    return body, organ


TINY = """
<sbml xmlns="http://www.sbml.org/sbml/level2/version4" level="2" version="4"><model id="tiny">
<listOfCompartments><compartment id="c" size="1"/></listOfCompartments>
<listOfSpecies><species id="A" compartment="c" initialAmount="0"/></listOfSpecies>
<listOfParameters><parameter id="k" value="1000"/><parameter id="insulin" value="0"/></listOfParameters>
<listOfRules><rateRule variable="A"><math xmlns="http://www.w3.org/1998/Math/MathML">
<apply><times/><ci>k</ci><apply><minus/><ci>insulin</ci><ci>A</ci></apply></apply></math></rateRule></listOfRules>
</model></sbml>"""
TINY_MAPPING = """
{model: tiny.xml, name: tiny, minutes_per_time: 60, feeds: {insulin: {signal: insulin_pmoll, gain: 0.1}},
doses: {A: {medicine: tinytin, gain: 2.0}}, effects: [{signal: hepatic_output_factor, quantity: A, gain: -0.5},
{signal: relative_uptake_per_min, quantity: A, relative: false, gain: 0.001}]}"""


def test_organ_hears_signals_takes_doses_and_answers_by_modifiers_and_flows(tmp_path: Path) -> None:
    (tmp_path / "tiny.xml").write_text(TINY.strip(), encoding="utf-8")
    (tmp_path / "tiny.yaml").write_text(TINY_MAPPING, encoding="utf-8")
    body = with_organ(make_body("minimal"), read_organ(tmp_path / "tiny.yaml"))
    organ = body.organs[0]
    first = constant_inputs(1).map(lambda values: jnp.asarray(values[0]))
    fasting = float(body.parameters()["glucose.basal_insulin_pmoll"])
    state = organ.initial_state()
    assert float(state.value("A")) == pytest.approx(0.1 * fasting, rel=1e-6)
    assert "tinytin" in body.medications
    assert "tiny.k" in body.parameters()
    assert float(body.with_parameters({"tiny.k": 2.0}).parameters()["tiny.k"]) == 2.0

    told = organ.emit(state, Signals.neutral(), first)
    assert float(told.hepatic_output_factor) == pytest.approx(1.0)
    assert float(told.relative_uptake_per_min) == pytest.approx(1e-4 * fasting, rel=1e-6)
    raised = Signals.neutral().sending(insulin_pmoll=jnp.asarray(2.0 * fasting))
    later = organ.advance(state, raised, first, minutes=1.0)
    assert float(organ.emit(later, Signals.neutral(), first).hepatic_output_factor) == pytest.approx(0.5, abs=0.02)
    dosed = eqx.tree_at(lambda one: one.medication_mg_per_min, first, {"tinytin": jnp.asarray(500.0)})
    with_dose = organ.advance(later, raised, dosed, minutes=1.0)
    # 500 mg/min, 60 min per unit of time, 2 per mg, leaving with a rate of 1000.
    assert float(with_dose.value("A")) == pytest.approx(0.2 * fasting + 60.0, rel=0.02)


def test_effect_relative_to_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tiny.xml").write_text(TINY.strip(), encoding="utf-8")
    (tmp_path / "tiny.yaml").write_text(TINY_MAPPING.replace("gain: 0.1", "gain: 0.0"), encoding="utf-8")
    with pytest.raises(ModelError, match="A of the model is zero at rest"):
        with_organ(make_body("minimal"), read_organ(tmp_path / "tiny.yaml"))


@pytest.mark.slow
def test_organ_follows_a_stiff_reference_minute_by_minute_and_is_neutral_at_rest() -> None:
    _, organ = hung_body()
    first = constant_inputs(1).map(lambda values: jnp.asarray(values[0]))
    state = organ.initial_state()
    np.testing.assert_allclose(organ.emit(state, Signals.neutral(), first).uptake_sensitivity_factor, 1.0, rtol=1e-9)
    advance = jax.jit(
        lambda state, insulin: organ.advance(
            state, Signals.neutral().sending(insulin_pmoll=insulin), first, minutes=1.0
        )
    )
    model = organ.hung.model
    reference = np.array([float(organ.start[name]) for name in model.states])
    for insulin in (25.6, 60.0, 250.0, 250.0, 120.0, 40.0):
        state = advance(state, jnp.asarray(insulin))
        rate = model.derivative(model.constants({"insulin": 1e-3 * insulin}))
        reference = solve_ivp(rate, (0.0, 1.0), reference, method="LSODA", rtol=1e-8, atol=1e-10).y[:, -1]
        found = np.array([float(state.levels[name]) for name in model.states])
        np.testing.assert_allclose(found, reference, rtol=1e-2, atol=1e-4)  # insulin jumps here
    assert float(organ.emit(state, Signals.neutral(), first).uptake_sensitivity_factor) > 1.0


@pytest.mark.slow
def test_body_with_the_organ_passes_the_conformance_check() -> None:
    check_body(hung_body()[0], basal_u_per_min=0.0)


@pytest.mark.slow
def test_insulin_after_a_meal_moves_the_cells_and_they_lower_glucose() -> None:
    body, _ = hung_body()
    carbs = np.zeros(360)
    carbs[30] = 78.0
    inputs = constant_inputs(360, carbs_g_per_min=carbs)
    plain = simulate(plain_body(), inputs).outputs["glucose_mgdl"]
    run = simulate(body, inputs, outputs=("glucose_mgdl", "adipocyte.GLUT4m", "uptake_sensitivity_factor"))
    assert float(jnp.max(run.outputs["uptake_sensitivity_factor"])) > 1.2
    assert float(jnp.max(run.outputs["glucose_mgdl"])) < float(jnp.max(plain))
    surface = np.asarray(run.outputs["adipocyte.GLUT4m"])
    assert surface[:30] == pytest.approx(surface[0], rel=1e-6)
    assert surface.max() > 1.2 * surface[0]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("  insulin: {signal: insulin_pmol}", "insulin_pmol"),
        ("  glucoseuptake: {signal: insulin_pmoll}", "glucoseuptake"),
    ],
)
def test_mapping_that_names_what_is_not_there_is_refused(tmp_path: Path, line: str, named: str) -> None:
    text = MAPPING.read_text(encoding="utf-8")
    feed = next(one for one in text.splitlines() if one.startswith("  insulin:"))
    (tmp_path / "BIOMD0000000448.xml").write_bytes((FOLDER / "BIOMD0000000448.xml").read_bytes())
    path = tmp_path / "wrong.yaml"
    path.write_text(text.replace(feed, line), encoding="utf-8")
    with pytest.raises(DataError, match=named) as told:
        read_organ(path)
    assert told.value.code is ErrorCode.INVALID_VALUE
