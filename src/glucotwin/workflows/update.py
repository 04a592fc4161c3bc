"""Use case: bring a twin in step with everything new in its person's data."""

from dataclasses import dataclass
from pathlib import Path

from glucotwin.core.profile import RESEARCHER, Authority, Capability
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.core.validity import Validity
from glucotwin.domain.timeline import Timeline
from glucotwin.twin.online.archive import is_followed, load_followed, save_followed
from glucotwin.twin.online.drift import Drift, find_drift
from glucotwin.twin.online.follow import Followed, follow
from glucotwin.twin.online.summary import StateSummary, summarise
from glucotwin.twin.twin import Twin
from glucotwin.workflows.answer import require_same_person, require_valid


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateAnswer:
    """A twin in step.

    Attributes:
        person_id, twin_version: whose, and which.
        summary: what is believed now.
        new_steps, repeated_steps: steps of 5 min that were new, and those run again because of late entries.
        drift: lasting changes against the first days after the fit.
        validity: whether the twin's answers are meant for the person.
        path: where the state is kept.
    """

    person_id: str
    twin_version: str
    summary: StateSummary
    new_steps: int
    repeated_steps: int
    drift: tuple[Drift, ...]
    validity: Validity
    path: Path

    def to_json(self) -> dict[str, object]:
        """The answer as JSON values."""
        return {
            "person_id": self.person_id,
            "twin_version": self.twin_version,
            "state": self.summary.to_json(),
            "new_steps": self.new_steps,
            "repeated_steps": self.repeated_steps,
            "drift": [one.to_json() for one in self.drift],
            "validity": self.validity.to_json(),
            "path": str(self.path),
        }


def update_person(
    twin: Twin,
    timeline: Timeline,
    *,
    state: Path,
    authority: Authority = RESEARCHER,
    progress: ProgressCallback = silent,
) -> UpdateAnswer:
    """Takes in what a timeline has new, late and repeated entries included, and keeps the state.

    Args:
        twin: of the timeline's person.
        timeline: everything known by now.
        state: folder of the state; made when it is not there, made anew when it belongs to another version of the twin.
        authority: on whose behalf.
        progress: told how far the work has come.

    Raises:
        NotAllowedError: the authority may not be given what a twin says.
        SafetyError: the model was not validated for this person.
        DataError: there are no readings after the fit, or the state is damaged.
        ConflictError: something else is where the state belongs.
    """
    authority.require(Capability.FORECAST)
    require_same_person(twin, timeline)
    before: Followed | None = load_followed(state, twin) if is_followed(state) else None
    progress("Taking in what is new", 0.1)
    taken = follow(twin, timeline, before)
    validity = require_valid(timeline.person, taken.followed.now.date(), body=twin.body)
    progress("Summing up", 0.8)
    answer = UpdateAnswer(
        person_id=twin.person.person_id,
        twin_version=twin.version,
        summary=summarise(twin, taken.followed),
        new_steps=taken.new_steps,
        repeated_steps=taken.repeated_steps,
        drift=find_drift(taken.followed),
        validity=validity,
        path=state,
    )
    save_followed(taken.followed, state)
    progress("Taken in", 1.0)
    return answer
