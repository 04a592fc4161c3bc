"""Issued forecasts: kept as they were, and scored when the readings are in."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from glucotwin.core.error import DataError, NotFoundError
from glucotwin.domain.glucose import Censoring, GlucoseReading
from glucotwin.domain.person import Person
from glucotwin.domain.timeline import Timeline
from glucotwin.forecast.forecast import Forecast, forecast_of
from glucotwin.forecast.ledger.ledger import LEDGER_FILE, issue_forecasts, read_ledger
from glucotwin.forecast.ledger.score import score_ledger
from glucotwin.twin.twin import Twin
from made_up_person import made_up_timeline, made_up_twin

ORIGIN = datetime(2024, 3, 5, 8, tzinfo=UTC)
T_MIN = np.arange(5.0, 65.0, 5.0)


@pytest.fixture(scope="module")
def twin() -> Twin:
    return made_up_twin(made_up_timeline())


def forecast(origin: datetime = ORIGIN, level_mgdl: float = 120.0) -> Forecast:
    paths = level_mgdl + np.linspace(-20.0, 20.0, 100)[:, None] + np.zeros(T_MIN.size)
    return forecast_of(
        paths,
        origin=origin,
        t_min=T_MIN,
        levels=(0.5, 0.9),
        future_inputs="as usual",
        last_reading_age_min=0.0,
        method="twin",
    )


def readings(twin: Twin, values: dict[float, float], **more: object) -> Timeline:
    person = Person(person_id=twin.person.person_id)
    records = [
        GlucoseReading(time=ORIGIN + timedelta(minutes=minute), glucose_mgdl=value, **more)  # pyright: ignore[reportArgumentType]
        for minute, value in values.items()
    ]
    return Timeline.from_records(person, records)


def test_a_forecast_comes_back_as_it_was_issued(tmp_path: Path, twin: Twin) -> None:
    (issued,) = issue_forecasts(tmp_path / "ledger", twin, [forecast()], at=ORIGIN)
    (read,) = read_ledger(tmp_path / "ledger")
    assert read.forecast.to_json() == issued.forecast.to_json() == forecast().to_json()
    assert (read.person_id, read.twin_hash, read.late) == (twin.person.person_id, twin.content_hash(), False)


def test_forecasts_of_others_are_left_out(tmp_path: Path, twin: Twin) -> None:
    issue_forecasts(tmp_path / "ledger", twin, [forecast()], at=ORIGIN)
    assert read_ledger(tmp_path / "ledger", person_id="somebody-else") == ()


def test_a_ledger_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        read_ledger(tmp_path)


def test_a_forecast_that_was_made_better_afterwards_is_noticed(tmp_path: Path, twin: Twin) -> None:
    issue_forecasts(tmp_path / "ledger", twin, [forecast()], at=ORIGIN)
    path = tmp_path / "ledger" / LEDGER_FILE
    path.write_text(path.read_text().replace("120.0", "121.0"))
    with pytest.raises(DataError):
        read_ledger(tmp_path / "ledger")


def test_scores_are_those_of_the_readings_that_came(tmp_path: Path, twin: Twin) -> None:
    folder = tmp_path / "ledger"
    later = ORIGIN + timedelta(minutes=30)
    issue_forecasts(folder, twin, [forecast(), forecast(later, 100.0)], at=later)
    timeline = readings(twin, {0.0: 100.0, 29.0: 130.0, 60.5: 90.0})
    thirty, sixty = score_ledger(read_ledger(folder), timeline, horizons=(30, 60))
    assert (thirty.issued, thirty.scored, thirty.pending) == (2, 2, 0)
    assert thirty.accuracy is not None
    assert thirty.accuracy.rmse_mgdl == pytest.approx(10.0)
    assert thirty.accuracy.bias_mgdl == pytest.approx(0.0)
    assert thirty.accuracy.rmse_persistence_mgdl == pytest.approx(np.sqrt((30.0**2 + 40.0**2) / 2))
    assert thirty.accuracy.coverage_pct == {"50": 100.0, "90": 100.0}
    assert (sixty.issued, sixty.scored, sixty.pending) == (2, 1, 1)
    assert (thirty.hours, sixty.hours) == (len({ORIGIN.hour, later.hour}), 1)


def test_a_forecast_issued_again_counts_once(tmp_path: Path, twin: Twin) -> None:
    issue_forecasts(tmp_path / "ledger", twin, [forecast(), forecast(level_mgdl=300.0)], at=ORIGIN)
    (score,) = score_ledger(read_ledger(tmp_path / "ledger"), readings(twin, {30.0: 120.0}), horizons=(30,))
    assert score.issued == 1
    assert score.accuracy is not None
    assert score.accuracy.rmse_mgdl == pytest.approx(0.0)


def test_what_is_not_measured_is_not_scored(tmp_path: Path, twin: Twin) -> None:
    issue_forecasts(tmp_path / "ledger", twin, [forecast()], at=ORIGIN)
    bound = readings(twin, {30.0: 40.0}, censoring=Censoring.LOW)
    (score,) = score_ledger(read_ledger(tmp_path / "ledger"), bound, horizons=(30,))
    assert (score.scored, score.accuracy) == (0, None)


def test_forecasts_made_afterwards_are_counted_apart(tmp_path: Path, twin: Twin) -> None:
    issue_forecasts(tmp_path / "ledger", twin, [forecast()], at=ORIGIN + timedelta(hours=2))
    (score,) = score_ledger(read_ledger(tmp_path / "ledger"), readings(twin, {30.0: 120.0}), horizons=(30,))
    assert score.late == 1
