"""The renal threshold and the largest reabsorption."""

from functools import cache

import jax.numpy as jnp
import numpy as np

from glucotwin.physiology.module.kidney import Kidney
from measure.protocol import people
from measure.registry import measures


@cache
def excretion(glucose_mgdl: float) -> float:
    """Excretion in mg/kg/min at a clamped glucose."""
    group = people()
    body = group.bodies[0]
    kidney = next(organ for organ in body.organs if isinstance(organ, Kidney))
    return float(kidney.excretion_at_rest(jnp.asarray(glucose_mgdl)))


@measures("rtg-t1d")
def threshold_mgdl() -> float:
    """Lowest glucose at which 10 mg/min (at 70 kg) are lost, as test strips begin to notice."""
    levels = np.arange(80.0, 400.0, 1.0)
    return float(levels[np.argmax([excretion(float(one)) * 70.0 >= 10.0 for one in levels])])


@measures("tmg-t1d")
def tubular_maximum_mmol_per_min() -> float:
    """Filtered less excreted glucose at 500 mg/dL."""
    filtered = 100.0 / (100.0 * 70.0) * 500.0
    return float((filtered - excretion(500.0)) * 70.0 / 180.156)
