"""Use case: a system submits a bundle of the HL7 CGM guide, and is told entry by entry what became of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic_core import from_json

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.ingest.fhir.code import reference_of
from glucotwin.ingest.fhir.observation import measurement_of
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.parse.json_stream import mapping_at, mappings_at, text_at
from glucotwin.store.desk import Desk
from glucotwin.workflows.living.data import Upload, add_file

TAKEN = frozenset({"Observation", "Patient", "Device"})
"""Kinds of resources that a bundle may bring."""
MOST_ENTRIES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A bundle that can be taken in.

    Attributes:
        bundle: as it came.
        refusals: entry by entry, why it is not taken; None when it is.
    """

    bundle: Mapping[str, object]
    refusals: tuple[str | None, ...]

    @property
    def is_any_taken(self) -> bool:
        """Whether there is anything to take in."""
        entries = mappings_at(self.bundle, "entry")
        return any(
            refusal is None and text_at(mapping_at(entry, "resource"), "resourceType") == "Observation"
            for entry, refusal in zip(entries, self.refusals, strict=True)
        )


def submission_of(body: bytes, person_id: str) -> Submission:
    """A submitted bundle.

    Args:
        body: JSON of a ``transaction`` bundle.
        person_id: to whom all of it has to belong.

    Raises:
        DataError: it is no such bundle, too large, or of somebody else.
    """
    try:
        bundle = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise DataError(ErrorCode.INVALID_VALUE, message("nightscout-no-json")) from error
    if not isinstance(bundle, dict) or (bundle.get("resourceType"), bundle.get("type")) != ("Bundle", "transaction"):
        raise DataError(ErrorCode.INVALID_VALUE, message("fhir-no-transaction"))
    entries = mappings_at(bundle, "entry")
    if len(entries) > MOST_ENTRIES:
        raise DataError(ErrorCode.INVALID_VALUE, message("fhir-too-many", most=MOST_ENTRIES))
    _require_one_person(entries, person_id)
    return Submission(bundle=bundle, refusals=tuple(_refusal(entry) for entry in entries))


def take_submission(desk: Desk, person_id: str, submission: Submission, folder: Path) -> Upload:
    """Takes in what can be taken; what was known before changes nothing.

    Args:
        desk: of an account that may write.
        person_id: whose.
        submission: with something to take in.
        folder: private, for a file that is gone afterwards.

    Raises:
        DataError, UnitError: a quantity has no possible unit, or a time no offset.
    """
    entries = mappings_at(submission.bundle, "entry")
    taken = [entry for entry, refusal in zip(entries, submission.refusals, strict=True) if refusal is None]
    path = folder / "bundle.json"
    path.write_text(json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": taken}), encoding="utf-8")
    return add_file(desk, person_id, path, ImportOptions())


def _refusal(entry: Mapping[str, object]) -> str | None:
    request = mapping_at(entry, "request")
    if request and text_at(request, "method") not in {"POST", "PUT"}:
        return message("fhir-only-post")
    resource = mapping_at(entry, "resource")
    kind = text_at(resource, "resourceType")
    if kind not in TAKEN:
        return message("fhir-not-taken", kind=kind[:40] or "?")
    if kind != "Observation":
        return None
    measured = measurement_of(resource)
    if measured is None:
        return message("fhir-unreadable")
    return message("fhir-not-taken", kind=measured[:80]) if isinstance(measured, str) else None


def _require_one_person(entries: Sequence[Mapping[str, object]], person_id: str) -> None:
    """Passes when every reference to a person is to this one, or to the one that the bundle brings along."""
    known = {f"Patient/{person_id}"}
    for entry in entries:
        if text_at(mapping_at(entry, "resource"), "resourceType") == "Patient":
            known |= {text_at(entry, "fullUrl"), f"Patient/{text_at(mapping_at(entry, 'resource'), 'id')}"}
    for entry in entries:
        subject = reference_of(mapping_at(entry, "resource"), "subject")
        if subject and subject not in known and not subject.endswith(f"/Patient/{person_id}"):
            raise DataError(ErrorCode.INVALID_VALUE, message("fhir-somebody-else"))
