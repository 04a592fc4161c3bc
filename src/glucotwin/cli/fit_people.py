"""What ``glucotwin fit`` says of several people: a line each."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from glucotwin.cli.table import aligned

if TYPE_CHECKING:
    from glucotwin.workflows.fit import FitAnswer
    from glucotwin.workflows.fit_people import FitPeopleAnswer

COLUMNS = ("person", "days", "readings", "off", "verdict", "cautions")


def are_people(sources: Sequence[Path], told: bool) -> bool:
    """Whether sources hold several people: the caller says so, there are several, or it is a folder of anything."""
    from glucotwin.domain.archive import is_timeline

    return told or len(sources) > 1 or (sources[0].is_dir() and not is_timeline(sources[0]))


def people_page(answer: "FitPeopleAnswer") -> str:
    """A table of the twins, and who was left out."""
    from glucotwin.core.message import message

    header = tuple(message(f"fit-people-column-{name}") for name in COLUMNS)
    lines = [
        message("fit-people-title", people=len(answer.fits), folder=str(answer.folder)),
        "",
        aligned([header, *(_row(one) for one in answer.fits)], right=frozenset({1, 2, 3, 5})),
    ]
    if answer.left_out:
        lines += ["", message("fit-people-left-out", people=len(answer.left_out))]
        lines += [f"  {one.person_id}: {one.reason}" for one in answer.left_out]
    return "\n".join(lines)


def _row(fit: "FitAnswer") -> tuple[str, ...]:
    from glucotwin.core.message import message
    from glucotwin.core.number import number

    diagnostics = fit.twin.diagnostics
    return (
        fit.twin.person.person_id,
        number(fit.twin.window.days, 0),
        number(diagnostics.readings, 0),
        number(diagnostics.residual_sd_mgdl, 1),
        message(f"fit-people-{diagnostics.verdict}"),
        number(len(diagnostics.warnings), 0),
    )
