"""The schema: made, taken back and made again with data in it, the same as the tables say, protected row by row."""

import importlib
import pkgutil
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

import glucotwin.store
from glucotwin.core.error import ErrorCode, GlucoTwinError
from glucotwin.store.database import Database, migrate, open_database
from glucotwin.store.desk import desk_of
from glucotwin.store.identity import link_identity
from glucotwin.store.job import JobKind, JobStatus, cancel_job, create_job, list_jobs
from glucotwin.store.key import Keystore
from glucotwin.store.record import add_records
from glucotwin.store.schema import OWN, PERSONAL, metadata
from made_up_store import MadeUpStore, made_up_account, made_up_person, made_up_readings


def test_up_down_and_up_again_with_data(store: MadeUpStore) -> None:
    database = store.database("updown")
    account = made_up_account(database)
    person = made_up_person(database, account)
    with desk_of(database, account.account_id) as desk:
        add_records(desk, person.person_id, {"glucose": made_up_readings(10)})
        link_identity(
            desk.connection, desk.keystore, account_id=account.account_id, issuer="https://login.example", subject="ada"
        )
    owner = create_engine(database.owner_url)
    with owner.begin() as connection:
        migrate(connection, "base")
        left = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        functions = connection.execute(text("SELECT proname FROM pg_proc WHERE proname LIKE 'app%'")).scalars().all()
    assert (left, functions) == (["alembic_version"], [])
    with owner.begin() as connection:
        migrate(connection, "head")
    owner.dispose()
    made_up_person(database, made_up_account(database))


def test_questions_go_and_other_work_stays_when_their_migration_is_taken_back(store: MadeUpStore) -> None:
    database = store.database("questions")
    account = made_up_account(database)
    person = made_up_person(database, account)
    with desk_of(database, account.account_id) as desk:
        fit = cancel_job(desk, create_job(desk, person.person_id, JobKind.FIT))
        create_job(desk, person.person_id, JobKind.COMPARE, request={"question": {}})
    owner = create_engine(database.owner_url)
    for revision in ("0007", "head"):
        with owner.begin() as connection:
            migrate(connection, revision)
    owner.dispose()
    with desk_of(database, account.account_id) as desk:
        left = list_jobs(desk, person.person_id)
        assert [(one.job_id, one.status) for one in left] == [(fit.job_id, JobStatus.FAILED)]
        create_job(desk, person.person_id, JobKind.COMPARE, request={"question": {}})


def test_migrations_make_what_the_tables_say(database: Database) -> None:
    owner = create_engine(database.owner_url)
    with owner.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    owner.dispose()
    assert differences == []


def test_opening_again_changes_nothing(database: Database) -> None:
    again = open_database(database.owner_url, keystore=database.keystore, folder=database.folder)
    with again.nobody() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    again.close()


def test_every_table_with_personal_data_has_policies_that_are_forced(database: Database) -> None:
    with database.nobody() as connection:
        rows = connection.execute(
            text("SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relkind = 'r'")
        )
        forced = {name for name, is_forced in rows if is_forced}
        policies = set(connection.execute(text("SELECT tablename FROM pg_policies")).scalars())
        tables = set(connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars())
    personal = {table.name for table in (*PERSONAL, *OWN)}
    assert personal <= forced
    assert personal <= policies
    # A new table has to be named here, or have policies.
    assert tables - personal == {"audit", "alembic_version"}


def test_the_application_owns_nothing_and_cannot_pass_the_policies(database: Database) -> None:
    with database.nobody() as connection:
        role = connection.execute(
            text("SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user")
        ).one()
        owned = connection.execute(
            text("SELECT count(*) FROM pg_tables WHERE tableowner = current_user AND schemaname = 'public'")
        ).scalar()
    assert tuple(role) == (False, False, False, False)
    assert owned == 0


@pytest.mark.parametrize("name", sorted(table.name for table in (*PERSONAL, *OWN)))
def test_a_query_that_forgets_the_rules_sees_nothing_of_others(database: Database, name: str) -> None:
    account, stranger = made_up_account(database), made_up_account(database)
    person = made_up_person(database, account)
    with desk_of(database, account.account_id) as desk:
        add_records(desk, person.person_id, {"glucose": made_up_readings(3)})
    column = "account_id" if name in {table.name for table in OWN} else "person_id"
    value = account.account_id if column == "account_id" else person.person_id
    query = text(f"SELECT count(*) FROM {name} WHERE {column} = :value")  # noqa: S608  # names of our own tables
    for connect in (database.nobody(), database.acting_for(stranger.account_id)):
        with connect as connection:
            assert connection.execute(query, {"value": value}).scalar() == 0


@pytest.mark.parametrize(
    "statement", ["UPDATE forecast SET twin_hash = ''", "DELETE FROM audit", "UPDATE audit SET role = ''"]
)
def test_what_was_said_cannot_be_changed(database: Database, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), database.nobody() as connection:
        connection.execute(text(statement))


def test_the_account_of_one_transaction_is_not_that_of_the_next(database: Database) -> None:
    account = made_up_account(database)
    made_up_person(database, account)
    with database.acting_for(account.account_id) as connection:
        assert connection.execute(text("SELECT count(*) FROM person")).scalar() == 1
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM person")).scalar() == 0


def test_a_database_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(GlucoTwinError) as caught:
        open_database(
            f"postgresql://nobody@/nothing?host={tmp_path}", keystore=Keystore.open(tmp_path / "keys"), folder=tmp_path
        )
    assert caught.value.code is ErrorCode.DATABASE_UNAVAILABLE


@pytest.mark.parametrize(
    "name", [found.name for found in pkgutil.walk_packages(glucotwin.store.__path__, "glucotwin.store.")]
)
def test_every_module_imports_without_a_database(name: str) -> None:
    assert importlib.import_module(name).__doc__
