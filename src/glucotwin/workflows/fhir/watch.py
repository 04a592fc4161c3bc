"""What gets slowly worse, as FHIR tells it: a ``DetectedIssue`` for each such trend, and a ``Flag`` for a clear one."""

from glucotwin.core.message import message
from glucotwin.domain.timeline import Timeline
from glucotwin.metrics.deterioration import Deterioration, TrendVerdict
from glucotwin.workflows.fhir.record import Resource, plain
from glucotwin.workflows.living.deterioration import deteriorations_of, sentence_of, worst_first

FLAG, ISSUE = "Flag", "DetectedIssue"
KINDS = frozenset({FLAG, ISSUE})
MARK = "w"
"""Second part of the identifiers."""
FLAG_CATEGORY = "http://terminology.hl7.org/CodeSystem/flag-category"
SEVERITY = {TrendVerdict.CLEAR: "high", TrendVerdict.POSSIBLE: "moderate"}


def watch_resources(timeline: Timeline) -> list[Resource]:
    """The resources of a person; none for what is steady.

    Args:
        timeline: their data.
    """
    worse = [one for one in worst_first(deteriorations_of(timeline)) if one.verdict is not TrendVerdict.STEADY]
    flags = [_flag(timeline, one) for one in worse if one.verdict is TrendVerdict.CLEAR]
    return [*flags, *(_issue(timeline, one) for one in worse)]


def is_of_watch(identifier: str) -> bool:
    """Whether an identifier is of these resources."""
    return identifier.split(".")[1:2] == [MARK]


def _flag(timeline: Timeline, one: Deterioration) -> Resource:
    return {
        "resourceType": FLAG,
        "id": _identifier(timeline, FLAG, one),
        "status": "active",
        "category": [{"coding": [{"system": FLAG_CATEGORY, "code": "clinical"}]}],
        "code": {"text": sentence_of(one)},
        "subject": _person(timeline),
        "period": {"start": timeline.window().end.isoformat()},
    }


def _issue(timeline: Timeline, one: Deterioration) -> Resource:
    return {
        "resourceType": ISSUE,
        "id": _identifier(timeline, ISSUE, one),
        "status": "preliminary",
        "code": {"text": message(f"watch-{one.watched.name}")},
        "severity": SEVERITY[one.verdict],
        "patient": _person(timeline),
        "identifiedDateTime": timeline.window().end.isoformat(),
        "detail": f"{sentence_of(one)} ({one.watched.source})",
    }


def _identifier(timeline: Timeline, kind: str, one: Deterioration) -> str:
    return f"{plain(timeline.person.person_id)}.{MARK}.{kind.lower()}.{one.watched.name}"[:64]


def _person(timeline: Timeline) -> Resource:
    return {"reference": f"Patient/{timeline.person.person_id}"}
