"""Insulin products: sound records, and a person's plasma insulin after each of them."""

import itertools
from functools import cache

import equinox as eqx
import numpy as np
import pytest

from glucotwin.core.error import NotFoundError
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.inputs import constant_inputs
from glucotwin.physiology.insulin_product import REFERENCE, InsulinKind, Route, find_insulin_product, insulin_products
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.registry import find_subject, make_body
from glucotwin.simulate.trajectory import simulate

SUBJECT = "adult#003"
MINUTES = 10 * MINUTES_PER_DAY
PRODUCTS = tuple(insulin_products())
DOSE_U = 10.0


@cache
def raised_insulin_pmoll(product: str, dose_u: float = DOSE_U) -> np.ndarray:
    """Plasma insulin above basal, every minute after a dose."""
    basal = find_subject("padova-t1d", SUBJECT).basal_u_per_min
    body = make_body("padova-t1d", subject=SUBJECT, options=BodyOptions(products=PRODUCTS))
    rates = {name: np.full(MINUTES, basal if name == REFERENCE else 0.0) for name in PRODUCTS}
    rates[product][0] += dose_u
    inputs = eqx.tree_at(
        lambda one: one.insulin_u_per_min, constant_inputs(MINUTES), rates, is_leaf=lambda node: isinstance(node, dict)
    )
    insulin = np.asarray(simulate(body, inputs, outputs=("insulin_pmoll",)).outputs["insulin_pmoll"])
    return insulin - insulin[0]


def peak_min(product: str) -> int:
    return int(np.argmax(raised_insulin_pmoll(product)))


def half_exposure_min(product: str) -> int:
    exposure = np.cumsum(raised_insulin_pmoll(product))
    return int(np.searchsorted(exposure, exposure[-1] / 2.0))


@pytest.mark.parametrize("name", PRODUCTS)
def test_record_is_sound(name: str) -> None:
    product = find_insulin_product(name)
    assert product.name == name
    assert product.brands
    assert product.source
    assert 0.0 < product.bioavailability_fraction <= 1.0
    assert 0.0 <= product.day_to_day_sd < 1.0
    assert product.injected_absorption_per_min >= 0.0
    if product.route is Route.INHALED:
        assert product.injected_absorption_per_min > 0.0
        assert product.kind is InsulinKind.PRANDIAL
    else:
        assert product.delay_min > 0.0
        assert product.dissociation_per_min > 0.0
        assert product.dissociated_absorption_per_min > 0.0


def test_there_are_products_of_both_kinds_and_routes_and_the_reference_is_one() -> None:
    products = insulin_products().values()
    assert {one.kind for one in products} == set(InsulinKind)
    assert {one.route for one in products} == set(Route)
    assert find_insulin_product(REFERENCE).bioavailability_fraction == 1.0


def test_unknown_product_is_refused_with_those_that_exist() -> None:
    with pytest.raises(NotFoundError, match=r"no insulin product 'snake oil'.*rapid, lispro, .*icodec"):
        find_insulin_product("snake oil")


@pytest.mark.slow
def test_faster_products_peak_earlier() -> None:
    fast = ["technosphere", "ultra-rapid-lispro", "faster-aspart", "aspart", "regular"]
    peaks = [peak_min(name) for name in fast]
    assert all(sooner < later for sooner, later in itertools.pairwise(peaks)), dict(zip(fast, peaks, strict=True))


@pytest.mark.slow
def test_longer_acting_products_take_longer_to_half_of_their_exposure() -> None:
    lasting = ["regular", "nph", "detemir", "glargine-u100", "glargine-u300", "degludec", "icodec"]
    halves = [half_exposure_min(name) for name in lasting]
    assert all(sooner < later for sooner, later in itertools.pairwise(halves)), dict(zip(lasting, halves, strict=True))


def test_glargine_u100_is_spread_over_the_day_as_its_effect_was_in_clamps() -> None:
    """Haahr and Heise 2014, table 2: 31, 29, 23 and 17 % of the effect by quarters, 0.4 U/kg once daily."""
    steady = raised_insulin_pmoll("glargine-u100")[:MINUTES].reshape(-1, MINUTES_PER_DAY).sum(axis=0)
    shares = 100.0 * steady.reshape(4, -1).sum(axis=1) / steady.sum()
    np.testing.assert_allclose(shares, [31.0, 29.0, 23.0, 17.0], atol=5.0)


@pytest.mark.parametrize("name", [name for name in PRODUCTS if name not in {"degludec", "icodec"}])
def test_exposure_in_ten_days_is_that_of_the_units_that_act(name: str) -> None:
    share = find_insulin_product(name).bioavailability_fraction
    exposure = raised_insulin_pmoll(name).sum() / raised_insulin_pmoll(REFERENCE).sum()
    assert exposure == pytest.approx(share, rel=2e-3)


@pytest.mark.parametrize("name", ["rapid", "technosphere", "glargine-u300", "icodec"])
def test_twice_the_dose_raises_insulin_twice_as_much(name: str) -> None:
    once, twice = raised_insulin_pmoll(name), raised_insulin_pmoll(name, 2.0 * DOSE_U)
    np.testing.assert_allclose(twice, 2.0 * once, rtol=1e-6, atol=1e-9 * once.max())


@pytest.mark.parametrize("name", PRODUCTS)
def test_insulin_never_falls_below_basal_after_a_dose(name: str) -> None:
    assert np.min(raised_insulin_pmoll(name)) > -1e-9
