"""Who listens is told, in order; who comes back, what was missed; who falls behind is let go."""

import asyncio

from glucotwin.service.broker import KEPT, WAITING, Broker, Told


async def _heard(queue: "asyncio.Queue[Told | None]", count: int) -> list[Told | None]:
    return [await asyncio.wait_for(queue.get(), 5) for _ in range(count)]


def test_listeners_of_a_person_hear_what_is_told_of_them_in_order() -> None:
    async def run() -> list[Told | None]:
        broker = Broker()
        listener = broker.listen("ada")
        broker.tell("bob", "reading", {"n": 0})
        for number in range(3):
            broker.tell("ada", "reading", {"n": number})
        return await _heard(listener.queue, 3)

    heard = [one for one in asyncio.run(run()) if one is not None]
    assert [one.content["n"] for one in heard] == [0, 1, 2]
    assert [one.number for one in heard] == sorted({one.number for one in heard})


def test_who_comes_back_hears_what_was_missed_as_far_as_it_is_kept() -> None:
    async def run() -> list[Told | None]:
        broker = Broker()
        for number in range(KEPT + 50):
            broker.tell("ada", "reading", {"n": number})
        return await _heard(broker.listen("ada", after=KEPT + 40).queue, 10)

    assert [one.number for one in asyncio.run(run()) if one] == list(range(KEPT + 41, KEPT + 51))


def test_who_falls_behind_is_let_go() -> None:
    async def run() -> list[Told | None]:
        broker = Broker()
        listener = broker.listen("ada")
        for number in range(WAITING + 1):
            broker.tell("ada", "reading", {"n": number})
        return await _heard(listener.queue, 1)

    assert asyncio.run(run()) == [None]


def test_forgetting_and_closing_let_everybody_go() -> None:
    async def run() -> tuple[list[Told | None], int]:
        broker = Broker()
        first, second = broker.listen("ada"), broker.listen("bob")
        assert broker.listening == 2
        broker.tell("ada", "erased", {})
        broker.forget("ada")
        broker.close()
        heard = await _heard(first.queue, 2) + await _heard(second.queue, 1)
        broker.leave("ada", first)
        broker.leave("bob", second)
        return heard, broker.listening

    heard, left = asyncio.run(run())
    assert [one and one.name for one in heard] == ["erased", None, None]
    assert left == 0
