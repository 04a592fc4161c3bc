"""Keys: one per person, wrapped by a master key, in files beside the database and never in it.

What the database holds of a person can be read only with that person's key. Erasing the key makes rows, the write-ahead
log and every backup of the database unreadable at once. AES-256-GCM (NIST SP 800-38D) with a random nonce per value; a
value is bound to its person and to the place where it belongs, so that none can be moved elsewhere.
"""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.core.file import replace_file
from glucotwin.core.message import message

KEY_BYTES, NONCE_BYTES = 32, 12
VERSION = b"\x01"
KEYS = "keys"
"""Name of the keystore in a data folder."""
MASTER = "master.key"
OWNERS = "owner"
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


@dataclass(frozen=True, slots=True)
class Keystore:
    """The folder with the keys.

    Attributes:
        folder: only its owner may enter it.
    """

    folder: Path

    @classmethod
    def open(cls, folder: Path) -> "Keystore":
        """The keystore in a folder; a new one when there is none."""
        folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        folder.chmod(PRIVATE_FOLDER)
        (folder / OWNERS).mkdir(exist_ok=True, mode=PRIVATE_FOLDER)
        if not (folder / MASTER).exists():
            write_private(folder / MASTER, secrets.token_bytes(KEY_BYTES))
        return cls(folder)

    def make(self, owner: str) -> None:
        """Makes a key for a person or an account; an existing one stays."""
        path = self._path(owner)
        if not path.exists():
            write_private(path, _sealed(self._master(), secrets.token_bytes(KEY_BYTES), owner))

    def has(self, owner: str) -> bool:
        """Whether there is a key of a person or an account."""
        return self._path(owner).exists()

    def owners(self) -> frozenset[str]:
        """Everybody of whom there is a key."""
        return frozenset(path.stem for path in (self.folder / OWNERS).glob("*.key"))

    def destroy(self, owner: str) -> None:
        """Removes a key for ever; what was sealed with it can no longer be read by anybody."""
        path = self._path(owner)
        if path.exists():
            # Best effort: journaling file systems may keep the old blocks, which are wrapped by the master key.
            with path.open("r+b") as file:
                file.write(secrets.token_bytes(path.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()

    def seal(self, owner: str, place: str, content: bytes) -> bytes:
        """Content encrypted for an owner.

        Args:
            owner: person or account.
            place: where it belongs, such as a table and what tells its rows apart.
            content: what nobody else may read.

        Raises:
            NotFoundError: the owner has no key, or no longer.
        """
        return _sealed(self._key(owner), content, f"{owner}|{place}")

    def open_sealed(self, owner: str, place: str, sealed: bytes) -> bytes:
        """What was sealed.

        Raises:
            NotFoundError: the owner has no key, or no longer.
            DataError: it was changed, or sealed for another owner or place.
        """
        return _opened(self._key(owner), sealed, f"{owner}|{place}")

    def fingerprint(self, owner: str, content: bytes) -> str:
        """A name for content that tells nothing of it without the owner's key.

        Raises:
            NotFoundError: the owner has no key, or no longer.
        """
        return hmac.new(self._key(owner), content, hashlib.sha256).hexdigest()[:32]

    def index(self, text: str) -> str:
        """A name by which text can be found again without being readable; the same for the same text."""
        return hmac.new(self._master(), b"index|" + text.encode(), hashlib.sha256).hexdigest()

    def _key(self, owner: str) -> bytes:
        try:
            wrapped = self._path(owner).read_bytes()
        except FileNotFoundError as error:
            raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("store-no-key")) from error
        return _opened(self._master(), wrapped, owner)

    def _master(self) -> bytes:
        return (self.folder / MASTER).read_bytes()

    def _path(self, owner: str) -> Path:
        if not owner.replace("-", "").isalnum():
            raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("store-no-key"))
        return self.folder / OWNERS / f"{owner}.key"


def write_private(path: Path, content: bytes) -> None:
    """Writes a file, whole or not at all, that only its owner may read, before anything is in it."""

    def write(draft: Path) -> None:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    replace_file(path, write)


def _sealed(key: bytes, content: bytes, place: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, content, place.encode())


def _opened(key: bytes, sealed: bytes, place: str) -> bytes:
    start = len(VERSION)
    nonce, content = sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
    try:
        if sealed[:start] != VERSION:
            raise InvalidTag
        return AESGCM(key).decrypt(nonce, content, place.encode())
    except (InvalidTag, ValueError) as error:
        raise DataError(ErrorCode.DAMAGED_ARTEFACT, message("store-damaged-value")) from error
