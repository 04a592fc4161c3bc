"""Keys: what is sealed is read by its owner, at its place, and by nobody after the key is gone."""

import stat
from pathlib import Path

import pytest

from glucotwin.core.error import DataError, NotFoundError
from glucotwin.store.key import Keystore


@pytest.fixture
def keystore(tmp_path: Path) -> Keystore:
    made = Keystore.open(tmp_path / "keys")
    made.make("ada")
    made.make("bob")
    return made


def test_what_is_sealed_comes_back(keystore: Keystore) -> None:
    sealed = keystore.seal("ada", "here", b"5.5 mmol/L")

    assert b"5.5" not in sealed
    assert keystore.open_sealed("ada", "here", sealed) == b"5.5 mmol/L"


def test_the_same_content_looks_different_each_time(keystore: Keystore) -> None:
    assert keystore.seal("ada", "here", b"x") != keystore.seal("ada", "here", b"x")


@pytest.mark.parametrize(("owner", "place"), [("bob", "here"), ("ada", "there")])
def test_what_is_sealed_cannot_be_moved(keystore: Keystore, owner: str, place: str) -> None:
    with pytest.raises(DataError):
        keystore.open_sealed(owner, place, keystore.seal("ada", "here", b"x"))


@pytest.mark.parametrize("position", [0, 5, -1])
def test_a_changed_byte_is_noticed(keystore: Keystore, position: int) -> None:
    sealed = bytearray(keystore.seal("ada", "here", b"content"))
    sealed[position] ^= 1

    with pytest.raises(DataError):
        keystore.open_sealed("ada", "here", bytes(sealed))


def test_after_the_key_is_gone_nothing_can_be_read(keystore: Keystore) -> None:
    sealed = keystore.seal("ada", "here", b"x")
    keystore.destroy("ada")

    assert not keystore.has("ada")
    with pytest.raises(NotFoundError):
        keystore.open_sealed("ada", "here", sealed)
    keystore.make("ada")
    with pytest.raises(DataError):
        keystore.open_sealed("ada", "here", sealed)


def test_keys_are_the_same_after_opening_again(keystore: Keystore) -> None:
    sealed = keystore.seal("ada", "here", b"x")
    again = Keystore.open(keystore.folder)

    assert again.open_sealed("ada", "here", sealed) == b"x"
    assert again.index("a") == keystore.index("a") != keystore.index("b")
    assert again.owners() == {"ada", "bob"}


def test_nobody_else_may_read_the_keys(keystore: Keystore) -> None:
    for path in (keystore.folder, *keystore.folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_names_cannot_lead_out_of_the_folder(keystore: Keystore) -> None:
    with pytest.raises(NotFoundError):
        keystore.seal("../master", "here", b"x")
