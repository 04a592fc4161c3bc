"""``glucotwin ledger list``: what was issued."""

from datetime import datetime
from pathlib import Path

import click

from glucotwin.cli.authority import local_authority
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.table import aligned


@click.command("list", cls=Command, examples=("glucotwin ledger list my-ledger",))
@click.argument("ledger", type=click.Path(path_type=Path))
@click.pass_obj
def command(console: Console, ledger: Path) -> None:
    """List the forecasts in LEDGER in the order of issue, after checking that none was changed."""
    from glucotwin.core.message import message
    from glucotwin.workflows.ledger import list_issued

    issued = [one.to_json() for one in list_issued(ledger, authority=local_authority())]
    if console.as_json:
        console.write_json(issued)
        return
    header = tuple(message(f"ledger-column-{name}") for name in ("number", "issued", "person", "version", "origin"))
    rows = [
        (
            str(one["sequence"]),
            _minute(one["issued_at"]),
            str(one["person_id"]),
            str(one["twin_version"]),
            _minute(one["origin"]),
        )
        for one in issued
    ]
    console.write("\n".join([aligned([header, *rows]), "", message("ledger-whole", count=len(issued))]))


def _minute(time: object) -> str:
    return f"{datetime.fromisoformat(str(time)):%Y-%m-%d %H:%M}"
