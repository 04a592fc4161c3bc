"""Small files that the import tests write."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a text file of the given lines and gives back its path."""

    def write_lines(*lines: str, name: str = "data.csv") -> Path:
        file = tmp_path / name
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return file

    return write_lines


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real exports beside the repository; tests that need it are skipped where it is absent."""
    folder = Path(__file__).resolve().parents[4] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder of real exports is not here")
    return folder
