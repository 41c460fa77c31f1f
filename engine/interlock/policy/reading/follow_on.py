"""Drops complaints that only follow from others: a name is not unknown where its own declaration is at fault."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ...diagnostics import Collector, Diagnostic
from ..yaml.yaml_nodes import Mapping, Node

__all__ = ["DeclaredNames", "FaultyNames", "drop_follow_on"]

_FIRST = re.compile(r"\s*([a-z]+):\s*([a-z0-9-]*)\s*(?:#.*)?")


@dataclass(frozen=True, slots=True)
class FaultyNames:
    """Names whose declarations are at fault, as `kind:name`; `kinds` are those of which any name may be declared in a
    document that cannot be read."""

    names: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()

    def explain(self, name: str) -> bool:
        """Tell whether a name, as `kind:name`, may be unknown because of a faulty declaration, its own or that of the
        record or group before a dot."""
        kind, _, path = name.partition(":")
        parts = path.split(".")
        beginnings = (".".join(parts[:size]) for size in range(1, len(parts) + 1))
        return kind in self.kinds or any(f"{kind}:{each}" in self.names for each in beginnings)


def drop_follow_on(collector: Collector, faulty: FaultyNames, file: str | None = None) -> None:
    """Drop the complaints about unknown names that `faulty` explains, of one file only where it is given."""

    def follows(found: Diagnostic) -> bool:
        return (file is None or found.span.file == file) and any(map(faulty.explain, found.names))

    if faulty != FaultyNames():
        collector.diagnostics[:] = [each for each in collector.diagnostics if not follows(each)]


@dataclass(slots=True)
class DeclaredNames:
    """The names that the documents of a root declare, sound or not. `unread` are the kinds of documents that cannot be
    read (empty where the kind is not known either), `unsound` of those that break their schema."""

    names: set[str] = field(default_factory=set)
    attestable: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    unsound: set[str] = field(default_factory=set)

    def read(self, document: Node) -> None:
        """Add what a document declares that can be read."""
        if isinstance(document, Mapping):
            self.names |= set(_declared(document))
            self.attestable |= set(_attestable(document))

    def lines(self, lines: Iterable[str]) -> None:
        """Add what the first line declares of a document that cannot be read."""
        kind, name = _first_key(lines)
        self.names |= {f"{kind}:{name}"} if kind in ("policy", "rollout") else set()
        self.unread.add(kind)

    @property
    def attestations(self) -> frozenset[str] | None:
        """The names of what people may attest; None where a document that may declare some cannot be read."""
        return None if self.unread & {"attestations", "rollout", ""} else frozenset(self.attestable)

    def faulty(self, sound: Iterable[str]) -> FaultyNames:
        """Return the names that are declared and not among the `sound` ones."""
        kinds = {"metric", "scope"} if "metrics" in self.unread else set()
        kinds |= {"attestation"} if {"attestations", ""} & (self.unread | self.unsound) else set()
        return FaultyNames(frozenset(self.names - set(sound)), frozenset(kinds))


def _declared(document: Mapping) -> Iterator[str]:
    """The policy, the rollout, the metrics and the scopes of a document."""
    for kind in ("policy", "rollout"):
        name = document.scalar(kind)
        yield from [f"{kind}:{name.text}"] if name else []
    for scope, _ in document.mapping("scopes").items():
        yield f"scope:{scope}"
    metrics = document.mapping("metrics")
    for metric, _ in metrics.items():
        yield f"metric:{metric}"
    for record, table in metrics.tables:
        yield from (f"metric:{record.text}.{column}" for column, _ in table.mapping("record").items())


def _attestable(document: Mapping) -> Iterator[str]:
    """What people may attest: what an attestations document lists, and the approvals of a rollout's stages."""
    yield from (name for name, _ in document.mapping("attestations").items())
    rollout = document.scalar("rollout")
    for stage in document.sequence("stages").mappings if rollout else ():
        name = stage.scalar("id")
        if rollout and name and stage.key("approve"):
            yield f"{rollout.text}/{name.text}"


def _first_key(lines: Iterable[str]) -> tuple[str, str]:
    """Return the kind and the name that the first line of a document gives, also where the rest cannot be read."""
    first = next((each for each in lines if each.strip() and not each.lstrip().startswith("#")), "")
    match = _FIRST.fullmatch(first)
    return (match[1], match[2]) if match else ("", "")
