"""Every command and subcommand of the command line, for tests that hold for all of them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import click

from interlock.cli.command import CommandGroup, Subcommand
from interlock.cli.registry import interlock

__all__ = ["documented", "generated_page"]


def documented() -> list[tuple[list[str], Subcommand | CommandGroup]]:
    """Every command and subcommand with the words that name it."""
    context = click.Context(interlock)
    found: list[tuple[list[str], Subcommand | CommandGroup]] = []
    for name in interlock.list_commands(context):
        command = interlock.get_command(context, name)
        assert isinstance(command, Subcommand | CommandGroup)
        found.append(([name], command))
        for inner in command.list_commands(context) if isinstance(command, CommandGroup) else ():
            subcommand = command.get_command(context, inner)
            assert isinstance(subcommand, Subcommand)
            found.append(([name, inner], subcommand))
    return found


def generated_page() -> str:
    """Return docs/cli.md as `make docs` would write it now."""
    spec = importlib.util.spec_from_file_location(
        "make_cli", Path(__file__).parents[2] / "docs" / "make_cli.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text: str = module.page()
    return text
