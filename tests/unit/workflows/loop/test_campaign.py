"""Campaigns: the file, and arms that share people, days and chance."""

import re
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from glucotwin.control.catalogue import CONTROLLERS
from glucotwin.core.error import ConflictError, DataError, NotFoundError
from glucotwin.core.unit import GlucoseUnit
from glucotwin.workflows.day_plan import LivedDays, chosen_variants
from glucotwin.workflows.loop.campaign import COMPARED, Campaign
from glucotwin.workflows.loop.campaign_figure import draw_campaign
from glucotwin.workflows.loop.campaign_file import CampaignFile, read_campaign
from glucotwin.workflows.loop.campaign_report import render_campaign
from glucotwin.workflows.loop.campaign_run import people_of_campaign, run_campaign
from glucotwin.workflows.loop.campaign_table import arm_rows, difference_rows, hazard_rows, worst_rows
from glucotwin.workflows.loop.campaign_write import check_places, write_people

EXAMPLES = Path(__file__).parents[4] / "examples" / "loop"
HEAD = "format: glucotwin-campaign/1\nscenario: typical\ndays: 1\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "campaign.yaml"
    path.write_text(text)
    return path


def campaign_file(**more: object) -> CampaignFile:
    made = {"format": "glucotwin-campaign/1", "scenario": "typical", "arms": [{"algorithm": "pid"}], **more}
    return CampaignFile.model_validate(made)


def days_of(scenario: str, variant: str, seed: int) -> LivedDays:
    return LivedDays(profile=scenario, days=1, local_start=datetime(2024, 1, 1), seed=seed)


def test_a_campaign_is_read_with_its_defaults(tmp_path: Path) -> None:
    file = read_campaign(written(tmp_path, HEAD + "arms:\n  - algorithm: pid\n"))
    assert (file.seeds, file.arms[0].label, file.sensor, file.hazards[0].name) == ((1,), "pid", "ideal", "as planned")


@pytest.mark.parametrize(
    "arms",
    [
        "arms: []\n",
        "arms:\n  - algorithm: pid\n  - algorithm: pid\n",
        "arms:\n  - algoritm: pid\n",
        "arms:\n  - algorithm: pid\nhazards:\n  - {name: a}\n  - {name: a}\n",
        "arms:\n  - algorithm: pid\nhazards:\n  - {name: a, settings: {basal: 9}}\n",
        "arms:\n  - algorithm: pid\nsubjects: adult\ncohort: people.parquet\n",
    ],
)
def test_a_campaign_that_makes_no_sense_is_refused(tmp_path: Path, arms: str) -> None:
    with pytest.raises(DataError, match=r"campaign\.yaml"):
        read_campaign(written(tmp_path, HEAD + arms))


def test_an_unknown_device_is_named() -> None:
    file = campaign_file(arms=[{"algorithm": "pid", "sensor": "magic"}])
    with pytest.raises(NotFoundError, match="magic"):
        run_campaign(file, days_of)


@pytest.mark.parametrize("name", ["campaign", "faults", "everyday-faults", "five-algorithms"])
def test_the_examples_name_what_there_is(name: str) -> None:
    file = read_campaign(EXAMPLES / f"{name}.yaml")
    assert {arm.algorithm for arm in file.arms} <= set(CONTROLLERS)
    named = EXAMPLES / file.scenario
    if named.is_file():
        variants = {one for one, _ in chosen_variants(named)}
        assert {hazard.variant or file.variant for hazard in file.hazards} <= variants


def test_a_fault_that_is_none_is_refused_before_anything_runs(tmp_path: Path) -> None:
    text = HEAD + "arms:\n  - algorithm: pid\nhazards:\n  - {name: a, faults: ['occlusion:9-3']}\n"
    with pytest.raises(DataError, match="occlusion"):
        read_campaign(written(tmp_path, text))


def test_more_people_than_there_are_is_refused() -> None:
    with pytest.raises(DataError, match="there are 10"):
        people_of_campaign(campaign_file(subjects="adult", people=11), None)


def test_files_need_the_ending_of_what_they_hold() -> None:
    check_places(out=Path("a.parquet"), plot=Path("a.svg"), report=Path("a.html"))
    with pytest.raises(DataError, match=r"a\.pdf"):
        check_places(out=None, plot=None, report=Path("a.pdf"))


def made_up() -> Campaign:
    """Two arms under two hazards: three people, two days each, glucose a sine about a level of its own."""
    file = campaign_file(
        arms=[{"algorithm": "basal-bolus"}, {"algorithm": "loop"}],
        hazards=[{"name": "none"}, {"name": "occlusion", "faults": ["occlusion:6-12"]}],
    )
    levels = {("none", "basal-bolus"): 150.0, ("none", "loop"): 130.0}
    levels |= {("occlusion", "basal-bolus"): 190.0, ("occlusion", "loop"): 150.0}
    wave = 30.0 * np.sin(np.arange(577) / 288.0 * 2.0 * np.pi)
    rows = [
        {
            "hazard": hazard,
            "arm": arm,
            "seed": 1,
            "name": f"adult#{person}",
            "group": "adult",
            **dict.fromkeys(COMPARED, 1.0),
            "mean_mgdl": level + person,
            "time_in_range_pct": 100.0 - level / 10.0 - person,
            **dict.fromkeys(("basal_u_per_day", "bolus_u_per_day", "long_acting_u_per_day"), 10.0),
            "rescue_carbs_g_per_day": 0.0,
            "lowest_mgdl": level - 30.0,
            "highest_mgdl": level + 30.0,
            "zone": "B",
            "glucose_mgdl": (level + person + wave).tolist(),
        }
        for (hazard, arm), level in levels.items()
        for person in range(3)
    ]
    return Campaign(file=file, courses=pl.DataFrame(rows))


