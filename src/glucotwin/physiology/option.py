"""What can be chosen when a named body is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from glucotwin.physiology.insulin_product import REFERENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyOptions:
    """Choices for one body.

    Attributes:
        products: insulin products that get a depot.
        basal_product: the product whose even delivery keeps the subject at rest; one of ``products``.
        without: names of modules to leave out.
        changes: what is different from the subject's own values (see ``glucotwin.physiology.registry.changed``).
    """

    products: tuple[str, ...] = (REFERENCE,)
    basal_product: str = REFERENCE
    without: frozenset[str] = frozenset()
    changes: Mapping[str, float] = field(default_factory=dict)
