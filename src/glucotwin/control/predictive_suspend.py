"""Predictive low-glucose suspend; see ``low_suspend``."""

from glucotwin.control.low_suspend import predictive_controller as controller

__all__ = ["controller"]
