"""Use case: a twin that goes on learning: refitted at night, tried in the shadow, promoted by a rule, rolled back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from glucotwin.core.error import DataError, FitError
from glucotwin.core.profile import RESEARCHER, Authority, Capability
from glucotwin.core.progress import ProgressCallback, part_of, silent
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.timeline import Timeline
from glucotwin.forecast.promotion import LEAST_DAYS, LONGEST_TRIAL_DAYS, Trial, compare_twins
from glucotwin.twin.fit import latest_days, prior_of
from glucotwin.twin.lineage.lineage import (
    Lineage,
    promote_shadow,
    put_on_trial,
    read_lineage,
    retire_shadow,
    roll_back,
    start_lineage,
)
from glucotwin.twin.online.drift import Drift, find_drift
from glucotwin.twin.online.follow import follow
from glucotwin.twin.twin import Twin
from glucotwin.workflows.answer import require_same_person
from glucotwin.workflows.fit import FitChoice, fit_person

REFIT_AFTER = timedelta(days=7)
"""A champion older than this gets a candidate; one whose person has changed gets it at once."""
DRIFT_DRAWS = 4
"""Posterior draws that are followed to watch for drift: means over days need no more."""


class NightlyStep(StrEnum):
    """What a night did."""

    PROMOTED = "promoted"
    RETIRED = "retired"
    ON_TRIAL = "on-trial"
    PUT_ON_TRIAL = "put-on-trial"
    NOTHING = "nothing"
    NO_FIT = "no-fit"


@dataclass(frozen=True, slots=True, kw_only=True)
class NightlyAnswer:
    """What a night did to a lineage.

    Attributes:
        steps: in order.
        champion, shadow: versions afterwards.
        trial: champion and candidate on the same readings; None without a candidate or too little to compare.
        drift: lasting changes since the champion's fit.
        why_no_fit: why no candidate could be fitted; empty otherwise.
    """

    steps: tuple[NightlyStep, ...]
    champion: str
    shadow: str | None
    trial: Trial | None
    drift: tuple[Drift, ...]
    why_no_fit: str = ""

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "steps": [str(one) for one in self.steps],
            "champion": self.champion,
            "shadow": self.shadow,
            "trial": None if self.trial is None else self.trial.to_json(),
            "drift": [one.to_json() for one in self.drift],
            "why_no_fit": self.why_no_fit,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageAnswer:
    """A lineage's state and history.

    Attributes:
        champion, shadow: versions now.
        events: everything that happened: time, kind and content.
    """

    champion: str
    shadow: str | None
    events: tuple[Mapping[str, Any], ...] = field(default=())

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {"champion": self.champion, "shadow": self.shadow, "events": [dict(one) for one in self.events]}


def start_twin(folder: Path, twin: Twin, *, authority: Authority = RESEARCHER) -> LineageAnswer:
    """Makes a lineage in which a twin answers.

    Raises:
        NotAllowedError: the authority may not be given forecasts.
        ConflictError: there is something in the folder.
        NotFoundError: the folder around it does not exist.
    """
    authority.require(Capability.FORECAST)
    return _told(start_lineage(folder, twin))


def show_lineage(folder: Path, *, authority: Authority = RESEARCHER) -> LineageAnswer:
    """What became of a person's versions.

    Raises:
        NotAllowedError: the authority may not be given forecasts.
        NotFoundError: there is no lineage.
        DataError: its journal is damaged or was changed.
    """
    authority.require(Capability.FORECAST)
    return _told(read_lineage(folder))


def roll_back_twin(folder: Path, *, why: str, authority: Authority = RESEARCHER) -> LineageAnswer:
    """Makes the champion before the present one answer again.

    Raises:
        NotAllowedError: the authority may not be given forecasts.
        NotFoundError: there is no lineage, or no earlier champion.
        DataError: its journal or the earlier version is damaged.
    """
    authority.require(Capability.FORECAST)
    return _told(roll_back(read_lineage(folder), why=why))


def champion_of(folder: Path) -> Twin:
    """The version of a lineage that answers.

    Raises:
        NotFoundError: there is no lineage.
        DataError: it is damaged.
    """
    return read_lineage(folder).champion


def run_night(
    folder: Path,
    timeline: Timeline,
    *,
    at: datetime | None = None,
    authority: Authority = RESEARCHER,
    progress: ProgressCallback = silent,
) -> NightlyAnswer:
    """Judges the candidate, promotes or retires it by the rule, and fits a new one when it is time.

    Args:
        folder: of the lineage.
        timeline: everything known by now.
        at: aware time of the run; default now.
        authority: on whose behalf.
        progress: told how far the work has come.

    Raises:
        NotAllowedError: the authority may not be given forecasts.
        NotFoundError: there is no lineage.
        DataError: the data are another person's, or the lineage is damaged.
    """
    authority.require(Capability.FORECAST)
    at = at or datetime.now(tz=UTC)
    lineage = read_lineage(folder)
    require_same_person(lineage.champion, timeline)
    progress("Comparing the versions", 0.0)
    lineage, step, trial = _judge(lineage, timeline, at)
    steps = [] if step is None else [step]
    progress("Looking for changes", 0.3)
    drift = _drift(lineage.champion, timeline)
    why = ""
    if lineage.state.shadow is None and _is_time(lineage.champion, timeline, drift):
        lineage, why = _candidate(lineage, timeline, at, drift, authority, part_of(progress, start=0.4, end=1.0))
        steps.append(NightlyStep.NO_FIT if why else NightlyStep.PUT_ON_TRIAL)
    progress("Done", 1.0)
    shadow = lineage.shadow
    return NightlyAnswer(
        steps=tuple(steps) or (NightlyStep.NOTHING,),
        champion=lineage.champion.version,
        shadow=None if shadow is None else shadow.version,
        trial=trial,
        drift=drift,
        why_no_fit=why,
    )


def _judge(lineage: Lineage, timeline: Timeline, at: datetime) -> tuple[Lineage, NightlyStep | None, Trial | None]:
    """The trial of the candidate, if there is one, and what follows from it."""
    shadow = lineage.shadow
    if shadow is None:
        return lineage, None, None
    try:
        trial = compare_twins(lineage.champion, shadow, timeline)
    except DataError:
        return lineage, NightlyStep.ON_TRIAL, None
    if trial.promoted:
        return promote_shadow(lineage, trial.to_json(), at=at), NightlyStep.PROMOTED, trial
    if trial.days >= LONGEST_TRIAL_DAYS:
        return retire_shadow(lineage, "the rule was not met", trial.to_json(), at=at), NightlyStep.RETIRED, trial
    return lineage, NightlyStep.ON_TRIAL, trial


def _drift(champion: Twin, timeline: Timeline) -> tuple[Drift, ...]:
    try:
        return find_drift(follow(champion, timeline, draws=DRIFT_DRAWS).followed)
    except DataError:
        # Nothing came after the fit, so nothing can have changed.
        return ()


def _is_time(champion: Twin, timeline: Timeline, drift: tuple[Drift, ...]) -> bool:
    age = _could_be_learned_from(timeline) - champion.window.end
    # A candidate that learned from nothing new is the champion again.
    return age >= REFIT_AFTER or (bool(drift) and age >= timedelta(days=LEAST_DAYS))


def _could_be_learned_from(timeline: Timeline) -> datetime:
    """The end of the days that a fit would take: readings may go on where doses are no longer logged."""
    try:
        return latest_days(timeline).end
    except FitError:
        # The fit itself says what is missing.
        return timeline.window(GlucoseReading).end


def _candidate(
    lineage: Lineage,
    timeline: Timeline,
    at: datetime,
    drift: tuple[Drift, ...],
    authority: Authority,
    progress: ProgressCallback,
) -> tuple[Lineage, str]:
    """The lineage with a new fit on trial, or why there is none."""
    champion = lineage.champion
    choice = FitChoice(body=champion.body, prior=prior_of(champion), latents=champion.latents is not None)
    try:
        twin = fit_person(timeline, choice=choice, authority=authority, progress=progress).twin
    except (FitError, DataError) as error:
        return lineage, error.message
    why = ", ".join(str(one.kind) for one in drift) or "age"
    return put_on_trial(lineage, twin, why=why, at=at), ""


def _told(lineage: Lineage) -> LineageAnswer:
    shadow = lineage.shadow
    return LineageAnswer(
        champion=lineage.champion.version,
        shadow=None if shadow is None else shadow.version,
        events=tuple({"at": one.written_at.isoformat(), "event": one.kind, **one.content} for one in lineage.events),
    )
