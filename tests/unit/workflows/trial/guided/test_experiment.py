"""The trial of guided choice keeps the contract of experiments; arms differ only in how they decide."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import glucotwin.workflows.trial as trial_package
from glucotwin.advise.regimen.option import HARD
from glucotwin.advise.regimen.spell import Spell, Visit, as_treatments
from glucotwin.months.caution import cautions_of
from glucotwin.months.person import MonthsPerson
from glucotwin.trial.design import Design, read_design
from glucotwin.trial.experiment import Unit, checked_outcomes, checked_people
from glucotwin.workflows.trial.guided.experiment import GuidedT2d
from glucotwin.workflows.trial.guided.option import GuidedArm, GuidedPopulation
from glucotwin.workflows.trial.guided.policy import POLICIES, Record, changes_between

EXPERIMENT = GuidedT2d()
METFORMIN = Spell(medicine="metformin", dose=2000.0)


@pytest.fixture(scope="module")
def design() -> Design:
    return read_design(Path(trial_package.__file__).parent / "design" / "guided-t2d.yaml")


@pytest.fixture(scope="module")
def people(design: Design) -> pl.DataFrame:
    frame = checked_people(EXPERIMENT.recruit(design, range(12)), range(12), experiment="guided-t2d")
    return frame.filter(pl.col("eligible")).head(1)


def record_of(hba1c_pct: float, *, egfr: float = 90.0, facts: frozenset[str] = frozenset()) -> Record:
    person = MonthsPerson(
        age_y=60, female=True, weight_kg=90, height_m=1.65, hba1c_pct=hba1c_pct, egfr=egfr, facts=facts
    )
    visit = Visit(day=0, hba1c_pct=hba1c_pct, fasting_mmoll=9.0, weight_kg=90.0)
    return Record(number=3, person=person, spells=(METFORMIN,), visits=(visit,), today=0)


@pytest.mark.parametrize("arm", ["usual", "rule", "sham", "guided"])
def test_an_arm_keeps_the_contract(design: Design, people: pl.DataFrame, arm: str) -> None:
    unit = Unit(arm=arm, people=tuple(people["person"].to_list()))
    rows = EXPERIMENT.live(design, unit, people)
    checked = checked_outcomes(rows, design, unit, experiment="guided-t2d")
    assert set(checked["endpoint"].unique()) == {one.name for one in design.endpoints}
    assert set(checked["visit"].unique()) == set(design.period.visits)


@pytest.mark.parametrize("policy", ["usual", "rule", "strongest", "random", "twin"])
def test_no_policy_prescribes_what_is_contraindicated_or_beyond_the_label(policy: str) -> None:
    arm, population = GuidedArm(policy=policy, inertia="none"), GuidedPopulation()  # pyright: ignore[reportArgumentType]
    record = record_of(9.2, egfr=46.0, facts=frozenset({"heart_failure", "no_insulin"}))
    plan = POLICIES[policy](population, arm, seed=1).plan(record, visit=0)
    cautions = cautions_of(record.now, as_treatments(plan))
    assert "pioglitazone" not in {one.medicine for one in plan}
    assert not any(one.action in HARD for one in cautions)
    assert changes_between(record.taken, plan) >= 1


@pytest.mark.parametrize("policy", ["usual", "rule", "strongest", "random", "twin"])
def test_at_the_target_nothing_is_changed(policy: str) -> None:
    record = replace(record_of(5.9), number=5)
    arm, population = GuidedArm(policy=policy, inertia="none"), GuidedPopulation()  # pyright: ignore[reportArgumentType]
    plan = POLICIES[policy](population, arm, seed=1).plan(record, visit=0)
    assert changes_between(record.taken, plan) == 0


def test_every_variant_is_possible(design: Design) -> None:
    for variant in design.variants:
        EXPERIMENT.check(design.of_variant(variant.name))


def test_the_strongest_medicine_is_semaglutide_for_everybody_but_those_it_harms() -> None:
    arm, population = GuidedArm(policy="strongest"), GuidedPopulation()
    policy = POLICIES["strongest"](population, arm, seed=1)
    begun = [one.medicine for one in policy.plan(record_of(7.8), visit=0)]
    assert begun == ["metformin", "semaglutide"]
    refused = replace(record_of(7.8), intolerant=frozenset({"semaglutide"}))
    assert [one.medicine for one in policy.plan(refused, visit=0)] == ["metformin", "glimepiride"]


def test_the_line_against_the_strongest_medicine_differs_from_the_trial_in_one_arm_alone(design: Design) -> None:
    other = read_design(Path(trial_package.__file__).parent / "design" / "guided-t2d-strongest.yaml")
    EXPERIMENT.check(other)
    pairs = zip(design.arms, other.arms, strict=True)
    assert [mine.name for mine, its in pairs if mine != its] == ["rule"]
    for same in ("seed", "people", "batch_people", "population", "period", "endpoints", "randomisation", "dropout"):
        assert getattr(design, same) == getattr(other, same)
