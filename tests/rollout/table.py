"""Sets the table for one decision: a rollout that stands somewhere, and a scene with whatever is not at its best."""

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
from interlock.rollout.configuration import ShownConfiguration
from interlock.rollout.decision import Context, RolloutDecision
from interlock.rollout.gates import RolloutGate
from support.rollouts import write
from support.roots import instant, read

__all__ = ["HOUR", "at", "brief", "gate", "other", "root", "scene", "standing", "verdict"]

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


def verdict(policy: str, word: str = "", possible: str = "", **more: Any) -> Verdict:
    """A verdict without a rule but one that fails where it is not the best."""
    order = _ORDER[policy]
    word = word or order[0]
    failing = (RuleResult("only", "fail", word, "it is so"),) if word in order[1:] else ()
    terms: dict[str, Any] = {
        "member": None,
        "as_of": at("01 00:00"),
        "valid_until": at("31 00:00"),
        "rules": failing,
        "inputs": Inputs("", "", {}, {}, ""),
        **more,
    }
    return Verdict(policy, "1.0.0", policy, verdict=word, possible=possible or word, verdicts=order, **terms)


def gate(policy: str, *words: str, **more: Any) -> RolloutGate:
    """A policy that said something, `refused`, or nothing at all (`silent`); two words: the verdict and possible."""
    if words == ("refused",):
        return RolloutGate(policy, refused="a value is needed")
    if words == ("silent",):
        return RolloutGate(policy)
    return RolloutGate(policy, (verdict(policy, *words, **more),))


def waived(policy: str) -> RolloutGate:
    """A policy that a waiver opened."""
    waiver = Waived(policy, None, "only", "fail", 7, "risk-desk", "risk", "OPS-1", "known", at("20 00:00"))
    return gate(policy, unwaived=(_ORDER[policy][-1], _ORDER[policy][-1]), waivers=(waiver,))


def other(state: str, stage: str = "", since: str = "01 00:00") -> RolloutState:
    """Where another rollout stands."""
    return RolloutState(state, 1, None, stage, at(since), at(since), at(since))


def standing(rollout: Rollout, stage: str, entered: str, *looks: str, state: str = "ACTIVE") -> RolloutState:
    """A rollout that entered a stage, or was rolled back to it, and the instants at which it was good to see."""
    found, moment = RolloutState(), at(entered)
    words = {"ACTIVE": ["BEGIN"], "COMPLETE": ["BEGIN", "COMPLETE"], "ROLLED_BACK": ["BEGIN", "ROLLBACK"]}
    for number, word in enumerate(words[state], 1):
        body = {"attempt": 1, "from": stage, "to": stage, "version": "1.0.0", "by": "quant", "reason": "so"}
        found.move(number, show_time(moment), {**body, "decision": word})
    found.looks = [
        RolloutObservation(at(each), number, True, "same", True) for number, each in enumerate(looks, 10)
    ]
    return found


def scene(
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
    least: str = "",
    now: str = "",
) -> Context:
    """A scene in which everything is as it should be but for what is said."""
    said = {each.policy: each for each in gates}
    known = {name: said.get(name) or gate(name) for name in _ORDER}
    shown = ShownConfiguration(tuple(differences), canary or {"exits.symbols": ("BTC-USD",)}, key)
    fine = not shown.differences and known["steady"].best if good is None else good
    return Context(
        as_of=at(moment),
        shown=shown,
        look=RolloutObservation(at(moment), 100, fine, key, known["back"].best),
        gates=known,
        attested=frozenset(attested),
        limits={"exits.symbols": frozenset({"canary-symbols"})},
        approved=approved,
        least=Term.read(least) if least else None,
        others=others or {},
        rollouts=root().rollouts,
        now=at(now) if now else None,
    )


def brief(course: RolloutDecision) -> list[str]:
    """The decision with its target, and a line for each check that does not pass."""
    lines = [f"{each.about} ({each.word}): {each.text}" for each in course.missing]
    return [" ".join(filter(None, [course.word, course.target])), *lines]


SILENCE = (NOT_EVALUATED,)
"""What a policy says to which no rule applies."""
