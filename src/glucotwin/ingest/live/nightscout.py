"""Nightscout sites over REST: version 3 with an access token where the site has it, else version 1.

What is asked for follows cgm-remote-monitor's ``lib/server/query.js`` (v1: without a filter only the last four days
are given; the newest documents come first) and ``lib/api3/generic/search`` (v3: soft-deleted documents are left out).
An access token is exchanged for a JSON web token, which both versions take, so that it is in no address but the one of
that exchange; an API secret is sent as its SHA-1 in the header ``api-secret``. Device status is not fetched: a day of
it is megabytes, and the doses that it tells of are treatments too.
"""

import hashlib
import json
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Self, cast
from urllib.parse import quote

import polars as pl
from pydantic import SecretStr

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.therapy import TherapySettings
from glucotwin.ingest.format import Imported
from glucotwin.ingest.live.credential import Credential
from glucotwin.ingest.live.source import AnswerError, LiveSource, SignInError, SourceRequest
from glucotwin.ingest.live.web import Web, json_of
from glucotwin.ingest.nightscout.collection import Collections
from glucotwin.ingest.nightscout.document import Fields, number_of, text_of
from glucotwin.ingest.nightscout.read import imported_from

PAGE_SIZE = 1000
"""The most that version 3 gives at once."""
MOST_PAGES = 10_000
SURELY_ALL = 10
"""A page with fewer documents is the last one; more may be a server's own limit."""
BEFORE = timedelta(hours=24)
"""Treatments from before are fetched to know the basal rate that ran: a suspension is believed for a day."""
SWITCHES_BEFORE = 10
"""Switches of profile fetched from before: temporary ones hide the one that holds."""

