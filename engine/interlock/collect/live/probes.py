"""Measures the probes of `live` sources: files, variables, processes and commands, now or as an archive has them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ...canonical import plain_number
from ...language.literals import OFF_WORDS, ON_WORDS, ParsedLiteral, parse_literal
from ...language.times import parse_time, show_time
from ...language.types import BOOL, Kind, Type
from ...limits import COMMAND_OUTPUT, EARLIEST_TIME, SKEW
from ...policy.reading.params import WrittenValue, fits
from ...strict_json import is_unicode
from ..artefact_root import Root
from ..json_documents import decode, read_json
from ..model import Probe
from ..sql.re2 import count_matches
from ..unreadable import Unreadable
from .commands import Commands

__all__ = ["LiveContext", "archived_variables", "as_text", "measure"]

_PID = re.compile(rb"\s*(\d{1,10})\s*", re.ASCII)
_PROC = Path("/proc")
_LAST_STATUS = 125
"""The greatest exit status of a program of its own. A shell ends with 126 and 127 where it cannot start one, and with
128 and more where a signal ends one; the status is negative where a signal ends the command itself."""


@dataclass(frozen=True, slots=True)
class LiveContext:
    """What probes measure: the root, the environment, the commands and the time of the snapshot.

    `archived` says that the root is a copy; its environment then holds only the variables that `env.json` records.
    """

    root: Root
    environ: Mapping[str, str | None]
    archived: bool
    as_of: Decimal
    commands: Commands

    def variable(self, name: str) -> str | None:
        """Return the text of a variable, None if it is unset. Raises Unreadable if an archive does not record it."""
        if self.archived and name not in self.environ:
            raise Unreadable("missing", f"env.json does not record the variable {name}")
        return self.environ.get(name)


def archived_variables(root: Root) -> dict[str, str | None]:
    """Return the variables that `env.json` at the root of a copy records. Raises Unreadable if it is torn."""
    found = read_json(decode(root.open("env.json").data, "env.json"), "env.json")
    if isinstance(found, dict) and all(each is None or isinstance(each, str) for each in found.values()):
        return found
    raise Unreadable("torn source", "env.json is not a mapping from names to texts or null")


def measure(probe: Probe, kind: Type, context: LiveContext) -> object:
    """Return the value of a probe for a metric of this type. Raises Unreadable if it cannot be measured."""
    match probe.kind:
        case "exists":
            return context.root.exists(probe.target)
        case "modified":
            return show_time(_modified(probe, context))
        case "age":
            return max(context.as_of - _modified(probe, context), Decimal(0))
        case "pid":
            return _pid(probe, context)
        case "process":
            lines = _archived_command_lines(context.root) if context.archived else command_lines()
            assert probe.pattern is not None
            return Decimal(count_matches(probe.pattern, lines))
        case "command":
            return _command(probe, kind, context)
        case "env":
            return _env(probe, kind, context)
        case "not":
            return not measure(probe.parts[0], kind, context)
        case "any" | "all":
            return _several(probe, kind, context)
        case "choose":
            return _choose(probe, context)


def as_text(value: object) -> str:
    """Return a typed value as the snapshot's `env` holds it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain_number(value)
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _modified(probe: Probe, context: LiveContext) -> Decimal:
    found = context.root.modified(probe.target)
    if found > context.as_of + SKEW:
        wrong = f"the date of {probe.target} is {show_time(found)}, after the snapshot's time"
        raise Unreadable("clock skew", wrong)
    if found < EARLIEST_TIME:
        wrong = f"the date of {probe.target} is {show_time(found)}, before the year 2000"
        raise Unreadable("out of range", wrong)
    return found


def _pid(probe: Probe, context: LiveContext) -> Decimal:
    match = _PID.fullmatch(context.root.open(probe.target).data)
    if match is None:
        raise Unreadable("torn source", f"{probe.target} holds no process number")
    return Decimal(match[1].decode("ascii"))


