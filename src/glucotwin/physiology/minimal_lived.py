"""A fitted body with what a change of daily life may touch: exercise, mixed meals, and in the minimal one insulins."""

from collections.abc import Mapping

import equinox as eqx
import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.core.error import ErrorCode, ModelError
from glucotwin.core.unit import PMOL_PER_U
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body
from glucotwin.physiology.build import build_organ
from glucotwin.physiology.insulin_product import InsulinKind, InsulinProduct, Route, find_insulin_product
from glucotwin.physiology.minimal import DepotState, MinimalSubcutis
from glucotwin.physiology.module.exercise import Exercise
from glucotwin.physiology.module.mixed_meal import MixedMeal
from glucotwin.physiology.module.registry import module_parameters
from glucotwin.physiology.organ import AbstractOrgan, AnyOrgan
from glucotwin.physiology.signal import Signals

SHORTEST_DELAY_MIN = 3.0
"""Of a depot: with a shorter one a step of five minutes would not resolve it."""

EXERCISE, MIXED_MEAL = "exercise", "mixed-meal"

LIVED_MODULES: Mapping[str, type[AnyOrgan]] = {MIXED_MEAL: MixedMeal, EXERCISE: Exercise}
"""Modules that a fitted body can be given, in signal order."""


class ProductDepot(AbstractOrgan[DepotState]):
    """The minimal body's subcutaneous chain for one insulin product.

    | letter | parameter |
    |---|---|
    | tau, kd, ka2 | delay_min, transfer_per_min, absorption_per_min |
    | F | bioavailability_fraction, potency included |
    | u_b | basal_u_per_min: the rate at which it rests |
    """

    name: str = eqx.field(static=True)
    product: str = eqx.field(static=True)

    delay_min: Float[Array, ""]
    transfer_per_min: Float[Array, ""]
    absorption_per_min: Float[Array, ""]
    bioavailability_fraction: Float[Array, ""]
    basal_u_per_min: Float[Array, ""]

    @property
    def insulin_products(self) -> tuple[str, ...]:
        """Its own."""
        return (self.product,)

    def initial_state(self) -> DepotState:
        """In balance with the usual basal rate."""
        rate = self.basal_u_per_min
        return DepotState(
            site_u=rate * self.delay_min,
            first_depot_u=rate / self.transfer_per_min,
            second_depot_u=rate / self.absorption_per_min,
        )

    def emit(self, state: DepotState, signals: Signals, inputs: Inputs) -> Signals:
        """Insulin entering plasma."""
        appearance = self.bioavailability_fraction * self.absorption_per_min * state.second_depot_u * PMOL_PER_U
        return signals.sending(insulin_appearance_pmol_per_min=signals.insulin_appearance_pmol_per_min + appearance)

    def derivative(self, state: DepotState, signals: Signals, inputs: Inputs) -> DepotState:
        """The linear chain."""
        into_first = state.site_u / self.delay_min
        into_second = self.transfer_per_min * state.first_depot_u
        return DepotState(
            site_u=jnp.asarray(inputs.dose_u_per_min(self.product)) - into_first,
            first_depot_u=into_first - into_second,
            second_depot_u=into_second - self.absorption_per_min * state.second_depot_u,
        )


def lived_body(fitted: Body, *, products: tuple[str, ...], modules: frozenset[str]) -> Body:
    """A fitted body to which modules are added, and whose depot is replaced by one per product.

    Args:
        fitted: the body; the kinetics of its depot are those of the first product. With one product alone it keeps the
            depot it has, if that is not the minimal body's.
        products: prandial insulins, the usual one first; others keep their ratio to it.
        modules: names among ``LIVED_MODULES``; their parameters are the population's.

    Raises:
        ModelError: a product cannot be given to this body.
        NotFoundError: there is no such product.
    """
    values = {name: jnp.asarray(record.typical) for name, record in module_parameters().items()}
    values["weight_kg"] = fitted.parameters()["glucose.weight_kg"]
    added = tuple(build_organ(kind, values) for name, kind in LIVED_MODULES.items() if name in modules)
    first, *others = fitted.organs
    if isinstance(first, MinimalSubcutis):
        depots = tuple(_depot(first, name, products[0]) for name in products)
        return Body(name=fitted.name, organs=(*added, *depots, *others))
    if len(products) > 1:
        raise ModelError(
            ErrorCode.INVALID_VALUE,
            f"The body {fitted.name} does not tell insulins apart.",
            hint="Fit the twin with --body minimal to ask about another insulin.",
        )
    return Body(name=fitted.name, organs=(*added, *fitted.organs))


def check_product(name: str) -> InsulinProduct:
    """The product, if the minimal body can be given it.

    Raises:
        ModelError: it is inhaled or a basal insulin.
        NotFoundError: there is no such product.
    """
    product = find_insulin_product(name)
    if product.route is not Route.SUBCUTANEOUS or product.kind is not InsulinKind.PRANDIAL:
        raise ModelError(
            ErrorCode.INVALID_VALUE,
            f"The minimal body has no depot for {name}.",
            hint="Use a rapid-acting insulin that is injected, such as lispro, aspart or faster-aspart.",
        )
    return product


def _depot(own: MinimalSubcutis, name: str, usual: str) -> ProductDepot:
    """A product's depot: the usual one's fitted chain, scaled by the ratio of the products' typical rates."""
    product, reference = check_product(name), check_product(usual)
    fitted = {field: getattr(own, field) for field in ("delay_min", "transfer_per_min", "absorption_per_min")}
    ratio = {
        "delay_min": product.delay_min / reference.delay_min,
        "transfer_per_min": product.dissociation_per_min / reference.dissociation_per_min,
        "absorption_per_min": product.dissociated_absorption_per_min / reference.dissociated_absorption_per_min,
    }
    numbers = {field: fitted[field] * ratio[field] for field in fitted}
    return ProductDepot(
        name="subcutis" if name == usual else f"depot_{name.replace('-', '_')}",
        product=name,
        delay_min=jnp.maximum(numbers["delay_min"], SHORTEST_DELAY_MIN),
        transfer_per_min=numbers["transfer_per_min"],
        absorption_per_min=numbers["absorption_per_min"],
        bioavailability_fraction=jnp.asarray(product.bioavailability_fraction / reference.bioavailability_fraction),
        basal_u_per_min=own.basal_u_per_min if name == usual else jnp.zeros_like(own.basal_u_per_min),
    )
