"""Insulin products: one record each, from which the body makes a depot."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.physiology.table import read_rows

REFERENCE = "rapid"
"""The product whose absorption a person's own numbers describe; others keep their ratio to it."""


class InsulinKind(StrEnum):
    """What a product is for."""

    PRANDIAL = "prandial"
    BASAL = "basal"


class Route(StrEnum):
    """How a product enters the body."""

    SUBCUTANEOUS = "subcutaneous"
    INHALED = "inhaled"


@dataclass(frozen=True, slots=True, kw_only=True)
class InsulinProduct:
    """How a product is absorbed by a typical adult.

    Attributes:
        name: as in ``Inputs.insulin_u_per_min`` and in files.
        brands: some names on the box, for people.
        kind, route: what it is for and how it is taken.
        delay_min: mean of the distributed delay before absorption begins (tau).
        dissociation_per_min: kd.
        injected_absorption_per_min, dissociated_absorption_per_min: ka1, ka2; an inhaled product has ka1 only.
        bioavailability_fraction: share of the units that acts, potency included.
        day_to_day_sd: standard deviation of the logarithm by which what a dose does differs from one injection to the
            next in the same person; 0 where it is not known.
        source: paper, table or reasoning.
    """

    name: str
    brands: str
    kind: InsulinKind
    route: Route
    delay_min: float
    dissociation_per_min: float
    injected_absorption_per_min: float
    dissociated_absorption_per_min: float
    bioavailability_fraction: float
    day_to_day_sd: float
    source: str


@cache
def insulin_products() -> Mapping[str, InsulinProduct]:
    """Every product by name."""
    return MappingProxyType({row["name"]: _product(row) for row in read_rows("insulin_products.csv")})


def find_insulin_product(name: str) -> InsulinProduct:
    """The product of a name.

    Raises:
        NotFoundError: there is no such product.
    """
    product = insulin_products().get(name)
    if product is None:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME,
            f"There is no insulin product {name!r}.",
            hint=f"Known products: {', '.join(insulin_products())}.",
        )
    return product


def _product(row: Mapping[str, str]) -> InsulinProduct:
    numbers = {
        name: float(row[name])
        for name in (
            "delay_min",
            "dissociation_per_min",
            "injected_absorption_per_min",
            "dissociated_absorption_per_min",
            "bioavailability_fraction",
            "day_to_day_sd",
        )
    }
    return InsulinProduct(
        name=row["name"],
        brands=row["brands"],
        kind=InsulinKind(row["kind"]),
        route=Route(row["route"]),
        source=row["source"],
        **numbers,
    )
