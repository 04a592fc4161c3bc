"""How to keep readings in PostgreSQL: a row for each, or a sealed block per day; one person-year.

OMP_NUM_THREADS=1 uv run python benchmarks/speed/store_records.py
"""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
from sqlalchemy import Engine, create_engine, text

from glucotwin.domain.frame import frame_from_records
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.person import Person
from glucotwin.domain.timeline import Window
from glucotwin.store.account import create_account
from glucotwin.store.database import open_database
from glucotwin.store.desk import desk_of
from glucotwin.store.embedded.server import start_server
from glucotwin.store.key import KEYS, Keystore
from glucotwin.store.person import create_person
from glucotwin.store.record import add_records, read_records

START = datetime(2023, 1, 1, tzinfo=UTC)
PER_DAY, DAYS = 288, 365
REPEATS = 20


def readings(first: int, count: int) -> pl.DataFrame:
    return frame_from_records(
        GlucoseReading,
        [
            GlucoseReading(
                time=START + timedelta(minutes=5 * one), glucose_mgdl=70.0 + (one * 7919) % 180, source="dexcom"
            )
            for one in range(first, first + count)
        ],
    )


def timed(work: Callable[[int], object], repeats: int = REPEATS) -> float:
    """Milliseconds of wall time each, the database's work included."""
    begin = time.perf_counter()
    for number in range(repeats):
        work(number)
    return (time.perf_counter() - begin) / repeats * 1e3


def size_of(engine: Engine, table: str) -> float:
    with engine.connect() as connection:
        return float(connection.execute(text(f"SELECT pg_total_relation_size('{table}')")).scalar_one()) / 1e6


def rows_of(frame: pl.DataFrame, seal: Callable[[bytes], bytes]) -> list[dict[str, object]]:
    return [{"time": row[0], "value": seal(str(row[1:]).encode())} for row in frame.iter_rows()]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="gt-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        server = start_server(folder / "data")
        keystore = Keystore.open(folder / "data" / KEYS)
        database = open_database(server.url(), keystore=keystore, folder=folder)
        owner = create_engine(database.owner_url)
        year = readings(0, PER_DAY * DAYS)

        with database.signing_in() as connection:
            account = create_account(connection, keystore, login="a", password="a" * 12, display_name="a")
        with desk_of(database, account.account_id) as desk:
            person = create_person(desk, display_name="a", person=Person(person_id="x"))

        def add(frame: pl.DataFrame) -> None:
            with desk_of(database, account.account_id) as desk:
                add_records(desk, person.person_id, {"glucose": frame})

        def read(days: int) -> int:
            window = Window(start=START + timedelta(days=200), end=START + timedelta(days=200 + days))
            with desk_of(database, account.account_id) as desk:
                return len(read_records(desk, person.person_id, window=window, streams=["glucose"])["glucose"])

        print(f"blocks: write a year {timed(lambda _: add(year), 1):8.0f} ms")
        print(f"blocks: push one     {timed(lambda one: add(readings(PER_DAY * DAYS + one, 1))):8.1f} ms")
        print(f"blocks: read 14 days {timed(lambda _: read(14)):8.1f} ms")
        print(f"blocks: size         {size_of(owner, 'record_block'):8.1f} MB")

        with owner.begin() as connection:
            connection.execute(
                text(
                    "CREATE TABLE reading"
                    " (person_id uuid, time timestamptz, value bytea, PRIMARY KEY (person_id, time))"
                )
            )
        insert = text(f"INSERT INTO reading VALUES ('{person.person_id}', :time, :value) ON CONFLICT DO NOTHING")

        def seal(content: bytes) -> bytes:
            return keystore.seal(person.person_id, "reading", content)

        def add_rows(frame: pl.DataFrame) -> None:
            with owner.begin() as connection:
                connection.execute(insert, rows_of(frame, seal))

        def read_rows(days: int) -> int:
            start = START + timedelta(days=200)
            with owner.connect() as connection:
                found = connection.execute(
                    text("SELECT time, value FROM reading WHERE person_id = :p AND time >= :a AND time < :b"),
                    {"p": person.person_id, "a": start, "b": start + timedelta(days=days)},
                ).all()
            return len([keystore.open_sealed(person.person_id, "reading", row.value) for row in found])

        print(f"rows:   write a year {timed(lambda _: add_rows(year), 1):8.0f} ms")
        print(f"rows:   push one     {timed(lambda one: add_rows(readings(PER_DAY * DAYS + one, 1))):8.1f} ms")
        print(f"rows:   read 14 days {timed(lambda _: read_rows(14), 3):8.1f} ms")
        print(f"rows:   size         {size_of(owner, 'reading'):8.1f} MB")
        owner.dispose()
        database.close()
        server.stop()


if __name__ == "__main__":
    main()
