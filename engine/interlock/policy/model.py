"""The records of policies and attestations after reading: frozen, and shared by evaluation, ledger and reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from ..diagnostics import Span
from ..language.nodes import Node
from ..language.types import Type
from ..language.values import Value

__all__ = [
    *(
        "UNLIMITED",
        "Attestation",
        "Composition",
        "Inhibition",
        "Override",
        "Param",
        "Policy",
        "Rule",
        "StageGuard",
        "Unlimited",
    ),
]


@dataclass(frozen=True, slots=True)
class Unlimited:
    """The value of a param that sets no limit: rules that use it do not apply."""

    def __str__(self) -> str:
        return "unlimited"


UNLIMITED = Unlimited()

ParamValue = Value | Unlimited


@dataclass(frozen=True, slots=True)
class Override:
    """An environment variable that may replace a param's value while `when` holds; with `members` those of members."""

    env: str
    when: Node | None
    span: Span
    members: bool = False


@dataclass(frozen=True, slots=True)
class Param:
    """One named value. `value` is None where the environment must give it; `per` holds values by member."""

    name: str
    type: Type
    value: ParamValue | None
    span: Span
    bare: bool = False
    per: Mapping[str, ParamValue] = field(default_factory=dict)
    override: Override | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    doc: str = ""

    def at(self, member: str) -> str:
        """The key under which an environment holds the value for one member."""
        return f"{self.name}[{member}]"

    @property
    def values(self) -> tuple[object, ...]:
        """Every value that the policy gives it, without `unlimited`."""
        given = (self.value, *self.per.values())
        return tuple(each for each in given if each is not None and each is not UNLIMITED)


@dataclass(frozen=True, slots=True)
class Composition:
    """Another policy's verdict as a condition: `bound` is that of `at_worst` (requirement) or `reaches` (trigger);
    `while_applicable` skips the rule while that policy does not apply."""

    policy: str
    bound: str
    params: Mapping[str, object]
    span: Span
    bound_span: Span | None = field(default=None, compare=False)
    while_applicable: bool = False


@dataclass(frozen=True, slots=True)
class StageGuard:
    """A policy applies while a rollout is in a `state`, and in one of the `stages` where there are any."""

    rollout: str
    span: Span = field(compare=False)
    stages: tuple[str, ...] = ()
    state: str = "ACTIVE"

    def __str__(self) -> str:
        where = f" in {' or '.join(self.stages)}" if self.stages else ""
        return f"rollout {self.rollout} is {self.state}{where}"


@dataclass(frozen=True, slots=True)
class Inhibition:
    """Another policy, whose verdict explains a rule's alarms when it is `reaches` or a worse one."""

    policy: str
    reaches: str
    span: Span = field(compare=False)
    reaches_span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. A requirement must be proved true, a trigger must be proved false. It contributes the verdict `failed`
    when it fails and `unknown` when its outcome is unknown; `formerly` are ids that it had before. Durations are in
    seconds."""

    id: str
    kind: Literal["requirement", "trigger"]
    condition: Node | Composition
    failed: str
    unknown: str
    span: Span
    title: str = ""
    covers: tuple[str, ...] = ()
    fail_open: str = ""
    applies: Node | None = None
    hold: Node | None = None
    shadow: Decimal | None = None
    notify: tuple[str, ...] = ()
    inhibited_by: Inhibition | None = None
    waivable: tuple[tuple[str, ...], Decimal] | None = None
    latch: bool = False
    blind_limit: Decimal | None = None
    reason: str = ""
    action: str = ""
    formerly: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def stateful(self) -> bool:
        """Whether its outcome depends on earlier evaluations, which a ledger holds."""
        return self.latch or self.blind_limit is not None or self.hold is not None


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy: its verdicts run from best to worst; `valid_for` is in seconds; `formerly` are ids that it had."""

    id: str
    version: str
    title: str
    owner: str
    verdicts: tuple[str, ...]
    rules: tuple[Rule, ...]
    span: Span
    runbook: str = ""
    valid_for: Decimal = Decimal(86400)
    for_each: str | None = None
    params: Mapping[str, Param] = field(default_factory=dict)
    lets: Mapping[str, Node] = field(default_factory=dict)
    notify: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    max_gap: Decimal | None = None
    formerly: tuple[str, ...] = ()
    applies: Node | StageGuard | None = None
    tags: tuple[str, ...] = ()

    @property
    def guard(self) -> tuple[Node, ...]:
        """The expression that says when it applies, where it is one."""
        return () if self.applies is None or isinstance(self.applies, StageGuard) else (self.applies,)

    @property
    def best(self) -> str:
        """The verdict that opens the gate."""
        return self.verdicts[0]

    @property
    def worst(self) -> str:
        """The last of its verdicts."""
        return self.verdicts[-1]

    @property
    def children(self) -> tuple[Composition, ...]:
        """The policies that it composes."""
        return tuple(rule.condition for rule in self.rules if isinstance(rule.condition, Composition))


@dataclass(frozen=True, slots=True)
class Attestation:
    """What may be attested. It takes one person for each of the `roles` and `quorum` people in all; it counts for
    `expires` seconds, while the values of `binds` stay the same, and only if it was given after the newest time of each
    metric of `after`; the person whom the metric `author` names does not count. Where there are `keys` (32 bytes by
    person), only signed attestations count, each by its person's key."""

    name: str
    roles: tuple[str, ...]
    quorum: int
    expires: Decimal
    span: Span
    binds: tuple[str, ...] = ()
    people: dict[str, tuple[str, ...]] = field(default_factory=dict)
    author: str = ""
    doc: str = ""
    keys: dict[str, bytes] = field(default_factory=dict)
    after: tuple[str, ...] = ()

    def meaning(self) -> dict[str, object]:
        """Return all that decides which attestations count, as plain data for a digest."""
        keys = {person: key.hex() for person, key in self.keys.items()}
        names = ("roles", "quorum", "expires", "binds", "people", "author")
        later = {"after": self.after} if self.after else {}
        return {**{name: getattr(self, name) for name in names}, "keys": keys, **later}
