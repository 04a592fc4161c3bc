"""Every live source: a new one is a class in a file of its own and a line here."""

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.ingest.live.dexcom_share import DexcomShareSource
from glucotwin.ingest.live.folder import FolderSource
from glucotwin.ingest.live.libre_link_up import LibreLinkUpSource
from glucotwin.ingest.live.nightscout import NightscoutSource
from glucotwin.ingest.live.source import LiveSource

SOURCES: tuple[type[LiveSource], ...] = (NightscoutSource, DexcomShareSource, LibreLinkUpSource, FolderSource)
"""The live sources, by ``name``."""


def find_source(name: str) -> type[LiveSource]:
    """The live source of a name.

    Raises:
        NotFoundError: there is none.
    """
    for source in SOURCES:
        if source.name == name:
            return source
    names = ", ".join(source.name for source in SOURCES)
    raise NotFoundError(ErrorCode.UNKNOWN_NAME, f"There is no live source {name!r}.", hint=f"Choose one of {names}.")
