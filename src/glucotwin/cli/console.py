"""Where a command's words go: data to stdout, talk and progress to stderr."""

import json
import math
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import click

from glucotwin.core.progress import ProgressCallback

if TYPE_CHECKING:
    # rich costs a tenth of a second, which ``--help`` cannot spare.
    import rich.console


@dataclass(kw_only=True)
class Console:
    """The two streams of one command run.

    Attributes:
        as_json: the caller wants JSON on stdout instead of text.
        verbose: the caller wants details, and the traceback of a failure.
    """

    as_json: bool = False
    verbose: bool = False

    @cached_property
    def terminal(self) -> "rich.console.Console":
        """Rich console on stderr; colourless when ``NO_COLOR`` is set or stderr is no terminal."""
        from rich.console import Console as RichConsole

        return RichConsole(stderr=True, highlight=False, soft_wrap=True)

    def write(self, text: str) -> None:
        """Writes data to stdout, with a newline."""
        click.echo(text)

    def write_json(self, value: object) -> None:
        """Writes a JSON value to stdout; numbers that are not finite become null, which every reader understands.

        Args:
            value: mappings, sequences, strings, numbers, booleans and None, nested as needed.

        Raises:
            TypeError: something in it is no JSON value.
        """
        click.echo(json.dumps(_without_non_finite(value), indent=2, ensure_ascii=False, allow_nan=False))

    def write_json_line(self, value: object) -> None:
        """Writes a JSON value as one line to stdout, for readers that take answers as they come.

        Args:
            value: as for ``write_json``.
        """
        click.echo(json.dumps(_without_non_finite(value), ensure_ascii=False, allow_nan=False))

    def say(self, text: str) -> None:
        """Tells people something on stderr."""
        self.terminal.print(text, markup=False)

    def detail(self, text: str) -> None:
        """Tells people something on stderr if they asked for details."""
        if self.verbose:
            self.terminal.print(text, markup=False, style="dim")

    def warn(self, text: str) -> None:
        """Warns people on stderr."""
        self._labelled("warning", text, style="bold yellow")

    def fail(self, code: str, text: str, *, hint: str = "") -> None:
        """Reports a failure: ``error[code]`` and a hint on stderr, and with ``--json`` the same as data on stdout."""
        self._labelled(f"error[{code}]", text, style="bold red")
        if hint:
            self._labelled("hint", hint, style="bold cyan")
        if self.as_json:
            self.write_json({"error": {"code": code, "message": text, "hint": hint}})

    def _labelled(self, label: str, text: str, *, style: str) -> None:
        from rich.text import Text

        self.terminal.print(Text.assemble((f"{label}: ", style), text))

    @contextmanager
    def progress(self, description: str, total: float = 1.0) -> Generator[ProgressCallback]:
        """Shows long work: a bar that disappears on a terminal, otherwise one line for each new stage.

        Args:
            description: what is being done, shown until the work names its first stage.
            total: the value of the callback's second argument that means all done.

        Yields:
            The callback to hand to a workflow.
        """
        if self.terminal.is_terminal:
            with self._bar(description, total) as tell:
                yield tell
        else:
            yield self._line_per_stage(description)

    def _line_per_stage(self, description: str) -> ProgressCallback:
        told = {description}
        self.say(f"{description} …")

        def tell(stage: str, fraction: float) -> None:
            if stage not in told:
                told.add(stage)
                self.say(f"{stage} …")

        return tell

    @contextmanager
    def _bar(self, description: str, total: float) -> Generator[ProgressCallback]:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.terminal, transient=True) as bars:
            task = bars.add_task(description, total=total)
            yield lambda stage, fraction: bars.update(task, description=stage, completed=fraction)


def _without_non_finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _without_non_finite(part) for key, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_without_non_finite(part) for part in value]
    return value
