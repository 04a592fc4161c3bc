"""Time zones by name."""

from zoneinfo import ZoneInfo

from glucotwin.core.error import DataError, ErrorCode


def find_zone(zone: str) -> ZoneInfo:
    """The zone of an IANA name.

    Raises:
        DataError: the zone does not exist.
    """
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:  # OSError: the name of a folder of zones, such as "Europe"
        raise DataError(
            ErrorCode.UNKNOWN_NAME, f"There is no time zone {zone!r}.", hint="Use an IANA name: Europe/Berlin."
        ) from error
