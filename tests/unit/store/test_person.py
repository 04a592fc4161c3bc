"""People, accounts, sessions, tokens and everything kept of them; and how all of it goes."""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text, update

from glucotwin.core.error import ConflictError, DataError, NotFoundError
from glucotwin.core.profile import Role
from glucotwin.store.account import create_account, delete_account, find_account, read_account
from glucotwin.store.alarm import keep_alarms, read_alarms
from glucotwin.store.artefact import keep_folder, read_artefact, unpacked_folder, write_artefact
from glucotwin.store.audit import append_audit, read_audit, verify_audit
from glucotwin.store.database import Database
from glucotwin.store.desk import desk_of
from glucotwin.store.job import JobKind, JobStatus, create_job, list_jobs, read_job, update_job
from glucotwin.store.password import is_password
from glucotwin.store.person import erase_person, list_people
from glucotwin.store.record import add_records
from glucotwin.store.request import earlier_answer, keep_answer
from glucotwin.store.schema import audit, web_session
from glucotwin.store.session import (
    close_session,
    create_token,
    delete_token,
    find_session,
    find_token,
    list_tokens,
    nightscout_hash,
    open_session,
)
from made_up_store import PASSWORD, START, MadeUpStore, let_see, made_up_account, made_up_person, made_up_readings


def test_an_account_is_found_by_its_login_whatever_its_case(database: Database) -> None:
    made = made_up_account(database, "mixed")
    with database.signing_in() as connection:
        found = find_account(connection, database.keystore, f" {made.login.upper()}")
        assert found is not None
        assert found.account_id == made.account_id
        assert read_account(connection, database.keystore, made.account_id).login == made.login
        assert is_password(PASSWORD, found.password_hash)
        assert not is_password("wrong", found.password_hash)
        assert not is_password("wrong", None)
        assert find_account(connection, database.keystore, "nobody@example.org") is None
    with pytest.raises(ConflictError), database.signing_in() as connection:
        create_account(connection, database.keystore, login=made.login, password=PASSWORD, display_name="x")


def test_sessions_end_by_time_and_by_wish(database: Database) -> None:
    made = made_up_account(database)
    with database.signing_in() as connection:
        secret, session = open_session(connection, made.account_id)
        late, _ = open_session(connection, made.account_id)
        assert find_session(connection, secret) == session
        assert find_session(connection, "something else") is None
        connection.execute(update(web_session).values(expires_at=START).where(web_session.c.account_id != None))  # noqa: E711
        assert find_session(connection, late) is None
        third, _ = open_session(connection, made.account_id)
        close_session(connection, third)
        assert find_session(connection, third) is None


def test_tokens_are_found_by_text_or_hash_and_revoked(database: Database) -> None:
    made = made_up_account(database)
    with desk_of(database, made.account_id) as desk:
        secret, token = create_token(desk, name="phone", scopes=["read"], person_id=None, life=timedelta(days=1))
        _, old = create_token(desk, name="old", scopes=["read"], person_id=None, life=timedelta(days=-1))
    with database.signing_in() as connection:
        for text_of in (secret, nightscout_hash(secret)):
            found = find_token(connection, database.keystore, text_of)
            assert found is not None
            assert (found.token_id, found.name, found.scopes) == (token.token_id, "phone", {"read"})
        assert find_token(connection, database.keystore, "gt_other") is None
    with desk_of(database, made.account_id) as desk:
        assert {one.name for one in list_tokens(desk)} == {"phone", "old"}
        delete_token(desk, token.token_id)
        delete_token(desk, old.token_id)
        with pytest.raises(NotFoundError):
            delete_token(desk, token.token_id)


def test_artefacts_are_folders_that_come_back(database: Database) -> None:
    made = made_up_account(database)
    person = made_up_person(database, made)
    work = database.folder / "work"
    with desk_of(database, made.account_id) as desk:
        with unpacked_folder(desk, person.person_id, "lineage", work) as folder:
            assert not folder.exists()
            (folder / "versions").mkdir(parents=True)
            (folder / "versions" / "one.json").write_text("{}")
            keep_folder(desk, person.person_id, "lineage", folder)
        with unpacked_folder(desk, person.person_id, "lineage", work) as folder:
            assert (folder / "versions" / "one.json").read_text() == "{}"
        write_artefact(desk, person.person_id, "plain", b"1")
        write_artefact(desk, person.person_id, "plain", b"2")
        assert read_artefact(desk, person.person_id, "plain") == b"2"
    assert list(work.iterdir()) == []


