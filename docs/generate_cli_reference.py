"""Writes docs/reference/cli.md from what ``glucotwin --help`` says; ``--check`` only tells whether it is up to date."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from glucotwin.cli.main import glucotwin

PAGE = Path(__file__).parent / "reference" / "cli.md"
COMMAND = "uv run python docs/generate_cli_reference.py"
INTRODUCTION = f"""\
# Command line

<!-- Made by `{COMMAND}`; edit the commands, not this page. -->

Data go to standard output, everything else to standard error. Every command takes `--json` and `--verbose`.
Exit codes: 0 done; 2 the input, the request or the machine does not allow it (the message says what to do);
3 a defect in GlucoTwin; 130 interrupted. Failures are listed in [Errors](errors.md).
"""


def render_page() -> str:
    """The whole page as Markdown."""
    return "\n".join([INTRODUCTION, *_sections()])


def _sections() -> Iterator[str]:
    root = click.Context(glucotwin, info_name="glucotwin", terminal_width=100, **glucotwin.context_settings)
    yield _section("glucotwin", glucotwin.get_help(root))
    yield from _commands(glucotwin, root)


def _commands(group: click.Group, parent: click.Context) -> Iterator[str]:
    """Every command of a group; of a group in it, its own help and its commands."""
    for name in group.list_commands(parent):
        command = group.get_command(parent, name)
        if command is None:
            raise LookupError(f"The command '{name}' has no module.")
        context = click.Context(command, info_name=name, parent=parent, **command.context_settings)
        yield _section(context.command_path, command.get_help(context))
        if isinstance(command, click.Group):
            yield from _commands(command, context)


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n```text\n{text.rstrip()}\n```\n"


def main() -> int:
    """Writes the page, or with ``--check`` says whether it must be written again."""
    page = render_page()
    if sys.argv[1:] == ["--check"]:
        return 0 if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page else 1
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
