"""``glucotwin restore``: a backup becomes an installation again."""

from pathlib import Path

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.installation import data_option, database_url


@click.command(
    "restore", cls=Command, examples=("glucotwin restore 2026-11-26.backup --keys keys.tar --data new-data",)
)
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--keys",
    "keys_path",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File with the keys; without it those in the data folder are used.",
)
@data_option("data")
@click.pass_obj
def command(console: Console, path: Path, keys_path: Path | None, folder: Path) -> None:
    """Bring FILE back into an installation whose database is empty: all of it, or nothing.

    Who was erased between the backup and the newest copy of the keys stays erased.
    """
    from glucotwin.core.message import message
    from glucotwin.workflows.living.installation import BackupRequest, bring_back

    request = BackupRequest(folder=folder, url=database_url(), path=path, keys_path=keys_path)
    restored = bring_back(request)
    if console.as_json:
        console.write_json(restored.to_json())
        return
    counts = {"people": str(restored.rows["person"]), "accounts": str(restored.rows["account"])}
    console.write(message("backup-restored", at=f"{restored.at:%Y-%m-%d %H:%M} UTC", **counts))
    if restored.erased:
        console.say(message("backup-erased", count=str(restored.erased)))
