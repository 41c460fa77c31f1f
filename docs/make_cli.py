"""Writes docs/cli.md from the commands, so that the page and `--help` never differ.

Run it with `make docs`; a test compares the page with what this makes.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from interlock.cli.command import CommandGroup, Subcommand
from interlock.cli.registry import interlock
from interlock.reports.tables import tidy

PAGE = Path(__file__).parent / "cli.md"
INTRODUCTION = """\
# Commands

`interlock COMMAND --help` shows the same at the terminal. An argument in brackets may be left out, one with `...` given
several times. Every command exits with 70 for a bug of Interlock.
"""


def page() -> str:
    """Return the whole page: a part for each task, a section for each command."""
    return tidy("\n".join([INTRODUCTION, *_parts()]))


def _parts() -> Iterator[str]:
    context = click.Context(interlock, info_name="interlock")
    for heading in dict.fromkeys(heading for heading, _ in interlock.table.values()):
        yield f"## {heading}\n"
        for name, (each, _) in interlock.table.items():
            command = interlock.get_command(context, name) if each == heading else None
            if command is not None:
                yield from _section(command, click.Context(command, context, name), "###")


def _section(command: click.Command, context: click.Context, level: str) -> Iterator[str]:
    yield f"{level} interlock {context.command_path.partition(' ')[2]}\n"
    yield f"```\n{' '.join([context.command_path, *command.collect_usage_pieces(context)])}\n```\n"
    yield f"{inspect.cleandoc(command.help or '')}\n"
    yield from _options(command, context)
    if isinstance(command, Subcommand):
        yield "| exit code | meaning |\n|--:|---|"
        yield from (f"| {code} | {meaning} |" for code, meaning in command.exits.items())
        yield ""
        yield from _examples(command)
    if isinstance(command, CommandGroup):
        yield from _examples(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from _section(inner, click.Context(inner, context, name), f"{level}#")


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    """A row for each option in the order of the help, `--help` left out."""
    found = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
    if found:
        yield "| option | meaning |\n|---|---|"
    yield from (_row(each, context) for each in found)
    if found:
        yield ""


def _row(option: click.Option, context: click.Context) -> str:
    value = "" if option.is_flag else option.make_metavar(context).strip("[]")
    choices = value.split("|") if value.islower() and "|" in value else []
    shown = " ".join(
        filter(None, [", ".join(option.opts), "WORD" if choices else value.replace("|", " or ")])
    )
    default = option.default.as_posix() if isinstance(option.default, Path) else option.default
    notes = [
        option.help or "",
        f"One of {', '.join(f'`{each}`' for each in choices)}." if choices else "",
        "Required." if option.required else "",
        f"Default: `{default}`." if option.show_default else "",
    ]
    return f"| `{shown}` | {' '.join(filter(None, notes))} |"


def _examples(command: Subcommand | CommandGroup) -> Iterator[str]:
    yield "\n".join(["```sh", *command.examples, "```\n"])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
