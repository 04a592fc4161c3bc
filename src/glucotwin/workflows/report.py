"""Use case: compose a report from a person's data, their twin, held-out days and what-ifs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl

from glucotwin.advise.change import Change
from glucotwin.core.answer import Answer, ContextOfUse
from glucotwin.core.error import ConflictError, DataError, ErrorCode, SafetyError
from glucotwin.core.file import replace_file
from glucotwin.core.message import message
from glucotwin.core.profile import RESEARCHER, Authority, Capability
from glucotwin.core.progress import ProgressCallback, part_of, silent
from glucotwin.core.unit import GlucoseUnit
from glucotwin.core.validity import Validity
from glucotwin.domain.glucose import GlucoseKind, GlucoseReading
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.evaluation import Evaluation
from glucotwin.forecast.forecast import Forecast
from glucotwin.forecast.predict import forecast_glucose
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.quality import QualityReport
from glucotwin.ingest.reader import import_path
from glucotwin.metrics.grid import build_grid
from glucotwin.metrics.panel import metrics_panel
from glucotwin.metrics.profile import compute_modal_day
from glucotwin.reports.content import FitSummary, ForecastExample, ReportContent, Scenario
from glucotwin.reports.render import render_report
from glucotwin.twin.body.registry import default_body
from glucotwin.twin.twin import Twin
from glucotwin.twin.validity import check_validity, validated_population
from glucotwin.workflows.answer import require_same_person, wrap_answer
from glucotwin.workflows.forecast import days_after_fit, evaluate_person
from glucotwin.workflows.metrics import glucose_series, open_timeline
from glucotwin.workflows.what_if import replay_person, required_capability

MODAL_DAY_BIN_MIN = 30.0
EXAMPLE_HOURS = (9, 20)
"""Local hours at which the example forecasts begin: chosen by the clock, not by how well they went."""
SHORTEST_HELD_OUT_DAYS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRequest:
    """A what-if to be answered in a report: what is changed in which window, under which title."""

    title: str
    window: Window
    changes: tuple[Change, ...]

    @property
    def is_insulin(self) -> bool:
        """Whether it changes insulin."""
        return required_capability(self.changes) is Capability.WHAT_IF_INSULIN


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRequest:
    """What a report is to hold besides the data.

    Attributes:
        unit: in which glucose is shown.
        quality: what the import found, if the data were just imported.
        twin: of the timeline's person; None describes the data only.
        held_out: days to judge forecasts on; default everything after the fit, if it is at least a day.
        scenarios: what-ifs.
        attribution: whose data they are, when a licence asks for it.
    """

    unit: GlucoseUnit = GlucoseUnit.MGDL
    quality: QualityReport | None = None
    twin: Twin | None = None
    held_out: Window | None = None
    scenarios: tuple[ScenarioRequest, ...] = ()
    attribution: str = ""


def compose_report(
    timeline: Timeline,
    request: ReportRequest,
    *,
    authority: Authority = RESEARCHER,
    progress: ProgressCallback = silent,
) -> Answer[ReportContent]:
    """A report in its envelope; what may not be shown or cannot be said is left out, and the report says so.

    Args:
        timeline: the person's data.
        request: what it is to hold.
        authority: on whose behalf.
        progress: told how far the work has come.

    Raises:
        NotAllowedError: the authority may not be told anything about the person.
        DataError: the twin is somebody else's, or a what-if finds no record.
    """
    authority.require(Capability.DESCRIBE)
    twin = request.twin
    if twin is not None:
        require_same_person(twin, timeline)
    window = timeline.window()
    body = default_body(timeline.person.diabetes_type) if twin is None else twin.body
    validity = check_validity(timeline.person, window.end.date(), population=validated_population(body))
    content = _described(timeline, request, window)
    if twin is not None and validity.valid:
        content = _with_twin(content, timeline, twin, request, authority, progress)
    return wrap_answer(
        content,
        context=ContextOfUse.REPORT,
        authority=authority,
        timeline=timeline,
        window=window,
        twin=twin if validity.valid else None,
        validity=validity if twin is not None else Validity(),
        uncertainty=message("report-uncertainty" if content.fit else "report-uncertainty-none"),
        limits=message("report-limit"),
    )


def write_report(answer: Answer[ReportContent], path: Path, *, overwrite: bool = False) -> Path:
    """Writes a report as one HTML file, which appears whole or not at all.

    Raises:
        ConflictError: the file exists and may not be replaced.
        NotFoundError: its folder does not exist.
    """
    if path.exists() and not overwrite:
        raise ConflictError(
            ErrorCode.ALREADY_EXISTS, message("answer-exists", path=str(path)), hint=message("answer-exists-hint")
        )
    page = render_report(answer)
    replace_file(path, lambda place: place.write_text(page, encoding="utf-8"))
    return path


def open_with_quality(path: Path, options: ImportOptions | None = None) -> tuple[Timeline, QualityReport | None]:
    """The timeline at a path, and what its import found; a timeline's folder is opened without.

    Raises:
        DataError, UnitError: the file cannot be what it claims to be.
        NotFoundError: a folder that is no timeline.
    """
    if path.is_dir():
        return open_timeline(path), None
    imported = import_path(path, options)
    return imported.timeline, imported.quality


def _described(timeline: Timeline, request: ReportRequest, window: Window) -> ReportContent:
    readings = timeline.frame(GlucoseReading)
    has_sensor = bool((readings["kind"] == str(GlucoseKind.CGM)).any()) if len(readings) else False
    series = glucose_series(timeline) if has_sensor else None
    return ReportContent(
        person=timeline.person,
        window=window,
        unit=request.unit,
        quality=request.quality,
        panel=None if series is None else metrics_panel(series),
        modal_day=None if series is None else compute_modal_day(build_grid(series), bin_min=MODAL_DAY_BIN_MIN),
        attribution=request.attribution,
    )


def _with_twin(
    content: ReportContent,
    timeline: Timeline,
    twin: Twin,
    request: ReportRequest,
    authority: Authority,
    progress: ProgressCallback,
) -> ReportContent:
    held_out = request.held_out or held_out_days(twin, timeline)
    evaluation, examples = None, ()
    if held_out is not None and authority.allows(Capability.FORECAST):
        evaluation = _evaluate(twin, timeline, held_out, authority, part_of(progress, start=0.0, end=0.5))
        progress(message("report-progress-examples"), 0.5)
        examples = forecast_examples(twin, timeline, held_out)
    shown = [one for one in request.scenarios if authority.allows(required_capability(one.changes))]
    return replace(
        content,
        fit=FitSummary(window=twin.window, diagnostics=twin.diagnostics, latents=twin.latents),
        evaluation=evaluation,
        examples=examples,
        scenarios=_answered(shown, twin, timeline, authority, part_of(progress, start=0.6, end=1.0)),
        scenarios_withheld=not authority.allows(Capability.WHAT_IF_INSULIN),
    )


def _answered(
    requests: Sequence[ScenarioRequest],
    twin: Twin,
    timeline: Timeline,
    authority: Authority,
    progress: ProgressCallback,
) -> tuple[Scenario, ...]:
    scenarios: list[Scenario] = []
    for index, one in enumerate(requests):
        progress(message("report-progress-what-if"), index / len(requests))
        answer = replay_person(twin, timeline, window=one.window, changes=one.changes, authority=authority)
        scenarios.append(Scenario(title=one.title, is_insulin=one.is_insulin, what_if=answer.payload))
    return tuple(scenarios)


def _evaluate(
    twin: Twin, timeline: Timeline, window: Window, authority: Authority, progress: ProgressCallback
) -> Evaluation | None:
    """The scores, or None when the days hold too few readings to score."""
    try:
        return evaluate_person(twin, timeline, window=window, authority=authority, progress=progress).payload
    except DataError as error:
        if error.code is not ErrorCode.TOO_LITTLE_DATA:
            raise
        return None


def held_out_days(twin: Twin, timeline: Timeline) -> Window | None:
    """The days after the fit, if there is at least one."""
    try:
        window = days_after_fit(twin, timeline)
    except DataError:
        return None
    return window if window.days >= SHORTEST_HELD_OUT_DAYS else None


def forecast_examples(twin: Twin, timeline: Timeline, held_out: Window) -> tuple[ForecastExample, ...]:
    """Forecasts beside what then happened, one per hour of ``EXAMPLE_HOURS``, from the middle of the days on."""
    days = timeline.local_days(held_out)
    ordered = days[len(days) // 2 :]
    found = (_first_example(twin, timeline, ordered, hour, held_out) for hour in EXAMPLE_HOURS)
    return tuple(example for example in found if example is not None)


def _first_example(
    twin: Twin, timeline: Timeline, days: Sequence[Window], hour: int, held_out: Window
) -> ForecastExample | None:
    zone = timeline.person.zone_info
    for day in days:
        origin = day.start.astimezone(zone).replace(hour=hour)
        if not held_out.start <= origin <= held_out.end - timedelta(hours=4):
            continue
        try:
            return forecast_example(forecast_glucose(twin, timeline, origin=origin), timeline)
        except SafetyError:
            continue
    return None


def forecast_example(forecast: Forecast, timeline: Timeline) -> ForecastExample:
    """A forecast with the sensor readings around it."""
    around = Window(start=forecast.origin - timedelta(hours=3), end=forecast.origin + timedelta(hours=8))
    readings = timeline.cut(around).frame(GlucoseReading).filter(pl.col("kind") == str(GlucoseKind.CGM))
    minutes = (readings["time"] - forecast.origin).dt.total_microseconds() / 60e6
    return ForecastExample(
        forecast=forecast,
        observed_t_min=minutes.to_numpy(),
        observed_mgdl=readings["glucose_mgdl"].to_numpy().astype(np.float64),
    )
