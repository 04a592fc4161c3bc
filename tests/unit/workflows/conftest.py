"""What the tests of the workflows share: one tiny cohort, and two days of its people's lives."""

from pathlib import Path

import pytest

from glucotwin.workflows.cohort import CohortReport, CohortRequest, create_cohort
from glucotwin.workflows.cohort_run import CohortRun, CohortRunRequest, run_cohort
from glucotwin.workflows.day_plan import LivedDays

MIX = {"adult": 0.55, "adolescent": 0.25, "child": 0.2}


@pytest.fixture(scope="session")
def created(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CohortReport]:
    """The file of five people, three of them adults, and what was told when they were drawn."""
    path = tmp_path_factory.mktemp("cohort") / "five.parquet"
    return path, create_cohort(CohortRequest(count=5, age_mix=MIX, ethnicity_mix={"north": 1.0}, seed=3), path)


@pytest.fixture(scope="session")
def cohort_file(created: tuple[Path, CohortReport]) -> Path:
    """The file alone."""
    return created[0]


@pytest.fixture(scope="session")
def typical_run(cohort_file: Path, tmp_path_factory: pytest.TempPathFactory) -> CohortRun:
    """Two days of typical lives, all five people in one part."""
    days = LivedDays(profile="typical", days=2, zone="Europe/Berlin")
    return run_cohort(CohortRunRequest(cohort=cohort_file, days=days, out=tmp_path_factory.mktemp("runs") / "typical"))
