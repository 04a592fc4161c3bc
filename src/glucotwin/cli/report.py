"""``glucotwin report``: one HTML page about a person's data and twin."""

from pathlib import Path
from typing import Unpack

import click

from glucotwin.cli.authority import local_authority
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.option import PersonArguments, import_options, language_option, person_options
from glucotwin.core.unit import GlucoseUnit


@click.command(
    "report",
    cls=Command,
    examples=(
        "glucotwin report my-timeline --out report.html",
        "glucotwin report my-timeline --twin me.twin.json --out report.html --units mmol/L",
        "glucotwin report my-timeline --out bericht.html --language de",
    ),
)
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--twin", "twin_file", type=click.Path(path_type=Path), help="Twin of the person.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="HTML file to write.")
@click.option("--overwrite", is_flag=True, help="Replace an existing file at --out.")
@click.option(
    "--units",
    type=click.Choice([str(unit) for unit in GlucoseUnit]),
    default=str(GlucoseUnit.MGDL),
    show_default=True,
    help="Unit of glucose in the report; JSON is always in mg/dL.",
)
@language_option
@person_options
@click.pass_obj
def command(
    console: Console,
    source: Path,
    twin_file: Path | None,
    out: Path,
    overwrite: bool,
    units: str,
    language: str,
    **person: Unpack[PersonArguments],
) -> None:
    """Write one HTML page about the person in SOURCE, a timeline's folder or any file that can be imported.

    With a twin, forecasts are judged on the days after its fit. The page needs no network and can be printed.
    """
    from glucotwin.core.message import message, spoken_in
    from glucotwin.twin.archive import load_twin
    from glucotwin.workflows.report import ReportRequest, compose_report, open_with_quality, write_report

    with spoken_in(language), console.progress(message("report-progress", name=source.name)) as progress:
        timeline, quality = open_with_quality(source, import_options(**person))
        request = ReportRequest(
            unit=GlucoseUnit(units), quality=quality, twin=None if twin_file is None else load_twin(twin_file)
        )
        answer = compose_report(timeline, request, authority=local_authority(), progress=progress)
        write_report(answer, out, overwrite=overwrite)
    if console.as_json:
        console.write_json({"report": str(out), **answer.to_json()})
    else:
        console.write(message("report-page-written", locale=language, path=str(out)))
