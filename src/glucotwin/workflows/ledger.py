"""Use case: keep every issued forecast as it was, and score them when the readings are in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.profile import RESEARCHER, Authority, Capability
from glucotwin.domain.timeline import Timeline
from glucotwin.forecast.ledger.ledger import IssuedForecast, check_ledger, walk_ledger
from glucotwin.forecast.ledger.score import LedgerScore, score_ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerAnswer:
    """Scores of a person's issued forecasts.

    Attributes:
        person_id: whose.
        issued: how many forecasts the ledger holds of them.
        scores: by version of the twin, method and horizon.
    """

    person_id: str
    issued: int
    scores: tuple[LedgerScore, ...]

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "person_id": self.person_id,
            "issued": self.issued,
            "scores": [one.to_json() for one in self.scores],
        }


def score_issued(
    folder: Path,
    timeline: Timeline,
    *,
    horizons: Sequence[int] = (30, 60, 120),
    authority: Authority = RESEARCHER,
) -> LedgerAnswer:
    """Scores the forecasts that were issued for a timeline's person.

    Args:
        folder: of the ledger.
        timeline: the person's readings.
        horizons: minutes ahead.
        authority: on whose behalf.

    Raises:
        NotAllowedError: the authority may not be given forecasts.
        NotFoundError: there is no ledger.
        DataError: it is damaged, or holds nothing of this person.
    """
    authority.require(Capability.FORECAST)
    issued = 0

    def counted() -> Iterator[IssuedForecast]:
        nonlocal issued
        for one in walk_ledger(folder, person_id=timeline.person.person_id):
            issued += 1
            yield one

    scores = score_ledger(counted(), timeline, horizons=horizons)
    if not issued:
        raise DataError(ErrorCode.TOO_LITTLE_DATA, f"The ledger holds no forecast of {timeline.person.person_id!r}.")
    return LedgerAnswer(person_id=timeline.person.person_id, issued=issued, scores=scores)


def score_of_issued(
    issued: Sequence[IssuedForecast],
    timeline: Timeline,
    *,
    horizons: Sequence[int] = (30, 60, 120),
    authority: Authority = RESEARCHER,
) -> LedgerAnswer:
    """Scores forecasts of a timeline's person, wherever they are kept.

    Args:
        issued: the forecasts; none give no scores.
        timeline: the person's readings.
        horizons: minutes ahead.
        authority: on whose behalf.

    Raises:
        NotAllowedError: the authority may not be given forecasts.
    """
    authority.require(Capability.FORECAST)
    return LedgerAnswer(
        person_id=timeline.person.person_id,
        issued=len(issued),
        scores=score_ledger(issued, timeline, horizons=horizons) if issued else (),
    )


def list_issued(folder: Path, *, authority: Authority = RESEARCHER) -> Iterator[IssuedForecast]:
    """All forecasts of a ledger, one by one, after the whole chain of hashes was followed.

    Raises:
        NotAllowedError: the authority may not be given forecasts.
        NotFoundError: there is no ledger.
        DataError: it is damaged or was changed.
    """
    authority.require(Capability.FORECAST)
    check_ledger(folder)
    return walk_ledger(folder)
