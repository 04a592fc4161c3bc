"""Tables in ``data``: comma separated, with comments above."""

import csv
from importlib import resources


def read_rows(name: str, *, package: str = "glucotwin.physiology") -> list[dict[str, str]]:
    """The rows of a table; lines that begin with ``#`` say where its numbers come from.

    Args:
        name: of the file in the package's ``data``.
        package: whose.
    """
    text = (resources.files(package) / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
