"""What can be chosen when a named body is made."""

from dataclasses import dataclass

from glucotwin.physiology.insulin_product import REFERENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyOptions:
    """Choices for one body.

    Attributes:
        products: insulin products that get a depot.
        basal_product: the product whose even delivery keeps the subject at rest; one of ``products``.
        without: names of modules to leave out.
    """

    products: tuple[str, ...] = (REFERENCE,)
    basal_product: str = REFERENCE
    without: frozenset[str] = frozenset()
