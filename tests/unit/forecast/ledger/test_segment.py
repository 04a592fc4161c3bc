"""Sealed parts of a ledger: small, exactly what was issued, and guarded by the chain of hashes."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glucotwin.core.error import DataError
from glucotwin.core.journal import append_entries, read_journal
from glucotwin.forecast.forecast import Forecast, forecast_of
from glucotwin.forecast.ledger import ledger
from glucotwin.forecast.ledger.curve_code import decode_curves, encode_curves
from glucotwin.forecast.ledger.ledger import LEDGER_FILE, check_ledger, issue_forecasts, read_ledger
from glucotwin.forecast.ledger.segment import SEALED, read_segment
from glucotwin.forecast.trajectory import PATH_LEVELS, disturbance_template, join_marginals
from glucotwin.twin.twin import Twin
from made_up_person import made_up_timeline, made_up_twin

ORIGIN = datetime(2024, 3, 5, 8, tzinfo=UTC)
T_MIN = np.arange(5.0, 245.0, 5.0)


@pytest.fixture(scope="module")
def twin() -> Twin:
    return made_up_twin(made_up_timeline())


def forecast(number: int = 0) -> Forecast:
    """A fan that opens about a level of its own."""
    spread = np.log(PATH_LEVELS / (1.0 - PATH_LEVELS))[:, None] * 0.8 * np.sqrt(T_MIN)
    quantiles = np.clip(120.0 + 7.3 * number + 0.02 * T_MIN + spread, 0.0, 600.0)
    return forecast_of(
        join_marginals(quantiles, disturbance_template(T_MIN.size, flux_time_min=40.0)),
        origin=ORIGIN + timedelta(minutes=5 * number),
        t_min=T_MIN,
        levels=(0.5, 0.9),
        future_inputs="as usual",
        last_reading_age_min=0.0,
        method="twin",
    )


def filled(folder: Path, twin: Twin, monkeypatch: pytest.MonkeyPatch, *, count: int = 10) -> Path:
    """A ledger of so many forecasts, issued one by one, sealed four entries at a time."""
    monkeypatch.setattr(ledger, "SEAL_ENTRIES", 4)
    for number in range(count):
        issue_forecasts(folder, twin, [forecast(number)], at=ORIGIN + timedelta(minutes=5 * number))
    return folder


def test_sealed_forecasts_come_back_as_they_were_issued(
    tmp_path: Path, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = filled(tmp_path / "ledger", twin, monkeypatch)
    assert len(list(folder.glob("segment-*.parquet"))) == 3
    issued = read_ledger(folder)
    assert [one.forecast.to_json() for one in issued] == [forecast(number).to_json() for number in range(10)]
    assert [one.forecast.origin for one in issued] == [one.issued_at for one in issued]
    # Every seal is an entry of its own.
    assert check_ledger(folder) == 13
    assert [one.sequence for one in issued] == [0, 1, 2, 3, 5, 6, 7, 9, 10, 11]


def test_the_whole_chain_is_the_one_of_a_journal_that_was_never_sealed(
    tmp_path: Path, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = filled(tmp_path / "sealed", twin, monkeypatch, count=4)
    (seal,) = read_journal(sealed / LEDGER_FILE, sealed=SEALED)
    plain = [(one.kind, one.content) for one in read_segment(sealed, seal.content)]
    for number, entry in enumerate(plain):
        append_entries(tmp_path / "plain.jsonl", [entry], at=ORIGIN + timedelta(minutes=5 * number))
    assert read_journal(tmp_path / "plain.jsonl")[-1].sha256() == seal.previous


def test_a_ledger_of_lines_alone_is_still_read_and_goes_on(
    tmp_path: Path, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = {"person_id": twin.person.person_id, "twin_version": "1", "twin_hash": "x"}
    lines = [("forecast", shared | {"forecast": forecast(number).to_json()}) for number in range(6)]
    append_entries(tmp_path / LEDGER_FILE, lines, at=ORIGIN)
    assert len(read_ledger(tmp_path)) == 6
    filled(tmp_path, twin, monkeypatch, count=1)
    assert [one.forecast.to_json() for one in read_ledger(tmp_path)][:6] == [entry["forecast"] for _, entry in lines]
    assert check_ledger(tmp_path) == 8


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_changed_or_missing_segment_is_noticed(
    tmp_path: Path, twin: Twin, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    folder = filled(tmp_path / "ledger", twin, monkeypatch)
    path = sorted(folder.glob("segment-*.parquet"))[number]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError):
        read_ledger(folder)
    path.unlink()
    with pytest.raises(DataError):
        check_ledger(folder)


def test_a_seal_that_names_another_segment_is_noticed(
    tmp_path: Path, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = filled(tmp_path / "ledger", twin, monkeypatch)
    path = folder / LEDGER_FILE
    path.write_text(path.read_text().replace('"entries":4', '"entries":5'))
    with pytest.raises(DataError):
        read_ledger(folder)


def test_a_segment_is_a_small_part_of_the_lines(tmp_path: Path, twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = filled(tmp_path / "ledger", twin, monkeypatch, count=4)
    (segment,) = folder.glob("segment-*.parquet")
    lines = sum(len(json.dumps(forecast(number).to_json())) for number in range(4))
    assert segment.stat().st_size < lines / 4


values = st.floats(min_value=0.0, max_value=600.0).map(lambda value: round(value, 1))


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_any_rounded_curves_come_back_exactly(data: st.DataObject) -> None:
    points, paths = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 5))
    curve = st.lists(values, min_size=points, max_size=points)
    share = st.lists(st.floats(0.0, 1.0).map(lambda one: round(one, 4)), min_size=points, max_size=points)
    document = {
        "t_min": [5.0 * (one + 1) for one in range(points)],
        "median_mgdl": data.draw(curve),
        "bands": [{"level": 0.9, "low_mgdl": data.draw(curve), "high_mgdl": data.draw(curve)}],
        "probability_below_70": data.draw(share),
        "probability_below_54": data.draw(share),
        "trajectories_mgdl": [data.draw(curve) for _ in range(paths)],
        "method": "twin",
    }
    found = encode_curves(document)
    assert found is not None
    assert decode_curves(*found) == document


def test_what_cannot_be_kept_exactly_is_left_as_it_is() -> None:
    document = forecast().to_json()
    assert encode_curves(document | {"median_mgdl": [120.123456] * T_MIN.size}) is None
    assert encode_curves({"anything": 1}) is None
