"""Sensors and pumps: what stands between a body and whoever doses for it."""
