"""Probabilistic forecasts from a twin and their scoring."""
