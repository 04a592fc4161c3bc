"""``glucotwin cohort`` and ``glucotwin simulate --cohort``: creating, describing and running virtual people."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import polars as pl
import pytest

from glucotwin.workflows.cohort import CohortRequest, create_cohort

Invoke = Callable[..., CompletedProcess[str]]
PNG = b"\x89PNG"
LUNCH = """
base_name: with its bolus
meals: [{time: '12:30', carbs_g: 60}]
boluses: [{time: '12:30', carbs_g: 60}]
variants:
  - {name: without, boluses: []}
"""


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of two adults and a child."""
    path = tmp_path_factory.mktemp("cohort") / "three.parquet"
    create_cohort(CohortRequest(count=3, age_mix={"adult": 0.67, "child": 0.33}, seed=7), path)
    return path


@pytest.fixture(scope="module")
def lunch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenario") / "lunch.yaml"
    path.write_text(LUNCH, encoding="utf-8")
    return path


def run_of(cohort: Path, out: Path, *arguments: object) -> tuple[object, ...]:
    """The command line of two days of typical lives."""
    return ("simulate", "--cohort", cohort, "--scenario", "typical", "--days", 2, "--out", out, *arguments)


def test_created_cohort_is_compared_and_written(invoke: Invoke, cohort: Path, tmp_path: Path) -> None:
    out, plot = tmp_path / "new.parquet", tmp_path / "new.png"
    mix = ("--age-mix", "adult=0.67, child=0.33", "--seed", 7)
    finished = invoke("cohort", "create", "-n", 3, *mix, "--out", out, "--plot", plot)
    assert finished.returncode == 0, finished.stderr
    assert "adult: 2 people beside 10 published subjects (2008), mean ± SD" in finished.stdout
    assert "child: one person beside 10 published subjects (2008), mean ± SD" in finished.stdout
    assert "candidates were drawn; refused" in finished.stdout
    assert f"Written to {out}." in finished.stderr.replace("\n", "")
    assert plot.read_bytes().startswith(PNG)
    assert pl.read_parquet(out).equals(pl.read_parquet(cohort))


def test_created_cohort_is_told_as_json(invoke: Invoke, tmp_path: Path) -> None:
    out = tmp_path / "one.parquet"
    finished = invoke("cohort", "create", "-n", 1, "--ethnicity-mix", "north=1", "--out", out, "--json")
    values = json.loads(finished.stdout)
    assert (values["people"], values["groups"][0]["group"]) == (1, "adult")
    assert values["refused"]["adult"]["drawn"] >= 1
    assert pl.read_parquet(out)["ethnicity"].to_list() == ["north"]


def test_described_cohort_has_a_table_of_people_and_one_of_meals(invoke: Invoke, cohort: Path) -> None:
    finished = invoke("cohort", "describe", cohort)
    assert finished.returncode == 0, finished.stderr
    lines = finished.stdout.splitlines()
    assert lines[0] == "adult: 2 people beside 10 published subjects (2008), mean ± SD"
    assert [line.split()[-2:] for line in lines if line.strip().startswith("cohort")] == [["cohort", "published"]] * 2
    assert sum(line.startswith("weight, kg") for line in lines) == 2
    assert sum(line.split()[:3] == ["adult", "glucose", "mg/dL"] for line in lines) == 3
    assert "drawn" not in finished.stdout


