"""Load of the service on loopback: readings per second accepted and reflected in twins, and the time to the forecast.

    uv run python benchmarks/load/service.py TWIN TIMELINE [--people 100] [--twins 100] [--senders 4]

Everybody gets a copy of the same days and, as many as have one, of the same twin, with an account and a token each. The
service answers in this process, on a database of its own; the readings are sent by another process. Two rounds are
measured: one reading of everybody as fast as they are accepted, and readings at the pace of sensors (one per person in
five minutes) for `--seconds`. A reading is reflected when the forecast from it stands in the ledger, so the time from
reading to forecast is read from there afterwards. Processor time is that of the service and of its database.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from argon2 import PasswordHasher

from glucotwin.domain.archive import load_timeline
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.service.limit import RateLimit
from glucotwin.service.run import ServiceServer, address_of, bind, run_service
from glucotwin.service.state import Service
from glucotwin.store import password
from glucotwin.store.access import Purpose
from glucotwin.store.account import create_account
from glucotwin.store.consent import grant_consent
from glucotwin.store.data_folder import open_data_folder
from glucotwin.store.database import Database
from glucotwin.store.desk import desk_of
from glucotwin.store.forecast import read_forecasts
from glucotwin.store.person import create_person
from glucotwin.store.record import add_records
from glucotwin.store.session import create_token
from glucotwin.twin.archive import load_twin
from glucotwin.twin.twin import Twin
from glucotwin.workflows.living.twin import adopt_twin

DAYS_KEPT = timedelta(days=3)
INTERVAL_S = 300.0
PATIENCE_S = 240.0
GLUCOSE_MGDL = 120.0


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A person of the load.

    Attributes:
        account_id, person_id: who.
        token: to send with.
        has_twin: whether there is one.
    """

    account_id: str
    person_id: str
    token: str
    has_twin: bool


def settle(database: Database, timeline: Timeline, twin: Twin, *, people: int, twins: int) -> list[Loaded]:
    """Gives everybody an account, the days, and the twin to the first of them."""
    # What makes passwords slow to guess is not what is measured.
    password._HASHER = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
    settled: list[Loaded] = []
    for number in range(people):
        with database.signing_in() as connection:
            account = create_account(
                connection, database.keystore, login=f"{number}@load", password="correct horse", display_name="Load"
            )
        with desk_of(database, account.account_id) as desk:
            stored = create_person(desk, display_name="Load", person=timeline.person)
            person_id = stored.person_id
            for purpose in (Purpose.CARE_VIEW, Purpose.PERSONAL_TWIN):
                grant_consent(desk, person_id, purpose, version=1, granted_by="self")
            add_records(desk, person_id, timeline.streams)
            if number < twins:
                adopt_twin(desk, person_id, replace(twin, person=stored.person))
            secret, _ = create_token(
                desk, name="load", scopes=("read", "write"), person_id=person_id, life=timedelta(days=1)
            )
        settled.append(
            Loaded(account_id=account.account_id, person_id=person_id, token=secret, has_twin=number < twins)
        )
    return settled


@contextmanager
def answering(service: Service) -> Generator[str]:
    """The service at an address, until this ends."""
    servers: list[ServiceServer] = []
    started = threading.Event()

    def ready(server: ServiceServer) -> None:
        servers.append(server)
        started.set()

    with bind("127.0.0.1", 0) as bound:
        thread = threading.Thread(target=run_service, args=(service, bound), kwargs={"ready": ready})
        thread.start()
        started.wait(60)
        try:
            yield address_of(bound)
        finally:
            servers[0].stop()
            thread.join(60)


