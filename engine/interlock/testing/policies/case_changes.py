"""Applies what a base or a case changes: metrics, members, the clock, the environment, baselines, attestations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...diagnostics import Collector, name_hint, unknown_name
from ...language.types import Type
from ...language.values import Value
from ...policy.catalogue import Metric, Scope
from ...policy.loader import PolicyRoot
from ...policy.model import Policy
from ...policy.reading.environments import read_values
from ...policy.yaml.yaml_nodes import Mapping, Node, Scalar, plain
from .model import Situation, SnapshotDraft
from .series_notation import SeriesWriter
from .value_forms import Writer, instant

__all__ = ["CHANGES", "Changer"]

CHANGES = ("as_of", "set", "members", "missing", "stale", "env", "environment", "params", "baselines", "attested",
           "blind_for", "rollouts")  # fmt: skip


_STATES = ("NOT_BEGUN", "COMPLETE", "ROLLED_BACK")


@dataclass(frozen=True, slots=True)
class Changer:
    """Changes situations of one policy (None: of none, which has no params); complaints go to the collector."""

    root: PolicyRoot
    policy: Policy | None
    collector: Collector

    def complain(self, code: str, message: str, node: Node, hint: str | None = None) -> None:
        self.collector.add(code, message, node.span, hint)

    def apply(self, node: Mapping, before: Situation) -> Situation:
        """Return the situation with every change that the mapping tells of."""
        found = replace(
            before,
            draft=self.draft(node, before.draft),
            environment=self.environment(node) or before.environment,
            params={**before.params, **self.params(node)},
            blind_for=node.duration("blind_for") or before.blind_for,
            rollouts={**before.rollouts, **dict(self.rollouts(node))},
        )
        if node.has("attested"):
            found = replace(found, attested=self.attested(node))
        return replace(found, baselines=self.baselines(node, found))

    def attested(self, node: Mapping) -> frozenset[str] | None:
        if node.text("attested") == "unknown":
            return None
        known, cure = self.root.attestations, "declare it in an attestations document"
        for each in node.sequence("attested").scalars:
            if each.text not in known and not self.root.faulty.explain(f"attestation:{each.text}"):
                self.collector.add_unknown("E712", "attestation", each.text, known, each.span, cure)
        return frozenset(node.texts("attested"))

    def rollouts(self, node: Mapping) -> Iterator[tuple[str, tuple[str, str]]]:
        """Yield the state and the stage of each rollout, given as a stage or as a state."""
        known = self.root.rollouts
        for key, each in node.mapping("rollouts").items():
            word = str(plain(each))
            if key not in known:
                self.collector.add_unknown("E733", "rollout", key, known, each.span)
                continue
            stages = [stage.id for stage in known[key].stages]
            if word in stages:
                yield key, ("ACTIVE", word)
            elif word in _STATES:
                yield key, (word, "" if word == "NOT_BEGUN" else stages[0])
            else:
                hint = name_hint(word, [*stages, *_STATES])
                self.complain("E734", f"`{key}` has no stage or state `{word}`", each, hint)

    def environment(self, node: Mapping) -> str | None:
        given, known = node.scalar("environment"), self.root.environments
        if given is None:
            return None
        if given.text not in known:
            self.collector.add_unknown("E713", "environment", given.text, known, given.span)
            return None
        return given.text

    def params(self, node: Mapping) -> dict[str, Value]:
        given, catalogue = node.mapping("params"), self.root.catalogue
        return read_values(self.policy, given, catalogue, self.collector) if self.policy is not None else {}

    def baselines(self, node: Mapping, situation: Situation) -> dict[str, SnapshotDraft]:
        found = dict(situation.baselines)
        for key, each in node.mapping("baselines").pairs:
            if isinstance(each, Mapping):
                found[key.text] = self.draft(each, found.get(key.text, situation.draft))
            elif isinstance(each, Scalar) and each.text == "missing":
                found.pop(key.text, None)
            elif isinstance(each, Scalar) and each.text == "base":
                found[key.text] = situation.draft
            else:
                self.complain("E702", "`base`, `missing` or a mapping is wanted", each)
        return found

    # the snapshot

    def draft(self, node: Mapping, before: SnapshotDraft) -> SnapshotDraft:
        draft = self.clock(node, before)
        changes = list(self.changes(node))
        # The roster of `members_from` must stand before the values at its members.
        for key, value in sorted(changes, key=lambda each: self.scope_of(each[0].text) is not None):
            draft = self.set(draft, key, value)
        draft = self.members(node, draft)
        given = {key: plain(each) for key, each in node.mapping("env").items()}
        env = {key: None if each == "" else each for key, each in given.items()}
        return replace(draft, env={**draft.env, **env}) if env else draft

    def clock(self, node: Mapping, before: SnapshotDraft) -> SnapshotDraft:
        given = node.scalar("as_of")
        if given is None:
            return before
        moment = instant(given.text, before.as_of)
        if moment is None:
            hint = "write a time such as `2026-03-30T06:00:00Z`, or a step such as `+26h`"
            self.complain("E715", f"`{given.text}` is no time", given, hint)
            return before
        return replace(before, as_of=moment)

    def changes(self, node: Mapping) -> Iterator[tuple[Scalar, Node]]:
        """Yield (metric, value) of `set`, `missing` and `stale`."""
        yield from node.mapping("set").pairs
        for word in ("missing", "stale"):
            for each in node.sequence(word).scalars:
                yield each, replace(each, value=word, text=word)

    def set(self, draft: SnapshotDraft, key: Scalar, value: Node) -> SnapshotDraft:
        found = self.metric(key)
        if found is None:
            return draft
        metric, columns = found
        if metric.scope is None:
            return self.put(draft, key.text, metric, columns, value, None)
        for member in self.roster(draft, self.root.catalogue.scopes[metric.scope]):
            draft = self.put(draft, key.text, metric, columns, value, (metric.scope, member))
        return draft

    def members(self, node: Mapping, draft: SnapshotDraft) -> SnapshotDraft:
        for scope, member, key, value in _deep(node.mapping("members")):
            declared = self.root.catalogue.scopes.get(scope.text)
            if declared is None:
                unknown = unknown_name("scope", scope.text, self.root.catalogue.scopes)
                self.complain("E709", unknown.message, scope, unknown.hint)
                continue
            name = declared.aliases.get(member.text, member.text)
            if declared.members and not declared.open and name not in declared.members:
                hint = name_hint(name, declared.members)
                self.complain("E709", f"`{name}` is no member of `{scope.text}`", member, hint)
                continue
            found = self.metric(key)
            if found and found[0].scope != scope.text:
                self.complain("E721", f"`{key.text}` is no metric of the scope `{scope.text}`", key)
            elif found:
                draft = self.put(draft, key.text, *found, value, (scope.text, name))
        return draft

    def put(
        self,
        draft: SnapshotDraft,
        name: str,
        metric: Metric,
        columns: dict[str, Type],
        value: Node,
        place: tuple[str, str] | None,
    ) -> SnapshotDraft:
        writer = Writer(metric, draft.as_of, self.collector)
        before = draft.form(name, place)
        if metric.series == "single":
            form = writer.single(value, before)
        else:
            form = SeriesWriter(writer, columns).form(value, before)
        return draft.with_form(name, form, place)

    # names

    def metric(self, key: Scalar) -> tuple[Metric, dict[str, Type]] | None:
        """Return the metric of that name, or the first column of the record and all columns' types."""
        metrics = self.root.catalogue.metrics
        columns = {
            each.name.removeprefix(f"{key.text}."): each
            for each in metrics.values()
            if each.record == key.text
        }
        if columns:
            first = next(iter(columns.values()))
            return first, {name: each.type for name, each in columns.items()}
        metric = metrics.get(key.text)
        if metric is not None and metric.record is None:
            return metric, {}
        records = {each.record for each in metrics.values() if each.record}
        known = sorted({*(each.name for each in metrics.values() if each.record is None), *records})
        unknown = unknown_name("metric", key.text, known)
        hint = f"write points of the record `{metric.record}`" if metric else unknown.hint
        self.complain("E708", unknown.message, key, hint)
        return None

    def scope_of(self, name: str) -> str | None:
        return next(
            (each.scope for each in self.root.catalogue.metrics.values() if name in (each.name, each.record)),
            None,
        )

    def roster(self, draft: SnapshotDraft, scope: Scope) -> tuple[str, ...]:
        if scope.members_from is None:
            return scope.members
        form = draft.metrics.get(scope.members_from)
        names = form.get("value") if isinstance(form, dict) else form
        return tuple(str(each) for each in names) if isinstance(names, list) else ()


def _deep(scopes: Mapping) -> Iterator[tuple[Scalar, Scalar, Scalar, Node]]:
    """Yield (scope, member, metric, value)."""
    for scope, members in scopes.tables:
        for member, table in members.tables:
            for key, value in table.pairs:
                yield scope, member, key, value
