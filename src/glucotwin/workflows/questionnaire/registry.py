"""Which questionnaires there are: our own, and those that a site has put into a folder."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.workflows.questionnaire.definition import Questionnaire, read_questionnaire

OWN = ("daily-life",)
"""Files in ``data/``."""
SITES = "questionnaires"
"""Folder of a service's data for questionnaires that a site may use: many may not be passed on with software."""


@cache
def own_questionnaires() -> tuple[Questionnaire, ...]:
    """Those that come with GlucoTwin."""
    data = Path(str(resources.files("glucotwin.workflows.questionnaire"))) / "data"
    return tuple(read_questionnaire(data / f"{name}.json") for name in OWN)


def questionnaires_in(folder: Path | None) -> Mapping[str, Questionnaire]:
    """All questionnaires by name; a site's own takes the place of ours of the same name.

    Args:
        folder: with a site's definitions; may not exist.

    Raises:
        DataError: a file in it is no questionnaire that is known here.
    """
    files = sorted(folder.glob("*.json")) if folder is not None and folder.is_dir() else []
    return {one.name: one for one in (*own_questionnaires(), *(read_questionnaire(file) for file in files))}


def find_questionnaire(known: Mapping[str, Questionnaire], name: str) -> Questionnaire:
    """The questionnaire of a name.

    Raises:
        NotFoundError: there is none.
    """
    if name not in known:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME, message("questionnaire-unknown", name=name[:64]), hint=", ".join(sorted(known))
        )
    return known[name]
