"""Backups come back whole or not at all, tell nothing without the keys, and leave out who was erased."""

import shutil
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import create_engine, inspect, text

from glucotwin.core.error import ConflictError, DataError, ErrorCode, NotFoundError
from glucotwin.domain.frame import frame_from_records
from glucotwin.domain.observation import Note, NoteKind
from glucotwin.store.access import Purpose
from glucotwin.store.account import Account, find_account
from glucotwin.store.artefact import write_artefact
from glucotwin.store.audit import append_audit, verify_audit
from glucotwin.store.backup import read_backup, read_keys, write_backup, write_keys
from glucotwin.store.block import packed
from glucotwin.store.consent import grant_consent
from glucotwin.store.database import Database, open_database
from glucotwin.store.desk import desk_of
from glucotwin.store.key import Keystore
from glucotwin.store.person import StoredPerson, erase_person, list_people, read_person
from glucotwin.store.record import add_records, read_records
from made_up_store import START, MadeUpStore, made_up_account, made_up_person, made_up_readings

NAME, WORDS = "Unmistakable Adelheid", "felt zygomorphic before lunch"


@pytest.fixture
def database(store: MadeUpStore, tmp_path: Path, request: pytest.FixtureRequest) -> Database:
    """An installation of its own, keys included."""
    name = f"backup_{abs(hash(request.node.name)) % 10**9}"
    store.server.make_database(name)
    made = open_database(store.server.url(name), keystore=Keystore.open(tmp_path / "keys"), folder=tmp_path)
    store.opened.append(made)
    return made


@pytest.fixture
def empty(store: MadeUpStore, database: Database, tmp_path: Path) -> Callable[[Keystore], Database]:
    """Makes an empty database that is opened with given keys."""

    def make(keystore: Keystore) -> Database:
        name = f"{database.engine.url.database!s}_again"
        store.server.make_database(name)
        # The application's role is one for the whole server, so both installations know its password.
        shutil.copy(database.keystore.folder / "application.json", keystore.folder / "application.json")
        made = open_database(store.server.url(name), keystore=keystore, folder=tmp_path / "again")
        store.opened.append(made)
        return made

    return make


def _filled(database: Database) -> tuple[Account, StoredPerson]:
    account = made_up_account(database, "ada")
    person = made_up_person(database, account, NAME)
    note = Note(time=START, kind=NoteKind.NOTE, text=WORDS)
    with desk_of(database, account.account_id) as desk:
        grant_consent(desk, person.person_id, Purpose.PERSONAL_TWIN, version=1, granted_by="self")
        add_records(
            desk, person.person_id, {"glucose": made_up_readings(600), "note": frame_from_records(Note, [note])}
        )
        write_artefact(desk, person.person_id, "lineage", b"what the twin is")
    append_audit(
        database,
        account_id=account.account_id,
        role="person",
        person_id=person.person_id,
        action="POST /people/{person_id}/readings",
        outcome="200",
    )
    return account, person


def _copied_keys(database: Database, tmp_path: Path) -> Keystore:
    write_keys(database.keystore, tmp_path / "keys.tar")
    return read_keys(tmp_path / "keys.tar", tmp_path / "again" / "keys")


def test_everything_comes_back(database: Database, empty: Callable[[Keystore], Database], tmp_path: Path) -> None:
    account, person = _filled(database)
    made = write_backup(database, tmp_path / "a.backup")
    again = empty(_copied_keys(database, tmp_path))
    restored = read_backup(again, tmp_path / "a.backup")
    assert (restored.rows, restored.erased) == (made.rows, 0)
    assert made.rows["person"] == 1
    with again.signing_in() as connection:
        assert find_account(connection, again.keystore, account.login) == account
    with desk_of(database, account.account_id) as before, desk_of(again, account.account_id) as after:
        assert read_person(after, person.person_id) == read_person(before, person.person_id)
        old, new = read_records(before, person.person_id), read_records(after, person.person_id)
        assert old.keys() == new.keys()
        assert all(new[name].equals(old[name]) for name in old)
        grant_consent(after, person.person_id, Purpose.PERSONAL_TWIN, version=1, granted_by="self")
    assert verify_audit(again).entries == 1
    append_audit(again, account_id="", role="admin", person_id=None, action="restore", outcome="done")
    assert verify_audit(again).entries == 2


def test_a_backup_is_private_and_tells_nothing_without_the_keys(database: Database, tmp_path: Path) -> None:
    account, _ = _filled(database)
    write_backup(database, tmp_path / "a.backup")
    content = (tmp_path / "a.backup").read_bytes()
    for words in (NAME, WORDS, account.login):
        assert words.encode() not in content
    assert stat.S_IMODE((tmp_path / "a.backup").stat().st_mode) == 0o600
    with pytest.raises(ConflictError):
        write_backup(database, tmp_path / "a.backup")


def test_who_was_erased_since_stays_erased(
    database: Database, empty: Callable[[Keystore], Database], tmp_path: Path
) -> None:
    account, person = _filled(database)
    stays = made_up_person(database, account, "Bob Example")
    write_backup(database, tmp_path / "a.backup")
    with desk_of(database, account.account_id) as desk:
        erase_person(desk, person.person_id)
    again = empty(_copied_keys(database, tmp_path))
    assert read_backup(again, tmp_path / "a.backup").erased == 1
    with desk_of(again, account.account_id) as desk:
        assert [one for one, _ in list_people(desk)] == [stays.person_id]
        with pytest.raises(NotFoundError):
            read_person(desk, person.person_id)


