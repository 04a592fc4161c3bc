"""``glucotwin backup``: all of the service's data in one file."""

from pathlib import Path

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.installation import data_option, database_url


@click.command("backup", cls=Command, examples=("glucotwin backup 2026-11-26.backup --keys /mnt/elsewhere/keys.tar",))
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--keys",
    "keys_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write the keys to, in place of an older one; keep it apart from the backup.",
)
@data_option("data")
@click.pass_obj
def command(console: Console, path: Path, keys_path: Path | None, folder: Path) -> None:
    """Write everything that the database holds to FILE, as of one moment; a service may go on meanwhile.

    People's data are in it as they are stored: sealed, and unreadable without the keys.
    """
    from glucotwin.core.message import message
    from glucotwin.workflows.living.installation import BackupRequest, back_up

    request = BackupRequest(folder=folder, url=database_url(), path=path, keys_path=keys_path)
    made = back_up(request)
    if console.as_json:
        console.write_json(
            {"backup": str(path), "keys": None if keys_path is None else str(keys_path), **made.to_json()}
        )
        return
    counts = {"people": str(made.rows["person"]), "accounts": str(made.rows["account"])}
    console.write(message("backup-written", at=f"{made.at:%Y-%m-%d %H:%M} UTC", path=str(path), **counts))
    if keys_path is None:
        console.warn(message("backup-no-keys"))
    else:
        console.say(message("backup-keys-written", path=str(keys_path)))
