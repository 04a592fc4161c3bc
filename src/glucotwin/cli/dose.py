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
@click.pass_obj
def command(console: Console, source: TextIO, algorithm: str) -> None:
    """Decide once as a dosing algorithm does, for research; INPUT is the JSON that its original takes.

    The answer is JSON with the original's own names: for Loop the recommendation or error, the forecast and every
    effect in it; for oref0 the stages glucose_status, autosens, iob, meal and result. With the same input it can be
    compared with any other implementation. It is no advice to a person.
    """
    from glucotwin.workflows.dose import decide_dose

    answer = decide_dose(source, algorithm=algorithm)
    for warning in _warnings(answer):
        console.warn(warning)
    console.write_json(answer)


def _warnings(answer: dict[str, object]) -> list[str]:
    warnings = answer.get("warnings")
    return [str(one) for one in warnings] if isinstance(warnings, list) else []
