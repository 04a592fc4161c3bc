"""What the service holds while it runs, and what it does besides answering: keeping twins in step with new data."""

import contextlib
import threading
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from glucotwin.core.error import GlucoTwinError
from glucotwin.core.message import LOCALES, message
from glucotwin.core.profile import Authority, Profile, Role
from glucotwin.service.broker import Broker
from glucotwin.service.identity.pending import PendingSignIns
from glucotwin.service.limit import BackOff, RateLimit
from glucotwin.service.log import log
from glucotwin.service.metric import Metrics
from glucotwin.service.notifier import Notifier
from glucotwin.store.access import Access, Action, Purpose, access_to
from glucotwin.store.account import read_account
from glucotwin.store.database import Database
from glucotwin.store.desk import Desk, desk_of
from glucotwin.workflows.channel.channel import Outgoing
from glucotwin.workflows.living.alarm import active_alarms, step_alarms_of
from glucotwin.workflows.living.memory import Memory
from glucotwin.workflows.living.now import now_of
from glucotwin.workflows.living.shape.now import AlarmJson, NowAnswer
from glucotwin.workflows.living.warming import warm_what_ifs
from glucotwin.workflows.moment_advice import HORIZON_MIN

if TYPE_CHECKING:
    from glucotwin.service.identity.provider import Provider

