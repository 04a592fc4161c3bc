"""Use case: follow up an advice on settings that was written to a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from glucotwin.advise.follow_up import FollowUp, follow_up
from glucotwin.advise.what_if import Estimate, OutcomeJson
from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.core.number import moment
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.record import as_utc
from glucotwin.domain.timeline import Timeline, Window

USUAL_DAYS = 14.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenAdvice:
    """What of a written advice is followed up.

    Attributes:
        window: days that it was made from.
        predicted: differences by outcome.
        person_id: whose it is; None where that was not written.
    """

    window: Window
    predicted: Mapping[str, Estimate]
    person_id: str | None = None


def read_advice(path: Path) -> WrittenAdvice:
    """An advice from the JSON of ``glucotwin advise settings --json``.

    Raises:
        NotFoundError: there is no such file.
        DataError: it holds no advice, or one that advises nothing.
    """
    if not path.is_file():
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("follow-up-unread", path=str(path)))
    try:
        document = TypeAdapter(dict[str, object]).validate_json(path.read_bytes())
        nothing = _payload(document)["plan"] is None
        written = None if nothing else advice_from_json(document)
    except (ValueError, TypeError, KeyError, ValidationError) as error:
        raise DataError(ErrorCode.UNREADABLE_FILE, message("follow-up-unread", path=str(path))) from error
    if written is None:
        raise DataError(ErrorCode.INVALID_VALUE, message("follow-up-no-plan", path=str(path)))
    return written


def advice_from_json(document: Mapping[str, object]) -> WrittenAdvice:
    """What of an advice is followed up, from JSON values of its answer or of its payload.

    Raises:
        KeyError, TypeError, ValueError: it holds no advice with a plan.
    """
    payload = _payload(document)
    plan = TypeAdapter(dict[str, object]).validate_python(payload["plan"])
    outcomes = TypeAdapter(list[OutcomeJson]).validate_python(plan["outcomes"])
    start, end = (as_utc(datetime.fromisoformat(str(payload[name]))) for name in ("start", "end"))
    predicted = {one["name"]: Estimate(**one["difference"]) for one in outcomes}
    data = TypeAdapter(dict[str, object]).validate_python(document.get("data", {}))
    person_id = TypeAdapter(str | None).validate_python(data.get("person_id"))
    return WrittenAdvice(window=Window(start=start, end=end), predicted=predicted, person_id=person_id)


def settings_changed(timeline: Timeline, window: Window) -> bool:
    """Whether a change of settings is on record in some days: without one nobody knows that an advice was taken up."""
    return first_change(timeline, window) is not None


def first_change(timeline: Timeline, window: Window) -> datetime | None:
    """When the first change of settings on record in some days began to hold; None without one."""
    return min(
        (one.valid_from for one in timeline.settings if window.start <= one.valid_from < window.end), default=None
    )


def _payload(document: Mapping[str, object]) -> dict[str, object]:
    return TypeAdapter(dict[str, object]).validate_python(document.get("answer", document))


def follow_up_advice(
    advice: WrittenAdvice, timeline: Timeline, *, start: datetime | None = None, days: float = USUAL_DAYS
) -> FollowUp:
    """Compares the days since an advice was taken up with those that it was made from.

    Args:
        advice: as it was written.
        timeline: the person's data, with the days since.
        start: aware time from which the new settings held; None for the first change of settings after the advice was
            made, or else its end.
        days: how many days after it, at most.

    Raises:
        DataError: too few days have enough readings, the advice is another person's, or the days since would begin
            among those that it was made from.
    """
    if advice.person_id not in (None, timeline.person.person_id):
        text = message("follow-up-other-person", person=advice.person_id or "")
        raise DataError(ErrorCode.INVALID_VALUE, text)
    changed = [one.valid_from for one in timeline.settings if one.valid_from >= advice.window.end]
    begins = as_utc(start) if start is not None else min(changed, default=advice.window.end)
    if begins < advice.window.end:
        zone = timeline.person.zone_info
        text = message(
            "follow-up-too-early",
            start=moment(begins.astimezone(zone)),
            end=moment(advice.window.end.astimezone(zone)),
        )
        raise DataError(ErrorCode.INVALID_VALUE, text, hint=message("follow-up-too-early-hint"))
    newest = timeline.window(GlucoseReading).end
    after = Window(start=begins, end=max(begins, min(newest, begins + timedelta(days=days))))
    return follow_up(timeline, before=advice.window, after=after, predicted=advice.predicted)
