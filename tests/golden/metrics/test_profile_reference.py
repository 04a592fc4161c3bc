"""Modal day and consensus panel of iglu's five people."""

import numpy as np
import pytest

from glucotwin.metrics.episode import find_episodes
from glucotwin.metrics.grid import build_grid
from glucotwin.metrics.panel import MetricsPanel
from glucotwin.metrics.series import GlucoseSeries

Rows = list[dict[str, str]]


def test_every_clock_bin_has_the_percentiles_of_iglu(
    modal_day_answers: Rows, iglu_panels: dict[str, MetricsPanel]
) -> None:
    for name, panel in iglu_panels.items():
        rows = [row for row in modal_day_answers if row["id"] == name]
        # iglu calls midnight minute 1440, the end of the day; here it is minute 0.
        order = np.argsort([int(row["minute"]) % 1440 for row in rows])
        expected = [[float(rows[index][f"p{level}"]) for index in order] for level in ("05", "25", "50", "75", "95")]
        np.testing.assert_array_equal(panel.modal_day.start_min, sorted(int(row["minute"]) % 1440 for row in rows))
        np.testing.assert_array_equal(panel.modal_day.count, [int(rows[index]["n"]) for index in order])
        np.testing.assert_allclose(panel.modal_day.glucose_mgdl, expected, rtol=1e-9)


def test_two_hours_above_250_are_iglus_extended_hyperglycaemia(
    iglu_consensus: Rows, iglu_series: dict[str, GlucoseSeries]
) -> None:
    for row in iglu_consensus:
        found = find_episodes(build_grid(iglu_series[row["id"]]), above_mgdl=250.0, start_min=120.0)
        assert found.count == int(row["total_extended_hyper_episodes"])


def test_active_time_of_iglus_people_equals_the_consensus_panel(
    iglu_consensus: Rows, iglu_panels: dict[str, MetricsPanel]
) -> None:
    for row in iglu_consensus:
        sufficiency = iglu_panels[row["id"]].sufficiency
        assert sufficiency.active_pct == pytest.approx(float(row["active_percent"]), rel=1e-9)
        assert sufficiency.day_count == pytest.approx(float(row["ndays"]), abs=0.06)
