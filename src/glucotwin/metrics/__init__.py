"""Consensus CGM metrics, episodes, error grids and forecast scores.

Pure numpy on float64 arrays. Build a ``GlucoseSeries`` (:mod:`glucotwin.metrics.series`) and ask for a ``MetricsPanel``
(:mod:`glucotwin.metrics.panel`); every part is usable by itself.
"""
