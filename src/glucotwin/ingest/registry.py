"""Every format that can be imported: a new one is a class in a file of its own and a line here."""

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.ingest.azt1d import Azt1dFormat
from glucotwin.ingest.canonical.read import CanonicalCsvFormat
from glucotwin.ingest.format import DataFormat
from glucotwin.ingest.source import FileHead
from glucotwin.ingest.tidepool.read import TidepoolFormat

FORMATS: tuple[DataFormat, ...] = (Azt1dFormat(), TidepoolFormat(), CanonicalCsvFormat())
"""The formats, in the order in which they are asked; the surest one reads the file."""


def recognised_format(head: FileHead) -> DataFormat:
    """The format that recognises the file most surely.

    Raises:
        DataError: none recognises it.
    """
    sureness, index = max((one.recognise(head), -index) for index, one in enumerate(FORMATS))
    if sureness > 0:
        return FORMATS[-index]
    start = head.header if len(head.header) <= 80 else f"{head.header[:77]}..."
    raise DataError(
        ErrorCode.UNRECOGNISED_FORMAT,
        f"{head.name!r} is none of the known formats; it begins with {start!r}.",
        hint=f"Known are {', '.join(one.title for one in FORMATS)}; others can be rewritten as canonical CSV.",
    )
