"""Fitting a twin: a person's days become a problem, a method finds the posterior, and the fit is judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

import jax.numpy as jnp
import numpy as np

from glucotwin.core.error import ErrorCode, FitError, GlucoTwinError
from glucotwin.core.parallel import call_side_by_side
from glucotwin.core.progress import ProgressCallback, part_of, silent
from glucotwin.core.provenance import make_manifest
from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.archive import timeline_hash
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.imputation import ASSUMED_WEIGHT_KG, WEIGHT_LOG_SD
from glucotwin.domain.insulin import BasalSegment, Bolus, PenDose
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.assessment import diagnose
from glucotwin.twin.body.fit_body import FitBody
from glucotwin.twin.body.registry import default_body, fit_body
from glucotwin.twin.calibration import calibrate_bands
from glucotwin.twin.covariate import Covariates, covariates_of
from glucotwin.twin.effect import estimate_effect
from glucotwin.twin.evidence import evidence_of
from glucotwin.twin.grid import GriddedData, daily_insulin_u, grid_data, own_and_injected_u
from glucotwin.twin.latent.estimation import estimate_latents
from glucotwin.twin.method import DEFAULT_METHOD, fit_method
from glucotwin.twin.objective import (
    HORIZON_STEPS,
    WARM_UP_STEPS,
    DayBatch,
    day_batch,
    filled_up,
    scoring,
    with_evidence,
)
from glucotwin.twin.personal_model import PersonalModel, personal_model
from glucotwin.twin.problem import FitProblem, FitSettings
from glucotwin.twin.state_space import STEP_MIN
from glucotwin.twin.twin import TWIN_SCHEMA, Twin

FITTED_DAYS = 14
MINIMUM_DAYS = 2
FEWEST_READINGS_PER_DAY = 3.0
"""Finger-sticks four to seven times a day are the least that is meant to be fitted."""

FEWEST_WITH_OWN_INSULIN = 1.0
"""Without insulin nobody measures more often than once or twice a day, and laboratory values tell the level."""

DAILY_INSULIN_U_PER_KG = 0.6
"""Assumed where no insulin is on record; half of it basal (the usual total of adults with type 1 diabetes)."""

CALIBRATION_DRAWS = 16
FIT_STREAM = "fit"


class PriorChoice(StrEnum):
    """What is believed of a person beforehand.

    The population's joint distribution given what is known of them, or each parameter on its own; a body that has no
    independent priors takes the joint distribution in any case.
    """

    POPULATION = "population"
    INDEPENDENT = "independent"


DEFAULT_PRIOR = PriorChoice.INDEPENDENT

WARM_UP_MIN = WARM_UP_STEPS * STEP_MIN
TAIL_MIN = float(HORIZON_STEPS[-1]) * STEP_MIN


def fit_twin(
    timeline: Timeline,
    *,
    window: Window | None = None,
    leave_out: Sequence[Window] = (),
    body: str | None = None,
    prior: PriorChoice = DEFAULT_PRIOR,
    method: str = DEFAULT_METHOD,
    settings: FitSettings | None = None,
    seed: int = 0,
    latents: bool = False,
    progress: ProgressCallback = silent,
) -> Twin:
    """Fits a person's twin.

    Args:
        timeline: the person's data.
        window: days to fit; default the last 14 that have glucose and, where there is any, insulin. Nothing after its
            end is used.
        leave_out: stretches whose readings are not learned from; what was taken and eaten in them still acts later.
        body: name of the body to fit (``body.registry.FIT_BODIES``); default by the type of diabetes.
        prior: what is believed beforehand.
        method: name of the method (``method.FIT_METHODS``).
        settings: how much work methods that sample do.
        seed: of methods that draw.
        latents: whether what differs from day to day, meal to meal and sensor to sensor is estimated too.
        progress: told the stage and the fraction done.

    Raises:
        FitError: too few days with glucose, or the fit left the finite numbers.
        ModelError: there is no method or no body of this name.
    """
    chosen = fit_method(method).load()
    progress("Reading the days", 0.0)
    prepared = fit_problem(timeline, window, leave_out=leave_out, body=body, prior=prior, settings=settings, seed=seed)
    problem, window = prepared.problem, prepared.window
    model, basal = problem.model, float(problem.model.basal_u_per_min)
    needs_none = fit_body(model.body_name).own_insulin
    fitted = chosen(problem, part_of(progress, start=0.05, end=0.8))
    progress("Calibrating the bands", 0.8)
    twin = Twin(
        person=timeline.person,
        body=model.body_name,
        window=window,
        data_hash=timeline_hash(timeline),
        weight_kg=prepared.weight_kg,
        weight_log_sd=prepared.weight_log_sd,
        covariates=prepared.covariates,
        daily_insulin_u=prepared.daily_insulin_u,
        basal_u_per_min=basal,
        posterior=fitted.posterior,
        effect=estimate_effect(model, jnp.asarray(fitted.mode.point), timeline, window, prepared.daily_insulin_u),
        band_factors={},
        diagnostics=diagnose(problem, fitted, prepared.data, recorded_insulin=has_insulin(timeline) or needs_none),
        context=prepared.context,
        manifest=make_manifest(
            TWIN_SCHEMA,
            settings={
                "fitted_days": round(window.days, 3),
                "stretches_left_out": len(leave_out),
                "method": method,
                "prior": str(prior),
                "seed": seed,
            },
        ),
    )
    if latents:
        progress("Looking at every day and meal", 0.9)
        found = estimate_latents(model, fitted.posterior, timeline, prepared.data, window)
        twin = replace(twin, latents=found)
    factors = calibrate_bands(model, twin.draws(CALIBRATION_DRAWS), prepared.data, zone=timeline.person.zone)
    progress("Twin fitted", 1.0)
    return replace(twin, band_factors=factors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A person's days ready to be fitted, with what was found on the way.

    Attributes:
        problem: what a method is given.
        data: the days on the grid.
        window: the days.
        weight_kg: None when it is not on record.
        weight_log_sd: how uncertain an assumed weight is.
        daily_insulin_u: mean total insulin per day.
        covariates: what the prior is conditioned on; None for independent priors.
        context: further parameters that are known and not fitted.
    """

    problem: FitProblem
    data: GriddedData
    window: Window
    weight_kg: float | None
    weight_log_sd: float
    daily_insulin_u: float
    covariates: Covariates | None
    context: Mapping[str, float]


