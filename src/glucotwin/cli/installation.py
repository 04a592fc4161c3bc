"""What commands share that run or look after a service's installation: its folder and its database."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

URL_VARIABLE = "GLUCOTWIN_DATABASE_URL"
"""Environment variable with the address of another database than the embedded one."""

Function = TypeVar("Function", bound=Callable[..., object])


def data_option(name: str) -> Callable[[Function], Function]:
    """Adds ``--data``, by default the folder of this name among this user's own."""
    return click.option(
        "--data",
        "folder",
        type=click.Path(path_type=Path, file_okay=False),
        default=lambda: _own_folder(name),
        help="Folder of the installation; by default one of this user's own.",
    )


def database_url() -> str | None:
    """The address of another database, as the operator has set it."""
    return os.environ.get(URL_VARIABLE) or None


def _own_folder(name: str) -> Path:
    from glucotwin.store.data_folder import default_data_folder

    return default_data_folder() / name
