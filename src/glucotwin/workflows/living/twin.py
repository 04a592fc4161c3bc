"""Use case: the twin that a service keeps for a person: fitted, refitted at night, told in plain words, taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from math import exp
from pathlib import Path

from glucotwin.core.error import ConflictError, ErrorCode, NotAllowedError
from glucotwin.core.message import message
from glucotwin.core.profile import Authority
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.domain.timeline import Timeline
from glucotwin.reports.section.informed import informed_text
from glucotwin.reports.section.twin import parameter_name
from glucotwin.store.access import Purpose, active_consents
from glucotwin.store.artefact import LINEAGE, WORK, has_artefact, keep_folder, unpacked_folder
from glucotwin.store.database import Database
from glucotwin.store.desk import Desk, desk_of
from glucotwin.store.person import lock_person, read_person, touch_person
from glucotwin.twin.diagnostic import ParameterSummary
from glucotwin.twin.lineage.lineage import Lineage, promote_shadow, put_on_trial, read_lineage, roll_back, start_lineage
from glucotwin.twin.twin import EffectEstimate, Twin
from glucotwin.twin.validity import check_validity, validated_population
from glucotwin.workflows.fit import FitPeriod, fit_person
from glucotwin.workflows.lineage import NightlyAnswer, run_night
from glucotwin.workflows.living.memory import Memory
from glucotwin.workflows.living.shape.twin import TwinAnswer, TwinEffect, TwinEvent, TwinParameter

NORMAL_90 = 1.645


class Fit(StrEnum):
    """How a twin is brought up to date."""

    FIT = "fit"
    NIGHTLY = "nightly"


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinRequest:
    """Work on a person's twin.

    Attributes:
        account_id: on whose behalf.
        person_id: whose twin.
        kind: a fit whose result answers at once, or a night's work with a trial.
        period: which days to learn from; default the last ones.
        authority: profile and role.
        at: aware time of a night's work; default now.
    """

    account_id: str
    person_id: str
    kind: Fit
    period: FitPeriod | None = None
    authority: Authority
    at: datetime | None = None


def work_on_twin(
    database: Database, memory: Memory, request: TwinRequest, *, progress: ProgressCallback = silent
) -> str:
    """Fits or judges versions of a person's twin. The long part holds no transaction.

    Args:
        database: open.
        memory: what is remembered.
        request: what to do.
        progress: told how far the work has come.

    Returns:
        The version that answers afterwards.

    Raises:
        NotFoundError: there is no such person within reach, or, for a night's work, no twin.
        NotAllowedError: the twin is frozen, or the person no longer consents when the work is done.
        ConflictError: another version was made meanwhile.
        DataError, FitError: the days cannot be fitted.
    """
    work = database.keystore.folder.parent / WORK
    with desk_of(database, request.account_id) as desk:
        _require_wanted(desk, request.person_id)
        timeline = memory.timeline(desk, request.person_id)
        with unpacked_folder(desk, request.person_id, LINEAGE, work) as folder:
            before = _version(folder)
    if request.kind is Fit.FIT:
        twin = fit_person(timeline, period=request.period, authority=request.authority, progress=progress).twin
        return _keep_fit(database, request, twin, before, work)
    return _keep_night(database, request, timeline, before, work, progress)


def describe_twin(desk: Desk, memory: Memory, person_id: str) -> TwinAnswer:
    """What the twin knows of the person, in plain words and numbers with bands, as JSON values.

    Raises:
        NotFoundError: there is no twin.
    """
    twin = memory.require_twin(desk, person_id)
    stored = read_person(desk, person_id)
    with unpacked_folder(desk, person_id, LINEAGE, desk.keystore.folder.parent / WORK) as folder:
        lineage = read_lineage(folder)
    validity = check_validity(stored.person, datetime.now(UTC).date(), population=validated_population(twin.body))
    found = twin.diagnostics
    return {
        "person_id": person_id,
        "version": twin.version,
        "body": twin.body,
        "fitted": {
            "start": twin.window.start.isoformat(),
            "end": twin.window.end.isoformat(),
            "readings": found.readings,
        },
        "parameters": [_parameter_json(one) for one in found.parameters],
        "effect": _effect_json(twin.effect),
        "fit_quality": {
            "verdict": found.verdict,
            "residual_sd_mgdl": round(found.residual_sd_mgdl, 2),
            "warnings": [message(key) for key in found.warnings],
        },
        "history": _history(lineage),
        "frozen": stored.frozen,
        "validity": {
            "valid": validity.valid,
            "reasons_against": [message(key) for key in validity.reasons_against],
            "cautions": [message(key) for key in validity.cautions],
        },
    }


def take_back(desk: Desk, memory: Memory, person_id: str, *, why: str) -> None:
    """Makes the version before the present one answer again.

    Raises:
        NotFoundError: there is no twin, or no earlier version.
    """
    lock_person(desk, person_id)
    memory.require_twin(desk, person_id)
    with unpacked_folder(desk, person_id, LINEAGE, desk.keystore.folder.parent / WORK) as folder:
        roll_back(read_lineage(folder), why=why)
        keep_folder(desk, person_id, LINEAGE, folder)


def adopt_twin(desk: Desk, person_id: str, twin: Twin) -> None:
    """Keeps a twin that was fitted elsewhere as the first version.

    Raises:
        ConflictError: there is a twin already.
    """
    if has_artefact(desk, person_id, LINEAGE):
        raise ConflictError(ErrorCode.ALREADY_EXISTS, message("living-twin-exists"))
    with unpacked_folder(desk, person_id, LINEAGE, desk.keystore.folder.parent / WORK) as folder:
        start_lineage(folder, twin)
        keep_folder(desk, person_id, LINEAGE, folder)


def _require_wanted(desk: Desk, person_id: str) -> None:
    if read_person(desk, person_id).frozen:
        raise NotAllowedError(ErrorCode.NOT_ALLOWED, message("living-frozen"), hint=message("living-frozen-hint"))
    if Purpose.PERSONAL_TWIN not in active_consents(desk, person_id):
        raise NotAllowedError(ErrorCode.NOT_ALLOWED, message("living-no-consent"))


def _version(folder: Path) -> str:
    return read_lineage(folder).state.champion if folder.exists() else ""


def _keep_fit(database: Database, request: TwinRequest, twin: Twin, before: str, work: Path) -> str:
    with desk_of(database, request.account_id) as desk:
        _begin_keeping(desk, request.person_id)
        with unpacked_folder(desk, request.person_id, LINEAGE, work) as folder:
            _require_same(folder, before)
            if not folder.exists():
                start_lineage(folder, twin)
            elif twin.content_hash() != before:
                lineage = put_on_trial(read_lineage(folder), twin, why=message("living-fit-asked"))
                promote_shadow(lineage, {"why": message("living-fit-asked")})
            keep_folder(desk, request.person_id, LINEAGE, folder)
        touch_person(desk, request.person_id)
    return twin.version


def _keep_night(
    database: Database,
    request: TwinRequest,
    timeline: Timeline,
    before: str,
    work: Path,
    progress: ProgressCallback,
) -> str:
    with desk_of(database, request.account_id) as desk:
        unpacked = unpacked_folder(desk, request.person_id, LINEAGE, work)
        folder = unpacked.__enter__()
    try:
        answer: NightlyAnswer = run_night(
            folder, timeline, at=request.at, authority=request.authority, progress=progress
        )
        with desk_of(database, request.account_id) as desk:
            _begin_keeping(desk, request.person_id)
            with unpacked_folder(desk, request.person_id, LINEAGE, work) as present:
                _require_same(present, before)
            keep_folder(desk, request.person_id, LINEAGE, folder)
    finally:
        unpacked.__exit__(None, None, None)
    return answer.champion


def _begin_keeping(desk: Desk, person_id: str) -> None:
    """Passes when the person still wants it: consent may have ended while the work went on."""
    lock_person(desk, person_id)
    _require_wanted(desk, person_id)


def _require_same(folder: Path, before: str) -> None:
    if _version(folder) != before:
        raise ConflictError(ErrorCode.ALREADY_EXISTS, message("living-twin-changed"))


def _parameter_json(one: ParameterSummary) -> TwinParameter:
    return {
        "name": one.name,
        "words": parameter_name(one),
        "unit": one.unit,
        "median": _significant(one.median),
        "low": _significant(one.low),
        "high": _significant(one.high),
        "prior_median": _significant(one.prior_median),
        "prior_low": _significant(one.prior_low),
        "prior_high": _significant(one.prior_high),
        "informed_fraction": round(one.informed_fraction, 3),
        "informed_words": informed_text(one.informed_fraction),
    }


def _significant(value: float) -> float:
    return float(f"{value:.4g}")


def _effect_json(effect: EffectEstimate) -> TwinEffect:
    fall, rise = float(effect.correction_factor_mgdl_per_u), float(effect.carb_factor_mgdl_per_g)
    fall_low, fall_high = _interval(fall, float(effect.correction_factor_log_sd))
    rise_low, rise_high = _interval(rise, float(effect.carb_factor_log_sd))
    return {
        "anchor": effect.anchor,
        "anchored_share": round(effect.anchored_share, 3),
        "correction_factor_mgdl_per_u": round(fall, 2),
        "correction_factor_low": fall_low,
        "correction_factor_high": fall_high,
        "carb_factor_mgdl_per_g": round(rise, 2),
        "carb_factor_low": rise_low,
        "carb_factor_high": rise_high,
    }


def _interval(median: float, log_sd: float) -> tuple[float, float]:
    """The central 90 % of a log-normal estimate."""
    factor = exp(NORMAL_90 * log_sd)
    return round(median / factor, 2), round(median * factor, 2)


def _history(lineage: Lineage) -> list[TwinEvent]:
    versions: dict[str, str] = {}
    told: list[TwinEvent] = []
    for event in lineage.events:
        content: Mapping[str, object] = event.content
        own = str(content.get("hash"))
        versions.setdefault(own, str(content.get("version", own[:8])))
        told.append(
            {
                "at": event.written_at.isoformat(),
                "event": str(event.kind),
                "version": versions[own],
                "why": str(content.get("why", "")),
            }
        )
    return told