def fit_problem(
    timeline: Timeline,
    window: Window | None = None,
    *,
    leave_out: Sequence[Window] = (),
    body: str | None = None,
    prior: PriorChoice = DEFAULT_PRIOR,
    settings: FitSettings | None = None,
    seed: int = 0,
) -> Prepared:
    """What is to be fitted; see ``fit_twin``.

    Raises:
        FitError: too few days with glucose.
        ModelError: there is no body of this name.
    """
    window = window or latest_days(timeline)
    start = _first_reading_time(timeline, window)
    data_window = Window(start=start - timedelta(minutes=WARM_UP_MIN), end=window.end)
    weight_kg = timeline.person.weight_kg(window.end.date())
    chosen = fit_body(body or default_body(timeline.person.diabetes_type))
    total_u, basal_u = _usual_insulin_u(timeline, window, weight_kg, needed=not chosen.own_insulin)
    data = grid_data(timeline, data_window, usual_basal_u_per_min=basal_u / 1440.0).without_readings(leave_out)
    weight_log_sd = WEIGHT_LOG_SD if weight_kg is None else 0.0
    jointly = prior is PriorChoice.POPULATION or chosen.joint_only
    context = _context(chosen, data)
    covariates = _known(timeline, window, weight_kg, total_u) if jointly else None
    model = personal_model(
        weight_kg=weight_kg,
        daily_insulin_u=total_u,
        basal_u_per_min=basal_u / 1440.0,
        weight_log_sd=weight_log_sd,
        body=chosen.name,
        covariates=covariates,
        context=context,
    )
    batch = day_batch(data)
    _check_enough(batch, window, fewest=FEWEST_WITH_OWN_INSULIN if chosen.own_insulin else FEWEST_READINGS_PER_DAY)
    if chosen.surprise is not None:
        batch = with_evidence(batch, evidence_of(timeline, window))
    key = stream_key(root_key(seed), subject=timeline.person.person_id, stream=FIT_STREAM)
    problem = FitProblem(model=model, batch=filled_up(batch), key=key, settings=settings or FitSettings())
    return Prepared(
        problem=problem,
        data=data,
        window=window,
        weight_kg=weight_kg,
        weight_log_sd=weight_log_sd,
        daily_insulin_u=total_u,
        covariates=covariates,
        context=context,
    )


def _context(body: FitBody, data: GriddedData) -> dict[str, float]:
    """The levels of medicines to which the fitted numbers belong: their means over the days."""
    levels = data.inputs.condition_level
    return {
        name: float(np.mean(np.asarray(levels[level]))) for level, name in body.references.items() if level in levels
    }


