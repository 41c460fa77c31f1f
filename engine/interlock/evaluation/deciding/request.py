"""The request and the result of one evaluation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ...language.times import show_time
from ...language.values import Unknown, Value
from ...policy.model import Attestation, Policy
from ..expressions.compiled import CompiledPolicy
from ..expressions.interpreter import Watch
from ..snapshot.measures import Measures
from ..verdict import Verdict
from .inhibition import InhibitionNote
from .memory import Fact, Memory
from .past import bound_value

__all__ = [
    "Decision",
    "NotEvaluable",
    "Refusal",
    "Request",
    "attested",
    "require_evaluable",
    "require_values",
]


@dataclass(frozen=True, slots=True)
class Request:
    """How to evaluate a snapshot: values of the environment by policy, named baselines, and the memory of a ledger or
    `stateless`. Tests give instead of a ledger what is `attested` (None: unknown) and for how many seconds an unknown
    trigger has been blind (None: for too long), and may watch comparisons. `rollout` gives the state and the stage of a
    rollout, None where they are unknown."""

    environment: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    baselines: Mapping[str, Measures] = field(default_factory=dict)
    stateless: bool = False
    engine: str = ""
    attested: frozenset[str] | None = frozenset()
    blind_for: Decimal | None = None
    watch: Watch | None = None
    memory: Memory | None = None
    attestations: Mapping[str, Attestation] = field(default_factory=dict)
    rollout: Callable[[str], tuple[str, str] | None] = lambda name: None


class NotEvaluable(Exception):
    """A policy cannot be evaluated; the text says why."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A policy that was not evaluated, and why: for example a param without a value, or no ledger."""

    policy: str
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The result of one evaluation: verdicts in order of policy and member, refused policies, notes, the facts about
    stateful rules for the ledger, and which alarms other verdicts explain, by policy and member."""

    verdicts: tuple[Verdict, ...]
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    explained: Mapping[tuple[str, str], InhibitionNote] = field(default_factory=dict)


def attested(request: Request, measures: Measures) -> Mapping[str, Decimal | Unknown] | None:
    """Return the attestations that count, each with the instant at which it ends (seconds since the epoch), and those
    of which that is unknown.

    None without a ledger: whether anything is attested is unknown.
    """
    if request.memory is None:
        given = request.attested if request.stateless else None
        return None if given is None else dict.fromkeys(given, Decimal("Infinity"))

    def value(name: str) -> object:
        return bound_value(measures, name)

    ends = request.memory.attested(request.attestations, value)
    return {**request.memory.undecided(request.attestations, value), **ends}


def require_evaluable(compiled: CompiledPolicy, request: Request, as_of: Decimal) -> None:
    """Raise NotEvaluable for a policy that needs a ledger where there is none, or whose shadow has not begun."""
    policy = compiled.policy
    if compiled.needs_ledger and not request.stateless and request.memory is None:
        words = ", ".join(f"`{each}`" for each in compiled.needs_ledger)
        hint = "name one with `--ledger FILE`, or `--stateless` does without"
        raise NotEvaluable(f"`{policy.id}` uses {words} and needs a ledger: {hint}")
    for rule in policy.rules:
        if rule.shadow is not None and rule.shadow > as_of:
            since = show_time(rule.shadow)
            raise NotEvaluable(f"`{policy.id}`: the shadow of rule `{rule.id}` begins only at {since}")


def require_values(policy: Policy, absent: Collection[str]) -> None:
    """Raise NotEvaluable for a policy of which required params have no value."""
    if absent:
        words = ", ".join(f"`{each}`" for each in absent)
        raise NotEvaluable(
            f"`{policy.id}` needs a value for {words}: give it in an environment (`--environment NAME`)"
        )
