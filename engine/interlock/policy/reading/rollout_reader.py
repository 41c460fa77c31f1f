"""Reads rollout documents, already checked against their schema, and holds them against what they name."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass
from decimal import Decimal

from ...diagnostics import Collector, Span, name_hint, unknown_name
from ...language.literals import show
from ...language.times import parse_duration
from ...language.types import Kind
from ...language.values import Value
from ..attestations import Attestation, approval
from ..catalogue import RESERVED, Catalogue, Metric
from ..model import Policy, Unlimited
from ..rollout_model import PREVIOUS, SHARED, Dwell, Prerequisite, Rollback, Rollout, Stage, Term
from ..yaml.yaml_nodes import Mapping, Node, Scalar, Sequence
from .params import fits, read_value

__all__ = ["approvals", "read_rollouts"]

_APPROVAL = Decimal(7 * 86400)


@dataclass(frozen=True, slots=True)
class _RolloutNames:
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
    world = _RolloutNames(catalogue, policies, attestations)
    found: dict[str, Rollout] = {}
    nodes: dict[str, Mapping] = {}
    for document in documents:
        rollout = _RolloutReader(document, world, collector).read()
        if rollout.id in found:
            related = [("first given here", found[rollout.id].span)]
            message = f"two rollouts are called `{rollout.id}`"
            collector.add("E214", message, rollout.span, "rename one", related)
            continue
        found[rollout.id], nodes[rollout.id] = rollout, document
    _ordered(found, nodes, collector)
    return found


def approvals(rollouts: Table[str, Rollout]) -> dict[str, Attestation]:
    """Return what people may attest of stages, by `ROLLOUT/STAGE`, which no other attestation is called."""
    stages = (stage for rollout in rollouts.values() for stage in rollout.stages)
    return {each.approve.name: each.approve for each in stages if each.approve is not None}


class _RolloutReader:
    """Reads one document."""

    def __init__(self, document: Mapping, world: _RolloutNames, collector: Collector) -> None:
        self.document, self.world, self.collector = document, world, collector
        self.name = _text(document, "rollout")
        self.unsure = False

    def complain(self, message: str, span: Span, hint: str | None = None) -> None:
        self.collector.add("E214", message, span, hint)

    def read(self) -> Rollout:
        document = self.document
        nodes = _mappings(document.get("stages"))
        stages = tuple(self.stage(each) for each in nodes)
        self.distinct(nodes)
        lever = tuple(self.metric(each) for each in _scalars(document.get("lever")))
        self.configured(stages, nodes, lever)
        return Rollout(
            id=self.name,
            version=_text(document, "version"),
            title=_text(document, "title"),
            owner=_text(document, "owner"),
            lever=lever,
            stages=stages,
            rollback=self.rollback(stages),
            span=document.pairs[0][1].span,
            runbook=_text(document, "runbook"),
            exclusive=_text(document, "exclusive") or SHARED,
            after=tuple(_after(each) for each in _mappings(document.get("after"))),
            covers=_texts(document.get("covers")),
            notes=_texts(document.get("notes")),
        )

    # stages

    def stage(self, node: Mapping) -> Stage:
        name = _text(node, "id")
        flags = node.get("flags")
        key = node.get("id")
        return Stage(
            id=name,
            title=_text(node, "title"),
            flags=self.flags(flags) if isinstance(flags, Mapping) else {},
            dwell=self.dwell(node.get("dwell")),
            advance=self.policy(node.get("advance")),
            span=key.span if key is not None else node.span,
            canary=tuple(self.canary(each) for each in _scalars(node.get("canary"))),
            restart_on=tuple(self.policy(each) for each in _scalars(node.get("restart_on"))),
            approve=self.approval(name, node.get("approve")),
            covers=_texts(node.get("covers")),
        )

    def distinct(self, nodes: Iterable[Mapping]) -> None:
        seen: set[str] = set()
        for node in nodes:
            name, key = _text(node, "id"), node.get("id")
            if key is not None and (name in seen or name == PREVIOUS):
                why = "is given twice" if name in seen else "is no name for a stage"
                self.complain(f"the stage `{name}` {why}", key.span, "rename it")
            seen.add(name)

    def flags(self, table: Mapping) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for key, node in table.pairs:
            metric = self.setting(key)
            value = self.value(metric, node) if metric is not None else None
            if value is not None:
                found[key.text] = value
        return found

    def value(self, metric: Metric, node: Node) -> Value | None:
        """The value of a flag as evaluation holds it; None after a complaint."""
        if metric.type.kind is Kind.SET:
            return self.members(metric, node)
        if metric.type.kind is Kind.STRING and isinstance(node, Scalar):
            return node.text
        written = read_value(node)
        wrong = written if isinstance(written, str) else ""
        if isinstance(written, str) or isinstance(written.value, Unlimited):
            self.complain(f"`{metric.name}`: {wrong or 'a configuration has a value'}", node.span)
            return None
        if metric.type.enum is not None:
            word = metric.spelled.get(str(written.value), str(written.value))
            if word in metric.type.enum.values:
                return Decimal(metric.type.enum.values.index(word))
            hint = name_hint(word, metric.type.enum.values)
            self.complain(f"`{word}` is no value of `{metric.name}`", node.span, hint)
            return None
        if not fits(metric.type, written):
            self.complain(f"`{metric.name}` is {metric.type.with_article}", node.span)
            return None
        if isinstance(written.value, Decimal) and not _in_range(metric, written.value):
            bounds = (("at least", metric.low), ("at most", metric.high))
            hint = ", ".join(
                f"{words} {show(each, metric.type)}" for words, each in bounds if each is not None
            )
            self.complain(f"the value is outside the range of `{metric.name}`", node.span, hint)
            return None
        return written.value

    def members(self, metric: Metric, node: Node) -> Value | None:
        if not isinstance(node, Sequence):
            self.complain(
                f"`{metric.name}` is {metric.type.with_article}", node.span, "write a list, `[]` for none"
            )
            return None
        scope = self.world.catalogue.scopes.get(metric.type.of)
        aliases = scope.aliases if scope else {}
        for each in _scalars(node):
            known = scope is None or scope.open or scope.members_from is not None
            if not known and scope is not None and aliases.get(each.text, each.text) not in scope.members:
                hint = name_hint(each.text, [*scope.members, *aliases])
                self.complain(f"`{each.text}` is no member of `{scope.name}`", each.span, hint)
        return frozenset(aliases.get(each, each) for each in _texts(node))

    def dwell(self, node: Node | None) -> Dwell:
        assert isinstance(node, Mapping)
        least, target = _text(node, "min"), _text(node, "target")
        found = Dwell(
            None if least == "required" else Term.read(least),
            Term.read(target) if target else None,
            parse_duration(_text(node, "max_gap")) or Decimal(0),
        )
        if not found.max_gap:
            self.complain("`max_gap` is zero, so that no two snapshots belong together", node.span)
        if found.least and found.target and found.target.end(Decimal(0)) < found.least.end(Decimal(0)):
            self.complain("the target comes before the least time", node.span, "raise `target`")
        return found

    def approval(self, stage: str, node: Node | None) -> Attestation | None:
        """The attestation that an approval is: bound to the lever, so that it is of this configuration."""
        if not isinstance(node, Mapping):
            return None
        name, binds = f"{self.name}/{stage}", _texts(self.document.get("lever"))
        return approval(name, node, binds, _APPROVAL, self.world.catalogue, self.collector)

    # what is named

    def metric(self, node: Scalar) -> str:
        self.setting(node)
        return node.text

    def setting(self, node: Scalar) -> Metric | None:
        """The single metric of a setting; None after a complaint."""
        metric = self.world.catalogue.metrics.get(node.text)
        self.unsure = self.unsure or metric is None
        if node.text in RESERVED:
            self.complain(
                f"`{node.text}` is supplied by the ledger", node.span, "a setting is one of the desk's"
            )
            return None
        if metric is None:
            unknown = unknown_name("metric", node.text, self.world.catalogue.metrics)
            self.complain(unknown.message, node.span, unknown.hint)
            return None
        if metric.series != "single" or metric.scope or metric.record:
            self.complain(f"`{node.text}` is no single value", node.span, "a setting has one value at a time")
            return None
        return metric

    def canary(self, node: Scalar) -> str:
        metric = self.setting(node)
        if metric is not None and metric.type.kind is not Kind.SET:
            self.unsure = True
            self.complain(f"`{node.text}` is no set", node.span, "a canary is a set of members")
        elif metric is not None and not any(
            node.text in each.binds for each in self.world.attestations.values()
        ):
            hint = f"declare one with `binds: [{node.text}]` in an attestations document"
            self.complain(f"no attestation binds `{node.text}`", node.span, hint)
        return node.text

    def policy(self, node: Node | None) -> str:
        name = node.text if isinstance(node, Scalar) else ""
        if isinstance(node, Scalar) and name not in self.world.policies:
            unknown = unknown_name("policy", name, self.world.policies)
            self.complain(unknown.message, node.span, unknown.hint)
        return name

    def rollback(self, stages: Iterable[Stage]) -> Rollback:
        node = self.document.get("rollback")
        assert isinstance(node, Mapping)
        name, bound, to = self.policy(node.get("policy")), node.get("reaches"), node.get("to")
        verified = self.policy(node.get("verified"))
        policy = self.world.policies.get(name)
        if policy is not None and isinstance(bound, Scalar):
            if bound.text not in policy.verdicts:
                hint = name_hint(bound.text, policy.verdicts)
                self.complain(f"`{bound.text}` is no verdict of `{name}`", bound.span, hint)
            elif bound.text == policy.best:
                hint = f"name one of {', '.join(policy.verdicts[1:])}"
                self.complain(f"every verdict of `{name}` reaches `{bound.text}`", bound.span, hint)
        names = [PREVIOUS, *(each.id for each in stages)]
        if isinstance(to, Scalar) and to.text not in names:
            unknown = unknown_name("stage", to.text, names)
            self.complain(unknown.message, to.span, unknown.hint)
        return Rollback(name, _text(node, "reaches"), _text(node, "to"), verified)

    # the configuration as a whole

    def configured(self, stages: tuple[Stage, ...], nodes: Iterable[Mapping], lever: tuple[str, ...]) -> None:
        """Every stage says what every setting is, and stages differ in the lever only; nobody can tell of names that
        are misspelt."""
        if self.unsure:
            return
        said = [set(_keys(node.get("flags"))) for node in nodes]
        limits = {name for stage in stages for name in stage.canary}
        for name in sorted({*lever, *limits, *(key for keys in said for key in keys)}):
            self.given(name, list(zip(stages, said, strict=True)), limited=name in limits)
            saying = [stage for stage in stages if name in stage.flags]
            other = next((each for each in saying if each.flags[name] != saying[0].flags[name]), None)
            if other is not None and name not in lever and name not in limits:
                hint = f"add it to `lever`, or give it the value that it has in `{saying[0].id}`"
                self.complain(
                    f"`{name}` differs between stages and is no part of the lever", other.span, hint
                )

    def given(self, name: str, stages: list[tuple[Stage, set[str]]], *, limited: bool) -> None:
        """A setting is told by every stage; a canary set from the first stage on that it limits."""
        begun = not limited
        for stage, said in stages:
            begun = begun or name in stage.canary
            if begun and name not in said and name not in stage.canary:
                hint = "write it under `flags`" + (", `[]` for everything" if limited else "")
                self.complain(f"the stage `{stage.id}` does not say what `{name}` is", stage.span, hint)
            if name in said and name in stage.canary:
                hint = "as a canary set it may have any members but none"
                self.complain(f"`{name}` is a flag and a canary set of one stage", stage.span, hint)


def _ordered(found: Table[str, Rollout], documents: Table[str, Mapping], collector: Collector) -> None:
    """Complain of rollouts that come after one that does not exist, or after themselves."""
    for name, rollout in sorted(found.items()):
        places = [each.get("rollout") for each in _mappings(documents[name].get("after"))]
        for after, place in zip(rollout.after, places, strict=True):
            assert place is not None
            if after.rollout not in found:
                unknown = unknown_name("rollout", after.rollout, found)
                collector.add("E214", unknown.message, place.span, unknown.hint)
            elif name in _before(after.rollout, found):
                message = f"`{name}` comes after itself, through `{after.rollout}`"
                collector.add("E214", message, place.span, "break the circle")


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


def _after(node: Mapping) -> Prerequisite:
    dwell = _text(node, "dwell")
    return Prerequisite(_text(node, "rollout"), Term.read(dwell) if dwell else Term())


def _in_range(metric: Metric, value: Decimal) -> bool:
    return (metric.low is None or value >= metric.low) and (metric.high is None or value <= metric.high)


def _text(node: Mapping, key: str) -> str:
    value = node.get(key)
    return value.text if isinstance(value, Scalar) else ""


def _scalars(node: Node | None) -> list[Scalar]:
    return [each for each in node.items if isinstance(each, Scalar)] if isinstance(node, Sequence) else []


def _mappings(node: Node | None) -> list[Mapping]:
    return [each for each in node.items if isinstance(each, Mapping)] if isinstance(node, Sequence) else []


def _keys(node: Node | None) -> list[str]:
    return [key.text for key, _ in node.pairs] if isinstance(node, Mapping) else []


def _texts(node: Node | None) -> tuple[str, ...]:
    return tuple(each.text for each in _scalars(node))
