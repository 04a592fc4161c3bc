"""Lags of the slow body in steps of a day or more."""


def share_of(time_constant_d: float, step_d: float) -> float:
    """Part of the way to its goal that a lagging quantity goes within a step; steps of a day make up longer ones.

    Args:
        time_constant_d: of the lag, a day or more.
        step_d: length of the step.
    """
    return 1.0 - (1.0 - 1.0 / time_constant_d) ** step_d
