"""Leaves out complaints that only follow from others: a name is not unknown when its own declaration is at fault."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..diagnostics import Collector, Diagnostic
from .nodes import Mapping, Node, Scalar

__all__ = ["Lost", "declared_names", "told_by", "without_consequences"]

_NAMING = {"E205", "E211", "E214", "E305", "E406", "E407", "E501", "E602"}
_OF_CATALOGUES = {"E205", "E214", "E305", "E406", "E501", "E602"}
_UNKNOWN = re.compile(r"is called `|there is no metric `|cannot name `|must be a metric of type set")
_WORD = re.compile(r"(?<=[` ])[a-z][A-Za-z0-9_.-]*(?=`)")
_FIRST = re.compile(r"\s*([a-z]+):\s*([a-z0-9-]*)\s*(?:#.*)?")


@dataclass(frozen=True, slots=True)
class Lost:
    """Names whose declarations are at fault; `catalogue`: a whole catalogue document could not be read, so that
    nobody knows what it declares."""

    names: frozenset[str] = frozenset()
    catalogue: bool = False


def declared_names(document: Node) -> Iterator[str]:
    """Yield what a document means to declare, sound or not: a policy, metrics and scopes."""
    if not isinstance(document, Mapping):
        return
    policy = document.get("policy")
    if isinstance(policy, Scalar):
        yield policy.text
    for kind in ("metrics", "scopes"):
        table = document.get(kind)
        for key, node in table.items() if isinstance(table, Mapping) else ():
            yield key
            record = node.get("record") if isinstance(node, Mapping) else None
            yield from (
                (f"{key}.{column}" for column, _ in record.items()) if isinstance(record, Mapping) else ()
            )


def told_by(lines: Iterable[str]) -> tuple[str, str]:
    """Return the kind and the name that the first line of a document gives, also where the rest cannot be read."""
    first = next((each for each in lines if each.strip() and not each.lstrip().startswith("#")), "")
    match = _FIRST.fullmatch(first)
    return (match[1], match[2]) if match else ("", "")


def without_consequences(collector: Collector, lost: Lost, file: str | None = None) -> None:
    """Drop the complaints (of one file only, where it is given) that names are unknown which `lost` explains."""

    def follows(found: Diagnostic) -> bool:
        if found.code not in _NAMING or (file is not None and found.span.file != file):
            return False
        if lost.catalogue and found.code in _OF_CATALOGUES and _UNKNOWN.search(found.message):
            return True
        return any(_prefixes(each) & lost.names for each in _WORD.findall(found.message))

    if lost.names or lost.catalogue:
        collector.diagnostics[:] = [each for each in collector.diagnostics if not follows(each)]


def _prefixes(path: str) -> set[str]:
    """`a.b.c` begins with `a`, `a.b` and itself."""
    parts = path.split(".")
    return {".".join(parts[:size]) for size in range(1, len(parts) + 1)}
