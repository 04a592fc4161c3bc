"""Version 1 of Nightscout's interface, as xDrip+, Loop, Trio, oref0 and followers speak it."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.service.body import Body
from glucotwin.service.nightscout.app import App, Asking
from glucotwin.service.nightscout.route import NightscoutRoute, add
from glucotwin.service.nightscout.status import status_json
from glucotwin.service.schema import Json
from glucotwin.store.access import Action
from glucotwin.workflows.nightscout.document import ENTRIES, Document, documents_in
from glucotwin.workflows.nightscout.entry import deliver_entries, entries_named, withdraw_entry
from glucotwin.workflows.nightscout.keep import Kept, delete_documents, delete_named, keep_documents
from glucotwin.workflows.nightscout.query import Condition, find_conditions
from glucotwin.workflows.nightscout.read import USUAL, Question, matching_documents, read_collection

router = APIRouter(tags=["nightscout"], route_class=NightscoutRoute)
USUAL_COUNT = {"treatments": 100}
FEW, MOST = 10, 10_000
KINDS = ("sgv", "mbg", "cal")
LASTING_DAYS = frozenset({"treatments", "devicestatus", "activity"})
"""Collections of which only the last days are given unless a time is asked for."""
NAMED = ("treatments", "devicestatus", "profile", "food", "activity")
DOCUMENTED = (
    "Documents of {collection}, the newest first.",
    "Keeps documents of {collection}; one that is known already is kept once.",
    "Keeps documents of {collection} instead of those that they are.",
    "Deletes the documents of {collection} that fulfil the conditions.",
    "Deletes a document of {collection}, by its ``_id`` or its own name.",
)

Count = Annotated[int | None, Query(description="The most documents to give.")]


def read_status(app: Asking) -> JSONResponse:
    """What this site is; also how apps see whether it is there."""
    return JSONResponse(status_json(app.now))


def verify(app: Asking) -> Json:
    """Whether a token is known, and what it may do."""
    can_write = "write" in app.token.scopes
    told = {"canRead": "read" in app.token.scopes, "canWrite": can_write, "isAdmin": False}
    return {"status": 200, "message": {**told, "message": "OK", "rolefound": "FOUND", "permissions": "ROLE"}}


def probe(app: Asking) -> Json:
    """Loop's question whether its secret is right."""
    return {"status": "ok"}


def read_entries(request: Request, app: Asking, count: Count = None) -> Response:
    """Readings, the newest first."""
    return _entries(app, find_conditions(request.query_params.multi_items()), count, request.url.path)


def read_some_entries(spec: str, request: Request, app: Asking, count: Count = None) -> Response:
    """Readings of a kind (``sgv``, ``mbg``), the ``current`` one, or the one of a name."""
    name, _, ending = spec.partition(".")
    conditions = list(find_conditions(request.query_params.multi_items()))
    if name == "current":
        return _entries(app, conditions, 1, request.url.path)
    if name not in KINDS:
        with app.desk(Action.READ_DATA) as (desk, _):
            return JSONResponse(entries_named(desk, app.person_id, name))
    return _entries(app, [*conditions, Condition(field="type", operator="eq", value=name)], count, f".{ending}")


def write_entries(app: Asking, body: Body) -> list[Document]:
    """Takes readings in; repeated, late and reordered ones give the same data."""
    documents = documents_in(body)
    with app.desk(Action.WRITE_DATA) as (desk, _):
        delivered = deliver_entries(desk, app.person_id, documents, now=app.now)
    app.took_in(delivered.streams, added=delivered.added, newest=delivered.newest)
    return list(delivered.documents)


def delete_entry(spec: str, app: Asking) -> Json:
    """Takes a reading out."""
    with app.desk(Action.WRITE_DATA) as (desk, _):
        withdraw_entry(desk, app.person_id, spec.partition(".")[0])
    app.took_in(frozenset({"glucose"}))
    return {"n": 1, "ok": 1}


def read_current_profile(app: Asking) -> Json:
    """The newest profile; an empty one when there is none."""
    with app.desk(Action.READ_DATA) as (desk, _):
        found = read_collection(desk, app.person_id, Question(collection="profile", limit=1, usual=None), now=app.now)
    return found[0] if found else {}


