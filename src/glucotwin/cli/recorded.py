"""What a person's own record told of them, before what is made of it."""

from typing import TYPE_CHECKING

from glucotwin.cli.table import aligned

if TYPE_CHECKING:
    from glucotwin.workflows.recorded_person import RecordedPerson


def record_page(recorded: "RecordedPerson") -> str:
    """A line per fact with its origin and day, then what nobody measured and what limits it.

    Args:
        recorded: of a timeline.
    """
    from glucotwin.core.message import message

    rows = [
        (one.key, _value(one.value), message(f"recorded-origin-{one.origin}"), one.on.isoformat() if one.on else "")
        for one in recorded.facts
    ]
    lines = [message("recorded-title"), aligned(rows)]
    if recorded.absent:
        lines.append(message("recorded-absent", keys=", ".join(recorded.absent)))
    return "\n".join([*lines, *recorded.cautions, ""])


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