def _command(probe: Probe, kind: Type, context: LiveContext) -> object:
    """Return whether a command succeeded, its exit status, or its output; the output of a failed one is no value."""
    assert probe.command is not None
    ran = context.commands.ran(probe.command)
    name = f"the command {probe.target}"
    if not 0 <= ran.status <= _LAST_STATUS:
        raise Unreadable("missing", f"{name} did not run to its end: its status is {ran.status}")
    if probe.command.gives == "exit":
        return ran.status == 0 if kind.kind is Kind.BOOL else Decimal(ran.status)
    if ran.status != 0:
        raise Unreadable("missing", f"{name} ended with status {ran.status}")
    if ran.output is None:
        raise Unreadable("overflow", f"{name} prints more than {COMMAND_OUTPUT} bytes")
    if ran.held:
        raise Unreadable("torn source", f"{name} ended while a program that it started held its output open")
    text = ran.output.strip()
    if not text:
        raise Unreadable("missing", f"{name} prints nothing")
    if probe.command.equals is not None:
        return text == probe.command.equals
    return _typed(text, probe, kind, f"the output of {name}")


def _several(probe: Probe, kind: Type, context: LiveContext) -> bool:
    """Kleene's `or` and `and`: one part may decide alone, otherwise an unknown part makes the result unknown."""
    decisive = probe.kind == "any"
    first: Unreadable | None = None
    for part in probe.parts:
        try:
            if measure(part, kind, context) is decisive:
                return decisive
        except Unreadable as problem:
            first = first or problem
    if first is not None:
        raise first
    return not decisive


def _choose(probe: Probe, context: LiveContext) -> str:
    for choice in probe.choices:
        if measure(choice.when, BOOL, context):
            return choice.value
    if probe.otherwise is None:
        raise Unreadable("missing", "no choice holds and there is no `else`")
    return probe.otherwise


def _env(probe: Probe, kind: Type, context: LiveContext) -> object:
    text = context.variable(probe.target)
    if probe.active_unless is not None:
        # a blank beside such a word, or alone, is none of them: what a switch means by it nobody can tell
        idle = {each.lower() for each in probe.active_unless}
        return text is not None and text.lower() not in idle
    if text is None or not text.strip():
        if probe.unset is None:
            raise Unreadable("missing", f"the variable {probe.target} is unset")
        return list(probe.unset) if isinstance(probe.unset, tuple) else probe.unset
    return _typed(text.strip(), probe, kind, f"the variable {probe.target}")


def _typed(text: str, probe: Probe, kind: Type, name: str) -> object:
    if not is_unicode(text):
        raise Unreadable("wrong type", f"{name} is not UTF-8")
    match kind.kind:
        case Kind.BOOL if text and text.lower() in OFF_WORDS | ON_WORDS:
            return text.lower() in ON_WORDS
        case Kind.SET if names := {each.strip() for each in text.split(probe.separator)} - {""}:
            return sorted(names)
        case Kind.STRING | Kind.ENUM:
            return text
        case Kind.TIMESTAMP if parse_time(text) is not None:
            return text
        case Kind.NUMBER | Kind.MONEY | Kind.DURATION:
            literal = parse_literal(text)
            if literal and _fits(kind, literal):
                return literal.value
    raise Unreadable("wrong type", f"{name} does not read as {kind}")


def _fits(kind: Type, literal: ParsedLiteral) -> bool:
    """Tell whether a number is of a type as that of a param must be; one without a unit is in that of the metric."""
    if literal.bare and kind.flavour != "integer":
        return True
    return fits(kind, WrittenValue(literal.value, literal.type, literal.bare))


def command_lines(proc: Path = _PROC) -> list[str]:
    """Return the command line of every process but this one, arguments joined by spaces.

    Raises Unreadable if there is no `/proc`, or if it hides the processes of other users: a count would be too low.
    """
    if not (proc / "self").exists() or not (proc / "1" / "cmdline").exists():
        raise Unreadable("missing", "this system does not list its processes in /proc")
    found = []
    for each in sorted(proc.iterdir()):
        if each.name.isdecimal() and int(each.name) != os.getpid():
            text = _command_line(each / "cmdline")
            found.extend([text] if text else [])
    return found


def _command_line(path: Path) -> str:
    try:
        return path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    except OSError:
        raise Unreadable("missing", "/proc hides the processes of other users") from None


def _archived_command_lines(root: Root) -> list[str]:
    found = read_json(decode(root.open("processes.json").data, "processes.json"), "processes.json")
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise Unreadable("torn source", "processes.json is not a list of texts")
    if not any(each.strip() for each in found):
        raise Unreadable("torn source", "processes.json lists no process")
    return found
