"""Builds one decision: the state of a rollout, and a context with whatever is not at its best."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from interlock.evaluation.verdict import NOT_EVALUATED, Inputs, RuleResult, Verdict, Waived
from interlock.language.times import show_time
from interlock.ledger.state.rollout_state import RolloutObservation, RolloutState
from interlock.policy.loader import PolicyRoot
from interlock.policy.rollout_model import Rollout, Term
from interlock.rollout.configuration import ObservedConfiguration
from interlock.rollout.decision import Context, RolloutDecision
from interlock.rollout.gates import RolloutGate
from support.rollouts import write
from support.roots import instant, read

__all__ = ["HOUR", "at", "brief", "context", "gate", "other", "rollout_state", "root", "verdict"]

HOUR = Decimal(3600)
_ORDER = {
    "gate": ("PASS", "HOLD"),
    "back": ("CONTINUE", "INVESTIGATE", "ROLLBACK"),
    "steady": ("STEADY", "SHAKY"),
    "undone": ("VERIFIED", "PENDING"),
}


@cache
def root() -> PolicyRoot:
    """The small policy root, read once."""
    found, collector = read(write(Path(mkdtemp())))
    assert [str(each) for each in collector.sorted()] == []
    return found


def at(text: str) -> Decimal:
    """An instant in March 2026: `02 06:00` or `02 06:00:01`."""
    day, _, clock = text.partition(" ")
    return instant(f"2026-03-{day}T{clock + ':00' * (2 - clock.count(':'))}Z")


def verdict(policy: str, value: str = "", possible: str = "", **more: Any) -> Verdict:
    """A verdict without a rule but one that fails where it is not the best."""
    order = _ORDER[policy]
    value = value or order[0]
    failing = (RuleResult("only", "fail", value, "it is so"),) if value in order[1:] else ()
    terms: dict[str, Any] = {
        "member": None,
        "as_of": at("01 00:00"),
        "valid_until": at("31 00:00"),
        "rules": failing,
        "inputs": Inputs("", "", {}, {}, ""),
        **more,
    }
    return Verdict(
        policy, "1.0.0", policy, verdict=value, possible=possible or value, verdicts=order, **terms
    )


def gate(policy: str, *values: str, **more: Any) -> RolloutGate:
    """A gate with a verdict, `refused`, or `silent` (no verdict); two values are the verdict and the possible one."""
    if values == ("refused",):
        return RolloutGate(policy, refusal="a value is needed")
    if values == ("silent",):
        return RolloutGate(policy)
    return RolloutGate(policy, (verdict(policy, *values, **more),))


def waived(policy: str) -> RolloutGate:
    """A policy that a waiver opened."""
    waiver = Waived(policy, None, "only", "fail", 7, "risk-desk", "risk", "OPS-1", "known", at("20 00:00"))
    return gate(policy, unwaived=(_ORDER[policy][-1], _ORDER[policy][-1]), waivers=(waiver,))


def other(state: str, stage: str = "", since: str = "01 00:00") -> RolloutState:
    """The state of another rollout."""
    return RolloutState(state, 1, None, stage, at(since), at(since), at(since))


def rollout_state(
    rollout: Rollout, stage: str, entered: str, *observations: str, state: str = "ACTIVE"
) -> RolloutState:
    """A rollout that entered a stage, or was rolled back to it, and the instants of its good observations."""
    found, moment = RolloutState(), at(entered)
    values = {"ACTIVE": ["BEGIN"], "COMPLETE": ["BEGIN", "COMPLETE"], "ROLLED_BACK": ["BEGIN", "ROLLBACK"]}
    for number, value in enumerate(values[state], 1):
        body = {"attempt": 1, "from": stage, "to": stage, "version": "1.0.0", "by": "quant", "reason": "so"}
        found.apply_change(number, show_time(moment), {**body, "decision": value})
    found.observations = [
        RolloutObservation(at(each), number, True, "same", True)
        for number, each in enumerate(observations, 10)
    ]
    return found


def context(
    moment: str,
    *,
    differences: Iterable[str] = (),
    canary: Mapping[str, tuple[str, ...]] | None = None,
    key: str = "same",
    good: bool | None = None,
    gates: Iterable[RolloutGate] = (),
    others: Mapping[str, RolloutState] | None = None,
    attested: Iterable[str] = ("canary-symbols",),
    approved: bool = True,
    minimum: str = "",
    now: str = "",
) -> Context:
    """A context in which all is well except the arguments."""
    given = {each.policy: each for each in gates}
    known = {name: given.get(name) or gate(name) for name in _ORDER}
    configuration = ObservedConfiguration(tuple(differences), canary or {"exits.symbols": ("BTC-USD",)}, key)
    fine = not configuration.differences and known["steady"].is_best if good is None else good
    return Context(
        as_of=at(moment),
        configuration=configuration,
        observation=RolloutObservation(at(moment), 100, fine, key, known["back"].is_best),
        gates=known,
        attested=frozenset(attested),
        canary_attestations={"exits.symbols": frozenset({"canary-symbols"})},
        approved=approved,
        minimum=Term.read(minimum) if minimum else None,
        others=others or {},
        rollouts=root().rollouts,
        now=at(now) if now else None,
    )


def brief(decision: RolloutDecision) -> list[str]:
    """The decision with its target, and a line for each check that does not pass."""
    lines = [f"{each.about} ({each.status}): {each.text}" for each in decision.missing]
    return [" ".join(filter(None, [decision.action, decision.target])), *lines]


SILENCE = (NOT_EVALUATED,)
"""The verdict of a policy without a rule that applies."""
