"""``glucotwin genotype``."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from glucotwin.core.message import message_identifiers
from glucotwin.domain.genotype import Uncalled

Invoke = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def genome(tmp_path: Path) -> Path:
    """A table of a genotype service with three listed variants and one that is nobody's business."""
    file = tmp_path / "genome.txt"
    lines = (
        "# 23andMe, build 37, plus strand",
        "# rsid\tchromosome\tposition\tgenotype",
        "rs429358\t19\t45411941\tTC",
        "rs7903146\t10\t114758349\tCT",
        "rs1057910\t10\t96741053\tAC",
        "rs8192675\t3\t170724883\t--",
    )
    file.write_text("\n".join(lines) + "\n")
    return file


def test_table_shows_variant_gene_genotype_effect_and_evidence(invoke: Invoke, genome: Path) -> None:
    finished = invoke("genotype", genome)
    assert finished.returncode == 0
    row = next(line for line in finished.stdout.splitlines() if line.startswith("rs1057910"))
    shown = ("CYP2C9 *3", "A/C", "1 of C", "sulfonylurea-clearance", "x 0.67 (0.60 to 0.75)", "strong", "yes")
    assert [word for word in shown if word not in row] == []
    assert "No twin of this version uses these factors" in finished.stdout
    assert "not read by the service: rs8192675" in finished.stdout
    assert "no medical finding" in finished.stderr
    assert "rs429358" not in finished.stdout + finished.stderr


def test_effect_is_switched_off(invoke: Invoke, genome: Path) -> None:
    answer = json.loads(invoke("genotype", genome, "--off", "rs1057910", "--json").stdout)
    assert [factor["quantity"] for factor in answer["factors"]] == ["incretin-effect"]
    assert {one["rsid"]: one["off"] for one in answer["variants"]} == {"rs1057910": True, "rs7903146": False}
    assert json.loads(invoke("genotype", genome, "--off", "all", "--json").stdout)["factors"] == []
    assert "  nothing" in invoke("genotype", genome, "--off", "all").stdout


def test_unknown_variant_cannot_be_switched_off(invoke: Invoke, genome: Path) -> None:
    finished = invoke("genotype", genome, "--off", "rs1")
    assert finished.returncode == 2
    assert "no listed variant" in finished.stderr


def test_json_says_that_no_twin_uses_it(invoke: Invoke, genome: Path) -> None:
    answer = json.loads(invoke("genotype", genome, "--json").stdout)
    assert answer["used_by_twins"] is False
    assert (answer["format"], answer["build"], answer["build_told_by"]) == ("23andMe", "GRCh37", "comments")


def test_saved_genotype_shows_the_same_and_holds_nothing_else(invoke: Invoke, genome: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.json"
    first = json.loads(invoke("genotype", genome, "--out", out, "--json").stdout)
    assert "rs429358" not in out.read_text()
    again = json.loads(invoke("genotype", out, "--json").stdout)
    assert {name: first[name] for name in ("variants", "factors", "uncalled", "build")} == {
        name: again[name] for name in ("variants", "factors", "uncalled", "build")
    }
    assert "a saved genotype" in invoke("genotype", out).stdout
    assert invoke("genotype", genome, "--out", out).returncode == 2


@pytest.mark.parametrize(
    "content", [b"", b"time,glucose_mgdl\n", b"\x00\x01\x02", b'{"schema": "glucotwin-genotype/1"}']
)
def test_other_files_are_refused(invoke: Invoke, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other").write_bytes(content)
    assert invoke("genotype", tmp_path / "other").returncode == 2


def test_empty_genotype_is_told(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "genome.txt").write_text("rsid\tchromosome\tposition\tgenotype\nrs1\t1\t101\tAA\nbroken\n")
    page = invoke("genotype", tmp_path / "genome.txt").stdout
    assert "No listed variant was read." in page
    assert "1 lines could not be read." in page


def test_every_reason_has_its_words() -> None:
    assert {f"genotype-uncalled-{reason}" for reason in Uncalled} <= set(message_identifiers())