def test_arms_are_compared_under_each_hazard_and_hazards_for_each_arm() -> None:
    campaign = made_up()
    arms = campaign.differences().filter(metric="mean_mgdl")
    hazards = campaign.hazard_differences().filter(metric="mean_mgdl")
    assert dict(zip(arms["hazard"], arms["mean"], strict=True)) == {"none": -20.0, "occlusion": -40.0}
    assert dict(zip(hazards["arm"], hazards["mean"], strict=True)) == {"basal-bolus": 40.0, "loop": 20.0}
    assert campaign.worst().select("arm", "hazard", "name").row(0) == ("basal-bolus", "occlusion", "adult#2")


def test_courses_are_laid_on_the_local_clock() -> None:
    profile = made_up().profiles()["none", "loop"]
    assert profile.shape == (5, 288)
    assert profile[2].argmax() == 72
    shifted = Campaign(file=made_up().file, courses=made_up().courses, start_minute_of_day=60)
    assert shifted.profiles()["none", "loop"][2].argmax() == 84


@pytest.mark.slow
def test_a_report_is_complete_in_itself_and_tables_are_written(tmp_path: Path) -> None:
    campaign = made_up()
    page = render_campaign(campaign)
    assert "not a medical device" in page
    assert "occlusion" in page
    assert not re.search(r'(src|href)="(?!data:|#)', page)
    for name, read in (("people.csv", pl.read_csv), ("people.parquet", pl.read_parquet)):
        write_people(campaign, tmp_path / name)
        assert len(read(tmp_path / name)) == 12
    assert len(hazard_rows(campaign, GlucoseUnit.MGDL, "loop")) == 2
    assert len(worst_rows(campaign)) == 7


@pytest.mark.slow
def test_the_same_algorithm_twice_differs_in_nothing_and_another_does(tmp_path: Path) -> None:
    arms = [{"algorithm": "basal-bolus"}, {"algorithm": "basal-bolus", "name": "again"}, {"algorithm": "pid"}]
    file = campaign_file(arms=arms, subjects="adult")
    campaign = run_campaign(file, days_of, folder=tmp_path / "run")
    changes = campaign.differences()
    again = changes.filter(arm="again").select("mean", "low", "high").to_numpy()
    other = changes.filter(arm="pid", metric="mean_mgdl")
    assert np.all(again == 0.0)
    assert other["low"][0] < other["mean"][0] < other["high"][0]
    assert other["mean"][0] != 0.0
    assert len(campaign.worst()) == 9
    assert len(arm_rows(campaign, GlucoseUnit.MGDL, "as planned")) == 4
    assert len(difference_rows(campaign, GlucoseUnit.MGDL, "as planned")) == 3
    draw_campaign(campaign, tmp_path / "campaign.png")
    assert (tmp_path / "campaign.png").stat().st_size > 10_000
    (tmp_path / "run" / "part-00001.parquet").unlink()
    assert run_campaign(file, days_of, folder=tmp_path / "run").courses.equals(campaign.courses)
    with pytest.raises(ConflictError):
        run_campaign(campaign_file(arms=arms, subjects="child"), days_of, folder=tmp_path / "run")


@pytest.mark.slow
def test_faults_and_wrong_settings_do_what_they_say() -> None:
    hazards = [
        {"name": "none"},
        {"name": "blocked", "faults": ["occlusion:6-12"]},
        {"name": "strong", "settings": {"carb_ratio": 0.5}},
    ]
    file = campaign_file(arms=[{"algorithm": "basal-bolus"}], subjects="adult", people=3, hazards=hazards)
    arms = {one["hazard"]: one for one in run_campaign(file, days_of).arms().to_dicts()}
    assert arms["blocked"]["mean_mgdl"] > arms["none"]["mean_mgdl"] + 10.0
    assert arms["strong"]["mean_mgdl"] < arms["none"]["mean_mgdl"]
    assert arms["strong"]["insulin_u_per_day"] > arms["none"]["insulin_u_per_day"]


@pytest.mark.slow
def test_faults_by_rates_are_common_to_all_algorithms() -> None:
    arms = [{"algorithm": "basal-bolus"}, {"algorithm": "basal-bolus", "name": "again"}]
    hazards = [{"name": "none"}, {"name": "life", "faults": ["typical"]}]
    campaign = run_campaign(campaign_file(arms=arms, subjects="adult", hazards=hazards), days_of)
    assert np.all(campaign.differences().select("mean", "low", "high").to_numpy() == 0.0)
    courses = campaign.courses.filter(arm="again")
    none, life = (courses.filter(hazard=name)["mean_mgdl"].to_numpy() for name in ("none", "life"))
    # On one day some people miss a bolus and others have no fault at all.
    assert 0 < np.sum(none != life) < 10
