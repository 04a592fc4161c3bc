"""Recognises and reads Tidepool JSON."""

import re
from pathlib import Path

from glucotwin.core.progress import ProgressCallback
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions
from glucotwin.ingest.source import FileHead, check_size, open_text
from glucotwin.ingest.tidepool.document import documents_of
from glucotwin.ingest.tidepool.heap import Heap
from glucotwin.ingest.tidepool.record import READERS
from glucotwin.ingest.tidepool.setting import SETTINGS_TYPE

_TYPES = re.compile(rf'"type"\s*:\s*"(?:{"|".join((*READERS, SETTINGS_TYPE, "upload"))})')
_MARKS = re.compile(r'"(?:uploadId|conversionOffset|deviceId|clockDriftOffset)"\s*:')


class TidepoolFormat(DataFormat):
    """Reads the JSON of Tidepool's API and of its export."""

    name = "tidepool"
    title = "Tidepool JSON"
    size_limit_bytes = 1024 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain of a JSON array whose first documents have one of the types and an upload or a device."""
        text = head.text.lstrip()
        return 1.0 if text.startswith("[") and _TYPES.search(text) and _MARKS.search(text) else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads document by document; impossible values are left out and counted."""
        check_size(path, limit_bytes=self.size_limit_bytes, title=self.title)
        heap = Heap()
        total = max(1, path.stat().st_size)
        with open_text(path) as text:
            for document in documents_of(text, name=path.name):
                heap.add(document)
                if document.number % 5000 == 0:
                    progress("reading documents", min(0.9, document.number * 450 / total))
        progress("sorting by stream", 0.9)
        return heap.imported(options)
