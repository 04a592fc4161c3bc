"""Error grids on 4 096 pairs: every pair on which the references agree, and the disagreements by rule."""

from collections.abc import Callable

import numpy as np
import pytest

from glucotwin.metrics.array import TextArray
from glucotwin.metrics.error_grid import clarke_zones, dts_risk, dts_zones, parkes_type1_zones, parkes_type2_zones

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def pairs(error_grid_points: Rows) -> tuple[np.ndarray, np.ndarray]:
    assert len(error_grid_points) == 4096
    reference, measured = ([float(row[name]) for row in error_grid_points] for name in ("ref", "test"))
    return np.array(reference), np.array(measured)


def column(rows: Rows, name: str) -> np.ndarray:
    return np.array([row[name] for row in rows])


@pytest.mark.parametrize(
    ("find_zones", "names"),
    [
        (dts_zones, ("dts_closed", "dts_polyline_tableA1")),
        (parkes_type1_zones, ("parkes1_methcomp", "parkes1_own")),
        (parkes_type2_zones, ("parkes2_methcomp", "parkes2_own")),
        (clarke_zones, ("clarke_methcomp", "clarke_own")),
    ],
)
def test_zones_equal_both_references_wherever_they_agree(
    find_zones: Callable[..., TextArray],
    names: tuple[str, str],
    pairs: tuple[np.ndarray, np.ndarray],
    error_grid_points: Rows,
) -> None:
    first, second = (column(error_grid_points, name) for name in names)
    agree = column(error_grid_points, "agree_all") == "True"
    assert agree.sum() > 3800
    np.testing.assert_array_equal(find_zones(*pairs)[agree], first[agree])
    agree_here = first == second
    np.testing.assert_array_equal(find_zones(*pairs)[agree_here], first[agree_here])


def test_dts_risk_and_zone_equal_the_closed_form_on_every_pair(
    pairs: tuple[np.ndarray, np.ndarray], error_grid_points: Rows
) -> None:
    expected = np.array([float(row["dts_risk_closed"]) for row in error_grid_points])
    np.testing.assert_allclose(dts_risk(*pairs), expected, atol=1e-8)
    np.testing.assert_array_equal(dts_zones(*pairs), column(error_grid_points, "dts_closed"))


def test_dts_differs_from_the_rounded_polyline_only_next_to_a_border(
    pairs: tuple[np.ndarray, np.ndarray], error_grid_points: Rows
) -> None:
    differs = dts_zones(*pairs) != column(error_grid_points, "dts_polyline_tableA1")
    reference, measured = pairs[0][differs], pairs[1][differs]
    assert differs.sum() == 41
    borders = np.array([0.5, 1.5, 2.5, 3.5])
    slope = np.where(measured >= reference, 2.75, -2.25)
    nearest = borders[np.argmin(np.abs(np.abs(dts_risk(reference, measured))[:, None] - borders), axis=1)]
    ratio = np.exp(nearest / slope)
    distance_mgdl = np.abs(np.maximum(measured, 50.0) - ratio * np.maximum(reference, 50.0)) / np.hypot(1.0, ratio)
    assert distance_mgdl.max() < 1.25


def test_parkes_type1_lower_d_border_runs_straight_from_250_40_to_550_150(
    pairs: tuple[np.ndarray, np.ndarray], error_grid_points: Rows
) -> None:
    differs = parkes_type1_zones(*pairs) != column(error_grid_points, "parkes1_methcomp")
    reference, measured = pairs[0][differs], pairs[1][differs]
    assert differs.sum() == 22
    # methcomp bends the border through (410, 110), as in type 2: the points lie between the two lines.
    assert np.all(measured >= 40.0 + (reference - 250.0) * 110.0 / 300.0)
    assert np.all(measured < np.interp(reference, [250.0, 410.0, 550.0], [40.0, 110.0, 160.0]))


def test_clarke_follows_the_common_reading_where_methcomp_differs(
    pairs: tuple[np.ndarray, np.ndarray], error_grid_points: Rows
) -> None:
    ours, methcomp = clarke_zones(*pairs), column(error_grid_points, "clarke_methcomp")
    differs = ours != methcomp
    np.testing.assert_array_equal(ours, column(error_grid_points, "clarke_own"))
    reference, measured = pairs
    is_upper_c_beyond_290 = differs & (reference > 290.0) & (measured >= reference + 110.0)
    is_border_of_d = differs & ((reference == 240.0) | (measured == 180.0))
    is_border_of_e = differs & (reference == 180.0)
    assert is_upper_c_beyond_290.sum() == 91
    assert set(ours[is_upper_c_beyond_290]) == {"B"}
    assert is_border_of_d.sum() == 49
    assert set(ours[is_border_of_d]) == {"D"}
    assert is_border_of_e.sum() == 7
    assert set(ours[is_border_of_e]) == {"E"}
    assert differs.sum() == 91 + 49 + 7
