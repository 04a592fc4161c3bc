"""One file per kind of alarm: how likely it is, how soon, and why."""
