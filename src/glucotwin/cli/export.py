"""``glucotwin export``: a timeline in the format of another program."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console

if TYPE_CHECKING:
    from glucotwin.workflows.export_data import ExportAnswer

FORMATS = ("fhir", "tidepool", "nightscout", "csv", "parquet")


@click.command(
    "export",
    cls=Command,
    examples=(
        "glucotwin export my-timeline --format fhir --out anna.json",
        "glucotwin export my-timeline --format nightscout --out anna-nightscout",
    ),
)
@click.argument("timeline", type=click.Path(path_type=Path))
@click.option("--format", "format_name", type=click.Choice(FORMATS), required=True, help="What to write.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="File to write (fhir, tidepool, csv) or folder (nightscout, parquet).",
)
@click.option("--overwrite", is_flag=True, help="Replace the file, or the folder of an earlier export.")
@click.pass_obj
def command(console: Console, timeline: Path, format_name: str, out: Path, overwrite: bool) -> None:
    """Write TIMELINE, a timeline's folder, in the format of another program.

    What the format has no place for is listed. Nothing is half-written: the file or folder appears whole or not at all.
    The pseudonym and where each record came from are not written.
    """
    from glucotwin.core.message import message
    from glucotwin.workflows.export_data import export_data

    with console.progress(message("export-progress", name=timeline.name)) as progress:
        answer = export_data(timeline, format_name, out, overwrite=overwrite, progress=progress)
    if console.as_json:
        console.write_json(answer.to_json())
        return
    console.write(_page(answer))


def _page(answer: "ExportAnswer") -> str:
    from glucotwin.core.message import message

    counts = ", ".join(f"{count:,} {stream}" for stream, count in answer.records.items() if count)
    losses = [f"  {one.text}" for one in answer.losses] or [f"  {message('export-no-losses')}"]
    return "\n".join(
        [
            message("export-written", person=answer.person_id, path=str(answer.path), format=answer.format_name),
            message("export-records", records=counts),
            "",
            message("export-losses"),
            *losses,
        ]
    )
