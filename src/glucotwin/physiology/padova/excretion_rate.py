"""How fast glucose falls through the kidney, told to a pancreas that listens to how fast glucose rises."""

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.module.low_glucose import NoState
from glucotwin.physiology.organ import AbstractOrgan
from glucotwin.physiology.signal import Signals


class ExcretionRate(AbstractOrgan[NoState]):
    """Takes what the kidney loses from the rate that the glucose organ has told before the kidney spoke.

    Only for a body whose kidney is an organ of its own and whose glucose organ excretes nothing itself. What hormones
    against lows release comes later too and is left out: the pancreas does not answer it with dynamic secretion.
    """

    name = "excretion_rate"

    volume_dl_per_kg: Float[Array, ""]

    def initial_state(self) -> NoState:
        """Nothing."""
        return NoState()

    def emit(self, state: NoState, signals: Signals, inputs: Inputs) -> Signals:
        """The rate less what is lost."""
        return signals.adding(glucose_rate_mgdl_per_min=-signals.excretion_mg_per_kg_per_min / self.volume_dl_per_kg)

    def derivative(self, state: NoState, signals: Signals, inputs: Inputs) -> NoState:
        """Nothing."""
        return state
