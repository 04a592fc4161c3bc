"""Running cohorts: files that come whole, runs that go on after a kill, and summaries that fit them."""

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import jax
import numpy as np
import polars as pl
import pytest

from glucotwin.core.error import ConflictError, ErrorCode, ModelError, NotFoundError
from glucotwin.core.provenance import sha256_of_file
from glucotwin.core.unit import GlucoseUnit
from glucotwin.physiology.cohort_file import load_cohort
from glucotwin.physiology.registry import body_of
from glucotwin.scenario.reader import parse_scenario
from glucotwin.simulate.trajectory import simulate
from glucotwin.workflows import cohort_run
from glucotwin.workflows.cohort_run import CohortRun, CohortRunRequest, cohort_run_rows, glucose_files, run_cohort
from glucotwin.workflows.day_plan import LivedDays, PlannedDays

TYPICAL = LivedDays(profile="typical", days=2, zone="Europe/Berlin")
"""As the shared run."""

KINDS = ("events", "glucose", "people")
SHARES = {
    "time_in_range_pct": (70.0, 180.0),
    "time_below_70_pct": (0.0, np.nextafter(70.0, 0.0)),
    "time_below_54_pct": (0.0, np.nextafter(54.0, 0.0)),
    "time_above_180_pct": (np.nextafter(180.0, 999.0), np.inf),
    "time_above_250_pct": (np.nextafter(250.0, 999.0), np.inf),
}
PLAN = """
days: 2
start: 2024-01-05T06:00
zone: Europe/Berlin
meals: [{time: '12:30', carbs_g: 40}]
boluses: [{time: '12:30', carbs_g: 40}]
"""


class Killed(BaseException):
    """What a test throws in the middle of a run."""


def planned(text: str = PLAN) -> PlannedDays:
    return PlannedDays(scenario=parse_scenario(text))


def request_for(cohort: Path, out: Path) -> CohortRunRequest:
    return CohortRunRequest(cohort=cohort, days=TYPICAL, out=out)


def table(folder: Path, kind: str) -> pl.DataFrame:
    """All parts of a kind, in order; events of several parts are in no order."""
    frame = pl.concat([pl.read_parquet(part) for part in sorted(folder.glob(f"{kind}-*.parquet"))])
    return frame.sort("name", "time", "kind", "detail") if kind == "events" else frame


def assert_same_results(folder: Path, other: Path) -> None:
    for kind in KINDS:
        assert table(folder, kind).equals(table(other, kind), null_equal=True), kind


