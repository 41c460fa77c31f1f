"""Commands and groups of them: help with exit codes and examples, and subcommands imported when they are wanted."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import click
from click.shell_completion import CompletionItem

from ..diagnostics import unknown_name
from ..errors import EXIT_INVALID, UsageError

__all__ = ["CommandGroup", "Subcommand"]

_FILES = ("DIR", "FILE")
_EMPTY = "is empty, as from a variable that is not set: give it a value, or leave it out"
_INVALID = "a document, a snapshot or the command line is not valid"


class Subcommand(click.Command):
    """A command whose help ends with its exit codes (2 has the same meaning in all) and its examples."""

    def __init__(
        self,
        *args: Any,
        examples: Sequence[str] = (),
        exits: Mapping[int, str] = MappingProxyType({}),
        **settings: Any,
    ) -> None:
        super().__init__(*args, **settings)
        self.examples = tuple(examples)
        self.exits = dict(sorted({EXIT_INVALID: _INVALID, **exits}.items()))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; raises UsageError for an empty name of a file, which would be the present folder."""
        files = {name for each in self.params if each.metavar in _FILES for name in each.opts}
        if not ctx.resilient_parsing:
            _refuse_empty(files, args)
        left = super().parse_args(ctx, args)
        for name in () if ctx.resilient_parsing else ("snapshot", "snapshots", "paths"):
            given = ctx.params.get(name)
            if any(not str(each).strip() for each in (given if isinstance(given, tuple) else [given])):
                raise UsageError(f"the name of a file {_EMPTY}")
        return left

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), f"{meaning}.") for code, meaning in self.exits.items()])
        _write_examples(self.examples, formatter)


class CommandGroup(click.Group):
    """A group whose `table` holds the heading and the place of each command, `module` or `module:name`.

    A module without a name offers `command`. The headings divide the list of commands in the help.
    """

    def __init__(
        self, *args: Any, table: Mapping[str, tuple[str, str]], examples: Sequence[str] = (), **settings: Any
    ) -> None:
        super().__init__(*args, **settings)
        self.table, self.examples = table, tuple(examples)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.table:
            return None
        module, _, name = self.table[cmd_name][1].partition(":")
        found = getattr(importlib.import_module(module), name or "command")
        assert isinstance(found, click.Command)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self.table and not name.startswith("-") and not ctx.resilient_parsing:
            raise UsageError(str(unknown_name("command", name, sorted(self.table))))
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer the names of commands without importing any, and the options."""
        names = [CompletionItem(each) for each in self.table if each.startswith(incomplete)]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for heading in dict.fromkeys(heading for heading, _ in self.table.values()):
            with formatter.section(heading):
                formatter.write_dl(list(self._listed(ctx, heading)))

    def _listed(self, ctx: click.Context, heading: str) -> Iterator[tuple[str, str]]:
        wide = max(map(len, self.table))
        for name, (each, _) in self.table.items():
            found = self.get_command(ctx, name) if each == heading else None
            if found is not None:
                yield name.ljust(wide), found.get_short_help_str(74 - wide)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_examples(self.examples, formatter)


def _refuse_empty(files: Collection[str], args: Sequence[str]) -> None:
    joined = [(option, value) for option, equals, value in (each.partition("=") for each in args) if equals]
    for option, value in (*pairwise(args), *joined):
        if option in files and not value.strip():
            raise UsageError(f"`{option}` {_EMPTY}")


def _write_examples(examples: Sequence[str], formatter: click.HelpFormatter) -> None:
    with formatter.section("Examples" if len(examples) > 1 else "Example"):
        for each in examples:
            formatter.write("".join(f"{'':{formatter.current_indent}}{line}\n" for line in each.splitlines()))
