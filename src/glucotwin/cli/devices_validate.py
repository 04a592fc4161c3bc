"""``glucotwin devices validate``: what devices do to simulated people's glucose and doses."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.table import aligned

if TYPE_CHECKING:
    from glucotwin.workflows.device_validation.validate import DeviceValidation


@click.command(
    "validate",
    cls=Command,
    examples=(
        "glucotwin devices validate dexcom-g7 --plot g7.png",
        "glucotwin devices validate omnipod",
        "glucotwin devices validate --json",
    ),
)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--subject", default="adult", show_default=True, help="Whose days: a subject, a group, or all.")
@click.option("--days", type=click.IntRange(1, 366), default=15, show_default=True, help="How many days.")
@click.option(
    "--each",
    "devices_each",
    type=click.IntRange(1, 200),
    default=20,
    show_default=True,
    help="Sensors of a kind that each person wears at once.",
)
@click.option("--seed", type=click.IntRange(min=0), default=11, show_default=True, help="Seed of days and devices.")
@click.option("--plot", type=click.Path(path_type=Path), help="PNG or SVG file for the errors of the sensors.")
@click.pass_obj
def command(
    console: Console, names: tuple[str, ...], subject: str, days: int, devices_each: int, seed: int, plot: Path | None
) -> None:
    """Measure devices on simulated people, beside published figures and 21 CFR 862.1355; all of them without a NAME.

    Sensors are worn through careless days of the full type 1 body and compared every 15 min with plasma glucose; meters
    also with ISO 15197:2013. Pumps are told rates and boluses as on a balance. One device is shown figure by figure,
    several as an overview; --json has everything.
    """
    from glucotwin.core.message import message
    from glucotwin.workflows.device_validation.validate import DeviceValidationRequest, validate_devices

    request = DeviceValidationRequest(names=names, subject=subject, days=days, devices_each=devices_each, seed=seed)
    with console.progress(message("devices-validate-progress")) as progress:
        validation = validate_devices(request, progress=progress)
    if plot is not None:
        from glucotwin.workflows.device_validation.figure import draw_validation

        draw_validation(validation, plot)
    if console.as_json:
        console.write_json(validation.to_json())
    else:
        _show(console, validation)


def _show(console: Console, validation: "DeviceValidation") -> None:
    from glucotwin.core.message import message
    from glucotwin.workflows.device_validation.table import device_rows, overview_rows

    if len(validation.devices) == 1:
        console.write(aligned(device_rows(validation.devices[0]), right=frozenset({1, 2})))
    else:
        rows = overview_rows(validation)
        console.write(aligned(rows, right=frozenset(range(1, len(rows[0])))))
    facts = validation.course_facts()
    if facts:
        console.say(
            message(
                "devices-validate-course",
                people=str(facts["people"]),
                each=str(facts["devices_each"]),
                days=str(facts["days"]),
                below=str(facts["below_70_pct"]),
                above=str(facts["above_180_pct"]),
            )
        )