def fit_twins(
    timelines: Sequence[Timeline],
    *,
    windows: Sequence[Window | None] | None = None,
    method: str = DEFAULT_METHOD,
    seed: int = 0,
    workers: int = 2,
    progress: ProgressCallback = silent,
) -> tuple[Twin | GlucoTwinError, ...]:
    """Fits several people, side by side; one whose days cannot be fitted gives the error and stops nobody else.

    Args:
        timelines: their data.
        windows: days of each; default as for ``fit_twin``.
        method: name of the method.
        seed: of methods that draw.
        workers: how many are fitted at once.
        progress: told how many are done.
    """
    chosen = windows if windows is not None else [None] * len(timelines)
    calls = [
        partial(fit_twin, timeline, window=window, method=method, seed=seed)
        for timeline, window in zip(timelines, chosen, strict=True)
    ]
    return call_side_by_side(calls, workers=workers, stage="Fitting the twins", progress=progress)


def model_of(twin: Twin) -> PersonalModel:
    """The family of bodies that a twin's posterior speaks of."""
    return personal_model(
        weight_kg=twin.weight_kg,
        daily_insulin_u=twin.daily_insulin_u,
        basal_u_per_min=twin.basal_u_per_min,
        weight_log_sd=twin.weight_log_sd,
        body=twin.body,
        covariates=twin.covariates,
        context=twin.context,
    )


def prior_of(twin: Twin) -> PriorChoice:
    """What was believed of the person before the twin was fitted."""
    return PriorChoice.INDEPENDENT if twin.covariates is None else PriorChoice.POPULATION


def has_insulin(timeline: Timeline) -> bool:
    """Whether any dose or basal rate is on record."""
    return any(len(timeline.frame(kind)) for kind in (BasalSegment, Bolus, PenDose))


def _known(timeline: Timeline, window: Window, weight_kg: float | None, daily_insulin_u: float) -> Covariates:
    recorded = daily_insulin_u if has_insulin(timeline) else None
    return covariates_of(timeline, window, weight_kg=weight_kg, daily_insulin_u=recorded)


def _usual_insulin_u(
    timeline: Timeline, window: Window, weight_kg: float | None, *, needed: bool
) -> tuple[float, float]:
    """Total and basal insulin per day; where none is on record by weight, or none where the body makes its own."""
    if not needed:
        return own_and_injected_u(timeline, window)
    if has_insulin(timeline):
        return daily_insulin_u(timeline, window)
    total = DAILY_INSULIN_U_PER_KG * (weight_kg or ASSUMED_WEIGHT_KG)
    return total, total / 2.0


def latest_days(timeline: Timeline, *, days: int = FITTED_DAYS) -> Window:
    """The last days, up to the last reading, that have glucose and, where any is on record, insulin.

    Raises:
        FitError: there is no glucose, or the streams have no days in common.
    """
    glucose = timeline.frame(GlucoseReading)
    needed = not fit_body(default_body(timeline.person.diabetes_type)).own_insulin
    doses = [timeline.frame(kind) for kind in (BasalSegment, Bolus, PenDose) if needed and len(timeline.frame(kind))]
    if not len(glucose):
        raise FitError(
            ErrorCode.TOO_LITTLE_DATA,
            "The timeline has no glucose readings.",
            hint="A twin needs glucose, and learns more from insulin and meals.",
        )
    # Where a pump's basal record is shorter than its boluses, only the days with both can be fitted.
    first = max(glucose["time"][0], *(frame["time"][0] for frame in doses), glucose["time"][0])
    dosed = [max(frame["time"][-1] for frame in doses) + timedelta(days=1)] if doses else []
    end = min([glucose["time"][-1], *dosed])
    if end <= first:
        raise FitError(
            ErrorCode.TOO_LITTLE_DATA,
            "The glucose readings and the insulin doses have no days in common.",
            hint="A twin needs glucose and insulin of the same days.",
        )
    return Window(start=max(first, end - timedelta(days=days)), end=end)


def _check_enough(batch: DayBatch, window: Window, *, fewest: float) -> None:
    days = batch.first_guess_mgdl.size
    readings = int(np.sum(np.asarray(scoring(batch)[1])[:, : batch.readings.kind.shape[1]] > 0)) if days else 0
    if days < MINIMUM_DAYS or readings < fewest * days:
        raise FitError(
            ErrorCode.TOO_LITTLE_DATA,
            f"{window.start:%Y-%m-%d} to {window.end:%Y-%m-%d} holds {days} whole days with {readings} readings; "
            f"a fit needs at least {MINIMUM_DAYS} days and {fewest:.0f} readings a day.",
            hint="Import more days, or choose a window with fewer gaps.",
        )


def _first_reading_time(timeline: Timeline, window: Window) -> datetime:
    """The first reading's minute: the grid begins there, so that readings and steps coincide."""
    times = timeline.cut(window).frame(GlucoseReading)["time"]
    if not len(times):
        raise FitError(ErrorCode.TOO_LITTLE_DATA, f"There are no glucose readings from {window.start} to {window.end}.")
    return times[0].replace(second=0, microsecond=0)
