"""Issuing a forecast from a twin and what was learned on top of it: the same object, with calibrated joint paths."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.domain.record import as_utc
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.case import Case, case_of, live_sample
from glucotwin.forecast.forecast import Forecast, forecast_of
from glucotwin.forecast.learned import Learned, LearnedHorizon
from glucotwin.forecast.mechanism import see
from glucotwin.forecast.predict import (
    LEVELS,
    LONGEST_HORIZON_MIN,
    check_fresh,
    disturbance_time_min,
    forecast_glucose,
    predictive_draws,
    reading_age_min,
)
from glucotwin.forecast.recalibration import HIGHEST_MGDL
from glucotwin.forecast.record import PersonRecord, person_record
from glucotwin.forecast.trajectory import PATH_LEVELS, disturbance_template, join_marginals
from glucotwin.twin.state_space import STEP_MIN
from glucotwin.twin.twin import Twin

ADAPTED_DAYS = 3
"""Days before an origin whose errors keep the widths right; the first of them also fills the features."""


def forecast_with(
    learned: Learned | None,
    twin: Twin,
    timeline: Timeline,
    *,
    origin: datetime,
    horizon_min: int = 240,
    planned: Timeline | None = None,
) -> Forecast:
    """Forecasts what the sensor will show, corrected by what was learned.

    Only what began before the origin is used. What is planned moves the forecast by what the mechanism says of it
    alone: what was learned of unannounced days stays as it is.

    Args:
        learned: None forecasts with the twin alone, as does a newest reading older than 15 min.
        twin: the person's twin.
        timeline: their data.
        origin: aware time to look ahead from.
        horizon_min: how far, at most 480 min.
        planned: meals and doses after the origin that the person announces.

    Raises:
        SafetyError: there is no reading in the 30 min before the origin.
        DataError: the corrections were learned with other features.
    """
    origin = as_utc(origin)
    if learned is None:
        return forecast_glucose(twin, timeline, origin=origin, horizon_min=horizon_min, planned=planned)
    check_fresh(timeline, origin)
    case = _case_at(learned, twin, timeline, origin)
    if np.isnan(case.record.held_mgdl[-1]):
        return forecast_glucose(twin, timeline, origin=origin, horizon_min=horizon_min, planned=planned)
    t_min = STEP_MIN * np.arange(1, int(min(horizon_min, LONGEST_HORIZON_MIN) // STEP_MIN) + 1)
    quantiles = corrected_quantiles_mgdl(learned, case, t_min)
    if planned is not None:
        quantiles = np.clip(quantiles + _planned_change_mgdl(twin, timeline, origin, t_min, planned), 0.0, HIGHEST_MGDL)
    template = disturbance_template(t_min.size, flux_time_min=disturbance_time_min(twin))
    return forecast_of(
        join_marginals(quantiles, template),
        origin=origin,
        t_min=t_min,
        levels=LEVELS,
        future_inputs=message("future-inputs-planned" if planned else "future-inputs-usual"),
        last_reading_age_min=reading_age_min(timeline, origin),
        method="hybrid",
    )


def _case_at(learned: Learned, twin: Twin, timeline: Timeline, origin: datetime) -> Case:
    return case_with(learned, twin, record_before(twin, timeline, origin))


def case_with(learned: Learned, twin: Twin, record: PersonRecord) -> Case:
    """A person's record as a case to forecast from.

    Raises:
        DataError: the corrections were learned with other features.
    """
    profile = learned.profile_of(twin.person.person_id)
    case = case_of(record, see(twin, record), profile, cut=record.steps - 1, train_from=0, announced=False)
    if learned.feature_names != (*case.plain.names, *case.mechanism.names):
        raise DataError(
            ErrorCode.UNSUPPORTED_VERSION,
            "The corrections were learned with other features than this version's.",
            hint="Run 'glucotwin forecast train' again.",
        )
    return case


def record_before(twin: Twin, timeline: Timeline, origin: datetime) -> PersonRecord:
    """The last days up to an origin; the last step is the origin's own and nothing later is in it."""
    start = origin - timedelta(days=ADAPTED_DAYS)
    past = Window(start=start - timedelta(days=2), end=origin + timedelta(microseconds=1))
    known = replace(timeline.cut(past), settings=timeline.settings)
    window = Window(start=start, end=origin + timedelta(minutes=STEP_MIN))
    return person_record(known, window, usual_basal_u_per_min=twin.basal_u_per_min)


def corrected_quantiles_mgdl(learned: Learned, case: Case, t_min: np.ndarray) -> np.ndarray:
    """Quantiles at ``PATH_LEVELS`` from the record's last step on, ``(level, point)``.

    At the learned horizons they are the calibrated ones; between them their distance from the twin's own forecast is
    interpolated, from none at the origin; beyond the last it stays but for its spread, which grows as the twin's own.
    """
    anchors = np.array([0.0, *learned.horizons])
    offsets = np.zeros((PATH_LEVELS.size, anchors.size))
    for number, one in enumerate(learned.horizons.values(), start=1):
        offsets[:, number] = _newest_quantiles(one, case) - case.base_mgdl(one.stack.ahead)[-1]
    between = np.stack([np.interp(t_min, anchors, own) for own in offsets])
    steps = [int(minute / STEP_MIN) for minute in t_min]
    base = np.array([case.base_mgdl(step)[-1] for step in steps])
    last_spread = case.spread_mgdl(int(anchors[-1] / STEP_MIN))[-1]
    wider = np.array([max(1.0, case.spread_mgdl(step)[-1] / last_spread) for step in steps])
    centre = np.median(between, axis=0)
    spread = np.where(t_min > anchors[-1], wider, 1.0) * (between - centre)
    return np.clip(base + centre + spread, 0.0, HIGHEST_MGDL)


def _newest_quantiles(one: LearnedHorizon, case: Case) -> np.ndarray:
    """Calibrated quantiles of the forecast from the last step, ``(level,)``, widths adapted on the steps before it."""
    sample = live_sample(case, one.stack.ahead)
    predicted = one.stack.predict(sample)
    scale = one.recalibration.scale_mgdl(sample, predicted)
    widths = one.recalibration.widths(sample, predicted, scale)
    return one.recalibration.quantiles_mgdl(predicted, scale, widths)[-1]


def _planned_change_mgdl(
    twin: Twin, timeline: Timeline, origin: datetime, t_min: np.ndarray, planned: Timeline
) -> np.ndarray:
    """What the plan does by the mechanism alone, ``(point,)``."""
    horizon = int(t_min[-1])
    told, _, _ = predictive_draws(twin, timeline, origin=origin, horizon_min=horizon, planned=planned)
    usual, _, _ = predictive_draws(twin, timeline, origin=origin, horizon_min=horizon)
    return told.mean(axis=0) - usual.mean(axis=0)
