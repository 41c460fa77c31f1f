"""Reads rollout documents, already checked against their schema, and checks the names and settings in them."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass
from decimal import Decimal

from ...diagnostics import Collector, Span, name_hint
from ...language.literals import show
from ...language.types import Kind
from ...language.values import Value
from ..catalogue import RESERVED, Catalogue, Metric, Scope
from ..model import Attestation, Policy, StageGuard, Unlimited
from ..rollout_model import PREVIOUS, SHARED, Dwell, Prerequisite, Rollback, Rollout, Stage, Term
from ..yaml.yaml_nodes import Mapping, Node, Scalar, Sequence
from .attestations import read_approval
from .links import check_bound, named_policy
from .params import fits, in_range, read_value

__all__ = ["approvals", "check_stage_guards", "read_rollouts"]

_APPROVAL = Decimal(7 * 86400)


@dataclass(frozen=True, slots=True)
class _Declared:
    """What a rollout may name."""

    catalogue: Catalogue
    policies: Table[str, Policy]
    attestations: Table[str, Attestation]


def read_rollouts(
    documents: Iterable[Mapping],
    catalogue: Catalogue,
    policies: Table[str, Policy],
    attestations: Table[str, Attestation],
    collector: Collector,
) -> dict[str, Rollout]:
    """Return the rollouts of documents that keep their schema; complaints go to `collector`."""
    declared = _Declared(catalogue, policies, attestations)
    found: dict[str, Rollout] = {}
    nodes: dict[str, Mapping] = {}
    for document in documents:
        rollout = _RolloutReader(document, declared, collector).read()
        if rollout.id in found:
            related = [("first given here", found[rollout.id].span)]
            message = f"two rollouts are called `{rollout.id}`"
            collector.add("E251", message, rollout.span, "rename one", related)
            continue
        found[rollout.id], nodes[rollout.id] = rollout, document
    _prerequisites(found, nodes, collector)
    return found


def check_stage_guards(
    policies: Table[str, Policy], rollouts: Table[str, Rollout], collector: Collector
) -> None:
    """Complain of policies that apply in a rollout or a stage that does not exist."""
    for policy in policies.values():
        guard = policy.applies
        if not isinstance(guard, StageGuard):
            continue
        if guard.rollout not in rollouts:
            collector.add_unknown("E282", "rollout", guard.rollout, rollouts, guard.span)
            continue
        stages = [each.id for each in rollouts[guard.rollout].stages]
        for stage in guard.stages:
            if stage not in stages:
                message = f"`{guard.rollout}` has no stage `{stage}`"
                collector.add("E283", message, guard.span, name_hint(stage, stages))


def approvals(rollouts: Table[str, Rollout]) -> dict[str, Attestation]:
    """Return what people may attest of stages, by `ROLLOUT/STAGE`, which no other attestation is called."""
    stages = (stage for rollout in rollouts.values() for stage in rollout.stages)
    return {each.approve.name: each.approve for each in stages if each.approve is not None}


class _RolloutReader:
    """Reads one document. `unsure`: a setting is faulty, so the configuration cannot be checked as a whole."""

    def __init__(self, document: Mapping, declared: _Declared, collector: Collector) -> None:
        self.document, self.declared, self.collector = document, declared, collector
        self.name = document.text("rollout")
        self.settings = _SettingReader(declared, collector)
        self.unsure = False

    def complain(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        self.collector.add(code, message, span, hint)

    def read(self) -> Rollout:
        document = self.document
        nodes = document.sequence("stages").mappings
        stages = tuple(self.stage(each) for each in nodes)
        self.distinct(nodes)
        levers = document.sequence("lever").scalars
        for each in levers:
            self.setting(each)
        lever = tuple(each.text for each in levers)
        if not self.unsure:
            self.configured(stages, nodes, lever)
        return Rollout(
            id=self.name,
            version=document.text("version"),
            title=document.text("title"),
            owner=document.text("owner"),
            lever=lever,
            stages=stages,
            rollback=self.rollback(document.mapping("rollback"), stages),
            span=document.span_of("rollout"),
            runbook=document.text("runbook"),
            exclusive=document.text("exclusive") or SHARED,
            after=tuple(_prerequisite(each) for each in document.sequence("after").mappings),
            covers=document.texts("covers"),
            notes=document.texts("notes"),
        )

    # stages

    def stage(self, node: Mapping) -> Stage:
        name = node.text("id")
        return Stage(
            id=name,
            title=node.text("title"),
            flags=self.flags(node.mapping("flags")),
            dwell=self.dwell(node.mapping("dwell")),
            advance=self.policy(node.scalar("advance")),
            span=node.span_of("id"),
            canary=tuple(self.canary(each) for each in node.sequence("canary").scalars),
            restart_on=tuple(self.policy(each) for each in node.sequence("restart_on").scalars),
            approve=self.approval(name, node.get("approve")),
            covers=node.texts("covers"),
        )

    def distinct(self, nodes: Iterable[Mapping]) -> None:
        seen: set[str] = set()
        for node in nodes:
            name = node.text("id")
            if name in seen or name == PREVIOUS:
                why = "is given twice" if name in seen else "cannot be called that"
                self.complain("E252", f"the stage `{name}` {why}", node.span_of("id"), "rename it")
            seen.add(name)

    def flags(self, table: Mapping) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for key, node in table.pairs:
            metric = self.setting(key)
            value = self.settings.value(metric, node) if metric is not None else None
            if value is not None:
                found[key.text] = value
        return found

    def dwell(self, node: Mapping) -> Dwell:
        least, target = node.text("min"), node.text("target")
        found = Dwell(
            None if least == "required" else Term.read(least),
            Term.read(target) if target else None,
            node.duration("max_gap") or Decimal(0),
        )
        if not found.max_gap:
            message = "`max_gap` is zero, so no two snapshots are close enough"
            self.complain("E256", message, node.span)
        if found.least and found.target and found.target.end(Decimal(0)) < found.least.end(Decimal(0)):
            self.complain("E257", "the target comes before the least time", node.span, "raise `target`")
        return found

    def approval(self, stage: str, node: Node | None) -> Attestation | None:
        """The attestation of an approval: bound to the lever, so it counts for this configuration only."""
        if not isinstance(node, Mapping):
            return None
        name, binds = f"{self.name}/{stage}", self.document.texts("lever")
        return read_approval(name, node, binds, _APPROVAL, self.declared.catalogue, self.collector)

    # names

    def setting(self, node: Scalar) -> Metric | None:
        """The single metric of a setting; None after a complaint."""
        metric = self.settings.metric(node)
        self.unsure = self.unsure or metric is None
        return metric

    def canary(self, node: Scalar) -> str:
        metric = self.setting(node)
        bound = any(node.text in each.binds for each in self.declared.attestations.values())
        if metric is not None and metric.type.kind is not Kind.SET:
            self.unsure = True
            self.complain("E258", f"`{node.text}` is not a set", node.span, "a canary is a set of members")
        elif metric is not None and not bound:
            hint = f"declare one with `binds: [{node.text}]` in an attestations document"
            message = f"no attestation binds `{node.text}`"
            self.collector.add("E259", message, node.span, hint, names=["attestation:"])
        return node.text

    def policy(self, node: Scalar | None) -> str:
        if node is None:
            return ""
        named_policy(node.text, node.span, self.declared.policies, self.collector)
        return node.text

    def rollback(self, node: Mapping, stages: Iterable[Stage]) -> Rollback:
        name, bound, to = self.policy(node.scalar("policy")), node.text("reaches"), node.text("to")
        verified = self.policy(node.scalar("verified"))
        policy = self.declared.policies.get(name)
        if policy is not None:
            check_bound(policy, bound, policy.best, node.span_of("reaches"), self.collector)
        names = [PREVIOUS, *(each.id for each in stages)]
        if to not in names:
            self.collector.add_unknown("E260", "stage", to, names, node.span_of("to"))
        return Rollback(name, bound, to, verified)

    # the configuration as a whole

    def configured(self, stages: tuple[Stage, ...], nodes: Iterable[Mapping], lever: tuple[str, ...]) -> None:
        """Every stage gives a value to every setting, and stages differ in the lever only."""
        given = [{key for key, _ in node.mapping("flags").items()} for node in nodes]
        limits = {name for stage in stages for name in stage.canary}
        for name in sorted({*lever, *limits, *(key for keys in given for key in keys)}):
            self.given(name, list(zip(stages, given, strict=True)), limited=name in limits)
            having = [stage for stage in stages if name in stage.flags]
            other = next((each for each in having if each.flags[name] != having[0].flags[name]), None)
            if other is not None and name not in lever and name not in limits:
                hint = f"add it to `lever`, or give it the value that it has in `{having[0].id}`"
                message = f"`{name}` differs between stages and is no part of the lever"
                self.complain("E261", message, other.span, hint)

    def given(self, name: str, stages: list[tuple[Stage, set[str]]], *, limited: bool) -> None:
        """Every stage gives a setting; a canary set is given from the first stage on that it limits."""
        begun = not limited
        for stage, given in stages:
            begun = begun or name in stage.canary
            if begun and name not in given and name not in stage.canary:
                hint = "write it under `flags`" + (", `[]` for everything" if limited else "")
                self.complain("E262", f"the stage `{stage.id}` does not give `{name}`", stage.span, hint)
            if name in given and name in stage.canary:
                hint = "drop it from `flags`: a canary set may have any members but not none"
                self.complain("E263", f"`{name}` is a flag and a canary set of one stage", stage.span, hint)


class _SettingReader:
    """Reads the values that stages give to settings."""

    def __init__(self, declared: _Declared, collector: Collector) -> None:
        self.catalogue, self.collector = declared.catalogue, collector

    def complain(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        self.collector.add(code, message, span, hint)

    def metric(self, node: Scalar) -> Metric | None:
        """The single metric of a name; None after a complaint."""
        name, known = node.text, self.catalogue.metrics
        metric = known.get(name)
        if name in RESERVED:
            self.complain(
                "E255", f"`{name}` is supplied by the ledger", node.span, "name a metric of the desk"
            )
            return None
        if metric is None:
            self.collector.add_unknown("E254", "metric", name, known, node.span)
            return None
        if metric.series != "single" or metric.scope or metric.record:
            hint = "a setting has one value at a time"
            self.complain("E255", f"`{name}` is not a single value", node.span, hint)
            return None
        return metric

    def value(self, metric: Metric, node: Node) -> Value | None:
        """The value of a flag as evaluation holds it; None after a complaint."""
        if metric.type.kind is Kind.SET:
            return self.members(metric, node)
        if metric.type.kind is Kind.STRING and isinstance(node, Scalar):
            return node.text
        written = read_value(node)
        if isinstance(written, str) or isinstance(written.value, Unlimited):
            wrong = written if isinstance(written, str) else "a configuration has a value"
            self.complain("E214", f"`{metric.name}`: {wrong}", node.span)
        elif metric.type.enum is not None:
            return self.word(metric, str(written.value), node.span)
        elif not fits(metric.type, written):
            self.complain("E214", f"`{metric.name}` is {metric.type.with_article}", node.span)
        elif isinstance(written.value, Decimal) and not in_range(metric, written.value):
            bounds = (("at least", metric.low), ("at most", metric.high))
            ends = (f"{words} {show(each, metric.type)}" for words, each in bounds if each is not None)
            message = f"the value is outside the range of `{metric.name}`"
            self.complain("E214", message, node.span, ", ".join(ends))
        else:
            return written.value
        return None

    def word(self, metric: Metric, text: str, span: Span) -> Value | None:
        values = metric.type.enum.values if metric.type.enum else ()
        word = metric.spelled.get(text, text)
        if word in values:
            return Decimal(values.index(word))
        message = f"`{word}` is not a value of `{metric.name}`"
        self.complain("E253", message, span, name_hint(word, values))
        return None

    def members(self, metric: Metric, node: Node) -> Value | None:
        if not isinstance(node, Sequence):
            hint = "write a list, `[]` for none"
            self.complain("E214", f"`{metric.name}` is {metric.type.with_article}", node.span, hint)
            return None
        scope = self.catalogue.scopes.get(metric.type.of, Scope("", open=True))
        aliases = scope.aliases
        for each in () if scope.open or scope.members_from else node.scalars:
            if aliases.get(each.text, each.text) not in scope.members:
                message = f"`{each.text}` is not a member of `{scope.name}`"
                self.complain("E253", message, each.span, name_hint(each.text, [*scope.members, *aliases]))
        return frozenset(aliases.get(each, each) for each in node.texts)


def _prerequisites(found: Table[str, Rollout], documents: Table[str, Mapping], collector: Collector) -> None:
    """Complain of rollouts that come after one that does not exist, or after themselves."""
    for name, rollout in sorted(found.items()):
        nodes = documents[name].sequence("after").mappings
        for after, place in zip(rollout.after, (each.span_of("rollout") for each in nodes), strict=True):
            if after.rollout not in found:
                collector.add_unknown("E264", "rollout", after.rollout, found, place)
            elif name in _before(after.rollout, found):
                message = f"`{name}` comes after itself, through `{after.rollout}`"
                collector.add("E265", message, place, "break the circle")


def _before(name: str, found: Table[str, Rollout]) -> set[str]:
    """The rollout and all that must be complete before it."""
    seen: set[str] = set()
    todo = [name]
    while todo:
        each = todo.pop()
        if each not in seen and each in found:
            seen.add(each)
            todo += [after.rollout for after in found[each].after]
    return seen


def _prerequisite(node: Mapping) -> Prerequisite:
    dwell = node.text("dwell")
    return Prerequisite(node.text("rollout"), Term.read(dwell) if dwell else Term())
