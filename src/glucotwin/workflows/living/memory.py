"""What a service remembers of people between two requests, so that it need not be read and followed anew.

Nothing here is kept for good: everything follows from what is stored, and a service that starts again works it out.
Who may see it is asked of the database at every request, before this is looked into.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.domain.timeline import Timeline
from glucotwin.forecast.learned import Learned
from glucotwin.store.artefact import LINEAGE, WORK, read_artefact, unpacked_folder
from glucotwin.store.desk import Desk
from glucotwin.store.person import StoredPerson, read_person
from glucotwin.twin.lineage.lineage import read_lineage
from glucotwin.twin.online.follow import Followed, follow
from glucotwin.twin.online.summary import StateSummary, summarise
from glucotwin.twin.twin import Twin
from glucotwin.workflows.forecast import newest_reading
from glucotwin.workflows.living.data import timeline_of
from glucotwin.workflows.what_if import OpenProspect, open_prospect

MOST_PEOPLE = 200
MOST_GLANCES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """The little that a line of a panel takes from a person's readings.

    Attributes:
        revision, day: of the data, and the day as of which it was looked at.
        newest: the newest reading as a row of its table; None without any in the watched days.
        active_pct: percent of the watched days in which a sensor read; None without a sensor.
    """

    revision: int
    day: date
    newest: Mapping[str, Any] | None
    active_pct: float | None


@dataclass(slots=True)
class Remembered:
    """What is remembered of one person.

    Attributes:
        lock: held while it is brought up to date.
        revision: of the data.
        stored, timeline: as of that revision.
        lineage: what the twin was read from, by its hash.
        twin: the version that answers.
        followed: the twin in step with the timeline of ``followed_revision``.
        prospect: the hours ahead that questions were last asked about, with what it was made from.
    """

    lock: threading.RLock = field(default_factory=threading.RLock)
    revision: int = -1
    stored: StoredPerson | None = None
    timeline: Timeline | None = None
    lineage: int | None = None
    twin: Twin | None = None
    followed: Followed | None = None
    followed_revision: int = -1
    prospect: tuple[tuple[object, ...], OpenProspect] | None = None


class Memory:
    """What a service remembers of the people asked about last.

    Args:
        learned: what was learned on top of twins, for everybody's forecasts and alarms; None lets twins answer alone.
    """

    def __init__(self, learned: Learned | None = None) -> None:
        self.learned = learned
        self._people: OrderedDict[str, Remembered] = OrderedDict()
        self._glances: OrderedDict[str, Glance] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, person_id: str) -> Remembered:
        """What is remembered of a person; empty at first."""
        with self._lock:
            one = self._people.setdefault(person_id, Remembered())
            self._people.move_to_end(person_id)
            while len(self._people) > MOST_PEOPLE:
                self._people.popitem(last=False)
            return one

    def forget(self, person_id: str) -> None:
        """Forgets everything of a person."""
        with self._lock:
            self._people.pop(person_id, None)
            self._glances.pop(person_id, None)

    def glance(self, person_id: str) -> Glance | None:
        """What a panel took from a person's readings the last time."""
        with self._lock:
            return self._glances.get(person_id)

    def keep_glance(self, person_id: str, glance: Glance) -> None:
        """Keeps what a panel took from a person's readings."""
        with self._lock:
            self._glances[person_id] = glance
            while len(self._glances) > MOST_GLANCES:
                self._glances.popitem(last=False)

    def timeline(self, desk: Desk, person_id: str) -> Timeline:
        """A person's whole timeline as it is stored now.

        Raises:
            NotFoundError: there is no such person within reach.
        """
        one = self.of(person_id)
        with one.lock:
            stored = read_person(desk, person_id)
            if one.timeline is None or one.revision != stored.revision:
                one.timeline = timeline_of(desk, person_id)
                one.stored, one.revision = stored, stored.revision
            return one.timeline

    def twin(self, desk: Desk, person_id: str) -> Twin | None:
        """The version of a person's twin that answers; None without a twin."""
        one = self.of(person_id)
        with one.lock:
            content = read_artefact(desk, person_id, LINEAGE)
            if content is None:
                one.twin, one.lineage = None, None
                return None
            if one.twin is None or one.lineage != hash(content):
                work = desk.keystore.folder.parent / WORK
                with unpacked_folder(desk, person_id, LINEAGE, work) as folder:
                    one.twin = read_lineage(folder).champion
                one.lineage, one.followed = hash(content), None
            return one.twin

    def require_twin(self, desk: Desk, person_id: str) -> Twin:
        """The version that answers.

        Raises:
            NotFoundError: there is no twin yet.
        """
        twin = self.twin(desk, person_id)
        if twin is None:
            raise NotFoundError(ErrorCode.NO_TWIN, message("living-no-twin"), hint=message("living-no-twin-hint"))
        return twin

    def prospect(self, desk: Desk, person_id: str, *, origin: datetime | None, horizon_min: int) -> OpenProspect:
        """The hours ahead of a person, for questions about them; the one that was asked about last is kept.

        Args:
            desk: of an account that may ask the twin.
            person_id: whose.
            origin: aware time to look ahead from; default the newest reading.
            horizon_min: how far.

        Raises:
            NotFoundError: there is no twin.
            SafetyError, DataError: see ``open_prospect``.
        """
        one = self.of(person_id)
        with one.lock:
            timeline, twin = self.timeline(desk, person_id), self.require_twin(desk, person_id)
            start = origin or newest_reading(timeline)
            made_from = (one.revision, one.lineage, start, horizon_min)
            if one.prospect is None or one.prospect[0] != made_from:
                one.prospect = made_from, open_prospect(twin, timeline, origin=start, horizon_min=horizon_min)
            return one.prospect[1]

    def summary(self, desk: Desk, person_id: str) -> StateSummary | None:
        """What is believed at the newest reading; None without a twin, or without readings after its fit."""
        one = self.of(person_id)
        with one.lock:
            timeline, twin = self.timeline(desk, person_id), self.twin(desk, person_id)
            if twin is None:
                return None
            if one.followed is None or one.followed_revision != one.revision:
                try:
                    one.followed = follow(twin, timeline, one.followed).followed
                except DataError as error:
                    if error.code is not ErrorCode.TOO_LITTLE_DATA:
                        raise
                    return None
                one.followed_revision = one.revision
            return summarise(twin, one.followed)
