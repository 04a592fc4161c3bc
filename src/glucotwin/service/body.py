"""Bodies of requests from apps and systems: unpacked where they come packed, and never larger than allowed."""

import zlib
from typing import Annotated

from fastapi import Depends, Request

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.service.guard import LARGEST_JSON_BYTES


async def body_of(request: Request) -> bytes:
    """The body of a request, unpacked where an app packed it.

    Raises:
        DataError: it is too large, or damaged.
    """
    unpacked = zlib.decompressobj(wbits=31) if request.headers.get("content-encoding", "").lower() == "gzip" else None
    body = bytearray()
    try:
        async for chunk in request.stream():
            room = LARGEST_JSON_BYTES + 1 - len(body)
            body += chunk if unpacked is None else unpacked.decompress(chunk, room)
            if len(body) > LARGEST_JSON_BYTES:
                raise DataError(ErrorCode.FILE_TOO_LARGE, message("service-too-large"))
    except zlib.error as error:
        raise DataError(ErrorCode.INVALID_VALUE, message("nightscout-no-json")) from error
    return bytes(body)


Body = Annotated[bytes, Depends(body_of)]
