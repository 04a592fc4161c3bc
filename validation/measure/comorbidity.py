"""Kidney disease: insulin need and clearance."""

import numpy as np

from measure.protocol import Group, basal_inputs, people, run
from measure.registry import MEASUREMENTS, measures


def need_change_pct(**changes: float) -> float:
    """Change of basal insulin need with other kidneys or liver."""
    usual = np.array([one.basal_u_per_min for one in people().subjects])
    other = np.array([one.basal_u_per_min for one in people(changes=tuple(changes.items())).subjects])
    return float(100.0 * (other / usual - 1.0).mean())


MEASUREMENTS["renal-dose-t1d"] = lambda: (
    100.0
    * (
        (1.0 + need_change_pct(egfr_ml_per_min=10.0) / 100.0) / (1.0 + need_change_pct(egfr_ml_per_min=80.0) / 100.0)
        - 1.0
    )
)


@measures("renal-clearance-t1d")
def clearance_change_pct() -> float:
    """Change of insulin clearance at 54 mL/min: steady insulin at one delivery rate."""
    usual, ill = people(), people(changes=(("egfr_ml_per_min", 54.0),))

    def insulin(group: Group) -> np.ndarray:
        inputs = [basal_inputs(one, 600) for one in usual.subjects]
        return run(group, inputs)["insulin_pmoll"][:, -1]

    return float(100.0 * (insulin(usual) / insulin(ill) - 1.0).mean())
