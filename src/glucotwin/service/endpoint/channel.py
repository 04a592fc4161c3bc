"""Channels: where an account wants a person's alarms besides the dashboard."""

from typing import Annotated, NotRequired

from fastapi import APIRouter, Path, Request
from pydantic import Field
from typing_extensions import TypedDict

from glucotwin.core.json_value import Instant
from glucotwin.service.caller import UUID_PATTERN, Calling, PersonId, Running, desk_for
from glucotwin.service.schema import Items, Shape
from glucotwin.store.access import Action
from glucotwin.store.channel import NewChannel, StoredChannel, list_channels, remove_channel
from glucotwin.workflows.channel.notify import confirm, open_channel, try_channel
from glucotwin.workflows.channel.push import public_key
from glucotwin.workflows.channel.registry import CHANNELS, find_kind

router = APIRouter(tags=["channels"])
ChannelId = Annotated[str, Path(pattern=UUID_PATTERN)]
Setting = Annotated[str, Field(max_length=2000)]


class ChannelBody(Shape):
    """A wish for a channel; its settings are those that ``GET /channel-kinds`` lists."""

    kind: str = Field(max_length=16)
    label: str = Field(default="", max_length=100)
    settings: dict[str, Setting] = Field(max_length=10)


class CodeBody(Shape):
    """The code that was sent to a channel."""

    code: str = Field(max_length=20)


class ChannelKindJson(TypedDict):
    """A kind of channel: names of its settings, and whether this installation has it."""

    kind: str
    settings: list[str]
    available: bool


class ChannelKinds(TypedDict):
    """Kinds of channels, and the key with which browsers subscribe to push."""

    items: list[ChannelKindJson]
    push_key: str | None


class ChannelJson(TypedDict):
    """A channel: of its settings only what tells it from others."""

    channel_id: str
    kind: str
    label: str
    settings: dict[str, str]
    confirmed: bool
    created_at: Instant


class NewChannelJson(ChannelJson):
    """A channel that was just made, with what signs its messages where there is such a thing."""

    secret: NotRequired[str | None]


@router.get("/channel-kinds")
def kinds(caller: Calling, service: Running) -> ChannelKinds:
    """Which kinds of channels there are, their settings, and the key with which browsers subscribe to push."""
    outgoing = service.notifier.outgoing
    allowed = {"email": outgoing.mail is not None, "push": bool(outgoing.push_key)}
    listed: list[ChannelKindJson] = [
        {"kind": one.kind, "settings": list(one.fields), "available": allowed.get(one.kind, True)}
        for one in CHANNELS.values()
    ]
    return {"items": listed, "push_key": public_key(outgoing.push_key) if outgoing.push_key else None}


@router.get("/people/{person_id}/channels")
def channels(person_id: PersonId, request: Request, caller: Calling) -> Items[ChannelJson]:
    """The account's own channels of a person's alarms."""
    with desk_for(request, caller, person_id, Action.ASK_TWIN) as (desk, _):
        return {"items": [_json(one) for one in list_channels(desk, person_id, own=True)]}


@router.post("/people/{person_id}/channels", status_code=201)
def add(person_id: PersonId, body: ChannelBody, request: Request, caller: Calling, service: Running) -> NewChannelJson:
    """Makes a channel. What signs a webhook's messages is told once; a mail address gets a code to repeat."""
    caller.require_browser()
    wish = NewChannel(kind=body.kind, label=body.label, settings=body.settings)
    with desk_for(request, caller, person_id, Action.SNOOZE) as (desk, access):
        access.require(Action.ASK_TWIN)
        made = open_channel(desk, person_id, wish, service.notifier.outgoing)
    told = _json(made)
    return {**told} if find_kind(made.kind).needs_code else {**told, "secret": made.secret}


@router.post("/people/{person_id}/channels/{channel_id}/confirm")
def repeat_code(
    person_id: PersonId, channel_id: ChannelId, body: CodeBody, request: Request, caller: Calling, service: Running
) -> ChannelJson:
    """Lets alarms be told at a mail address whose code is repeated; after three wrong ones each further one waits."""
    caller.require_browser()
    key = f"channel|{channel_id}"
    service.sign_ins.check(key)
    with desk_for(request, caller, person_id, Action.SNOOZE) as (desk, _):
        # A failure stands until the code is right: nobody gets to guess quickly.
        service.sign_ins.failed(key)
        confirmed = confirm(desk, person_id, channel_id, body.code)
    service.sign_ins.succeeded(key)
    return _json(confirmed)


@router.post("/people/{person_id}/channels/{channel_id}/test", status_code=204)
def try_out(person_id: PersonId, channel_id: ChannelId, request: Request, caller: Calling, service: Running) -> None:
    """Sends a message that says it is only a try."""
    caller.require_browser()
    with desk_for(request, caller, person_id, Action.SNOOZE) as (desk, _):
        try_channel(desk, person_id, channel_id, service.notifier.outgoing, at=service.now(person_id))


@router.delete("/people/{person_id}/channels/{channel_id}", status_code=204)
def remove(person_id: PersonId, channel_id: ChannelId, request: Request, caller: Calling) -> None:
    """Ends a channel at once; one that is gone stays away."""
    caller.require_browser()
    with desk_for(request, caller, person_id, Action.SNOOZE) as (desk, _):
        remove_channel(desk, channel_id)


def _json(channel: StoredChannel) -> ChannelJson:
    shown = {name: value for name, value in channel.settings.items() if name in {"url", "address", "endpoint"}}
    return {
        "channel_id": channel.channel_id,
        "kind": channel.kind,
        "label": channel.label,
        "settings": shown,
        "confirmed": channel.confirmed,
        "created_at": channel.created_at.isoformat(),
    }
