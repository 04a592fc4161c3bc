"""Secrets from files and the environment."""

from pathlib import Path

import pytest

from glucotwin.core.error import DataError, GlucoTwinError, NotAllowedError, NotFoundError
from glucotwin.ingest.live.credential import (
    Credential,
    credentials_of_file,
    known_credentials,
    missing_credentials,
    variable_of,
)

ACCOUNT = (Credential(name="username", title="User", hidden=False), Credential(name="password", title="Password"))
SECRET = "s3cr3t-value"  # noqa: S105  # made up


def written(tmp_path: Path, text: str, *, mode: int = 0o600) -> Path:
    file = tmp_path / "secret.txt"
    file.write_bytes(text.encode())
    file.chmod(mode)
    return file


def test_file_of_names_and_values(tmp_path: Path) -> None:
    file = written(tmp_path, f"# mine\r\nusername = anna@example.org\r\n\r\npassword={SECRET} = x\r\n")
    known = credentials_of_file(file, ACCOUNT)
    assert {name: one.get_secret_value() for name, one in known.items()} == {
        "username": "anna@example.org",
        "password": f"{SECRET} = x",
    }
    assert SECRET not in repr(known)


def test_single_line_is_the_hidden_one(tmp_path: Path) -> None:
    assert credentials_of_file(written(tmp_path, f"{SECRET}\n"), ACCOUNT)["password"].get_secret_value() == SECRET


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(NotAllowedError) as caught:
        credentials_of_file(written(tmp_path, SECRET, mode=mode), ACCOUNT)
    assert "chmod 600" in caught.value.hint


@pytest.mark.parametrize("text", ["", "\n\n", "user = a\npassword = b", f"{SECRET}\n{SECRET}", "x" * 5000, "\ufeff"])
def test_file_that_cannot_be_understood(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError) as caught:
        credentials_of_file(written(tmp_path, text), ACCOUNT)
    assert SECRET not in str(caught.value)


def test_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        credentials_of_file(tmp_path / "absent", ACCOUNT)
    with pytest.raises(GlucoTwinError):
        credentials_of_file(tmp_path, ACCOUNT)
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00\x80")
    binary.chmod(0o600)
    with pytest.raises(DataError):
        credentials_of_file(binary, ACCOUNT)


def test_file_counts_more_than_the_environment(tmp_path: Path) -> None:
    environment = {"GLUCOTWIN_DEXCOM_SHARE_USERNAME": "anna", "GLUCOTWIN_DEXCOM_SHARE_PASSWORD": "old"}
    known = known_credentials(
        "dexcom-share", ACCOUNT, file=written(tmp_path, "password = new"), environment=environment
    )
    assert {name: one.get_secret_value() for name, one in known.items()} == {"username": "anna", "password": "new"}
    assert variable_of("libre-link-up", "password") == "GLUCOTWIN_LIBRE_LINK_UP_PASSWORD"


def test_what_another_one_makes_unnecessary_is_not_missing(tmp_path: Path) -> None:
    either = (Credential(name="token", title="Token", instead="api_secret"), Credential(name="api_secret", title="S"))
    known = known_credentials("x", either, file=written(tmp_path, "api_secret = y"), environment={})
    assert missing_credentials(either, known) == ()
    assert [one.name for one in missing_credentials(either, {})] == ["token", "api_secret"]
