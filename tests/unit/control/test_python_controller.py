"""Dosing algorithms in plain Python: their contract, how packages bring them, and simglucose's classes."""

import math
from importlib.metadata import EntryPoint
from typing import NamedTuple

import pytest

from glucotwin.control import catalogue
from glucotwin.control.catalogue import PLUGIN_GROUP, controller_names
from glucotwin.control.controller import DecisionReason
from glucotwin.control.python_controller import AbstractPythonController, Dose, Sight
from glucotwin.control.registry import find_any_controller, find_controller
from glucotwin.control.relayed import decisions_from, dose_from, seen_from, sights_from
from glucotwin.control.setting import TherapySetting
from glucotwin.control.simglucose_style import Observation, SimglucoseStyle
from glucotwin.core.error import DataError, ErrorCode, ModelError, NotFoundError
from glucotwin.testing.controller import check_controller, probing_setting
from made_up_controller import StepUp

SIGHT = Sight(minute=0.0, minute_of_day=480.0, glucose_mgdl=180.0, announced_carbs_g=40.0)


class Selfish(StepUp):
    """Keeps in itself what belongs into the state."""

    total = 0.0

    def step(self, state: object, seen: Sight) -> tuple[object, Dose]:  # pyright: ignore[reportIncompatibleMethodOverride]
        self.total += 1.0
        return state, Dose(rate_u_per_h=self.total)


class Undecided(StepUp):
    """Has no answer without a reading."""

    def step(self, state: object, seen: Sight) -> tuple[object, Dose]:  # pyright: ignore[reportIncompatibleMethodOverride]
        return state, Dose(rate_u_per_h=seen.glucose_mgdl / 100.0)


class Action(NamedTuple):
    basal: float
    bolus: float


class Policy:
    """As simglucose's controllers are written."""

    def __init__(self) -> None:
        self.asked: list[dict[str, object]] = []

    def policy(self, observation: Observation, reward: float, done: bool, **info: object) -> Action:
        self.asked.append({"CGM": observation.CGM, "reward": reward, "done": done, **info})
        return Action(basal=0.02, bolus=0.5 if info["meal"] else 0.0)

    def reset(self) -> None:
        self.asked = []


def installed(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    found = [EntryPoint(name=name, value=value, group=PLUGIN_GROUP) for name, value in values.items()]
    monkeypatch.setattr(catalogue, "entry_points", lambda group: found if group == PLUGIN_GROUP else [])


def test_a_controller_that_keeps_its_state_passes_the_check() -> None:
    check_controller(StepUp())


@pytest.mark.parametrize(("wrong", "words"), [(Selfish, "repeatable"), (Undecided, "rate_u_per_h = nan")])
def test_one_that_does_not_fails_with_the_reason(wrong: type[AbstractPythonController[object]], words: str) -> None:
    with pytest.raises(ModelError, match=words):
        check_controller(wrong())


def test_a_dose_that_is_no_number_is_refused() -> None:
    with pytest.raises(DataError, match="bolus_u"):
        Dose(rate_u_per_h=1.0, bolus_u=math.inf)


def test_sights_and_doses_survive_the_way_into_the_program_and_back() -> None:
    dose = Dose(rate_u_per_h=1.5, bolus_u=2.0, proposed_carbs_g=15.0, reason=DecisionReason.MEAL)
    decisions = decisions_from([Dose(rate_u_per_h=0.5), dose])
    one = type(decisions)(**{name: getattr(decisions, name)[1] for name in type(decisions).__dataclass_fields__})
    assert dose_from(one) == dose
    seen = seen_from(SIGHT)
    stacked = type(seen)(**{name: getattr(seen, name)[None] for name in type(seen).__dataclass_fields__})
    assert sights_from(stacked) == [SIGHT]


def test_an_installed_package_brings_an_algorithm_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, **{"step-up": "made_up_controller:make", "loop": "made_up_controller:no_controller"})
    assert "step-up" in controller_names()
    assert controller_names().count("loop") == 1
    assert isinstance(find_any_controller("step-up"), StepUp)
    with pytest.raises(ModelError, match="plain Python"):
        find_controller("step-up")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("nowhere_at_all:make", "ModuleNotFoundError"),
        ("made_up_controller:missing", "AttributeError"),
        ("made_up_controller:no_controller", "made a str, which is no dosing algorithm"),
    ],
)
def test_a_broken_plugin_is_named(monkeypatch: pytest.MonkeyPatch, value: str, words: str) -> None:
    installed(monkeypatch, broken=value)
    with pytest.raises(ModelError, match=words) as caught:
        find_any_controller("broken")
    assert caught.value.code is ErrorCode.BROKEN_PLUGIN
    assert value in caught.value.message


def test_a_name_that_nobody_brings_is_refused() -> None:
    with pytest.raises(NotFoundError, match="nobody"):
        find_any_controller("nobody")


def plain_setting() -> TherapySetting:
    return probing_setting(0.9)


def test_a_simglucose_class_gets_what_simglucose_shows_and_its_units_are_converted() -> None:
    made: list[Policy] = []

    def make() -> Policy:
        made.append(Policy())
        return made[-1]

    controller = SimglucoseStyle(make, patient_name="adult#001")
    state = controller.init(plain_setting())
    _, dose = controller.step(state, SIGHT)
    assert dose.rate_u_per_h == pytest.approx(1.2)  # 0.02 U/min
    assert dose.bolus_u == pytest.approx(2.5)  # 0.5 U/min over 5 min
    asked = made[0].asked[0]
    assert (asked["CGM"], asked["meal"], asked["sample_time"]) == (180.0, 8.0, 5.0)
    check_controller(controller)


def test_a_simglucose_class_sees_the_last_reading_again_when_the_sensor_shows_nothing() -> None:
    made = Policy()
    controller = SimglucoseStyle(lambda: made)
    state = controller.init(plain_setting())
    nothing = Sight(minute=5.0, minute_of_day=485.0, glucose_mgdl=math.nan)
    _, before = controller.step(state, nothing)
    assert (before.rate_u_per_h, before.reason) == (0.9, DecisionReason.NO_GLUCOSE)
    state, _ = controller.step(state, SIGHT)
    controller.step(state, nothing)
    assert [one["CGM"] for one in made.asked] == [180.0, 180.0]
