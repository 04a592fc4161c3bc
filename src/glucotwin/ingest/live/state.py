"""What is remembered between two syncs: the newest reading of each source, kept in the timeline's own folder.

The state is saved together with the data that it speaks of, so one is never newer than the other. It holds no secret,
no address and no name: whose data a source gives is kept as a salted hash, only to notice that it is another account.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

import polars as pl
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from glucotwin.core.error import ConflictError, DataError, ErrorCode
from glucotwin.domain.glucose import GlucoseKind
from glucotwin.ingest.live.source import LiveSource

SCHEMA = "glucotwin-sync/1"
MOST_BEHIND = timedelta(hours=72)
"""Insulin and food may lag behind the readings by this much (a pump without a phone) and are still waited for."""
FILLED_WITHIN = timedelta(hours=24)
"""Sensors fill a gap later for as long as this (Dexcom G7)."""
GAP = timedelta(minutes=20)
"""A longer stretch between readings may still be filled; the slowest sensors give one every 15 minutes."""
FUTURE = timedelta(minutes=10)
"""A reading later than this from now has a wrong clock and is no newest one."""


class SourceState(BaseModel):
    """What is remembered of one source.

    Attributes:
        newest: time of the newest record by stream.
        salt, account: of the salted hash of whose data they are.
        memory: the source's own.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    newest: dict[str, AwareDatetime] = Field(default_factory=dict)
    salt: str = ""
    account: str = ""
    memory: dict[str, str] = Field(default_factory=dict)


class SyncState(BaseModel):
    """What is remembered of all sources, by their names."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: str = SCHEMA
    sources: dict[str, SourceState] = Field(default_factory=dict)

    @classmethod
    def from_json(cls, value: object) -> "SyncState":
        """The state of JSON values.

        Raises:
            DataError: they are no state, or one of a newer version.
        """
        try:
            state = cls.model_validate(value)
        except ValidationError:
            raise DataError(
                ErrorCode.DAMAGED_ARTEFACT, "What is remembered of earlier syncs is damaged.", hint="Import again."
            ) from None
        if state.format != SCHEMA:
            raise DataError(
                ErrorCode.UNSUPPORTED_VERSION,
                f"What is remembered of earlier syncs is of the version {state.format!r}.",
                hint="Update GlucoTwin.",
            )
        return state

    def to_json(self) -> dict[str, object]:
        """The state as JSON values."""
        return self.model_dump(mode="json")

    def of(self, name: str) -> SourceState:
        """What is remembered of a source; nothing at first."""
        return self.sources.get(name, SourceState())

    def having(self, name: str, state: SourceState) -> "SyncState":
        """The state with that of one source replaced."""
        return SyncState(sources={**self.sources, name: state})


def newest_of(streams: Mapping[str, pl.DataFrame], record_source: str, *, now: datetime) -> dict[str, datetime]:
    """Time of the newest record of a source by stream; records from the future do not count.

    Args:
        streams: tables by stream.
        record_source: what the records' ``source`` begins with.
        now: aware time.
    """
    newest: dict[str, datetime] = {}
    for name, frame in streams.items():
        mine = frame.filter(is_of(record_source), pl.col("time") <= now + FUTURE)
        if len(mine):
            newest[name] = mine["time"].max()  # pyright: ignore[reportArgumentType]  # a time: the column holds no other
    return newest


def is_of(record_source: str) -> pl.Expr:
    """Whether rows are a source's: its name, alone or followed by that of an app."""
    source = pl.col("source")
    return (source == record_source) | source.str.starts_with(f"{record_source} ")


def resume_from(newest: Mapping[str, datetime], overlap: timedelta) -> datetime | None:
    """The moment from which to fetch again; None when nothing is known.

    The overlap catches readings that arrive late. When insulin and food lag behind the readings, they are waited for.

    Args:
        newest: time of the newest record by stream.
        overlap: of the source.
    """
    if not newest:
        return None
    others = [time for name, time in newest.items() if name not in {"glucose", "device", "note"}]
    reading = newest.get("glucose", max(newest.values()))
    behind = min(reading, max(others, default=reading))
    return max(behind, reading - MOST_BEHIND) - overlap


def earliest_gap(streams: Mapping[str, pl.DataFrame], newest: Mapping[str, datetime]) -> datetime | None:
    """The last reading before the earliest recent gap, which the source may have filled since; None without a gap.

    Args:
        streams: all stored tables.
        newest: time of the source's newest record by stream.
    """
    glucose, last = streams.get("glucose"), newest.get("glucose")
    if glucose is None or last is None:
        return None
    recent = glucose.filter(
        pl.col("kind") == str(GlucoseKind.CGM), pl.col("time").is_between(last - FILLED_WITHIN, last)
    )
    edges = recent.sort("time").filter(pl.col("time").shift(-1) - pl.col("time") > GAP)
    return edges["time"][0] if len(edges) else None


def checked_account(state: SourceState, source: LiveSource, *, moved: bool) -> tuple[str, str]:
    """Salt and hash of whose data a source gives.

    Args:
        state: what is remembered of the source.
        source: that is asked now.
        moved: another account is of the same person.

    Raises:
        ConflictError: the account is another than before.
    """
    salt = state.salt or secrets.token_hex(8)
    account = hashlib.sha256(f"{salt}|{source.account}".encode()).hexdigest()
    if state.account and state.account != account and not moved:
        raise ConflictError(
            ErrorCode.ALREADY_EXISTS,
            f"The timeline was synced from another {source.title} account or site before.",
            hint="Data of two people must not be mixed. If it is the same person's, say so once: --moved.",
        )
    return salt, account
