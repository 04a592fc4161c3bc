"""``glucotwin twin start``: a history of versions."""

from pathlib import Path

import click

from glucotwin.cli.authority import local_authority
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.twin_history import show


@click.command("start", cls=Command, examples=("glucotwin twin start me.twin.json --out my-twin",))
@click.argument("twin_file", metavar="TWIN", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the versions.")
@click.pass_obj
def command(console: Console, twin_file: Path, out: Path) -> None:
    """Begin a history of versions in which TWIN answers."""
    from glucotwin.twin.archive import load_twin
    from glucotwin.workflows.lineage import start_twin

    show(console, start_twin(out, load_twin(twin_file), authority=local_authority()))
