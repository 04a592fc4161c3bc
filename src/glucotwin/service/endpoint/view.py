"""What people look at: now, live, and the days."""

import asyncio
import json
from collections.abc import AsyncGenerator
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from glucotwin.core.error import GlucoTwinError
from glucotwin.service.broker import Told
from glucotwin.service.caller import Caller, Calling, PersonId, Running, desk_for
from glucotwin.service.schema import Items, Json
from glucotwin.service.state import Service
from glucotwin.store.access import Action, Purpose, access_to
from glucotwin.workflows.living.days import days_of
from glucotwin.workflows.living.deterioration import deterioration_json, deteriorations_of, worst_first
from glucotwin.workflows.living.panel import panel_of
from glucotwin.workflows.living.shape.days import DaysAnswer, DeteriorationJson
from glucotwin.workflows.living.shape.now import NowAnswer
from glucotwin.workflows.living.shape.panel import PanelPage

router = APIRouter(tags=["view"])
BEAT_S = 15.0
OF_TWIN = frozenset(
    {
        "forecast",
        "forecast_withheld",
        "next_risk",
        "insulin_on_board_u",
        "carbs_on_board_g",
        "band_performance",
        "twin_version",
    }
)
"""What a view of now holds only with the consent to a twin."""


@router.get("/people/{person_id}/now")
def now(person_id: PersonId, request: Request, caller: Calling, service: Running) -> NowAnswer:
    """How the person is now: glucose, trend, what is on board, forecast, what may come, alarms."""
    with desk_for(request, caller, person_id, Action.READ_DATA) as (desk, access):
        return service.look(desk, access)


@router.get("/panel")
def panel(
    caller: Calling,
    service: Running,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=64, pattern=r"^\d{1,12}(\.\d{1,6})?_[0-9a-f-]{36}$")] = None,
) -> PanelPage:
    """Everybody whom the account follows in one answer, those first who need a look first."""
    bound = None if caller.token is None else caller.token.person_id
    with service.desk(caller.account_id) as desk:
        page = panel_of(desk, service.memory, now=service.now, cursor=cursor, most=limit, only=bound)
    for row in page["items"]:
        row["display_name"] = service.called(row["person_id"], row["display_name"])
    return page


@router.get("/people/{person_id}/deterioration")
def deterioration(person_id: PersonId, request: Request, caller: Calling, service: Running) -> Items[DeteriorationJson]:
    """What gets slowly worse: HbA1c, time in range, eGFR, albumin in the urine; the clear ones first."""
    with desk_for(request, caller, person_id, Action.READ_DATA) as (desk, _):
        timeline = service.memory.timeline(desk, person_id)
    return {"items": [deterioration_json(one) for one in worst_first(deteriorations_of(timeline))]}


@router.get("/people/{person_id}/days")
def days(
    person_id: PersonId,
    request: Request,
    caller: Calling,
    service: Running,
    days: Annotated[int, Query(ge=1, le=92)] = 14,
    end: date | None = None,
    weekdays: Annotated[str, Query(pattern="^([0-6](,[0-6])*)?$", description="0 is Monday.")] = "",
    target: Annotated[str, Query(max_length=32, description="A preset, or LOW-HIGH in mg/dL.")] = "standard",
) -> DaysAnswer:
    """The modal day, each day in numbers, and the consensus metrics."""
    chosen = [int(one) for one in weekdays.split(",") if one]
    with desk_for(request, caller, person_id, Action.READ_DATA) as (desk, _):
        timeline = service.memory.timeline(desk, person_id)
    return days_of(timeline, days=days, end=end, weekdays=chosen, target_name=target)


@router.get("/people/{person_id}/live", response_class=StreamingResponse)
async def live(
    person_id: PersonId,
    request: Request,
    caller: Calling,
    service: Running,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """Server-sent events: ``reading``, ``now``, ``alarm``, ``job``, ``data``, ``erased``."""
    await run_in_threadpool(_check, request, caller, person_id)
    after = int(last_event_id) if last_event_id and last_event_id.isdigit() else None
    stream = _messages(service, caller, person_id, after)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _check(request: Request, caller: Caller, person_id: str) -> None:
    with desk_for(request, caller, person_id, Action.READ_DATA):
        pass


async def _messages(service: Service, caller: Caller, person_id: str, after: int | None) -> AsyncGenerator[str]:
    listener = service.broker.listen(person_id, after=after)
    service.metrics.listeners.inc()
    try:
        yield ": welcome\n\n"
        while True:
            try:
                told = await asyncio.wait_for(listener.queue.get(), BEAT_S)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if told is None:
                return
            if told.name == "erased":
                yield _line(told, told.content)
                return
            # A consent or a membership may have ended since the last message.
            content = await run_in_threadpool(_allowed, service, caller, person_id, told)
            if content is None:
                return
            yield _line(told, content)
    finally:
        service.broker.leave(person_id, listener)
        service.metrics.listeners.dec()


def _allowed(service: Service, caller: Caller, person_id: str, told: Told) -> "Json | None":
    try:
        with service.desk(caller.account_id) as desk:
            access = access_to(desk, person_id, Action.READ_DATA)
    except GlucoTwinError:
        return None
    content = dict(told.content)
    if told.name == "now" and Purpose.PERSONAL_TWIN not in access.consents:
        return {name: None if name in OF_TWIN else value for name, value in content.items()}
    return content


def _line(told: Told, content: object) -> str:
    return f"id: {told.number}\nevent: {told.name}\ndata: {json.dumps(content)}\n\n"
