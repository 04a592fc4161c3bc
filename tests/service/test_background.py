import asyncio

from glucotwin.service.background import beside


def test_work_goes_on_beside_and_is_cancelled_at_the_end():
    told: list[str] = []

    async def work() -> None:
        try:
            told.append("begun")
            await asyncio.sleep(60.0)
        finally:
            told.append("ended")

    async def serve() -> None:
        async with beside(work(), work()):
            await asyncio.sleep(0)
            assert told == ["begun", "begun"]

    asyncio.run(serve())
    assert told == ["begun", "begun", "ended", "ended"]
