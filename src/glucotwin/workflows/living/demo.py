"""Use case: a demonstration that lives: the shipped person with a fitted twin, and their later days as a stream.

Beside them stands a made-up person with type 2 diabetes, whose record ends with a visit, for the clinician.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from importlib import resources

import polars as pl

from glucotwin.core.message import message
from glucotwin.core.profile import RESEARCHER, Role
from glucotwin.core.progress import ProgressCallback, part_of, silent
from glucotwin.domain.archive import load_timeline
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.person import Person
from glucotwin.domain.timeline import Timeline
from glucotwin.store.access import Purpose
from glucotwin.store.account import create_account, find_account
from glucotwin.store.artefact import LINEAGE, has_artefact
from glucotwin.store.consent import CURRENT_VERSION, grant_consent
from glucotwin.store.database import Database
from glucotwin.store.desk import Desk, desk_of
from glucotwin.store.member import add_member
from glucotwin.store.person import create_person, erase_person, list_people, read_person
from glucotwin.store.record import add_records, newest_time
from glucotwin.twin.archive import load_twin
from glucotwin.twin.twin import Twin
from glucotwin.workflows.demo import DATA_FILE, FITTED_DAYS, HELD_OUT_DAYS, demo_data
from glucotwin.workflows.fit import FitPeriod, fit_person
from glucotwin.workflows.import_data import import_data
from glucotwin.workflows.living.twin import adopt_twin

LOGINS = {Role.PERSON: "demo", Role.CLINICIAN: "demo-clinician"}
"""Accounts of the demonstration."""
TYPE_2_LOGIN, TYPE_2_FOLDER, TYPE_2_TWIN = "demo-type-2", "virtual_type_2", "virtual_type_2.twin"
"""Account, shipped timeline and shipped twin of the person with type 2 diabetes, whom only the clinician opens."""
KNOWN = timedelta(days=2)
"""So much after the fit is there from the start: the twin is in step, and yesterday can be looked at."""
SOON_OVER = timedelta(hours=6)
"""With less than this left, the stream begins anew."""
CONSENTS = (Purpose.CARE_VIEW, Purpose.PERSONAL_TWIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPerson:
    """The person of a demonstration.

    Attributes:
        account_ids: by role, in the database.
        person_id: in the database.
        timeline: all their days, of which those before ``at`` are taken in.
        at: aware time from which their later days are a stream.
        visited: aware time that is now for people beside, by identifier: their records end with a visit.
    """

    account_ids: Mapping[Role, str]
    person_id: str
    timeline: Timeline
    at: datetime
    visited: Mapping[str, datetime] = field(default_factory=dict[str, datetime])

    @property
    def account_id(self) -> str:
        """The person's own account."""
        return self.account_ids[Role.PERSON]

    @property
    def names(self) -> Mapping[str, str]:
        """What the people and accounts are called: identifiers of messages, by identifier."""
        accounts = {account_id: f"demo-account-{role}" for role, account_id in self.account_ids.items()}
        return {**accounts, self.person_id: "demo-person", **dict.fromkeys(self.visited, "demo-person-type-2")}

    @property
    def end(self) -> datetime:
        """Aware time at which the stream ends."""
        return self.timeline.window(GlucoseReading).end


def prepare_demo(database: Database, *, progress: ProgressCallback = silent) -> DemoPerson:
    """Makes the person of the demonstration, or finds them where an earlier demonstration left them.

    Args:
        database: open.
        progress: told how far the work has come; most of it is the fit.

    Raises:
        DataError, FitError: the shipped data cannot be used.
    """
    progress(message("demo-progress"), 0.0)
    with resources.as_file(demo_data() / DATA_FILE) as file:
        timeline = import_data(file).timeline
    account_ids = {role: _account(database, login, message(f"demo-account-{role}")) for role, login in LOGINS.items()}
    known = _found(database, account_ids, timeline)
    demo = known or _made(database, account_ids, timeline, part_of(progress, start=0.1, end=1.0))
    with desk_of(database, demo.account_id) as desk:
        add_member(desk, demo.person_id, account_ids[Role.CLINICIAN], Role.CLINICIAN)
    return replace(demo, visited=prepare_type_2(database, account_ids[Role.CLINICIAN]))


