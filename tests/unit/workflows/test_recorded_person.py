"""A person's own record as the description that the published equations ask for."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from glucotwin.core.error import DataError
from glucotwin.domain.archive import save_timeline
from glucotwin.domain.insulin import PenDose
from glucotwin.domain.observation import LabResult, MedicationDose
from glucotwin.domain.person import DiabetesType, Person, Sex, WeightEntry
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline
from glucotwin.prognosis.answer import Question
from glucotwin.prognosis.person import CardiorenalDrug
from glucotwin.workflows.complications import complications_of
from glucotwin.workflows.recorded_glycation import recorded_glycation
from glucotwin.workflows.recorded_person import Origin, recorded_person
from glucotwin.workflows.regimen import compare_regimens

END = datetime(2026, 10, 1, tzinfo=UTC)
PERSON = Person(
    person_id="made-up",
    zone="Europe/Berlin",
    birth_year=1965,
    sex=Sex.FEMALE,
    height_cm=165.0,
    weights=(WeightEntry(day=date(2026, 9, 1), weight_kg=88.0),),
    diabetes_type=DiabetesType.TYPE_2,
    diagnosis_year=2018,
)
TOLD = {"smoker": False, "region": "moderate"}


def _lab(analyte: str, value: float, unit: str, *, days_ago: int = 20) -> LabResult:
    return LabResult(time=END - timedelta(days=days_ago), analyte=analyte, value=value, unit=unit)


LABS = (
    _lab("HbA1c", 64.0, "mmol/mol"),
    _lab("2093-3", 190.0, "mg/dL"),
    _lab("HDL cholesterol", 1.2, "mmol/L"),
    _lab("LDL cholesterol", 2.9, "mmol/L", days_ago=500),
    _lab("Creatinine", 80.0, "umol/L"),
    _lab("Albumin/creatinine ratio", 3.0, "mg/mmol"),
    _lab("Systolic blood pressure", 141.0, "mm[Hg]"),
)


def _timeline(*records: Record, person: Person = PERSON, cgm_days: int = 20, mean_mgdl: float = 190.0) -> Timeline:
    minutes = np.arange(0, cgm_days * 1440, 15)
    times = [END - timedelta(minutes=float(minute)) for minute in minutes[::-1]]
    early = np.array([3 <= time.astimezone(PERSON.zone_info).hour < 8 for time in times])
    frame = pl.DataFrame({"time": times, "glucose_mgdl": np.where(early, 150.0, mean_mgdl)})
    line = Timeline.from_records(person, records)
    return Timeline(person=person, streams={**line.streams, "glucose": _as_cgm(frame)})


def _as_cgm(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(source=pl.lit(""), kind=pl.lit("cgm"), censoring=pl.lit("none"))


def test_every_key_comes_from_its_place_in_the_record_in_the_units_of_the_equations() -> None:
    doses = [MedicationDose(time=END - timedelta(days=2), medication="Empagliflozin", dose_mg=10.0)]
    doses += [MedicationDose(time=END - timedelta(days=3), medication="atorvastatin", dose_mg=20.0)]
    doses += [MedicationDose(time=END - timedelta(days=200), medication="ramipril", dose_mg=5.0)]
    pens = [PenDose(time=END - timedelta(days=day), insulin_u=20.0, product="glargine-u100") for day in range(1, 13)]
    found = recorded_person(_timeline(*LABS, *doses, *pens), TOLD)
    person = found.described
    assert (person.age, person.sex, person.duration_y, person.bmi) == (61, "female", 8, 32.3)
    assert person.hba1c_pct == pytest.approx(0.09148 * 64 + 2.152, abs=0.005)
    assert person.total_cholesterol_mmoll == pytest.approx(4.914, abs=0.002)
    assert person.acr_mg_g == pytest.approx(26.52, abs=0.01)
    assert person.sbp_mmhg == 141.0
    assert 70 < (person.egfr or 0.0) < 80, "by CKD-EPI from creatinine"
    assert person.drugs == (CardiorenalDrug.SGLT2_INHIBITOR,)
    assert person.oral_diabetes_drug
    assert person.statin
    assert not person.blood_pressure_treated, "half a year ago is not now"
    assert person.basal_insulin_u_per_d == pytest.approx(20.0, rel=0.01)
    assert person.mean_glucose_mgdl == pytest.approx((5 * 150 + 19 * 190) / 24, abs=1.0)
    assert person.fasting_glucose_mmoll == pytest.approx(150.0 / 18.0156, abs=0.01)
    assert {one.key: one.origin for one in found.facts}["smoker"] is Origin.TOLD
    assert any("ldl_mmoll" in caution for caution in found.cautions), "an old value is told"


def test_what_the_record_does_not_say_is_named_with_what_to_add() -> None:
    with pytest.raises(DataError, match="smoker, region") as told:
        recorded_person(_timeline(*LABS))
    assert "region: low" in told.value.hint
    bare = Person(person_id="bare", diabetes_type=DiabetesType.TYPE_2)
    with pytest.raises(DataError, match="age, sex, diabetes_duration_y"):
        recorded_person(_timeline(person=bare), TOLD)


def test_what_nobody_measured_is_absent_and_a_sensor_stands_in_for_hba1c_alone() -> None:
    found = recorded_person(_timeline(), TOLD)
    assert set(found.absent) >= {"sbp_mmhg", "egfr", "acr_mg_g", "ldl_mmoll"}
    assert "hba1c_pct" not in found.absent
    assert found.described.hba1c_pct == pytest.approx((181.7 + 46.7) / 28.7, abs=0.1)
    assert found.described.mean_glucose_mgdl is None, "a gap to itself would be nothing"
    assert found.cautions


def test_a_sensor_far_from_the_hba1c_makes_no_glycation_gap() -> None:
    beside = recorded_person(_timeline(_lab("HbA1c", 8.0, "%")), TOLD)
    far = recorded_person(_timeline(_lab("HbA1c", 8.0, "%", days_ago=200)), TOLD)
    assert beside.described.mean_glucose_mgdl is not None
    assert far.described.mean_glucose_mgdl is None


def test_told_facts_stand_above_the_record_and_contradictions_are_named() -> None:
    assert recorded_person(_timeline(*LABS), TOLD | {"sbp_mmhg": 128}).described.sbp_mmhg == 128
    with pytest.raises(DataError, match="hdl_mmoll is not below"):
        recorded_person(_timeline(*LABS), TOLD | {"hdl_mmoll": 4.95})


def test_regimens_and_complications_take_a_timelines_folder(tmp_path: Path) -> None:
    folder, facts = tmp_path / "timeline", tmp_path / "facts.yaml"
    save_timeline(_timeline(*LABS), folder)
    facts.write_text("smoker: false\nregion: moderate\n")
    comparison = compare_regimens(folder, ["empagliflozin:10"], facts=facts)
    unchanged, treated = comparison.candidates
    assert treated.end.hba1c_pct < unchanged.end.hba1c_pct
    question = Question(years=5, samples=0)
    answer = complications_of(folder, question, regimens=["empagliflozin:10+atorvastatin:40"], facts=facts)
    assert answer.recorded is not None
    treated_answer = answer.on_regimens["empagliflozin:10+atorvastatin:40"]
    before, after = (one.scores["score2_diabetes"].outcomes[0].risks["risk_10y"] for one in (answer, treated_answer))
    assert isinstance(before, float)
    assert isinstance(after, float)
    assert after < before
    assert treated_answer.person.drugs == (CardiorenalDrug.SGLT2_INHIBITOR,)


def test_facts_beside_a_described_person_are_refused(tmp_path: Path) -> None:
    (tmp_path / "person.json").write_text("{}")
    with pytest.raises(DataError, match="folder only"):
        complications_of(tmp_path / "person.json", facts=tmp_path / "facts.yaml")


def test_an_hba1c_with_sensor_days_beside_gives_the_own_glycation_ratio_and_anaemia_its_doubt() -> None:
    found = recorded_glycation(_timeline(*LABS))
    assert found is not None
    expected = (0.09148 * 64 + 2.152) / ((181.7 + 46.7) / 28.7)
    assert 1.0 < found.median < expected
    assert found.reliable
    anaemic = recorded_glycation(_timeline(*LABS, _lab("Haemoglobin", 105.0, "g/L")))
    assert anaemic is not None
    assert anaemic.doubts == ("anaemia",)
    assert recorded_glycation(_timeline(_lab("HbA1c", 8.0, "%", days_ago=200))) is None
