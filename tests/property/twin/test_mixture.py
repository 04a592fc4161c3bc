import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from glucotwin.twin.mixture import mixture_cdf, mixture_quantile

means = arrays(np.float64, (4, 2), elements=st.floats(30.0, 400.0))
sds = arrays(np.float64, (4, 2), elements=st.floats(0.5, 80.0))


@given(means, sds, st.floats(0.001, 0.999))
def test_quantile_inverts_the_distribution(mean: np.ndarray, sd: np.ndarray, probability: float) -> None:
    found = mixture_cdf(mixture_quantile(probability, mean, sd), mean, sd)
    assert np.allclose(found, probability, atol=1e-6)


@given(means, sds, st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_quantiles_rise_with_their_probability(mean: np.ndarray, sd: np.ndarray, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert np.all(mixture_quantile(low, mean, sd) <= mixture_quantile(high, mean, sd) + 1e-9)


@given(means, sds, st.floats(-100.0, 100.0))
def test_quantiles_shift_with_the_mixture(mean: np.ndarray, sd: np.ndarray, shift: float) -> None:
    moved = mixture_quantile(0.3, mean + shift, sd)
    assert np.allclose(moved, mixture_quantile(0.3, mean, sd) + shift, atol=1e-6)
