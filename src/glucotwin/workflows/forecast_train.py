"""Use case: learn, from one or many people, what their twins miss, and save it for forecasts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from glucotwin.core.error import ConflictError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.profile import RESEARCHER, Authority, Capability
from glucotwin.core.progress import ProgressCallback, part_of, silent
from glucotwin.domain.archive import timeline_hash
from glucotwin.domain.timeline import Timeline
from glucotwin.forecast.learned import LEARNED_HORIZONS_MIN, Learned, learn
from glucotwin.forecast.learned_archive import save_learned
from glucotwin.ingest.people import LeftOutPerson
from glucotwin.workflows.forecast_case import CaseOptions, prepare_people


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainAnswer:
    """What was learned.

    Attributes:
        learned: the corrections.
        path: where they were saved; None when they were not.
        left_out: people who could not be used.
        without_twin: people who have no twin.
    """

    learned: Learned
    path: Path | None
    left_out: tuple[LeftOutPerson, ...]
    without_twin: tuple[LeftOutPerson, ...]

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "learned": None if self.path is None else str(self.path),
            "people": sorted(self.learned.profiles),
            "horizons": {
                str(horizon): {
                    "members": {
                        member.recipe.name: float(weight)
                        for member, weight in zip(one.stack.members, one.stack.weights, strict=True)
                    }
                }
                for horizon, one in self.learned.horizons.items()
            },
            "left_out": {one.person_id: one.reason for one in self.left_out},
            "without_twin": {one.person_id: one.reason for one in self.without_twin},
            "manifest": self.learned.manifest.to_json(),
        }


def train_people(
    timelines: Sequence[Timeline],
    *,
    horizons: Sequence[int] = LEARNED_HORIZONS_MIN,
    train_fraction: float = 1.0,
    twins: Path | None = None,
    out: Path | None = None,
    overwrite: bool = False,
    left_out: Sequence[LeftOutPerson] = (),
    authority: Authority = RESEARCHER,
    progress: ProgressCallback = silent,
) -> TrainAnswer:
    """Fits twins, learns on top of them, and saves what was learned.

    Args:
        timelines: of the people.
        horizons: minutes ahead.
        train_fraction: share of each record, from its beginning, that is learned from.
        twins: folder in which fitted twins are kept and found again.
        out: file to save to; None saves nothing.
        overwrite: replace an existing file.
        left_out: people whose data could not be read, to be told in the answer.
        authority: on whose behalf.
        progress: told how far the work has come.

    Raises:
        NotAllowedError: the authority may not be given forecasts.
        ConflictError: the file exists.
        DataError: nobody can be used, or there is too little to learn from.
    """
    authority.require(Capability.FORECAST)
    if out is not None and out.exists() and not overwrite:
        raise ConflictError(
            ErrorCode.ALREADY_EXISTS, message("answer-exists", path=str(out)), hint=message("answer-exists-hint")
        )
    options = CaseOptions(train_fraction=train_fraction, twins=twins)
    people = prepare_people(timelines, options, progress=part_of(progress, start=0.0, end=0.5))
    hashes = {one.person.person_id: timeline_hash(one) for one in timelines}
    learned = learn(people.cases, horizons, inputs=hashes, progress=part_of(progress, start=0.5, end=0.98))
    if out is not None:
        save_learned(learned, out, overwrite=overwrite)
    return TrainAnswer(
        learned=learned, path=out, left_out=(*left_out, *people.left_out), without_twin=people.without_twin
    )
