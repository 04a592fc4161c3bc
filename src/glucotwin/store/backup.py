"""Backups (``glucotwin-backup/1``): all rows as PostgreSQL's binary copies, with a manifest, in one archive.

What is sealed stays sealed: without the keys, which are kept in a file of their own, a backup tells nobody anything.
People and accounts whose keys are gone by the time of a restore were erased meanwhile, and are not brought back.
"""

import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import Table

from glucotwin import __version__
from glucotwin.core.error import ConflictError, DataError, ErrorCode
from glucotwin.core.file import replace_file
from glucotwin.core.message import message
from glucotwin.store.audit import HEAD
from glucotwin.store.database import Database, owner_address
from glucotwin.store.key import MASTER, OWNERS, PRIVATE_FILE, PRIVATE_FOLDER, Keystore, write_private
from glucotwin.store.schema import account, metadata, person

FORMAT = "glucotwin-backup/1"
MANIFEST = "manifest.json"
TABLES: Sequence[Table] = tuple(metadata.sorted_tables)
"""Those that others refer to come first."""
PART_BYTES = 1 << 20
COPY_OUT = "COPY {} ({}) TO STDOUT (FORMAT binary)"
COPY_IN = "COPY {} ({}) FROM STDIN (FORMAT binary)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What a backup holds.

    Attributes:
        at: aware time; everything is as of this moment.
        revision: of the schema.
        rows: by table.
        erased: how many people and accounts were left out at a restore, because their keys are gone.
    """

    at: datetime
    revision: str
    rows: Mapping[str, int]
    erased: int = 0

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {"at": self.at.isoformat(), "revision": self.revision, "rows": dict(self.rows), "erased": self.erased}


def write_backup(database: Database, path: Path) -> Backup:
    """Writes everything that the database holds into one file, as of one moment, while the service goes on.

    Args:
        database: open.
        path: new file; only its owner may read it.

    Raises:
        ConflictError: the file exists.
    """
    if path.exists():
        raise ConflictError(ErrorCode.ALREADY_EXISTS, message("backup-exists", path=str(path)))
    with _owner(database) as connection, tempfile.TemporaryDirectory(dir=path.parent) as place:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        revision, at = _revision(connection), datetime.now(UTC)
        tables = {table.name: _copied_out(connection, table, Path(place) / table.name) for table in TABLES}
        manifest = {
            "format": FORMAT,
            "glucotwin": __version__,
            "at": at.isoformat(),
            "revision": revision,
            "tables": tables,
        }
        replace_file(path, lambda draft: _packed(draft, manifest, Path(place)))
    return Backup(at=at, revision=revision, rows={name: int(one["rows"]) for name, one in tables.items()})


def write_keys(keystore: Keystore, path: Path) -> int:
    """Writes the keys into one file in place of an older one, in which keys of erased people would live on.

    Returns:
        How many people and accounts have one.
    """
    buffer = io.BytesIO()
    names = [MASTER, *(f"{OWNERS}/{file.name}" for file in sorted((keystore.folder / OWNERS).glob("*.key")))]
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in names:
            _add(archive, name, (keystore.folder / name).read_bytes())
    write_private(path, buffer.getvalue())
    return len(names) - 1


def read_keys(path: Path, folder: Path) -> Keystore:
    """Brings keys back into a folder that has none.

    Raises:
        ConflictError: there are keys already.
        DataError: the file is no file of keys.
    """
    if (folder / MASTER).exists():
        raise ConflictError(ErrorCode.ALREADY_EXISTS, message("backup-keys-exist", path=str(folder)))
    try:
        with tarfile.open(path) as archive:
            content = {member.name: _part(archive, member.name) for member in archive.getmembers()}
    except (tarfile.TarError, KeyError) as error:
        raise _damaged(path) from error
    wanted = {name for name in content if name == MASTER or Path(name).parent == Path(OWNERS)}
    if MASTER not in content or wanted != set(content):
        raise _damaged(path)
    (folder / OWNERS).mkdir(parents=True, mode=PRIVATE_FOLDER, exist_ok=True)
    for name, one in content.items():
        write_private(folder / name, one)
    return Keystore.open(folder)


def read_backup(database: Database, path: Path) -> Backup:
    """Brings everything back into a database that is empty; all of it, or nothing.

    Args:
        database: open, with the keys of the backup's people.
        path: of the backup.

    Raises:
        ConflictError: the database is not empty.
        DataError: the file is no backup, is damaged, or is of another schema.
    """
    try:
        with tarfile.open(path) as archive, _owner(database) as connection:
            manifest = json.loads(_part(archive, MANIFEST))
            _check(manifest, connection, path)
            for table in TABLES:
                _copied_in(connection, archive, table, manifest["tables"][table.name], path)
            _restart_numbers(connection)
            erased = _without_erased(connection, database.keystore)
            _note_end(connection, database.keystore)
    except (tarfile.TarError, KeyError, ValueError) as error:
        raise _damaged(path) from error
    rows = {name: int(one["rows"]) for name, one in manifest["tables"].items()}
    return Backup(at=datetime.fromisoformat(manifest["at"]), revision=manifest["revision"], rows=rows, erased=erased)


@contextmanager
def _owner(database: Database) -> "Generator[psycopg.Connection[Any]]":
    """One transaction as the owner, whose own policy shows all rows."""
    address = owner_address(database).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection, connection.transaction():
        yield connection


def _copied_out(connection: "psycopg.Connection[Any]", table: Table, file: Path) -> dict[str, Any]:
    digest = hashlib.sha256()
    with file.open("wb") as out, connection.cursor() as cursor:
        with cursor.copy(_statement(COPY_OUT, table)) as copy:
            for part in copy:
                out.write(part)
                digest.update(part)
        rows = cursor.rowcount
    return {"rows": rows, "sha256": digest.hexdigest(), "columns": [column.name for column in table.columns]}


def _copied_in(
    connection: "psycopg.Connection[Any]", archive: tarfile.TarFile, table: Table, told: Mapping[str, Any], path: Path
) -> None:
    digest = hashlib.sha256()
    # Tables with policies take no copies directly, not even from their owner.
    name, draft = sql.Identifier(table.name), sql.Identifier(f"draft_{table.name}")
    source = archive.extractfile(table.name)
    if source is None or told["columns"] != [column.name for column in table.columns]:
        raise _damaged(path)
    connection.execute(sql.SQL("CREATE TEMP TABLE {} (LIKE {}) ON COMMIT DROP").format(draft, name))
    with connection.cursor() as cursor, cursor.copy(_statement(COPY_IN, table, draft)) as copy:
        while part := source.read(PART_BYTES):
            digest.update(part)
            copy.write(part)
    if digest.hexdigest() != told["sha256"]:
        raise _damaged(path)
    connection.execute(
        sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}").format(
            name, _columns(table), _columns(table), draft
        )
    )


def _statement(pattern: LiteralString, table: Table, name: sql.Identifier | None = None) -> sql.Composed:
    return sql.SQL(pattern).format(name or sql.Identifier(table.name), _columns(table))


def _columns(table: Table) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)


def _check(manifest: Mapping[str, Any], connection: "psycopg.Connection[Any]", path: Path) -> None:
    if manifest["format"] != FORMAT:
        raise _damaged(path)
    if manifest["revision"] != _revision(connection):
        raise DataError(
            ErrorCode.UNSUPPORTED_VERSION,
            message("backup-other-schema", revision=str(manifest["revision"]), version=str(manifest["glucotwin"])),
        )
    for table in TABLES:
        query = sql.SQL("SELECT EXISTS (SELECT 1 FROM {})").format(sql.Identifier(table.name))
        found = connection.execute(query).fetchone()
        if found is not None and found[0]:
            raise ConflictError(ErrorCode.ALREADY_EXISTS, message("backup-not-empty", table=table.name))


def _restart_numbers(connection: "psycopg.Connection[Any]") -> None:
    """Lets numbers that the database gives out go on after the last one that was brought back."""
    pattern = "SELECT setval(pg_get_serial_sequence({}, {}), coalesce(max({}), 0) + 1, false) FROM {}"
    for table in TABLES:
        for column in table.columns:
            if column.identity is not None:
                name, own = sql.Identifier(table.name), sql.Identifier(column.name)
                connection.execute(sql.SQL(pattern).format(table.name, column.name, own, name))


def _without_erased(connection: "psycopg.Connection[Any]", keystore: Keystore) -> int:
    known = list(keystore.owners())
    gone = 0
    for table, column in ((person, "person_id"), (account, "account_id")):
        query = sql.SQL("DELETE FROM {} WHERE NOT {}::text = ANY(%s)").format(
            sql.Identifier(table.name), sql.Identifier(column)
        )
        gone += connection.execute(query, [known]).rowcount
    return gone


def _note_end(connection: "psycopg.Connection[Any]", keystore: Keystore) -> None:
    """What is kept beside the keys of the log's end is that of the restored log from now on."""
    last = connection.execute("SELECT sequence, sha256 FROM audit ORDER BY sequence DESC LIMIT 1").fetchone()
    if last is not None:
        write_private(keystore.folder / HEAD, json.dumps({"sequence": last[0], "sha256": last[1]}).encode())


def _revision(connection: "psycopg.Connection[Any]") -> str:
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return "" if row is None else str(row[0])


def _packed(draft: Path, manifest: Mapping[str, object], place: Path) -> None:
    draft.touch(mode=PRIVATE_FILE)
    with tarfile.open(draft, mode="w") as archive:
        _add(archive, MANIFEST, json.dumps(manifest, indent=1).encode())
        for table in TABLES:
            archive.add(place / table.name, arcname=table.name)


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), PRIVATE_FILE
    archive.addfile(entry, io.BytesIO(content))


def _part(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    if file is None:
        raise KeyError(name)
    return file.read()


def _damaged(path: Path) -> DataError:
    return DataError(ErrorCode.DAMAGED_ARTEFACT, message("backup-damaged", path=str(path)))
