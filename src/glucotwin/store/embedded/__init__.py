"""A PostgreSQL server of one's own, from a wheel: nothing has to be installed or set up."""
