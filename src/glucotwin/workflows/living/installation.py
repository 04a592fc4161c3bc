"""Use case: look after an installation: back it up, bring it back, check its audit log."""

from dataclasses import dataclass
from pathlib import Path

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.store.audit import AuditCheck, append_audit, verify_audit
from glucotwin.store.backup import Backup, read_backup, read_keys, write_backup, write_keys
from glucotwin.store.data_folder import open_data_folder
from glucotwin.store.key import KEYS, MASTER


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRequest:
    """An installation and where its copies are.

    Attributes:
        folder: of the installation.
        url: address of its database; None for the embedded one.
        path: of the backup.
        keys_path: of the keys; None leaves them out of a backup.
    """

    folder: Path
    url: str | None
    path: Path
    keys_path: Path | None


def back_up(request: BackupRequest) -> Backup:
    """Writes a backup, while a service may go on.

    Raises:
        NotFoundError: there is no installation in the folder.
        ConflictError: the backup exists.
    """
    _require(request.folder)
    with open_data_folder(request.folder, url=request.url, alone=False) as database:
        made = write_backup(database, request.path)
        if request.keys_path is not None:
            write_keys(database.keystore, request.keys_path)
        append_audit(database, account_id="", role="admin", person_id=None, action="backup", outcome="done")
    return made


def bring_back(request: BackupRequest) -> Backup:
    """Restores a backup into an installation that is empty; erased people stay erased.

    Raises:
        ConflictError: something is there already, or a service has it open.
        DataError: backup or keys are damaged, or of another schema.
    """
    if request.keys_path is not None:
        read_keys(request.keys_path, request.folder / KEYS)
    _require(request.folder)
    with open_data_folder(request.folder, url=request.url) as database:
        restored = read_backup(database, request.path)
        append_audit(database, account_id="", role="admin", person_id=None, action="restore", outcome="done")
    return restored


def check_audit(folder: Path, url: str | None) -> AuditCheck:
    """Follows an installation's audit log, while a service may go on.

    Raises:
        NotFoundError: there is no installation in the folder.
        DataError: the log was changed.
    """
    _require(folder)
    with open_data_folder(folder, url=url, alone=False) as database:
        return verify_audit(database)


def _require(folder: Path) -> None:
    if not (folder / KEYS / MASTER).exists():
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("store-no-installation", path=str(folder)))
