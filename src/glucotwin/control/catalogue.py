"""Names of the dosing algorithms that can run in a closed loop; reading them loads none."""

from collections.abc import Mapping
from types import MappingProxyType

CONTROLLERS: Mapping[str, str] = MappingProxyType(
    {
        "basal-bolus": "glucotwin.control.basal_bolus",
        "injections": "glucotwin.control.injection",
        "injections-fixed": "glucotwin.control.injection_fixed",
        "sliding-scale": "glucotwin.control.injection_sliding_scale",
        "low-suspend": "glucotwin.control.low_suspend",
        "predictive-suspend": "glucotwin.control.predictive_suspend",
        "pid": "glucotwin.control.pid",
        "pid-unannounced": "glucotwin.control.pid_unannounced",
        "dual-hormone": "glucotwin.control.dual_hormone",
        "loop": "glucotwin.control.loop.compiled.controller",
        "loop-temp-basal": "glucotwin.control.loop.compiled.temp_basal",
        "oref0": "glucotwin.control.oref0.stepwise.controller",
        "oref1": "glucotwin.control.oref0.stepwise.oref1",
        "oref1-androidaps": "glucotwin.control.oref0.stepwise.androidaps",
        "oref1-trio": "glucotwin.control.oref0.stepwise.trio",
    }
)
"""Modules by their algorithm's name; each has a function ``controller`` that makes one with default tuning.

Imported only when they are asked for.
"""
