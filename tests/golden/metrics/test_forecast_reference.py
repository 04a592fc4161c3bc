"""The persistence forecast of five people, as an independent program scored it."""

import numpy as np
import pytest

from glucotwin.metrics.forecast_score import PointScore, score_by_range, score_delay, score_points

Rows = list[dict[str, str]]
INTERVAL_MIN = 5


def persistence_pairs(glucose_mgdl: np.ndarray, horizon_min: int) -> tuple[np.ndarray, np.ndarray]:
    steps = horizon_min // INTERVAL_MIN
    reference, forecast = glucose_mgdl[steps:], glucose_mgdl[:-steps]
    known = ~np.isnan(reference) & ~np.isnan(forecast)
    return reference[known], forecast[known]


def horizon_of(row: dict[str, str]) -> int:
    return int(row["forecast"].removeprefix("persistence_").removesuffix("min"))


def as_table_row(score: PointScore) -> dict[str, float]:
    return {
        "n_pairs": score.pair_count,
        "RMSE": score.rmse_mgdl,
        "MAE": score.mae_mgdl,
        "MARD_pct": score.mard_pct,
        "bias": score.bias_mgdl,
        "dtsA": score.dts.a_pct,
        "dtsB": score.dts.b_pct,
        "dtsC": score.dts.c_pct,
        "dtsD": score.dts.d_pct,
        "dtsE": score.dts.e_pct,
    }


def test_persistence_table_is_reproduced(persistence_answers: Rows, retimed_glucose: dict[str, np.ndarray]) -> None:
    assert len(persistence_answers) == 10
    for row in persistence_answers:
        score = score_points(*persistence_pairs(retimed_glucose[row["id"]], horizon_of(row)))
        for name, value in as_table_row(score).items():
            assert value == pytest.approx(float(row[name]), rel=2e-9), (row["id"], name)


def test_pairs_below_70_are_counted_as_in_the_table(
    persistence_answers: Rows, retimed_glucose: dict[str, np.ndarray]
) -> None:
    for row in persistence_answers:
        scores = score_by_range(*persistence_pairs(retimed_glucose[row["id"]], horizon_of(row)))
        below = 0 if scores.below_70 is None else scores.below_70.pair_count
        assert below == int(row["n_ref_lt70"])


@pytest.mark.parametrize("horizon_min", [30, 60])
def test_persistence_gains_no_time_for_anyone(horizon_min: int, retimed_glucose: dict[str, np.ndarray]) -> None:
    for glucose_mgdl in retimed_glucose.values():
        forecast = np.full(glucose_mgdl.size, np.nan)
        forecast[horizon_min // INTERVAL_MIN :] = glucose_mgdl[: -horizon_min // INTERVAL_MIN]
        delay = score_delay(glucose_mgdl, forecast, interval_min=INTERVAL_MIN, horizon_min=horizon_min)
        assert (delay.delay_min, delay.gain_min) == (horizon_min, 0)