def _entries(app: App, conditions: Sequence[Condition], count: int | None, path: str) -> Response:
    question = Question(collection=ENTRIES, conditions=conditions, limit=_limit(count, FEW))
    with app.desk(Action.READ_DATA) as (desk, _):
        found = read_collection(desk, app.person_id, question, now=app.now)
    for ending, mark in ((".tsv", "\t"), (".txt", "\t"), (".csv", ",")):
        if path.endswith(ending):
            return PlainTextResponse("\n".join(_line(one, mark) for one in found))
    return JSONResponse(found)


def _line(entry: Document, mark: str) -> str:
    fields = (entry.get(name, "") for name in ("dateString", "date", "sgv", "direction", "device"))
    return mark.join(f'"{one}"' if isinstance(one, str) else str(one) for one in fields)


def _limit(count: int | None, usual: int) -> int:
    return usual if count is None else max(0, min(count, MOST))


def _add_collection(collection: str) -> None:
    """Endpoints of one collection whose documents are kept."""

    def read(request: Request, app: Asking, count: Count = None) -> JSONResponse:
        question = Question(
            collection=collection,
            conditions=find_conditions(request.query_params.multi_items()),
            limit=_limit(count, USUAL_COUNT.get(collection, FEW)),
            usual=USUAL if collection in LASTING_DAYS else None,
        )
        with app.desk(Action.READ_DATA) as (desk, _):
            found = read_collection(desk, app.person_id, question, now=app.now)
        return JSONResponse(found)

    def write(app: Asking, body: Body) -> list[Document]:
        return _told(_keep(app, collection, documents_in(body)))

    def replace(app: Asking, body: Body) -> Document:
        told = _told(_keep(app, collection, documents_in(body)))
        return told[0] if len(told) == 1 else {"ok": 1, "n": len(told)}

    def delete(request: Request, app: Asking) -> Json:
        conditions = find_conditions(request.query_params.multi_items())
        if not conditions:
            # Nightscout would delete everything: no app needs it.
            raise DataError(ErrorCode.INVALID_VALUE, message("nightscout-delete-what"))
        question = Question(collection=collection, conditions=conditions)
        with app.desk(Action.WRITE_DATA) as (desk, _):
            found = matching_documents(desk, app.person_id, question, now=app.now)
            kept = delete_documents(desk, app.person_id, collection, found, now=app.now)
        app.took_in(kept.streams)
        return {"n": len(found), "ok": 1, "deletedCount": len(found)}

    def delete_one(name: str, app: Asking) -> Json:
        # Apps repeat what they are not sure of: what is gone is as they want it.
        try:
            with app.desk(Action.WRITE_DATA) as (desk, _):
                kept = delete_named(desk, app.person_id, collection, name.removesuffix(".json"), now=app.now)
        except NotFoundError:
            return {"n": 0, "ok": 1, "deletedCount": 0}
        app.took_in(kept.streams)
        return {"n": 1, "ok": 1, "deletedCount": 1}

    for endpoint, words in zip((read, write, replace, delete, delete_one), DOCUMENTED, strict=True):
        endpoint.__doc__ = words.format(collection=collection)
    add(router, "GET", f"/{collection}", read)
    add(router, "POST", f"/{collection}", write)
    add(router, "PUT", f"/{collection}", replace)
    add(router, "DELETE", f"/{collection}", delete)
    add(router, "DELETE", f"/{collection}/{{name}}", delete_one)
    if collection == "profile":
        add(router, "GET", "/profiles", read)


def _keep(app: App, collection: str, documents: list[Document]) -> Kept:
    with app.desk(Action.WRITE_DATA) as (desk, _):
        kept = keep_documents(desk, app.person_id, collection, documents, now=app.now)
    app.took_in(kept.streams)
    return kept


def _told(kept: Kept) -> list[Document]:
    return [{"_id": one.name, **one.content} for one in kept.documents]


add(router, "GET", "/status", read_status)
add(router, "GET", "/verifyauth", verify)
add(router, "GET", "/experiments/test", probe)
add(router, "GET", "/entries", read_entries)
router.add_api_route("/entries.tsv", read_entries, include_in_schema=False, response_model=None)
router.add_api_route("/entries.csv", read_entries, include_in_schema=False, response_model=None)
router.add_api_route("/entries.txt", read_entries, include_in_schema=False, response_model=None)
router.add_api_route("/entries/{spec}", read_some_entries, response_model=None)
add(router, "POST", "/entries", write_entries)
router.add_api_route("/entries/{spec}", delete_entry, methods=["DELETE"], response_model=None)
add(router, "GET", "/profile/current", read_current_profile)
for _collection in NAMED:
    _add_collection(_collection)
