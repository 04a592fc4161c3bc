"""Array types of the numerical layers; importing it sets JAX up.

Shapes are written in the annotations and checked at run time in the tests (jaxtyping and beartype).
"""

import numpy as np
from jaxtyping import Array, Bool, Float, Int, Key, PRNGKeyArray, Scalar, UInt

from glucotwin.core.runtime import configure_jax

configure_jax()

AnyArray = Array | np.ndarray
"""An array on the device or on the host."""

__all__ = ["AnyArray", "Array", "Bool", "Float", "Int", "Key", "PRNGKeyArray", "Scalar", "UInt"]
