"""Campaigns: the file, and arms that share people, days and chance."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from glucotwin.core.error import DataError, NotFoundError
from glucotwin.core.unit import GlucoseUnit
from glucotwin.workflows.day_plan import LivedDays
from glucotwin.workflows.loop.campaign import run_campaign
from glucotwin.workflows.loop.campaign_figure import draw_campaign
from glucotwin.workflows.loop.campaign_file import CampaignFile, read_campaign
from glucotwin.workflows.loop.campaign_table import arm_rows, difference_rows

HEAD = "format: glucotwin-campaign/1\nscenario: typical\ndays: 1\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "campaign.yaml"
    path.write_text(text)
    return path


def test_a_campaign_is_read_with_its_defaults(tmp_path: Path) -> None:
    file = read_campaign(written(tmp_path, HEAD + "arms:\n  - algorithm: pid\n"))
    assert (file.seeds, file.arms[0].label, file.arms[0].sensor) == ((1,), "pid", "ideal")


@pytest.mark.parametrize(
    "arms",
    ["arms: []\n", "arms:\n  - algorithm: pid\n  - algorithm: pid\n", "arms:\n  - algoritm: pid\n"],
)
def test_a_campaign_that_makes_no_sense_is_refused(tmp_path: Path, arms: str) -> None:
    with pytest.raises(DataError, match=r"campaign\.yaml"):
        read_campaign(written(tmp_path, HEAD + arms))


def test_an_unknown_device_is_named() -> None:
    file = CampaignFile.model_validate(
        {"format": "glucotwin-campaign/1", "scenario": "typical", "arms": [{"algorithm": "pid", "sensor": "magic"}]}
    )
    with pytest.raises(NotFoundError, match="magic"):
        run_campaign(file, lambda seed: LivedDays(profile="typical", days=1, seed=seed))


@pytest.mark.slow
def test_the_same_algorithm_twice_differs_in_nothing_and_another_does(tmp_path: Path) -> None:
    arms = [{"algorithm": "basal-bolus"}, {"algorithm": "basal-bolus", "name": "again"}, {"algorithm": "pid"}]
    file = CampaignFile.model_validate(
        {"format": "glucotwin-campaign/1", "scenario": "typical", "subjects": "adult", "arms": arms}
    )
    campaign = run_campaign(
        file, lambda seed: LivedDays(profile="typical", days=1, local_start=datetime(2024, 1, 1), seed=seed)
    )
    changes = campaign.differences()
    again = changes.filter(arm="again").select("mean", "low", "high").to_numpy()
    other = changes.filter(arm="pid", metric="mean_mgdl")
    assert np.all(again == 0.0)
    assert other["low"][0] < other["mean"][0] < other["high"][0]
    assert other["mean"][0] != 0.0
    assert len(campaign.worst) == 9
    assert len(arm_rows(campaign, GlucoseUnit.MGDL)) == 4
    assert len(difference_rows(campaign, GlucoseUnit.MGDL)) == 3
    draw_campaign(campaign, tmp_path / "campaign.png")
    assert (tmp_path / "campaign.png").stat().st_size > 10_000
