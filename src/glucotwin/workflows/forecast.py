"""Use case: forecast a person's glucose, and judge forecasts on days that the fit did not see."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from glucotwin.core.answer import Answer, ContextOfUse
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.profile import RESEARCHER, Authority, Capability
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.record import as_utc
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.evaluate import evaluate_twin
from glucotwin.forecast.evaluation import Evaluation
from glucotwin.forecast.forecast import Forecast
from glucotwin.forecast.hybrid import forecast_with
from glucotwin.forecast.learned import Learned
from glucotwin.forecast.learned_archive import learned_path, load_learned
from glucotwin.twin.twin import Twin
from glucotwin.workflows.answer import require_same_person, require_valid, wrap_answer

USED_BEFORE = timedelta(days=1)
"""How far back a forecast looks for the state at its origin."""


def forecast_person(
    twin: Twin,
    timeline: Timeline,
    *,
    origin: datetime | None = None,
    horizon_min: int = 240,
    learned: Learned | None = None,
    authority: Authority = RESEARCHER,
) -> Answer[Forecast]:
    """A forecast in its envelope.

    Args:
        twin: of the timeline's person.
        timeline: their data.
        origin: aware time to look ahead from; default the newest sensor reading.
        horizon_min: how far.
        learned: what was learned on top of twins; None forecasts with the twin alone.
        authority: on whose behalf.

    Raises:
        NotAllowedError: the authority may not be given forecasts.
        SafetyError: the model was not validated for this person, or the readings are too old.
        DataError: what was learned does not belong to this version.
    """
    authority.require(Capability.FORECAST)
    require_same_person(twin, timeline)
    origin = newest_reading(timeline) if origin is None else as_utc(origin)
    validity = require_valid(timeline.person, origin.date(), body=twin.body)
    forecast = forecast_with(learned, twin, timeline, origin=origin, horizon_min=horizon_min)
    return wrap_answer(
        forecast,
        context=ContextOfUse.FORECAST,
        authority=authority,
        timeline=timeline,
        window=Window(start=origin - USED_BEFORE, end=origin),
        twin=twin,
        validity=validity,
        uncertainty=message(f"forecast-uncertainty-{forecast.method}"),
        limits=message("forecast-limits"),
    )


def learned_for(twin_path: Path, learned_file: Path | None = None) -> Learned | None:
    """What was learned for the twin in a file: the given file, else the one beside it, else None.

    Raises:
        DataError: the file holds no such thing, or is missing though it was given.
    """
    beside = learned_path(twin_path)
    if learned_file is None and not beside.exists():
        return None
    return load_learned(learned_file or beside)


def evaluate_person(
    twin: Twin,
    timeline: Timeline,
    *,
    window: Window | None = None,
    horizons: Sequence[int] = (30, 60, 120),
    authority: Authority = RESEARCHER,
    progress: ProgressCallback = silent,
) -> Answer[Evaluation]:
    """Scores of forecasts on days after the fit, in their envelope.

    Args:
        twin: of the timeline's person.
        timeline: their data.
        window: held-out days; default everything after the fit.
        horizons: minutes ahead.
        authority: on whose behalf.
        progress: told how far the work has come.

    Raises:
        NotAllowedError: the authority may not be given forecasts.
        SafetyError: the model was not validated for this person.
        DataError: there are no days after the fit.
    """
    authority.require(Capability.FORECAST)
    require_same_person(twin, timeline)
    window = window or days_after_fit(twin, timeline)
    validity = require_valid(timeline.person, window.end.date(), body=twin.body)
    evaluation = evaluate_twin(twin, timeline, window=window, horizons=horizons, progress=progress)
    return wrap_answer(
        evaluation,
        context=ContextOfUse.FORECAST,
        authority=authority,
        timeline=timeline,
        window=window,
        twin=twin,
        validity=validity,
        uncertainty=message("evaluation-uncertainty"),
        limits=message("forecast-limits"),
    )


def days_after_fit(twin: Twin, timeline: Timeline) -> Window:
    """From the first local midnight after the fit to the last sensor reading.

    Raises:
        DataError: there is nothing after the fit.
    """
    end = timeline.window(GlucoseReading).end
    start = timeline.local_days(Window(start=twin.window.end - timedelta(minutes=1), end=twin.window.end))[-1].end
    if end <= start:
        raise DataError(
            ErrorCode.TOO_LITTLE_DATA, message("evaluation-no-days"), hint=message("evaluation-no-days-hint")
        )
    return Window(start=start, end=end)


def newest_reading(timeline: Timeline) -> datetime:
    """Time of the newest glucose reading.

    Raises:
        DataError: there is none.
    """
    return timeline.window(GlucoseReading).end - timedelta(minutes=1)
