"""What every command shares: ``--json`` and ``--verbose``, an example at the end of its help, and how it fails."""

from collections.abc import Sequence

import click

from glucotwin.cli.console import Console
from glucotwin.core.error import GlucoTwinError

EXIT_FAILED = 2
"""Exit code when the input, the request or the machine does not allow the work; the message says what to do."""
EXIT_INTERNAL = 3
"""Exit code of a defect in GlucoTwin itself."""
EXIT_INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""

USAGE_CODE = "usage"
"""Error code of a command line that cannot be understood."""
SYSTEM_CODE = "system"
"""Error code of a file or device that the operating system refuses."""
INTERNAL_CODE = "internal"
"""Error code of a defect in GlucoTwin itself."""


class Command(click.Command):
    """A GlucoTwin command: the click command with the shared options and examples.

    Use it as ``@click.command("metrics", cls=Command, examples=("glucotwin metrics cgm.csv",))`` together with
    ``@click.pass_obj``, which hands the function its ``Console``.
    """

    def __init__(self, *args: object, examples: Sequence[str], **settings: object) -> None:
        if not examples:
            raise ValueError("Every command's help ends with an example.")
        super().__init__(*args, **settings)  # pyright: ignore[reportArgumentType]  # handed on to click as they came
        self.examples = tuple(examples)
        self.params.extend((_json_option(), _verbose_option()))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the examples as they would be typed."""
        super().format_epilog(ctx, formatter)
        with formatter.section("Example" if len(self.examples) == 1 else "Examples"):
            for example in self.examples:
                formatter.write(f"{'':>{formatter.current_indent}}$ {example}\n")


def _json_option() -> click.Option:
    return click.Option(
        ["--json"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_set_json,
        help="Write the answer, or the error, as JSON to standard output.",
    )


def _verbose_option() -> click.Option:
    return click.Option(
        ["--verbose"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_set_verbose,
        help="Tell more on standard error; show the traceback of a failure.",
    )


def _set_json(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    context.ensure_object(Console).as_json |= value


def _set_verbose(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    context.ensure_object(Console).verbose |= value


def report_failure(error: BaseException, console: Console) -> int:
    """Tells what went wrong and what to do about it.

    Args:
        error: whatever ended the command.
        console: where to tell it.

    Returns:
        The exit code: 2 for input, request or machine, 3 for a defect in GlucoTwin, 130 after Ctrl-C.
    """
    # The catalogue takes a sixth of a second to load; only failures pay for it.
    from glucotwin.core.message import message

    if isinstance(error, click.Abort | KeyboardInterrupt):
        console.say(message("cli-interrupted"))
        return EXIT_INTERRUPTED
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        console.say(error.format_message())
        return EXIT_FAILED
    if console.verbose:
        _show_traceback(error, console)
    if isinstance(error, GlucoTwinError):
        console.fail(error.code, error.message, hint=error.hint)
        return EXIT_FAILED
    if isinstance(error, click.ClickException):
        console.fail(USAGE_CODE, error.format_message(), hint=_usage_hint(error))
        return EXIT_FAILED
    if isinstance(error, OSError) and error.errno is not None:
        console.fail(SYSTEM_CODE, str(error), hint=message("cli-system-hint"))
        return EXIT_FAILED
    reason = f"{type(error).__name__}: {error}"
    console.fail(INTERNAL_CODE, message("cli-internal-error", reason=reason), hint=message("cli-internal-hint"))
    return EXIT_INTERNAL


def _usage_hint(error: click.ClickException) -> str:
    from glucotwin.core.message import message

    context = error.ctx if isinstance(error, click.UsageError) else None
    return message("cli-usage-hint", command=context.command_path if context else "glucotwin")


def _show_traceback(error: BaseException, console: Console) -> None:
    import traceback

    console.detail("".join(traceback.format_exception(error)).rstrip())
