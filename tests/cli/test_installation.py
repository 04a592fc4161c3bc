"""``glucotwin backup``, ``restore`` and ``audit verify`` on an installation of its own."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from glucotwin.store.audit import append_audit
from glucotwin.store.data_folder import open_data_folder
from glucotwin.store.desk import desk_of
from glucotwin.store.person import list_people
from made_up_store import made_up_account, made_up_person

Invoke = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def place() -> Generator[Path]:
    """A short path that the database's own user can reach."""
    made = Path(tempfile.mkdtemp(prefix="gt-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_an_installation_is_backed_up_brought_back_and_checked(invoke: Invoke, place: Path) -> None:
    with open_data_folder(place / "data") as database:
        account = made_up_account(database)
        person = made_up_person(database, account)
        append_audit(database, account_id=account.account_id, role="person", person_id=None, action="x", outcome="200")
        # Beside somebody who has it open.
        made = invoke("backup", place / "a.backup", "--keys", place / "keys.tar", "--data", place / "data", "--json")
        assert made.returncode == 0, made.stderr
        assert json.loads(made.stdout)["rows"]["person"] == 1
        refused = invoke("restore", place / "a.backup", "--data", place / "data")
        assert refused.returncode == 2
        checked = invoke("audit", "verify", "--data", place / "data", "--json")
        assert json.loads(checked.stdout)["entries"] == 2
    restored = invoke("restore", place / "a.backup", "--keys", place / "keys.tar", "--data", place / "again")
    assert restored.returncode == 0, restored.stderr
    assert "1 people" in restored.stdout
    with open_data_folder(place / "again") as database, desk_of(database, account.account_id) as desk:
        assert [one for one, _ in list_people(desk)] == [person.person_id]


@pytest.mark.parametrize("command", [("backup", "a.backup"), ("audit", "verify")])
def test_where_nothing_is_there_is_nothing_to_look_after(
    invoke: Invoke, tmp_path: Path, command: tuple[str, ...]
) -> None:
    finished = invoke(*command, "--data", tmp_path / "none", "--json")
    assert finished.returncode == 2
    assert json.loads(finished.stdout)["error"]["code"] == "unknown-name"
    assert not (tmp_path / "none").exists()
