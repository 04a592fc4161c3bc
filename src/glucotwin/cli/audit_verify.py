"""``glucotwin audit verify``: whether the audit log is as it was written."""

from pathlib import Path

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.installation import data_option, database_url


@click.command("verify", cls=Command, examples=("glucotwin audit verify", "glucotwin audit verify --data my-data"))
@data_option("data")
@click.pass_obj
def command(console: Console, folder: Path) -> None:
    """Follow the audit log from its first entry to its last; a service may go on meanwhile.

    Every entry holds the hash of the one before, and the last hash is kept beside the keys.
    """
    from glucotwin.core.message import message
    from glucotwin.workflows.living.installation import check_audit

    found = check_audit(folder, database_url())
    if console.as_json:
        console.write_json({"entries": found.entries, "sha256": found.sha256})
    else:
        console.write(message("audit-whole", entries=f"{found.entries:,}", sha256=found.sha256))
