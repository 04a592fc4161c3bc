"""The documentation builds strictly: no dead link, no page that the menu forgets, nothing loaded from elsewhere."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built pages."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    finished = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=120)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return folder


def test_documentation_builds_without_a_warning(site: Path, docs: Path) -> None:
    written = {page.relative_to(docs).as_posix().replace("README.md", "index.md") for page in docs.rglob("*.md")}
    assert {page.removesuffix(".md") + ".html" for page in written} | {"404.html"} == {
        page.relative_to(site).as_posix() for page in site.rglob("*.html")
    }


def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    index = (site / "index.html").read_text(encoding="utf-8")
    loaded = [line for line in index.splitlines() if ("<script" in line or "<link" in line) and "://" in line]
    assert loaded == []


def test_site_holds_no_programs(site: Path) -> None:
    assert list(site.rglob("*.py")) == []