def test_description_is_json_and_can_be_drawn(invoke: Invoke, cohort: Path, tmp_path: Path) -> None:
    finished = invoke("cohort", "describe", cohort, "--json", "--plot", tmp_path / "three.svg")
    values = json.loads(finished.stdout)
    assert (values["body"], values["people"], values["refused"]) == ("padova-t1d", 3, {})
    assert [one["group"] for one in values["groups"]] == ["adult", "child"]
    assert "<!-- 3 people, padova-t1d -->" in (tmp_path / "three.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("mix", "words"),
    [
        ("adult=x", "error[usage]: Invalid value for '--age-mix': 'adult=x' is not NAME=NUMBER."),
        ("adult", "error[usage]: Invalid value for '--age-mix': 'adult' is not NAME=NUMBER."),
        ("adult=0.5,adult=0.5", "error[usage]: Invalid value for '--age-mix': 'adult=0.5,adult=0.5' names something"),
        ("adult=0.5", "error[invalid-value]: The shares of the age mix must add up to 1, not to 0.5."),
        ("adult=1.5,child=-0.5", "error[invalid-value]: The shares of the age mix must add up to 1"),
        ("adult=nan", "error[invalid-value]: The shares of the age mix must add up to 1"),
        ("elder=1", "error[unknown-name]: There is no age group 'elder'."),
        ("", "error[invalid-value]: The shares of the age mix must add up to 1, not to 0."),
    ],
)
def test_age_mix_that_makes_no_sense_is_refused_and_nothing_is_written(
    invoke: Invoke, tmp_path: Path, mix: str, words: str
) -> None:
    finished = invoke("cohort", "create", "-n", 3, "--age-mix", mix, "--out", tmp_path / "cohort.parquet")
    assert finished.returncode == 2
    assert words in finished.stderr.replace("\n", " ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("count", ["0", "-1", "many"])
def test_number_of_people_that_makes_no_sense_is_a_usage_error(invoke: Invoke, tmp_path: Path, count: str) -> None:
    finished = invoke("cohort", "create", "-n", count, "--out", tmp_path / "cohort.parquet")
    assert finished.returncode == 2
    assert "error[usage]" in finished.stderr


def test_existing_cohort_is_replaced_only_when_asked_for(invoke: Invoke, tmp_path: Path) -> None:
    path = tmp_path / "cohort.parquet"
    path.write_text("mine")
    finished = invoke("cohort", "create", "-n", 1, "--out", path)
    assert finished.returncode == 2
    assert "error[already-exists]" in finished.stderr
    assert path.read_text() == "mine"
    assert invoke("cohort", "create", "-n", 1, "--out", path, "--overwrite").returncode == 0
    assert pl.read_parquet(path).height == 1


def test_missing_cohort_is_refused(invoke: Invoke, tmp_path: Path) -> None:
    for words in (("cohort", "describe", tmp_path / "gone.parquet"), run_of(tmp_path / "gone.parquet", tmp_path / "x")):
        finished = invoke(*words)
        assert finished.returncode == 2
        assert "Make a cohort with `glucotwin cohort create`." in finished.stderr.replace("\n", " ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_cohort_lives_and_is_told_of_by_group(invoke: Invoke, cohort: Path, tmp_path: Path) -> None:
    out, plot = tmp_path / "run", tmp_path / "run.png"
    finished = invoke(*run_of(cohort, out, "--plot", plot, "--units", "mmol/L"))
    assert finished.returncode == 0, finished.stderr
    header, *lines = finished.stdout.splitlines()
    assert header.split()[:4] == ["group", "people", "mean", "mmol/L"]
    assert [line.split()[:2] for line in lines] == [["adult", "2"], ["child", "1"]]
    assert f"3 people over 2 days; results in {out}" in finished.stderr.replace("\n", "")
    assert "earlier run" not in finished.stderr
    assert plot.read_bytes().startswith(PNG)
    assert pl.read_parquet(out / "glucose-00000-000.parquet").height == 3 * 2 * 288


def test_repeated_command_goes_on_with_its_folder_and_another_is_refused(
    invoke: Invoke, cohort: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    first = json.loads(invoke(*run_of(cohort, out, "--json")).stdout)
    assert (first["people"], first["days"], [one["people"] for one in first["groups"]]) == (3, 2, [2, 1])
    again = invoke(*run_of(cohort, out))
    assert "3 of them were there from an earlier run." in again.stderr.replace("\n", " ")
    assert json.loads(invoke(*run_of(cohort, out, "--json")).stdout) == first
    other = invoke(*run_of(cohort, out, "--seed", 2))
    assert other.returncode == 2
    assert "error[already-exists]" in other.stderr


@pytest.mark.slow
def test_cohort_can_follow_a_variant_of_a_scenario(invoke: Invoke, cohort: Path, lunch: Path, tmp_path: Path) -> None:
    mean = {}
    for name in ("with its bolus", "without"):
        chosen = ("--scenario", lunch, "--variant", name, "--out", tmp_path / name)
        finished = invoke("simulate", "--cohort", cohort, *chosen, "--json")
        assert finished.returncode == 0, finished.stderr
        mean[name] = json.loads(finished.stdout)["groups"][0]["mean_mgdl"]
        assert not (tmp_path / name / "events-00000-000.parquet").exists()
    assert mean["without"] > mean["with its bolus"]


@pytest.mark.parametrize(
    "left_out",
    [("--out",), ("--scenario",), ("--scenario", "--days", "--out")],
)
def test_cohort_without_a_folder_or_a_behaviour_is_a_usage_error(
    invoke: Invoke, cohort: Path, tmp_path: Path, left_out: tuple[str, ...]
) -> None:
    given = {"--scenario": "typical", "--days": 2, "--out": tmp_path / "run"}
    words = [word for option, value in given.items() if option not in left_out for word in (option, value)]
    finished = invoke("simulate", "--cohort", cohort, *words)
    assert finished.returncode == 2
    assert "error[usage]: A cohort is run for a number of days into a folder." in finished.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "option",
    [("--inputs", "inputs.csv"), ("--subject", "adult#001"), ("--set", "weight_kg=90"), ("--output", "ketone_mmoll")],
    ids=lambda option: option[0],
)
def test_option_for_single_subjects_does_not_go_with_a_cohort(
    invoke: Invoke, cohort: Path, tmp_path: Path, option: tuple[str, str]
) -> None:
    finished = invoke(*run_of(cohort, tmp_path / "run", *option))
    assert finished.returncode == 2
    assert f"error[usage]: {option[0]} does not go with --cohort." in finished.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_people_with_type_2_diabetes_are_drawn_described_and_live(invoke: Invoke, tmp_path: Path) -> None:
    out, plot = tmp_path / "two.parquet", tmp_path / "two.png"
    mix = ("--body", "padova-t2d", "--group-mix", "insulin-treated=0.5,impaired=0.5")
    finished = invoke("cohort", "create", "-n", 4, *mix, "--out", out, "--plot", plot)
    assert finished.returncode == 0, finished.stderr
    assert "impaired: 2 people beside published figures, mean ± SD" in finished.stdout
    assert "insulin action SI" in finished.stdout
    assert plot.read_bytes().startswith(PNG)
    told = json.loads(invoke("cohort", "describe", out, "--json").stdout)
    assert told["groups"][1]["action_index"]["published_mean"] == 7.0
    assert told["groups"][1]["egfr_ml_per_min"]["published_mean"] is None
    run = invoke(*run_of(out, tmp_path / "run", "--json"))
    assert run.returncode == 0, run.stderr
    groups = {one["group"]: one for one in json.loads(run.stdout)["groups"]}
    assert groups["impaired"]["mean_mgdl"] < groups["insulin-treated"]["mean_mgdl"]


def test_mix_of_another_body_is_refused(invoke: Invoke, tmp_path: Path) -> None:
    arguments = ("--body", "padova-t2d", "--age-mix", "adult=1", "--out", tmp_path / "none.parquet")
    finished = invoke("cohort", "create", "-n", 3, *arguments)
    assert finished.returncode == 2
    assert "are not drawn by a mix of ages" in finished.stderr.replace("\n", " ")
