"""Insulin's signalling in the cell: fewer receptors, fewer transporters, weaker feedback, less uptake."""

from functools import cache
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractModulator, AbstractState
from glucotwin.physiology.signal import Signals
from glucotwin.physiology.table import read_rows

TABLE = "module/insulin_signalling_steady.csv"
NMOL_PER_PMOL = 1e-3
LEAST_NMOLL = 1e-3
"""Below this insulin the two uptakes above rest are both next to nothing, and their ratio is taken here."""

TRANSPORTED = 3621.0
"""Uptake with every GLUT4 at the surface: k8 times GLUT4 times glucose of BIOMD0000000448."""
BY_GLUT1 = 352.1
"""Uptake by GLUT1: glut1 times glucose."""


class SurfaceTable(NamedTuple):
    """Share of GLUT4 at the cell's surface in steady state, ``(receptors, feedback, insulin)``, and the axes."""

    receptor_fraction: np.ndarray
    feedback_fraction: np.ndarray
    insulin_nmoll: np.ndarray
    share: np.ndarray


class InsulinSignallingState(AbstractState):
    """Insulin as heard last."""

    insulin_pmoll: Float[Array, ""]


class InsulinSignalling(AbstractModulator[InsulinSignallingState]):
    """Defects of insulin's signalling in fat cells as changes of whole-body uptake.

    Brannmark et al., J Biol Chem 2013;288:9867-80 (BIOMD0000000448), in steady state, since its time constants are
    minutes; the bridge to the body is proposed here. The table was computed from the model itself.

    Equations:
        U(I) = 352.1 + 3621 GLUT4 share(I; IR, diabetes)
        uptake_sensitivity_factor = 1 - s (1 - (U(I) - U(0)) / (Uref(I) - Uref(0)))
        Vm0 is multiplied once by    1 - s (1 - U(0) / Uref(0)), and fasting glucose goes where the balance then rests

    | letter | parameter |
    |---|---|
    | IR | receptor_fraction |
    | GLUT4 | glut4_fraction |
    | diabetes | feedback_fraction |
    | s | share_fraction |
    | share, ref | GLUT4 at the surface, from the table; cells without defects |

    Limits: made on fat cells, which take up a small part of the body's glucose; muscle is taken to answer likewise.
    Defects are against healthy controls, so that they belong on a subject without diabetes: in the average subject with
    type 2 diabetes they are in Vmx already. Insulin in plasma stands for insulin at the cell.
    """

    name = "insulin_signalling"

    receptor_fraction: Float[Array, ""]
    glut4_fraction: Float[Array, ""]
    feedback_fraction: Float[Array, ""]
    share_fraction: Float[Array, ""]
    basal_insulin_pmoll: Float[Array, ""]

    def initial_state(self) -> InsulinSignallingState:
        """At fasting insulin."""
        return InsulinSignallingState(insulin_pmoll=self.basal_insulin_pmoll)

    def emit(self, state: InsulinSignallingState, signals: Signals, inputs: Inputs) -> Signals:
        """How much of insulin's effect on uptake is left at this insulin."""
        insulin = jnp.maximum(LEAST_NMOLL, NMOL_PER_PMOL * state.insulin_pmoll)
        own, healthy = self._stimulated(insulin), healthy_uptake(insulin) - healthy_uptake(jnp.zeros(()))
        return signals.scaling(uptake_sensitivity_factor=1.0 - self.share_fraction * (1.0 - own / healthy))

    def advance(
        self, state: InsulinSignallingState, signals: Signals, inputs: Inputs, *, minutes: float
    ) -> InsulinSignallingState:
        """Hears plasma insulin."""
        return InsulinSignallingState(insulin_pmoll=signals.insulin_pmoll)

    def uptake(self, insulin_nmoll: Float[Array, ""]) -> Float[Array, ""]:
        """Uptake U of the cells in steady state, in the model's own unit, at an insulin in nmol/L."""
        share = surface_share(insulin_nmoll, self.receptor_fraction, self.feedback_fraction)
        return BY_GLUT1 + TRANSPORTED * self.glut4_fraction * share

    def uptake_at_rest_factor(self) -> Float[Array, ""]:
        """What Vm0 is multiplied by."""
        zero = jnp.zeros(())
        return 1.0 - self.share_fraction * (1.0 - self.uptake(zero) / healthy_uptake(zero))

    def _stimulated(self, insulin_nmoll: Float[Array, ""]) -> Float[Array, ""]:
        return self.uptake(insulin_nmoll) - self.uptake(jnp.zeros(()))


def healthy_uptake(insulin_nmoll: Float[Array, ""]) -> Float[Array, ""]:
    """Uptake of cells without defects."""
    return BY_GLUT1 + TRANSPORTED * surface_share(insulin_nmoll, jnp.ones(()), jnp.ones(()))


def surface_share(
    insulin_nmoll: Float[Array, ""], receptor_fraction: Float[Array, ""], feedback_fraction: Float[Array, ""]
) -> Float[Array, ""]:
    """Share of GLUT4 at the surface: linear in receptors, feedback and the logarithm of insulin between grid points."""
    table = surface_table()
    receptors = _weights(receptor_fraction, table.receptor_fraction)
    feedback = _weights(feedback_fraction, table.feedback_fraction)
    curve = jnp.einsum("r,f,rfi->i", receptors, feedback, jnp.asarray(table.share))
    along = jnp.log(jnp.asarray(table.insulin_nmoll) + LEAST_NMOLL)
    return jnp.interp(jnp.log(insulin_nmoll + LEAST_NMOLL), along, curve)


def _weights(value: Float[Array, ""], grid: np.ndarray) -> Float[Array, " points"]:
    """How much each grid point counts."""
    places = jnp.arange(grid.size, dtype=jnp.float64)
    place = jnp.interp(value, jnp.asarray(grid), places)
    return jnp.maximum(0.0, 1.0 - jnp.abs(places - place))


@cache
def surface_table() -> SurfaceTable:
    """The table that is shipped; ``validation/cell_table.py`` makes it from the model."""
    rows = read_rows(TABLE)
    names = ("receptor_fraction", "feedback_fraction", "insulin_nmoll")
    receptors, feedback, insulin = (np.unique([float(row[name]) for row in rows]) for name in names)
    share = np.array([float(row["surface_fraction"]) for row in rows])
    return SurfaceTable(receptors, feedback, insulin, share.reshape(receptors.size, feedback.size, insulin.size))
