"""Recognises and reads FHIR R4 JSON.

Bundles of any type (collection, searchset, batch, transaction as in the CGM guide's ``$submit-cgm-bundle``), bulk data
of one resource a line, and single resources. Resources are read as plain JSON: what is used of them is checked, the
rest is not. Names, identifiers, addresses and days of birth are never kept.
"""

import re
from pathlib import Path

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback
from glucotwin.ingest.fhir.gather import Gathered
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions
from glucotwin.ingest.parse.json_stream import JsonStream, mappings_at, text_at
from glucotwin.ingest.source import FileHead, read_text

_RESOURCE = re.compile(r'"resourceType"\s*:\s*"[A-Z][A-Za-z]+"')
_EXPECTED = 200_000


class FhirFormat(DataFormat):
    """Reads HL7 FHIR R4 JSON."""

    name = "fhir-r4"
    title = "FHIR R4 JSON"
    size_limit_bytes = 1024 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain of JSON in which a resource names its type."""
        text = head.text.lstrip()
        return 1.0 if text[:1] in ("{", "[") and _RESOURCE.search(text) else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads resource by resource; those of kinds that are not used are counted."""
        text = read_text(path, limit_bytes=self.size_limit_bytes, title=self.title)
        stream = JsonStream(text, name=path.name, list_name="entry")
        gathered = Gathered()
        for number, entry in enumerate(stream):
            gathered.add_entry(entry)
            if number % 10_000 == 0:
                progress("reading resources", min(0.7, number / _EXPECTED))
        self._check_bundle(stream, gathered, path.name)
        gathered.unreadable += stream.unreadable
        progress("sorting by stream", 0.8)
        return gathered.imported(options, title=self.title)

    def _check_bundle(self, stream: JsonStream, gathered: Gathered, name: str) -> None:
        """Passes when what was read is the present state of resources; notes that a search has further pages."""
        kind = text_at(stream.envelope, "resourceType")
        if kind not in {"", "Bundle"}:
            gathered.add(stream.envelope, url="")
        if text_at(stream.envelope, "type") == "history":
            raise DataError(
                ErrorCode.UNREADABLE_FILE,
                f"{name!r} is the history of resources, which holds what was corrected later as well.",
                hint="Export the present state: a search, or bulk data.",
            )
        if any(text_at(link, "relation") == "next" for link in mappings_at(stream.envelope, "link")):
            gathered.passed_over["further pages of the search"] += 1
        if not gathered.known and not gathered.passed_over:
            raise DataError(
                ErrorCode.UNREADABLE_FILE,
                f"{name!r} holds no FHIR resource that can be read.",
                hint="Export the data again as FHIR R4 JSON.",
            )
