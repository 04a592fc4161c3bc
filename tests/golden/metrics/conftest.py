"""Readers of the reference files."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from glucotwin.metrics.panel import MetricsPanel, metrics_panel
from glucotwin.metrics.series import GlucoseSeries

HERE = Path(__file__).parent
SHARED = Path(__file__).parents[3] / ".." / "shared" / "reference" / "metrics"

Rows = list[dict[str, str]]


def read_rows(path: Path) -> Rows:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    return list(csv.DictReader(text.splitlines()))


def series_by_id(rows: Rows) -> dict[str, GlucoseSeries]:
    times: dict[str, list[str]] = defaultdict(list)
    values: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        if row["gl"] not in ("", "NA"):
            times[row["id"]].append(row["time"])
            values[row["id"]].append(float(row["gl"]))
    return {
        name: GlucoseSeries.from_local(np.array(times[name], dtype="datetime64[us]"), values[name]) for name in times
    }


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.exists():
        pytest.skip("iglu's example data are GPL and not in this repository; ../shared/reference/metrics is absent")
    return SHARED


@pytest.fixture(scope="session")
def hall_panels() -> dict[str, MetricsPanel]:
    series = series_by_id(read_rows(HERE / "hall_input.csv.gz"))
    return {name: metrics_panel(each) for name, each in series.items()}


@pytest.fixture(scope="session")
def hall_series() -> dict[str, GlucoseSeries]:
    return series_by_id(read_rows(HERE / "hall_input.csv.gz"))


@pytest.fixture(scope="session")
def hall_crosscheck() -> Rows:
    return read_rows(HERE / "hall_crosscheck.csv.gz")


@pytest.fixture(scope="session")
def hall_consensus() -> Rows:
    return read_rows(HERE / "hall_consensus.csv")


@pytest.fixture(scope="session")
def hall_episodes() -> Rows:
    return read_rows(HERE / "hall_episodes.csv")


@pytest.fixture(scope="session")
def error_grid_points() -> Rows:
    return read_rows(HERE / "error_grid_points.csv.gz")


@pytest.fixture(scope="session")
def event_cases() -> dict[str, GlucoseSeries]:
    return series_by_id(read_rows(HERE / "event_cases.csv.gz"))


@pytest.fixture(scope="session")
def event_answers() -> Rows:
    return read_rows(HERE / "event_cases_results.csv")


@pytest.fixture(scope="session")
def iglu_series(shared: Path) -> dict[str, GlucoseSeries]:
    return series_by_id(read_rows(shared / "input" / "iglu_example_data_5_subject.csv"))


@pytest.fixture(scope="session")
def iglu_panels(iglu_series: dict[str, GlucoseSeries]) -> dict[str, MetricsPanel]:
    return {name: metrics_panel(each) for name, each in iglu_series.items()}


@pytest.fixture(scope="session")
def iglu_crosscheck(shared: Path) -> Rows:
    return [row for row in read_rows(shared / "metrics_crosscheck_long.csv") if row["dataset"] == "iglu5"]


@pytest.fixture(scope="session")
def persistence_answers(shared: Path) -> Rows:
    return read_rows(shared / "forecast_metrics_persistence.csv")


@pytest.fixture(scope="session")
def modal_day_answers(shared: Path) -> Rows:
    return read_rows(shared / "R_iglu_agp_percentiles_iglu5.csv")


@pytest.fixture(scope="session")
def iglu_consensus(shared: Path) -> Rows:
    return read_rows(shared / "R_iglu_consensus_metrics_iglu5.csv")


@pytest.fixture(scope="session")
def retimed_glucose(shared: Path) -> dict[str, np.ndarray]:
    return dict(_read_retimed(shared))


def _read_retimed(shared: Path) -> Iterator[tuple[str, np.ndarray]]:
    for number in range(1, 6):
        rows = read_rows(shared / "input" / f"retimed5min_Subject_{number}.csv")
        yield f"Subject {number}", np.array([float(row["glucose"]) if row["glucose"] else np.nan for row in rows])
