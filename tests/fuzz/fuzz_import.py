"""Coverage-guided fuzzing of the import.

``uv run --with atheris python tests/fuzz/fuzz_import.py FOLDER_OF_EXPORTS -max_total_time=600``

Anything but a timeline or a typed refusal stops it and leaves the input beside the command.
"""

import sys
import tempfile
from pathlib import Path

import atheris  # pyright: ignore  # installed for this run only

with atheris.instrument_imports(include=["glucotwin.ingest"]):  # pyright: ignore[reportAttributeAccessIssue]
    from glucotwin.ingest.format import ImportOptions
    from glucotwin.ingest.reader import import_path

from glucotwin.core.error import GlucoTwinError

OPTIONS = ImportOptions(zone="Europe/Berlin")
PLACE = Path(tempfile.mkdtemp(prefix="glucotwin-fuzz-")) / "export"


def survives(data: bytes) -> None:
    """Imports the bytes as a file."""
    PLACE.write_bytes(data)
    try:
        import_path(PLACE, OPTIONS)
    except GlucoTwinError:
        return


if __name__ == "__main__":
    atheris.Setup(sys.argv, survives)
    atheris.Fuzz()
