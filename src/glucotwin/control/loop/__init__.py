"""Loop's algorithm: a forecast from insulin, carbs, momentum and what both left unexplained, and a dose from it.

Written anew from its published description, array by array over times and doses. Times are seconds since 1970, because
the original's grid and boundaries are whole seconds, which minutes would round.
"""
