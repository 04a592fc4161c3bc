"""Hangs a model in SBML into a body: checks the mapping, finds the model's rest, and puts the organ in its place."""

from collections.abc import Iterator
from pathlib import Path

import jax
import numpy as np

from glucotwin.core.error import DataError, ErrorCode, ModelError
from glucotwin.domain.inputs import constant_inputs
from glucotwin.physiology.body import Body
from glucotwin.physiology.sbml.expression import TIME_NAME, Value
from glucotwin.physiology.sbml.integrate import resting_states
from glucotwin.physiology.sbml.mapping import HINT, Effect, OrganMapping, Start, read_mapping
from glucotwin.physiology.sbml.model import Role, SbmlModel
from glucotwin.physiology.sbml.organ import HungModel, SbmlOrgan, float_arrays
from glucotwin.physiology.sbml.read import read_sbml
from glucotwin.physiology.signal import Signals

FLOWS = (
    "glucose_appearance_mg_per_min",
    "insulin_appearance_pmol_per_min",
    "added_production_mg_per_kg_per_min",
    "relative_production_per_min",
    "relative_uptake_per_min",
    "excretion_mg_per_kg_per_min",
)
"""Flows that several organs add to; what others send alone would be lost."""


SIGNALS = frozenset(Signals.__dataclass_fields__)


def read_organ(path: Path) -> HungModel:
    """The model that a mapping file names, with the mapping, checked against each other.

    Raises:
        ModelError: libsbml is not installed, or the mapping names what the model or bodies do not have.
        DataError: one of the files cannot be read.
    """
    mapping = read_mapping(path)
    model = read_sbml(path.parent / mapping.model)
    _check(model, mapping, path.name)
    return HungModel(model=model, mapping=mapping)


def with_organ(body: Body, hung: HungModel) -> Body:
    """The body with the model as its first organ, resting where the body rests.

    Raises:
        ModelError: the body has an organ of this name already, or an effect compares with nothing.
        SolverError: the model does not come to rest.
    """
    model, mapping = hung.model, hung.mapping
    signals = _resting_signals(body)
    heard = {
        name: one.gain * float(np.asarray(getattr(signals, one.signal))) + one.offset
        for name, one in mapping.feeds.items()
    }
    starts = {name: value for name, value in mapping.values.items() if name in model.rates}
    held = model.constants({**{name: value for name, value in mapping.values.items() if name not in starts}, **heard})
    start = {name: starts.get(name, model.quantities[name].value) for name in model.states}
    if mapping.start is Start.REST:
        settled = resting_states(model, held, within=mapping.rest_within, start=np.array(list(start.values())))
        start = dict(zip(model.states, settled.tolist(), strict=True))
    known = model.complete({**held, **start, TIME_NAME: 0.0}, np)
    organ = SbmlOrgan(
        name=mapping.name,
        hung=hung,
        constants=float_arrays(held),
        start=float_arrays(start),
        rest=float_arrays({one.quantity: _at_rest(known, one) for one in mapping.effects}),
    )
    return Body(name=body.name, organs=(organ, *body.organs))


def _at_rest(known: dict[str, Value], effect: Effect) -> float:
    """The value with which an effect's quantity is compared."""
    value = float(np.asarray(known[effect.quantity]))
    if not np.isfinite(value):
        raise ModelError(ErrorCode.NOT_FINITE, f"{effect.quantity} of the model is not finite at rest.")
    if value == 0.0 and effect.relative and effect.signal.endswith("_factor"):
        raise ModelError(
            ErrorCode.INVALID_VALUE,
            f"{effect.quantity} of the model is zero at rest, so that nothing can be relative to it.",
            hint="Give the effect `relative: false`, with an offset of 1.",
        )
    return value


def _resting_signals(body: Body) -> Signals:
    """What the body's organs tell each other at rest."""
    first = constant_inputs(1).map(lambda values: values[0])
    return body.signals(body.initial_state(), jax.tree.map(np.asarray, first))


def _check(model: SbmlModel, mapping: OrganMapping, file: str) -> None:
    """Passes when the mapping names only what there is."""
    for problem in (
        *_feed_problems(model, mapping),
        *_dose_problems(model, mapping),
        *_effect_problems(model, mapping),
    ):
        raise DataError(ErrorCode.INVALID_VALUE, f"{file}, {problem}.", hint=HINT)
    for name in mapping.values:
        if name not in model.rates and not model.find(name).held:
            problem = f"values.{name}: it follows from others in the model and cannot be set"
            raise DataError(ErrorCode.INVALID_VALUE, f"{file}, {problem}.", hint=HINT)


def _feed_problems(model: SbmlModel, mapping: OrganMapping) -> Iterator[str]:
    for name, feed in mapping.feeds.items():
        if feed.signal not in SIGNALS:
            yield f"feeds.{name}: there is no signal {feed.signal!r}"
        if not model.find(name).held:
            yield f"feeds.{name}: it follows from others in the model and cannot be set"


def _dose_problems(model: SbmlModel, mapping: OrganMapping) -> Iterator[str]:
    for name, dose in mapping.doses.items():
        if model.find(name).role is not Role.STATE:
            yield f"doses.{name}: a dose flows into a state, and it is none"
        if bool(dose.medicine) == bool(dose.insulin):
            yield f"doses.{name}: give either medicine or insulin"


def _effect_problems(model: SbmlModel, mapping: OrganMapping) -> Iterator[str]:
    for effect in mapping.effects:
        model.find(effect.quantity)
        if effect.signal not in SIGNALS:
            yield f"effects: there is no signal {effect.signal!r}"
        if not effect.signal.endswith("_factor") and effect.signal not in FLOWS:
            yield f"effects: {effect.signal!r} is no modifier and none of {', '.join(FLOWS)}"
