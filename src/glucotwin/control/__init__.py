"""Dosing algorithms: what pumps and apps decide from readings, records and settings, without sight of a body."""