def prepare_type_2(database: Database, clinician_id: str) -> dict[str, datetime]:
    """Makes the person with type 2 diabetes, or finds them; nobody real, with the twin that is shipped.

    Args:
        database: open.
        clinician_id: the account that opens them.

    Returns:
        The time that is now for them, by identifier.
    """
    with resources.as_file(demo_data() / TYPE_2_FOLDER) as folder:
        timeline = load_timeline(folder)
    account_id = _account(database, TYPE_2_LOGIN, message("demo-person-type-2"))
    with desk_of(database, account_id) as desk:
        known = [person_id for person_id, _ in list_people(desk)]
        person_id = known[0] if known else _visited(desk, timeline)
        if not has_artefact(desk, person_id, LINEAGE):
            adopt_twin(desk, person_id, _shipped_twin(read_person(desk, person_id).person))
        add_member(desk, person_id, clinician_id, Role.CLINICIAN)
    return {person_id: timeline.window(GlucoseReading).end}


def _visited(desk: Desk, timeline: Timeline) -> str:
    stored = create_person(desk, display_name=message("demo-person-type-2"), person=timeline.person)
    for purpose in CONSENTS:
        grant_consent(desk, stored.person_id, purpose, version=CURRENT_VERSION, granted_by="self")
    add_records(desk, stored.person_id, timeline.streams)
    return stored.person_id


def _shipped_twin(person: Person) -> Twin:
    """The fitted twin of the person with type 2 diabetes, as that of the person in the database."""
    with resources.as_file(demo_data() / TYPE_2_TWIN) as file:
        return replace(load_twin(file), person=person)


def take_in_until(desk: Desk, demo: DemoPerson, end: datetime) -> dict[str, int]:
    """Takes in what the person's devices told from ``at`` until a time; returns how many records, by stream.

    Raises:
        NotFoundError: the person was erased meanwhile.
    """
    span = pl.col("time").is_between(demo.at, end, closed="left")
    return add_records(desk, demo.person_id, {name: part.filter(span) for name, part in demo.timeline.streams.items()})


def _account(database: Database, login: str, display_name: str) -> str:
    with database.signing_in() as connection:
        found = find_account(connection, database.keystore, login)
        made = found or create_account(
            connection,
            database.keystore,
            login=login,
            # Nobody knows it: the demonstration is entered without.
            password=secrets.token_urlsafe(32),
            display_name=display_name,
        )
    return made.account_id


def _found(database: Database, account_ids: Mapping[Role, str], timeline: Timeline) -> DemoPerson | None:
    with desk_of(database, account_ids[Role.PERSON]) as desk:
        for person_id, _ in list_people(desk):
            newest = newest_time(desk, person_id)
            if newest is not None and has_artefact(desk, person_id, LINEAGE):
                own = replace(timeline, person=read_person(desk, person_id).person)
                found = DemoPerson(account_ids=account_ids, person_id=person_id, timeline=own, at=_after(newest))
                if found.end - found.at > SOON_OVER:
                    return found
            erase_person(desk, person_id)
    return None


def _made(
    database: Database, account_ids: Mapping[Role, str], timeline: Timeline, progress: ProgressCallback
) -> DemoPerson:
    with desk_of(database, account_ids[Role.PERSON]) as desk:
        stored = create_person(desk, display_name=message("demo-person"), person=_adult(timeline.person))
        for purpose in CONSENTS:
            grant_consent(desk, stored.person_id, purpose, version=CURRENT_VERSION, granted_by="self")
    own = replace(timeline, person=stored.person)
    period = FitPeriod(days=FITTED_DAYS, holdout_days=HELD_OUT_DAYS)
    twin = fit_person(own, period=period, authority=RESEARCHER, progress=progress).twin
    at = twin.window.end + KNOWN
    start = own.window().start
    begun = DemoPerson(account_ids=account_ids, person_id=stored.person_id, timeline=own, at=start)
    with desk_of(database, begun.account_id) as desk:
        take_in_until(desk, begun, at)
        adopt_twin(desk, stored.person_id, twin)
    return replace(begun, at=at)


def _adult(person: Person) -> Person:
    # The data set has adults only; its files do not say so.
    return person if person.adult is not None else replace(person, adult=True)


def _after(newest: datetime) -> datetime:
    return newest + timedelta(microseconds=1)
