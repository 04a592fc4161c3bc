"""The shipped conformance check of bodies: it passes ours and catches broken ones."""

from dataclasses import fields

import equinox as eqx
import jax.numpy as jnp
import pytest

from body_name import EVERY_BODY
from glucotwin.core.error import ModelError
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body
from glucotwin.physiology.minimal import MinimalGlucose, MinimalGlucoseState, MinimalGutState
from glucotwin.physiology.registry import find_subject, make_body
from glucotwin.physiology.signal import Signals
from glucotwin.testing.body import check_body

TYPICAL = find_subject("minimal")


@pytest.mark.parametrize("name", EVERY_BODY)
def test_every_named_body_passes(name: str) -> None:
    subject = find_subject(name)
    check_body(make_body(name), basal_u_per_min=subject.basal_u_per_min)


def test_wrong_basal_rate_is_caught() -> None:
    with pytest.raises(ModelError, match="rest: glucose moves by"):
        check_body(make_body("minimal"), basal_u_per_min=1.5 * TYPICAL.basal_u_per_min)


class GlucoseOfTheYear(MinimalGlucose):
    """Glucose that falls with the calendar."""

    def derivative(self, state: MinimalGlucoseState, signals: Signals, inputs: Inputs) -> MinimalGlucoseState:
        rate = super().derivative(state, signals, inputs)
        years = jnp.asarray(inputs.minute_utc).astype(jnp.float64) / 525_960.0 - 54.0
        return eqx.tree_at(lambda one: one.glucose_mgdl, rate, rate.glucose_mgdl - 0.01 * years)


def test_body_that_knows_the_calendar_is_caught() -> None:
    body = make_body("minimal")
    organs = tuple(
        GlucoseOfTheYear(**{one.name: getattr(organ, one.name) for one in fields(organ)})
        if isinstance(organ, MinimalGlucose)
        else organ
        for organ in body.organs
    )
    with pytest.raises(ModelError, match="calendar: another year differs"):
        check_body(Body(name="almanac", organs=organs), basal_u_per_min=TYPICAL.basal_u_per_min)


def test_two_organs_of_one_name_are_refused() -> None:
    body = make_body("minimal")
    with pytest.raises(ModelError, match="two organs of one name"):
        Body(name="twice", organs=(*body.organs, body.organs[0]))


def test_state_records_hold_scalars() -> None:
    state = make_body("minimal").initial_state()
    assert isinstance(state["gut"], MinimalGutState)
    assert state["gut"].solid_mg.shape == ()
