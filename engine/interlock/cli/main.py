"""Runs a command line; every failure becomes a message on stderr and an exit code."""

from __future__ import annotations

import errno
import os
import re
import sys
import traceback

import click

from .. import __version__
from ..arithmetic import own_context
from ..diagnostics import Collector, name_hint, printable
from ..errors import EXIT_BUG, EXIT_INVALID, DocumentError, InterlockError, system_reason
from ..reports.renderers import rendered
from . import terminal
from .completion import VARIABLE, complete
from .output import style_of
from .registry import interlock

__all__ = ["run"]

_EXTRA = re.compile(r"Got unexpected extra arguments? \((.*)\)", re.DOTALL)
_INTERRUPTED = 130
_NO_READER = 141
_FULL = (errno.EBADF, errno.EFBIG, errno.EIO, errno.ENOSPC, getattr(errno, "EDQUOT", None))
_DUCKDB_INTERRUPTED = "Query interrupted"
"""The message of duckdb after Ctrl-C; the package may be absent, so its class cannot be named."""


@own_context
def run(argv: list[str]) -> int:
    """Run one command and return its exit code; only a bug shows a traceback."""
    terminal.prepare()
    try:
        code = _invoke(argv)
        terminal.flush()
    except KeyboardInterrupt:
        return _failed("interrupted", _INTERRUPTED)
    except BrokenPipeError:
        return _without_reader()
    except click.Abort:
        return _failed("interrupted", _INTERRUPTED)
    except click.ClickException as problem:
        text = _complaint(problem) if isinstance(problem, click.UsageError) else problem.format_message()
        return _failed(f"error: {text}", EXIT_INVALID)
    except InterlockError as problem:
        return _user_error(problem)
    except OSError as problem:
        return _refused(problem)
    except Exception as problem:
        if isinstance(problem, RuntimeError) and str(problem) == _DUCKDB_INTERRUPTED:
            return _failed("interrupted", _INTERRUPTED)
        return _bug()
    return code


def _invoke(argv: list[str]) -> int:
    """Call the command; click's own ways of ending are codes like any other."""
    if not argv and os.environ.get(VARIABLE):
        return complete(os.environ[VARIABLE])
    if not argv:
        return _failed(interlock.get_help(click.Context(interlock, info_name="interlock")), EXIT_INVALID)
    try:
        with interlock.make_context("interlock", list(argv)) as context:
            result = interlock.invoke(context)
    except click.exceptions.Exit as ending:
        return ending.exit_code
    return result if isinstance(result, int) else 0


def _refused(problem: OSError) -> int:
    """The system refuses a file, or stdout where click itself printed help; any other refusal is a bug."""
    reason = system_reason(problem)
    if problem.filename is not None:
        return _failed(f"error: cannot use `{printable(str(problem.filename))}`: {reason}", EXIT_INVALID)
    if problem.errno not in _FULL:
        return _bug()
    terminal.abandon(sys.stdout)
    return _failed(f"error: cannot write the output: {reason}", EXIT_INVALID)


def _user_error(problem: InterlockError) -> int:
    if isinstance(problem, DocumentError) and problem.diagnostics:
        found = Collector(list(problem.diagnostics), dict(problem.sources))
        text = rendered("diagnostics", "text", found, style_of(sys.stderr)).removesuffix("\n")
    else:
        text = "\n".join(f"error: {printable(line)}" for line in str(problem).splitlines())
    return _failed(text, problem.exit_code)


def _bug() -> int:
    advice = "this is a bug: please report it with the lines above and the command that you ran"
    return _failed(f"{traceback.format_exc()}interlock {__version__}: {advice}", EXIT_BUG)


def _failed(text: str, code: int) -> int:
    """Print to stderr where that is possible, and return the code."""
    try:
        terminal.flush()
        terminal.note(text)
    except (OSError, InterlockError):
        return code
    return code


def _without_reader() -> int:
    """End quietly when the reader of a pipe has left; buffered output is dropped."""
    terminal.abandon(sys.stdout, sys.stderr)
    return _NO_READER


def _complaint(problem: click.UsageError) -> str:
    """Return one line: what is wrong, and what to write or where to read on."""
    command = problem.ctx.command_path if problem.ctx else "interlock"
    hint = f"see `{command} --help`"
    match problem:
        case click.NoSuchOption():
            near = name_hint(problem.option_name, _options(problem.ctx), hint)
            return f"`{command}` has no option `{printable(problem.option_name)}`: {near}"
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
    return printable((text[:1].lower() + text[1:].rstrip(".")).replace("'", "`"))
