"""Fills in what is known of an incident when a rollout is rolled back: trigger, window, members, mitigation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from ..evaluation.deciding.memory import Renames
from ..evaluation.snapshot.measures import Measures
from ..language.times import show_time
from ..ledger.state.rollout_state import RolloutState
from ..ledger.state.state import State
from ..policy.model import Policy
from ..policy.rollout_model import Rollout
from .configuration import affected, settings
from .gates import RolloutGate

__all__ = ["noted", "trigger_of"]

OPEN = "open"


def noted(
    rollout: Rollout,
    standing: RolloutState,
    at: Decimal,
    trigger: str,
    measures: Measures | None,
) -> dict[str, object]:
    """Return the note: it is recorded with the rollback, and people go on from there.

    The window begins where the triggers were last seen quiet in the stage, else where the stage was entered.
    """
    back = rollout.back_from(standing.stage)
    quiet = max((each.at for each in standing.looks if each.quiet), default=standing.entered)
    members = () if measures is None else affected(rollout, rollout.stage(standing.stage), measures)
    return {
        "rollout": rollout.id,
        "attempt": standing.attempt,
        "stage": standing.stage,
        "at": show_time(at),
        "trigger": trigger,
        "window": f"{show_time(quiet)} to {show_time(at)}",
        "symbols": list(members),
        "mitigation": OPEN,
        "to": back.id,
        "settings": [] if measures is None else list(settings(back, measures)),
    }


def trigger_of(gate: RolloutGate, policies: Mapping[str, Policy], state: State) -> str:
    """Say what fired: the rules of the policy that failed, and every latch that stands in it or below it."""
    rules = [f"{each.name}/{rule.id}: {rule.reason}" for each in gate.verdicts for rule in each.failed()]
    below, now = set(_below(gate.policy, policies)), Renames.of(policies.values()).now
    latched = [
        f"{key[0]}/{key[2]}{f' at {key[1]}' if key[1] else ''}: {latch.reason} ({show_time(latch.at)})"
        for key, latch in sorted(state.latches.items())
        if now(key)[0] in below
    ]
    return "; ".join([*rules, *latched])


def _below(name: str, policies: Mapping[str, Policy]) -> Iterator[str]:
    """The policies that a policy composes, through all levels."""
    for each in policies[name].children if name in policies else ():
        yield each.policy
        yield from _below(each.policy, policies)
