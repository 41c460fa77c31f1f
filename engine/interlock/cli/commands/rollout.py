"""`interlock rollout`: list rollouts, show where one stands, advance it, roll it back, re-arm it, tell its history."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from ...api import PolicySet, Snapshot
from ...canonical import canonical
from ...diagnostics import printable
from ...errors import EXIT_BEST, EXIT_BETWEEN, EXIT_NOT_EVALUATED, EXIT_WORST, UsageError
from ...language.times import show_time
from ...ledger.file.ledger import Ledger
from ...ledger.recorder import Recorder
from ...ledger.state.rollout_state import RecordedChange, RolloutState
from ...ledger.state.state import State, fold
from ...policy.rollout_model import Rollout
from ...reports.rollout_drawing import drawn, incident, record_of, told
from ...rollout.engine import Person, RolloutStep
from ...rollout.store import roll_back
from .. import terminal
from ..action_options import act_of, acting_options, ledger_file_option
from ..inputs import load_policies, sound_policies
from ..options import anchor_option, format_option, policies_option
from ..output import deliver, look, on_screen, output_option, writable
from ..snapshots import SnapshotOrigin, origin_options
from ..terminal_tables import Table

__all__ = ["command"]

_EXAMPLES = """\b
Examples:
  interlock rollout list
  interlock rollout advance experiment-0 snapshot.json --by WHO --reason 'begin' --environment paper
  interlock rollout status experiment-0
  interlock rollout rollback experiment-0 --by WHO --reason 'fills look wrong'
  interlock rollout note experiment-0 -o incident.md
"""


_WHERE = {"ACTIVE": ", now in {}", "ROLLED_BACK": ", back to {}"}

_MOVING = (
    click.argument("name"),
    click.argument("snapshot", required=False),
    origin_options,
    click.option("--by", required=True, metavar="WHO", help="Who acts."),
    click.option("--reason", required=True, metavar="TEXT", help="Why."),
    ledger_file_option,
    anchor_option(),
)


def _moving_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what `advance` and `rearm` share: they judge a snapshot, record it, and say who asked."""
    for option in reversed(_MOVING):
        command = option(command)
    return command


@click.group("rollout", short_help="Take a change through its stages.", epilog=_EXAMPLES)
def command() -> None:
    """Take a change through its stages: gates advance it, triggers roll it back, people re-arm it.

    Every `evaluate --ledger` looks at the rollouts that are active: their triggers are live in every stage.
    """


@command.command(
    "list",
    short_help="List rollouts and where they stand.",
    epilog="\b\nExample:\n  interlock rollout list --format json",
)
@format_option("text", "json")
@ledger_file_option
@policies_option
def list_command(form: str, ledger: Path, policies: str | None) -> int:
    """List the rollouts of the policy root and where each stands."""
    loaded, state = load_policies(policies), _state(ledger)
    names = sorted({*loaded.root.rollouts, *state.rollouts})
    if form == "json":
        found = [_record(name, loaded, state.rollout(name)) for name in names]
        terminal.write(canonical(found) + b"\n")
        return EXIT_BEST
    if not names:
        raise UsageError("the policy root holds no rollout")
    table = Table(("rollout", "state", "attempt", "stage", "since"), right=frozenset({"attempt"}))
    for name in names:
        standing = state.rollout(name)
        since = show_time(standing.since) if standing.changes else ""
        gone = "" if name in loaded.root.rollouts else " (no document)"
        table.add(name + gone, standing.state, str(standing.attempt or ""), standing.stage, since)
    table.show()
    return EXIT_BEST


