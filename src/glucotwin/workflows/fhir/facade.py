"""Use case: systems find a person's records as FHIR R4 resources by code and time, read one, or get all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.ingest.write.fhir import patient_resource, resources_about
from glucotwin.metrics.panel import metrics_panel
from glucotwin.store.desk import Desk
from glucotwin.store.person import read_person
from glucotwin.workflows.fhir.record import STREAMS, RecordResources, Resource, plain, told_by
from glucotwin.workflows.fhir.response import RESPONSE, is_of_response, response_resources
from glucotwin.workflows.fhir.summary import Period, summary_resources
from glucotwin.workflows.fhir.watch import KINDS as WATCH_KINDS
from glucotwin.workflows.fhir.watch import is_of_watch, watch_resources
from glucotwin.workflows.living.data import timeline_of
from glucotwin.workflows.metrics import glucose_series

OBSERVATION = "Observation"
SUMMARY_DAYS, LONGEST_SUMMARY_DAYS = 14, 92
"""Days of the summary when no time is asked for: what the consensus asks of a report."""
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a system looks for.

    Attributes:
        kind: of ``record.STREAMS``, or ``Flag``, ``DetectedIssue`` or ``QuestionnaireResponse``.
        codes: LOINC codes of observations; empty for all.
        start, end: aware times, both included; None for no bound.
        newest_first: order of time.
        offset, count: which part of what is found.
    """

    kind: str = OBSERVATION
    codes: frozenset[str] = frozenset()
    start: datetime | None = None
    end: datetime | None = None
    newest_first: bool = False
    offset: int = 0
    count: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A part of what was found.

    Attributes:
        total: of all of it.
        resources: of this part, with identifiers.
    """

    total: int
    resources: tuple[Resource, ...]


def patient_of(desk: Desk, person_id: str) -> Resource:
    """The person as a ``Patient``, without a name.

    Raises:
        NotFoundError: there is no such person within reach.
    """
    return {**patient_resource(read_person(desk, person_id).person), "id": person_id}


def search_records(desk: Desk, person_id: str, search: Search) -> Found:
    """Resources of a kind in order of time; weights and the summary, which are of days, come after the rest.

    Args:
        desk: of an account that may read.
        person_id: whose.
        search: which.
    """
    whole = timeline_of(desk, person_id)
    if search.kind in WATCH_KINDS:
        return _paged([[one for one in watch_resources(whole) if one["resourceType"] == search.kind]], search)
    if search.kind == RESPONSE:
        return _paged([_authored_within(response_resources(desk, person_id), search)], search)
    timeline = _within(whole, search)
    records = RecordResources(desk=desk, timeline=timeline, kind=search.kind, newest_first=search.newest_first)
    days: list[Resource] = []
    if search.kind == OBSERVATION:
        about = [one for one in _about(timeline) if one["resourceType"] == OBSERVATION]
        days = [*about, *_summary(whole, _period(timeline, search))]
    if search.codes:
        # A code is known of a resource alone.
        found = [one for one in (*records.part(0, records.total), *days) if _codes_of(one) & search.codes]
        return Found(total=len(found), resources=tuple(found[search.offset : search.offset + search.count]))
    return _paged([records, days], search)


def everything(desk: Desk, person_id: str, search: Search) -> Found:
    """All there is of a person, or what happened in a time.

    Args:
        desk: of an account that may read.
        person_id: whose.
        search: the time, and which part; nothing else of it counts.
    """
    whole = timeline_of(desk, person_id)
    timeline = _within(whole, search)
    days = _summary(whole, _period(timeline, search))
    said = _authored_within(response_resources(desk, person_id), search)
    about = [patient_of(desk, person_id), *_about(timeline), *days, *watch_resources(whole), *said]
    return _paged([about, *(RecordResources(desk=desk, timeline=timeline, kind=kind) for kind in STREAMS)], search)


def read_resource(desk: Desk, person_id: str, kind: str, identifier: str) -> Resource:
    """One resource by its identifier.

    Raises:
        NotFoundError: there is none.
    """
    told = told_by(identifier)
    found: Sequence[Resource] = ()
    if is_of_watch(identifier):
        found = watch_resources(timeline_of(desk, person_id))
    elif is_of_response(identifier):
        found = response_resources(desk, person_id)
    elif told is None:
        timeline = timeline_of(desk, person_id)
        period = _period_in(identifier)
        found = [*_about(timeline), *(() if period is None else _summary(timeline, period))]
    elif told[0] in STREAMS.get(kind, ()):
        near = timeline_of(desk, person_id, window=Window(start=told[1], end=told[1] + SECOND))
        part = replace(near, streams={name: frame for name, frame in near.streams.items() if name == told[0]})
        records = RecordResources(desk=desk, timeline=part, kind=kind)
        found = records.part(0, records.total)
    for one in found:
        if (one["id"], one["resourceType"]) == (identifier, kind):
            return one
    raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("fhir-no-resource"))


def _paged(sections: Sequence[RecordResources | list[Resource]], search: Search) -> Found:
    """A part of resources and of records, one section after the other."""
    found: list[Resource] = []
    left, passed = search.count, 0
    for one in sections:
        total = len(one) if isinstance(one, list) else one.total
        begin = max(0, search.offset - passed)
        told = max(0, min(left, total - begin))
        found += one[begin : begin + told] if isinstance(one, list) else one.part(begin, told)
        left, passed = left - told, passed + total
    return Found(total=passed, resources=tuple(found))


def _within(whole: Timeline, search: Search) -> Timeline:
    """The records of the time that is asked for."""
    if search.start is None and search.end is None:
        return whole
    first = search.start or datetime(1970, 1, 1, tzinfo=UTC)
    last = search.end or datetime(2100, 1, 1, tzinfo=UTC)
    inside = {name: frame.filter(frame["time"].is_between(first, last)) for name, frame in whole.streams.items()}
    return replace(whole, streams={name: frame for name, frame in inside.items() if len(frame)})


def _authored_within(found: list[Resource], search: Search) -> list[Resource]:
    """What was answered in the time that is asked for, in its order."""
    first, last = search.start or datetime.min.replace(tzinfo=UTC), search.end or datetime.max.replace(tzinfo=UTC)
    inside = [one for one in found if first <= datetime.fromisoformat(str(one["authored"])) <= last]
    return inside if search.newest_first else inside[::-1]


def _about(timeline: Timeline) -> Iterator[Resource]:
    """What is known of the person besides records: the kind of diabetes, weights, the sensor."""
    person_id = timeline.person.person_id
    for name, resource in resources_about(timeline.person, {"reference": f"Patient/{person_id}"}):
        yield {**resource, "id": f"{plain(person_id)}.{name}"[:64]}


def _period(timeline: Timeline, search: Search) -> Period | None:
    """The local days of a time; the last days before the newest reading when none is asked for."""
    readings = timeline.frame(GlucoseReading)
    if readings.is_empty():
        return None
    zone = timeline.person.zone_info
    last = readings["time"][-1].astimezone(zone).date()
    if search.start is None:
        return Period(first=last - timedelta(days=SUMMARY_DAYS - 1), last=last)
    first = search.start.astimezone(zone).date()
    return Period(first=max(first, last - timedelta(days=LONGEST_SUMMARY_DAYS - 1)), last=last)


def _period_in(identifier: str) -> Period | None:
    """The days that the identifier of a summary tells; None when it tells none."""
    parts = identifier.split(".")
    if len(parts) < 4 or parts[1] != "s":
        return None
    try:
        first, last = (datetime.strptime(part, "%Y%m%d").replace(tzinfo=UTC).date() for part in parts[2:4])
    except ValueError:
        return None
    return Period(first=first, last=last)


def _summary(timeline: Timeline, period: Period | None) -> list[Resource]:
    """The summary of a period; nothing when there are no sensor readings in it."""
    if period is None or not 0 <= (period.last - period.first).days < LONGEST_SUMMARY_DAYS:
        return []
    zone = timeline.person.zone_info
    days = (period.first, period.last + timedelta(days=1))
    start, after = (datetime.combine(day, time(), zone).astimezone(UTC) for day in days)
    readings = timeline.frame(GlucoseReading)
    inside = readings.filter(readings["time"].is_between(start, after, closed="left"))
    try:
        panel = metrics_panel(glucose_series(replace(timeline, streams={"glucose": inside})))
    except DataError:
        return []
    person_id = timeline.person.person_id
    prefix = f"{plain(person_id)}.s.{_digits(period.first)}.{_digits(period.last)}."
    return list(summary_resources(panel, period, {"reference": f"Patient/{person_id}"}, prefix=prefix).values())


def _digits(day: date) -> str:
    return day.strftime("%Y%m%d")


def _codes_of(resource: Resource) -> frozenset[str]:
    code = resource.get("code")
    coding = code.get("coding", []) if isinstance(code, dict) else []
    return frozenset(str(one.get("code")) for one in coding)
