"""Use case: fit a person's twin, keeping later days aside if asked, and save it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from glucotwin.core.error import ConflictError, DataError, ErrorCode, FitError
from glucotwin.core.message import message
from glucotwin.core.profile import RESEARCHER, Authority, Capability
from glucotwin.core.progress import ProgressCallback, part_of, silent
from glucotwin.core.validity import Validity
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.ingest.detect.days import DayReason, DayReport, day_reports
from glucotwin.prognosis.glycation import GlycationRatio
from glucotwin.twin.archive import save_twin
from glucotwin.twin.diagnostic import FAILURES, Verdict
from glucotwin.twin.fit import DEFAULT_PRIOR, FITTED_DAYS, PriorChoice, fit_twin, latest_days
from glucotwin.twin.method import DEFAULT_METHOD
from glucotwin.twin.problem import FitSettings
from glucotwin.twin.twin import Twin
from glucotwin.twin.validity import check_validity, validated_population
from glucotwin.workflows.recorded_glycation import recorded_glycation

FEWEST_FIT_DAYS = 4
"""With readings for fewer fit days than this, the unfit ones are used too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FitPeriod:
    """Which days a twin learns from.

    Attributes:
        days: how many, ending with the last day that is not kept aside.
        first_day, last_day: local days, both included; they override ``days``.
        holdout_days: days at the end that are kept aside.
        all_days: learn from days that are not fit for a twin too.
    """

    days: int = FITTED_DAYS
    first_day: date | None = None
    last_day: date | None = None
    holdout_days: int = 0
    all_days: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FitChoice:
    """How a twin is fitted.

    Attributes:
        body: name of the body to fit; None for the one of the person's type of diabetes.
        prior: what is believed beforehand.
        method: name of the method.
        settings: how much work methods that sample do.
        seed: of methods that draw.
        keep_failed: save a twin whose diagnostics say that it may not be used.
        latents: estimate what differed from day to day, meal to meal and sensor to sensor too.
    """

    body: str | None = None
    prior: PriorChoice = DEFAULT_PRIOR
    method: str = DEFAULT_METHOD
    settings: FitSettings = field(default_factory=FitSettings)
    seed: int = 0
    keep_failed: bool = False
    latents: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FitAnswer:
    """A fitted twin.

    Attributes:
        twin: the twin.
        validity: whether its answers are meant for the person.
        path: where it was saved; None when it was not.
        left_out: days that were not learned from, with why.
        glycation: HbA1c against mean glucose, where both are on record.
        unfit_used: days that were learned from although they are not fit, because too few others are left.
    """

    twin: Twin
    validity: Validity
    path: Path | None
    left_out: tuple[DayReport, ...] = ()
    unfit_used: tuple[DayReport, ...] = ()
    glycation: GlycationRatio | None = None

    def to_json(self) -> dict[str, object]:
        """The answer as JSON values."""
        return {
            "person_id": self.twin.person.person_id,
            "body": self.twin.body,
            "version": self.twin.version,
            "content_hash": self.twin.content_hash(),
            "data_hash": self.twin.data_hash,
            "start": self.twin.window.start.isoformat(),
            "end": self.twin.window.end.isoformat(),
            "validity": self.validity.to_json(),
            "diagnostics": self.twin.diagnostics.to_json(),
            "latents": None if self.twin.latents is None else self.twin.latents.to_json(),
            "days_left_out": [_unfit_json(one) for one in self.left_out],
            "glycation": None if self.glycation is None else self.glycation.to_json(),
            "unfit_days_used": [_unfit_json(one) for one in self.unfit_used],
            "twin": None if self.path is None else str(self.path),
        }


