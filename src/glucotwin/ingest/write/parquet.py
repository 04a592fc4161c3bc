"""Parquet: one file per stream, for programs that analyse data."""

from pathlib import Path
from types import MappingProxyType

from glucotwin.core.file import replace_folder
from glucotwin.domain.frame import STREAMS, schema_of
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.write.loss import Carried, Loss, all_of
from glucotwin.ingest.write.writer import DataWriter


class ParquetWriter(DataWriter):
    """Writes a folder with one Parquet file per stream; times are UTC in microseconds."""

    name = "parquet"
    title = "a folder of Parquet files"
    suffix = ""
    carried = MappingProxyType({name: Carried(fields=all_of(*schema_of(kind))) for name, kind in STREAMS.items()})

    def write_carried(self, timeline: Timeline, path: Path) -> tuple[Loss, ...]:
        """Writes every stream as it is."""

        def write(folder: Path) -> None:
            for name, frame in timeline.streams.items():
                frame.write_parquet(folder / f"{name}.parquet")

        replace_folder(path, write)
        return ()
