"""Use case: see what an import changed in a timeline, take steps back, and make them again."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from typing_extensions import TypedDict

from glucotwin.core.error import ConflictError, DataError, ErrorCode, NotFoundError
from glucotwin.core.json_value import Instant
from glucotwin.core.message import message
from glucotwin.core.provenance import sha256_of_file
from glucotwin.domain.archive import MANIFEST, PERSON, SETTINGS, load_timeline, save_timeline, timeline_hash
from glucotwin.domain.correction import Correction
from glucotwin.domain.reversal import EPOCH, Reversal, make_again, step_id, take_back
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.days import day_reports, days_json

DAYS = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenSteps:
    """Which steps are meant: those that fulfil everything that is said; without anything, all.

    Attributes:
        ids: short names of steps.
        reason: code of the quality finding that tells of them.
        stream: the stream whose records they changed.
        first_day, last_day: local days of the records, both included.
    """

    ids: frozenset[str] = frozenset()
    reason: str | None = None
    stream: str | None = None
    first_day: date | None = None
    last_day: date | None = None

    def test(self, timeline: Timeline) -> Callable[[Correction], bool]:
        """Whether a step of a timeline is meant."""
        zone = timeline.person.zone_info

        def is_meant(step: Correction) -> bool:
            day = step.time.astimezone(zone).date()
            return (
                (not self.ids or step_id(step) in self.ids)
                and self.reason in {None, step.reason}
                and self.stream in {None, step.stream}
                and (self.first_day is None or day >= self.first_day)
                and (self.last_day is None or day <= self.last_day)
            )

        return is_meant


class StepJson(TypedDict):
    """A step of an import: what it changed, assumed or left out."""

    id: str
    time: Instant
    source: str
    stream: str
    quantity: str
    original: float | str | None
    corrected: float | str | None
    reason: str
    sd: float | None
    record: dict[str, object] | None
    reversed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step as it is shown.

    Attributes:
        id: its short name.
        step: the step.
    """

    id: str
    step: Correction

    def to_json(self) -> StepJson:
        """As JSON values; times are in ISO 8601."""
        step = self.step
        return {
            "id": self.id,
            "time": step.time.isoformat(),
            "source": step.source,
            "stream": step.stream,
            "quantity": step.quantity,
            "original": self.value(step.original),
            "corrected": self.value(step.corrected),
            "reason": step.reason,
            "sd": step.sd,
            "record": json.loads(step.record) if step.record else None,
            "reversed": step.reversed,
        }

    def value(self, value: float | None) -> float | str | None:
        """A value of its quantity; a time as text."""
        if value is None or self.step.quantity != "time":
            return value
        return (EPOCH + timedelta(seconds=value)).isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionsAnswer:
    """Steps of a timeline, and what was done to them.

    Attributes:
        person_id: whose timeline it is.
        steps: the steps that were meant, as they are now, in order of time.
        done: how many changed their state.
        missing: steps that stay as they are, because their record is no longer as the step left it.
        content_sha256: hash of the timeline's content now.
    """

    person_id: str
    steps: tuple[Step, ...]
    done: int = 0
    missing: tuple[str, ...] = ()
    content_sha256: str = ""

    def counts(self) -> Mapping[tuple[str, str, str], tuple[int, int]]:
        """By stream, quantity and reason: how many steps, and how many of them are taken back."""
        keys = [(one.step.stream, one.step.quantity, one.step.reason) for one in self.steps]
        back = Counter(key for key, one in zip(keys, self.steps, strict=True) if one.step.reversed)
        return {key: (count, back[key]) for key, count in Counter(keys).items()}

    def to_json(self) -> dict[str, object]:
        """The answer as JSON values."""
        return {
            "person_id": self.person_id,
            "steps": [one.to_json() for one in self.steps],
            "done": self.done,
            "missing": list(self.missing),
            "content_sha256": self.content_sha256,
        }


def list_corrections(folder: Path, chosen: ChosenSteps | None = None) -> CorrectionsAnswer:
    """What an import changed, assumed or left out in a timeline.

    Args:
        folder: of the timeline.
        chosen: which steps; default all.

    Raises:
        NotFoundError: there is no timeline, or none of the named steps in it.
        DataError: the timeline is damaged.
    """
    return _answer(load_timeline(folder), chosen or ChosenSteps())


def undo_corrections(folder: Path, chosen: ChosenSteps) -> CorrectionsAnswer:
    """Takes steps back: the originals are used again. The steps stay on record, marked as taken back.

    The folder is replaced whole, or stays as it was.

    Args:
        folder: of the timeline.
        chosen: which steps.

    Raises:
        NotFoundError: there is no timeline, or none of the named steps in it.
        DataError: the timeline is damaged.
        ConflictError: it was changed meanwhile.
    """
    return _turn(folder, chosen, take_back)


def redo_corrections(folder: Path, chosen: ChosenSteps) -> CorrectionsAnswer:
    """Makes steps again that were taken back; the timeline is then the very one of before.

    Args and errors are those of ``undo_corrections``.
    """
    return _turn(folder, chosen, make_again)


def _turn(
    folder: Path, chosen: ChosenSteps, turn: Callable[[Timeline, Callable[[Correction], bool]], Reversal]
) -> CorrectionsAnswer:
    version = sha256_of_file(folder / MANIFEST) if (folder / MANIFEST).is_file() else ""
    timeline = load_timeline(folder)
    meant = {one.id for one in _answer(timeline, chosen).steps}
    turned = turn(timeline, lambda step: step_id(step) in meant)
    if turned.done:
        kept = _Kept.of(folder)
        if sha256_of_file(folder / MANIFEST) != version:
            raise ConflictError(
                ErrorCode.ALREADY_EXISTS,
                message("corrections-changed", path=str(folder)),
                hint=message("corrections-changed-hint"),
            )
        reports = kept.reports
        if DAYS in reports:
            reports = {**reports, DAYS: days_json(day_reports(turned.timeline))}
        save_timeline(turned.timeline, folder, manifest_inputs=kept.inputs, reports=reports, overwrite=True)
    return _answer(turned.timeline, ChosenSteps(ids=frozenset(meant)), done=len(turned.done), missing=turned.missing)


def _answer(
    timeline: Timeline, chosen: ChosenSteps, *, done: int = 0, missing: tuple[str, ...] = ()
) -> CorrectionsAnswer:
    is_meant = chosen.test(timeline)
    steps = tuple(Step(id=step_id(one), step=one) for one in timeline.records(Correction) if is_meant(one))
    unknown = sorted(chosen.ids - {one.id for one in steps})
    if unknown:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME,
            message("corrections-unknown", ids=", ".join(unknown)),
            hint=message("corrections-unknown-hint"),
        )
    return CorrectionsAnswer(
        person_id=timeline.person.person_id,
        steps=steps,
        done=done,
        missing=missing,
        content_sha256=timeline_hash(timeline),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What stands in a timeline's folder beside the data."""

    inputs: Mapping[str, str] = field(default_factory=dict)
    reports: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> "_Kept":
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            names = [name for name in manifest["files"] if name.endswith(".json") and name not in {PERSON, SETTINGS}]
            reports = {Path(name).stem: json.loads((folder / name).read_text(encoding="utf-8")) for name in names}
        except (OSError, ValueError, KeyError) as error:
            raise DataError(
                ErrorCode.DAMAGED_ARTEFACT,
                message("corrections-damaged", path=str(folder)),
                hint=message("corrections-damaged-hint"),
            ) from error
        return cls(inputs=manifest.get("inputs") or {}, reports=reports)
