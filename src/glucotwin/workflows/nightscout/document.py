"""What a document is: when it happened, what makes it the same when it comes again, and what it does beyond itself.

Apps repeat what they are not sure to have delivered. An app's own name for a document tells best (``identifier``,
Loop's ``syncIdentifier``, Trio's ``id``, xDrip's ``uuid``), then the pump's number of the event, then what Nightscout
itself goes by: the moment and the type.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic_core import from_json

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.ingest.nightscout.document import text_of, times_of
from glucotwin.store.desk import Desk
from glucotwin.store.document import StoredDocument

Document = dict[str, object]

TREATMENTS, DEVICE_STATUS, PROFILE, ENTRIES = "treatments", "devicestatus", "profile", "entries"
KEPT = (TREATMENTS, DEVICE_STATUS, PROFILE, "food", "activity", "settings")
"""Collections of which the documents themselves are kept; readings become records at once."""
OWN_NAMES = ("identifier", "syncIdentifier", "id", "uuid")
BASAL, SWITCH = "basal", "profile"
"""Parts of documents that reach beyond their moment: until the next one of their kind."""
MOST_DOCUMENTS = 2000
LARGEST_DOCUMENT_BYTES = 256 * 1024
NAME_DIGITS = 24
_BASAL_EVENTS = frozenset({"temp basal end", "suspend pump", "resume pump"})
_KIND_FIELDS: Mapping[str, tuple[str, ...]] = {
    TREATMENTS: ("eventType",),
    DEVICE_STATUS: ("device",),
    PROFILE: ("defaultProfile",),
    "food": ("type", "name"),
    "activity": ("type",),
}
"""Besides the moment, what tells documents without a name apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """When the documents of a request happened.

    Attributes:
        zone: IANA zone of times without an offset.
        now: aware time of those that do not say.
    """

    zone: str
    now: datetime

    def of(self, documents: Sequence[Mapping[str, object]]) -> list[datetime]:
        """The moments of documents, in their order."""
        times = times_of(
            documents,
            epochs=("date", "mills", "timestamp"),
            written=("created_at", "startDate", "timestamp", "dateString", "date"),
            zone=self.zone,
            written_first=True,
        )
        return [self.now if one is None else one.astimezone(UTC) for one in times]


def documents_in(body: bytes) -> list[Document]:
    """The documents of a request: one, a list of them, or a list under ``entries``.

    Raises:
        DataError: it is no JSON, holds something else, or too many or too large documents.
    """
    try:
        told = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise DataError(ErrorCode.INVALID_VALUE, message("nightscout-no-json")) from error
    listed = told if isinstance(told, list) else [told]
    if not all(isinstance(one, dict) for one in listed):
        raise DataError(ErrorCode.INVALID_VALUE, message("nightscout-no-document"))
    if len(listed) > MOST_DOCUMENTS:
        raise DataError(ErrorCode.INVALID_VALUE, message("nightscout-too-many", most=MOST_DOCUMENTS))
    return listed


def stored_documents(
    desk: Desk, person_id: str, collection: str, documents: Sequence[Document], moments: Moments
) -> list[StoredDocument]:
    """Documents as they are kept, in their order.

    Args:
        desk: gives those without a name one, the same for the same document.
        person_id: whose.
        collection: of ``KEPT``.
        documents: as an app sends them.
        moments: of this person.
    """
    return [
        _stored(desk, person_id, collection, document, at)
        for document, at in zip(documents, moments.of(documents), strict=True)
    ]


def same_by_name(name: str) -> str:
    """What makes a document the same that has a name of its own."""
    return f"name|{name}"


def iso_ms(moment: datetime) -> str:
    """A time as Nightscout writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def epoch_ms(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


def _stored(desk: Desk, person_id: str, collection: str, document: Document, at: datetime) -> StoredDocument:
    same = _same(collection, document, at)
    name = text_of(document.get("_id")) or made_name(desk, person_id, f"{collection}|{same}")
    content = {field: value for field, value in document.items() if field != "_id"}
    content["created_at"] = iso_ms(at)
    deleted = document.get("isValid") is False
    part = _part(collection, document)
    return StoredDocument(name=name[:200], same=same, at=at, content=content, part=part, deleted=deleted)


def made_name(desk: Desk, person_id: str, text: str) -> str:
    """A name of the form that Nightscout's have, the same for the same text."""
    return desk.keystore.fingerprint(person_id, f"name|{text}".encode())[:NAME_DIGITS]


def _same(collection: str, document: Document, at: datetime) -> str:
    own = next((name for field in OWN_NAMES if (name := text_of(document.get(field)))), None)
    if own is not None:
        return same_by_name(own)
    pump, serial = document.get("pumpId"), document.get("pumpSerial")
    if pump is not None and serial is not None:
        return f"pump|{document.get('pumpType')}|{serial}|{pump}|{document.get('eventType')}"
    kinds = "|".join(str(document.get(field, "")) for field in _KIND_FIELDS.get(collection, ()))
    return f"moment|{iso_ms(at)}|{kinds}"


def _part(collection: str, document: Document) -> str:
    if collection == PROFILE:
        return SWITCH
    event = (text_of(document.get("eventType")) or "").lower()
    if collection != TREATMENTS or not event:
        return ""
    if event.startswith("temp basal") or event in _BASAL_EVENTS:
        return BASAL
    return SWITCH if event == "profile switch" else ""
