"""Consensus CGM metrics, episodes, error grids and forecast scores."""
