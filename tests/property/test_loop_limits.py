"""Through sensor, algorithm, limits and pump: limits hold, nothing comes while suspended, a restart changes nothing."""

from dataclasses import replace
from functools import cache

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.property.bodiless_loop import (
    COURSES,
    STEPS,
    Course,
    Scripted,
    check_invariants,
    lived,
    loop_of,
    set_to,
)

from glucotwin.control.catalogue import CONTROLLERS
from glucotwin.control.registry import find_any_controller
from glucotwin.simulate.closed_loop import ClosedLoop

ANYTHING = st.floats(allow_nan=True, allow_infinity=True, allow_subnormal=False)
WISHES = st.lists(st.one_of(ANYTHING, st.floats(-5, 20)), min_size=STEPS, max_size=STEPS)
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
"""A failing course is not made smaller: that takes minutes of compiled runs."""


@cache
def prepared(name: str, pump: str) -> ClosedLoop:
    if name == "scripted":
        return loop_of(Scripted(jnp.zeros(STEPS), jnp.zeros(STEPS)), pump)
    return loop_of(find_any_controller(name), pump)


@pytest.mark.slow
@pytest.mark.parametrize("pump", ["ideal", "tubed"])
@settings(deadline=None, max_examples=40, phases=QUICK)
@given(course=COURSES, rates=WISHES, boluses=WISHES)
def test_whatever_an_algorithm_decides_limits_and_suspension_hold(
    pump: str, course: Course, rates: list[float], boluses: list[float]
) -> None:
    script = Scripted(jnp.asarray(rates), jnp.asarray(boluses))
    loop = set_to(prepared("scripted", pump), course)
    check_invariants(lived(replace(loop, controller=script), course), course, automated=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", tuple(CONTROLLERS))
@settings(deadline=None, max_examples=12, phases=QUICK)
@given(course=COURSES)
def test_every_algorithm_keeps_limits_and_suspension_and_goes_on(name: str, course: Course) -> None:
    for pump in ("ideal", "tubed"):
        loop = set_to(prepared(name, pump), course)
        whole = lived(loop, course)
        check_invariants(whole, course, automated=loop.controller.automated)
        again = lived(loop, course, restart_at=STEPS // 2)
        assert np.array_equal(again.given_u, whole.given_u)
        assert np.array_equal(again.bolus_u, whole.bolus_u)
