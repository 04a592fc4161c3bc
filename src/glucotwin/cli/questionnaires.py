"""``glucotwin questionnaires``: what people can be asked about themselves; a check of a site's own forms."""

from pathlib import Path

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.table import aligned


@click.command(
    "questionnaires",
    cls=Command,
    examples=("glucotwin questionnaires", "glucotwin questionnaires my-form.json --json"),
)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def command(console: Console, files: tuple[Path, ...]) -> None:
    """List the questionnaires that a service knows, with the scales that they are summed up to.

    With FILES, FHIR R4 Questionnaires as JSON, only these: whoever runs a service checks them so before they are put
    into the folder questionnaires of its data.
    """
    from glucotwin.core.message import message
    from glucotwin.workflows.living.questionnaire import questionnaire_json
    from glucotwin.workflows.questionnaire.definition import read_questionnaire
    from glucotwin.workflows.questionnaire.registry import own_questionnaires

    found = [questionnaire_json(read_questionnaire(file)) for file in files] or [
        questionnaire_json(one) for one in own_questionnaires()
    ]
    if console.as_json:
        console.write_json({"questionnaires": found})
        return
    header = tuple(message(f"questionnaires-column-{name}") for name in ("name", "version", "title", "scales"))
    rows = [
        (
            one["name"],
            one["version"],
            one["title"],
            "; ".join(f"{each['title']} ({each['least']:g}-{each['most']:g})" for each in one["scales"]),
        )
        for one in found
    ]
    console.write(aligned([header, *rows]))
