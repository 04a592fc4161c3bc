"""From a description and sensor readings to the person of the slow body."""

from pathlib import Path

import pytest

from glucotwin.core.error import DataError
from glucotwin.ingest.format import ImportOptions
from glucotwin.workflows.regimen_person import months_person, with_readings
from made_up_patient import described


def _readings(path: Path, hours: int) -> Path:
    """Readings every five minutes: 100 mg/dL from four to seven o'clock, 190 otherwise."""
    rows = [
        f"2026-03-{1 + hour // 24:02d}T{hour % 24:02d}:{minute:02d}:00,{100 if 4 <= hour % 24 < 7 else 190}"
        for hour in range(hours)
        for minute in range(0, 60, 5)
    ]
    path.write_text("\n".join(["time,glucose_mgdl", *rows]))
    return path


def test_readings_give_mean_and_fasting_glucose_and_the_persons_own_gap(tmp_path: Path) -> None:
    options = ImportOptions(zone="Europe/Berlin")
    person = months_person(with_readings(described(hba1c_pct=8.5), _readings(tmp_path / "cgm.csv", 72), options))
    assert person.usual_fasting_mmoll == pytest.approx(100.0 / 18.0156)
    assert person.usual_mean_mmoll == pytest.approx((3 * 100 + 21 * 190) / 24 / 18.0156, rel=0.001)
    assert person.glycation_gap_pct == pytest.approx(8.5 - (178.75 + 46.7) / 28.7, abs=0.01)


def test_less_than_a_day_of_readings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="less than a day"):
        with_readings(described(), _readings(tmp_path / "cgm.csv", 5), ImportOptions(zone="Europe/Berlin"))


def test_facts_of_a_description_reach_cautions_and_guidelines() -> None:
    person = months_person(
        described(history_mi=True, history_pancreatitis=True, ast_u_l=90, alt_u_l=60, platelets_1e9_l=150)
    )
    assert {"atherosclerosis", "pancreatitis", "fibrosis_risk", "no_statin", "no_insulin"} <= person.facts


def test_type_1_and_an_unmeasured_kidney_are_refused() -> None:
    for changes in ({"diabetes_type": "type1"}, {"egfr": None}, {"hba1c_pct": 5.5}):
        with pytest.raises(DataError):
            months_person(described(**changes))