_SHA1 = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question about one collection; the newest documents come first.

    Attributes:
        collection: ``entries``, ``treatments`` or ``profile``.
        since, until: bounds of the time, both inclusive.
        event_type: of treatments.
        count: the most documents to give.
    """

    collection: str
    since: datetime | None = None
    until: datetime | None = None
    event_type: str = ""
    count: int = PAGE_SIZE


class _Rest(ABC):
    """A version of the interface."""

    @abstractmethod
    def path(self, query: Query) -> str:
        """Where the question is put."""

    @abstractmethod
    def parameters(self, query: Query) -> dict[str, str | int]:
        """How it is put."""

    @abstractmethod
    def documents(self, answer: object) -> list[object] | None:
        """The documents in an answer; None when it is not of the expected shape."""


def _bounds(query: Query) -> Iterator[tuple[str, str, str | int]]:
    field = "date" if query.collection == "entries" else "created_at"
    for operator, moment in (("gte", query.since), ("lte", query.until)):
        if moment is not None:
            yield field, operator, _ms(moment) if field == "date" else _iso(moment)


class _Version1(_Rest):
    def path(self, query: Query) -> str:
        return f"api/v1/{query.collection}.json"

    def parameters(self, query: Query) -> dict[str, str | int]:
        bounds = {f"find[{field}][${operator}]": value for field, operator, value in _bounds(query)}
        event = {"find[eventType]": query.event_type} if query.event_type else {}
        return {"count": query.count, **bounds, **event}

    def documents(self, answer: object) -> list[object] | None:
        return answer if isinstance(answer, list) else None


class _Version3(_Rest):
    def path(self, query: Query) -> str:
        return f"api/v3/{query.collection}"

    def parameters(self, query: Query) -> dict[str, str | int]:
        order = "date" if query.collection == "entries" else "created_at"
        bounds = {f"{field}${operator}": value for field, operator, value in _bounds(query)}
        event = {"eventType$eq": query.event_type} if query.event_type else {}
        return {"limit": query.count, "sort$desc": order, **bounds, **event}

    def documents(self, answer: object) -> list[object] | None:
        result = answer.get("result") if isinstance(answer, Mapping) else answer
        return result if isinstance(result, list) else None


class NightscoutSource(LiveSource):
    """A person's Nightscout site: readings, treatments and profiles."""

    name = "nightscout"
    title = "Nightscout"
    credentials: ClassVar[tuple[Credential, ...]] = (
        Credential(name="token", title="Access token (empty: none)", required=False, instead="api_secret"),
        Credential(name="api_secret", title="API secret (empty: the site is public)", required=False, instead="token"),
    )
    record_source = "nightscout"

    def __init__(
        self,
        url: str,
        *,
        token: SecretStr | None = None,
        api_secret: SecretStr | None = None,
        zone: str | None = None,
        page_size: int = PAGE_SIZE,
        web: Web | None = None,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        """Takes what is needed; nothing is connected yet.

        Args:
            url: of the site, without any secret.
            token: access token of a subject with the role ``readable``.
            api_secret: the site's API secret, or its SHA-1.
            zone: IANA zone of times without an offset.
            page_size: documents to ask for at once.
            web: how to reach the site; default: by its address.
            pause: waits for some seconds.

        Raises:
            DataError: the address is none, holds a secret, or is not encrypted.
        """
        self._web = web or Web(url, title=self.title, pause=pause)
        self._account = url.removesuffix("/").rpartition("://")[2].lower()
        self._token = token
        self._api_secret = api_secret
        self._zone = zone
        self._page_size = page_size
        self._headers: dict[str, str] = {}
        self._rest: _Rest | None = None

    @classmethod
    def reached_by(cls, request: SourceRequest) -> Self:
        """The site at the request's address."""
        if request.url is None:
            raise DataError(
                ErrorCode.INVALID_VALUE,
                "It is not said where the Nightscout site is.",
                hint="Give its address: --url https://my-site.example",
            )
        return cls(
            request.url,
            token=request.credentials.get("token"),
            api_secret=request.credentials.get("api_secret"),
            zone=request.options.zone,
        )

    @property
    def account(self) -> str:
        """The site's address."""
        return self._account

    def fetch(self, since: datetime | None) -> Imported:
        """Readings, treatments and profiles from a moment on, with the basal rate that ran at that moment."""
        if self._rest is None:
            self._sign_in()
            return self._fetched(since)
        try:
            return self._fetched(since)
        except SignInError:  # web tokens expire after some hours
            self._sign_in()
            return self._fetched(since)

    def close(self) -> None:
        """Closes the connections."""
        self._web.close()

    def _sign_in(self) -> None:
        if self._token is None:
            secret = None if self._api_secret is None else self._api_secret.get_secret_value().strip()
            self._headers = {} if secret is None else {"api-secret": _sha1(secret)}
            self._rest = _Version1()
            return
        path = f"api/v2/authorization/request/{quote(self._token.get_secret_value().strip(), safe='')}"
        answer = self._web.get(path)
        web_token = answer.get("token") if isinstance(answer, Mapping) else None
        if not isinstance(web_token, str) or not web_token.isprintable():
            raise AnswerError("Nightscout did not exchange the access token.", hint="Make a new one on the site.")
        self._headers = {"authorization": f"Bearer {web_token}"}
        self._rest = _Version3() if self._has_version_3() else _Version1()

    def _has_version_3(self) -> bool:
        answer = self._web.ask("GET", "api/v3/version", headers=self._headers)
        return answer.status == 200 and answer.data.lstrip()[:1] == b"{"

    def _fetched(self, since: datetime | None) -> Imported:
        before = None if since is None else since - BEFORE
        entries = self._all(Query(collection="entries", since=since or _FIRST))
        treatments = self._all(Query(collection="treatments", since=before or _FIRST))
        if before is not None:
            treatments += self._page(Query(collection="treatments", until=before, event_type="Temp Basal", count=1))
            treatments += self._page(
                Query(collection="treatments", until=before, event_type="Profile Switch", count=SWITCHES_BEFORE)
            )
        profiles = self._page(Query(collection="profile", count=self._page_size))
        collections = Collections(entries=entries, treatments=_each_once(treatments), profiles=profiles)
        imported = imported_from(collections, zone=self._zone)
        return imported if since is None else _from(since, imported, treatments)

    def _all(self, query: Query) -> list[Fields]:
        """Every document of the question, page after page into the past."""
        found: dict[str, Fields] = {}
        until: datetime | None = None
        stuck = False
        for _ in range(MOST_PAGES):
            page = self._page(replace(query, until=until, count=self._page_size))
            new = {key: one for one in page if (key := _key(one)) not in found}
            found |= new
            oldest = min(filter(None, (_moment(one, query.collection) for one in page)), default=None)
            if len(page) < SURELY_ALL or oldest is None or (len(page) < self._page_size and not new):
                return list(found.values())
            if not new and stuck:
                raise AnswerError("Nightscout gives the same page again and again.", hint="Update the site.")
            # Documents of the same second may be on either side of the page's end.
            until, stuck = (oldest + timedelta(seconds=1), False) if new else (oldest - timedelta(seconds=1), True)
        raise AnswerError("Nightscout gives pages without end.", hint="Update the site.")

    def _page(self, query: Query) -> list[Fields]:
        rest = self._rest or _Version1()
        answer = self._web.ask("GET", rest.path(query), parameters=rest.parameters(query), headers=self._headers)
        documents = rest.documents(json_of(self._web.checked(answer), title=self.title))
        if documents is None:
            raise AnswerError(
                f"Nightscout's answer about its {query.collection} is no list of documents.",
                hint="Check that the address is that of the site itself.",
            )
        return [cast(Fields, one) for one in documents if isinstance(one, Mapping)]


_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
"""Earlier than any document; without a bound only the last days are given."""


def _sha1(secret: str) -> str:
    """The API secret as the header takes it."""
    if _SHA1.fullmatch(secret):
        return secret
    return hashlib.sha1(secret.encode(), usedforsecurity=False).hexdigest()


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000.0)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _key(document: Fields) -> str:
    return text_of(document.get("identifier")) or text_of(document.get("_id")) or json.dumps(document, sort_keys=True)


