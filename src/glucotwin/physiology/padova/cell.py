"""Where a body of the UVA/Padova equations rests when the cells' insulin signalling is defective."""

from collections.abc import Callable

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.physiology.build import Number, Values, build_organ
from glucotwin.physiology.module.insulin_signalling import InsulinSignalling
from glucotwin.physiology.padova.rest import glucose_balance

NEUTRAL = ("receptor_fraction", "glut4_fraction", "feedback_fraction")
LOWEST_MGDL, HIGHEST_MGDL = 20.0, 2000.0
HALVINGS = 45


def with_cell_defects(values: Values, *, excretion_at: Callable[[Number], Number]) -> Values:
    """The values with fasting glucose and production where less uptake at rest leaves them.

    Fasting insulin stays. Production as it depends on glucose and insulin stays that of the person with healthy cells.

    Args:
        values: of a person, complete.
        excretion_at: what the kidney loses at a steady glucose, in mg/kg/min.
    """
    fractions = [values[f"{InsulinSignalling.name}.{name}"] for name in NEUTRAL]
    if all(isinstance(one, float) and one == 1.0 for one in fractions):
        return values
    factor = build_organ(InsulinSignalling, values).uptake_at_rest_factor()
    balance = glucose_balance(values, excretion=excretion_at(values["basal_glucose_mgdl"]))

    def production(glucose: Float[Array, ""]) -> Float[Array, ""]:
        plasma = glucose * values["glucose.volume_dl_per_kg"]
        made = balance.kp1 - balance.kp2 * plasma - balance.kp3 * values["basal_insulin_pmoll"]
        return jnp.maximum(0.0, made)

    def rises(glucose: Float[Array, ""]) -> Float[Array, ""]:
        into = production(glucose) - values["glucose.independent_use_mg_per_kg_per_min"] - excretion_at(glucose)
        plasma = glucose * values["glucose.volume_dl_per_kg"]
        tissue = (values["glucose.to_tissue_per_min"] * plasma - into) / values["glucose.to_plasma_per_min"]
        tissue = jnp.maximum(tissue, 0.0)
        return into - factor * balance.vm0 * tissue / (values["glucose.uptake_half_mg_per_kg"] + tissue)

    low, high = 0.0 * factor + LOWEST_MGDL, 0.0 * factor + HIGHEST_MGDL
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        up = rises(middle) > 0.0
        low, high = jnp.where(up, middle, low), jnp.where(up, high, middle)
    glucose = 0.5 * (low + high)
    rest = {"basal_glucose_mgdl": glucose, "basal_production_mg_per_kg_per_min": production(glucose)}
    if all(isinstance(one, float) for one in values.values()):
        return {**values, **{name: float(one) for name, one in rest.items()}}
    return {**values, **rest}