def test_nothing_of_an_erased_person_can_be_read_in_the_raw_files(
    store: MadeUpStore, database: Database, tmp_path: Path
) -> None:
    account, person = _filled(database)
    with desk_of(database, account.account_id) as desk:
        sealed = desk.connection.exec_driver_sql("SELECT content FROM artefact").scalar_one()
        assert database.keystore.open_sealed(person.person_id, "artefact|lineage", sealed) == b"what the twin is"
        key = (database.keystore.folder / "owner" / f"{person.person_id}.key").read_bytes()
    with desk_of(database, account.account_id) as desk:
        erase_person(desk, person.person_id)
    raw = [file.read_bytes() for place in (store.folder, tmp_path) for file in place.rglob("*") if file.is_file()]
    # The write-ahead log still holds the row, so the search finds what is there; and no key to read it with.
    assert any(sealed in content for content in raw)
    for words in (NAME.encode(), WORDS.encode(), b"what the twin is", key):
        assert not any(words in content for content in raw)
    for owner in (person.person_id, *database.keystore.owners()):
        with pytest.raises((NotFoundError, DataError)):
            database.keystore.open_sealed(owner, "artefact|lineage", bytes(sealed))


def test_nothing_of_who_was_erased_is_left_where_a_backup_was_restored(
    store: MadeUpStore, database: Database, empty: Callable[[Keystore], Database], tmp_path: Path
) -> None:
    account, person = _filled(database)
    stays = made_up_person(database, account, "Bob Example")
    with desk_of(database, account.account_id) as desk:
        values = _value_traces(read_records(desk, person.person_id)["glucose"])
        key = (database.keystore.folder / "owner" / f"{person.person_id}.key").read_bytes()
    write_backup(database, tmp_path / "a.backup")
    with desk_of(database, account.account_id) as desk:
        erase_person(desk, person.person_id)
    again = empty(_copied_keys(database, tmp_path))
    read_backup(again, tmp_path / "a.backup")
    raw = [file.read_bytes() for place in (store.folder, tmp_path) for file in place.rglob("*") if file.is_file()]
    for trace in (NAME.encode(), WORDS.encode(), b"what the twin is", account.login.encode(), key, *values):
        assert not any(trace in content for content in raw)
    assert _tables_with(again, person.person_id) == set()
    assert "membership" in _tables_with(again, stays.person_id)


def _value_traces(readings: pl.DataFrame) -> list[bytes]:
    """What would be found in the files if these values lay in them: as text, as numbers, or compressed."""
    values = readings["glucose_mgdl"].to_numpy()[100:108]
    day = readings.filter(pl.col("time").dt.date() == readings["time"].dt.date().mode()[0])
    text = ",".join(str(value) for value in values.tolist())
    return [text.encode(), values.tobytes(), values.astype(">f8").tobytes(), packed(day)[200:232]]


def _tables_with(database: Database, person_id: str) -> set[str]:
    """Every table, also those of later, in which a row says this anywhere."""
    found = set[str]()
    owner = create_engine(database.owner_url)
    with owner.connect() as connection:
        for name in inspect(connection).get_table_names():
            query = text(f'SELECT EXISTS (SELECT 1 FROM "{name}" AS one WHERE one::text LIKE :wanted)')  # noqa: S608
            if connection.execute(query, {"wanted": f"%{person_id}%"}).scalar_one():
                found.add(name)
    owner.dispose()
    return found


@pytest.mark.parametrize("part", ["record_block", "person"])
def test_a_damaged_backup_changes_nothing(
    database: Database, empty: Callable[[Keystore], Database], tmp_path: Path, part: str
) -> None:
    account, _ = _filled(database)
    path = tmp_path / "a.backup"
    write_backup(database, path)
    with tarfile.open(path) as archive:
        member = archive.getmember(part)
    content = bytearray(path.read_bytes())
    content[member.offset_data + member.size - 10] ^= 1
    path.write_bytes(bytes(content))
    again = empty(_copied_keys(database, tmp_path))
    with pytest.raises(DataError) as caught:
        read_backup(again, path)
    assert caught.value.code is ErrorCode.DAMAGED_ARTEFACT
    with desk_of(again, account.account_id) as desk:
        assert list_people(desk) == ()


@pytest.mark.parametrize("content", [b"", b"nothing at all"])
def test_another_file_is_no_backup_and_holds_no_keys(database: Database, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(DataError):
        read_backup(database, path)
    with pytest.raises(DataError):
        read_keys(path, tmp_path / "again")


def test_a_file_of_keys_cannot_write_elsewhere(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "keys.tar"
    with tarfile.open(path, "w") as archive:
        archive.add(database.keystore.folder / "master.key", "master.key")
        archive.add(database.keystore.folder / "master.key", "owner/../../escaped.key")
    with pytest.raises(DataError):
        read_keys(path, tmp_path / "again")
    assert not list(tmp_path.rglob("escaped.key"))


def test_nothing_is_restored_over_what_is_there(database: Database, tmp_path: Path) -> None:
    _filled(database)
    write_backup(database, tmp_path / "a.backup")
    write_keys(database.keystore, tmp_path / "keys.tar")
    with pytest.raises(ConflictError):
        read_backup(database, tmp_path / "a.backup")
    with pytest.raises(ConflictError):
        read_keys(tmp_path / "keys.tar", database.keystore.folder)


def test_a_backup_of_another_schema_is_refused(
    database: Database, empty: Callable[[Keystore], Database], tmp_path: Path
) -> None:
    _filled(database)
    write_backup(database, tmp_path / "a.backup")
    again = empty(_copied_keys(database, tmp_path))
    owner = create_engine(again.owner_url)
    with owner.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    owner.dispose()
    with pytest.raises(DataError) as caught:
        read_backup(again, tmp_path / "a.backup")
    assert caught.value.code is ErrorCode.UNSUPPORTED_VERSION
