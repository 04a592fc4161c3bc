"""Loop that doses by temporary rates alone, as it did before automatic boluses."""

from glucotwin.control.loop.compiled.controller import LoopController
from glucotwin.control.loop.compiled.controller import controller as with_boluses
from glucotwin.control.loop.loop_input import RecommendationKind


def controller() -> LoopController:
    """Loop with the same limits, and without automatic boluses."""
    return with_boluses(RecommendationKind.TEMP_BASAL)
