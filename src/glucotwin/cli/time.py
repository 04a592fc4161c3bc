"""Times and changes as they are typed: local to the person unless they carry an offset."""

from datetime import datetime
from zoneinfo import ZoneInfo

import click


class TypedTime(click.ParamType):
    """A date and time; without an offset it is the person's local time, known only once their data are read."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The time as it was typed, perhaps without a zone."""
        return value if isinstance(value, datetime) else parse_time(str(value))


class TimedNumber(click.ParamType):
    """``TIME=NUMBER``: a change to what happened at a time."""

    name = "time=number"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[datetime, float]:
        """The time as it was typed, and the number."""
        time, equals, number = str(value).rpartition("=")
        try:
            return parse_time(time), float(number)
        except ValueError:
            reason = f"{value!r} is not TIME=NUMBER, such as 2024-03-20T18:30=-20." if equals else ""
            self.fail(reason or f"{value!r} lacks '=' and a number.", param, ctx)


def parse_time(text: str) -> datetime:
    """A date and time in ISO 8601, with or without an offset.

    Raises:
        click.BadParameter: it is none.
    """
    from glucotwin.core.message import message

    try:
        return datetime.fromisoformat(text.strip())
    except ValueError as error:
        hint = message("time-not-understood-hint")
        raise click.BadParameter(f"{message('time-not-understood', text=repr(text))} {hint}") from error


def at_zone(time: datetime, zone: ZoneInfo) -> datetime:
    """The time as typed, made aware: in the person's zone if it carried no offset."""
    return time.replace(tzinfo=zone) if time.tzinfo is None else time
