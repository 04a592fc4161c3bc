"""Where the documentation lies."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root."""
    return Path(__file__).parents[2]


@pytest.fixture(scope="session")
def docs(root: Path) -> Path:
    """The folder of the documentation pages."""
    return root / "docs"
