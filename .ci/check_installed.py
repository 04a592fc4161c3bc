"""Checks an installed GlucoTwin: every module imports, and every file of the source tree came along."""

import importlib
import pkgutil
import sys
from pathlib import Path

import glucotwin

OF_EXTRAS = ("glucotwin.workflows.agent", "glucotwin.service.identity.provider")
"""Packages that need an extra, which a plain installation lacks; they say so when they are imported."""


def main() -> None:
    """Exits with a message when a module does not import or a file is missing."""
    package = Path(glucotwin.__path__[0])
    sources = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    missing = [name for name in sources if not (package.parent / name.removeprefix("src/")).is_file()]
    if missing:
        sys.exit("Not in the wheel: " + ", ".join(missing))
    # Built when the package is, so git does not list it.
    if not (package / "service" / "static" / "index.html").is_file():
        sys.exit("Not in the wheel: the dashboard")
    # A package that fails while it is walked is listed all the same, and fails again below unless it is of an extra.
    walked = pkgutil.walk_packages(glucotwin.__path__, "glucotwin.", onerror=lambda _: None)
    modules = sorted(module.name for module in walked if not module.name.startswith(OF_EXTRAS))
    for name in modules:
        importlib.import_module(name)
    sys.stdout.write(f"{len(modules)} modules import; {len(sources)} files are in the wheel\n")


if __name__ == "__main__":
    main()
