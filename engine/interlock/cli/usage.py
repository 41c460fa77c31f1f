"""Says what is wrong with a command line in the words of the house, whatever click calls it."""

from __future__ import annotations

import re

import click

from ..diagnostics import did_you_mean, printable

__all__ = ["complaint"]

_EXTRA = re.compile(r"Got unexpected extra arguments? \((.*)\)", re.DOTALL)


def complaint(problem: click.UsageError) -> str:
    """Return one line: what is wrong, and what to write or where to read on."""
    command = problem.ctx.command_path if problem.ctx else "interlock"
    hint = f"see `{command} --help`"
    match problem:
        case click.NoSuchOption():
            near = did_you_mean(problem.option_name, _options(problem.ctx))
            return f"`{command}` has no option `{printable(problem.option_name)}`: {near or hint}"
        case click.MissingParameter():
            return f"`{command}` needs {_name(problem)}: {hint}"
        case click.BadOptionUsage():
            takes_none = "not take" in problem.message
            wrong = "takes no value" if takes_none else "needs a value"
            return f"`{problem.option_name}` {wrong}"
        case click.BadParameter():
            return f"{_name(problem)}: {_calm(problem.message)}"
    extra = _EXTRA.match(problem.message)
    if extra:
        return f"`{command}` does not take `{printable(extra[1])}` as well: {hint}"
    return f"{_calm(problem.format_message())}: {hint}"


def _options(context: click.Context | None) -> list[str]:
    """Every option of the command at hand."""
    if context is None:
        return []
    parameters = context.command.get_params(context)
    return [
        name for each in parameters for name in (*each.opts, *each.secondary_opts) if name.startswith("-")
    ]


def _name(problem: click.BadParameter) -> str:
    parameter = problem.param
    if isinstance(parameter, click.Option):
        return f"`{max(parameter.opts, key=len)}`"
    return (parameter.human_readable_name.upper() if parameter else "a value").strip("[]")


def _calm(text: str) -> str:
    """Return a sentence of click's as a part of ours."""
    return printable(text[:1].lower() + text[1:].rstrip(".").replace("'", "`"))
