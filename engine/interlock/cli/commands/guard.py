"""`interlock guard`: a command that starts live only while every gate is open."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

import click

from ... import clock
from ...diagnostics import printable
from ...errors import UsageError
from ...guard import kill_switch
from ...guard.clearance import (
    Clearance,
    ClearanceRequest,
    StartContext,
    clear_start,
    refusal_line,
    start_lines,
    warning_lines,
)
from ...guard.start_command import start
from .. import terminal
from ..action_options import ledger_file_option
from ..alert_options import alerting_of, alerting_options
from ..inputs import load_policies, read_snapshot
from ..options import allow_commands_option, anchor_option, environment_option, policies_option

__all__ = ["command"]

_EXAMPLES = """\b
Examples:
  interlock guard --policy live-rollout-readiness --root . --environment live -- python bot.py
  interlock guard --policy startup-safety snapshot.json --environment live -- ./start.sh --fast
"""


class _Guard(click.Command):
    """Takes everything after the first `--` as the command, untouched."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        at = args.index("--") if "--" in args else len(args)
        ctx.meta["command"] = tuple(args[at + 1 :])
        return super().parse_args(ctx, args[:at])

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(ctx), "--", "COMMAND", "..."]


@click.command("guard", cls=_Guard, short_help="Start a command only while gates are open.", epilog=_EXAMPLES)
@click.argument("snapshot", required=False)
@click.option(
    "--policy",
    "policy_ids",
    multiple=True,
    required=True,
    metavar="ID",
    help="The policy that must be at its best; may be given several times.",
)
@click.option("--root", metavar="DIR", help="Collect from the desk's artefacts in this folder, as of now.")
@allow_commands_option
@environment_option
@ledger_file_option
@anchor_option()
@alerting_options
@click.option(
    "--kill-switch",
    "switch",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"The kill switch; default: {kill_switch.DEFAULT.as_posix()} below DIR or here.",
)
@click.option("--historic", is_flag=True, hidden=True)
@click.option("--stateless", is_flag=True, hidden=True)
@policies_option
@click.pass_context
def command(
    context: click.Context,
    /,
    snapshot: str | None,
    policy_ids: tuple[str, ...],
    root: str | None,
    allow_commands: bool,
    environment: str | None,
    ledger: Path,
    anchor: Path | None,
    switch: Path | None,
    historic: bool,
    stateless: bool,
    policies: str | None,
    **options: Any,
) -> int:
    """Judge --root DIR or a SNAPSHOT of at most 15 minutes, record it in the ledger, and start COMMAND.

    Live mode is any value of LIVE_MODE but unset, empty, 0, false, no and off. Live, COMMAND starts only when every
    policy is at its best verdict; anything else is logged as CRITICAL, throws the kill switch and starts nothing: the
    exit code is 1 at the worst verdict, 3 in between, 4 when nothing was evaluated or recorded or it has expired, 5 for
    a damaged ledger, 2 for invalid input. On paper COMMAND starts whatever the verdict, which is told. A COMMAND that
    starts takes the place of this process: exit code and signals are its own; 127 when there is none of that name.
    """
    program: tuple[str, ...] = context.meta["command"]
    _agree(program, snapshot, root, historic=historic, stateless=stateless)
    switch = switch or Path(root or "") / kill_switch.DEFAULT
    alerting = alerting_of(options, ledger, anchor=anchor, kill_switch=switch)
    question = ClearanceRequest(
        tuple(dict.fromkeys(policy_ids)),
        ledger,
        None if root is None else Path(root),
        None if snapshot is None else partial(read_snapshot, snapshot),
        environment,
        anchor,
        allow_commands,
        alerting.channels,
        alerting.renotify,
    )
    setting = StartContext(dict(os.environ), clock.now, switch)
    found = clear_start(partial(load_policies, policies), question, setting)
    return _acted(found, program)


def _acted(found: Clearance, program: tuple[str, ...]) -> int:
    for line in found.findings:
        terminal.tell(printable(line))
    if found.live and not found.open:
        terminal.tell(f"CRITICAL: {refusal_line(found)}; nothing was started")
    for line in found.undelivered:
        terminal.tell(line)
    for line in warning_lines(found):
        terminal.tell(f"WARNING: {line}")
    if found.live and not found.open:
        return found.code
    for line in start_lines(found):
        terminal.tell(line)
    return start(program)


def _agree(
    program: tuple[str, ...], snapshot: str | None, root: str | None, *, historic: bool, stateless: bool
) -> None:
    """Refuse what cannot be meant; nothing was asked then, so the kill switch stays as it is."""
    if historic or stateless:
        name = "--historic" if historic else "--stateless"
        raise UsageError(f"`guard` refuses `{name}`: it acts now, on what is recorded")
    if not program or not program[0]:
        raise UsageError(
            "name the command to start after `--`: `interlock guard --policy ID --root DIR -- COMMAND`"
        )
    if (snapshot is None) == (root is None):
        both = "neither is given" if root is None else "both are given"
        raise UsageError(f"name a snapshot, or a folder to collect from with `--root DIR`: {both}")
