"""What was learned on top of twins, named wrongly, ends the service before it begins."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest


def test_a_file_that_holds_nothing_learned_is_named(
    invoke: Callable[..., CompletedProcess[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "wrong.learned.npz"
    file.write_bytes(b"nothing")
    monkeypatch.setenv("GLUCOTWIN_LEARNED", str(file))
    finished = invoke("serve", "--data", tmp_path / "data", "--port", 0, "--no-browser")
    assert finished.returncode == 2
    assert "wrong.learned.npz" in finished.stderr
    assert not (tmp_path / "data").exists()