WARMED_MIN = 240
"""Horizon of the questions that are asked beforehand: the one that the pages ask for."""

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Service:
    """A running service.

    Attributes:
        database: open.
        profile: set by whoever runs the installation.
        registration_open: whether anybody may make an account.
        demo_accounts: those that may be entered without a password, by role, on a demonstration alone.
        demo_names: identifiers of messages that people and accounts of a demonstration are called by.
        memory, broker, metrics: see their modules.
        requests, sign_ins: limits.
        clocks: of people whose data are a replay; everybody else's is the present.
        defer: hands a job to the queue; None until there is one.
        outgoing: what channels of alarms may do.
        provider: through whom people may sign in besides; None for accounts with passwords alone.
        pending: sign-ins that were begun at the provider.
        notifier: tells alarms at channels.
    """

    database: Database
    profile: Profile = Profile.REVIEW
    registration_open: bool = True
    demo_accounts: Mapping[Role, str] = field(default_factory=dict)
    demo_names: Mapping[str, str] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    broker: Broker = field(default_factory=Broker)
    metrics: Metrics = field(default_factory=Metrics)
    requests: RateLimit = field(default_factory=lambda: RateLimit(burst=300.0, per_s=20.0))
    sign_ins: BackOff = field(default_factory=BackOff)
    clocks: dict[str, Clock] = field(default_factory=dict)
    defer: Callable[[str, str, str], None] | None = None
    outgoing: Outgoing = field(default_factory=Outgoing)
    provider: "Provider | None" = None
    pending: PendingSignIns = field(default_factory=PendingSignIns)
    notifier: Notifier = field(init=False)
    _stepping: set[str] = field(default_factory=set)
    _again: set[str] = field(default_factory=set)
    _stepped: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(max_workers=2, thread_name_prefix="step")
    )

    def __post_init__(self) -> None:
        self.notifier = Notifier(self.database, self.outgoing)

    def now(self, person_id: str) -> datetime:
        """The time that counts as now for a person."""
        return self.clocks.get(person_id, utc_now)()

    def called(self, identifier: str, name: str) -> str:
        """How a person or account is called: by name, on a demonstration in the words of the reader's language.

        Args:
            identifier: of the person or account.
            name: that is kept; one that somebody gave stays.
        """
        code = self.demo_names.get(identifier)
        if code is None or name not in {message(code, locale=one) for one in LOCALES}:
            return name
        return message(code)

    @contextmanager
    def desk(self, account_id: str) -> Generator[Desk]:
        """A desk for one unit of work."""
        with desk_of(self.database, account_id) as desk:
            yield desk

    def authority(self, role: Role) -> Authority:
        """On whose behalf a workflow runs."""
        return Authority(profile=self.profile, role=role)

    def changed(self, account_id: str, person_id: str) -> None:
        """Lets the twin be brought in step, in the background; changes that come meanwhile are taken in at once."""
        with self._lock:
            if person_id in self._stepping:
                self._again.add(person_id)
                return
            self._stepping.add(person_id)
        with contextlib.suppress(RuntimeError):
            self._pool.submit(self._step, account_id, person_id, time.perf_counter())

    def took_in(
        self, account_id: str, person_id: str, added: Mapping[str, int], latest: Mapping[str, object] | None = None
    ) -> None:
        """Tells that data came: counts them, tells who listens, and lets the twin be brought in step.

        Args:
            account_id: who brought them.
            person_id: whose they are.
            added: how many records are new, by stream; empty when some were taken out.
            latest: the newest of the readings, when there are any.
        """
        for stream, count in added.items():
            self.metrics.records.labels(stream).inc(count)
        if latest is not None and isinstance(latest["time"], datetime):
            told = {"time": latest["time"].isoformat(), "glucose_mgdl": latest["glucose_mgdl"]}
            self.broker.tell(person_id, "reading", {**told, "added": added.get("glucose", 0)})
        if set(added) != {"glucose"}:
            self.broker.tell(person_id, "data", {"streams": sorted(added)})
        self.changed(account_id, person_id)

    def stepped_within(self, person_id: str, seconds: float) -> bool:
        """Whether a person's twin was brought in step in the last seconds."""
        then = self._stepped.get(person_id)
        return then is not None and time.monotonic() - then < seconds

    def warm_up(self, account_id: str, person_id: str, *, moments: bool = False) -> None:
        """Works a person's present out once, so that programs are compiled and the twin is in step.

        What-ifs are asked once in the background, as their programs take longest.

        Args:
            account_id: who may ask.
            person_id: about whom.
            moments: whether advice on moments, which looks further ahead, is got ready as well.
        """
        self._step(account_id, person_id, time.perf_counter())
        horizons = (WARMED_MIN, HORIZON_MIN) if moments else (WARMED_MIN,)
        self._pool.submit(self._warm_what_ifs, account_id, person_id, horizons)

    def look(self, desk: Desk, access: Access) -> NowAnswer:
        """How a person is now, with the alarms that are on."""
        person_id = access.person_id
        answer = now_of(
            desk,
            self.memory,
            person_id,
            at=self.now(person_id),
            authority=self.authority(access.role),
            with_twin=Purpose.PERSONAL_TWIN in access.consents,
        )
        return {**answer, "alarms": active_alarms(desk, person_id)}

    def forget(self, person_id: str) -> None:
        """Drops everything of a person that is remembered, and lets go of whoever listens."""
        self.memory.forget(person_id)
        self.broker.tell(person_id, "erased", {})
        self.broker.forget(person_id)
        self.clocks.pop(person_id, None)
        self._stepped.pop(person_id, None)

    def close(self) -> None:
        """Lets go of listeners, finishes what is being worked on, and closes the database."""
        self.broker.close()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self.notifier.close()
        self.database.close()

    def _warm_what_ifs(self, account_id: str, person_id: str, horizons_min: tuple[int, ...]) -> None:
        try:
            for horizon_min in horizons_min:
                with self.desk(account_id) as desk:
                    opened = self.memory.prospect(desk, person_id, origin=None, horizon_min=horizon_min)
                warm_what_ifs(opened, authority=self.authority(Role.PERSON))
        except GlucoTwinError as error:
            log("warming-refused", code=str(error.code))

    def _step(self, account_id: str, person_id: str, since: float) -> None:
        while True:
            self._stepped[person_id] = time.monotonic()
            try:
                self._step_once(account_id, person_id)
                self.metrics.behind.observe(time.perf_counter() - since)
            except GlucoTwinError as error:
                # Erased or revoked meanwhile: there is nobody to tell.
                log("step-refused", code=str(error.code))
            except Exception as error:  # a defect must not end the keeping in step of everybody
                log("step-failed", failed=error)
            with self._lock:
                if person_id not in self._again:
                    self._stepping.discard(person_id)
                    return
                self._again.discard(person_id)
            since = time.perf_counter()

    def _step_once(self, account_id: str, person_id: str) -> None:
        with self.desk(account_id) as desk:
            access = access_to(desk, person_id, Action.READ_DATA)
            told: tuple[AlarmJson, ...] = ()
            if Purpose.PERSONAL_TWIN in access.consents:
                told = step_alarms_of(desk, self.memory, person_id, at=self.now(person_id))
            answer = self.look(desk, access)
        for one in told:
            self.broker.tell(person_id, "alarm", one)
        if Purpose.PERSONAL_TWIN in access.consents:
            # Also what could not be told before: a receiver that was away, a process that ended.
            self.notifier.tell(account_id, person_id, lambda: self.now(person_id))
        self.broker.tell(person_id, "now", answer)


def account_names(service: Service) -> Callable[[str], str]:
    """How accounts are called, by their identifiers; one that is gone has a word of its own."""

    @cache
    def name_of(account_id: str) -> str:
        try:
            with service.database.signing_in() as connection:
                known = read_account(connection, service.database.keystore, account_id)
                return service.called(account_id, known.display_name)
        except GlucoTwinError:
            return message("advice-nobody")

    return name_of
