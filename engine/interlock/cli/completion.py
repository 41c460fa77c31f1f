"""Completes a command line for the shell, which asks by an environment variable and gives no arguments."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class

from ..diagnostics import printable
from ..errors import UsageError
from .registry import interlock

__all__ = ["VARIABLE", "complete"]

VARIABLE = "_INTERLOCK_COMPLETE"


def complete(instruction: str) -> int:
    """Print what the shell asks for: its script (`bash_source`), or what completes a line (`bash_complete`).

    Raises UsageError for another instruction, and where the shell gives no line in COMP_WORDS and COMP_CWORD.
    """
    shell, _, task = instruction.partition("_")
    kind = get_completion_class(shell)
    if kind is None or task not in ("source", "complete"):
        hint = "`bash_source`, `zsh_source` or `fish_source` prints the script for a shell"
        raise UsageError(f"`{VARIABLE}` is `{printable(instruction)}`: {hint}")
    asked = kind(interlock, {}, "interlock", VARIABLE)
    click.echo((asked.source() if task == "source" else _offered(asked)).encode())
    return 0


def _offered(asked: ShellComplete) -> str:
    """What completes the line of the shell: files where a command has nothing of its own to offer."""
    try:
        words, begun = asked.get_completion_args()
    except (LookupError, ValueError):
        raise UsageError(f"`{VARIABLE}` is for the shell: no line is given to complete") from None
    found = asked.get_completions(words, begun)
    if words and not found and not begun.startswith("-"):
        found = [CompletionItem(begun, type="file")]
    return "\n".join(map(asked.format_completion, found))
