"""oref1 with AndroidAPS's dynamic sensitivity."""

from glucotwin.control.oref0.stepwise.controller import Oref0, make


def controller() -> Oref0:
    """With the preferences of oref0's documentation."""
    return make(micro_bolus=True, variant="androidaps")
