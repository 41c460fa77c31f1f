"""What `rollout advance` and `rollout rearm` share: their options, and one recorded step of a rollout."""

from __future__ import annotations

from typing import Any

import click

from .... import clock
from ....diagnostics import printable
from ....errors import UsageError
from ....language.times import show_time
from ....ledger.beginning import Beginning
from ....ledger.recorder import Recorder
from ....ledger.state.rollout_state import RolloutState
from ....policy.loader import find_root
from ....reports.records.rollout_drawing import RolloutStatus
from ....rollout.engine import Person, RolloutStep
from ... import terminal
from ...desk_choices import note_begun
from ...inputs import load_policies
from ...options import anchor_option, ledger_option, with_options
from ...output import show
from ...snapshots import SnapshotOrigin, origin_options
from .rollouts import exit_code, require_rollout

__all__ = ["change_rollout", "transition_options"]

_WHERE = {"ACTIVE": ", now in {}", "ROLLED_BACK": ", back to {}"}

transition_options = with_options(
    (
        click.argument("name"),
        click.argument("snapshot", required=False),
        origin_options,
        click.option("--by", required=True, metavar="WHO", help="The person who acts."),
        click.option("--reason", required=True, metavar="TEXT", help="The reason, for the record."),
        ledger_option(),
        anchor_option(),
        click.option("--historic", is_flag=True, hidden=True),
    )
)
"""Adds the arguments and options of a command that evaluates a snapshot, records it and changes a rollout."""


def change_rollout(
    name: str,
    snapshot: str | None,
    person: Person,
    options: dict[str, Any],
    *,
    again: bool,
    new: bool = False,
) -> int:
    """Take one step of a rollout, print it, and return the exit code; `again` begins another attempt, and
    `new` a ledger."""
    ledger, anchor = options.pop("ledger"), options.pop("anchor")
    if options.pop("historic"):
        name = click.get_current_context().command_path.removeprefix("interlock ")
        raise UsageError(f"`{name}` refuses `--historic`: it acts now, on verdicts that have not expired")
    origin = SnapshotOrigin(**options)
    loaded = load_policies(origin.policies)
    rollout = require_rollout(loaded, name)
    found = origin.snapshot(snapshot, loaded, record=True)
    if found is None:
        raise UsageError("name a snapshot, or a folder to collect from with `--root DIR`")

    def taken(recorder: Recorder) -> tuple[RolloutStep, tuple[RolloutStep, ...], RolloutState]:
        engine = loaded.rollout_engine(found, recorder, environment=origin.environment, now=origin.now)
        step = engine.rearm(rollout, person) if again else engine.advance(rollout, person)
        others = engine.observe_active(skip=name)
        return step, others, recorder.state.rollout(name).copy()

    beginning = Beginning(person.by, clock.now()) if new else None
    step, others, state = Recorder(ledger, anchor=anchor, beginning=beginning).run(taken)
    note_begun(ledger, anchor, new=new)
    _print(step, state, origin)
    for each in others:
        if each.change:
            terminal.note(f"rollout {each.rollout.id}: {each.change}, see `interlock rollout status`")
    return exit_code(step)


def _print(step: RolloutStep, state: RolloutState, origin: SnapshotOrigin) -> None:
    rollout = step.rollout
    if not step.change:
        status = RolloutStatus(rollout, step.before, step.decision)
        show("rollout", "text", status, root=find_root(origin.policies))
        return
    at, where = show_time(state.since), _WHERE.get(state.state, "")
    terminal.out(f"{rollout.id}: {step.change} at {at}, attempt {state.attempt}{where.format(state.stage)}")
    if step.settings:
        terminal.out("set now:")
    for each in step.settings:
        terminal.out(f"  {printable(each)}")
    note = state.changes[-1].note
    if note is not None:
        terminal.out()
        show("incident", "markdown", note)
