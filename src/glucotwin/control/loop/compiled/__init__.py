"""Loop on a fixed grid of five minutes, for simulation: the same decisions, compiled, for many people at once.

Everything happens at multiples of five minutes: readings, what the pump gave since the last one, meals, decisions; a
record between them counts at the multiple before it. On this grid the answers are those of
``glucotwin.control.loop.pipeline``.
"""
