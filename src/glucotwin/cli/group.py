"""A group of commands, each imported only when it is called."""

import importlib
from collections.abc import Mapping
from typing import NamedTuple

import click


class CommandEntry(NamedTuple):
    """Where a command lives and its line in the help."""

    module: str
    summary: str


class LazyGroup(click.Group):
    """A click group that knows its commands by a table and imports one only to run it or to show its own help.

    Each module of the table holds one click command, or one group of commands, named ``command``.
    """

    def __init__(self, *args: object, entries: Mapping[str, CommandEntry], **settings: object) -> None:
        super().__init__(*args, **settings)  # pyright: ignore[reportArgumentType]  # handed on to click as they came
        self.entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands in table order."""
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports one command; None for an unknown name."""
        entry = self.entries.get(cmd_name)
        return None if entry is None else importlib.import_module(entry.module).command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the table without importing a command."""
        if self.entries:
            with formatter.section("Commands"):
                formatter.write_dl([(name, entry.summary) for name, entry in self.entries.items()])


class DefaultGroup(LazyGroup):
    """A group one of whose commands is meant when none is named, so that a command can grow into a group.

    What follows the group's name is a command's only when it is its name. Alone the group shows its help, or runs the
    default where that needs nothing (``runs_alone``).
    """

    def __init__(self, *args: object, default: str, runs_alone: bool = False, **settings: object) -> None:
        super().__init__(*args, **settings)  # pyright: ignore[reportArgumentType]  # handed on to click as they came
        self.default = default
        self.runs_alone = runs_alone

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Puts the default command's name before arguments that name no command and do not ask for the group's help."""
        known = args and (args[0] in self.entries or args[0] in ctx.help_option_names)
        if not known and (args or self.runs_alone):
            args = [self.default, *args]
        return super().parse_args(ctx, args)
