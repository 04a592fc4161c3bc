"""Whatever happens to an export on its way, an import is a timeline or a typed refusal.

A hundred thousand damaged files in all; run them with ``uv run pytest -m slow tests/property/ingest/test_damage.py``.
"""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glucotwin.core.error import GlucoTwinError
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.reader import import_path

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
TEXTS = frozenset({".csv", ".json", ".xml", ".txt", ".vcf"})
LARGEST_TEXT = 16_384
"""Bytes of a text that are kept: damage to one row is like damage to another."""
LARGEST_OTHER = 400_000
EXAMPLES = 2_500
OPTIONS = ImportOptions(zone="Europe/Berlin")


def corpus() -> list[Path]:
    """Real exports of every kind, small enough to be read thousands of times."""
    files = (one for one in sorted(SHARED.glob("exports/**/*")) if one.is_file() and one.suffix != ".md")
    return [one for one in files if one.suffix in TEXTS or one.stat().st_size < LARGEST_OTHER]


def beginning(path: Path) -> bytes:
    """A text's first whole lines, or everything of another file."""
    data = path.read_bytes()
    if path.suffix not in TEXTS or len(data) <= LARGEST_TEXT:
        return data
    return data[: data.rfind(b"\n", 0, LARGEST_TEXT) + 1] or data[:LARGEST_TEXT]


changes = st.lists(st.tuples(st.floats(0.0, 1.0, exclude_max=True), st.binary(min_size=1, max_size=4)), max_size=6)


@pytest.mark.slow
@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_damaged_export_is_read_or_refused(path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    whole, place = beginning(path), tmp_path_factory.mktemp("damaged") / "export"

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
    @given(changes=changes, kept=st.floats(0.0, 1.0), inserted=st.booleans())
    def survives(changes: list[tuple[float, bytes]], kept: float, inserted: bool) -> None:
        data = bytearray(whole)
        for where, new in changes:
            at = int(where * len(data))
            data[at : at if inserted else at + len(new)] = new
        place.write_bytes(bytes(data[: int(kept * len(data)) + 1]))
        with suppress(GlucoTwinError):
            assert import_path(place, OPTIONS).timeline.streams

    survives()
