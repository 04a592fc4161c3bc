"""A closed loop that runs by the clock: one person, one decision every five minutes, stopped and gone on with."""
