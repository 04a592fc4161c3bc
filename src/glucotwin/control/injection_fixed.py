"""Injections with fixed doses of rapid insulin; see ``injection``."""

from glucotwin.control.injection import Injections, Prandial, injections


def controller() -> Injections:
    """Glargine at 22:00, a pen of half units."""
    return injections(Prandial.FIXED)
