from pathlib import Path

import polars as pl
import pytest

from glucotwin.core.error import ConflictError, DataError
from glucotwin.trial.design import Design
from glucotwin.trial.executor import LocalExecutor
from glucotwin.trial.part import PeriodKind, Quick
from glucotwin.workflows.trial.design_file import find_design
from glucotwin.workflows.trial.folder import design_of_run
from glucotwin.workflows.trial.result import analyse_trial
from glucotwin.workflows.trial.run import executor_named, run_trial

DESIGN = find_design("known-effect")
QUICK = DESIGN.made_quick()


def of_kind(kind: PeriodKind) -> Design:
    period = QUICK.period.model_copy(update={"kind": kind})
    return QUICK.model_copy(update={"period": period, "variants": (), "quick": Quick()})


def outcomes(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(folder / "outcomes.parquet")


def test_a_run_keeps_its_design_and_its_people(tmp_path: Path):
    run = run_trial(QUICK, tmp_path / "run")
    assert design_of_run(tmp_path / "run").sha256 == QUICK.sha256
    assert run.variants[0].people.height == QUICK.people
    assert set(outcomes(tmp_path / "run")["variant"]) == {"main", "no-effect"}
    people = pl.read_parquet(tmp_path / "run" / "people.parquet").filter(pl.col("variant") == "main")
    assert people.filter(pl.col("eligible")).height == QUICK.people
    assert people.filter(pl.col("arm").is_null())["eligible"].any() is False


def test_an_interrupted_run_goes_on_to_the_same_end(tmp_path: Path):
    whole = run_trial(QUICK, tmp_path / "whole")
    run_trial(QUICK, tmp_path / "cut")
    answers = sorted((tmp_path / "cut" / "unit").iterdir())
    for file in answers[::2]:
        file.unlink()
    again = run_trial(QUICK, tmp_path / "cut")
    assert again.folder.resumed == len(answers) - len(answers[::2])
    assert whole.folder.resumed == 0
    assert outcomes(tmp_path / "cut").equals(outcomes(tmp_path / "whole"))


def test_another_design_into_the_same_folder_is_refused(tmp_path: Path):
    run_trial(QUICK, tmp_path / "run")
    with pytest.raises(ConflictError, match="another trial"):
        run_trial(QUICK.model_copy(update={"seed": 1}), tmp_path / "run")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("Dear diary")
    with pytest.raises(ConflictError, match="no trial's"):
        run_trial(QUICK, tmp_path / "other")


def test_too_few_eligible_people_are_told(tmp_path: Path):
    design = QUICK.model_copy(update={"population": {"lowest_hba1c_pct": 12.0}, "screened_at_most": 100})
    with pytest.raises(DataError, match="Of 100 virtual people only 0 are eligible"):
        run_trial(design, tmp_path / "run")


def test_arms_of_a_parallel_trial_have_nobody_in_common(tmp_path: Path):
    people = run_trial(QUICK, tmp_path / "run").main.outcomes.select("person", "arm").unique()
    assert people["person"].is_unique().all()


@pytest.mark.parametrize("kind", [PeriodKind.CROSSOVER, PeriodKind.PAIRED])
def test_everybody_lives_through_all_arms_of_a_crossover_or_a_pairing(kind: PeriodKind, tmp_path: Path):
    main = run_trial(of_kind(kind), tmp_path / "run").main
    met = main.outcomes.group_by("person").agg(pl.col("arm").n_unique(), pl.col("period").n_unique())
    assert (met["arm"] == 3).all()
    assert (met["period"] == (3 if kind is PeriodKind.CROSSOVER else 1)).all()


def test_a_paired_trial_shares_the_chance_of_a_person(tmp_path: Path):
    design = of_kind(PeriodKind.PAIRED)
    result = analyse_trial(run_trial(design, tmp_path / "run"))
    sham = next(one for one in result.estimates if one.arm == "sham")
    assert sham.compared.difference.estimate == 0.0
    guided = next(one for one in result.estimates if one.arm == "guided")
    assert guided.compared.difference.estimate == pytest.approx(-0.4 * 0.9, abs=0.05)


def test_results_stand_in_the_folder(tmp_path: Path):
    result = analyse_trial(run_trial(QUICK, tmp_path / "run"))
    table = pl.read_csv(tmp_path / "run" / "estimates.csv")
    assert set(table["variant"]) == {"main", "no-effect"}
    assert table.row(0, named=True)["difference"] == pytest.approx(result.estimates[0].compared.difference.estimate)
    assert (tmp_path / "run" / "result.json").is_file()
    assert [one.claim.name for one in result.verdicts] == ["lower-hba1c", "sham-does-nothing"]
    assert result.flow.randomised == QUICK.people
    assert sum(one.allocated for one in result.flow.arms.values()) == QUICK.people


def test_executors_are_known_by_name():
    assert isinstance(executor_named("local"), LocalExecutor)
    assert executor_named("processes", workers=2).workers == 2  # pyright: ignore[reportAttributeAccessIssue]
    assert executor_named("ray", address="head:6379").address == "head:6379"  # pyright: ignore[reportAttributeAccessIssue]
