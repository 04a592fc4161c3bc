"""The checker of argument and array types that the tests run under (see ``--jaxtyping-packages`` in pyproject.toml)."""

from beartype import BeartypeConf, beartype

# As for static checkers, a whole number may stand where a float is asked for.
check = beartype(conf=BeartypeConf(is_pep484_tower=True))
