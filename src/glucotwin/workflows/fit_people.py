"""Use case: fit many people's twins, one file each; whoever cannot be fitted stops nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from glucotwin.core.error import ErrorCode, FitError, GlucoTwinError
from glucotwin.core.message import message
from glucotwin.core.parallel import call_side_by_side, usual_workers
from glucotwin.core.profile import RESEARCHER, Authority, Capability
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.people import LeftOutPerson
from glucotwin.workflows.fit import FitAnswer, FitChoice, FitPeriod, fit_person


@dataclass(frozen=True, slots=True, kw_only=True)
class FitPeopleAnswer:
    """Many people's twins.

    Attributes:
        folder: where they were saved, each as ``PERSON.twin.json``.
        fits: of those who could be fitted.
        left_out: everybody else, with the reason.
    """

    folder: Path
    fits: tuple[FitAnswer, ...]
    left_out: tuple[LeftOutPerson, ...]

    def to_json(self) -> dict[str, object]:
        """The answer as JSON values."""
        return {
            "folder": str(self.folder),
            "twins": [one.to_json() for one in self.fits],
            "left_out": [{"person_id": one.person_id, "reason": one.reason} for one in self.left_out],
        }


def fit_people(
    timelines: Sequence[Timeline],
    *,
    folder: Path,
    period: FitPeriod | None = None,
    choice: FitChoice | None = None,
    overwrite: bool = False,
    workers: int | None = None,
    left_out: Sequence[LeftOutPerson] = (),
    authority: Authority = RESEARCHER,
    progress: ProgressCallback = silent,
) -> FitPeopleAnswer:
    """Fits everybody's twin and saves it.

    Args:
        timelines: of the people.
        folder: for the twins; made when it is not there.
        period: which days of each person to learn from; default the last 14.
        choice: how to fit; default the most probable point with a normal posterior.
        overwrite: replace existing files; without it whoever has one is left out.
        workers: how many people are fitted at once; default one per processor.
        left_out: people who could not be read.
        authority: on whose behalf.
        progress: told how many are done.

    Raises:
        NotAllowedError: the authority may not be given forecasts, so it has no use for twins.
        FitError: nobody could be fitted.
    """
    authority.require(Capability.FORECAST)
    folder.mkdir(parents=True, exist_ok=True)
    calls = [
        partial(
            fit_person,
            timeline,
            period=period,
            choice=choice,
            out=folder / f"{timeline.person.person_id}.twin.json",
            overwrite=overwrite,
            authority=authority,
        )
        for timeline in timelines
    ]
    found = call_side_by_side(
        calls, workers=workers or usual_workers(), stage=message("fit-people-progress"), progress=progress
    )
    fits = tuple(one for one in found if isinstance(one, FitAnswer))
    failed = tuple(
        LeftOutPerson(person_id=timeline.person.person_id, reason=one.message)
        for timeline, one in zip(timelines, found, strict=True)
        if isinstance(one, GlucoTwinError)
    )
    everybody = (*left_out, *failed)
    if not fits:
        reason = everybody[0].reason if everybody else ""
        raise FitError(ErrorCode.TOO_LITTLE_DATA, message("fit-people-nobody", reason=reason))
    return FitPeopleAnswer(folder=folder, fits=fits, left_out=everybody)
