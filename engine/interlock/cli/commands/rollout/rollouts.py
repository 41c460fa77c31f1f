"""Reads the state of rollouts from a ledger, and turns one step of a rollout into an exit code."""

from __future__ import annotations

from pathlib import Path

from ....api import PolicySet
from ....errors import EXIT_BEST, EXIT_BETWEEN, EXIT_NOT_EVALUATED, EXIT_WORST
from ....ledger.file.ledger import Ledger
from ....ledger.state.state import State, fold
from ....policy.rollout_model import Rollout
from ....rollout.engine import RolloutStep

__all__ = ["STEP_EXITS", "exit_code", "read_state", "require_rollout"]

STEP_EXITS = {
    EXIT_BEST: "the rollout may move on, or has moved on",
    EXIT_WORST: "the rollout must be rolled back, or was rolled back",
    EXIT_BETWEEN: "the rollout holds",
    EXIT_NOT_EVALUATED: "a verdict has expired by now",
}
"""The exit codes of a command that decides about a rollout."""


def exit_code(step: RolloutStep) -> int:
    """Return 0 where the rollout moved on or may, 3 where it holds, 4 for an expired verdict, 1 for a rollback."""
    if step.decision.action == "ROLLBACK":
        return EXIT_WORST
    if step.decision.action == "HOLD" and step.decision.expired:
        return EXIT_NOT_EVALUATED
    if step.before.state == "ROLLED_BACK":
        return EXIT_BEST if step.change == "REARM" else EXIT_WORST
    if step.decision.action != "HOLD" or (step.before.state == "COMPLETE" and not step.decision.missing):
        return EXIT_BEST
    return EXIT_BETWEEN


def require_rollout(policies: PolicySet, name: str) -> Rollout:
    """Return the rollout of that name; raises UsageError where there is none."""
    policies.known("rollout", name, policies.root.rollouts)
    return policies.root.rollouts[name]


def read_state(path: Path) -> State:
    """Return the state that a ledger holds."""
    with Ledger(path) as ledger:
        return fold(ledger.entries())
