"""The conformance check of dosing algorithms."""

import dataclasses

import pytest

from glucotwin.control.basal_bolus import BasalBolus, BasalBolusState, controller
from glucotwin.control.controller import AbstractController, Decision, Seen
from glucotwin.control.registry import find_controller
from glucotwin.control.setting import TherapySetting
from glucotwin.core.error import ModelError
from glucotwin.testing.controller import check_controller


@pytest.mark.parametrize(
    "name", ["basal-bolus", "injections", "sliding-scale", "predictive-suspend", "pid", "dual-hormone"]
)
def test_our_algorithms_pass(name: str) -> None:
    check_controller(find_controller(name))


class Careless(AbstractController[BasalBolusState]):
    """Divides by what the sensor shows, also when it shows nothing."""

    inner: BasalBolus

    def initial_state(self, setting: TherapySetting) -> BasalBolusState:
        return self.inner.initial_state(setting)

    def step(self, state: BasalBolusState, seen: Seen) -> tuple[BasalBolusState, Decision]:
        after, usual = self.inner.step(state, seen)
        return after, dataclasses.replace(usual, rate_u_per_h=100.0 / seen.glucose_mgdl)


def test_an_algorithm_that_fails_without_a_reading_is_told_so() -> None:
    with pytest.raises(ModelError, match="rate_u_per_h is nan"):
        check_controller(Careless(inner=controller()))
