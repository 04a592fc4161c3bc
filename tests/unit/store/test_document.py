"""Documents of apps: kept, found, changed; what follows from them is replaced apart from what was imported."""

from datetime import date, timedelta

import polars as pl

from glucotwin.core.error import NotFoundError
from glucotwin.domain.timeline import Window
from glucotwin.store.database import Database
from glucotwin.store.desk import desk_of
from glucotwin.store.document import (
    Choice,
    StoredDocument,
    drop_documents,
    find_documents,
    first_document_time,
    last_changes,
    read_documents,
    write_documents,
)
from glucotwin.store.record import (
    add_records,
    first_day,
    read_derived,
    read_records,
    record_ids,
    replace_derived,
    withdraw_record,
)
from made_up_store import START, made_up_account, made_up_person, made_up_readings

HOUR = timedelta(hours=1)
DAY = START.date()
WINDOW = Window(start=START - HOUR, end=START + timedelta(days=3))


def made_up_document(number: int, **more: object) -> StoredDocument:
    """A document of each hour."""
    fields = {"name": f"name-{number}", "same": f"same-{number}", "at": START + number * HOUR, "content": {"n": number}}
    return StoredDocument(**(fields | more))  # pyright: ignore


def numbers(documents: tuple[StoredDocument, ...]) -> list[object]:
    return [one.content["n"] for one in documents]


def test_documents_are_read_by_time_change_part_and_name(database: Database) -> None:
    account = made_up_account(database)
    person = made_up_person(database, account).person_id
    with desk_of(database, account.account_id) as desk:
        first = write_documents(desk, person, "treatments", [made_up_document(n) for n in range(4)])
        second = write_documents(desk, person, "treatments", [made_up_document(4, part="basal")])
        third = write_documents(desk, person, "treatments", [made_up_document(1, deleted=True)])
        write_documents(desk, person, "food", [made_up_document(9)])
        assert first < second < third

        def read(**choice: object) -> list[object]:
            return numbers(read_documents(desk, person, "treatments", Choice(**choice)))  # pyright: ignore

        assert read() == [0, 2, 3, 4]
        assert read(start=START + 2 * HOUR, end=START + 3 * HOUR) == [2, 3]
        assert read(oldest_first=False, limit=2) == [4, 3]
        assert read(part="basal") == [4]
        assert read(changed_after=first, with_deleted=True) == [4, 1]
        assert numbers(find_documents(desk, person, "treatments", names=["name-1"], same=["same-3", "none"])) == [1, 3]
        assert first_document_time(desk, person, "treatments") == START
        assert set(last_changes(desk, person)) == {"treatments", "food"}
        drop_documents(desk, person, "treatments", before=START + 2 * HOUR)
        assert read(with_deleted=True) == [2, 3, 4]
        assert first_document_time(desk, person, "nothing") is None


def test_a_stranger_finds_nothing(database: Database) -> None:
    account, stranger = made_up_account(database), made_up_account(database)
    person = made_up_person(database, account).person_id
    with desk_of(database, account.account_id) as desk:
        write_documents(desk, person, "treatments", [made_up_document(1)])
    with desk_of(database, stranger.account_id) as desk:
        assert read_documents(desk, person, "treatments") == ()
        assert find_documents(desk, person, "treatments", names=["name-1"]) == ()
        try:
            replace_derived(desk, person, (DAY, DAY), {})
        except NotFoundError:
            return
    raise AssertionError("A stranger changed what follows from documents.")


def test_what_follows_is_replaced_by_days_and_imports_stay(database: Database) -> None:
    account = made_up_account(database)
    person = made_up_person(database, account).person_id
    readings = made_up_readings(12)
    other_day = readings.with_columns(pl.col("time") + timedelta(days=1))
    with desk_of(database, account.account_id) as desk:
        add_records(desk, person, {"glucose": readings[:3]})
        both = {"glucose": pl.concat([readings[2:6], other_day])}
        assert replace_derived(desk, person, (DAY, DAY + timedelta(days=1)), both) == {"glucose"}
        assert replace_derived(desk, person, (DAY, DAY + timedelta(days=1)), both) == set()
        assert len(read_records(desk, person)["glucose"]) == 6 + 12
        assert replace_derived(desk, person, (DAY, DAY), {"glucose": readings[4:5]}) == {"glucose"}
        assert len(read_records(desk, person, streams=["glucose"])["glucose"]) == 4 + 12
        assert len(read_derived(desk, person, window=WINDOW, streams=["glucose"])["glucose"]) == 1 + 12
        assert replace_derived(desk, person, (DAY, DAY + timedelta(days=1)), {}) == {"glucose"}
        assert read_records(desk, person)["glucose"].equals(readings[:3])
        assert first_day(desk, person, ["glucose"]) == DAY
        assert first_day(desk, person, ["meal"]) is None


def test_what_somebody_took_out_does_not_follow_again(database: Database) -> None:
    account = made_up_account(database)
    person = made_up_person(database, account).person_id
    readings = made_up_readings(2)
    days = (date(2024, 3, 1), date(2024, 3, 2))
    with desk_of(database, account.account_id) as desk:
        replace_derived(desk, person, days, {"glucose": readings})
        withdraw_record(desk, person, record_ids(desk, person, "glucose", readings)[0])
        replace_derived(desk, person, days, {})
        replace_derived(desk, person, days, {"glucose": readings})
        assert read_records(desk, person)["glucose"].equals(readings[1:])
