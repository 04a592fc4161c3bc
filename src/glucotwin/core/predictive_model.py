"""The model a controller may be given: predictions without sight of a body's true parameters."""

from typing import Protocol

from glucotwin.core.array import AnyArray, Float


class PredictiveModel(Protocol):
    """Predicts glucose under planned inputs; a fitted twin implements it for model-predictive controllers."""

    def predict_glucose_mgdl(
        self,
        *,
        insulin_u_per_min: Float[AnyArray, " minutes"],
        carbs_g_per_min: Float[AnyArray, " minutes"],
    ) -> Float[AnyArray, " minutes"]:
        """Mean interstitial glucose in mg/dL at the end of each coming minute."""
        ...
