"""What an evaluation is asked, and everything that it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ...language.values import Value
from ...policy.model import Attestation
from ..expressions.interpreter import Watch
from ..snapshot.measures import Measures
from ..verdict import Verdict
from .inhibition import InhibitionNote
from .memory import Fact, Memory
from .past import bound_value

__all__ = ["Decision", "Refusal", "Request", "attested"]


def attested(request: Request, measures: Measures) -> Mapping[str, Decimal] | None:
    """Return what enough people attested, with the instant at which it ends; None where nobody can tell."""
    if request.memory is None:
        given = request.attested if request.stateless else None
        return None if given is None else dict.fromkeys(given, Decimal("Infinity"))
    return request.memory.attested(request.attestations, lambda name: bound_value(measures.metric(name)))


@dataclass(frozen=True, slots=True)
class Request:
    """How a snapshot is to be judged: the environment's values by policy, named baselines, and what a ledger
    remembers, or that it is done without one. Tests say in its place what is `attested` (None: nobody can tell)
    and for how many seconds an unknown trigger has been blind (None: for too long), and may watch comparisons."""

    environment: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    baselines: Mapping[str, Measures] = field(default_factory=dict)
    stateless: bool = False
    engine: str = ""
    attested: frozenset[str] | None = frozenset()
    blind_for: Decimal | None = None
    watch: Watch | None = None
    memory: Memory | None = None
    attestations: Mapping[str, Attestation] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A policy that was not evaluated at all, and why: a param without a value, or a ledger that it needs."""

    policy: str
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Everything that one evaluation gives: verdicts in order, refused policies, members left out, the facts about
    stateful rules that a ledger is to record, and what verdicts explain of each other, by policy and member."""

    verdicts: tuple[Verdict, ...]
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    explained: Mapping[tuple[str, str], InhibitionNote] = field(default_factory=dict)
