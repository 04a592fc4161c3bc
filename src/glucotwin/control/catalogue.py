"""Names of the dosing algorithms that can run in a closed loop; reading them loads none."""

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
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
        "zone-mpc": "glucotwin.control.zone_mpc.controller",
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

PLUGIN_GROUP = "glucotwin.controllers"
"""Group of entry points by which other packages bring dosing algorithms."""


def controller_plugins() -> dict[str, EntryPoint]:
    """Dosing algorithms that installed packages bring, by name; a name of ours stays ours. Loads none."""
    return {one.name: one for one in entry_points(group=PLUGIN_GROUP) if one.name not in CONTROLLERS}


def controller_names() -> tuple[str, ...]:
    """Every name that ``registry.find_any_controller`` knows."""
    return (*CONTROLLERS, *sorted(controller_plugins()))
