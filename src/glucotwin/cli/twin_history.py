"""``glucotwin twin history``: which version answers, and why."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.authority import local_authority
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.table import aligned

if TYPE_CHECKING:
    from glucotwin.workflows.lineage import LineageAnswer


@click.command("history", cls=Command, examples=("glucotwin twin history my-twin",))
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def command(console: Console, folder: Path) -> None:
    """Show which version in FOLDER answers, which is on trial, and everything that happened."""
    from glucotwin.workflows.lineage import show_lineage

    show(console, show_lineage(folder, authority=local_authority()))


def show(console: Console, answer: "LineageAnswer") -> None:
    """Writes a lineage to standard output."""
    from glucotwin.core.message import message

    if console.as_json:
        console.write_json(answer.to_json())
        return
    header = tuple(message(f"lineage-column-{name}") for name in ("time", "event", "version", "why"))
    rows = [
        (
            f"{one['at'][:16].replace('T', ' ')}",
            message(f"lineage-event-{one['event']}"),
            str(one.get("version") or str(one.get("hash"))[:12]),
            str(one.get("why", "")),
        )
        for one in answer.events
    ]
    lines = [
        message("lineage-champion", version=answer.champion),
        message("lineage-shadow", version=answer.shadow) if answer.shadow else message("lineage-no-shadow"),
        "",
        aligned([header, *rows]),
    ]
    console.write("\n".join(lines))
