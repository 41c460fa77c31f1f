"""Reads attestations documents: what people may attest, in which roles, for how long, and for which values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ..diagnostics import Collector, Span, name_hint, unknown_name
from ..language.times import parse_duration
from ..language.types import Kind
from .catalogue import Catalogue
from .keys import read_key
from .yaml.yaml_nodes import Mapping, Node, Scalar, Sequence

__all__ = ["Attestation", "approval", "read_attestations"]


@dataclass(frozen=True, slots=True)
class Attestation:
    """What may be attested. All `roles` must be heard, by `quorum` distinct people; it counts for `expires` seconds
    and while the values of `binds` are what they were; the person whom the metric `author` names does not count. Where
    there are `keys` (32 bytes by person), only words that are signed count, each by the key of who gave it."""

    name: str
    roles: tuple[str, ...]
    quorum: int
    expires: Decimal
    span: Span
    binds: tuple[str, ...] = ()
    people: dict[str, tuple[str, ...]] = field(default_factory=dict)
    author: str = ""
    doc: str = ""
    keys: dict[str, bytes] = field(default_factory=dict)

    def meaning(self) -> dict[str, object]:
        """Return all that decides whose words count, as plain data for a digest."""
        keys = {person: key.hex() for person, key in self.keys.items()}
        names = ("roles", "quorum", "expires", "binds", "people", "author")
        return {**{name: getattr(self, name) for name in names}, "keys": keys}


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
    binds, author = node.get("binds"), node.get("author")
    _bound(binds, catalogue, collector)
    _author(author, catalogue, collector)
    expires = parse_duration(_text(node.get("expires")))
    found = Attestation(
        name, roles, max(int(quorum or 0), len(roles)), expires or Decimal(0), span, tuple(_texts(binds)),
        _people(name, node, roles, collector), _text(author), _text(node.get("doc")), _keys(node, collector),
    )  # fmt: skip
    _attainable(found, node, collector)
    return found


def _people(
    name: str, node: Mapping, roles: tuple[str, ...], collector: Collector
) -> dict[str, tuple[str, ...]]:
    people = node.get("people")
    speakers = {}
    for key, each in people.pairs if isinstance(people, Mapping) else ():
        if key.text not in roles:
            hint = name_hint(key.text, roles)
            collector.add("E408", f"`{key.text}` is no role of `{name}`", key.span, hint)
        speakers[key.text] = tuple(_texts(each))
    return speakers


def _keys(node: Mapping, collector: Collector) -> dict[str, bytes]:
    """The keys by person; of two people with one key nobody could tell who signed."""
    table, found = node.get("keys"), dict[str, bytes]()
    for person, text in table.pairs if isinstance(table, Mapping) else ():
        try:
            key = read_key(_text(text))
        except ValueError as problem:
            hint = "write what `openssl pkey -in KEY.pem -pubout` prints, or its middle line alone"
            collector.add("E408", f"the key of `{person.text}` {problem}", text.span, hint)
            continue
        for other in [each for each, known in found.items() if known == key]:
            message = f"`{person.text}` has the key of `{other}`"
            collector.add("E408", message, text.span, "each person signs with a key of their own")
        found[person.text] = key
    return found


def _attainable(found: Attestation, node: Mapping, collector: Collector) -> None:
    """Complain where those who are listed can never be enough, or one of them never counts."""
    table, place = node.get("keys"), node.key("people") or node.key("keys")
    signers = {key.text: key for key, _ in table.pairs} if isinstance(table, Mapping) else {}
    speakers = {person for people in found.people.values() for person in people}
    closed = set(found.people) >= set(found.roles)
    if place is None:
        return
    for person in sorted(signers) if closed else ():
        if person not in speakers:
            hint = name_hint(person, speakers, "list them under `people`")
            collector.add("E408", f"`{person}` has a key and speaks in no role", signers[person].span, hint)
    for person in sorted(speakers) if signers else ():
        if person not in signers:
            message = f"`{person}` has no key, so that their word never counts"
            collector.add("E408", message, place.span, "list their key, or leave them out")
    counting = speakers if closed else set(signers)
    if (closed or signers) and len(counting) < found.quorum:
        message = f"`{found.name}` asks for {found.quorum} people and lists {len(counting)}"
        collector.add("E408", message, place.span, "list more of them, or ask for fewer")


def _bound(binds: Node | None, catalogue: Catalogue, collector: Collector) -> None:
    """A word is bound to values that stay until somebody changes them; a series gains points by itself."""
    for each in binds.items if isinstance(binds, Sequence) else ():
        if _declared(each, catalogue, collector) and catalogue.metrics[_text(each)].series != "single":
            message = f"`{_text(each)}` is a series, which a word cannot be bound to"
            collector.add("E408", message, each.span, "bind it to a single value")


def _author(author: Node | None, catalogue: Catalogue, collector: Collector) -> None:
    if author is not None and _declared(author, catalogue, collector):
        metric = catalogue.metrics[_text(author)]
        if metric.type.kind is not Kind.STRING or metric.scope or metric.series != "single":
            hint = "declare one with `type: string`"
            collector.add("E408", f"`{metric.name}` is no single metric of text", author.span, hint)


def _declared(node: Node, catalogue: Catalogue, collector: Collector) -> bool:
    name = _text(node)
    if name in catalogue.metrics:
        return True
    unknown = unknown_name("metric", name, catalogue.metrics)
    collector.add("E408", unknown.message, node.span, unknown.hint)
    return False


def _texts(node: Node | None) -> list[str]:
    return [_text(each) for each in node.items] if isinstance(node, Sequence) else []


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""
