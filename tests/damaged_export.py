"""Exports cut short or altered byte by byte, and the exports of everybody else: what a format must survive."""

from collections.abc import Iterator
from pathlib import Path

from glucotwin.core.error import GlucoTwinError
from glucotwin.ingest.format import DataFormat, ImportOptions
from glucotwin.ingest.source import read_head

CUTS = 20
MUTATIONS = 50


def damaged(data: bytes) -> Iterator[bytes]:
    """The bytes cut at twenty places, and with one to three bytes changed fifty times; always the same."""
    for cut in range(1, CUTS + 1):
        yield data[: len(data) * cut // (CUTS + 1)]
    for number in range(1, MUTATIONS + 1):
        changed = bytearray(data)
        for part in range(1 + number % 3):
            changed[(number * 7919 + part * 104_729) % len(changed)] = (number * 151 + part * 89) % 256
        yield bytes(changed)


def outcome(data_format: DataFormat, data: bytes, place: Path, *, zone: str) -> str:
    """``read`` or the code of the refusal; any other exception passes through."""
    place.write_bytes(data)
    try:
        data_format.recognise(read_head(place))
        data_format.read(place, options=ImportOptions(zone=zone), progress=lambda _stage, _fraction: None)
    except GlucoTwinError as error:
        return str(error.code)
    return "read"


def recognised_elsewhere(data_format: DataFormat, exports: Path, *, own: str) -> list[str]:
    """Which files of other vendors a format takes for its own.

    Args:
        data_format: the format.
        exports: folder of one folder per vendor.
        own: the format's folder.
    """
    files = (file for file in sorted(exports.rglob("*")) if file.is_file() and file.stat().st_size)
    others = (file for file in files if file.relative_to(exports).parts[0] != own)
    return [file.name for file in others if data_format.recognise(read_head(file))]
