"""Reads attestations: what people may attest, in which roles, for how long, for which values, by which keys."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from ...diagnostics import Collector, Span, name_hint
from ...language.types import Kind
from ..catalogue import Catalogue
from ..model import Attestation
from ..yaml.yaml_nodes import Mapping, Scalar

__all__ = ["read_approval", "read_attestations", "read_key"]

_TIMES = {("single", Kind.TIMESTAMP), ("irregular", Kind.EVENT), ("irregular", Kind.BOOL)}
"""What tells a time: a value, or the newest point of a series."""

_HEADER = bytes.fromhex("302a300506032b6570032100")  # RFC 8410 writes it before the 32 bytes of a public key
_PRIVATE = bytes.fromhex("302e020100300506032b657004220420")  # and this one before a private key
_SIZE = 32
_PRIME = 2**255 - 19
_D = -121665 * pow(121666, -1, _PRIME) % _PRIME
_ORDER_8 = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
# The y of the eight points of low order (RFC 8032, 5.1): under such a key anybody can sign.
_LOW_ORDER = {0, 1, _PRIME - 1, _ORDER_8, _PRIME - _ORDER_8}


def read_attestations(
    documents: Iterable[Mapping], catalogue: Catalogue, collector: Collector
) -> dict[str, Attestation]:
    """Return the attestations of documents that keep their schema; complaints go to `collector`."""
    found: dict[str, Attestation] = {}
    for key, node in (each for document in documents for each in document.mapping("attestations").tables):
        if key.text in found:
            related = [("first given here", found[key.text].span)]
            message = f"two attestations are called `{key.text}`"
            collector.add("E428", message, key.span, "rename one", related)
        else:
            found[key.text] = _Reader(key.text, node, catalogue, collector).read(key.span)
    return found


def read_approval(
    name: str,
    node: Mapping,
    binds: tuple[str, ...],
    expires: Decimal,
    catalogue: Catalogue,
    collector: Collector,
) -> Attestation:
    """Return the attestation of a rollout's stage from its `approve`; it counts for `expires` seconds by default."""
    found = _Reader(name, node, catalogue, collector).read(node.span)
    return replace(found, binds=binds, expires=found.expires or expires)


def read_key(text: str) -> bytes:
    """Return the 32 bytes of a public key: PEM, or only its line of base64, or the bytes themselves in base64.

    Raises ValueError, whose text says what is wrong.
    """
    lines = [each.strip() for each in text.splitlines() if "-----" not in each]
    try:
        data = base64.b64decode("".join(lines), validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if "PRIVATE KEY" in text or data.startswith(_PRIVATE):
        raise ValueError("is a private key, and no longer a secret")
    key = data.removeprefix(_HEADER)
    if len(key) != _SIZE:
        raise ValueError("is not a public Ed25519 key")
    y = int.from_bytes(key, "little") & (1 << 255) - 1
    if y in _LOW_ORDER or not _on_curve(y):
        raise ValueError("is a weak or malformed Ed25519 key")
    return key


def _on_curve(y: int) -> bool:
    """Tell whether there is a point with this y: whether x² has a root (RFC 8032, 5.1.3)."""
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _PRIME)
    return y < _PRIME and pow(square, (_PRIME - 1) // 2, _PRIME) in (0, 1)


class _Reader:
    """Reads one attestation."""

    def __init__(self, name: str, node: Mapping, catalogue: Catalogue, collector: Collector) -> None:
        self.name, self.node, self.catalogue, self.collector = name, node, catalogue, collector

    def complain(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        self.collector.add(code, message, span, hint)

    def read(self, span: Span) -> Attestation:
        node = self.node
        roles = tuple(dict.fromkeys(node.texts("roles")))
        self.bound()
        self.later()
        self.author()
        found = Attestation(
            self.name,
            roles,
            max(int(node.number("quorum") or 0), len(roles)),
            node.duration("expires") or Decimal(0),
            span,
            node.texts("binds"),
            self.people(roles),
            node.text("author"),
            node.text("doc"),
            self.keys(),
            node.texts("after"),
        )
        self.attainable(found)
        return found

    # the metrics

    def bound(self) -> None:
        """An attestation is bound to values that stay until somebody changes them; a series gains points by itself."""
        for each in self.node.sequence("binds").scalars:
            if self.declared(each) and self.catalogue.metrics[each.text].series != "single":
                message = f"`{each.text}` is a series, to which an attestation cannot be bound"
                self.complain("E435", message, each.span, "bind it to a single value")

    def later(self) -> None:
        """An attestation comes after a timestamp, or after the newest event or true point of a series."""
        for each in self.node.sequence("after").scalars:
            metric = self.catalogue.metrics[each.text] if self.declared(each) else None
            if metric is None or (not metric.scope and (metric.series, metric.type.kind) in _TIMES):
                continue
            message = f"`{each.text}` tells no time after which an attestation can be given"
            self.complain(
                "E437", message, each.span, "name a timestamp, or a series of events or of yes and no"
            )

    def author(self) -> None:
        author = self.node.scalar("author")
        if author is not None and self.declared(author):
            metric = self.catalogue.metrics[author.text]
            if metric.type.kind is not Kind.STRING or metric.scope or metric.series != "single":
                message = f"`{metric.name}` is not a single metric of text"
                self.complain("E436", message, author.span, "declare one with `type: string`")

    def declared(self, node: Scalar) -> bool:
        name, known = node.text, self.catalogue.metrics
        if name in known:
            return True
        self.collector.add_unknown("E408", "metric", name, known, node.span)
        return False

    # the people

    def people(self, roles: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        found = {}
        for role, people in self.node.mapping("people").lists:
            if role.text not in roles:
                hint = name_hint(role.text, roles)
                self.complain("E429", f"`{role.text}` is not a role of `{self.name}`", role.span, hint)
            found[role.text] = people.texts
        return found

    def keys(self) -> dict[str, bytes]:
        """The keys by person; if two people have one key, a signature does not tell them apart."""
        table, found = self.node.mapping("keys"), dict[str, bytes]()
        for person, _ in table.pairs:
            span = table.span_of(person.text)
            try:
                key = read_key(table.text(person.text))
            except ValueError as problem:
                hint = "write what `openssl pkey -in KEY.pem -pubout` prints, or its middle line alone"
                self.complain("E430", f"the key of `{person.text}` {problem}", span, hint)
                continue
            for other in [each for each, known in found.items() if known == key]:
                message = f"`{person.text}` has the key of `{other}`"
                self.complain("E431", message, span, "each person signs with a key of their own")
            found[person.text] = key
        return found

    def attainable(self, found: Attestation) -> None:
        """Complain where the people listed can never be enough, or one of them never counts."""
        place = self.node.key("people") or self.node.key("keys")
        signers = {key.text: key for key, _ in self.node.mapping("keys").pairs}
        listed = {person for people in found.people.values() for person in people}
        closed = set(found.people) >= set(found.roles)
        if place is None:
            return
        for person in sorted(set(signers) - listed) if closed else ():
            hint = name_hint(person, listed, "list them under `people`")
            self.complain("E432", f"`{person}` has a key but no role", signers[person].span, hint)
        for person in sorted(listed - set(signers)) if signers else ():
            message = f"`{person}` has no key, so their attestation never counts"
            self.complain("E433", message, place.span, "list their key, or leave them out")
        counting = listed if closed else set(signers)
        if (closed or signers) and len(counting) < found.quorum:
            message = f"`{found.name}` needs {found.quorum} people and lists {len(counting)}"
            self.complain("E434", message, place.span, "list more people, or lower the quorum")
