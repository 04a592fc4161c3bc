"""Depots of insulin products in one person, and what a body with modules can be made of."""

from collections.abc import Mapping

from glucotwin.core.error import ErrorCode, ModelError
from glucotwin.physiology.build import Number, Values, build_organ
from glucotwin.physiology.insulin_product import REFERENCE, InsulinProduct, Route, find_insulin_product
from glucotwin.physiology.module.depot import InhaledDepot, SubcutaneousDepot
from glucotwin.physiology.module.registry import Module
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.organ import AnyOrgan
from glucotwin.physiology.padova.insulin import PadovaSubcutis
from glucotwin.physiology.padova.rest import u_per_min_from_flow

DEPOT_RATES = ("dissociation_per_min", "injected_absorption_per_min", "dissociated_absorption_per_min")


def check_options(options: BodyOptions, modules: Mapping[str, Module]) -> None:
    """Passes when a body with these modules can be made with the options.

    Raises:
        ModelError: a module or product is not known, or the basal product is not among the products.
    """
    unknown = sorted(options.without - set(modules))
    if unknown:
        raise ModelError(
            ErrorCode.UNKNOWN_NAME, f"There is no module {unknown[0]!r}.", hint=f"Modules: {', '.join(modules)}."
        )
    if options.basal_product not in options.products:
        raise ModelError(
            ErrorCode.INVALID_VALUE,
            f"The basal insulin {options.basal_product!r} is not among the products {', '.join(options.products)}.",
        )
    if find_insulin_product(options.basal_product).route is Route.INHALED:
        raise ModelError(ErrorCode.INVALID_VALUE, f"{options.basal_product} is inhaled and cannot be basal insulin.")


def insulin_depots(complete: Values, options: BodyOptions) -> tuple[AnyOrgan, ...]:
    """One depot per product; a single one for all of them, as in 2008, when products are left out.

    Args:
        complete: the values of a subject, with the flow at which it rests and its own absorption.
        options: products, and which of them is delivered at rest.
    """
    if "insulin-product" in options.without:
        return (build_organ(PadovaSubcutis, complete),)
    return tuple(_depot(find_insulin_product(name), complete, options.basal_product) for name in options.products)


def _depot(product: InsulinProduct, complete: Values, basal_product: str) -> AnyOrgan:
    """A product's depot in this person, whose own absorption scales the product's typical rates."""
    name = f"depot_{product.name.replace('-', '_')}"
    reference = find_insulin_product(REFERENCE)
    if product.route is Route.INHALED:
        numbers = {
            "absorption_per_min": product.injected_absorption_per_min,
            "bioavailability_fraction": product.bioavailability_fraction,
        }
        return build_organ(InhaledDepot, numbers, name=name, product=product.name)
    numbers: dict[str, Number] = {
        rate: getattr(product, rate) * (complete[f"subcutis.{rate}"] / getattr(reference, rate)) for rate in DEPOT_RATES
    }
    flow = complete["subcutis.basal_pmol_per_kg_per_min"]
    numbers |= {
        "delay_min": product.delay_min * (complete["subcutis.delay_min"] / reference.delay_min),
        "bioavailability_fraction": product.bioavailability_fraction,
        "basal_u_per_min": u_per_min_from_flow(flow, complete["weight_kg"]) / product.bioavailability_fraction
        if product.name == basal_product
        else 0.0,
    }
    return build_organ(SubcutaneousDepot, numbers, name=name, product=product.name)
