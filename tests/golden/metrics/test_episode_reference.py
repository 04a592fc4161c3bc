"""Episodes of the 19 edge cases, by the 2023 rule as iglu reads it."""

import pytest

from glucotwin.metrics.episode import EpisodePanel, EpisodeSummary, find_all_episodes
from glucotwin.metrics.grid import build_grid
from glucotwin.metrics.series import GlucoseSeries

Rows = list[dict[str, str]]

KINDS = {
    "hypo_lt70": "hypo_level1",
    "hypo_lt54": "hypo_level2",
    "hypo_extended_lt70": "hypo_extended",
    "hyper_gt180": "hyper_level1",
    "hyper_gt250": "hyper_level2",
}


@pytest.fixture(scope="module")
def panels(event_cases: dict[str, GlucoseSeries]) -> dict[str, EpisodePanel]:
    return {name: find_all_episodes(build_grid(series)) for name, series in event_cases.items()}


def find(panels: dict[str, EpisodePanel], row: dict[str, str]) -> EpisodeSummary:
    return getattr(panels[row["id"]], KINDS[row["event"]])


def test_every_case_and_kind_has_the_number_of_episodes_of_iglu(
    panels: dict[str, EpisodePanel], event_answers: Rows
) -> None:
    assert len(panels) == 19
    assert len(event_answers) == 19 * len(KINDS)
    for row in event_answers:
        assert find(panels, row).count == int(row["Riglu_n"]), row


def test_every_case_and_kind_has_the_mean_duration_of_iglu(
    panels: dict[str, EpisodePanel], event_answers: Rows
) -> None:
    compared = 0
    for row in event_answers:
        if int(row["Riglu_n"]) > 0:
            assert find(panels, row).mean_duration_min == pytest.approx(float(row["Riglu_mean_min"])), row
            compared += 1
    assert compared >= 20


def test_cases_that_agree_have_the_number_of_episodes_of_agata(
    panels: dict[str, EpisodePanel], event_answers: Rows
) -> None:
    agreeing = [row for row in event_answers if row["agree_n"] == "True"]
    assert len(agreeing) == len(event_answers) - 2
    for row in agreeing:
        assert find(panels, row).count == int(row["agata_n"]), row


def test_exactly_120_minutes_is_not_extended_where_agata_counts_it(panels: dict[str, EpisodePanel]) -> None:
    assert panels["c09_extended_hypo_exactly_120min_24samples"].hypo_extended.count == 0
    assert panels["c10_extended_hypo_125min_25samples"].hypo_extended.count == 1


def test_gap_of_20_minutes_is_bridged_where_agata_ends_the_episode(panels: dict[str, EpisodePanel]) -> None:
    assert panels["c15_gap_20min_inside_low"].hypo_level1.count == 1
    assert panels["c16_gap_60min_inside_low"].hypo_level1.count == 2