@command.command(
    "status",
    short_help="Draw the stages: where it is, what is missing.",
    epilog="\b\nExamples:\n  interlock rollout status experiment-0\n"
    "  interlock rollout status experiment-0 --root . --environment live",
)
@click.argument("name")
@click.argument("snapshot", required=False)
@origin_options
@format_option("text", "json")
@ledger_file_option
def status_command(name: str, snapshot: str | None, form: str, ledger: Path, **options: Any) -> int:
    """Draw the stages of NAME, what is missing for the next one, and when it can come at the earliest.

    Judged is SNAPSHOT, or what a desk shows with --root, else the newest recorded snapshot; nothing is recorded. The
    exit code is 0 when the rollout may advance, 3 when it holds, 1 when it has to be or was rolled back, 4 when a
    verdict has expired by now.
    """
    origin = SnapshotOrigin(**options)
    loaded = load_policies(origin.policies)
    rollout = _known(loaded, name)
    with Recorder(ledger, record=False) as recorder:
        shown = origin.snapshot(snapshot, loaded, record=False) or _newest(recorder)
        steering = loaded.rollout_engine(shown, recorder, environment=origin.environment, now=origin.now)
        step = steering.preview(rollout)
        standing = recorder.state.rollout(name)
    if form == "json":
        terminal.write(canonical(record_of(rollout, standing, step.decision)) + b"\n")
    else:
        terminal.say(drawn(rollout, standing, step.decision, look("-", origin.policies)).removesuffix("\n"))
    return _code(step)


@command.command(
    "advance",
    short_help="Enter the next stage where the gates allow it.",
    epilog="\b\nExample:\n  interlock rollout advance experiment-0 snapshot.json --by WHO --reason 'gate passed'",
)
@_moving_options
def advance_command(name: str, snapshot: str | None, by: str, reason: str, **options: Any) -> int:
    """Begin NAME, or let it enter its next stage, where every gate allows that on this snapshot.

    The snapshot is judged and recorded; a trigger that fires rolls the rollout back. The exit code is 0 when it
    moved on, 3 when it holds, 1 when it was rolled back, 4 when a verdict has expired.
    """
    return _moved(name, snapshot, Person(by, reason), options, again=False)


@command.command(
    "rearm",
    short_help="Begin another attempt after a rollback.",
    epilog="\b\nExample:\n  interlock rollout rearm experiment-0 snapshot.json --by WHO --reason 'cause was mended'",
)
@_moving_options
def rearm_command(name: str, snapshot: str | None, by: str, reason: str, **options: Any) -> int:
    """Begin another attempt of NAME, which was rolled back or is complete.

    What verifies the rollback must be at its best on this snapshot, and no trigger may stand: latched ones are
    re-armed first, each with `interlock log rearm`.
    """
    return _moved(name, snapshot, Person(by, reason), options, again=True)


@command.command(
    "rollback",
    short_help="Roll back by hand.",
    epilog="\b\nExample:\n  interlock rollout rollback experiment-0 --by WHO --reason 'fills look wrong'",
)
@click.argument("name")
@acting_options
@policies_option
def rollback_command(
    name: str, by: str, reason: str, at: Decimal | None, ledger: Path, policies: str | None
) -> int:
    """Roll NAME back by hand, whatever its triggers say; the incident note is printed.

    Documents with errors are passed over: nothing keeps a person from rolling back.
    """
    act = act_of(by, reason, at)
    loaded = sound_policies(policies)
    with Ledger(ledger) as opened:
        if name not in fold(opened.entries()).rollouts:
            _known(loaded, name)
    move = roll_back(ledger, loaded.root, name, act, act.anchor)
    terminal.say(f"{name} was rolled back to {move.target} by {printable(by)}")
    if move.note is not None:
        terminal.say()
        terminal.say(incident(move.note).removesuffix("\n"))
    return EXIT_BEST


@command.command(
    "history",
    short_help="Tell every change, and why.",
    epilog="\b\nExample:\n  interlock rollout history experiment-0",
)
@click.argument("name")
@format_option("text", "json")
@ledger_file_option
def history_command(name: str, form: str, ledger: Path) -> int:
    """Tell every change of NAME: when, in which attempt, from where to where, by whom and why."""
    found = _state(ledger).rollout(name).changes
    if not found:
        raise UsageError(f"`{printable(name)}` was never begun")
    if form == "json":
        terminal.write(canonical([_told(each) for each in found]) + b"\n")
        return EXIT_BEST
    terminal.say(told(found, on_screen()).removesuffix("\n"))
    return EXIT_BEST


