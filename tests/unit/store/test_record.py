"""Records: once however often they come, in any order; withdrawn ones stay away; sealed in the database."""

from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from glucotwin.core.error import NotFoundError
from glucotwin.domain.correction import Correction
from glucotwin.domain.frame import frame_from_records
from glucotwin.domain.meal import Meal
from glucotwin.domain.reversal import step_id
from glucotwin.domain.timeline import Window
from glucotwin.store.block import packed, unpacked
from glucotwin.store.database import Database
from glucotwin.store.desk import desk_of
from glucotwin.store.person import read_person
from glucotwin.store.record import add_records, newest_time, read_records, record_ids, withdraw_record
from glucotwin.store.refusal import accept_step, refuse_step
from made_up_store import START, made_up_account, made_up_person, made_up_readings


def test_records_come_back_as_they_were_over_days(database: Database) -> None:
    account = made_up_account(database)
    person = made_up_person(database, account)
    readings = made_up_readings(700)
    meals = frame_from_records(Meal, [Meal(time=START, carbs_g=45.0, note="soup")])
    with desk_of(database, account.account_id) as desk:
        assert add_records(desk, person.person_id, {"glucose": readings, "meal": meals}) == {"glucose": 700, "meal": 1}
    with desk_of(database, account.account_id) as desk:
        back = read_records(desk, person.person_id)
        assert newest_time(desk, person.person_id) == readings["time"][-1]
        assert read_person(desk, person.person_id).revision == 1
    assert back["glucose"].equals(readings)
    assert back["meal"].equals(meals)


def test_a_block_keeps_every_column_of_every_value() -> None:
    meals = frame_from_records(
        Meal, [Meal(time=START + timedelta(microseconds=1), carbs_g=0.1 + 0.2, fat_g=None, note='"ü"\n')]
    )
    assert unpacked("meal", packed(meals)).equals(meals)


def test_a_window_reads_its_days_alone(database: Database) -> None:
    account = made_up_account(database)
    person = made_up_person(database, account)
    with desk_of(database, account.account_id) as desk:
        add_records(desk, person.person_id, {"glucose": made_up_readings(288 * 6)})
        window = Window(start=START + timedelta(days=4), end=START + timedelta(days=4, hours=2))
        times = read_records(desk, person.person_id, window=window, streams=["glucose"])["glucose"]["time"]
    assert (times[0].day, times[-1].day) == (4, 5)


@settings(max_examples=8)
@given(batches=st.lists(st.tuples(st.integers(0, 500), st.integers(1, 60)), min_size=1, max_size=6), data=st.data())
def test_order_repeats_and_lateness_do_not_matter(
    database: Database, batches: list[tuple[int, int]], data: st.DataObject
) -> None:
    account = made_up_account(database)
    contents: list[pl.DataFrame] = []
    for order in (batches, data.draw(st.permutations([*batches, *batches]))):
        person = made_up_person(database, account)
        with desk_of(database, account.account_id) as desk:
            added = sum(
                add_records(desk, person.person_id, {"glucose": made_up_readings(count, first=first)}).get("glucose", 0)
                for first, count in order
            )
            contents.append(read_records(desk, person.person_id)["glucose"])
        assert added == len(contents[-1])
    assert contents[0].equals(contents[1])


def test_a_withdrawn_record_stays_away_when_it_is_delivered_again(database: Database) -> None:
    account = made_up_account(database)
    person = made_up_person(database, account)
    meals = frame_from_records(Meal, [Meal(time=START + timedelta(hours=hour), carbs_g=30.0) for hour in range(3)])
    with desk_of(database, account.account_id) as desk:
        add_records(desk, person.person_id, {"meal": meals})
        gone = record_ids(desk, person.person_id, "meal", meals)[1]
        withdraw_record(desk, person.person_id, gone)
        add_records(desk, person.person_id, {"meal": meals})
        left = read_records(desk, person.person_id)["meal"]
        with pytest.raises(NotFoundError):
            withdraw_record(desk, person.person_id, gone)
    assert left["time"].to_list() == [meals["time"][0], meals["time"][2]]


def test_nothing_is_kept_of_work_that_fails(database: Database) -> None:
    account = made_up_account(database)
    person = made_up_person(database, account)

    def fail_after_adding() -> None:
        with desk_of(database, account.account_id) as desk:
            add_records(desk, person.person_id, {"glucose": made_up_readings(5)})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_adding()
    with desk_of(database, account.account_id) as desk:
        assert read_records(desk, person.person_id) == {}


def test_records_of_somebody_else_cannot_be_added(database: Database) -> None:
    person = made_up_person(database, made_up_account(database))
    with pytest.raises(NotFoundError), desk_of(database, made_up_account(database).account_id) as desk:
        add_records(desk, person.person_id, {"glucose": made_up_readings(5)})


def test_the_database_holds_neither_values_nor_names(database: Database) -> None:
    account = made_up_account(database)
    person = made_up_person(database, account, name="Zebulon Quagmire")
    notes = frame_from_records(Meal, [Meal(time=START, carbs_g=33.0, note="rutabaga")])
    with desk_of(database, account.account_id) as desk:
        add_records(desk, person.person_id, {"meal": notes})
    owner = create_engine(database.owner_url)
    with owner.connect() as connection:
        tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        dump = "".join(
            str(connection.execute(text(f"SELECT * FROM {name}")).all())  # noqa: S608  # names of our own tables
            for name in tables
        )
    owner.dispose()
    assert person.person_id in dump
    for secret in ("Quagmire", "rutabaga", account.login, account.display_name):
        assert secret not in dump


def test_a_refused_step_gives_the_original_until_it_is_accepted(database: Database) -> None:
    account = made_up_account(database)
    person = made_up_person(database, account)
    meal = Meal(time=START, carbs_g=40.0)
    step = Correction(
        time=START, stream="meal", quantity="carbs_g", original=4.0, corrected=40.0, reason="units-converted"
    )
    with desk_of(database, account.account_id) as desk:
        add_records(
            desk,
            person.person_id,
            {"meal": frame_from_records(Meal, [meal]), "correction": frame_from_records(Correction, [step])},
        )
        refuse_step(desk, person.person_id, step_id(step))
        refuse_step(desk, person.person_id, step_id(step))
        refused = read_records(desk, person.person_id, streams=["meal"])
        steps = read_records(desk, person.person_id)["correction"]
        accept_step(desk, person.person_id, step_id(step))
        accepted = read_records(desk, person.person_id)
    assert list(refused) == ["meal"]
    assert refused["meal"]["carbs_g"].to_list() == [4.0]
    assert steps["reversed"].to_list() == [True]
    assert accepted["meal"]["carbs_g"].to_list() == [40.0]
    assert accepted["correction"]["reversed"].to_list() == [False]


def test_a_record_that_was_withdrawn_does_not_come_back_with_its_original(database: Database) -> None:
    account = made_up_account(database)
    person = made_up_person(database, account)
    meals = frame_from_records(Meal, [Meal(time=START, carbs_g=40.0)])
    step = Correction(time=START, stream="meal", quantity="carbs_g", original=4.0, corrected=40.0, reason="x")
    with desk_of(database, account.account_id) as desk:
        add_records(desk, person.person_id, {"meal": meals, "correction": frame_from_records(Correction, [step])})
        withdraw_record(desk, person.person_id, record_ids(desk, person.person_id, "meal", meals)[0])
        refuse_step(desk, person.person_id, step_id(step))
        left = read_records(desk, person.person_id, streams=["meal"])["meal"]
    assert left.is_empty()
