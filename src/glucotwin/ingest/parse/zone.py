"""The zone of a file's local times: given by whoever imports it, or nothing is read."""

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.ingest.format import ImportOptions


def require_zone(options: ImportOptions, *, title: str) -> str:
    """The IANA zone of local times that carry no offset.

    Raises:
        DataError: nobody said it.
    """
    if options.zone is None:
        raise DataError(
            ErrorCode.NAIVE_TIME,
            f"The times in {title} are local and have no offset, and the zone is not known.",
            hint="Name the zone of the device's clock: --zone Europe/Berlin.",
        )
    return options.zone