@command.command(
    "note",
    short_help="Write the incident note of a rollback.",
    epilog="\b\nExample:\n  interlock rollout note experiment-0 -o incident.md",
)
@click.argument("name")
@format_option("markdown", "json")
@output_option
@ledger_file_option
def note_command(name: str, form: str, output: str, ledger: Path) -> int:
    """Write the incident note of the newest rollback of NAME: trigger, window, symbols, mitigation, settings."""
    writable(output)
    notes = [each.note for each in _state(ledger).rollout(name).changes if each.note is not None]
    if not notes:
        raise UsageError(f"`{printable(name)}` was never rolled back")
    text = json.dumps(notes[-1], indent=2, default=str) + "\n" if form == "json" else incident(notes[-1])
    deliver(text, output)
    return EXIT_BEST


def _moved(name: str, snapshot: str | None, person: Person, options: dict[str, Any], *, again: bool) -> int:
    ledger, anchor = options.pop("ledger"), options.pop("anchor")
    origin = SnapshotOrigin(**options)
    loaded = load_policies(origin.policies)
    rollout = _known(loaded, name)
    found = origin.snapshot(snapshot, loaded, record=True)
    if found is None:
        raise UsageError("name a snapshot, or a folder to collect from with `--root DIR`")
    with Recorder(ledger, anchor=anchor) as recorder:
        steering = loaded.rollout_engine(found, recorder, environment=origin.environment, now=origin.now)
        step = steering.rearm(rollout, person) if again else steering.advance(rollout, person)
        others = steering.observe_active(skip=name)
        standing = recorder.state.rollout(name).copy()
    _show(step, standing, origin)
    for each in others:
        if each.change:
            terminal.tell(f"rollout {each.rollout.id}: {each.change}, see `interlock rollout status`")
    return _code(step)


def _show(step: RolloutStep, standing: RolloutState, origin: SnapshotOrigin) -> None:
    rollout = step.rollout
    if not step.change:
        terminal.say(
            drawn(rollout, step.before, step.decision, look("-", origin.policies)).removesuffix("\n")
        )
        return
    at, where = show_time(standing.since), _WHERE.get(standing.state, "")
    terminal.say(
        f"{rollout.id}: {step.change} at {at}, attempt {standing.attempt}{where.format(standing.stage)}"
    )
    if step.settings:
        terminal.say("set now:")
    for each in step.settings:
        terminal.say(f"  {printable(each)}")
    note = standing.changes[-1].note
    if note is not None:
        terminal.say()
        terminal.say(incident(note).removesuffix("\n"))


def _code(step: RolloutStep) -> int:
    """0 when the rollout moved on or may, 4 where a verdict is too old, 1 when it is or must be rolled back."""
    if step.decision.action == "ROLLBACK":
        return EXIT_WORST
    if step.decision.action == "HOLD" and step.decision.expired:
        return EXIT_NOT_EVALUATED
    if step.before.state == "ROLLED_BACK":
        return EXIT_BEST if step.change == "REARM" else EXIT_WORST
    if step.decision.action != "HOLD" or (step.before.state == "COMPLETE" and not step.decision.missing):
        return EXIT_BEST
    return EXIT_BETWEEN


def _known(policies: PolicySet, name: str) -> Rollout:
    policies.known("rollout", name, policies.root.rollouts)
    return policies.root.rollouts[name]


def _state(path: Path) -> State:
    """The state of a ledger; one that is not there yet remembers nothing."""
    if not path.exists():
        return State()
    with Ledger(path) as ledger:
        return fold(ledger.entries())


def _newest(recorder: Recorder) -> Snapshot:
    if not recorder.state.snapshots:
        raise UsageError(
            "the ledger holds no snapshot: name one, or a folder to collect from with `--root DIR`"
        )
    return recorder.load(recorder.state.snapshots[-1].document)


def _record(name: str, policies: PolicySet, standing: RolloutState) -> dict[str, object]:
    rollout = policies.root.rollouts.get(name)
    if rollout is not None:
        return record_of(rollout, standing, None)
    return {"rollout": name, "state": standing.state, "attempt": standing.attempt, "stage": standing.stage}


def _told(move: RecordedChange) -> dict[str, object]:
    return {
        "at": show_time(move.at), "attempt": move.attempt, "decision": move.action, "from": move.source,
        "to": move.target, "version": move.version, "by": move.by, "reason": move.reason, "note": move.note,
    }  # fmt: skip
