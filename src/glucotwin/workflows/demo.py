"""Use case: the demo, from one open person's data to a report, in one go."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from glucotwin.advise.change import ScaleBolus, ShiftBolus
from glucotwin.core.answer import Answer
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.profile import RESEARCHER, Authority
from glucotwin.core.progress import ProgressCallback, part_of, silent
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.insulin import Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.ingest.quality import QualityReport
from glucotwin.reports.content import ReportContent
from glucotwin.twin.archive import save_twin
from glucotwin.twin.twin import Twin
from glucotwin.workflows.demo_living import LivingTwin, live_on
from glucotwin.workflows.fit import FitPeriod, fit_person
from glucotwin.workflows.import_data import import_data
from glucotwin.workflows.report import ReportRequest, ScenarioRequest, compose_report, write_report

DATA_FILE = "azt1d_subject_24.csv.gz"
FITTED_DAYS = 14
HELD_OUT_DAYS = 14
EARLIER_MIN = -20.0
MORE_INSULIN = 1.2
DINNER_HOURS = (17, 22)
BOLUS_WITHIN = timedelta(minutes=15)
BEFORE_DINNER, AFTER_DINNER = timedelta(hours=1), timedelta(hours=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dinner:
    """An evening meal with the bolus given for it."""

    meal: Meal
    bolus: Bolus


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAnswer:
    """What the demo made.

    Attributes:
        report: the report's content in its envelope.
        quality: what the import found.
        twin: the fitted twin.
        living: what the twin says in the days after the fit.
        report_path, twin_path: the written files.
        seconds: time that each stage took.
    """

    report: Answer[ReportContent]
    quality: QualityReport
    twin: Twin
    living: LivingTwin
    report_path: Path
    twin_path: Path
    seconds: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """The answer as JSON values."""
        return {
            "report": str(self.report_path),
            "twin": str(self.twin_path),
            "living": self.living.to_json(),
            "seconds": {stage: round(value, 2) for stage, value in self.seconds.items()},
            "content": self.report.to_json(),
        }


def run_demo(
    folder: Path,
    *,
    unit: GlucoseUnit = GlucoseUnit.MGDL,
    authority: Authority = RESEARCHER,
    progress: ProgressCallback = silent,
) -> DemoAnswer:
    """Imports the shipped person, fits a twin to two weeks, judges it on the next two, asks two what-ifs, and reports.

    Then the twin is kept in step with the days after the fit, forecasts from one of them go into a ledger and are
    scored, and the alarms of two days are replayed.

    Args:
        folder: where everything is written; made if it does not exist.
        unit: in which glucose is shown.
        authority: on whose behalf; the data are open and consented to.
        progress: told how far the work has come.
    """
    seconds: dict[str, float] = {}
    make_folder(folder)
    with resources.as_file(demo_data() / DATA_FILE) as file, _timed(seconds, "import"):
        imported = import_data(file, progress=part_of(progress, start=0.0, end=0.05))
    timeline = imported.timeline
    with _timed(seconds, "fit"):
        period = FitPeriod(days=FITTED_DAYS, holdout_days=HELD_OUT_DAYS)
        twin = fit_person(
            timeline, period=period, authority=authority, progress=part_of(progress, start=0.05, end=0.55)
        ).twin
    request = ReportRequest(
        unit=unit,
        quality=imported.quality,
        twin=twin,
        scenarios=dinner_scenarios(timeline, twin),
        attribution=attribution(),
    )
    with _timed(seconds, "forecast and what-if"):
        report = compose_report(
            timeline, request, authority=authority, progress=part_of(progress, start=0.55, end=0.75)
        )
    with _timed(seconds, "days after the fit"):
        living = live_on(folder, twin, timeline, authority=authority, progress=part_of(progress, start=0.75, end=0.98))
    progress(message("demo-progress-report"), 0.98)
    with _timed(seconds, "report"):
        path = write_report(report, folder / "report.html", overwrite=True)
        twin_path = folder / f"{timeline.person.person_id}.twin.json"
        save_twin(twin, twin_path, overwrite=True)
    return DemoAnswer(
        report=report,
        quality=imported.quality,
        twin=twin,
        living=living,
        report_path=path,
        twin_path=twin_path,
        seconds=seconds,
    )


def dinner_scenarios(timeline: Timeline, twin: Twin) -> tuple[ScenarioRequest, ...]:
    """The same dinner with its bolus earlier, and with more of it."""
    dinner = choose_dinner(timeline, Window(start=twin.window.end - timedelta(days=7), end=twin.window.end))
    at = dinner.bolus.time
    window = Window(start=dinner.meal.time - BEFORE_DINNER, end=dinner.meal.time + AFTER_DINNER)
    return (
        ScenarioRequest(
            title=message("demo-bolus-earlier", minutes=f"{-EARLIER_MIN:.0f}"),
            window=window,
            changes=(ShiftBolus(at=at, minutes=EARLIER_MIN),),
        ),
        ScenarioRequest(
            title=message("demo-bolus-larger", percent=f"{100.0 * (MORE_INSULIN - 1.0):.0f}"),
            window=window,
            changes=(ScaleBolus(at=at, factor=MORE_INSULIN),),
        ),
    )


def choose_dinner(timeline: Timeline, window: Window) -> Dinner:
    """The evening meal with most carbohydrate that has a bolus within 15 minutes; of equals the first.

    Raises:
        DataError: there is none.
    """
    zone = timeline.person.zone_info
    part = timeline.cut(window)
    boluses = [bolus for bolus in part.records(Bolus) if bolus.insulin_u > 0.0]
    first_hour, last_hour = DINNER_HOURS
    dinners = [
        Dinner(meal=meal, bolus=near)
        for meal in part.records(Meal)
        if first_hour <= meal.time.astimezone(zone).hour < last_hour
        and (near := _nearest(boluses, meal.time)) is not None
    ]
    if not dinners:
        raise DataError(ErrorCode.TOO_LITTLE_DATA, message("demo-no-dinner"))
    return max(dinners, key=lambda dinner: (dinner.meal.carbs_g, -dinner.meal.time.timestamp()))


def _nearest(boluses: list[Bolus], time_of_meal: datetime) -> Bolus | None:
    near = [bolus for bolus in boluses if abs(bolus.time - time_of_meal) <= BOLUS_WITHIN]
    return min(near, key=lambda bolus: abs(bolus.time - time_of_meal)) if near else None


def make_folder(folder: Path) -> None:
    """Makes the folder; a new one is told to version control as something to ignore."""
    if not folder.exists():
        folder.mkdir(parents=True)
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")


def attribution() -> str:
    """Whose data the demo's are, as their licence asks."""
    return message("demo-attribution")


def demo_data() -> Traversable:
    """The folder with the shipped person."""
    return resources.files("glucotwin.workflows") / "demo_data"


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Generator[None]:
    start = time.perf_counter()
    yield
    seconds[stage] = time.perf_counter() - start
