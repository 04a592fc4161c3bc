"""A model as read from SBML: its quantities and the formulas that move them, nothing of any library."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType

import numpy as np

from glucotwin.core.error import ErrorCode, ModelError
from glucotwin.physiology.sbml.expression import TIME_NAME, Expression, Formula, Value, ready


class QuantityKind(StrEnum):
    """What a quantity is."""

    SPECIES = "species"
    PARAMETER = "parameter"
    COMPARTMENT = "compartment"


class Role(StrEnum):
    """How a quantity gets its value."""

    STATE = "state"
    RULE = "rule"
    CONSTANT = "constant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One number of a model.

    Attributes:
        identifier, name: in the file.
        kind: species, parameter or compartment.
        role: state (moved by reactions or a rate rule), rule (worked out from others) or constant.
        value: at the start, as formulas see it: a concentration unless the species is of substance units only.
        unit: as the file says it; empty where it says nothing.
        held: whether outside may set it: constants, and species that no reaction moves.
    """

    identifier: str
    name: str
    kind: QuantityKind
    role: Role
    value: float
    unit: str
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happens at once when a condition comes true.

    Attributes:
        identifier: in the file; made up where it has none.
        trigger: the condition.
        starts_true: whether the condition counts as true before the start, so that it cannot fire there.
        assignments: new values by identifier, all worked out from the values before.
    """

    identifier: str
    trigger: Expression
    starts_true: bool
    assignments: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a model came from.

    Attributes:
        identifier, name: of the model.
        level, version: of SBML.
        time_unit: as the file says it; empty where it says nothing.
    """

    identifier: str
    name: str
    level: int
    version: int
    time_unit: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SbmlModel:
    """A model of ordinary differential equations.

    Compared by identity, so that programs compiled for it are found again quickly.

    Attributes:
        source: what file it is.
        quantities: by identifier.
        rules: formulas of quantities and reaction rates, in an order in which each finds what it needs.
        rates: change of every state per unit of the model's time.
        events: what happens at once.
        ignored: parts of the file that do not bear on its course.
    """

    source: Source
    quantities: Mapping[str, Quantity]
    rules: tuple[tuple[str, Expression], ...]
    rates: Mapping[str, Expression]
    events: tuple[Event, ...]
    ignored: tuple[str, ...]

    @property
    def states(self) -> tuple[str, ...]:
        """Identifiers of the states, in the order of the file."""
        return tuple(self.rates)

    @property
    def rule_names(self) -> tuple[str, ...]:
        """Identifiers of the quantities that rules give; reaction rates are not among them."""
        return tuple(name for name, _ in self.rules if name in self.quantities)

    def find(self, identifier: str) -> Quantity:
        """A quantity by its identifier.

        Raises:
            ModelError: there is none.
        """
        found = self.quantities.get(identifier)
        if found is None:
            raise ModelError(
                ErrorCode.UNKNOWN_NAME,
                f"The model {self.source.identifier!r} has nothing called {identifier!r}.",
                hint="`glucotwin sbml describe FILE` lists what it has.",
            )
        return found

    def constants(self, changes: Mapping[str, float] | None = None) -> dict[str, Value]:
        """Values of everything that neither rules nor states give, some of them changed.

        Raises:
            ModelError: something changed is not there, or is not to be set.
        """
        changes = changes or {}
        for name in changes:
            if not self.find(name).held:
                raise ModelError(
                    ErrorCode.INVALID_VALUE,
                    f"{name} of the model {self.source.identifier!r} follows from others and cannot be set.",
                )
        held = {name: one.value for name, one in self.quantities.items() if one.role is Role.CONSTANT}
        return {**held, **changes}

    def complete(self, values: Mapping[str, Value], array: ModuleType) -> dict[str, Value]:
        """The values with those of every rule.

        Args:
            values: of constants, states and the time.
            array: ``numpy`` or ``jax.numpy``.
        """
        known = dict(values)
        for name, formula in self._ready_rules(array):
            known[name] = formula(known)
        return known

    def rates_of(self, values: Mapping[str, Value], array: ModuleType) -> list[Value]:
        """Change of every state, from constants, states and the time."""
        known = self.complete(values, array)
        return [formula(known) for formula in self._ready_rates(array)]

    def derivative(self, constants: Mapping[str, Value]) -> Callable[[float, np.ndarray], np.ndarray]:
        """The function of time and states that integrators of the host want."""
        names, rules, rates = self.states, self._ready_rules(np), self._ready_rates(np)

        def rate(time: float, states: np.ndarray) -> np.ndarray:
            values = {**constants, **dict(zip(names, states.tolist(), strict=True)), TIME_NAME: time}
            for name, formula in rules:
                values[name] = formula(values)
            return np.array([formula(values) for formula in rates], dtype=np.float64)

        return rate

    def _ready_rules(self, array: ModuleType) -> list[tuple[str, Formula]]:
        return [(name, ready(formula, array)) for name, formula in self.rules]

    def _ready_rates(self, array: ModuleType) -> list[Formula]:
        return [ready(formula, array) for formula in self.rates.values()]
