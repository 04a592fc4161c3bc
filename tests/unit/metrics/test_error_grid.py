from collections.abc import Callable

import numpy as np
import pytest

from glucotwin.core.error import DataError
from glucotwin.metrics.array import TextArray
from glucotwin.metrics.error_grid import (
    ERROR_GRIDS,
    clarke_zones,
    count_zones,
    dts_risk,
    dts_zones,
    parkes_type1_zones,
    parkes_type2_zones,
)


@pytest.mark.parametrize("find_zones", ERROR_GRIDS.values(), ids=list(ERROR_GRIDS))
def test_perfect_measurements_lie_in_a(find_zones: Callable[..., TextArray]) -> None:
    values = np.linspace(20.0, 600.0, 59)
    assert set(find_zones(values, values)) == {"A"}


@pytest.mark.parametrize("find_zones", ERROR_GRIDS.values(), ids=list(ERROR_GRIDS))
def test_opposite_treatment_lies_in_the_worst_zones(find_zones: Callable[..., TextArray]) -> None:
    zones = find_zones([50.0, 400.0], [400.0, 50.0])
    assert set(zones) <= {"D", "E"}


def test_dts_zone_borders_belong_to_the_inner_zone() -> None:
    edge = 100.0 * np.exp(0.5 / 2.75)
    assert dts_zones([100.0, 100.0], [edge - 1e-9, edge + 1e-6]).tolist() == ["A", "B"]


def test_dts_treats_everything_below_50_alike() -> None:
    assert dts_risk([20.0, 50.0], [49.0, 30.0]).tolist() == [0.0, 0.0]


def test_dts_weighs_overestimates_more_than_underestimates() -> None:
    over, under = dts_risk([100.0, 150.0], [150.0, 100.0])
    assert over == pytest.approx(2.75 * np.log(1.5))
    assert under == pytest.approx(-2.25 * np.log(1.5))


def test_parkes_borders_belong_to_the_inner_zone() -> None:
    # (140, 170) is a vertex of the upper border of A in type 1.
    assert parkes_type1_zones([140.0, 140.0], [170.0, 170.1]).tolist() == ["A", "B"]


def test_parkes_types_differ_where_their_grids_do() -> None:
    assert parkes_type1_zones([100.0], [142.0]).tolist() == ["B"]
    assert parkes_type2_zones([100.0], [142.0]).tolist() == ["A"]


def test_parkes_borders_go_on_straight_beyond_550() -> None:
    assert parkes_type1_zones([700.0, 700.0], [600.0, 500.0]).tolist() == ["A", "B"]


@pytest.mark.parametrize(
    ("reference", "measured", "zone"),
    [
        (100.0, 120.0, "A"),
        (100.0, 120.1, "B"),
        (60.0, 69.0, "A"),
        (60.0, 75.0, "D"),
        (240.0, 180.0, "D"),
        (239.9, 180.0, "B"),
        (180.0, 70.0, "E"),
        (70.0, 180.0, "E"),
        (290.0, 400.0, "C"),
        (291.0, 410.0, "B"),
        (160.0, 40.0, "C"),
    ],
)
def test_clarke_zones_at_their_borders(reference: float, measured: float, zone: str) -> None:
    assert clarke_zones([reference], [measured]).tolist() == [zone]


def test_zone_shares_add_up_to_100() -> None:
    shares = count_zones(dts_zones([100, 100, 100, 50], [100, 130, 60, 300]))
    assert shares.pair_count == 4
    assert shares.a_pct + shares.b_pct + shares.c_pct + shares.d_pct + shares.e_pct == pytest.approx(100.0)
    assert shares.e_pct == 25.0


def test_pairs_that_do_not_match_are_refused() -> None:
    with pytest.raises(DataError):
        dts_zones([100.0], [100.0, 110.0])
    with pytest.raises(DataError):
        clarke_zones([100.0], [np.nan])
    with pytest.raises(DataError):
        count_zones(np.array([], dtype=str))
