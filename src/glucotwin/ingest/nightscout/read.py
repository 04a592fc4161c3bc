"""Recognises and reads files of Nightscout's documents."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback
from glucotwin.domain.frame import STREAMS, conform_frame
from glucotwin.domain.insulin import BasalKind, DosePurpose
from glucotwin.domain.person import TherapyKind
from glucotwin.ingest.finding_sum import added_up
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.nightscout.collection import Collections, collections_of, united
from glucotwin.ingest.nightscout.device_status import streams_of_device_status
from glucotwin.ingest.nightscout.document import (
    Converted,
    omissions,
    sensor_of,
    unreadable,
)
from glucotwin.ingest.nightscout.entry import streams_of_entries
from glucotwin.ingest.nightscout.profile import active_profiles, main_zone, profiles_of, settings_of
from glucotwin.ingest.nightscout.table import REST_LINE, SECTIONS, documents_of_table, is_table_of_fields
from glucotwin.ingest.nightscout.treatment import streams_of_treatments, switches_of
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity
from glucotwin.ingest.source import FileHead, read_text

_ENTRY = re.compile(r'"(?:sgv|mbg)"\s*:')
_TREATMENT = re.compile(r'"eventType"\s*:')
_PROFILE = re.compile(r'"(?:store|carbs_hr|carbratio|target_low)"\s*:')
_STATUS = re.compile(r'"(?:openaps|loop|pump|uploader|uploaderBattery)"\s*:')
_DATED = re.compile(r'"(?:date|dateString|created_at|mills|startDate|timestamp)"\s*:')
_SITE = re.compile(r'"(?:_id|created_at|mills|srvModified|dateString|sysTime|utcOffset)"\s*:')


@dataclass(frozen=True, slots=True, kw_only=True)
class _Material:
    """The documents of one file, and what was found in reading them."""

    collections: Collections
    findings: tuple[Finding, ...]


class NightscoutFormat(DataFormat):
    """Reads JSON or CSV of Nightscout: entries, treatments, profiles and device status, one of them or several."""

    name = "nightscout"
    title = "Nightscout data"
    size_limit_bytes = 256 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain of documents or tables with the fields' own names."""
        text = head.text.lstrip()
        if text[:1] in {"[", "{"}:
            return _json_sureness(text)
        table = SECTIONS.match(text) or REST_LINE.match(head.header) or is_table_of_fields(head.header)
        return 1.0 if table else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads the documents; those that cannot be read are left out and counted."""
        progress("reading the file", 0.0)
        collections, findings = self._collections(path, options)
        progress("sorting out documents", 0.4)
        if not any((collections.entries, collections.treatments, collections.profiles, collections.device_status)):
            raise DataError(
                ErrorCode.UNREADABLE_FILE,
                f"{path.name!r} holds no document of Nightscout.",
                hint="Download entries, treatments, profile or devicestatus of the site.",
            )
        imported = imported_from(collections, zone=options.zone, findings=findings)
        return replace(imported, material=_Material(collections=collections, findings=findings))

    def read_together(
        self, parts: Sequence[Imported], *, options: ImportOptions, progress: ProgressCallback
    ) -> Imported | None:
        """Treatments with the profiles that temporary rates in percent, and rates as programmed, refer to."""
        progress("sorting out documents", 0.0)
        materials = [part.material for part in parts if isinstance(part.material, _Material)]
        together = united([one.collections for one in materials])
        findings = tuple(finding for one in materials for finding in one.findings)
        return imported_from(together, zone=options.zone, findings=added_up(findings))

    def _collections(self, path: Path, options: ImportOptions) -> tuple[Collections, tuple[Finding, ...]]:
        text = read_text(path, limit_bytes=self.size_limit_bytes, title=self.title)
        if text.lstrip()[:1] in {"[", "{"}:
            return collections_of(text, name=path.name), ()
        table = documents_of_table(text, name=path.name, zone=options.zone)
        return table.collections, table.findings


def _json_sureness(text: str) -> float:
    entry = _ENTRY.search(text) and _DATED.search(text)
    treatment = _TREATMENT.search(text) and _DATED.search(text)
    profile = len(set(_PROFILE.findall(text))) > 1 and _SITE.search(text)
    status = _STATUS.search(text) and re.search(r'"created_at"\s*:', text)
    return 1.0 if entry or treatment or profile or status else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What the collections became, in their order."""

    converted: tuple[Converted, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for part in self.converted for finding in part.findings)

    def streams(self) -> dict[str, pl.DataFrame]:
        """One table per stream that has rows."""
        tables: dict[str, list[pl.DataFrame]] = {}
        for part in self.converted:
            for name, frame in part.streams.items():
                if len(frame):
                    tables.setdefault(name, []).append(conform_frame(STREAMS[name], frame))
        return {name: pl.concat(found).sort("time", maintain_order=True) for name, found in tables.items()}


def imported_from(collections: Collections, *, zone: str | None = None, findings: tuple[Finding, ...] = ()) -> Imported:
    """Streams, settings and hints of the documents of a site, from files or from its REST interface.

    Args:
        collections: the documents.
        zone: IANA name for times without an offset and for profiles without a zone.
        findings: what was found before.

    Raises:
        DataError: a time has no offset and the zone is not known.
        UnitError: a unit is missing or unknown.
    """
    profiles = profiles_of(collections.profiles, zone=zone)
    active = active_profiles(profiles.records, switches_of(collections.treatments, zone=zone))
    entries = streams_of_entries(collections.entries, zone=zone)
    profile_zone = main_zone(active)
    treatments = streams_of_treatments(
        collections.treatments, active=active, end=_last(entries), zone=zone or profile_zone
    )
    status = streams_of_device_status(collections.device_status, zone=zone)
    parts = _Parts(converted=(entries, treatments, status))
    streams = parts.streams()
    return Imported(
        streams=streams,
        settings=settings_of(active),
        person=PersonHints(
            zone=zone or profile_zone, therapy=_therapy(streams), cgm_device=sensor_of(collections.entries)
        ),
        findings=(
            *findings,
            *parts.findings,
            *omissions(collections.passed_over),
            *unreadable(collections.unread.total() + profiles.unread),
            *(() if zone or profile_zone else _zone_assumed()),
        ),
    )


def _last(converted: Converted) -> datetime | None:
    times = [frame["time"].max() for frame in converted.streams.values() if len(frame)]
    return max((one for one in times if isinstance(one, datetime)), default=None)


def _therapy(streams: dict[str, pl.DataFrame]) -> TherapyKind | None:
    kinds = Counter(streams["basal"]["kind"].to_list()) if "basal" in streams else Counter[str]()
    purposes = set(streams["bolus"]["purpose"].to_list()) if "bolus" in streams else set[str]()
    if str(BasalKind.AUTOMATED) in kinds or str(DosePurpose.AUTOMATED) in purposes:
        return TherapyKind.CLOSED_LOOP
    if kinds:
        return TherapyKind.PUMP
    return TherapyKind.INJECTIONS if "pen" in streams and "bolus" not in streams else None


def _zone_assumed() -> tuple[Finding, ...]:
    code, action = FindingCode.ZONE_ASSUMED, Action.KEPT
    return (Finding(code=code, severity=Severity.WARNING, stream="", action=action, count=1, values={"zone": "UTC"}),)
