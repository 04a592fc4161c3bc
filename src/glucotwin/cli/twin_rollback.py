"""``glucotwin twin rollback``: the version before answers again."""

from pathlib import Path

import click

from glucotwin.cli.authority import local_authority
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.twin_history import show


@click.command("rollback", cls=Command, examples=("glucotwin twin rollback my-twin --why 'lows after breakfast'",))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--why", required=True, help="Kept in the journal.")
@click.pass_obj
def command(console: Console, folder: Path, why: str) -> None:
    """Let the version that answered before in FOLDER answer again, the same to the last bit."""
    from glucotwin.workflows.lineage import roll_back_twin

    show(console, roll_back_twin(folder, why=why, authority=local_authority()))
