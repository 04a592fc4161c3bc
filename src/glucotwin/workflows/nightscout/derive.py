"""What follows from documents for the person: records of their treatments, and therapy settings of their profiles.

A document may be changed or deleted, and a basal rate runs until the next document that changes it. So the records of
the days that a change can reach are worked out anew, with the documents around them, and are the same in whatever order
documents came.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import polars as pl

from glucotwin.ingest.live.take_in import joined_settings
from glucotwin.ingest.nightscout.document import Fields
from glucotwin.ingest.nightscout.profile import ActiveProfile, active_profiles, profiles_of, settings_of
from glucotwin.ingest.nightscout.treatment import streams_of_treatments, switches_of
from glucotwin.store.desk import Desk
from glucotwin.store.document import Choice, StoredDocument, read_documents
from glucotwin.store.person import read_person, write_person
from glucotwin.store.record import replace_derived
from glucotwin.workflows.living.data import EARLIEST, FUTURE
from glucotwin.workflows.nightscout.document import BASAL, PROFILE, SWITCH, TREATMENTS

CONTEXT = timedelta(hours=1)
"""Documents from before are read along: starts of a sensor that follow one another are one."""
RUNNING = timedelta(days=1)
"""A basal rate is followed to the present for so long after the last document that tells of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The days that a change can reach.

    Attributes:
        first, last: UTC days, both included.
    """

    first: date
    last: date

    @property
    def start(self) -> datetime:
        """Begin of the first day."""
        return datetime.combine(self.first, time(), UTC)

    @property
    def end(self) -> datetime:
        """End of the last day."""
        return datetime.combine(self.last, time(), UTC) + timedelta(days=1)


def derive(desk: Desk, person_id: str, changed: Sequence[StoredDocument], *, zone: str, now: datetime) -> set[str]:
    """Works out what follows from documents where some changed.

    Args:
        desk: of an account that may write.
        person_id: whose.
        changed: as they were and as they are, of treatments and profiles.
        zone: IANA zone of times without an offset, and of profiles without one.
        now: aware time; what lies in the future does not follow yet.

    Returns:
        The streams that changed.

    Raises:
        UnitError: a profile names no known unit.
    """
    if not changed:
        return set()
    active = _active(desk, person_id, zone, now)
    is_switch = any(one.part == SWITCH for one in changed)
    if is_switch:
        _keep_settings(desk, person_id, active)
    moments = [min(one.at, now) for one in changed]
    reach = _reach(desk, person_id, min(moments), now if is_switch else max(moments), now)
    return _replace(desk, person_id, reach, active, zone=zone, now=now)


def derive_running(desk: Desk, person_id: str, *, zone: str, now: datetime) -> set[str]:
    """Follows the basal rate that runs to the present; nothing when no document tells of one.

    Args:
        desk: of an account that may write.
        person_id: whose.
        zone: of profiles without one.
        now: aware time.

    Returns:
        The streams that changed.
    """
    latest = _nearest_basal(desk, person_id, Choice(end=now, part=BASAL, oldest_first=False, limit=1))
    if latest is None or now - latest > RUNNING:
        return set()
    reach = Reach(first=latest.date(), last=now.date())
    return _replace(desk, person_id, reach, _active(desk, person_id, zone, now), zone=zone, now=now)


def _reach(desk: Desk, person_id: str, first: datetime, last: datetime, now: datetime) -> Reach:
    """From the basal rate that ran before the first change to the one that ends what the last change lets run."""
    before = Choice(end=first - timedelta(microseconds=1), part=BASAL, oldest_first=False, limit=1)
    after = Choice(start=last + timedelta(microseconds=1), part=BASAL, limit=1)
    begin = _nearest_basal(desk, person_id, before) or first
    end = _nearest_basal(desk, person_id, after) or now
    return Reach(first=begin.date(), last=max(min(end, now), last).date())


def _nearest_basal(desk: Desk, person_id: str, choice: Choice) -> datetime | None:
    found = read_documents(desk, person_id, TREATMENTS, choice)
    return found[0].at if found else None


def _replace(
    desk: Desk, person_id: str, reach: Reach, active: Sequence[ActiveProfile], *, zone: str, now: datetime
) -> set[str]:
    documents = _around(desk, person_id, reach)
    converted = streams_of_treatments(documents, active=active, end=now, zone=zone)
    inside = pl.col("time").is_between(max(reach.start, EARLIEST), min(reach.end, now + FUTURE), closed="left")
    streams = {name: frame.filter(inside) for name, frame in converted.streams.items() if len(frame)}
    return replace_derived(desk, person_id, (reach.first, reach.last), streams)


def _around(desk: Desk, person_id: str, reach: Reach) -> list[Fields]:
    """The documents of the days, those shortly before, and the basal rates next to them."""
    start, end = reach.start - CONTEXT, reach.end
    before = Choice(end=start - timedelta(microseconds=1), part=BASAL, oldest_first=False, limit=1)
    after = Choice(start=end + timedelta(microseconds=1), part=BASAL, limit=1)
    choices = (before, Choice(start=start, end=end), after)
    return _contents(one for choice in choices for one in read_documents(desk, person_id, TREATMENTS, choice))


def _active(desk: Desk, person_id: str, zone: str, now: datetime) -> tuple[ActiveProfile, ...]:
    profiles = _contents(read_documents(desk, person_id, PROFILE, Choice(end=now + FUTURE)))
    switches = _contents(read_documents(desk, person_id, TREATMENTS, Choice(end=now + FUTURE, part=SWITCH)))
    return active_profiles(profiles_of(profiles, zone=zone).records, switches_of(switches, zone=zone))


def _keep_settings(desk: Desk, person_id: str, active: Sequence[ActiveProfile]) -> None:
    stored = read_person(desk, person_id)
    settings = joined_settings(stored.settings, settings_of(active))
    if settings != stored.settings:
        write_person(desk, replace(stored, settings=settings))


def _contents(documents: Iterable[StoredDocument]) -> list[Fields]:
    return [{**one.content, "_id": one.name} for one in documents]
