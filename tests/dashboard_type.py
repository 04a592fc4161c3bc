"""Whether answers are what the dashboard's types say: the TypeScript compiler checks them like a page's own."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from dashboard_page import ROOT, find_node

TYPES = ROOT / "web" / "src" / "api" / "types.ts"
COMPILER = ROOT / "web" / "node_modules" / "typescript" / "bin" / "tsc"
OPTIONS = ("--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2023", "--module", "esnext")


def mistyped(answers: Mapping[str, Sequence[object]], folder: Path, *, types: Path = TYPES) -> list[str]:
    """What the compiler has against answers; empty when they are of their types, without a field more or less.

    Args:
        answers: JSON values by the name of their type.
        folder: for the file that is checked.
        types: the file that the types are in.
    """
    if not COMPILER.is_file():
        pytest.skip("the dashboard is not built")
    lines = [f'import type {{ {", ".join(answers)} }} from "{types.with_suffix(".js").as_posix()}";']
    for name, values in answers.items():
        lines += [
            f"export const _{name}{number}: {name} =\n{json.dumps(_short(value), indent=1)};"
            for number, value in enumerate(values)
        ]
    file = folder / "answer.ts"
    file.write_text("\n".join(lines), encoding="utf-8")
    command = [str(find_node()), str(COMPILER), *OPTIONS, "--moduleResolution", "bundler", str(file)]
    found = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    source = file.read_text(encoding="utf-8").splitlines()
    return [] if found.returncode == 0 else [_with_line(one, source) for one in found.stdout.splitlines()]


def _short(value: object) -> object:
    """The first of every long list: its others are alike, and the compiler takes long over thousands."""
    if isinstance(value, dict):
        return {name: _short(one) for name, one in value.items()}
    return [_short(one) for one in value[:20]] if isinstance(value, list) else value


def _with_line(complaint: str, source: list[str]) -> str:
    place = complaint.partition("(")[2].partition(",")[0]
    return f"{complaint} | {source[int(place) - 1].strip()}" if place.isdigit() else complaint
