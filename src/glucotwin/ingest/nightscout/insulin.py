"""Insulins by the names that people give them in their apps."""

from collections.abc import Mapping
from types import MappingProxyType

from glucotwin.domain.insulin import DosePurpose

UNKNOWN_PRODUCT = "unknown"

_PRODUCTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "degludec": ("degludec", "tresiba"),
        "glargine-u300": ("toujeo", "u300", "u-300"),
        "glargine-u100": ("glargine", "lantus", "basaglar", "abasaglar", "semglee", "rezvoglar", "basalog"),
        "detemir": ("detemir", "levemir"),
        "nph": ("nph", "insulatard", "protaphan", "humulin n", "novolin n", "insuman basal", "huminsulin basal"),
        "icodec": ("icodec", "awiqli"),
        "long": ("long", "basal"),
        "rapid": (
            *("rapid", "aspart", "lispro", "glulisine", "fiasp", "lyumjev", "novolog", "novorapid", "humalog"),
            *("apidra", "admelog", "trurapi", "kirsty", "liprolog", "fast", "bolus"),
        ),
    }
)
"""Products by parts of names, the surest first."""


def product_of(name: str) -> str:
    """The product that a name means; ``unknown`` for others.

    Args:
        name: as a person or an app writes it.
    """
    lower = name.lower()
    return next(
        (product for product, parts in _PRODUCTS.items() if any(part in lower for part in parts)), UNKNOWN_PRODUCT
    )


def purpose_of(product: str) -> DosePurpose:
    """What an injection of a product is for: basal insulin if it acts long."""
    return DosePurpose.UNKNOWN if product in {"rapid", UNKNOWN_PRODUCT} else DosePurpose.BASAL
