"""Runs the commands of live sources, if that is allowed, or reads from an archive how they ended.

A command has no shell and no input, runs in the root, and has a time limit. Only the exit status and the first bytes of
the output are kept, and the snapshot gets only the typed value.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from decimal import Decimal

from ...language.times import parse_time, show_time
from ...limits import COMMAND_OUTPUT, SKEW
from ...process import OutOfTime, run_program
from ..artefact_root import Root
from ..json_documents import decode, read_json
from ..model import Command
from ..unreadable import Unreadable

__all__ = ["CommandResult", "Commands"]

_GIT = ("git", "rev-parse", "HEAD")


@dataclass(frozen=True, slots=True)
class CommandResult:
    """How a command ended: its status, its output (None if it was too long), when, and on which commit.

    `held` says that a program which it left behind could still have written output.
    """

    status: int
    output: str | None
    at: Decimal
    commit: str | None
    held: bool = False


@dataclass(slots=True)
class Commands:
    """The commands of one collection; each runs once, however many metrics need it."""

    root: Root
    allowed: bool
    archive: bool
    now: Decimal
    as_of: Decimal
    _ran: dict[tuple[str, ...], CommandResult | Unreadable] = field(default_factory=dict)
    _commit: list[str | None] = field(default_factory=list)

    def ran(self, command: Command) -> CommandResult:
        """Return how a command ended. Raises Unreadable if it may not run, cannot run or takes too long."""
        if command.argv not in self._ran:
            try:
                self._ran[command.argv] = self._archived(command) if self.archive else self._run(command)
            except Unreadable as problem:
                self._ran[command.argv] = problem
        found = self._ran[command.argv]
        if isinstance(found, Unreadable):
            raise found
        return found

    def _run(self, command: Command) -> CommandResult:
        if not self.allowed:
            raise Unreadable("not covered", f"{_named(command)} runs only with `--allow-commands`")
        status, output, held = _start(self.root, command)
        return CommandResult(status, output, self.now, self._checked_out(), held)

    def _checked_out(self) -> str | None:
        """Return the commit that is checked out in the root, None if git names none."""
        if not self._commit:
            try:
                status, output, _ = _start(self.root, Command(_GIT, timeout=Decimal(10)))
            except Unreadable:
                status, output = 1, None
            self._commit.append((output or "").strip() or None if status == 0 else None)
        return self._commit[0]

    def _archived(self, command: Command) -> CommandResult:
        """Return how a command ended when the copy was made, from `commands.json` at its root."""
        found = read_json(decode(self.root.open("commands.json").data, "commands.json"), "commands.json")
        entries = found.get("commands") if isinstance(found, dict) else None
        if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
            raise Unreadable("torn source", "commands.json holds no list `commands` of objects")
        mine = [each for each in entries if each.get("command") == list(command.argv)]
        if len(mine) != 1:
            which = "records twice" if mine else "does not record"
            raise Unreadable("conflict" if mine else "missing", f"commands.json {which} {_named(command)}")
        return self._read(mine[0], command)

    def _read(self, entry: dict[str, object], command: Command) -> CommandResult:
        status, output, commit = entry.get("exit"), entry.get("output", ""), entry.get("commit")
        at = parse_time(str(entry.get("at")))
        if (
            isinstance(status, bool)
            or not isinstance(status, int)
            or not isinstance(output, str)
            or at is None
        ):
            raise Unreadable(
                "torn source", f"commands.json records {_named(command)} without `exit` and `at`"
            )
        if at > self.as_of + SKEW:
            detail = f"{_named(command)} ran at {show_time(at)}, after the snapshot's time"
            raise Unreadable("clock skew", detail)
        kept = output if len(output.encode("utf-8", "replace")) <= COMMAND_OUTPUT else None
        return CommandResult(status, kept, at, commit if isinstance(commit, str) else None)


def _named(command: Command) -> str:
    return f"the command {' '.join(command.argv)}"


def _start(root: Root, command: Command) -> tuple[int, str | None, bool]:
    name = command.argv[0]
    program = str(root.path(name)) if "/" in name else shutil.which(name)
    if program is None:
        raise Unreadable("missing", f"there is no program {name}")
    argv = [program, *command.argv[1:]]
    try:
        ended = run_program(
            argv, seconds=float(command.timeout), folder=root.folder, output_limit=COMMAND_OUTPUT
        )
    except OutOfTime:
        raise Unreadable("overflow", f"{_named(command)} took longer than {command.timeout} s") from None
    except (OSError, ValueError):
        raise Unreadable("missing", f"{_named(command)} cannot be started") from None
    output = None if ended.output is None else ended.output.decode("utf-8", "replace")
    return ended.status, output, ended.held
