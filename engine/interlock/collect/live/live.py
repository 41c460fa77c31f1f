"""Reads `live` sources: what files and the environment say at this moment, or said when a copy was made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ...canonical import plain_number
from ...language.literals import OFF_WORDS, ON_WORDS, parse_literal
from ...language.times import parse_time, show_time
from ...language.types import Kind, Type
from ...limits import COMMAND_OUTPUT, SKEW
from ..artefact_root import Root
from ..model import Probe
from ..unreadable import Unreadable, decode, read_json
from .commands import Commands
from .processes import archived_lines, command_lines, count

__all__ = ["LiveContext", "archived", "as_text", "look"]

_PID = re.compile(rb"\s*(\d{1,10})\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class LiveContext:
    """Where live sources look: the root, the variables (those of an archive may be unrecorded) and the time."""

    root: Root
    environ: Mapping[str, str | None]
    recorded: bool
    as_of: Decimal
    commands: Commands

    def variable(self, name: str) -> str | None:
        """Return a variable's text, None when it is unset; Trouble when an archive does not tell."""
        if name not in self.environ and self.recorded:
            raise Unreadable("missing", f"env.json does not tell the variable {name}")
        return self.environ.get(name)


def archived(root: Root) -> dict[str, str | None]:
    """Return the variables that `env.json` at the root of a copy tells; Trouble when it is torn."""
    artefact = root.open("env.json")
    found = read_json(decode(artefact.data, "env.json"), "env.json")
    if not isinstance(found, dict) or not all(
        each is None or isinstance(each, str) for each in found.values()
    ):
        raise Unreadable("torn source", "env.json is not a mapping from names to texts or null")
    return found


def look(asked: Probe, kind: Type, moment: LiveContext) -> object:
    """Return the value that a look gives for a metric of this type; Trouble when it cannot tell."""
    match asked.kind:
        case "exists":
            return moment.root.exists(asked.target)
        case "modified":
            return show_time(_modified(asked, moment))
        case "age":
            return max(moment.as_of - _modified(asked, moment), Decimal(0))
        case "pid":
            return _pid(asked, moment)
        case "process":
            lines = archived_lines(moment.root) if moment.recorded else command_lines()
            return Decimal(count(asked.target, lines))
        case "command":
            return _command(asked, kind, moment)
        case "env":
            return _env(asked, kind, moment)
        case "not":
            return not look(asked.parts[0], kind, moment)
        case "any" | "all":
            return _several(asked, kind, moment)
        case "choose":
            return _choose(asked, moment)


def _modified(asked: Probe, moment: LiveContext) -> Decimal:
    found = moment.root.modified(asked.target)
    if found > moment.as_of + SKEW:
        raise Unreadable(
            "clock skew", f"the date of {asked.target} is {show_time(found)}, after the snapshot's time"
        )
    return found


def _pid(asked: Probe, moment: LiveContext) -> Decimal:
    match = _PID.fullmatch(moment.root.open(asked.target).data)
    if match is None:
        raise Unreadable("torn source", f"{asked.target} holds no process number")
    return Decimal(match[1].decode("ascii"))


def _command(asked: Probe, kind: Type, moment: LiveContext) -> object:
    """Whether it ended well, its exit status, or what it printed; a failed command's output counts for nothing."""
    assert asked.command is not None
    ran = moment.commands.ran(asked.command)
    if asked.command.gives == "exit":
        return ran.status == 0 if kind.kind is Kind.BOOL else Decimal(ran.status)
    what = f"the command {asked.target}"
    if ran.status != 0:
        raise Unreadable("missing", f"{what} ended with status {ran.status}")
    if ran.output is None:
        raise Unreadable("overflow", f"{what} prints more than {COMMAND_OUTPUT} bytes")
    text = ran.output.strip()
    if asked.command.equals is not None:
        return text == asked.command.equals
    if not text:
        raise Unreadable("missing", f"{what} prints nothing")
    return _typed(text, asked, kind, f"the output of {what}")


def _several(asked: Probe, kind: Type, moment: LiveContext) -> bool:
    """Kleene's `or` and `and`: one that decides is enough, an unknown one that could decide is unknown."""
    decisive = asked.kind == "any"
    first: Unreadable | None = None
    for part in asked.parts:
        try:
            if look(part, kind, moment) is decisive:
                return decisive
        except Unreadable as trouble:
            first = first or trouble
    if first is not None:
        raise first
    return not decisive


def _choose(asked: Probe, moment: LiveContext) -> str:
    for choice in asked.choices:
        if look(choice.when, Type(Kind.BOOL), moment):
            return choice.value
    if asked.otherwise is None:
        raise Unreadable("missing", "no choice holds and there is no `else`")
    return asked.otherwise


def _env(asked: Probe, kind: Type, moment: LiveContext) -> object:
    text = moment.variable(asked.target)
    if asked.active_unless is not None:
        idle = {each.strip().lower() for each in asked.active_unless}
        return text is not None and text.strip().lower() not in idle
    if text is None or not text.strip():
        if asked.unset is None:
            raise Unreadable("missing", f"the variable {asked.target} is unset")
        return list(asked.unset) if isinstance(asked.unset, tuple) else asked.unset
    return _typed(text.strip(), asked, kind, f"the variable {asked.target}")


def _typed(text: str, asked: Probe, kind: Type, what: str) -> object:
    match kind.kind:
        case Kind.BOOL if text and text.lower() in OFF_WORDS | ON_WORDS:
            return text.lower() in ON_WORDS
        case Kind.SET:
            return sorted({each.strip() for each in text.split(asked.separator)} - {""})
        case Kind.STRING | Kind.ENUM:
            return text
        case Kind.TIMESTAMP if parse_time(text) is not None:
            return text
        case Kind.NUMBER | Kind.MONEY | Kind.DURATION:
            literal = parse_literal(text)
            if literal and (literal.bare or literal.type.kind is kind.kind):
                return literal.value
    raise Unreadable("wrong type", f"{what} does not read as {kind}")


def as_text(value: object) -> str:
    """Return a typed value as the snapshot's `env` holds it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain_number(value)
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
