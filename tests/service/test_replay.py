"""A demonstration's stream: five minutes at a time, told as they come, at a clock of its own, until it ends."""

import asyncio
from datetime import timedelta

import pytest

from glucotwin.core.profile import Role
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.service.replay import STEP, Replay
from glucotwin.service.state import Service
from glucotwin.store.database import Database
from glucotwin.store.desk import desk_of
from glucotwin.store.record import newest_time
from glucotwin.workflows.living.demo import DemoPerson, take_in_until
from made_up_person import START, made_up_timeline
from made_up_service import API, Browser, client_of, made_up_running, sign_up


def _demo(owner: Browser, person_id: str, *, hours: float) -> DemoPerson:
    timeline = made_up_timeline()
    return DemoPerson(
        account_ids={Role.PERSON: owner.account_id},
        person_id=person_id,
        timeline=timeline,
        at=START + timedelta(hours=hours),
    )


@pytest.fixture
def demonstration(database: Database) -> Service:
    return made_up_running(database)


def test_each_step_takes_in_what_five_minutes_brought(demonstration: Service, database: Database) -> None:
    owner = sign_up(demonstration)
    person_id = owner.person()
    replay = Replay(demonstration, _demo(owner, person_id, hours=8.0), every_s=1.0)
    told: list[tuple[str, dict[str, object]]] = []
    demonstration.broker.tell = lambda person_id, name, content: told.append((name, dict(content)))
    assert replay.step()
    assert demonstration.now(person_id) == START + timedelta(hours=8) + STEP
    with desk_of(database, owner.account_id) as desk:
        assert newest_time(desk, person_id) == START + timedelta(hours=8)
    names = [name for name, _ in told]
    assert names[:2] == ["reading", "data"]
    assert told[1][1] == {"streams": ["bolus", "glucose", "meal"]}
    assert owner.get(f"/people/{person_id}/now").json()["as_of"] == replay.now().isoformat()


def test_the_demonstration_is_entered_without_a_password(demonstration: Service) -> None:
    owner = sign_up(demonstration)
    Replay(demonstration, _demo(owner, owner.person(), hours=8.0), every_s=1.0)
    entered = client_of(demonstration).post(f"{API}/session/demo")
    assert entered.json()["account"]["account_id"] == owner.account_id


def test_the_stream_ends_with_the_data_and_with_the_person(demonstration: Service) -> None:
    owner = sign_up(demonstration)
    person_id = owner.person()
    demo = _demo(owner, person_id, hours=0.0)
    end = demo.timeline.window(GlucoseReading).end
    last = DemoPerson(
        account_ids=demo.account_ids, person_id=person_id, timeline=demo.timeline, at=end - timedelta(minutes=7)
    )
    replay = Replay(demonstration, last, every_s=0.01)

    async def run() -> None:
        async with replay.running():
            while replay.demo.at < end:
                await asyncio.sleep(0.02)

    asyncio.run(asyncio.wait_for(run(), 20))
    assert demonstration.now(person_id) == end
    owner.post(f"/people/{person_id}/erase", {"confirm": person_id})
    assert Replay(demonstration, demo, every_s=1.0).step() is False


def test_what_was_taken_in_before_is_not_counted_again(demonstration: Service, database: Database) -> None:
    owner = sign_up(demonstration)
    demo = _demo(owner, owner.person(), hours=0.0)
    until = demo.at + timedelta(hours=2)
    with desk_of(database, owner.account_id) as desk:
        assert take_in_until(desk, demo, until)["glucose"] == 24
        assert take_in_until(desk, demo, until) == {}
