"""What a dosing algorithm in plain Python is put through by ``check_controller``."""

from collections.abc import Sequence

import equinox as eqx
import jax
import numpy as np

from glucotwin.control.controller import DecisionReason, Seen
from glucotwin.control.python_controller import AnyPythonController, Dose, Sight
from glucotwin.control.setting import TherapySetting
from glucotwin.core.error import DataError

AMOUNTS = ("long_acting_u", "glucagon_mg", "proposed_carbs_g")


def python_failures(controller: AnyPythonController, setting: TherapySetting, sights: Sequence[Seen]) -> dict[str, str]:
    """What is wrong with a Python controller, by check; nothing where it passes.

    Args:
        controller: with its tuning.
        setting: of a made-up person.
        sights: what they see, decision by decision.
    """
    plain = jax.tree.map(np.asarray, setting)
    seen = [Sight(**{name: float(getattr(one, name)) for name in Seen.__dataclass_fields__}) for one in sights]
    try:
        alone = _run(controller, plain, seen)
    except DataError as error:
        return {"decisions": error.message}
    return {
        "decisions": next((text for dose in alone if (text := _wrong(dose))), ""),
        "repeatable": "" if _run(controller, plain, seen) == alone else "the same run twice decides differently",
        "people": _check_people(controller, plain, seen, alone),
    }


def _run(controller: AnyPythonController, setting: TherapySetting, seen: Sequence[Sight]) -> list[Dose]:
    state, made = controller.init(setting), []
    for sight in seen:
        state, dose = controller.step(state, sight)
        made.append(dose)
    return made


def _wrong(dose: Dose) -> str:
    negative = [name for name in AMOUNTS if getattr(dose, name) < 0.0]
    if negative:
        return f"{negative[0]} is {getattr(dose, negative[0])}"
    return "" if int(dose.reason) in {int(one) for one in DecisionReason} else f"the reason {dose.reason} is none"


def _check_people(
    controller: AnyPythonController, setting: TherapySetting, seen: Sequence[Sight], alone: list[Dose]
) -> str:
    """Whether somebody else's decisions in between change what a person gets."""
    other = eqx.tree_at(lambda one: one.basal_u_per_h, setting, 2.0 * setting.basal_u_per_h)
    mine, theirs = controller.init(setting), controller.init(other)
    for sight, expected in zip(seen, alone, strict=True):
        mine, dose = controller.step(mine, sight)
        theirs, _ = controller.step(theirs, sight)
        if dose != expected:
            return "what one person gets depends on another's decisions; keep everything in the state"
    return ""
