"""``glucotwin simulate``: variants of a scenario, behaviours, and what is changed, left out or kept besides."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Invoke = Callable[..., CompletedProcess[str]]
EXAMPLES = Path(__file__).parents[2] / "examples"
RUN = """
base_name: as always
body: {subject: {fasting_glucose_mgdl: 110}}
meals: [{time: '12:30', carbs_g: 60}]
boluses: [{time: '12:30', carbs_g: 60}]
activities: [{time: '15:00', duration_min: 45, kind: aerobic, intensity_fraction: 0.6}]
variants:
  - name: basal reduced
    temp_basal: [{time: '13:30', duration_min: 135, fraction: 0.2}]
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "run.yaml"
    path.write_text(RUN, encoding="utf-8")
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def answer(invoke: Invoke, *arguments: object) -> dict[str, object]:
    """The JSON answer of a simulation."""
    finished = invoke("simulate", *arguments, "--json")
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def summary(invoke: Invoke, *arguments: object) -> dict[str, float]:
    """The summary of the only subject of the only variant."""
    (one,) = answer(invoke, *arguments)["subjects"]  # pyright: ignore[reportGeneralTypeIssues]
    return one


def test_all_variants_are_told_and_written_by_name(invoke: Invoke, scenario: Path, tmp_path: Path) -> None:
    out = tmp_path / "run.csv"
    finished = invoke("simulate", "--scenario", scenario, "--out", out)
    header, *lines = finished.stdout.splitlines()
    assert header.startswith("variant        subject    mean mg/dL")
    assert [line.split("  ")[0] for line in lines] == ["as always", "basal reduced"]
    rows = rows_of(out)
    assert list(rows[0]) == ["variant", "t_min", "glucose_mgdl", "interstitial_mgdl"]
    assert [row["variant"] for row in (rows[0], rows[1441])] == ["as always", "basal reduced"]
    assert len(rows) == 2 * 1441


def test_json_of_several_variants_is_a_list_of_them(invoke: Invoke, scenario: Path) -> None:
    values = answer(invoke, "--scenario", scenario)
    assert list(values) == ["variants"]
    variants = values["variants"]
    assert isinstance(variants, list)
    assert [one["variant"] for one in variants] == ["as always", "basal reduced"]
    always, reduced = (one["subjects"][0] for one in variants)
    assert reduced["min_mgdl"] > always["min_mgdl"]
    assert reduced["insulin_u"] < always["insulin_u"]


def test_one_variant_alone_stands_for_itself(invoke: Invoke, scenario: Path) -> None:
    values = answer(invoke, "--scenario", scenario, "--variant", "basal reduced")
    assert (values["body"], values["variant"], values["minutes"]) == ("padova-t1d", "", 1440.0)
    finished = invoke("simulate", "--scenario", scenario, "--variant", "as always")
    assert finished.stdout.splitlines()[1].startswith("adult#001")


def test_unknown_variant_is_refused_with_those_there_are(invoke: Invoke, scenario: Path) -> None:
    finished = invoke("simulate", "--scenario", scenario, "--variant", "no run")
    assert finished.returncode == 2
    assert "error[unknown-name]" in finished.stderr
    assert "as always, basal reduced" in finished.stderr


def test_variants_can_be_drawn(invoke: Invoke, scenario: Path, tmp_path: Path) -> None:
    finished = invoke("simulate", "--scenario", scenario, "--units", "mmol/L", "--plot", tmp_path / "run.svg")
    assert finished.returncode == 0, finished.stderr
    text = (tmp_path / "run.svg").read_text(encoding="utf-8")
    assert all(f"<!-- {words} -->" in text for words in ("basal reduced", "exercise", "glucose (mmol/L)"))
    assert "mean mmol/L" in finished.stdout


def test_subject_can_be_changed(invoke: Invoke, scenario: Path) -> None:
    usual, heavy = (
        summary(invoke, "--scenario", scenario, "--variant", "as always", *changes)
        for changes in ((), ("--set", "weight_kg=120", "--set", "circadian.sensitivity_lunch=1.2"))
    )
    assert heavy["insulin_u"] > usual["insulin_u"]
    assert heavy["mean_mgdl"] != pytest.approx(usual["mean_mgdl"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("weight_kg", "'weight_kg' is not NAME=NUMBER."),
        ("weight_kg=", "'weight_kg=' is not NAME=NUMBER."),
        ("=90", "'=90' is not NAME=NUMBER."),
        ("weight_kg=much", "'weight_kg=much' is not NAME=NUMBER."),
        ("weight_kg=nan", "weight_kg must be above zero"),
        ("hat_size=7", "nothing called 'hat_size'"),
        ("glucose.volume_dl_per_kg=99", "outside of its bounds"),
    ],
)
def test_change_that_makes_no_sense_is_refused(invoke: Invoke, scenario: Path, change: str, words: str) -> None:
    finished = invoke("simulate", "--scenario", scenario, "--set", change)
    assert finished.returncode == 2
    assert words in finished.stderr.replace("\n", " ")


