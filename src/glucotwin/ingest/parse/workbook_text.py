"""The texts that can be seen in the first block of a workbook, to recognise what it holds."""

import struct
import zlib

from glucotwin.ingest.source import ZIP_MAGIC, FileHead

LARGEST_PART = 1 << 20
"""Bytes of an unpacked part that are looked at."""

_HEADER_BYTES = 30
_DEFLATED = 8


def text_in_head(head: FileHead) -> str:
    """The XML of the parts that lie, whole or cut off, in the first block of an ``.xlsx``; empty for other files.

    Args:
        head: the file's first bytes.
    """
    data = head.data
    texts: list[str] = []
    position = data.find(ZIP_MAGIC) if data.startswith(ZIP_MAGIC) else -1
    while position >= 0 and position + _HEADER_BYTES <= len(data):
        texts.append(_part(data, position))
        position = data.find(ZIP_MAGIC, position + len(ZIP_MAGIC))
    return "\n".join(texts)


def _part(data: bytes, position: int) -> str:
    """One part of a zip archive, as far as it can be unpacked."""
    method = struct.unpack_from("<H", data, position + 8)[0]
    name_bytes, extra_bytes = struct.unpack_from("<HH", data, position + 26)
    start = position + _HEADER_BYTES + name_bytes + extra_bytes
    if method != _DEFLATED or start >= len(data):
        return ""
    try:
        unpacked = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data[start:], LARGEST_PART)
    except zlib.error:
        return ""
    return unpacked.decode("utf-8", errors="replace")
