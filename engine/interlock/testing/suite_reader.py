"""Reads the tests documents of policies into suites: bases resolved, tables written out."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ..diagnostics import Collector, unknown_name
from ..errors import SnapshotError
from ..evaluation.snapshot.snapshot import Snapshot
from ..evaluation.snapshot.undeclared import odd_points, undeclared_scopes
from ..policy.dependencies import reads
from ..policy.loader import PolicyRoot
from ..policy.model import Policy
from ..policy.yaml.yaml_nodes import Mapping, Node, Scalar, Sequence
from .policies.case_changes import CHANGES, Changer
from .policies.expectations import ExpectationReader
from .policies.model import Case, Expectation, Situation, SnapshotDraft, Suite
from .rollouts.story_documents import of_rollout

__all__ = ["read_suites"]

_EMPTY = Situation(SnapshotDraft(Decimal(0)))


def read_suites(root: PolicyRoot, collector: Collector) -> tuple[Suite, ...]:
    """Return the suites of policies in the order of their files; complaints go to `collector`."""
    of_policies = [node for node in root.tests if not of_rollout(node)]
    reader = _SuiteReader(root, collector, {node.span.file: node for node in of_policies})
    found = [reader.suite(node) for _, node in sorted(reader.documents.items())]
    return tuple(each for each in found if each is not None)


@dataclass(slots=True)
class _SuiteReader:
    root: PolicyRoot
    collector: Collector
    documents: dict[str, Mapping]
    bases: dict[str, Situation] = field(default_factory=dict)
    resolving: list[str] = field(default_factory=list)

    def suite(self, node: Mapping) -> Suite | None:
        policy = self.policy(node)
        if policy is None:
            return None
        base = self.base(node)
        cases = _Cases(self, policy, base).read(node)
        return Suite(policy.id, node.text("title"), base, cases, node.span_of("tests"))

    def policy(self, node: Mapping) -> Policy | None:
        name, known = node.text("tests"), self.root.policies
        if name not in known and not self.root.faulty.explain(f"policy:{name}"):
            self.collector.add_unknown("E701", "policy", name, known, node.span_of("tests"))
        return known.get(name)

    def base(self, node: Mapping) -> Situation:
        """Return the base of a document, read once."""
        file = node.span.file
        if file not in self.bases:
            self.resolving.append(file)
            self.bases[file] = self._base(node)
            self.resolving.pop()
        return self.bases[file]

    def _base(self, node: Mapping) -> Situation:
        name, given = node.scalar("base"), node.mapping("base")
        policy = self.policy(node)
        if name is not None:
            return self.taken(name)
        source = given.scalar("from")
        start = self.taken(source) if source is not None else _EMPTY
        if source is None and not given.has("as_of"):
            hint = "write `as_of: 2026-03-30T06:00:00Z`, or `from: FILE`"
            self.collector.add("E703", "the base has no `as_of`", given.span, hint)
        return start if policy is None else Changer(self.root, policy, self.collector).apply(given, start)

    def taken(self, name: Scalar) -> Situation:
        """Return the situation of another file: the base of a tests document, or a snapshot."""
        here = name.span.file
        file = posixpath.normpath(posixpath.join(posixpath.dirname(here), name.text))
        if name.text.startswith(("/", "\\")) or ":" in name.text or file.startswith("../.."):
            message = f"`{name.text}` is not a file near this one"
            self.collector.add("E728", message, name.span, "name it relatively")
        elif file in self.resolving:
            message = f"the base of `{file}` comes from itself"
            self.collector.add("E729", message, name.span, "break the circle")
        elif file in self.documents:
            return replace(self.base(self.documents[file]), params={})
        elif file.endswith(".json"):
            return self.snapshot(name, file)
        else:
            otherwise = "name a tests document, or a snapshot in JSON"
            unknown = unknown_name("tests document", file, self.documents, otherwise)
            self.collector.add("E730", unknown.message, name.span, unknown.hint)
        return _EMPTY

    def snapshot(self, name: Scalar, file: str) -> Situation:
        try:
            found = Snapshot.read(self.root.path.resolve().parent / file)
        except SnapshotError as problem:
            reason = str(problem).splitlines()[0].partition(": ")[2]
            self.collector.add("E731", f"`{file}`: {reason}", name.span)
            return _EMPTY
        for each in (*undeclared_scopes(found, self.root.catalogue), *odd_points(found, self.root.catalogue)):
            self.collector.add("E731", f"`{file}`: {each}", name.span)
        return Situation(SnapshotDraft(found.as_of, found.metrics, found.scopes, found.env))


@dataclass(slots=True)
class _Cases:
    """Reads the cases of one document."""

    reader: _SuiteReader
    policy: Policy
    base: Situation

    @property
    def collector(self) -> Collector:
        return self.reader.collector

    @property
    def changer(self) -> Changer:
        return Changer(self.reader.root, self.policy, self.collector)

    @property
    def expecting(self) -> ExpectationReader:
        return ExpectationReader(self.policy, self.reader.root.catalogue, self.collector)

    def read(self, node: Mapping) -> tuple[Case, ...]:
        found: list[Case] = []
        base = node.mapping("base")
        expect = base.get("expect")
        if expect is not None:
            found.append(Case("base", self.base, self.expecting.read(expect), base.key_span("expect")))
        for each in node.sequence("cases").mappings:
            found += self.case(each)
        self.unique(found)
        return tuple(found)

    def unique(self, cases: list[Case]) -> None:
        seen: dict[str, Case] = {}
        for case in cases:
            if case.name in seen:
                related = [("first given here", seen[case.name].span)]
                self.collector.add(
                    "E705", f"two cases are called `{case.name}`", case.span, "rename one", related
                )
            seen.setdefault(case.name, case)

    def case(self, node: Mapping) -> list[Case]:
        name = node.scalar("name")
        assert name is not None
        situation = self.changer.apply(node, self.base)
        expect, table = node.get("expect"), node.mapping("table")
        if (expect is None) == (not node.has("table")):
            hint = "write `expect: VERDICT`, or a `table`"
            self.collector.add("E704", f"the case `{name.text}` needs `expect` or `table`", name.span, hint)
            return []
        if expect is None:
            found = list(self.rows(name, table, situation))
        else:
            found = [Case(name.text, situation, self.expecting.read(expect), name.span)]
        self.changes_something(node, name, found)
        return found

    def changes_something(self, node: Mapping, name: Scalar, cases: list[Case]) -> None:
        given = any(node.has(key) for key in (*CHANGES, "table"))
        if given and any(self.differs(each.situation) for each in cases):
            return
        if cases and not self.collector.errors:
            why = (
                "nothing that the policy reads"
                if any(each.situation != self.base for each in cases)
                else "nothing"
            )
            hint = "change the base, or write `expect` beside the base"
            self.collector.add("E732", f"the case `{name.text}` changes {why}", name.span, hint)

    def differs(self, situation: Situation) -> bool:
        """Tell whether the policy can see a difference from the base."""
        one, two = replace(situation, draft=self.base.draft), replace(self.base, draft=self.base.draft)
        if (
            one != two
            or situation.draft.as_of != self.base.draft.as_of
            or situation.draft.env != self.base.draft.env
        ):
            return True
        read = reads(self.reader.root, self.policy.id).metrics
        return any(
            situation.draft.form(key, place) != self.base.draft.form(key, place)
            for key, place in _keys(situation.draft, self.base.draft)
            if key in read
        )

    def rows(self, name: Scalar, table: Mapping, situation: Situation) -> Iterator[Case]:
        rule, member = table.text("rule"), table.text("member")
        key, given = table.scalar("vary"), table.scalar("rule")
        assert key is not None
        if given is not None:
            self.expecting.known("rule", given, [each.id for each in self.policy.rules])
        for row in table.sequence("rows").items:
            assert isinstance(row, Sequence)
            value = row.items[0]
            change = _change(key, value, self.place(key, member))
            shown = self.collector.sources.get(row.span.file, [""] * row.span.line)
            case = f"{name.text}: {key.text} {_shown(value, shown)}"
            here = member if self.policy.for_each else ""
            expectation: Expectation = self.expecting.row(row, rule, here)
            yield Case(case, self.changer.apply(change, situation), expectation, row.span)

    def place(self, key: Scalar, member: str) -> tuple[str, str] | None:
        scope = self.changer.scope_of(key.text)
        return (scope, member) if scope and member else None


def _keys(*drafts: SnapshotDraft) -> set[tuple[str, tuple[str, str] | None]]:
    found: set[tuple[str, tuple[str, str] | None]] = {(key, None) for each in drafts for key in each.metrics}
    for draft in drafts:
        for scope, members in draft.scopes.items():
            found |= {(key, (scope, member)) for member, table in members.items() for key in table}
    return found


def _change(key: Scalar, value: Node, place: tuple[str, str] | None) -> Mapping:
    """Return the change that one row of a table makes, as a case would write it."""

    def word(text: str) -> Scalar:
        return replace(key, value=text, text=text)

    def mapping(name: Scalar, each: Node) -> Mapping:
        return Mapping(((name, each),), each.span)

    group, _, name = key.text.partition(".")
    if key.text in ("as_of", "blind_for"):
        return mapping(key, value)
    if group in ("params", "env") and name:
        return mapping(word(group), mapping(word(name), value))
    if place is not None:
        scope, member = place
        return mapping(word("members"), mapping(word(scope), mapping(word(member), mapping(key, value))))
    return mapping(word("set"), mapping(key, value))


def _shown(value: Node, lines: list[str]) -> str:
    """The value as the document writes it, for the name of a row's case."""
    if isinstance(value, Scalar):
        return value.text or "empty"
    if value.span.end_line == value.span.line and value.span.line <= len(lines):
        return lines[value.span.line - 1][value.span.column - 1 : value.span.end_column - 1].strip()
    return f"of line {value.span.line}"