def test_module_can_be_left_out(invoke: Invoke, scenario: Path) -> None:
    chosen = ("--scenario", scenario, "--variant", "as always")
    with_run, without = (summary(invoke, *chosen, *more) for more in ((), ("--without", "exercise")))
    assert without["min_mgdl"] > with_run["min_mgdl"] + 5.0


def test_other_signals_are_kept_in_the_order_asked_for(invoke: Invoke, scenario: Path, tmp_path: Path) -> None:
    out = tmp_path / "run.csv"
    outputs = ("--output", "ketone_mmoll", "--output", "insulin_pmoll")
    finished = invoke("simulate", "--scenario", scenario, "--variant", "as always", *outputs, "--out", out)
    assert finished.returncode == 0, finished.stderr
    rows = rows_of(out)
    assert list(rows[0]) == ["t_min", "glucose_mgdl", "interstitial_mgdl", "ketone_mmoll", "insulin_pmoll"]
    assert float(rows[13 * 60 + 30]["insulin_pmoll"]) > 2.0 * float(rows[0]["insulin_pmoll"])


def test_unknown_signal_is_refused_with_those_there_are(invoke: Invoke, scenario: Path) -> None:
    finished = invoke("simulate", "--scenario", scenario, "--output", "mood")
    assert finished.returncode == 2
    assert "no signal or state 'mood'" in finished.stderr
    assert "ketone_mmoll" in finished.stderr


def test_behaviour_is_lived_for_the_days_asked_for(invoke: Invoke, tmp_path: Path) -> None:
    out = tmp_path / "life.csv"
    life = ("--scenario", "typical", "--days", 2, "--start", "2024-03-30", "--zone", "Europe/Berlin")
    values = answer(invoke, *life, "--out", out)
    assert values["minutes"] == 47 * 60
    assert len(rows_of(out)) == 47 * 60 + 1
    seeds = [summary(invoke, *life, "--seed", seed) for seed in (1, 2)]
    assert [seeds[0]] == values["subjects"]
    assert seeds[0]["carbs_g"] != pytest.approx(seeds[1]["carbs_g"])


def test_self_care_can_be_switched_off(invoke: Invoke) -> None:
    life = ("--subject", "adult#003", "--scenario", "careless", "--days", 2)
    careful, not_so = (summary(invoke, *life, option) for option in ("--self-care", "--no-self-care"))
    assert careful["carbs_g"] > not_so["carbs_g"]
    assert careful["time_below_range_pct"] < not_so["time_below_range_pct"]


def test_behaviour_without_days_is_a_usage_error(invoke: Invoke) -> None:
    finished = invoke("simulate", "--scenario", "typical")
    assert finished.returncode == 2
    assert "error[usage]: A behaviour such as typical needs a number of days. --days N" in finished.stderr


def test_neither_behaviour_nor_file_is_a_usage_error_with_the_behaviours(invoke: Invoke, tmp_path: Path) -> None:
    for name in ("saintly", str(tmp_path / "gone.yaml")):
        finished = invoke("simulate", "--scenario", name, "--days", 2)
        assert finished.returncode == 2
        words = finished.stderr.replace("\n", " ")
        assert f"error[usage]: There is neither a behaviour nor a file called {name!r}." in words
        assert "typical, adherent, careless, still" in words


def test_behaviour_and_table_together_are_refused(invoke: Invoke, tmp_path: Path) -> None:
    finished = invoke("simulate", "--scenario", "typical", "--days", 1, "--inputs", tmp_path / "inputs.csv")
    assert finished.returncode == 2
    assert "and not both" in finished.stderr


def test_zone_that_there_is_not_is_refused(invoke: Invoke) -> None:
    finished = invoke("simulate", "--scenario", "typical", "--days", 1, "--zone", "Mars/Base")
    assert finished.returncode == 2
    assert "Mars/Base" in finished.stderr


def test_misspelt_medicine_is_refused(invoke: Invoke, tmp_path: Path) -> None:
    path = tmp_path / "pills.yaml"
    path.write_text("medications: [{time: '08:00', name: asprin, dose_mg: 500}]", encoding="utf-8")
    finished = invoke("simulate", "--scenario", path)
    assert finished.returncode == 2
    assert "does not answer the medicine 'asprin'" in finished.stderr.replace("\n", " ")


@pytest.mark.slow
def test_many_subjects_are_cut_short_and_the_rest_is_told_of(invoke: Invoke, scenario: Path) -> None:
    finished = invoke("simulate", "--scenario", scenario, "--subject", "all")
    lines = finished.stdout.splitlines()
    assert len(lines) == 1 + 40 + 1
    assert lines[-1] == "… 20 more (see --out or --json)"
