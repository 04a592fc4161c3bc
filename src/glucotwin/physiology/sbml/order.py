"""Formulas in an order in which each finds what it needs."""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.physiology.sbml.expression import Expression, names_in


def in_order(formulas: Mapping[str, Expression]) -> tuple[tuple[str, Expression], ...]:
    """Formulas by what they give, sorted.

    Raises:
        DataError: they need each other in a circle.
    """
    needs = {name: [one for one in names_in(formula) if one in formulas] for name, formula in formulas.items()}
    try:
        return tuple((name, formulas[name]) for name in TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle = ", ".join(str(name) for name in error.args[1])
        raise DataError(ErrorCode.INVALID_VALUE, f"Rules need each other in a circle: {circle}.") from error
