"""From libsbml's syntax trees to our formulas."""

import math
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.physiology.sbml.expression import AVOGADRO_PER_MOL, TIME_NAME, Call, Expression, Name, Number

if TYPE_CHECKING:
    import libsbml

_CALLS = {
    "PLUS": "plus",
    "MINUS": "minus",
    "TIMES": "times",
    "DIVIDE": "divide",
    "POWER": "power",
    "FUNCTION_POWER": "power",
    "FUNCTION_CEILING": "ceil",
    **{f"RELATIONAL_{name}": name.lower() for name in ("EQ", "NEQ", "LT", "LEQ", "GT", "GEQ")},
    **{f"LOGICAL_{name}": name.lower() for name in ("AND", "OR", "XOR", "NOT", "IMPLIES")},
    **{f"FUNCTION_{name}": name.lower() for name in ("ROOT", "LOG", "LN", "EXP", "ABS", "FLOOR", "MIN", "MAX", "REM")},
    **{f"FUNCTION_{name}": name.lower() for name in ("QUOTIENT", "PIECEWISE")},
    **{
        f"FUNCTION_{arc}{name}{hyperbolic}": f"{arc}{name}{hyperbolic}".lower()
        for name in ("SIN", "COS", "TAN", "SEC", "CSC", "COT")
        for arc in ("", "ARC")
        for hyperbolic in ("", "H")
    },
}
"""Our operator by libsbml's name for a kind of node, without its prefix ``AST_``."""

_CONSTANTS = {"CONSTANT_E": math.e, "CONSTANT_PI": math.pi, "CONSTANT_TRUE": 1.0, "CONSTANT_FALSE": 0.0}
_NAMES = {"NAME_TIME": TIME_NAME}


@cache
def _kinds() -> Mapping[int, str]:
    """Names of the kinds of nodes by libsbml's numbers."""
    import libsbml

    wanted = {*_CALLS, *_CONSTANTS, *_NAMES, "NAME", "NAME_AVOGADRO", "FUNCTION_DELAY", "FUNCTION_RATE_OF"}
    return {getattr(libsbml, f"AST_{name}"): name for name in wanted}


def expression_of(node: "libsbml.ASTNode", where: str) -> Expression:
    """A formula.

    Args:
        node: the tree, function definitions already put in.
        where: which element it stands in, for messages.

    Raises:
        DataError: it holds an operator that is not supported; names it and the element.
    """
    if node.isNumber():
        return Number(float(node.getValue()))
    kind = _kinds().get(node.getType(), "")
    if kind in _CONSTANTS:
        return Number(_CONSTANTS[kind])
    if kind == "NAME_AVOGADRO":
        return Number(AVOGADRO_PER_MOL)
    if kind in _NAMES or kind == "NAME":
        return Name(_NAMES.get(kind) or node.getName())
    if kind not in _CALLS:
        raise refused(where, f"the operator {node.getName() or node.getOperatorName() or node.getType()!r}")
    children = (node.getChild(place) for place in range(node.getNumChildren()))
    return Call(_CALLS[kind], tuple(expression_of(child, where) for child in children))


def refused(where: str, what: str) -> DataError:
    """The complaint about a part of SBML that is not supported."""
    return DataError(
        ErrorCode.UNSUPPORTED_PART,
        f"{where}: {what} is not supported.",
        hint="docs/how-to/sbml.md says which parts of SBML are.",
    )
