"""Every format that can be written: a new one is a class in a file of its own and a line here."""

from collections.abc import Mapping
from types import MappingProxyType

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.ingest.write.canonical_csv import CanonicalCsvWriter
from glucotwin.ingest.write.fhir import FhirWriter
from glucotwin.ingest.write.nightscout import NightscoutWriter
from glucotwin.ingest.write.parquet import ParquetWriter
from glucotwin.ingest.write.tidepool import TidepoolWriter
from glucotwin.ingest.write.writer import DataWriter

WRITERS: Mapping[str, DataWriter] = MappingProxyType(
    {
        writer.name: writer
        for writer in (FhirWriter(), TidepoolWriter(), NightscoutWriter(), CanonicalCsvWriter(), ParquetWriter())
    }
)
"""The writers by name."""


def find_writer(name: str) -> DataWriter:
    """The writer of a name.

    Raises:
        NotFoundError: there is none.
    """
    writer = WRITERS.get(name)
    if writer is None:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME, f"There is no format {name!r} to write.", hint=f"Known: {', '.join(WRITERS)}."
        )
    return writer
