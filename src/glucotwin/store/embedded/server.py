"""The embedded server: made, started, found again after a crash, and stopped."""

import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
from filelock import FileLock, Timeout
from psycopg import sql

from glucotwin.core.error import ConflictError, ErrorCode
from glucotwin.core.message import message
from glucotwin.store.embedded.installation import (
    Installation,
    ServerError,
    find_installation,
    is_open_to_all,
    server_error,
    shared_folder,
)
from glucotwin.store.key import KEYS, PRIVATE_FOLDER, Keystore, write_private

DATABASE = "glucotwin"
OWNER_ROLE = "glucotwin_owner"
PASSWORDS = "database.json"  # the name of a file
LOCK_S = 2.0
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "shared_buffers": "64MB",
    "max_connections": "100",
    # Statements and their values are personal data and never belong into a log.
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_min_messages": "fatal",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedServer:
    """A running server.

    Attributes:
        cluster: its data.
        passwords: file that only the service's user may read.
        socket: folder of its socket; it listens nowhere else.
        owner_password: of the role that owns the database.
        installation: programs and user.
        durable: whether what is acknowledged survives a power cut.
    """

    cluster: Path
    passwords: Path
    socket: Path
    owner_password: str
    installation: Installation
    durable: bool = True

    def url(self, database: str = DATABASE) -> str:
        """Address of a database, as its owner."""
        return f"postgresql+psycopg://{OWNER_ROLE}:{self.owner_password}@/{database}?host={self.socket}"

    def make_database(self, name: str) -> None:
        """Makes one more database of the same owner; an existing one stays."""
        _make_database(self, _read_passwords(self.passwords)["superuser"], name)

    def stop(self) -> None:
        """Stops it; connections are closed, nothing acknowledged is lost."""
        mode = "fast" if self.durable else "immediate"
        self.installation.run("pg_ctl", "-w", "-D", str(self.cluster), "-m", mode, "stop")


def start_server(folder: Path, *, durable: bool = True) -> EmbeddedServer:
    """Starts the server of a data folder, which is made at first; one that still runs is used again.

    Args:
        folder: where everything of the installation is kept.
        durable: whether what is acknowledged survives a power cut; tests need not wait for the disk.

    Raises:
        ServerError: it cannot be made or started.
        ConflictError: another process is starting it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    installation = find_installation()
    cluster = _cluster_of(folder, installation)
    socket = _socket_of(cluster)
    kept = Keystore.open(folder / KEYS).folder / PASSWORDS
    try:
        with FileLock(folder / ".starting.lock", timeout=LOCK_S):
            if not (cluster / "PG_VERSION").exists():
                _initialise(cluster, kept, installation, durable=durable)
            _make_socket_folder(socket, installation)
            if not _is_running(cluster, installation):
                _start(cluster, socket, installation, SETTINGS if durable else {**SETTINGS, "fsync": "off"})
            passwords = _read_passwords(kept)
            server = EmbeddedServer(
                cluster=cluster,
                passwords=kept,
                socket=socket,
                owner_password=passwords["owner"],
                installation=installation,
                durable=durable,
            )
            _make_owner(server, passwords["superuser"])
            _make_database(server, passwords["superuser"], DATABASE)
            return server
    except Timeout as error:
        raise ConflictError(
            ErrorCode.ALREADY_EXISTS, message("store-starting"), hint=message("store-starting-hint")
        ) from error


def _cluster_of(folder: Path, installation: Installation) -> Path:
    """Where the data lie: in the data folder, unless the server's user could not reach them there.

    The mode of nobody's private folder is changed for it.
    """
    if installation.user is None or is_open_to_all(folder.resolve().parent):
        home = folder / "postgresql"
        folder.chmod(PRIVATE_FOLDER if installation.user is None else 0o711)
    else:
        home = shared_folder() / hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    home.mkdir(exist_ok=True, mode=PRIVATE_FOLDER)
    installation.own(home)
    return home / "cluster"


def _socket_of(cluster: Path) -> Path:
    # Not below the data: the address of a socket has at most 107 characters.
    name = hashlib.sha256(str(cluster.resolve()).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"glucotwin-{name}"


def _make_socket_folder(socket: Path, installation: Installation) -> None:
    socket.mkdir(exist_ok=True, mode=PRIVATE_FOLDER)
    own = {os.geteuid()}
    if installation.user is not None:
        import pwd

        own.add(pwd.getpwnam(installation.user).pw_uid)
    if socket.is_symlink() or socket.stat().st_uid not in own:
        raise server_error("socket", message("store-socket-taken", path=str(socket)))
    socket.chmod(PRIVATE_FOLDER)
    installation.own(socket)


def _initialise(cluster: Path, kept: Path, installation: Installation, *, durable: bool) -> None:
    passwords = {"superuser": secrets.token_urlsafe(32), "owner": secrets.token_urlsafe(32)}
    # Kept first: a cluster without its passwords is lost.
    write_private(kept, json.dumps(passwords).encode())
    handed = cluster.parent / "initial"
    write_private(handed, passwords["superuser"].encode())
    installation.own(handed)
    try:
        installation.run(
            "initdb",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--username=postgres",
            f"--pwfile={handed}",
            *(() if durable else ("--no-sync",)),
            "-D",
            str(cluster),
        )
    finally:
        handed.unlink()


def _read_passwords(kept: Path) -> dict[str, str]:
    try:
        return json.loads(kept.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise server_error(PASSWORDS, message("store-passwords-lost")) from error


def _is_running(cluster: Path, installation: Installation) -> bool:
    try:
        installation.run("pg_ctl", "-D", str(cluster), "status")
    except ServerError:
        return False
    return True


def _start(cluster: Path, socket: Path, installation: Installation, settings: Mapping[str, str]) -> None:
    options = " ".join(
        f"-c {name}='{value}'" for name, value in {**settings, "unix_socket_directories": socket}.items()
    )
    log = cluster.parent / "server.log"
    installation.run("pg_ctl", "-w", "-D", str(cluster), "-l", str(log), "-o", options, "start")


def _superuser(server: EmbeddedServer, password: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host=str(server.socket), user="postgres", password=password, dbname="postgres", autocommit=True
    )


def _make_owner(server: EmbeddedServer, password: str) -> None:
    with _superuser(server, password) as connection:
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (OWNER_ROLE,)).fetchone()
        if known is None:
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEROLE PASSWORD {}").format(
                    sql.Identifier(OWNER_ROLE), sql.Literal(server.owner_password)
                )
            )


def _make_database(server: EmbeddedServer, password: str, name: str) -> None:
    with _superuser(server, password) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        if known is None:
            made = sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER_ROLE))
            connection.execute(made)
