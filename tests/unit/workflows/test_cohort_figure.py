"""Figures of cohorts and of their runs: what they show, and what they refuse."""

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest

from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.core.unit import GlucoseUnit
from glucotwin.workflows.cohort import CohortReport
from glucotwin.workflows.cohort_figure import draw_cohort, draw_cohort_run
from glucotwin.workflows.cohort_run import CohortRun

Created = tuple[Path, CohortReport]


def texts(path: Path) -> list[str]:
    """Every text of an SVG file, which has each in a comment."""
    return [html.unescape(text) for text in re.findall(r"<!-- (.*?) -->", path.read_text(encoding="utf-8"))]


def only_adults(report: CohortReport) -> CohortReport:
    return replace(
        report,
        statistics=report.statistics[:1],
        excursions=tuple(one for one in report.excursions if one.group == "adult"),
        cohort=replace(report.cohort, subjects=report.cohort.subjects[:3]),
    )


def test_cohort_stands_beside_the_published_people(created: Created, tmp_path: Path) -> None:
    draw_cohort(created[1], tmp_path / "cohort.svg")
    shown = texts(tmp_path / "cohort.svg")
    assert "5 people, padova-t1d" in shown
    assert {"adult", "adolescent", "child", "cohort, 5–95 %", "published ± SD"} <= set(shown)
    assert {"weight, kg", "carb ratio, g/U", "rise, glucose mg/dL", "rise, insulin pmol/L"} <= set(shown)
    assert "adult breakfast" in shown


def test_cohort_of_one_group_is_drawn(created: Created, tmp_path: Path) -> None:
    draw_cohort(only_adults(created[1]), tmp_path / "adults.svg")
    shown = texts(tmp_path / "adults.svg")
    assert "3 people, padova-t1d" in shown
    assert "child" not in shown


def test_run_shows_each_group_by_the_clock_and_shares_of_time(typical_run: CohortRun, tmp_path: Path) -> None:
    draw_cohort_run(typical_run, tmp_path / "run.svg")
    shown = texts(tmp_path / "run.svg")
    assert {"adult: 3 people", "adolescent: 1 people", "child: 1 people", "5 people, 2 days"} <= set(shown)
    assert {"sensor glucose (mg/dL)", "target 70–180", "< 54", "54–70", "70–180", "180–250", "> 250"} <= set(shown)
    assert shown.count("12:00") == 3


def test_run_can_be_drawn_in_mmol(typical_run: CohortRun, tmp_path: Path) -> None:
    draw_cohort_run(typical_run, tmp_path / "run.svg", unit=GlucoseUnit.MMOLL)
    shown = set(texts(tmp_path / "run.svg"))
    assert {"sensor glucose (mmol/L)", "target 3.9–10", "< 3", "3–3.9", "> 13.9"} <= shown


def test_pictures_are_of_the_kind_of_their_ending(created: Created, typical_run: CohortRun, tmp_path: Path) -> None:
    draw_cohort(created[1], tmp_path / "cohort.png")
    draw_cohort_run(typical_run, tmp_path / "run.png")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cohort.png", "run.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in tmp_path.iterdir())


@pytest.mark.parametrize("name", ["figure.pdf", "figure"])
def test_other_ending_is_refused(created: Created, typical_run: CohortRun, tmp_path: Path, name: str) -> None:
    for draw in (lambda path: draw_cohort(created[1], path), lambda path: draw_cohort_run(typical_run, path)):
        with pytest.raises(DataError, match=r"neither \.png nor \.svg") as refused:
            draw(tmp_path / name)
        assert refused.value.code is ErrorCode.UNRECOGNISED_FORMAT
    assert list(tmp_path.iterdir()) == []


def test_missing_folder_is_refused(created: Created, typical_run: CohortRun, tmp_path: Path) -> None:
    for draw in (lambda path: draw_cohort(created[1], path), lambda path: draw_cohort_run(typical_run, path)):
        with pytest.raises(NotFoundError, match="no folder"):
            draw(tmp_path / "gone" / "figure.png")