def send(url: str, people: Sequence[Loaded], at: datetime, *, senders: int, pause_s: float) -> dict[str, float]:
    """One reading of everybody, sent by another process; the time at which each was acknowledged, by person."""
    plan = {
        "url": url,
        "pause_s": pause_s,
        "senders": senders,
        "time": at.isoformat(),
        "glucose_mgdl": GLUCOSE_MGDL,
        "people": [[one.person_id, one.token] for one in people],
    }
    sender = Path(__file__).with_name("sender.py")
    done = subprocess.run(
        [sys.executable, str(sender)], input=json.dumps(plan), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def reflected(database: Database, people: Sequence[Loaded], origin: datetime, *, patience_s: float) -> dict[str, float]:
    """When the forecast from a reading was issued (s since 1970), by person; who waits longer is left out."""
    waiting = {one.person_id: one for one in people if one.has_twin}
    found: dict[str, float] = {}
    window = Window(start=origin, end=origin + timedelta(seconds=1))
    end = time.monotonic() + patience_s
    while waiting and time.monotonic() < end:
        for one in tuple(waiting.values()):
            with desk_of(database, one.account_id) as desk:
                issued = read_forecasts(desk, one.person_id, window=window)
            if not issued:
                break
            found[one.person_id] = issued[0].issued_at.timestamp()
            del waiting[one.person_id]
        time.sleep(0.2)
    return found


def processor_s(database_pid: int) -> float:
    """Processor time of this process and of the database, s."""
    ticks = 0
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(told[1]) == database_pid or place.parent.name == str(database_pid):
            ticks += int(told[11]) + int(told[12])
    return time.process_time() + ticks / 100.0


def resident_mb() -> float:
    """Memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def told(sent: dict[str, float], back: dict[str, float], begun: float, spent_s: float, count: int) -> dict[str, object]:
    """A round in numbers."""
    accepted = max(sent.values()) - begun
    waits = np.array([back[name] - sent[name] for name in back if name in sent])
    return {
        "readings": len(sent),
        "accepted_per_s": round(len(sent) / accepted, 1),
        "reflected": len(back),
        "reflected_per_s": round(len(back) / (max(back.values()) - begun), 2) if back else None,
        "to_forecast_p50_s": round(float(np.median(waits)), 2) if len(waits) else None,
        "to_forecast_p99_s": round(float(np.quantile(waits, 0.99)), 2) if len(waits) else None,
        "processor_ms_per_reading": round(1e3 * spent_s / count, 1),
    }


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("twin", type=Path)
    parser.add_argument("timeline", type=Path)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--twins", type=int, default=None)
    parser.add_argument("--senders", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=60.0)
    arguments = parser.parse_args()
    twin = load_twin(arguments.twin)
    twins = arguments.people if arguments.twins is None else arguments.twins
    whole = load_timeline(arguments.timeline)
    end = twin.window.end + timedelta(hours=6)
    timeline = whole.cut(Window(start=end - DAYS_KEPT, end=end))
    with tempfile.TemporaryDirectory(prefix="gt-") as place, open_data_folder(_open_to_others(place)) as database:
        answer = measure(database, timeline, twin, arguments.people, twins, arguments.senders, arguments.seconds)
    print(json.dumps({"people": arguments.people, "twins": twins, **answer}, indent=2))


def _open_to_others(place: str) -> Path:
    """The data folder in a place that the database's own user can reach."""
    Path(place).chmod(0o711)
    return Path(place) / "data"


def measure(
    database: Database, timeline: Timeline, twin: Twin, people: int, twins: int, senders: int, seconds: float
) -> dict[str, object]:
    """All rounds."""
    begun = time.process_time()
    settled = settle(database, timeline, twin, people=people, twins=twins)
    answer: dict[str, object] = {"settling_processor_s": round(time.process_time() - begun, 1)}
    newest = timeline.frame(GlucoseReading)["time"].max()
    assert isinstance(newest, datetime)
    clock = [newest]
    service = Service(database=database, requests=RateLimit(burst=1e12, per_s=1e12))
    service.clocks.update({one.person_id: lambda: clock[0] for one in settled})
    pid = int(next(database.folder.rglob("postmaster.pid")).read_text().split()[0])
    with answering(service) as url:
        if twins:
            service.warm_up(settled[0].account_id, settled[0].person_id)
        begun, held = time.process_time(), resident_mb()
        for one in settled[1:twins]:
            service.warm_up(one.account_id, one.person_id)
        rest = max(1, twins - 1)
        answer["first_step_processor_ms"] = round(1e3 * (time.process_time() - begun) / rest, 1)
        answer["memory_mb_per_person"] = round((resident_mb() - held) / rest, 2)

        def one_round(chosen: Sequence[Loaded], pause_s: float) -> dict[str, object]:
            clock[0] += timedelta(minutes=5)
            before, start = processor_s(pid), time.time()
            sent = send(url, chosen, clock[0], senders=senders, pause_s=pause_s)
            back = reflected(database, chosen, clock[0], patience_s=PATIENCE_S)
            return told(sent, back, start, processor_s(pid) - before, len(chosen))

        answer["at once"] = one_round(settled, 0.0)
        pause_s = INTERVAL_S / people
        answer["at the pace of sensors"] = one_round(settled[: max(1, int(seconds / pause_s))], pause_s)
    return answer


if __name__ == "__main__":
    main()
