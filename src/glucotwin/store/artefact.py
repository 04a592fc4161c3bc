"""Artefacts of a person, such as a twin's lineage and its state in step: folders, sealed whole.

The layers below work on folders. One is unpacked into a private place for as long as it is worked on, and packed again.
"""

import io
import shutil
import tarfile
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from glucotwin.store.desk import Desk
from glucotwin.store.schema import artefact as table

LINEAGE, STATE, ALARMS, QUALITY = "lineage", "state", "alarms", "quality"
ALARM_SETTINGS = "alarm-settings"
"""Names of artefacts."""
WORK = "work"


def read_artefact(desk: Desk, person_id: str, name: str) -> bytes | None:
    """The content of an artefact; None when there is none."""
    query = select(table.c.content).where(desk.of_person(table, person_id), table.c.name == name)
    sealed = desk.connection.execute(query).scalar()
    return None if sealed is None else desk.keystore.open_sealed(person_id, _place(name), sealed)


def read_artefacts(desk: Desk, people: Sequence[str], name: str) -> dict[str, bytes]:
    """The content of an artefact of several people, read at once; who has none is left out."""
    where = table.c.person_id.in_(people) & desk.within_reach(table) & (table.c.name == name)
    found = desk.connection.execute(select(table.c.person_id, table.c.content).where(where))
    return {row.person_id: desk.keystore.open_sealed(row.person_id, _place(name), row.content) for row in found}


def with_artefact(desk: Desk, people: Sequence[str], name: str) -> frozenset[str]:
    """Which of several people have an artefact of a name."""
    where = table.c.person_id.in_(people) & desk.within_reach(table) & (table.c.name == name)
    return frozenset(desk.connection.execute(select(table.c.person_id).where(where)).scalars())


def write_artefact(desk: Desk, person_id: str, name: str, content: bytes) -> None:
    """Keeps an artefact instead of the one before."""
    sealed = desk.keystore.seal(person_id, _place(name), content)
    now = datetime.now(UTC)
    written = insert(table).values(person_id=person_id, name=name, content=sealed, at=now)
    desk.connection.execute(
        written.on_conflict_do_update(index_elements=["person_id", "name"], set_={"content": sealed, "at": now})
    )


def delete_artefact(desk: Desk, person_id: str, name: str) -> None:
    """Removes an artefact; one that is not there stays away."""
    desk.connection.execute(delete(table).where(desk.of_person(table, person_id), table.c.name == name))


def has_artefact(desk: Desk, person_id: str, name: str) -> bool:
    """Whether there is an artefact of a name."""
    query = select(table.c.name).where(desk.of_person(table, person_id), table.c.name == name)
    return desk.connection.execute(query).first() is not None


@contextmanager
def unpacked_folder(desk: Desk, person_id: str, name: str, work: Path) -> Generator[Path]:
    """The folder of an artefact in a private place, which is gone afterwards; not there when there is none.

    Args:
        desk: of the account.
        person_id: whose.
        name: of the artefact.
        work: folder for such places; ``clear_work`` empties it of what a killed process left.
    """
    content = read_artefact(desk, person_id, name)
    work.mkdir(exist_ok=True, mode=0o700)
    place = Path(tempfile.mkdtemp(prefix=f"{person_id}-", dir=work))
    try:
        if content is not None:
            with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
                archive.extractall(place / name, filter="data")
        yield place / name
    finally:
        shutil.rmtree(place, ignore_errors=True)


def keep_folder(desk: Desk, person_id: str, name: str, folder: Path) -> None:
    """Keeps a folder as an artefact."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.name.endswith(".lock"):
                archive.add(path, arcname=str(path.relative_to(folder)))
    write_artefact(desk, person_id, name, buffer.getvalue())


def clear_work(work: Path) -> None:
    """Removes what a process that was killed left unpacked."""
    shutil.rmtree(work, ignore_errors=True)


def _place(name: str) -> str:
    return f"artefact|{name}"