def fit_person(
    timeline: Timeline,
    *,
    period: FitPeriod | None = None,
    choice: FitChoice | None = None,
    out: Path | None = None,
    overwrite: bool = False,
    authority: Authority = RESEARCHER,
    progress: ProgressCallback = silent,
) -> FitAnswer:
    """Fits a twin and saves it.

    Args:
        timeline: the person's data.
        period: which days to learn from; default the last 14.
        choice: how to fit; default the most probable point with a normal posterior.
        out: file to save to; None saves nothing.
        overwrite: replace an existing file.
        authority: on whose behalf.
        progress: told how far the work has come.

    Raises:
        NotAllowedError: the authority may not be given forecasts, so it has no use for a twin.
        ConflictError: the file exists.
        DataError, FitError: the days cannot be fitted, or the diagnostics of the fit refuse it.
    """
    authority.require(Capability.FORECAST)
    if out is not None and out.exists() and not overwrite:
        raise ConflictError(
            ErrorCode.ALREADY_EXISTS, message("answer-exists", path=str(out)), hint=message("answer-exists-hint")
        )
    period = period or FitPeriod()
    window = fit_window(timeline, period)
    days = () if period.all_days else _days(timeline, window)
    unfit = tuple(one for one in days if misleads(one))
    # Measured in readings, so that days with hardly any do not stand for whole ones.
    enough = sum(one.glucose_pct for one in days if not misleads(one)) >= 100.0 * FEWEST_FIT_DAYS
    left_out = tuple(Window(start=one.start, end=one.end) for one in unfit) if enough else ()
    choice = choice or FitChoice()
    twin = fit_twin(
        timeline,
        window=window,
        leave_out=left_out,
        body=choice.body,
        prior=choice.prior,
        method=choice.method,
        settings=choice.settings,
        seed=choice.seed,
        latents=choice.latents,
        progress=part_of(progress, start=0.0, end=0.98),
    )
    if out is not None:
        _check_usable(twin, choice)
        save_twin(twin, out, overwrite=overwrite)
    return FitAnswer(
        twin=twin,
        validity=check_validity(timeline.person, window.end.date(), population=validated_population(twin.body)),
        path=out,
        left_out=unfit if enough else (),
        unfit_used=() if enough else unfit,
        glycation=recorded_glycation(timeline),
    )


def _check_usable(twin: Twin, choice: FitChoice) -> None:
    """The gate: a twin that its own diagnostics refuse is saved only when that is asked for."""
    if twin.diagnostics.verdict is Verdict.FAIL and not choice.keep_failed:
        reasons = " ".join(message(key) for key in twin.diagnostics.warnings if key in FAILURES)
        raise FitError(
            ErrorCode.NOT_CONVERGED,
            message("fit-refused", reasons=reasons),
            hint=message("fit-refused-hint"),
        )


def _days(timeline: Timeline, window: Window) -> tuple[DayReport, ...]:
    """Reports on the window's days, judged by nothing after its end."""
    known = timeline.cut(Window(start=timeline.window().start, end=window.end))
    return tuple(one for one in day_reports(known) if one.end > window.start)


def misleads(day: DayReport) -> bool:
    """Whether a day's records would mislead a fit. Few readings do not: what there is of them is right."""
    return bool(set(day.reasons_against) - {DayReason.LITTLE_GLUCOSE})


def _unfit_json(report: DayReport) -> dict[str, object]:
    reasons = [str(reason) for reason in report.reasons_against]
    return {"day": report.day.isoformat(), "reasons": reasons, "text": report.text}


def fit_window(timeline: Timeline, period: FitPeriod) -> Window:
    """The days to learn from.

    Raises:
        DataError: they hold no readings, or end before they begin.
        FitError: there is no glucose or no insulin in them.
    """
    whole = timeline.window(GlucoseReading)
    end = whole.end if period.last_day is None else midnight(timeline, period.last_day + timedelta(days=1))
    end = min(end, whole.end - timedelta(days=period.holdout_days))
    start = whole.start if period.first_day is None else midnight(timeline, period.first_day)
    if end <= start:
        raise DataError(
            ErrorCode.TOO_LITTLE_DATA, message("fit-no-days", start=f"{start:%Y-%m-%d}", end=f"{end:%Y-%m-%d}")
        )
    allowed = timeline.cut(Window(start=start, end=end))
    days = period.days if period.first_day is None else round((end - start).total_seconds() / 86400.0 + 0.5)
    return latest_days(allowed, days=days)


def midnight(timeline: Timeline, day: date) -> datetime:
    """The beginning of a local day."""
    return datetime.combine(day, datetime.min.time(), timeline.person.zone_info).astimezone(UTC)
