"""``glucotwin forecast train``: learn what twins miss, for later forecasts."""

from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from glucotwin.cli.authority import local_authority
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.horizon import Horizons
from glucotwin.cli.option import PersonArguments, import_options, person_options
from glucotwin.cli.table import aligned

if TYPE_CHECKING:
    from glucotwin.workflows.forecast_train import TrainAnswer


@click.command(
    "train",
    cls=Command,
    examples=("glucotwin forecast train my-timeline --out me.learned.npz",),
)
@click.argument("sources", metavar="DIR|FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="File to write; beside me.twin.json, me.learned.npz is found by itself.",
)
@click.option("--overwrite", is_flag=True, help="Replace the file if it exists.")
@click.option(
    "--horizons", type=Horizons(), default="15,30,60,120,240", show_default=True, help="Minutes ahead to learn for."
)
@click.option("--twins", type=click.Path(path_type=Path), help="Folder to keep fitted twins in and find them again.")
@person_options
@click.pass_obj
def command(
    console: Console,
    sources: tuple[Path, ...],
    out: Path,
    overwrite: bool,
    horizons: tuple[int, ...],
    twins: Path | None,
    **person: Unpack[PersonArguments],
) -> None:
    """Learn from everybody in DIR|FILE what their twins miss, and save it for forecasts.

    One person's record is enough; more people's make it better. A forecast finds the file beside its twin, or is
    given it by --learned.
    """
    from glucotwin.core.message import message
    from glucotwin.core.progress import part_of
    from glucotwin.ingest.people import read_people
    from glucotwin.workflows.forecast_train import train_people

    with console.progress(message("forecast-train-progress")) as progress:
        people = read_people(sources, import_options(**person), progress=part_of(progress, start=0.0, end=0.1))
        answer = train_people(
            people.timelines,
            horizons=horizons,
            twins=twins,
            out=out,
            overwrite=overwrite,
            left_out=people.left_out,
            authority=local_authority(),
            progress=part_of(progress, start=0.1, end=1.0),
        )
    if console.as_json:
        console.write_json(answer.to_json())
    else:
        console.write(_page(answer))


def _page(answer: "TrainAnswer") -> str:
    from glucotwin.core.message import message

    learned = answer.learned
    names = [member.recipe.name for member in next(iter(learned.horizons.values())).stack.members]
    rows = [(message("forecast-evaluate-column-min"), *(message(f"forecast-train-{name}") for name in names))]
    rows += [
        (str(horizon), *(f"{100.0 * weight:.0f} %" for weight in one.stack.weights))
        for horizon, one in learned.horizons.items()
    ]
    left_out = [
        message("forecast-evaluate-left-out", person=one.person_id, reason=one.reason) for one in answer.left_out
    ]
    title = message("forecast-train-title", people=len(learned.profiles), path=str(answer.path))
    return "\n\n".join([title, aligned(rows, right=frozenset(range(len(rows[0])))), *left_out])
