"""Writes docs/reference/openapi.json from the service's endpoints; ``--check`` only tells whether it is up to date."""

import json
import sys
from pathlib import Path

from glucotwin.service.document import interface_document

PAGE = Path(__file__).parent / "reference" / "openapi.json"
COMMAND = "uv run python docs/generate_openapi.py"


def render_page() -> str:
    """The whole document."""
    return json.dumps(interface_document(), indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Writes the document, or compares it with ``--check``; the exit code says whether it is up to date."""
    wanted = render_page()
    if "--check" not in arguments:
        PAGE.write_text(wanted, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == wanted:
        return 0
    sys.stderr.write(f"{PAGE.name} is out of date. Run: {COMMAND}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
