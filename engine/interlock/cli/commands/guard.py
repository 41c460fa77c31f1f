"""`interlock guard`: starts a command, in live mode only while every gate is open."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

import click

from ... import clock
from ...diagnostics import printable
from ...errors import EXIT_BETWEEN, EXIT_INTEGRITY, EXIT_NOT_EVALUATED, EXIT_WORST, UsageError
from ...guard import kill_switch
from ...guard.activation import ALERTS
from ...guard.clearance import Clearance, ClearanceRequest, StartContext, clear_start
from ...guard.clearance_lines import refusal_line, start_lines, warning_lines
from ...guard.start_command import start
from .. import terminal
from ..alert_options import alert_options, alerts_from
from ..command import Subcommand
from ..desk_choices import known_ledger, known_root
from ..inputs import load_policies, read_snapshot
from ..options import (
    allow_commands_option,
    anchor_option,
    begin_option,
    environment_option,
    ledger_option,
    policies_option,
)

__all__ = ["command"]


class _Guard(Subcommand):
    """Takes everything after the first `--` as the command, unchanged."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        at = args.index("--") if "--" in args else len(args)
        ctx.meta["command"] = tuple(args[at + 1 :])
        return super().parse_args(ctx, args[:at])

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(ctx), "--", "COMMAND", "..."]


@click.command(
    "guard",
    cls=_Guard,
    short_help="Start a command only while gates are open.",
    examples=(
        "interlock guard --policy live-rollout-readiness --root . \\\n"
        "    --environment live -- python bot.py",
        "interlock guard --policy startup-safety snapshot.json -- ./start.sh --fast",
    ),
    exits={
        EXIT_WORST: "live: a policy is at its worst verdict; nothing was started",
        EXIT_BETWEEN: "live: a policy lies in between; nothing was started",
        EXIT_NOT_EVALUATED: "live: nothing was evaluated or recorded, or it has expired",
        EXIT_INTEGRITY: "live: the ledger is damaged; nothing was started",
        127: "there is no command of that name",
    },
)
@click.argument("snapshot", required=False)
@click.option(
    "--policy",
    "policy_ids",
    multiple=True,
    required=True,
    metavar="ID",
    help="The policy that must be at its best; may be given several times.",
)
@click.option(
    "--root",
    metavar="DIR",
    help="Collect from the desk's artefacts in this folder, as of now; default, without a snapshot: that of "
    "`defaults` in interlock.yaml.",
)
@allow_commands_option
@environment_option(None)
@ledger_option(None)
@anchor_option(None)
@begin_option()
@alert_options
@click.option(
    "--kill-switch",
    "switch",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"The kill switch; default: {kill_switch.DEFAULT.as_posix()} below DIR or here.",
)
@click.option(
    "--alerts",
    "alert_log",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The desk's log of alerts, which gets a line where the kill switch is thrown; "
    f"default: {ALERTS.as_posix()} below DIR or here, if it exists.",
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
    ledger: Path | None,
    anchor: Path | None,
    begin: bool,
    switch: Path | None,
    alert_log: Path | None,
    historic: bool,
    stateless: bool,
    policies: str | None,
    **options: Any,
) -> int:
    """Evaluate --root DIR or a SNAPSHOT of at most 15 minutes, record it in the ledger, and start COMMAND.

    The environment variable LIVE_MODE chooses the mode: unset, empty, 0, false, no and off mean paper, any other value
    means live. In live mode COMMAND starts only when every policy is at its best verdict. Otherwise a CRITICAL line is
    logged, the kill switch is activated and nothing starts. On paper COMMAND starts in any case, and the verdict is
    printed.

    A COMMAND that starts replaces this process: its exit code and its signals are its own.
    """
    program: tuple[str, ...] = context.meta["command"]
    root = root or (known_root(policies) if snapshot is None else None)
    _check(program, snapshot, root, historic=historic, stateless=stateless)
    place = Path(root or "")
    switch = switch or place / kill_switch.DEFAULT
    alerts = alerts_from(options, known_ledger(ledger, policies), anchor=anchor, kill_switch=switch)
    request = ClearanceRequest(
        tuple(dict.fromkeys(policy_ids)), ledger, None if root is None else Path(root),
        None if snapshot is None else partial(read_snapshot, snapshot), environment, anchor, allow_commands,
        alerts.channels, alerts.renotify, "interlock guard" if begin else "",
    )  # fmt: skip
    setting = StartContext(dict(os.environ), clock.now, switch, alert_log or place / ALERTS)
    return _start(clear_start(partial(load_policies, policies), request, setting), program)


def _start(found: Clearance, program: tuple[str, ...]) -> int:
    for line in found.choices:
        terminal.note(f"note: {line}")
    for line in found.findings:
        terminal.note(printable(line))
    if found.live and not found.open:
        terminal.note(f"CRITICAL: {refusal_line(found)}; nothing was started")
    for line in found.undelivered:
        terminal.note(line)
    for line in warning_lines(found):
        terminal.note(f"WARNING: {line}")
    if found.live and not found.open:
        return found.code
    for line in start_lines(found):
        terminal.note(line)
    return start(program)


def _check(
    program: tuple[str, ...], snapshot: str | None, root: str | None, *, historic: bool, stateless: bool
) -> None:
    """Refuse a malformed command line; the kill switch stays as it is."""
    if historic or stateless:
        name = "--historic" if historic else "--stateless"
        raise UsageError(f"`guard` refuses `{name}`: it acts now, and records every verdict")
    if not program or not program[0]:
        raise UsageError(
            "name the command to start after `--`: `interlock guard --policy ID --root DIR -- COMMAND`"
        )
    if (snapshot is None) == (root is None):
        both = "neither is given" if root is None else "both are given"
        raise UsageError(f"name a snapshot, or a folder to collect from with `--root DIR`: {both}")
