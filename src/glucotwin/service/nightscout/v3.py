"""Version 3 of Nightscout's interface (with the sign-in of version 2), as AAPS and newer clients speak it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse

from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.service.body import Body
from glucotwin.service.caller import Running
from glucotwin.service.nightscout.app import App, Asking, app_with
from glucotwin.service.nightscout.route import NightscoutRoute, add
from glucotwin.service.nightscout.status import status_json_v3, version_json
from glucotwin.service.schema import Json
from glucotwin.store.access import Action
from glucotwin.store.desk import Desk
from glucotwin.store.document import StoredDocument
from glucotwin.workflows.nightscout.document import ENTRIES, Document, documents_in, epoch_ms
from glucotwin.workflows.nightscout.entry import deliver_entries, entries_named, withdraw_entry
from glucotwin.workflows.nightscout.keep import change_document, delete_named, find_document, keep_documents
from glucotwin.workflows.nightscout.query import search_conditions
from glucotwin.workflows.nightscout.read import Question, changed_since, read_collection, times_of_change

router = APIRouter(tags=["nightscout"], route_class=NightscoutRoute)
SIGNED_IN_FOR = timedelta(hours=8)
MOST, MOST_SORTED = 1000, 100_000
LATEST_MS = 4_102_444_800_000
"""The year 2100."""
BY_TIME = frozenset({"date", "created_at", "mills"})
GONE, CREATED = 410, 201
OWN_FIELDS = frozenset({"srvCreated", "srvModified", "subject", "modifiedBy", "isReadOnly", "_id"})
"""Fields that a server sets."""

Collection = Literal["entries", "treatments", "devicestatus", "profile", "food", "settings"]
Name = Annotated[str, Path(max_length=200)]
Limit = Annotated[int, Query(ge=1, le=MOST)]


def sign_in(secret: str, request: Request, service: Running) -> Json:
    """Exchanges a token for itself, with a time until which it is surely good: apps expect to sign in."""
    app = app_with(request, service, secret)
    now = datetime.now(UTC)
    until = min(now + SIGNED_IN_FOR, app.token.expires_at)
    letters = "read" if "write" not in app.token.scopes else "read,create,update,delete"
    return {
        "token": app.secret,
        "sub": app.token.name,
        "permissionGroups": [[f"*:*:{letters}"]],
        "iat": int(now.timestamp()),
        "exp": int(until.timestamp()),
    }


def read_version(app: Asking) -> Json:
    """Which versions are spoken."""
    return {"status": 200, "result": version_json(app.now)}


def read_status(app: Asking) -> Json:
    """Which versions are spoken, and what the token may do."""
    return {"status": 200, "result": status_json_v3(app)}


def read_last_modified(app: Asking) -> Json:
    """When each collection changed last."""
    with app.desk(Action.READ_DATA) as (desk, _):
        changes = times_of_change(desk, app.person_id)
    collections = {name: epoch_ms(moment) for name, moment in changes.items()}
    return {"status": 200, "result": {"srvDate": epoch_ms(app.now), "collections": collections}}


def search(
    collection: Collection,
    request: Request,
    app: Asking,
    limit: Limit = MOST,
    skip: Annotated[int, Query(ge=0)] = 0,
    sort: str | None = None,
    fields: str | None = None,
) -> JSONResponse:
    """Documents that fulfil conditions such as ``date$gte=…``."""
    items = request.query_params.multi_items()
    descending = request.query_params.get("sort$desc")
    if sort and descending:
        raise DataError(ErrorCode.INVALID_VALUE, message("nightscout-one-order"))
    by_time = (descending or sort or "date") in BY_TIME
    question = Question(
        collection=collection,
        conditions=search_conditions(items),
        limit=skip + limit if by_time else MOST_SORTED,
        oldest_first=by_time and descending is None,
        usual=None,
    )
    with app.desk(Action.READ_DATA) as (desk, _):
        found = read_collection(desk, app.person_id, question, now=app.now)
    ordered = _ordered([_document(one, collection) for one in found], sort, descending)
    return JSONResponse({"status": 200, "result": [_only(one, fields) for one in ordered[skip : skip + limit]]})


def create(collection: Collection, app: Asking, body: Body) -> JSONResponse:
    """Keeps a document; one that is known already is told as a repeat."""
    document = _required(documents_in(body))
    if collection == ENTRIES:
        return _create_entry(app, document)
    with app.desk(Action.WRITE_DATA) as (desk, _):
        kept = keep_documents(desk, app.person_id, collection, [document], now=app.now)
        stored = find_document(desk, app.person_id, collection, kept.documents[0].name)
    app.took_in(kept.streams)
    return _created(_identifier(stored), stored.changed_at, is_repeat=kept.repeats[0])


def read_one(collection: Collection, identifier: Name, app: Asking, fields: str | None = None) -> JSONResponse:
    """One document."""
    with app.desk(Action.READ_DATA) as (desk, _):
        if collection == ENTRIES:
            found = entries_named(desk, app.person_id, identifier)
            if not found:
                raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("nightscout-no-such"))
            return JSONResponse({"status": 200, "result": _only(_document(found[0], collection), fields)})
        stored = find_document(desk, app.person_id, collection, identifier)
    if stored.deleted:
        return JSONResponse({"status": GONE}, status_code=GONE)
    return JSONResponse({"status": 200, "result": _only(_changed_document(stored), fields)}, headers=_moment(stored))


def update(collection: Collection, identifier: Name, app: Asking, body: Body) -> JSONResponse:
    """Keeps a document instead of the one of a name, or as a new one."""
    document = _required(documents_in(body)) | {"identifier": identifier}
    if collection == ENTRIES:
        return _create_entry(app, document)
    with app.desk(Action.WRITE_DATA) as (desk, _):
        known = _known(desk, app.person_id, collection, identifier)
        name: Document = {} if known is None else {"_id": known.name}
        kept = keep_documents(desk, app.person_id, collection, [document | name], now=app.now)
        stored = find_document(desk, app.person_id, collection, kept.documents[0].name)
    app.took_in(kept.streams)
    return _created(_identifier(stored), stored.changed_at, is_repeat=known is not None)


def patch(collection: Collection, identifier: Name, app: Asking, body: Body) -> JSONResponse:
    """Changes fields of a document."""
    changes = {name: value for name, value in _one(documents_in(body)).items() if name not in OWN_FIELDS}
    if collection == ENTRIES:
        # A reading does not change afterwards; apps only add their own marks to it.
        return JSONResponse({"status": 200})
    with app.desk(Action.WRITE_DATA) as (desk, _):
        kept = change_document(desk, app.person_id, collection, identifier, changes, now=app.now)
        stored = find_document(desk, app.person_id, collection, kept.documents[0].name)
    app.took_in(kept.streams)
    told = {"status": 200, "identifier": _identifier(stored), "lastModified": epoch_ms(stored.changed_at)}
    return JSONResponse(told, headers=_moment(stored))


def delete(collection: Collection, identifier: Name, app: Asking) -> Json:
    """Deletes a document: it is told as deleted from now on."""
    with app.desk(Action.WRITE_DATA) as (desk, _):
        if collection == ENTRIES:
            withdraw_entry(desk, app.person_id, identifier)
            streams = frozenset({"glucose"})
        else:
            streams = delete_named(desk, app.person_id, collection, identifier, now=app.now).streams
    app.took_in(streams)
    return {"status": 200}


def history(collection: Collection, since: int, app: Asking, limit: Limit = MOST) -> JSONResponse:
    """What changed after a moment (ms since 1970), the earliest change first, deleted documents too."""
    asked_ms = max(0, min(since, LATEST_MS))
    moment = datetime.fromtimestamp(asked_ms / 1000, UTC)
    with app.desk(Action.READ_DATA) as (desk, _):
        found = changed_since(desk, app.person_id, collection, moment, now=app.now, limit=limit)
    told = [_changed_document(one) if isinstance(one, StoredDocument) else _document(one, collection) for one in found]
    latest = max((int(str(one["srvModified"])) for one in told), default=asked_ms)
    headers = {"ETag": f'W/"{latest}"', "Last-Modified": _http_date(datetime.fromtimestamp(latest / 1000, UTC))}
    return JSONResponse({"status": 200, "result": told}, headers=headers if told else {})


def _create_entry(app: App, document: Document) -> JSONResponse:
    with app.desk(Action.WRITE_DATA) as (desk, _):
        delivered = deliver_entries(desk, app.person_id, [document], now=app.now)
    app.took_in(delivered.streams, added=delivered.added, newest=delivered.newest)
    return _created(str(delivered.documents[0]["_id"]), app.now, is_repeat=not delivered.streams)


def _known(desk: Desk, person_id: str, collection: str, identifier: str) -> StoredDocument | None:
    try:
        return find_document(desk, person_id, collection, identifier)
    except NotFoundError:
        return None


def _created(identifier: str, changed_at: datetime, *, is_repeat: bool) -> JSONResponse:
    status = 200 if is_repeat else CREATED
    told: Json = {"status": status, "identifier": identifier, "lastModified": epoch_ms(changed_at)}
    if is_repeat:
        told |= {"isDeduplication": True, "deduplicatedIdentifier": identifier}
    return JSONResponse(told, status_code=status, headers={"Last-Modified": _http_date(changed_at)})


def _required(documents: list[Document]) -> Document:
    """A document with what version 3 requires: when, and which app.

    Raises:
        DataError: something is missing.
    """
    document = _one(documents)
    for field in ("date", "app"):
        if not document.get(field):
            raise DataError(ErrorCode.INVALID_VALUE, message("nightscout-missing", field=field))
    return {name: value for name, value in document.items() if name not in OWN_FIELDS}


def _one(documents: list[Document]) -> Document:
    if len(documents) != 1:
        raise DataError(ErrorCode.INVALID_VALUE, message("nightscout-one-document"))
    return documents[0]


def _identifier(stored: StoredDocument) -> str:
    own = stored.content.get("identifier")
    return own if isinstance(own, str) and own else stored.name


def _changed_document(stored: StoredDocument) -> Document:
    told = {"_id": stored.name, **stored.content, "identifier": _identifier(stored)}
    changed = epoch_ms(stored.changed_at)
    fixed = {"date": epoch_ms(stored.at), "srvModified": changed, "isValid": not stored.deleted}
    return {"app": "glucotwin", "srvCreated": changed, **told, **fixed}


def _document(document: Document, collection: str) -> Document:
    """A document of version 1 as version 3 tells it."""
    told = {"app": "glucotwin", "identifier": document["_id"], "isValid": True, **document}
    when = document.get("date", document["mills"])
    told["date"] = when if collection == ENTRIES else document["mills"]
    return {"srvModified": told["date"], "srvCreated": told["date"], **told}


def _ordered(documents: list[Document], ascending: str | None, descending: str | None) -> list[Document]:
    field = ascending or descending or "date"
    is_first = sorted(documents, key=lambda one: _key(one.get(field)))
    return is_first[::-1] if descending else is_first


def _key(value: object) -> tuple[int, float, str]:
    if isinstance(value, int | float):
        return (0, float(value), "")
    return (1, 0.0, str(value)) if value is not None else (2, 0.0, "")


def _only(document: Document, fields: str | None) -> Document:
    wanted = None if fields in {None, "", "_all"} else set(str(fields).split(","))
    return document if wanted is None else {name: value for name, value in document.items() if name in wanted}


def _moment(stored: StoredDocument) -> dict[str, str]:
    return {"Last-Modified": _http_date(stored.changed_at)}


def _http_date(moment: datetime) -> str:
    return moment.strftime("%a, %d %b %Y %H:%M:%S GMT")


add(router, "GET", "/v2/authorization/request/{secret}", sign_in)
add(router, "GET", "/v3/version", read_version)
add(router, "GET", "/v3/status", read_status)
add(router, "GET", "/v3/lastModified", read_last_modified)
add(router, "GET", "/v3/{collection}/history/{since}", history)
add(router, "GET", "/v3/{collection}", search)
add(router, "POST", "/v3/{collection}", create)
add(router, "GET", "/v3/{collection}/{identifier}", read_one)
add(router, "PUT", "/v3/{collection}/{identifier}", update)
add(router, "PATCH", "/v3/{collection}/{identifier}", patch)
add(router, "DELETE", "/v3/{collection}/{identifier}", delete)