@pytest.fixture
def in_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two people at once, so that five make three parts."""
    monkeypatch.setattr(cohort_run, "CHUNK_PEOPLE", 2)


def test_run_leaves_a_manifest_and_a_part_of_each_kind(typical_run: CohortRun, cohort_file: Path) -> None:
    names = {path.name for path in typical_run.folder.iterdir()}
    kept = {f"{kind}-00000{'' if kind == 'people' else '-000'}.parquet" for kind in KINDS}
    assert names == {"manifest.json", *kept}
    manifest = json.loads((typical_run.folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["schema"], manifest["seed"]) == ("glucotwin-run/1", TYPICAL.seed)
    assert manifest["settings"]["cohort_sha256"] == sha256_of_file(cohort_file)
    assert manifest["settings"]["days"]["profile"] == "typical"
    assert manifest["settings"]["without"] == []
    assert set(glucose_files(typical_run.folder)) == {"adult", "adolescent", "child"}


def test_glucose_has_a_row_per_person_and_five_minutes(typical_run: CohortRun, cohort_file: Path) -> None:
    frame = table(typical_run.folder, "glucose")
    assert dict(frame.schema) == {
        "name": pl.String,
        "time": pl.Datetime("us", "UTC"),
        "glucose_mgdl": pl.Float32,
        "interstitial_mgdl": pl.Float32,
    }
    names = [one.name for one in load_cohort(cohort_file).subjects]
    assert frame["name"].unique(maintain_order=True).to_list() == names
    for _, own in frame.group_by("name"):
        assert own.height == 2 * 288
        assert own["time"][0] == TYPICAL.start
        assert own["time"].diff().drop_nulls().unique().to_list() == [timedelta(minutes=5)]
    assert frame["glucose_mgdl"].is_between(20.0, 600.0).all()


def test_people_have_a_row_each_with_their_group(typical_run: CohortRun) -> None:
    assert typical_run.people.columns == [
        "name",
        "group",
        "mean_mgdl",
        "cv_pct",
        *SHARES,
        "rescue_carbs_g_per_day",
        "correction_u_per_day",
    ]
    groups = typical_run.people["group"].to_list()
    assert groups == ["adult", "adult", "adult", "adolescent", "child"]
    assert typical_run.people.equals(table(typical_run.folder, "people"))
    assert (typical_run.start, typical_run.days, typical_run.resumed) == (TYPICAL.start, 2, 0)


def test_events_are_everybodys_within_the_days(typical_run: CohortRun) -> None:
    events = table(typical_run.folder, "events")
    assert set(events["name"]) == set(typical_run.people["name"])
    assert {"meal", "bolus", "sleep"} <= set(events["kind"])
    glucose = table(typical_run.folder, "glucose")
    assert events["time"].is_between(glucose["time"].min(), glucose["time"].max()).all()


def test_summary_is_that_of_the_sensors_glucose(typical_run: CohortRun) -> None:
    glucose = table(typical_run.folder, "glucose")
    for row in typical_run.people.to_dicts():
        own = glucose.filter(name=row["name"])["interstitial_mgdl"].to_numpy().astype(np.float64)
        assert row["mean_mgdl"] == pytest.approx(own.mean(), rel=1e-6)
        assert row["cv_pct"] == pytest.approx(100.0 * own.std() / own.mean(), rel=1e-5)
        for name, (low, high) in SHARES.items():
            # Glucose on file is rounded to 32 bits, which may move a reading across a limit.
            assert row[name] == pytest.approx(100.0 * ((own >= low) & (own <= high)).mean(), abs=100.1 / own.size), name
        assert row["time_in_range_pct"] + row["time_below_70_pct"] + row["time_above_180_pct"] == pytest.approx(100.0)


@pytest.mark.slow
def test_person_of_a_cohort_gets_what_they_get_alone(typical_run: CohortRun, cohort_file: Path) -> None:
    cohort = load_cohort(cohort_file)
    person, options = cohort.subjects[1], TYPICAL.options(frozenset())
    ((inputs, _),) = TYPICAL.blocks((person,), options)
    one = inputs.map(lambda values: values[0] if values.ndim > 1 else values)
    care = jax.tree.map(lambda leaf: leaf[0], TYPICAL.care((person,)))
    alone = simulate(body_of(cohort.body, person, options=options), one, reaction=care, stride=5)
    kept = table(typical_run.folder, "glucose").filter(name=person.name)
    for name, values in alone.outputs.items():
        np.testing.assert_allclose(kept[name], values[:-1], rtol=1e-6, err_msg=name)


@pytest.mark.slow
def test_self_care_is_told_per_day_and_helps(typical_run: CohortRun, cohort_file: Path, tmp_path: Path) -> None:
    request = request_for(cohort_file, tmp_path / "run")
    without = run_cohort(replace(request, days=replace(TYPICAL, self_care=False))).people
    care = [name for name in without.columns if name.endswith("_per_day")]
    assert without.select(pl.col(care).sum()).row(0) == (0.0, 0.0)
    rescue, correction = (typical_run.people[name].to_numpy() for name in care)
    assert rescue.sum() > 0.0
    assert correction.sum() > 0.0
    # Whole portions of 15 g over two days.
    np.testing.assert_allclose(rescue / 7.5, np.round(rescue / 7.5))
    assert (typical_run.people["time_in_range_pct"] - without["time_in_range_pct"]).sum() > 0.0  # pyright: ignore[reportOperatorIssue]


@pytest.mark.usefixtures("in_pairs")
def test_results_do_not_depend_on_how_many_are_simulated_at_once(
    typical_run: CohortRun, cohort_file: Path, tmp_path: Path
) -> None:
    run = run_cohort(request_for(cohort_file, tmp_path))
    assert [len(files) for _, files in sorted(glucose_files(tmp_path).items())] == [1, 2, 1]
    assert run.people.equals(typical_run.people)
    assert_same_results(tmp_path, typical_run.folder)


@pytest.mark.slow
def test_results_do_not_depend_on_how_many_days_are_held_at_once(
    typical_run: CohortRun, cohort_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cohort_run, "BLOCK_DAYS", 1)
    run_cohort(request_for(cohort_file, tmp_path))
    assert_same_results(tmp_path, typical_run.folder)


@pytest.mark.slow
def test_long_runs_are_kept_in_stretches_of_time(
    typical_run: CohortRun, cohort_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cohort_run, "BLOCK_DAYS", 1)
    monkeypatch.setattr(cohort_run, "STRETCH_BLOCKS", 1)
    run = run_cohort(request_for(cohort_file, tmp_path))
    assert [path.stem for path in glucose_files(tmp_path)["adult"]] == ["glucose-00000-000", "glucose-00000-001"]
    for kind in ("glucose", "events"):
        ours, theirs = (table(folder, kind) for folder in (tmp_path, typical_run.folder))
        assert ours.sort(ours.columns).equals(theirs.sort(theirs.columns)), kind
    for name in run.people.columns[2:]:
        np.testing.assert_allclose(run.people[name], typical_run.people[name], rtol=1e-12, err_msg=name)


@pytest.mark.usefixtures("in_pairs")
def test_killed_run_goes_on_as_if_nothing_had_happened(
    typical_run: CohortRun, cohort_file: Path, tmp_path: Path
) -> None:
    request = request_for(cohort_file, tmp_path)

    def kill_in_the_second_part(stage: str, fraction: float) -> None:
        if fraction > 0.4:
            raise Killed

    with pytest.raises(Killed):
        run_cohort(request, progress=kill_in_the_second_part)
    finished = sorted(path.name for path in tmp_path.glob("people-*"))
    assert finished == ["people-00000.parquet"]
    before = (tmp_path / "glucose-00000-000.parquet").stat()
    run = run_cohort(request)
    assert run.resumed == 2
    assert (tmp_path / "glucose-00000-000.parquet").stat() == before
    assert run.people.equals(typical_run.people)
    assert_same_results(tmp_path, typical_run.folder)


def test_part_without_its_people_is_simulated_again(typical_run: CohortRun, cohort_file: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(typical_run.folder, tmp_path / "run")
    (folder / "people-00000.parquet").unlink()
    (folder / "events-00000-000.parquet").unlink()
    (folder / "glucose-00000-000.parquet").write_bytes(b"half a file")
    run = run_cohort(request_for(cohort_file, folder))
    assert run.resumed == 0
    assert_same_results(folder, typical_run.folder)


def test_finished_run_is_read_again_and_nothing_is_written(typical_run: CohortRun, cohort_file: Path) -> None:
    before = {path.name: path.stat() for path in typical_run.folder.iterdir()}
    told: list[float] = []
    again = run_cohort(
        request_for(cohort_file, typical_run.folder), progress=lambda stage, fraction: told.append(fraction)
    )
    assert again.resumed == 5
    assert again.people.equals(typical_run.people)
    assert {path.name: path.stat() for path in typical_run.folder.iterdir()} == before
    assert told[-1] == 1.0


@pytest.mark.usefixtures("in_pairs")
def test_progress_never_falls_and_reaches_the_end(cohort_file: Path, tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    run_cohort(request_for(cohort_file, tmp_path), progress=lambda stage, fraction: told.append((stage, fraction)))
    fractions = [fraction for _, fraction in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert len(set(fractions)) == 3
    assert {stage for stage, _ in told} == {"Simulating the cohort"}


@pytest.mark.parametrize(
    "other",
    [
        {"days": replace(TYPICAL, seed=2)},
        {"days": replace(TYPICAL, profile="careless")},
        {"days": replace(TYPICAL, days=3)},
        {"without": frozenset({"exercise"})},
    ],
)
def test_folder_of_another_request_is_refused(
    typical_run: CohortRun, cohort_file: Path, other: dict[str, object]
) -> None:
    request = replace(request_for(cohort_file, typical_run.folder), **other)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ConflictError, match="holds another run") as refused:
        run_cohort(request)
    assert refused.value.code is ErrorCode.ALREADY_EXISTS


def test_folder_of_another_cohort_is_refused(typical_run: CohortRun, cohort_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.parquet"
    frame, metadata = pl.read_parquet(cohort_file), pl.read_parquet_metadata(cohort_file)
    frame.head(2).write_parquet(other, metadata={"glucotwin": metadata["glucotwin"]})
    with pytest.raises(ConflictError, match="holds another run"):
        run_cohort(request_for(other, typical_run.folder))


def test_folder_or_file_that_is_no_run_is_refused_and_kept(cohort_file: Path, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    letter = tmp_path / "letters" / "letter.txt"
    letter.write_text("Dear Sir or Madam")
    for place in (tmp_path / "letters", letter):
        with pytest.raises(ConflictError, match="exists and is no run"):
            run_cohort(request_for(cohort_file, place))
    assert [one.name for one in (tmp_path / "letters").iterdir()] == ["letter.txt"]
    assert letter.read_text() == "Dear Sir or Madam"


def test_cohort_that_is_not_there_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no file"):
        run_cohort(request_for(tmp_path / "nobody.parquet", tmp_path / "run"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_scenario_can_be_the_plan_and_leaves_no_events(cohort_file: Path, tmp_path: Path) -> None:
    run = run_cohort(replace(request_for(cohort_file, tmp_path), days=planned()))
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"manifest.json", "glucose-00000-000.parquet", "people-00000.parquet"}
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["seed"] is None
    assert manifest["settings"]["days"]["scenario"]["days"] == 2
    glucose = table(tmp_path, "glucose")
    assert glucose["time"][0] == planned().start == run.start
    assert glucose.height == 5 * 2 * 288
    assert run.people["rescue_carbs_g_per_day"].to_list() == [0.0] * 5


def test_misspelt_medicine_is_refused(cohort_file: Path, tmp_path: Path) -> None:
    text = f"{PLAN}medications: [{{time: '08:00', name: asprin, dose_mg: 10}}]"
    with pytest.raises(ModelError, match="'asprin'"):
        run_cohort(replace(request_for(cohort_file, tmp_path), days=planned(text)))
    assert list(tmp_path.glob("*.parquet")) == []


def test_groups_are_means_over_their_people(typical_run: CohortRun) -> None:
    groups = typical_run.groups()
    assert groups["group"].to_list() == ["adult", "adolescent", "child"]
    assert groups["people"].to_list() == [3, 1, 1]
    adults = typical_run.people.filter(group="adult")
    assert groups["time_in_range_pct"][0] == pytest.approx(adults["time_in_range_pct"].mean())


def test_run_is_json(typical_run: CohortRun) -> None:
    values = json.loads(json.dumps(typical_run.to_json(), allow_nan=False))
    assert (values["people"], values["days"], values["folder"]) == (5, 2, str(typical_run.folder))
    assert [one["people"] for one in values["groups"]] == [3, 1, 1]
    assert values["groups"] == typical_run.groups().to_dicts()


def test_rows_are_in_the_unit_asked_for(typical_run: CohortRun) -> None:
    mgdl, mmoll = (cohort_run_rows(typical_run, unit) for unit in (GlucoseUnit.MGDL, GlucoseUnit.MMOLL))
    assert mgdl[0] == (
        "group",
        "people",
        "mean mg/dL",
        "CV %",
        "in 70-180 %",
        "below 70 %",
        "below 54 %",
        "above 180 %",
        "above 250 %",
        "rescue g/day",
        "correction U/day",
    )
    assert mmoll[0][2:9] == (
        "mean mmol/L",
        "CV %",
        "in 3.9-10 %",
        "below 3.9 %",
        "below 3 %",
        "above 10 %",
        "above 13.9 %",
    )
    assert [row[:2] for row in mgdl[1:]] == [("adult", "3"), ("adolescent", "1"), ("child", "1")]
    mean = float(typical_run.groups()["mean_mgdl"][0])
    assert (mgdl[1][2], mmoll[1][2]) == (f"{mean:.0f}", f"{mean / 18.0156:.1f}")
    assert [row[3:] for row in mgdl[1:]] == [row[3:] for row in mmoll[1:]]
