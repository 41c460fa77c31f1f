"""What a test is once it is read: frozen records of situations, expectations, cases and suites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ...canonical import canonical, digest
from ...diagnostics import Span
from ...evaluation.snapshot.snapshot import Snapshot
from ...language.times import show_time
from ...language.values import Value

__all__ = ["Case", "Expectation", "Expected", "Situation", "SnapshotDraft", "Suite"]

Forms = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SnapshotDraft:
    """A snapshot that can still be changed: `as_of` in seconds, forms by metric as a snapshot writes them, and by
    scope, member and metric."""

    as_of: Decimal
    metrics: Forms = field(default_factory=dict)
    scopes: Mapping[str, Mapping[str, Forms]] = field(default_factory=dict)
    env: Forms = field(default_factory=dict)

    def form(self, name: str, place: tuple[str, str] | None = None) -> object:
        """Return the written form of a metric, at (scope, member) if given; None without one."""
        if place is None:
            return self.metrics.get(name)
        return self.scopes.get(place[0], {}).get(place[1], {}).get(name)

    def with_form(self, name: str, form: object, place: tuple[str, str] | None = None) -> SnapshotDraft:
        """Return the draft with another form of a metric; None takes it out."""
        if place is None:
            return SnapshotDraft(self.as_of, _with(self.metrics, name, form), self.scopes, self.env)
        scope, member = place
        members = self.scopes.get(scope, {})
        table = _with(members.get(member, {}), name, form)
        return SnapshotDraft(
            self.as_of, self.metrics, {**self.scopes, scope: {**members, member: table}}, self.env
        )

    def snapshot(self, name: str, *, hashed: bool = False) -> Snapshot:
        """Return the snapshot that it has become; only a `hashed` one bears its digest."""
        meaning = {
            "interlock": 1,
            "as_of": show_time(self.as_of),
            "metrics": self.metrics,
            "scopes": self.scopes,
            "env": self.env,
        }
        hashed_as = digest(canonical(meaning)) if hashed else ""
        return Snapshot(self.as_of, self.metrics, self.scopes, self.env, hashed_as, name)


def _with(table: Forms, name: str, form: object) -> Forms:
    rest = {key: value for key, value in table.items() if key != name}
    return rest if form is None else {**table, name: form}


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that a case gives to a policy. `attested` None: unknown; `blind_for` None: too long; `rollouts` are
    states and stages by rollout, unknown where they are not given."""

    draft: SnapshotDraft
    environment: str | None = None
    params: Mapping[str, Value] = field(default_factory=dict)
    baselines: Mapping[str, SnapshotDraft] = field(default_factory=dict)
    attested: frozenset[str] | None = frozenset()
    blind_for: Decimal | None = None
    rollouts: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expected:
    """What one verdict must be; an empty text or mapping asks nothing."""

    verdict: str = ""
    possible: str = ""
    rules: Mapping[str, str] = field(default_factory=dict)
    others: str = ""
    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a case must give: at every member, at some of them, or a refusal in these words."""

    everywhere: Expected = field(default_factory=Expected)
    members: Mapping[str, Expected] = field(default_factory=dict)
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One situation with its expectation; `member` is the member of a row in a table of cases."""

    name: str
    situation: Situation
    expectation: Expectation
    span: Span


@dataclass(frozen=True, slots=True)
class Suite:
    """The cases of one document, all about one policy."""

    policy: str
    title: str
    base: Situation
    cases: tuple[Case, ...]
    span: Span