def _each_once(documents: Sequence[Fields]) -> list[Fields]:
    return list({_key(one): one for one in documents}.values())


def _moment(document: Fields, collection: str) -> datetime | None:
    """When a document is dated in the field by which pages are bounded."""
    if collection == "entries":
        return _moment_of_ms(number_of(document.get("date")))
    try:
        moment = datetime.fromisoformat(text_of(document.get("created_at")) or "")
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _moment_of_ms(ms: float | None) -> datetime | None:
    try:
        return None if ms is None else datetime.fromtimestamp(ms / 1000.0, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _from(since: datetime, imported: Imported, treatments: Sequence[Fields]) -> Imported:
    """What was fetched without what was fetched only to understand it."""
    streams = {name: _starting(since, name, frame) for name, frame in imported.streams.items()}
    return replace(
        imported,
        streams={name: frame for name, frame in streams.items() if len(frame)},
        settings=_surely_in_force(imported.settings, treatments),
    )


def _starting(since: datetime, name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows from a moment on; of basal rates also the one that runs then, from its start."""
    if name != "basal":
        return frame.filter(pl.col("time") >= since)
    end = pl.col("time") + pl.duration(microseconds=(pl.col("duration_min") * 60e6).round().cast(pl.Int64))
    return frame.filter(end > since)


def _surely_in_force(
    settings: tuple[TherapySettings, ...], treatments: Sequence[Fields]
) -> tuple[TherapySettings, ...]:
    """Settings from the first known switch of profile on: before it an unknown one may have been in force."""
    switches = [one for one in treatments if text_of(one.get("eventType")) == "Profile Switch"]
    first = min(filter(None, (_moment(one, "treatments") for one in switches)), default=None)
    return tuple(one for one in settings if first is None or one.valid_from >= first)
