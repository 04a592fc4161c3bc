"""People without an algorithm who wear devices: they go by what is shown, and get what the pump gives."""

from collections.abc import Iterable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.devices.fault import fault_from_text
from glucotwin.devices.registry import with_faults
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.registry import body_of, find_subject
from glucotwin.simulate.reaction import SelfCare, no_self_care
from glucotwin.simulate.trajectory import simulate
from glucotwin.simulate.worn_device import WornDevices

pytestmark = pytest.mark.slow

MINUTES = 600
SUBJECT = find_subject("padova-t1d-2008", "adult#001")
BODY = body_of("padova-t1d-2008", SUBJECT)
NAMES = ("sensor_mgdl", "pump_change_u_total", "rescue_carbs_g_total")
OUTPUTS = ("glucose_mgdl", *(f"reaction.{name}" for name in NAMES))


def planned(bolus_u: float = 0.0) -> Inputs:
    insulin = np.full(MINUTES, SUBJECT.basal_u_per_min)
    insulin[60] += bolus_u
    return constant_inputs(MINUTES, insulin_u_per_min=insulin)


def lived(faults: Iterable[str], inputs: Inputs, *, treats: bool = False) -> dict[str, np.ndarray]:
    made = [fault_from_text(one) for one in faults]
    start = int(np.asarray(inputs.minute_utc)[0])
    sensor, pump = with_faults("ideal", "ideal", made, start_minute=start, least_rows=(1, 1))
    care = SelfCare(*(jnp.asarray(value) for value in TREATS)) if treats else no_self_care()
    key = jax.random.key_data(jax.random.key(1))
    worn = WornDevices(sensor=sensor, pump=pump, care=care, sensor_key=key, pump_key=key)
    reaction = jax.tree.map(jnp.asarray, worn)
    outputs = simulate(BODY, inputs, reaction=reaction, outputs=OUTPUTS).outputs
    return {name: np.asarray(values) for name, values in outputs.items()}


TREATS = (70.0, 70.0, 15.0, 15.0, jnp.inf, 110.0, 50.0, 0.01)
"""Treats below 70 mg/dL with 15 g, again after 15 min; corrects nothing."""


def test_ideal_devices_change_nothing() -> None:
    inputs = planned(bolus_u=2.0)
    alone = np.asarray(simulate(BODY, inputs).outputs["glucose_mgdl"])
    found = lived([], inputs)
    np.testing.assert_allclose(found["glucose_mgdl"], alone, rtol=1e-9)
    np.testing.assert_allclose(found["reaction.pump_change_u_total"], 0.0, atol=1e-9)


def test_a_blocked_pump_holds_back_insulin_and_glucose_rises() -> None:
    free, blocked = lived([], planned()), lived(["site-failure:1-10"], planned())
    missing = -blocked["reaction.pump_change_u_total"][-1]
    assert missing == pytest.approx(540 * SUBJECT.basal_u_per_min, rel=1e-6)
    assert blocked["glucose_mgdl"][-1] > free["glucose_mgdl"][-1] + 20.0


def test_who_goes_by_a_sensor_that_reads_too_low_eats_without_need() -> None:
    true, wrong = (lived(faults, planned(), treats=True) for faults in ([], ["bias:2-3:-80"]))
    assert true["reaction.rescue_carbs_g_total"][-1] == 0.0
    assert wrong["reaction.rescue_carbs_g_total"][-1] >= 30.0
    assert np.nanmin(wrong["reaction.sensor_mgdl"]) < 70.0 < np.min(wrong["glucose_mgdl"])


def test_who_sees_nothing_feels_only_what_is_very_low() -> None:
    found = lived(["dropout:0-10"], planned(bolus_u=15.0), treats=True)
    eaten = np.flatnonzero(np.diff(found["reaction.rescue_carbs_g_total"]) > 0.0)
    assert np.isnan(found["reaction.sensor_mgdl"]).all()
    assert eaten.size
    assert np.max(found["glucose_mgdl"][eaten]) < 60.0
