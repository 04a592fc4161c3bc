"""Defects of insulin's signalling: the cells' own figures, and what becomes of the body."""

import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.domain.inputs import constant_inputs
from glucotwin.physiology.build import build_organ
from glucotwin.physiology.module.insulin_signalling import InsulinSignalling, surface_table
from glucotwin.physiology.padova.cell import with_cell_defects
from glucotwin.physiology.padova.t2d import with_typical_type2
from glucotwin.physiology.registry import body_of, changed, find_subject
from glucotwin.physiology.signal import Signals
from glucotwin.simulate.trajectory import simulate

INSULIN_NMOLL = (0.0, 0.03, 0.1, 0.3, 1.0, 10.0)
TYPE2 = {"receptor_fraction": 0.55, "glut4_fraction": 0.5, "feedback_fraction": 0.15}
UPTAKE = [
    # Worked out by another program: cells, then uptake at these insulin levels.
    ({}, (1312, 1742, 2139, 2389, 2510, 2564)),
    ({"receptor_fraction": 0.55}, (795, 1103, 1678, 2184, 2418, 2518)),
    ({"glut4_fraction": 0.5}, (832, 1047, 1246, 1371, 1431, 1458)),
    ({"feedback_fraction": 0.15}, (1091, 1340, 1612, 1866, 2136, 2318)),
]


def cells(**fractions: float) -> InsulinSignalling:
    neutral = {"receptor_fraction": 1.0, "glut4_fraction": 1.0, "feedback_fraction": 1.0, "share_fraction": 1.0}
    return build_organ(InsulinSignalling, {**neutral, "basal_insulin_pmoll": 25.6, **fractions})


def factor(organ: InsulinSignalling, insulin_pmoll: float) -> float:
    now = constant_inputs(1).map(lambda values: jnp.asarray(values[0]))
    heard = Signals.neutral().sending(insulin_pmoll=jnp.asarray(insulin_pmoll))
    state = organ.advance(organ.initial_state(), heard, now, minutes=1.0)
    return float(organ.emit(state, Signals.neutral(), now).uptake_sensitivity_factor)


@pytest.mark.parametrize(("fractions", "expected"), UPTAKE)
def test_uptake_of_cells_is_as_independently_worked_out(
    fractions: dict[str, float], expected: tuple[float, ...]
) -> None:
    found = [float(cells(**fractions).uptake(jnp.asarray(insulin))) for insulin in INSULIN_NMOLL]
    np.testing.assert_allclose(found, expected, rtol=2e-3)


def test_increment_with_all_defects_is_that_of_the_paper_s_model() -> None:
    organ = cells(**TYPE2)
    most = float(organ.uptake(jnp.asarray(10.0)) - organ.uptake(jnp.asarray(0.0)))
    assert most == pytest.approx(715.0, abs=1.0)


def test_healthy_cells_change_nothing_and_defects_act_where_they_should() -> None:
    assert factor(cells(), 25.6) == pytest.approx(1.0, abs=1e-12)
    # Fewer transporters lower the ceiling, fewer receptors matter less the more insulin there is.
    assert factor(cells(glut4_fraction=0.5), 50.0) == pytest.approx(factor(cells(glut4_fraction=0.5), 500.0))
    assert factor(cells(receptor_fraction=0.55), 20.0) < factor(cells(receptor_fraction=0.55), 200.0)
    assert factor(cells(**TYPE2, share_fraction=0.0), 100.0) == pytest.approx(1.0)


def test_table_rises_with_insulin_and_with_receptors() -> None:
    share = surface_table().share
    assert np.all(np.diff(share, axis=2) > 0.0)
    assert np.all(np.diff(share, axis=0) > 0.0)
    assert share.min() > 0.0
    assert share.max() < 1.0


def test_fasting_glucose_rises_to_where_the_balance_rests() -> None:
    subject = changed(
        "padova-t2d", find_subject("padova-t2d", "normal#average"), {"insulin_signalling.glut4_fraction": 0.5}
    )
    rest = with_cell_defects(with_typical_type2(subject.values), excretion_at=lambda glucose: 0.0)
    assert 115.0 < float(rest["basal_glucose_mgdl"]) < 145.0
    assert float(rest["basal_production_mg_per_kg_per_min"]) < subject.values["basal_production_mg_per_kg_per_min"]


@pytest.mark.slow
def test_body_with_all_defects_rests_and_answers_a_meal_like_type_2() -> None:
    named = {f"insulin_signalling.{name}": value for name, value in TYPE2.items()}
    carbs = np.zeros(360)
    carbs[120] = 78.0
    inputs = constant_inputs(360, carbs_g_per_min=carbs)
    healthy, ill = (
        np.asarray(
            simulate(
                body_of("padova-t2d", changed("padova-t2d", find_subject("padova-t2d", "normal#average"), changes)),
                inputs,
            ).outputs["glucose_mgdl"]
        )
        for changes in ({}, named)
    )
    assert np.ptp(ill[:120]) < np.ptp(healthy[:120]) + 15.0
    assert ill[119] > healthy[119] + 40.0
    assert ill.max() > healthy.max() + 50.0
