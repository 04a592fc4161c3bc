"""What scripts that make a folder of pages share: writing the pages, or with ``--check`` comparing them."""

import sys
from collections.abc import Mapping
from pathlib import Path


def write_or_check(folder: Path, pages: Mapping[Path, str]) -> int:
    """Writes the pages, or with ``--check`` says whether they must be written again.

    Args:
        folder: where all of them are; it holds no other pages.
        pages: every page by its file.

    Returns:
        The exit code: 0, or 1 when ``--check`` finds pages that are missing, stale or too many.
    """
    if sys.argv[1:] == ["--check"]:
        stale = [path.name for path, text in pages.items() if not path.is_file() or path.read_text("utf-8") != text]
        stale += [path.name for path in folder.glob("*.md") if path not in pages]
        sys.stderr.write("\n".join(stale))
        return 1 if stale else 0
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")
    return 0
