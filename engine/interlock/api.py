"""The public face: load a policy root, evaluate snapshots, collect them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from . import __version__, clock
from .arithmetic import own_context, own_contexts
from .collect.collection import Collection
from .collect.collector import collect
from .collect.model import Sources
from .collect.workspace import read_workspace
from .diagnostics import Collector, unknown_name
from .errors import DocumentError, SnapshotError, UsageError
from .evaluation.deciding.decide import Decision, Request, decide
from .evaluation.deciding.memory import Memory
from .evaluation.deciding.past import bound_value
from .evaluation.expressions.compiled import CompiledPolicy, compile_policy
from .evaluation.expressions.expression import (
    ExpressionContext,
    ExpressionResult,
    checked_expression,
    evaluate_expression,
)
from .evaluation.snapshot.measures import Measures
from .evaluation.snapshot.snapshot import Snapshot
from .evaluation.snapshot.undeclared import odd_points, undeclared, undeclared_scopes
from .evaluation.verdict import Verdict
from .files import require_possible
from .guard import kill_switch
from .guard.activation import ALERTS
from .guard.clearance import Clearance, ClearanceRequest, StartContext, clear_start, snapshot_reader
from .guard.clearance_lines import require_clearance
from .guard.trade_gate.gate import Gate, Permission
from .guard.trade_gate.gate_counters import counters
from .guard.trade_gate.gate_state import GateState
from .language.values import Value
from .ledger.attestation import bound_values
from .ledger.recorder import EvaluationSettings, Recorder
from .ledger.state.kill_switch_record import series_form
from .ledger.state.quorum import unverifiable
from .policy.catalogue import Catalogue
from .policy.defaults import variables
from .policy.dependencies import reads
from .policy.loader import PolicyRoot
from .policy.model import Policy
from .policy.names import PolicyNames
from .rollout.context import ContextReader
from .rollout.engine import RolloutEngine, rollout_notes

__all__ = [
    "Clearance",
    "Gate",
    "GateState",
    "Permission",
    "PolicySet",
    "Snapshot",
    "Verdict",
    "check",
    "load",
    "require",
]

PathLike = str | os.PathLike[str]


@own_context
def load(path: PathLike | None = None) -> PolicySet:
    """Load and check every document of a policy root.

    `path` is the folder that holds `interlock.yaml`; without it `$INTERLOCK_POLICIES` or the nearest parent's
    `policies/` is taken. Raises DocumentError with every complaint, UsageError where there is no policy root.
    """
    policies, collector = check(path)
    if collector.errors:
        raise DocumentError(collector.errors, collector.sources)
    return policies


@own_context
def check(
    path: PathLike | None = None, advance: Callable[[], None] = lambda: None
) -> tuple[PolicySet, Collector]:
    """Like `load`, but return what is sound together with the complaints and the source lines they show."""
    collector = Collector()
    found = read_workspace(path, collector, advance)
    texts = {name: "\n".join(lines) for name, lines in collector.sources.items()}
    return PolicySet(found.root, found.sources, texts), collector


@own_context
def require(
    *policy_ids: str,
    root: PathLike | None = None,
    snapshot: PathLike | Snapshot | None = None,
    environment: str | None = None,
    ledger: PathLike | None = None,
    anchor: PathLike | None = None,
    begin: bool = False,
    allow_commands: bool = False,
    kill_switch_file: PathLike | None = None,
    policies: PathLike | PolicySet | None = None,
    environ: Mapping[str, str] | None = None,
    now: Callable[[], Decimal] = clock.now,
) -> Clearance:
    """Return only where the program may go on: on paper, or live with every named policy at its best.

    Collects below `root`, with the commands that sources declare where they are allowed, or takes a `snapshot` at most
    15 minutes old; judges and records in the `ledger`, whose head is kept in `anchor`. Variables and `defaults` give
    the ledger, anchor and environment that are not named; on paper `begin` begins a ledger that is not there. Under
    live mode (LIVE_MODE) anything but the best verdict, whatever went wrong, is logged as CRITICAL, throws the kill
    switch and raises NotCleared. On paper it returns, and `open` tells whether live mode would be allowed. Raises
    UsageError for a malformed call.
    """
    if not policy_ids or (root is None) == (snapshot is None):
        raise UsageError("`require` needs a policy, and either `root` or `snapshot`")
    require_possible(root=root, snapshot=snapshot, ledger=ledger, anchor=anchor)
    require_possible(kill_switch_file=kill_switch_file, policies=policies)
    place = None if root is None else Path(root)
    question = ClearanceRequest(
        tuple(policy_ids), None if ledger is None else Path(ledger), place, snapshot_reader(snapshot), environment,
        None if anchor is None else Path(anchor), allow_commands, begin="interlock.require" if begin else "",
    )  # fmt: skip
    file = Path(kill_switch_file) if kill_switch_file else (place or Path()) / kill_switch.DEFAULT
    setting = StartContext(variables(environ), now, file, (place or Path()) / ALERTS)
    loaded = (lambda: policies) if isinstance(policies, PolicySet) else (lambda: load(policies))
    return require_clearance(clear_start(loaded, question, setting))


@own_contexts
@dataclass(slots=True)
class PolicySet:
    """Policies, catalogue, environments and sources of one policy root, ready to judge snapshots."""

    root: PolicyRoot
    sources: Sources
    documents: Mapping[str, str] = field(default_factory=dict, repr=False)
    _compiled: dict[str, CompiledPolicy] = field(default_factory=dict)

    @property
    def policies(self) -> Mapping[str, Policy]:
        """The policies by name."""
        return self.root.policies

    @property
    def catalogue(self) -> Catalogue:
        """The metrics and scopes."""
        return self.root.catalogue

    def evaluate(
        self,
        snapshot: Snapshot,
        *,
        policies: Iterable[str] | None = None,
        environment: str | None = None,
        baselines: Mapping[str, Snapshot] | None = None,
        stateless: bool = False,
    ) -> tuple[Verdict, ...]:
        """Return the verdicts of the named policies (default: all), in order of policy and member.

        `baselines` are snapshots by name; `stateless` does without a ledger, and then no verdict opens a gate by
        its exit code. Raises UsageError for a policy, environment or param that is missing, SnapshotError for
        a snapshot that names a scope that is not declared.
        """
        decision = self.decide(
            snapshot, policies=policies, environment=environment, baselines=baselines, stateless=stateless
        )
        if decision.refusals:
            raise UsageError("\n".join(f"not evaluated: {each.reason}" for each in decision.refusals))
        return decision.verdicts

    def decide(
        self,
        snapshot: Snapshot,
        *,
        policies: Iterable[str] | None = None,
        environment: str | None = None,
        baselines: Mapping[str, Snapshot] | None = None,
        stateless: bool = False,
        memory: Memory | None = None,
        reserved: Mapping[str, object] | None = None,
        within: str = "",
    ) -> Decision:
        """Like `evaluate`, but a policy that cannot be evaluated is named in the decision, the others stand.

        `memory` is what a ledger knows, `reserved` the metrics that it supplies, `within` the rollout around it;
        `recorded` judges and records in one step.
        """
        asked = None if policies is None else list(policies)
        for name in asked or ():
            self.known("policy", name, self.policies)
        if not self.policies:
            raise UsageError("the policy root holds no policy: nothing was evaluated")
        self.require_names(snapshot, baselines)
        frozen = {name: Measures(each, self.catalogue) for name, each in sorted((baselines or {}).items())}
        request = Request(
            self.values_of(environment, within), frozen, stateless, __version__,
            memory=memory, attestations=self.root.attestations,
        )  # fmt: skip
        earlier = () if memory is None else memory.earlier(self.catalogue.scopes)
        if stateless:
            reserved = reserved or series_form(snapshot.as_of, [])
        return decide(self.compiled(), Measures(snapshot, self.catalogue, earlier, reserved), request, asked)

    def recorded(
        self,
        snapshot: Snapshot,
        recorder: Recorder,
        *,
        policies: Iterable[str] | None = None,
        environment: str | None = None,
        baselines: Mapping[str, Snapshot] | None = None,
    ) -> Decision:
        """Judge with what the ledger remembers and record it; it is durable once the recorder is closed well.

        Nothing of the decision may be acted upon before that. Active rollouts are looked at as well: their triggers
        are live whatever was asked.
        """
        asked = None if policies is None else tuple(policies)
        asking = EvaluationSettings(self.documents, __version__, asked, environment, baselines or {})
        decision = self._judged(snapshot, recorder, asking)
        unsure = unverifiable(self.root.attestations, recorder.state.attestations)
        decision = replace(decision, notes=(*decision.notes, *unsure))
        if not recorder.record:
            return decision
        engine = self.rollout_engine(snapshot, recorder, environment=environment, now=None)
        notes = (
            *rollout_notes(engine.observe_active(), recorder.state, self.root),
            *engine.unapplied_settings(),
        )
        return replace(decision, notes=(*decision.notes, *notes))

    def rollout_engine(
        self,
        snapshot: Snapshot,
        recorder: Recorder,
        *,
        environment: str | None = None,
        now: Decimal | None,
    ) -> RolloutEngine:
        """Return what takes rollouts through a snapshot.

        `now` is the clock (seconds since the epoch), by which verdicts expire; with None no stage can be entered.
        """
        self.values_of(environment)
        self.require_names(snapshot)
        viewer = ContextReader(self.root, recorder, Measures(snapshot, self.catalogue), environment, now)

        def judge(rollout: str, policies: tuple[str, ...], environment: str | None) -> Decision:
            asking = EvaluationSettings(self.documents, __version__, policies, environment, {}, rollout)
            return self._judged(snapshot, recorder, asking)

        return RolloutEngine(viewer, judge)

    def _judged(self, snapshot: Snapshot, recorder: Recorder, asking: EvaluationSettings) -> Decision:
        reserved = recorder.state.reserved(asking.rollout, snapshot.as_of)

        def judge(memory: Memory, frozen: Mapping[str, Snapshot]) -> Decision:
            return self.decide(
                snapshot, policies=asking.policies, environment=asking.environment, baselines=frozen,
                memory=memory, reserved=reserved, within=asking.rollout or "",
            )  # fmt: skip

        return recorder.evaluate(snapshot, replace(asking, scopes=self.catalogue.scopes), judge)

    def gate(
        self,
        policy: str,
        *,
        state: GateState | None = None,
        ledger: PathLike | None = None,
        anchor: PathLike | None = None,
        begin: bool = False,
        desk: Snapshot | None = None,
        environment: str | None = None,
    ) -> Gate:
        """Return the gate that judges single trades by a policy with one verdict for each symbol.

        `state` or `ledger` keeps earlier decisions, see `counters`; `desk` holds what a trade does not tell; `begin`
        begins a ledger that is not there. Raises UsageError for a policy that is missing, not judged for each member of
        a scope, or in need of more than that.
        """
        self.known("policy", policy, self.policies)
        scope = self.policies[policy].for_each
        if scope is None:
            raise UsageError(f"`{policy}` is no gate for trades: it is not judged for each member of a scope")

        def judge(snapshot: Snapshot) -> Decision:
            return self.decide(snapshot, policies=[policy], environment=environment)

        kept = counters(self.policies, policy, state, ledger, anchor, new=begin)
        return Gate(judge, self.catalogue, scope, kept, reads(self.root, policy), desk)

    def evaluate_expression(
        self,
        text: str,
        snapshot: Snapshot,
        *,
        policy: str | None = None,
        member: tuple[str, str] | None = None,
        environment: str | None = None,
        baselines: Mapping[str, Snapshot] | None = None,
    ) -> ExpressionResult:
        """Check one expression and evaluate it; `policy` lends its params and lets, `member` is (scope, member).

        Raises DocumentError for an expression that is not sound, UsageError for names that do not exist or a
        policy and a member that do not go together.
        """
        if policy is not None:
            self.known("policy", policy, self.policies)
        lender = self.policies[policy] if policy is not None else None
        scope, at = member or (None, None)
        if lender is not None and lender.for_each != scope:
            each = f"`{policy}` is evaluated for each {lender.for_each}: name one as its member"
            raise UsageError(each if lender.for_each else f"`{policy}` is not evaluated for each {scope}")
        self.require_names(snapshot, baselines)
        names = PolicyNames(self.catalogue, scope, attestable=self.root.attestations)
        if lender is not None:
            names = replace(names, param_table=dict(lender.params), lets=dict(lender.lets))
        setting = ExpressionContext(
            None if policy is None else self.compiled()[policy],
            scope,
            at,
            self.values_of(environment).get(policy or "", {}),
            {name: Measures(each, self.catalogue) for name, each in sorted((baselines or {}).items())},
        )
        return evaluate_expression(
            checked_expression(text, names), Measures(snapshot, self.catalogue), setting
        )

    def bound(self, what: str, snapshot: Snapshot, by: str = "") -> dict[str, object]:
        """Return the values that a person's word is bound to, read from a snapshot.

        Raises UsageError for what may not be attested, where a value is not known, or where `by` made the change.
        """
        self.known("attestation", what, self.root.attestations)
        self.require_names(snapshot)
        measures, declared = Measures(snapshot, self.catalogue), self.root.attestations[what]
        return bound_values(declared, lambda name: bound_value(measures, name), snapshot.name, by)

    def compiled(self) -> Mapping[str, CompiledPolicy]:
        """The policies ready to be walked; made once."""
        if not self._compiled:
            self._compiled = {
                name: compile_policy(each, self.catalogue) for name, each in self.policies.items()
            }
        return self._compiled

    def values_of(self, environment: str | None, within: str = "") -> Mapping[str, Mapping[str, Value]]:
        """Return the values of params in an environment, within a rollout with those that it gives."""
        if environment is not None:
            self.known("environment", environment, self.root.environments)
        values = self.root.environments[environment].values if environment is not None else {}
        return self.root.rollouts[within].values(values) if within in self.root.rollouts else values

    def known(self, kind: str, name: str, table: Mapping[str, object]) -> None:
        """Raise UsageError for a name that the policy root does not hold."""
        if name not in table:
            raise UsageError(str(unknown_name(kind, name, sorted(table))))

    def require_names(self, snapshot: Snapshot, baselines: Mapping[str, Snapshot] | None = None) -> None:
        """Raise SnapshotError for a scope that is not declared and, in the snapshot, an unknown key of a point."""
        every = [(each, undeclared_scopes(each, self.catalogue)) for each in (baselines or {}).values()]
        every += [(snapshot, each(snapshot, self.catalogue)) for each in (undeclared_scopes, odd_points)]
        if problems := [f"{each.name}: {problem}" for each, found in every for problem in found]:
            raise SnapshotError("\n".join(problems))

    def unused(self, snapshot: Snapshot) -> tuple[str, ...]:
        """Return a line for each metric of the snapshot that no catalogue declares: often a renamed one."""
        return tuple(undeclared(snapshot, self.catalogue))

    def collect(
        self,
        root: PathLike,
        as_of: Decimal,
        *,
        now: Decimal,
        since: Decimal | None = None,
        environ: Mapping[str, str] | None = None,
        archive: bool = False,
        allow_commands: bool = False,
    ) -> Collection:
        """Read a desk's artefacts below `root` as the sources say.

        Times are seconds since the epoch: `as_of` cuts what is seen, `since` where it begins, `now` is the clock,
        against which live sources are taken or refused. Declared commands run only with `allow_commands`.
        Raises UsageError for a root that is no folder.
        """
        return collect(
            Path(root), as_of, self.sources, self.catalogue,
            since=since, environ=variables(environ), now=now, archive=archive,
            allow_commands=allow_commands, env_names=self.root.override_variables, elapsed=clock.stopwatch(),
        )  # fmt: skip
