"""Applies what a base or a case changes: metrics, members, the clock, the environment, baselines, attestations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ...diagnostics import Collector, name_hint, unknown_name
from ...language.times import parse_duration
from ...language.types import Type
from ...language.values import Value
from ...policy.catalogue import Metric, Scope
from ...policy.loader import PolicyRoot
from ...policy.model import Policy
from ...policy.reading.environments import read_values
from ...policy.yaml.yaml_nodes import Mapping, Node, Scalar, Sequence, plain
from .model import Situation, SnapshotDraft
from .series_notation import SeriesWriter
from .value_forms import Writer, instant

__all__ = ["CHANGES", "Changer"]

CHANGES = ("as_of", "set", "members", "missing", "stale", "env", "environment", "params", "baselines", "attested",
           "blind_for")  # fmt: skip
_WORDS = {"missing": "missing", "stale": "stale"}


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
            blind_for=parse_duration(_text(node, "blind_for")) or before.blind_for,
        )
        given = node.get("attested")
        if given is not None:
            found = replace(found, attested=self.attested(given))
        return replace(found, baselines=self.baselines(node, found))

    def attested(self, given: Node) -> frozenset[str] | None:
        if isinstance(given, Scalar) and given.text == "unknown":
            return None
        for each in given.items if isinstance(given, Sequence) else ():
            name, known = each.text if isinstance(each, Scalar) else "", self.root.attestations
            if name not in known and not self.root.faulty.explain(f"attestation:{name}"):
                unknown = unknown_name("attestation", name, known, "declare it in an attestations document")
                self.complain("E701", unknown.message, each, unknown.hint)
        return frozenset(_texts(given))

    def environment(self, node: Mapping) -> str | None:
        given = node.get("environment")
        if not isinstance(given, Scalar):
            return None
        if given.text not in self.root.environments:
            unknown = unknown_name("environment", given.text, self.root.environments)
            self.complain("E701", unknown.message, given, unknown.hint)
            return None
        return given.text

    def params(self, node: Mapping) -> dict[str, Value]:
        given = node.get("params")
        if self.policy is None or not isinstance(given, Mapping):
            return {}
        return dict(read_values(self.policy, given, self.collector))

    def baselines(self, node: Mapping, situation: Situation) -> dict[str, SnapshotDraft]:
        found = dict(situation.baselines)
        given = node.get("baselines")
        for key, each in given.pairs if isinstance(given, Mapping) else ():
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
        # A roster told by a metric must stand before the values at its members.
        for key, value in sorted(changes, key=lambda each: self.scope_of(each[0].text) is not None):
            draft = self.set(draft, key, value)
        draft = self.members(node, draft)
        env = node.get("env")
        if isinstance(env, Mapping):
            given = {key: None if each == "" else each for key, each in _plain(env).items()}
            draft = replace(draft, env={**draft.env, **given})
        return draft

    def clock(self, node: Mapping, before: SnapshotDraft) -> SnapshotDraft:
        given = node.get("as_of")
        if not isinstance(given, Scalar):
            return before
        moment = instant(given.text, before.as_of)
        if moment is None:
            hint = "write a time such as `2026-03-30T06:00:00Z`, or a step such as `+26h`"
            self.complain("E702", f"`{given.text}` is no time", given, hint)
            return before
        return replace(before, as_of=moment)

    def changes(self, node: Mapping) -> Iterator[tuple[Scalar, Node]]:
        """Yield (metric, value) of `set`, `missing` and `stale`."""
        table = node.get("set")
        yield from ((key, value) for key, value in table.pairs) if isinstance(table, Mapping) else ()
        for word in _WORDS:
            listed = node.get(word)
            for each in listed.items if isinstance(listed, Sequence) else ():
                if isinstance(each, Scalar):
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
        scopes = node.get("members")
        for scope, member, key, value in _deep(scopes):
            declared = self.root.catalogue.scopes.get(scope.text)
            if declared is None:
                unknown = unknown_name("scope", scope.text, self.root.catalogue.scopes)
                self.complain("E701", unknown.message, scope, unknown.hint)
                continue
            name = declared.aliases.get(member.text, member.text)
            if declared.members and not declared.open and name not in declared.members:
                hint = name_hint(name, declared.members)
                self.complain("E701", f"`{name}` is no member of `{scope.text}`", member, hint)
                continue
            found = self.metric(key)
            if found and found[0].scope != scope.text:
                self.complain("E702", f"`{key.text}` is no metric of the scope `{scope.text}`", key)
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
        self.complain("E701", unknown.message, key, hint)
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
        told = form.get("value") if isinstance(form, dict) else form
        return tuple(str(each) for each in told) if isinstance(told, list) else ()


def _text(node: Mapping, key: str) -> str:
    value = node.get(key)
    return value.text if isinstance(value, Scalar) else ""


def _texts(node: Node) -> Iterable[str]:
    return (
        [each.text for each in node.items if isinstance(each, Scalar)] if isinstance(node, Sequence) else []
    )


def _plain(node: Mapping) -> dict[str, object]:
    found = plain(node)
    assert isinstance(found, dict)
    return found


def _deep(node: Node | None) -> Iterator[tuple[Scalar, Scalar, Scalar, Node]]:
    """Yield (scope, member, metric, value)."""
    for scope, members in node.pairs if isinstance(node, Mapping) else ():
        for member, table in members.pairs if isinstance(members, Mapping) else ():
            for key, value in table.pairs if isinstance(table, Mapping) else ():
                yield scope, member, key, value
