"""What a genotype would change in what is believed of a person beforehand: one factor for each quantity.

Regimens of type 2 diabetes (``glucotwin.months``) use the factors of medicines; no body of a twin does.

Effects are relative to a person with no copy of the effect allele; a population's typical value already averages over
its carriers, which whoever applies the factors has to take into account. Effects of several variants on one quantity
add up on the logarithm, as if they were independent.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from glucotwin.domain.genotype import Call, Genotype
from glucotwin.domain.variant import APPLIED, Evidence, Quantity, Size, variant_of

INTERVAL_SCORE = 1.96
"""Half-width of a 95 % interval in standard errors."""

NO_CHANGE = Size(log_shift=0.0, log_sd=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantEffect:
    """What one called variant does.

    Attributes:
        call: the person's alleles.
        size: the documented size for their number of copies; None where there is none.
        is_off: whether it was switched off.
    """

    call: Call
    size: Size | None
    is_off: bool

    @property
    def is_applied(self) -> bool:
        """Whether it enters a factor: it is graded, has a size, changes something, and is not switched off."""
        graded = self.call.variant.evidence in APPLIED
        return graded and not self.is_off and self.size is not None and self.call.copies > 0

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        variant = self.call.variant
        return {
            "rsid": variant.rsid,
            "gene": variant.gene,
            "name": variant.name,
            "alleles": list(self.call.alleles),
            "phased": self.call.phased,
            "other_strand": self.call.other_strand,
            "assumed": self.call.assumed,
            "effect_allele": variant.effect_allele,
            "copies": self.call.copies,
            "quantity": str(variant.quantity),
            "log_shift": None if self.size is None else self.size.log_shift,
            "log_sd": None if self.size is None else self.size.log_sd,
            "evidence": str(variant.evidence),
            "off": self.is_off,
            "applied": self.is_applied,
            "meaning": variant.meaning,
            "source": variant.source,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorFactor:
    """By what a prior's median would be multiplied, and how much wider the prior would become.

    Attributes:
        quantity: whose prior.
        log_shift: shift of the logarithm of the median.
        extra_log_sd: standard error of the shift; adds in quadrature to the prior's SD of the logarithm.
        rsids: the variants behind it.
    """

    quantity: Quantity
    log_shift: float
    extra_log_sd: float
    rsids: tuple[str, ...]

    @property
    def factor(self) -> float:
        """The factor of the median."""
        return math.exp(self.log_shift)

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the factor."""
        half = INTERVAL_SCORE * self.extra_log_sd
        return math.exp(self.log_shift - half), math.exp(self.log_shift + half)

    @property
    def text(self) -> str:
        """The explanation, in plain words."""
        low, high = self.interval
        behind = ", ".join(f"{variant_of(rsid).gene} {rsid}" for rsid in self.rsids)
        words = str(self.quantity).replace("-", " ").replace("hba1c", "HbA1c").replace("glp1", "GLP-1")
        return f"{words}: x {self.factor:.2f} ({low:.2f} to {high:.2f}) by {behind}"

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        low, high = self.interval
        return {
            "quantity": str(self.quantity),
            "factor": self.factor,
            "factor_low": low,
            "factor_high": high,
            "log_shift": self.log_shift,
            "extra_log_sd": self.extra_log_sd,
            "rsids": list(self.rsids),
            "text": self.text,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class GenotypePrior:
    """Everything a genotype would change.

    Attributes:
        effects: of every called variant, in the order of the list.
        factors: by quantity; a quantity that nothing changes has none.
    """

    effects: tuple[VariantEffect, ...]
    factors: Mapping[Quantity, PriorFactor]


def genotype_prior(genotype: Genotype, *, off: Collection[str] = (), enabled: bool = True) -> GenotypePrior:
    """What a genotype would change, each variant on its own and together.

    Args:
        genotype: of the person.
        off: rsids of variants whose effect is switched off.
        enabled: False switches all of them off.

    Raises:
        NotFoundError: a variant in ``off`` is not listed.
    """
    for rsid in off:
        variant_of(rsid)
    effects = tuple(
        VariantEffect(call=call, size=_size(call), is_off=not enabled or call.rsid in off)
        for call in genotype.calls.values()
    )
    quantities = dict.fromkeys(one.call.variant.quantity for one in effects if one.is_applied)
    return GenotypePrior(
        effects=effects,
        factors=MappingProxyType({quantity: _factor(quantity, effects) for quantity in quantities}),
    )


def _size(call: Call) -> Size | None:
    if call.variant.evidence is Evidence.UNVERIFIED:
        return None
    return NO_CHANGE if call.copies == 0 else call.variant.sizes.get(call.copies)


def _factor(quantity: Quantity, effects: tuple[VariantEffect, ...]) -> PriorFactor:
    behind = [one for one in effects if one.is_applied and one.call.variant.quantity is quantity]
    sizes = [one.size for one in behind if one.size is not None]
    return PriorFactor(
        quantity=quantity,
        log_shift=sum(one.log_shift for one in sizes),
        extra_log_sd=math.hypot(*(one.log_sd for one in sizes)),
        rsids=tuple(one.call.rsid for one in behind),
    )
