"""Leaves out complaints that only follow from others: a name is not unknown when its own declaration is at fault."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ...diagnostics import Collector, Diagnostic
from ..yaml.yaml_nodes import Mapping, Node, Scalar, Sequence

__all__ = ["DeclaredNames", "FaultyNames", "without_consequences"]

_NAMING = {"E205", "E211", "E214", "E305", "E406", "E407", "E408", "E501", "E602"}
_OF_CATALOGUES = {"E205", "E214", "E305", "E406", "E408", "E501", "E602"}
_UNBOUND = "no attestation binds "
_NO_ROLLOUT = "no rollout is called "
_UNKNOWN = re.compile(r"is called `|cannot name `|must be a metric of type set")
_WORD = re.compile(r"(?<=[` ])[a-z][A-Za-z0-9_.-]*(?=`)")
_FIRST = re.compile(r"\s*([a-z]+):\s*([a-z0-9-]*)\s*(?:#.*)?")


@dataclass(frozen=True, slots=True)
class FaultyNames:
    """Names whose declarations are at fault, `rollouts` apart from the rest; `catalogue`: a whole catalogue document
    could not be read, so that nobody knows what it declares; `attestations`: an attestations document is at fault."""

    names: frozenset[str] = frozenset()
    catalogue: bool = False
    attestations: bool = False
    rollouts: frozenset[str] = frozenset()


@dataclass(slots=True)
class DeclaredNames:
    """What the documents of a root mean to declare, sound or not. `unread` are the kinds of those that cannot be read
    (empty: nobody knows which kind), `unsound` of those that break their schema."""

    names: set[str] = field(default_factory=set)
    rollouts: set[str] = field(default_factory=set)
    attestations: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    unsound: set[str] = field(default_factory=set)

    def read(self, document: Node) -> None:
        """Follow a document that can be read."""
        self.names |= set(_declared(document))
        self.rollouts |= set(_called(document, "rollout"))
        self.attestations |= set(_attested(document))

    def lines(self, lines: Iterable[str]) -> None:
        """Follow a document of which nothing but its lines is known."""
        kind, name = _told_by(lines)
        self.names |= {name} if kind == "policy" else set()
        self.rollouts |= {name} if kind == "rollout" else set()
        self.unread.add(kind)

    @property
    def attestable(self) -> frozenset[str] | None:
        """What people may attest, where that can be known."""
        return None if self.unread & {"attestations", "rollout", ""} else frozenset(self.attestations)

    def lost(self, sound: Iterable[str], rollouts: Iterable[str] = ()) -> FaultyNames:
        """What is declared and not sound; `rollouts` are those that are."""
        faulty = {"attestations", ""} & (self.unread | self.unsound)
        names, staged = self.names - set(sound), self.rollouts - set(rollouts)
        return FaultyNames(frozenset(names), "metrics" in self.unread, bool(faulty), frozenset(staged))


def _declared(document: Node) -> Iterator[str]:
    """A policy, metrics and scopes."""
    if not isinstance(document, Mapping):
        return
    yield from _called(document, "policy")
    for kind in ("metrics", "scopes"):
        table = document.get(kind)
        for key, node in table.items() if isinstance(table, Mapping) else ():
            yield key
            record = node.get("record") if isinstance(node, Mapping) else None
            yield from (
                (f"{key}.{column}" for column, _ in record.items()) if isinstance(record, Mapping) else ()
            )


def _called(document: Node, kind: str) -> Iterator[str]:
    name = document.get(kind) if isinstance(document, Mapping) else None
    if isinstance(name, Scalar):
        yield name.text


def _attested(document: Node) -> Iterator[str]:
    """What people are asked to attest: by an attestations document, or for the stages of a rollout."""
    table = document.get("attestations") if isinstance(document, Mapping) else None
    yield from (key for key, _ in table.items()) if isinstance(table, Mapping) else ()
    rollout = document.get("rollout") if isinstance(document, Mapping) else None
    stages = document.get("stages") if isinstance(document, Mapping) else None
    for stage in stages.items if isinstance(rollout, Scalar) and isinstance(stages, Sequence) else ():
        name = stage.get("id") if isinstance(stage, Mapping) and stage.key("approve") else None
        if isinstance(rollout, Scalar) and isinstance(name, Scalar):
            yield f"{rollout.text}/{name.text}"


def _told_by(lines: Iterable[str]) -> tuple[str, str]:
    """The kind and the name that the first line of a document gives, also where the rest cannot be read."""
    first = next((each for each in lines if each.strip() and not each.lstrip().startswith("#")), "")
    match = _FIRST.fullmatch(first)
    return (match[1], match[2]) if match else ("", "")


def without_consequences(collector: Collector, lost: FaultyNames, file: str | None = None) -> None:
    """Drop the complaints (of one file only, where it is given) that names are unknown which `lost` explains."""

    def follows(found: Diagnostic) -> bool:
        if found.code not in _NAMING or (file is not None and found.span.file != file):
            return False
        if lost.attestations and found.message.startswith(_UNBOUND):
            return True
        if lost.catalogue and found.code in _OF_CATALOGUES and _UNKNOWN.search(found.message):
            return True
        words = _WORD.findall(found.message)
        if found.message.startswith(_NO_ROLLOUT):
            return any(each in lost.rollouts for each in words)
        return any(_prefixes(each) & lost.names for each in words)

    if lost != FaultyNames():
        collector.diagnostics[:] = [each for each in collector.diagnostics if not follows(each)]


def _prefixes(path: str) -> set[str]:
    """`a.b.c` begins with `a`, `a.b` and itself."""
    parts = path.split(".")
    return {".".join(parts[:size]) for size in range(1, len(parts) + 1)}