def test_a_job_tells_how_far_it_is_and_is_not_begun_twice(database: Database) -> None:
    made = made_up_account(database)
    person = made_up_person(database, made)
    with desk_of(database, made.account_id) as desk:
        job = create_job(desk, person.person_id, JobKind.FIT)
        assert create_job(desk, person.person_id, JobKind.FIT).job_id == job.job_id
        running = update_job(desk, job, status=JobStatus.RUNNING, stage="fitting", progress_fraction=0.25)
        assert (running.progress_fraction, running.finished_at) == (0.25, None)
        update_job(desk, job, status=JobStatus.FAILED, error={"code": "too-little-data", "detail": "", "hint": ""})
        failed = read_job(desk, person.person_id, job.job_id)
        assert failed.error is not None
        assert failed.finished_at is not None
        assert create_job(desk, person.person_id, JobKind.FIT).job_id != job.job_id
        assert len(list_jobs(desk, person.person_id)) == 2


def test_a_request_is_answered_once(database: Database) -> None:
    made = made_up_account(database)
    person = made_up_person(database, made)
    with desk_of(database, made.account_id) as desk:
        assert earlier_answer(desk, person.person_id, "k1", b"body") is None
        keep_answer(desk, person.person_id, "k1", b"body", b"answer")
        assert earlier_answer(desk, person.person_id, "k1", b"body") == b"answer"
        with pytest.raises(ConflictError):
            earlier_answer(desk, person.person_id, "k1", b"another body")


def test_alarms_are_told_newest_first(database: Database) -> None:
    made = made_up_account(database)
    person = made_up_person(database, made)
    with desk_of(database, made.account_id) as desk:
        keep_alarms(desk, person.person_id, [(START + timedelta(minutes=one), {"number": one}) for one in range(3)])
        assert [one["number"] for one in read_alarms(desk, person.person_id, most=2)] == [2, 1]


def test_erasing_leaves_no_row_and_no_key(database: Database) -> None:
    made, other = made_up_account(database), made_up_account(database)
    person = made_up_person(database, made)
    let_see(database, made, person, other, Role.CARER)
    with desk_of(database, made.account_id) as desk:
        add_records(desk, person.person_id, {"glucose": made_up_readings(300)})
        create_job(desk, person.person_id, JobKind.FIT)
        keep_answer(desk, person.person_id, "k", b"", b"")
        keep_alarms(desk, person.person_id, [(START, {})])
        write_artefact(desk, person.person_id, "lineage", b"x")
        create_token(desk, name="n", scopes=[], person_id=person.person_id, life=timedelta(days=1))
    with pytest.raises(NotFoundError), desk_of(database, other.account_id) as desk:
        erase_person(desk, person.person_id)
    assert database.keystore.has(person.person_id)
    with desk_of(database, made.account_id) as desk:
        erase_person(desk, person.person_id)
        assert list_people(desk) == ()
    assert not database.keystore.has(person.person_id)
    owner = create_engine(database.owner_url)
    with owner.connect() as connection:
        tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        for name in tables:
            rows = str(connection.execute(text(f"SELECT * FROM {name}")).all())  # noqa: S608  # our own tables
            assert person.person_id not in rows, name
    owner.dispose()


def test_an_account_goes_with_its_key(database: Database) -> None:
    made = made_up_account(database)
    with database.acting_for(made.account_id) as connection:
        delete_account(connection, database.keystore, made.account_id)
    assert not database.keystore.has(made.account_id)
    with pytest.raises(NotFoundError), database.signing_in() as connection:
        read_account(connection, database.keystore, made.account_id)


def _write_log(database: Database, entries: int = 4) -> None:
    for number in range(entries):
        append_audit(
            database, account_id="a", role="person", person_id=f"p{number % 2}", action="read-data", outcome="200"
        )


def test_the_audit_log_holds_together_and_names_nobody(store: MadeUpStore) -> None:
    database = store.database("audit_whole")
    _write_log(database)
    assert verify_audit(database).entries == 4
    with database.nobody() as connection:
        told = read_audit(connection, database.keystore, "p1", most=1)
        assert [one.sequence for one in told] == [4]
        assert [one.sequence for one in read_audit(connection, database.keystore, "p1", before=4)] == [2]
        rows = connection.execute(audit.select()).all()
    assert "p1" not in str(rows)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit SET outcome = '404' WHERE sequence = 2",
        "DELETE FROM audit WHERE sequence = 2",
        "DELETE FROM audit WHERE sequence = 4",
        "UPDATE audit SET sequence = 10 - sequence",
    ],
)
def test_tampering_with_the_audit_log_is_noticed(store: MadeUpStore, tampering: str) -> None:
    database = store.database("audit_broken")
    owner = create_engine(database.owner_url)
    with owner.begin() as connection:
        connection.execute(text("DELETE FROM audit"))
    (database.keystore.folder / "audit.json").unlink(missing_ok=True)
    _write_log(database)
    verify_audit(database)
    with owner.begin() as connection:
        connection.execute(text(tampering))
    owner.dispose()
    with pytest.raises(DataError):
        verify_audit(database)
