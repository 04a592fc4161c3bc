"""``glucotwin dose``: one decision of a dosing algorithm."""

from typing import TextIO

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.control.algorithm import ALGORITHMS


@click.command(
    "dose",
    cls=Command,
    examples=("glucotwin dose --algorithm loop input.json", "glucotwin dose --algorithm oref0 - < input.json"),
)
@click.argument("source", metavar="INPUT", type=click.File(encoding="utf-8-sig"))
@click.option("--algorithm", type=click.Choice(tuple(ALGORITHMS)), required=True, help="Whose decision.")
@click.option(
    "--limits",
    metavar="FILE",
    type=click.File(encoding="utf-8-sig"),
    help="JSON with limits outside the algorithm; the answer gets the dose within them.",
)
@click.pass_obj
def command(console: Console, source: TextIO, algorithm: str, limits: TextIO | None) -> None:
    """Decide once as a dosing algorithm does, for research; INPUT is the JSON that its original takes.

    The answer is JSON with the original's own names: for Loop the recommendation or error, the forecast and every
    effect in it; for oref0 the stages glucose_status, autosens, iob, meal and result. With the same input it can be
    compared with any other implementation. It is no advice to a person.

    With --limits the answer also has safety: the dose that was wanted, the one that the limits leave, and the reason
    of every change.
    """
    from glucotwin.workflows.dose import decide_dose

    answer = decide_dose(source, algorithm=algorithm, limits=limits)
    for warning in _warnings(answer):
        console.warn(warning)
    console.write_json(answer)


def _warnings(answer: dict[str, object]) -> list[str]:
    warnings = answer.get("warnings")
    return [str(one) for one in warnings] if isinstance(warnings, list) else []
