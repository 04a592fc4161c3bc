"""Options that say which corrections are meant, and the page that shows them."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict, TypeVar

import click

from glucotwin.cli.table import aligned

if TYPE_CHECKING:
    from glucotwin.workflows.correction import ChosenSteps, CorrectionsAnswer, Step

Decorated = TypeVar("Decorated", bound=Callable[..., object])

SHOWN = 40
"""More steps than this are counted by kind instead of listed."""


class StepArguments(TypedDict):
    """Values of the options."""

    reason: str | None
    stream: str | None
    first_day: datetime | None
    last_day: datetime | None


def step_options(function: Decorated) -> Decorated:
    """Adds the options."""
    day = click.DateTime(["%Y-%m-%d"])
    for option in (
        click.option("--to", "last_day", type=day, help="Only steps up to this local day."),
        click.option("--from", "first_day", type=day, help="Only steps from this local day on."),
        click.option("--stream", metavar="NAME", help="Only steps of this stream, e.g. meal."),
        click.option("--reason", metavar="CODE", help="Only steps for this reason, e.g. basal-milliunits."),
    ):
        function = option(function)
    return function


def chosen_steps(ids: tuple[str, ...], options: StepArguments) -> "ChosenSteps":
    """Which steps are meant."""
    from glucotwin.workflows.correction import ChosenSteps

    first, last = options["first_day"], options["last_day"]
    return ChosenSteps(
        ids=frozenset(ids),
        reason=options["reason"],
        stream=options["stream"],
        first_day=None if first is None else first.date(),
        last_day=None if last is None else last.date(),
    )


def require_choice(ids: tuple[str, ...], options: StepArguments, *, everything: bool) -> None:
    """Passes when it is said which steps are meant.

    Raises:
        click.UsageError: nothing is said, or --all beside something else.
    """
    from glucotwin.core.message import message

    said = bool(ids) or any(value is not None for value in options.values())
    if said == everything:
        raise click.UsageError(message("corrections-choose"))


def steps_page(answer: "CorrectionsAnswer") -> str:
    """The steps, one a line, or counted by kind when they are many."""
    from glucotwin.core.message import message

    if not answer.steps:
        return message("corrections-none")
    if len(answer.steps) <= SHOWN:
        columns = ("id", "time", "stream", "quantity", "original", "used", "reason", "state")
        rows = [_row(one) for one in answer.steps]
    else:
        columns = ("stream", "quantity", "reason", "steps", "taken-back")
        rows = [(*key, str(count), str(back)) for key, (count, back) in answer.counts().items()]
    return aligned([tuple(message(f"corrections-column-{name}") for name in columns), *rows])


def _row(one: "Step") -> tuple[str, ...]:
    from glucotwin.core.message import message

    step = one.step
    state = "back" if step.reversed else "left-out" if step.corrected is None else "holds"
    return (
        one.id,
        f"{step.time:%Y-%m-%d %H:%M}Z",
        step.stream,
        step.quantity,
        _text(one.value(step.original)),
        _text(one.value(step.corrected)),
        step.reason,
        message(f"corrections-state-{state}"),
    )


def _text(value: float | str | None) -> str:
    return "" if value is None else value if isinstance(value, str) else f"{value:g}"
