"""A report made of formulas: four weeks of glucose, a fit, scores, forecasts and what-ifs."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from glucotwin.advise.what_if import Curve, Estimate, Outcome, WhatIf, WhatIfKind
from glucotwin.core.answer import Answer, ContextOfUse, DataGap, DataReference, ModelReference
from glucotwin.core.profile import RESEARCHER
from glucotwin.core.validity import Validity
from glucotwin.domain.person import DiabetesType, Person, TherapyKind
from glucotwin.domain.timeline import Window
from glucotwin.forecast.evaluation import Evaluation, HorizonScore
from glucotwin.forecast.forecast import Band, Forecast
from glucotwin.ingest.quality import Action, Coverage, Finding, FindingCode, QualityReport, Severity, Source
from glucotwin.metrics.grid import build_grid
from glucotwin.metrics.panel import metrics_panel
from glucotwin.metrics.profile import compute_modal_day
from glucotwin.metrics.series import GlucoseSeries
from glucotwin.reports.content import FitSummary, ForecastExample, ReportContent, Scenario
from glucotwin.twin.diagnostic import Diagnostics, ParameterSummary

START = datetime(2024, 3, 8, 7, 0, tzinfo=UTC)
END = START + timedelta(days=28)
ORIGIN = datetime(2024, 3, 30, 1, 35, tzinfo=UTC)


def glucose_mgdl(t_min: np.ndarray) -> np.ndarray:
    """Three meals a day over a slow drift: a made-up course from 45 to 270 mg/dL."""
    hour = t_min / 60.0 % 24.0
    meals = sum(
        size * np.exp(-0.5 * ((hour - at) / 1.3) ** 2) for at, size in ((8.5, 55.0), (13.5, 45.0), (20.0, 70.0))
    )
    return (
        118.0 + meals + 32.0 * np.sin(t_min / 501.0) + 18.0 * np.sin(t_min / 83.0 + 1.0) - 12.0 * np.cos(t_min / 2917.0)
    )


@pytest.fixture(scope="session")
def series() -> GlucoseSeries:
    t_min = np.arange(0.0, 28 * 1440.0, 5.0)
    times = np.datetime64("2024-03-08T07:00:00") + (t_min * 60).astype("timedelta64[s]")
    return GlucoseSeries.from_utc(times, glucose_mgdl(t_min), zone="America/Phoenix")


@pytest.fixture(scope="session")
def quality() -> QualityReport:
    return QualityReport(
        sources=(Source(name="person.csv", sha256="0" * 64, format_name="AZT1D", records=8100),),
        coverage=(
            Coverage(stream="glucose", records=7991, first=START, last=END, gaps=9, gap_min=227.6, active_percent=99.1),
            Coverage(stream="meal", records=109, first=START, last=END),
        ),
        findings=(
            Finding(
                code=FindingCode.EXTENDED_PART_INFERRED,
                severity=Severity.WARNING,
                stream="bolus",
                action=Action.CORRECTED,
                count=3,
                values={"minutes": "120"},
            ),
            Finding(
                code=FindingCode.DUPLICATE_ROWS, severity=Severity.INFO, stream="", action=Action.DROPPED, count=136
            ),
        ),
    )


def parameter(name: str, median: float, spread: float, informed: float) -> ParameterSummary:
    return ParameterSummary(
        name=name,
        description="described by the body",
        unit="/min",
        prior_median=0.02,
        prior_low=0.008,
        prior_high=0.05,
        median=median,
        low=median / spread,
        high=median * spread,
        informed_fraction=informed,
    )


@pytest.fixture(scope="session")
def fit() -> FitSummary:
    parameters = (
        parameter("glucose.sensitivity_night", 0.025, 1.2, 0.71),
        parameter("glucose.sensitivity_evening", 0.031, 1.15, 0.8),
        parameter("gut.absorption_per_min", 0.017, 1.6, 0.45),
        parameter("subcutis.absorption_per_min", 0.0205, 2.3, 0.05),
    )
    diagnostics = Diagnostics(
        converged=True,
        iterations=41,
        readings=4013,
        residual_sd_mgdl=6.42,
        residual_autocorrelation=0.12,
        parameters=parameters,
    )
    return FitSummary(window=Window(start=START, end=START + timedelta(days=14)), diagnostics=diagnostics)


def score(horizon_min: int, rmse_mgdl: float, rmse_persistence_mgdl: float) -> HorizonScore:
    return HorizonScore(
        horizon_min=horizon_min,
        pairs=3876,
        rmse_mgdl=rmse_mgdl,
        mae_mgdl=0.75 * rmse_mgdl,
        mard_pct=0.6 * rmse_mgdl,
        bias_mgdl=-1.6,
        coverage_50=0.523,
        coverage_90=0.904,
        width_90_mgdl=3.2 * rmse_mgdl,
        dts_zone_a_fraction=0.953,
        rmse_persistence_mgdl=rmse_persistence_mgdl,
        mae_persistence_mgdl=0.75 * rmse_persistence_mgdl,
        mard_persistence_pct=0.6 * rmse_persistence_mgdl,
    )


@pytest.fixture(scope="session")
def evaluation() -> Evaluation:
    return Evaluation(
        person_id="person-1",
        start=START + timedelta(days=14),
        end=END,
        future_inputs="Basal insulin goes on as in the last hour; no meals and no boluses.",
        horizons=(score(30, 15.23, 18.91), score(60, 24.87, 31.42), score(120, 36.44, 44.08)),
    )


def bands(middle: np.ndarray, half_width: np.ndarray) -> tuple[Band, ...]:
    return tuple(
        Band(level=level, low_mgdl=middle - factor * half_width, high_mgdl=middle + factor * half_width)
        for level, factor in ((0.5, 0.41), (0.9, 1.0))
    )


def example_at(origin: datetime) -> ForecastExample:
    t_min = np.arange(5.0, 241.0, 5.0)
    offset = (origin - START) / timedelta(minutes=1)
    median = glucose_mgdl(offset + t_min) + 6.0 * np.sin(t_min / 60.0)
    forecast = Forecast(
        origin=origin,
        t_min=t_min,
        median_mgdl=median,
        bands=bands(median, 14.0 + 3.1 * np.sqrt(t_min)),
        trajectories_mgdl=median + np.linspace(-30.0, 30.0, 20)[:, None],
        probability_below_70=np.linspace(0.01, 0.06, t_min.size),
        probability_below_54=np.linspace(0.0, 0.01, t_min.size),
        future_inputs="No meals and no boluses.",
        last_reading_age_min=3.0,
    )
    around = np.arange(-180.0, 300.0, 5.0)
    return ForecastExample(forecast=forecast, observed_t_min=around, observed_mgdl=glucose_mgdl(offset + around))


def outcome(name: str, unit: str, baseline: float, changed: float, half: float) -> Outcome:
    def estimate(median: float) -> Estimate:
        return Estimate(median=median, low=median - half, high=median + half)

    return Outcome(
        name=name,
        unit=unit,
        baseline=estimate(baseline),
        changed=estimate(changed),
        difference=Estimate(median=changed - baseline, low=changed - baseline - half, high=changed - baseline + half),
    )


def what_if(change: str, size_mgdl: float) -> WhatIf:
    t_min = np.arange(0.0, 361.0, 5.0)
    offset = (ORIGIN - START) / timedelta(minutes=1)
    baseline = glucose_mgdl(offset + t_min)
    difference = size_mgdl * np.exp(-0.5 * ((t_min - 110.0) / 60.0) ** 2)
    observed = baseline + 3.0 * np.sin(t_min / 7.0)
    observed[12:16] = np.nan

    def curve(middle: np.ndarray, half: float) -> Curve:
        return Curve(median_mgdl=middle, bands=bands(middle, half * (0.3 + t_min / 360.0)))

    return WhatIf(
        kind=WhatIfKind.REPLAY,
        start=ORIGIN,
        t_min=t_min,
        changes=(change,),
        baseline=curve(baseline, 12.0),
        changed=curve(baseline + difference, 16.0),
        difference=curve(difference, 9.0),
        outcomes=(
            outcome("mean_glucose_mgdl", "mg/dL", 161.2, 152.9, 4.1),
            outcome("time_in_range_pct", "%", 68.1, 79.2, 6.3),
            outcome("time_below_70_pct", "%", 0.0, 1.2, 1.9),
            outcome("time_above_180_pct", "%", 31.9, 19.6, 6.0),
        ),
        observed_mgdl=observed,
    )


@pytest.fixture(scope="session")
def content(series: GlucoseSeries, quality: QualityReport, fit: FitSummary, evaluation: Evaluation) -> ReportContent:
    """Everything that a report can hold."""
    person = Person(
        person_id="person-1",
        zone="America/Phoenix",
        diabetes_type=DiabetesType.TYPE_1,
        therapy=TherapyKind.CLOSED_LOOP,
        adult=True,
    )
    return ReportContent(
        person=person,
        window=Window(start=START, end=END),
        quality=quality,
        panel=metrics_panel(series),
        modal_day=compute_modal_day(build_grid(series), bin_min=30.0),
        fit=fit,
        evaluation=evaluation,
        examples=(example_at(ORIGIN), example_at(ORIGIN + timedelta(hours=14))),
        scenarios=(
            Scenario(
                title="Same dinner, bolus 20 minutes earlier",
                is_insulin=True,
                what_if=what_if("The bolus of 5.2 U at 18:35 is given 20 minutes earlier.", -34.0),
            ),
            Scenario(title="A smaller dinner", is_insulin=False, what_if=what_if("The meal has 40 g.", -21.0)),
        ),
        attribution="AZT1D, Khamesian et al. (2025), CC BY 4.0.",
    )


def answer_of(content: ReportContent) -> Answer[ReportContent]:
    """The content in an envelope of the research profile."""
    return Answer(
        context_of_use=ContextOfUse.REPORT,
        issued_at=datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
        authority=RESEARCHER,
        model=ModelReference(body="minimal", twin_version="1", twin_hash="a1b2" * 16, software_version="0.1.0"),
        data=DataReference(person_id="person-1", data_hash="c3d4" * 16, start=START, end=END),
        inputs_used=("glucose", "bolus", "basal", "meal"),
        data_gaps=(DataGap(stream="glucose", start=START, end=START + timedelta(minutes=42)),),
        validity=Validity(),
        uncertainty="Bands are quantiles of forecasts from the twin's posterior.",
        limits="Do not use this report to decide on treatment.",
        payload=content,
    )


@pytest.fixture(scope="session")
def answer(content: ReportContent) -> Answer[ReportContent]:
    return answer_of(content)
