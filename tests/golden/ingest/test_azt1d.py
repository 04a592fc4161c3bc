"""The traps of AZT1D, as its data set's description counts them, in the real files and in the demo person."""

import zipfile
from importlib import resources
from pathlib import Path

import pytest

from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.meal import Meal
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path

DEMO = Path(str(resources.files("glucotwin.workflows"))) / "demo_data" / "azt1d_subject_24.csv.gz"
SHARED = Path(__file__).parents[4] / "shared" / "data" / "datasets" / "azt1d" / "AZT1D_dev.zip"
needs_shared = pytest.mark.skipif(not SHARED.is_file(), reason="../shared is absent: AZT1D is not in the repository")


def imported(subject: int, folder: Path) -> ImportResult:
    name = f"CGM Records/Subject {subject}/Subject {subject}.csv"
    with zipfile.ZipFile(SHARED) as archive:
        return import_path(Path(archive.extract(name, folder)))


def test_demo_person_is_complete_and_plausible() -> None:
    result = import_path(DEMO)
    line = result.timeline
    days = line.window().days
    assert days == pytest.approx(28.0, abs=0.1)
    assert line.frame(GlucoseReading).height > 0.98 * days * 288
    assert 3.5 < line.frame(Meal).height / days < 4.5
    basal, bolus = line.frame(BasalSegment), line.frame(Bolus)
    assert float((basal["rate_u_per_h"] * basal["duration_min"]).sum()) / 60.0 / days == pytest.approx(11.4, abs=0.3)
    assert float((bolus["insulin_u"] + bolus["extended_u"]).sum()) / days == pytest.approx(31.0, abs=0.8)
    assert all(finding.severity != "problem" for finding in result.quality.findings)


@needs_shared
@pytest.mark.parametrize("subject", [10, 23, 16, 19, 3])
def test_rates_in_thousandths_are_converted(subject: int, tmp_path: Path) -> None:
    result = imported(subject, tmp_path)
    assert result.quality.having(FindingCode.BASAL_MILLIUNITS)
    assert result.timeline.frame(BasalSegment)["rate_u_per_h"].to_numpy().max() < 7.0


@needs_shared
@pytest.mark.parametrize(("subject", "meals"), [(23, 0), (15, 44)])
def test_missing_meals_are_noticed(subject: int, meals: int, tmp_path: Path) -> None:
    result = imported(subject, tmp_path)
    assert result.timeline.frame(Meal).height == meals
    assert result.quality.having(FindingCode.FEW_MEALS if meals else FindingCode.NO_MEALS)


@needs_shared
@pytest.mark.parametrize(("subject", "noticed"), [(3, True), (11, True), (2, False), (24, False)])
def test_unbelievable_insulin_is_noticed(subject: int, noticed: bool, tmp_path: Path) -> None:
    assert bool(imported(subject, tmp_path).quality.having(FindingCode.IMPLAUSIBLE_INSULIN)) == noticed


@needs_shared
@pytest.mark.parametrize("subject", [14, 15])
def test_no_time_holds_two_readings_or_two_equal_boluses(subject: int, tmp_path: Path) -> None:
    line = imported(subject, tmp_path).timeline
    assert line.frame(GlucoseReading)["time"].is_unique().all()
    assert not line.frame(Bolus).select("time", "insulin_u", "extended_u").is_duplicated().any()
