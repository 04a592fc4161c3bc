"""Use case: one decision of a dosing algorithm, from the original's own input to the original's own answer."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import TextIO, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from glucotwin.control.algorithm import find_algorithm, find_proposal
from glucotwin.control.safety import Proposal, SafetyLimit, limit_dose
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.profile import RESEARCHER, Authority, Capability

_LARGEST_CHARACTERS = 50_000_000
_HINT = "Give one JSON object, as the algorithm's original takes it."
_LIMIT_HINT = "It needs max_basal_u_per_h, max_bolus_u and max_insulin_on_board_u; see docs/algorithms/safety.md."


class _LimitFile(BaseModel):
    """Limits as a caller writes them; what is left out has the defaults of SafetyLimit."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    max_basal_u_per_h: float = Field(ge=0)
    max_bolus_u: float = Field(ge=0)
    max_insulin_on_board_u: float = Field(ge=0)
    suspend_mgdl: float = Field(default=70.0, ge=0)
    fastest_fall_mgdl_per_min: float = Field(default=3.0, ge=0)
    max_rise_u_per_h: float | None = Field(default=None, ge=0)
    rate_step_u_per_h: float = Field(default=0.05, ge=0)
    bolus_step_u: float = Field(default=0.05, ge=0)

    def limit(self) -> SafetyLimit:
        """The limits; no limit of the rise is an infinite one."""
        return SafetyLimit(
            max_basal_u_per_h=self.max_basal_u_per_h,
            max_bolus_u=self.max_bolus_u,
            max_insulin_on_board_u=self.max_insulin_on_board_u,
            suspend_mgdl=self.suspend_mgdl,
            fastest_fall_mgdl_per_min=self.fastest_fall_mgdl_per_min,
            max_rise_u_per_h=math.inf if self.max_rise_u_per_h is None else self.max_rise_u_per_h,
            rate_step_u_per_h=self.rate_step_u_per_h,
            bolus_step_u=self.bolus_step_u,
        )


def decide_dose(
    stream: TextIO, *, algorithm: str, limits: TextIO | None = None, authority: Authority = RESEARCHER
) -> dict[str, object]:
    """Decides once.

    Args:
        stream: a JSON object: the input of the algorithm's original, or a case with it under ``input``.
        algorithm: name of the algorithm.
        limits: a JSON object: limits outside the algorithm. The answer then has ``safety``: the dose within them, and
            why it was changed; None if there is no dose.
        authority: on whose behalf.

    Returns:
        The answer, by the names of the original, as JSON values.

    Raises:
        NotAllowedError: the authority may not be shown doses.
        NotFoundError: there is no such algorithm.
        DataError: the file is no JSON object, or the input is incomplete or contradicts itself.
    """
    authority.require(Capability.ADVISE_DOSE)
    decide = find_algorithm(algorithm)
    document = _document(stream)
    if limits is None:
        return decide(document)
    limit = _limit(limits)
    answer = decide(document)
    proposal = find_proposal(algorithm)(document, answer)
    return {**answer, "safety": None if proposal is None else _safety(proposal, limit)}


def _safety(proposal: Proposal, limit: SafetyLimit) -> dict[str, object]:
    safe = limit_dose(proposal.dose, limit, proposal.around)
    return {
        "wanted": asdict(proposal.dose),
        "given": asdict(safe.dose),
        "around": asdict(proposal.around),
        "clamps": [
            {"reason": clamp.reason.value, "before": asdict(clamp.before), "after": asdict(clamp.after)}
            for clamp in safe.clamps
        ],
    }


def _limit(stream: TextIO) -> SafetyLimit:
    try:
        return _LimitFile.model_validate(_read(stream)).limit()
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise DataError(
            ErrorCode.INVALID_VALUE, f"The limits are wrong at {place}: {first['msg']}.", hint=_LIMIT_HINT
        ) from error


def _document(stream: TextIO) -> Mapping[str, object]:
    fields = _read(stream)
    inner = fields.get("input")
    return cast("dict[str, object]", inner) if isinstance(inner, dict) else fields


def _read(stream: TextIO) -> dict[str, object]:
    try:
        text = stream.read(_LARGEST_CHARACTERS + 1)
        if len(text) > _LARGEST_CHARACTERS:
            raise DataError(ErrorCode.FILE_TOO_LARGE, "The input is larger than 50 MB.", hint=_HINT)
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(ErrorCode.UNREADABLE_FILE, f"The input is no JSON: {error}.", hint=_HINT) from error
    if not isinstance(document, dict):
        raise DataError(ErrorCode.UNREADABLE_FILE, "The input is no JSON object.", hint=_HINT)
    return cast("dict[str, object]", document)
