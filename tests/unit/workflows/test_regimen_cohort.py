"""Regimens on the type 2 population."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from glucotwin.core.error import DataError
from glucotwin.core.provenance import make_manifest
from glucotwin.physiology.cohort_file import SCHEMA, save_cohort
from glucotwin.physiology.registry import body_entry
from glucotwin.workflows.regimen_cohort import months_person_of, run_regimen_cohort, write_regimen_cohort
from type2_cohort import PEOPLE, type2_subjects, write_type2_cohort

ALL = ("metformin:2000", "semaglutide:1")


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_type2_cohort(tmp_path_factory.mktemp("cohort") / "type2.parquet")


def test_people_of_the_population_start_where_they_are() -> None:
    subject = type2_subjects()[0]
    person = months_person_of(subject)
    assert person.hba1c_pct == subject.values["hba1c_pct"]
    assert person.glycation_gap_pct == pytest.approx(subject.values["glycation_gap_pct"])
    assert person.usual_fasting_mmoll < person.usual_mean_mmoll


def test_everybody_takes_every_candidate_and_stays_themselves(cohort: Path) -> None:
    answer = run_regimen_cohort(cohort, ALL, months=3)
    unchanged, metformin, semaglutide = answer.arms
    assert answer.people == unchanged.people.height == semaglutide.people.height > PEOPLE / 2
    assert unchanged.people["person"].equals(metformin.people["person"])
    assert unchanged.people["hba1c_start_pct"].equals(metformin.people["hba1c_start_pct"])
    assert semaglutide.hba1c_change_pct.mean < metformin.hba1c_change_pct.mean < unchanged.hba1c_change_pct.mean
    assert semaglutide.weight_change_kg.mean < -1.0
    assert semaglutide.below_target_pct > unchanged.below_target_pct
    assert metformin.beyond_unchanged_pct.mean == pytest.approx(
        metformin.hba1c_change_pct.mean - unchanged.hba1c_change_pct.mean
    )
    assert semaglutide.hba1c_change_pct.sd > 0.2
    assert np.all(np.diff(semaglutide.course_pct, axis=1) >= 0.0)


def test_a_person_answers_alike_whoever_else_takes_part(cohort: Path) -> None:
    every = run_regimen_cohort(cohort, ALL[:1], months=2).arms[1].people
    some = run_regimen_cohort(cohort, ALL[:1], months=2, hba1c_pct=(7.5, 9.0)).arms[1].people
    assert 0 < some.height < every.height
    both = some.join(every, on="person")
    assert np.allclose(both["hba1c_end_pct"], both["hba1c_end_pct_right"])


def test_draws_tell_how_sure_the_mean_is_and_who_is_left_out_is_told(cohort: Path) -> None:
    answer = run_regimen_cohort(cohort, ALL[:1], months=2, hba1c_pct=(7.5, 9.0), draws=10)
    arm = answer.arms[1]
    assert arm.mean_change_band_pct is not None
    low, high = arm.mean_change_band_pct
    assert low < high < 0.0
    assert high - low < arm.hba1c_change_pct.high - arm.hba1c_change_pct.low
    assert sum(answer.left_out.values()) + answer.people == PEOPLE


def test_another_seed_answers_otherwise_and_the_same_alike(cohort: Path) -> None:
    first, again, other = (
        run_regimen_cohort(cohort, ALL[:1], months=1, seed=seed).arms[1].people["hba1c_end_pct"] for seed in (1, 1, 2)
    )
    assert first.equals(again)
    assert not first.equals(other)


def test_cohorts_of_other_bodies_and_nobody_in_range_are_refused(cohort: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"HbA1c of 11\.9 to 12"):
        run_regimen_cohort(cohort, ALL, hba1c_pct=(11.9, 12.0))
    other = tmp_path / "type1.parquet"
    subjects = body_entry("padova-t1d").subjects()[:2]
    save_cohort(subjects, other, body="padova-t1d", manifest=make_manifest(SCHEMA, seed=3))
    with pytest.raises(DataError, match="padova-t1d"):
        run_regimen_cohort(other, ALL)


def test_people_are_written_one_row_for_each_candidate(cohort: Path, tmp_path: Path) -> None:
    answer = run_regimen_cohort(cohort, ALL[:1], months=1)
    for name, read in (("people.csv", pl.read_csv), ("people.parquet", pl.read_parquet)):
        write_regimen_cohort(answer, tmp_path / name)
        assert read(tmp_path / name).height == 2 * answer.people
