"""What is to be told of rollouts when snapshots are judged for another reason: rollbacks, findings, lost documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..ledger.state.state import State
from ..policy.loader import PolicyRoot
from .steering import Step

__all__ = ["remarks"]


def remarks(steps: Iterable[Step], state: State, root: PolicyRoot) -> Iterator[str]:
    """Yield one line for each thing that people are to know."""
    for step in steps:
        name, stage = step.rollout.id, step.before.stage
        if step.move:
            move = state.standing(name).moves[-1]
            todo = ", ".join(step.settings)
            yield f"rollout {name}: {step.move} from {move.source} to {move.target}: {move.reason}; set {todo}"
        for each in step.course.findings:
            yield f"rollout {name} in {stage}: {each}"
    for name, standing in sorted(state.rollouts.items()):
        if standing.active and name not in root.rollouts:
            hint = "bring its document back, or roll it back with `interlock rollout rollback`"
            yield f"rollout {name} is active in the ledger and gone from the policies: {hint}"
