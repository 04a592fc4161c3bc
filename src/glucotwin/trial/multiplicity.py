"""Several tests in one trial: p-values adjusted so that the error of all together is that of one."""

from collections.abc import Sequence
from typing import Literal

import numpy as np


def adjusted_p(p_values: Sequence[float], *, method: Literal["none", "holm", "hierarchical"]) -> tuple[float, ...]:
    """P-values that may each be held against alpha, in the order given.

    Args:
        p_values: of the family of tests, in the order of the hierarchy.
        method: ``holm`` (Holm 1979): the smallest times their number, and so on, never falling; ``hierarchical``
            (Maurer, Hothorn and Lehmacher 1995): no test passes unless all before it pass; ``none``.
    """
    p = np.asarray(p_values, dtype=np.float64)
    if method == "none" or p.size == 0:
        return tuple(p.tolist())
    if method == "hierarchical":
        return tuple(np.maximum.accumulate(p).tolist())
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * (p.size - np.arange(p.size)))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return tuple(adjusted.tolist())
