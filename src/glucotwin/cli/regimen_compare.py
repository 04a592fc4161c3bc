"""``glucotwin regimen compare``: HbA1c and weight within months on candidate medicines."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.table import aligned

if TYPE_CHECKING:
    from glucotwin.workflows.regimen import CandidateCourse


@click.command(
    "compare",
    cls=Command,
    examples=("glucotwin regimen compare person.json --candidates metformin:2000,semaglutide:1 --months 6 --json",),
)
@click.argument("person", type=click.Path(path_type=Path))
@click.option("--candidates", required=True, help="NAME:DOSE, combined by +, separated by commas.")
@click.option("--months", type=click.IntRange(1, 24), default=6, show_default=True, help="Horizon.")
@click.option("--height-cm", type=click.FloatRange(120, 220), help="Height; default 162 (women) or 176 (men).")
@click.pass_obj
def command(console: Console, person: Path, candidates: str, months: int, height_cm: float | None) -> None:
    """Compare medicines, each added to what the person in the file PERSON takes today.

    PERSON is JSON or YAML with the keys of `glucotwin complications --schema`. Ranges are the 10th to 90th percentile
    of how people respond.
    """
    from glucotwin.core.message import message
    from glucotwin.workflows.regimen import compare_regimens

    names = [one.strip() for one in candidates.split(",") if one.strip()]
    height_m = None if height_cm is None else height_cm / 100.0
    with console.progress(message("regimen-progress")) as progress:
        answers = compare_regimens(person, names, months=months, height_m=height_m, progress=progress)
    if console.as_json:
        console.write_json(
            {"months": months, "candidates": {one.name or "unchanged": one.to_json() for one in answers}}
        )
        return
    console.write(_page(answers))
    console.say(message("regimen-not-advice"))


def _page(answers: "tuple[CandidateCourse, ...]") -> str:
    from glucotwin.core.message import message

    header = [message("regimen-column-candidate")]
    header += [message("regimen-column-hba1c", months=month) for month in answers[0].hba1c_pct]
    header += [message("regimen-column-weight"), message("regimen-column-lows")]
    rows = [_row(one) for one in answers]
    notes = [
        message("regimen-note", candidate=one.name, text=message(caution))
        for one in answers
        for caution in one.cautions
    ]
    return "\n".join([aligned([tuple(header), *rows]), "", *notes])


def _row(answer: "CandidateCourse") -> tuple[str, ...]:
    from glucotwin.core.message import message

    values = [f"{median:.1f} ({low:.1f}-{high:.1f})" for median, low, high in answer.hba1c_pct.values()]
    lows = "" if answer.felt_lows_per_y is None else f"{answer.felt_lows_per_y:.2f}"
    return (answer.name or message("regimen-unchanged"), *values, f"{answer.weight_change_kg:+.1f}", lows)
