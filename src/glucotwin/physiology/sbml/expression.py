"""Formulas of an SBML model as trees that NumPy and JAX alike can work out."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import itemgetter
from types import MappingProxyType, ModuleType
from typing import TypeAlias

import jax
import numpy as np

Value: TypeAlias = jax.Array | np.ndarray | np.floating | float
"""A number of the host or of the device."""

TIME_NAME = ".time"
"""The name that stands for the model's time; no identifier of SBML begins with a full stop."""
AVOGADRO_PER_MOL = 6.02214179e23
"""The constant as SBML Level 3 fixes it."""

_Operator: TypeAlias = Callable[..., Value]


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """A quantity of the model by its identifier, or the time."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """An operator with its arguments; ``piecewise`` takes value, condition, value, condition …, otherwise."""

    operator: str
    arguments: tuple["Expression", ...]


Expression: TypeAlias = Number | Name | Call


Formula: TypeAlias = Callable[[Mapping[str, Value]], Value]
"""A formula made ready: from the values of every name in it to what it comes to."""


def ready(expression: Expression, array: ModuleType) -> Formula:
    """A formula as a function, which is several times as fast as walking the tree each time.

    Args:
        expression: the formula.
        array: ``numpy`` or ``jax.numpy``.
    """
    match expression:
        case Number(value):
            return lambda values: value
        case Name(name):
            return itemgetter(name)
        case Call(operator, arguments):
            parts = [ready(one, array) for one in arguments]
            if operator in _PAIRED and parts:
                return reduce(_PAIRED[operator], parts)
            work_out = OPERATORS[operator]
            return lambda values: work_out(array, *[part(values) for part in parts])


def evaluate(expression: Expression, values: Mapping[str, Value], array: ModuleType) -> Value:
    """What a formula comes to once.

    Args:
        expression: the formula.
        values: of every name in it, the time as ``TIME_NAME``.
        array: ``numpy`` or ``jax.numpy``.
    """
    return ready(expression, array)(values)


def _sum(first: Formula, second: Formula) -> Formula:
    return lambda values: first(values) + second(values)


def _product(first: Formula, second: Formula) -> Formula:
    return lambda values: first(values) * second(values)


_PAIRED: Mapping[str, Callable[[Formula, Formula], Formula]] = MappingProxyType({"plus": _sum, "times": _product})
"""Operators of any number of values, taken two at a time."""


def names_in(expression: Expression) -> Iterator[str]:
    """Names that a formula needs, again and again where they stand several times."""
    match expression:
        case Number():
            return
        case Name(name):
            yield name
        case Call(_, arguments):
            for one in arguments:
                yield from names_in(one)


def _piecewise(array: ModuleType, *arguments: Value | np.bool_) -> Value:
    """The first value whose condition holds; not a number where none does and nothing stands for otherwise."""
    pairs, rest = divmod(len(arguments), 2)
    answer = array.asarray(arguments[-1] if rest else math.nan)
    for place in reversed(range(pairs)):
        answer = array.where(arguments[2 * place + 1], arguments[2 * place], answer)
    return answer


def _chained(compare: str) -> _Operator:
    """A comparison of two or more values in a row."""

    def chain(array: ModuleType, *values: Value) -> Value:
        links = [getattr(array, compare)(first, second) for first, second in pairwise(values)]
        return array.asarray(reduce(array.logical_and, links))

    return chain


def _plain(name: str) -> _Operator:
    """A function of one value that the array module has by this name."""
    return lambda array, value: getattr(array, name)(value)


def _reciprocal(name: str) -> _Operator:
    """One over such a function: secant and the like."""
    return lambda array, value: array.true_divide(1.0, getattr(array, name)(value))


def _of_reciprocal(name: str) -> _Operator:
    """Such a function of one over the value: the inverse of a secant and the like."""
    return lambda array, value: getattr(array, name)(array.true_divide(1.0, value))


def _folded(operator: Callable[[Value, Value], Value], start: float) -> _Operator:
    """An operator that takes any number of values, none included."""
    return lambda array, *values: reduce(operator, values, start)


def _minus(array: ModuleType, first: Value, *second: Value) -> Value:
    return first - second[0] if second else -first


def _logarithm(array: ModuleType, *values: Value) -> Value:
    base, value = values if len(values) == 2 else (10.0, values[0])
    return array.log(value) / array.log(base)


def _root(array: ModuleType, *values: Value) -> Value:
    if len(values) == 1:
        return array.sqrt(values[0])
    degree, value = values
    return array.power(value, 1.0 / degree)


def _parity(array: ModuleType, *values: Value | np.bool_) -> Value:
    return array.asarray(reduce(array.logical_xor, values, False))


OPERATORS: Mapping[str, _Operator] = MappingProxyType(
    {
        "plus": _folded(lambda first, second: first + second, 0.0),
        "times": _folded(lambda first, second: first * second, 1.0),
        "minus": _minus,
        "divide": lambda array, first, second: array.true_divide(first, second),
        "power": lambda array, base, exponent: array.power(base, exponent),
        "root": _root,
        "log": _logarithm,
        "ln": _plain("log"),
        **{name: _plain(name) for name in ("exp", "floor", "ceil", "sin", "cos", "tan", "sinh", "cosh", "tanh")},
        **{name: _plain(name) for name in ("arcsin", "arccos", "arctan", "arcsinh", "arccosh", "arctanh")},
        "abs": _plain("abs"),
        "sec": _reciprocal("cos"),
        "csc": _reciprocal("sin"),
        "cot": _reciprocal("tan"),
        "sech": _reciprocal("cosh"),
        "csch": _reciprocal("sinh"),
        "coth": _reciprocal("tanh"),
        "arcsec": _of_reciprocal("arccos"),
        "arccsc": _of_reciprocal("arcsin"),
        "arccot": _of_reciprocal("arctan"),
        "arcsech": _of_reciprocal("arccosh"),
        "arccsch": _of_reciprocal("arcsinh"),
        "arccoth": _of_reciprocal("arctanh"),
        "min": lambda array, *values: reduce(array.minimum, values),
        "max": lambda array, *values: reduce(array.maximum, values),
        "rem": lambda array, first, second: array.fmod(first, second),
        "quotient": lambda array, first, second: array.trunc(array.true_divide(first, second)),
        "piecewise": _piecewise,
        "eq": _chained("equal"),
        "neq": _chained("not_equal"),
        "lt": _chained("less"),
        "leq": _chained("less_equal"),
        "gt": _chained("greater"),
        "geq": _chained("greater_equal"),
        "and": lambda array, *values: reduce(array.logical_and, values, True),
        "or": lambda array, *values: reduce(array.logical_or, values, False),
        "xor": _parity,
        "not": lambda array, value: array.logical_not(value),
        "implies": lambda array, first, second: array.logical_or(array.logical_not(first), second),
    }
)
"""Every operator that a formula may hold, by our name for it."""
