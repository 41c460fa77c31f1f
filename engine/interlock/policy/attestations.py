"""Reads attestations documents: what people may attest, in which roles, for how long, and for which values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ..diagnostics import Collector, Span, did_you_mean
from ..language.times import parse_duration
from ..language.types import Kind
from .catalogue import Catalogue
from .nodes import Mapping, Node, Scalar, Sequence

__all__ = ["Attestation", "approval", "read_attestations"]


@dataclass(frozen=True, slots=True)
class Attestation:
    """What may be attested. All `roles` must be heard, by `quorum` distinct people; it counts for `expires` seconds
    and while the values of `binds` are what they were; the person whom the metric `author` names does not count."""

    name: str
    roles: tuple[str, ...]
    quorum: int
    expires: Decimal
    span: Span
    binds: tuple[str, ...] = ()
    people: dict[str, tuple[str, ...]] = field(default_factory=dict)
    author: str = ""
    doc: str = ""


def read_attestations(
    documents: Iterable[Mapping], catalogue: Catalogue, collector: Collector
) -> dict[str, Attestation]:
    """Return the attestations of documents that keep their schema; complaints go to `collector`."""
    found: dict[str, Attestation] = {}
    for document in documents:
        table = document.get("attestations")
        for key, node in table.pairs if isinstance(table, Mapping) else ():
            if key.text in found:
                related = [("first given here", found[key.text].span)]
                message = f"two attestations are called `{key.text}`"
                collector.add("E408", message, key.span, "rename one", related)
            elif isinstance(node, Mapping):
                found[key.text] = _read(key.text, key.span, node, catalogue, collector)
    return found


def approval(
    name: str,
    node: Mapping,
    binds: tuple[str, ...],
    expires: Decimal,
    catalogue: Catalogue,
    collector: Collector,
) -> Attestation:
    """Return the attestation that the `approve` of a rollout's stage is; it counts for `expires` unless it says."""
    found = _read(name, node.span, node, catalogue, collector)
    return replace(found, binds=binds, expires=found.expires or expires)


def _read(name: str, span: Span, node: Mapping, catalogue: Catalogue, collector: Collector) -> Attestation:
    roles = tuple(dict.fromkeys(_texts(node.get("roles"))))
    quorum = _text(node.get("quorum"))
    people = node.get("people")
    speakers = {}
    for key, each in people.pairs if isinstance(people, Mapping) else ():
        if key.text not in roles:
            hint = did_you_mean(key.text, roles) or f"roles are {', '.join(roles)}"
            collector.add("E408", f"`{key.text}` is no role of `{name}`", key.span, hint)
        speakers[key.text] = tuple(_texts(each))
    binds = node.get("binds")
    for each in binds.items if isinstance(binds, Sequence) else ():
        _declared(each, catalogue, collector)
    author = node.get("author")
    if author is not None and _declared(author, catalogue, collector):
        metric = catalogue.metrics[_text(author)]
        if metric.type.kind is not Kind.STRING or metric.scope or metric.series != "single":
            hint = "declare one with `type: string`"
            collector.add("E408", f"`{metric.name}` is no single metric of text", author.span, hint)
    expires = parse_duration(_text(node.get("expires")))
    return Attestation(
        name, roles, max(int(quorum or 0), len(roles)), expires or Decimal(0), span,
        tuple(_texts(binds)), speakers, _text(author), _text(node.get("doc")),
    )  # fmt: skip


def _declared(node: Node, catalogue: Catalogue, collector: Collector) -> bool:
    name = _text(node)
    if name in catalogue.metrics:
        return True
    collector.add("E408", f"no metric is called `{name}`", node.span, did_you_mean(name, catalogue.metrics))
    return False


def _texts(node: Node | None) -> list[str]:
    return [_text(each) for each in node.items] if isinstance(node, Sequence) else []


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""
