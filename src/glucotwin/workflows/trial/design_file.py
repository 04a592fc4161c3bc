"""Designs: those that ship with the package, by name, and anybody's own, by file."""

from importlib import resources
from pathlib import Path

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.trial.design import Design, parse_design, read_design
from glucotwin.workflows.trial.registry import experiment_place

SUFFIX = ".yaml"


def shipped_designs() -> tuple[str, ...]:
    """Names of the designs that ship with the package."""
    folder = resources.files("glucotwin.workflows.trial") / "design"
    return tuple(sorted(one.name.removesuffix(SUFFIX) for one in folder.iterdir() if one.name.endswith(SUFFIX)))


def find_design(name: str) -> Design:
    """A design by the name under which it ships, or by its file; checked by its experiment.

    Raises:
        NotFoundError: there is neither, or its experiment does not exist.
        DataError: it is no design, or its experiment finds its options impossible.
    """
    design = _shipped(name) if name in shipped_designs() else _own(name)
    experiment_place(design.experiment).load().check(design)
    return design


def _shipped(name: str) -> Design:
    file = resources.files("glucotwin.workflows.trial") / "design" / f"{name}{SUFFIX}"
    return parse_design(file.read_text(encoding="utf-8"), name=f"{name}{SUFFIX}")


def _own(name: str) -> Design:
    path = Path(name)
    if not path.suffix and not path.exists():
        hint = f"Name a YAML file, or one of: {', '.join(shipped_designs())}."
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, f"There is no trial {name!r}.", hint=hint)
    return read_design(path)
