"""Everything public is documented, and generated pages are up to date."""

import re
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

import pytest

from glucotwin.cli.command import INTERNAL_CODE, SYSTEM_CODE, USAGE_CODE
from glucotwin.cli.main import COMMANDS
from glucotwin.core.claim import Verdict
from glucotwin.core.error import ErrorCode
from glucotwin.core.profile import Capability, Profile, Role
from glucotwin.ingest.live.registry import SOURCES
from glucotwin.ingest.mapped.mapping import MappedFormat
from glucotwin.ingest.registry import FORMATS
from glucotwin.ingest.write.registry import WRITERS
from glucotwin.physiology.module.registry import MODULES

GENERATORS = (
    "generate_cli_reference.py",
    "generate_device_pages.py",
    "generate_model_pages.py",
    "generate_openapi.py",
)


def code_rows(page: Path) -> dict[str, str]:
    """Rows of the page's tables that begin with a name in code: the name and the rest of the row."""
    rows = re.findall(r"^\| `([^`]+)` \|(.+)\|$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {name: rest.strip() for name, rest in rows}


@pytest.mark.parametrize("generator", GENERATORS)
def test_generated_pages_are_what_the_code_says(generator: str, root: Path, docs: Path) -> None:
    command = [sys.executable, str(docs / generator), "--check"]
    finished = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=120)
    assert finished.returncode == 0, f"Run: uv run python docs/{generator}\n{finished.stderr}"


@pytest.mark.parametrize("name", MODULES)
def test_every_module_has_a_page_and_a_verdict(name: str, root: Path, docs: Path) -> None:
    assert (docs / "models" / "module" / f"{name}.md").read_text(encoding="utf-8").startswith("# ")
    table = (root / "validation" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(rf"^\| {name} \|.*\| (\S+) \|$", table, flags=re.MULTILINE)
    assert rows
    assert {*rows} <= {verdict.value for verdict in Verdict}


def test_every_format_source_and_writer_stands_in_its_page(docs: Path) -> None:
    pages = {
        "reference/formats.md": {one.name for one in FORMATS} | {MappedFormat.name},
        "how-to/sync.md": {one.name for one in SOURCES},
        "how-to/export-data.md": set(WRITERS),
    }
    for page, names in pages.items():
        rows = re.findall(
            r"^\| `([a-z0-9][a-z0-9-]*)` \|", (docs / page).read_text(encoding="utf-8"), flags=re.MULTILINE
        )
        assert set(rows) == names, page


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_used_in_a_page_written_by_hand(name: str, docs: Path) -> None:
    pages = [page for page in docs.rglob("*.md") if page.name != "cli.md" and page.parent.name != "decisions"]
    assert any(f"glucotwin {name}" in page.read_text(encoding="utf-8") for page in pages)


def test_every_error_code_is_documented_and_no_other(docs: Path) -> None:
    frame_codes = {USAGE_CODE, SYSTEM_CODE, INTERNAL_CODE}
    assert set(code_rows(docs / "reference" / "errors.md")) == {code.value for code in ErrorCode} | frame_codes


def test_every_documented_error_says_what_it_means_and_what_to_do(docs: Path) -> None:
    rows = code_rows(docs / "reference" / "errors.md")
    assert [name for name, rest in rows.items() if not all(cell.strip() for cell in rest.split("|"))] == []
    assert all(rest.count("|") == 1 for rest in rows.values())


@pytest.mark.parametrize("kind", [Profile, Role, Capability])
def test_every_profile_role_and_capability_is_explained(kind: type[StrEnum], docs: Path) -> None:
    page = (docs / "explanation" / "profiles.md").read_text(encoding="utf-8")
    assert [member.value for member in kind if f"`{member.value}`" not in page] == []


def test_every_decision_record_has_its_four_parts(docs: Path) -> None:
    records = sorted((docs / "decisions").glob("[0-9]*.md"))
    parts = ("# ", "## Context", "## Decision", "## Consequences")
    wanting = {
        record.name: [part for part in parts if not re.search(rf"^{part}", record.read_text("utf-8"), re.MULTILINE)]
        for record in records
    }
    assert records
    assert {name: missing for name, missing in wanting.items() if missing} == {}


def test_decision_records_are_numbered_without_repeats(docs: Path) -> None:
    numbers = [record.name[:4] for record in (docs / "decisions").glob("[0-9]*.md")]
    assert len(numbers) == len(set(numbers))
