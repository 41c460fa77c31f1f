"""Entries of a ledger: a draft, a recorded entry, its hash, and its line of JSON."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ...canonical import canonical
from ...errors import IntegrityError

__all__ = ["GENESIS", "Entry", "EntryDraft", "entry_hash", "json_lines"]


GENESIS = bytes(32)
"""The hash before the first entry."""

_KIND = re.compile(r"[a-z][a-z-]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """An entry to record. `time` is RFC 3339 in UTC and given by the caller, `body` is canonical JSON."""

    time: str
    kind: str
    body: bytes

    @classmethod
    def of(cls, time: str, kind: str, body: Mapping[str, object]) -> EntryDraft:
        """Return a draft of plain data; raises ValueError for a malformed kind."""
        if not _KIND.fullmatch(kind):
            raise ValueError(f"`{kind}` is not a kind of entry")
        return cls(time, kind, canonical(body))


@dataclass(frozen=True, slots=True)
class Entry:
    """One recorded entry; `hash` is the SHA-256 over the previous hash and everything else in it."""

    sequence: int
    time: str
    kind: str
    body: bytes
    hash: bytes

    @property
    def digest(self) -> str:
        """The hash as `sha256:…`."""
        return f"sha256:{self.hash.hex()}"

    @property
    def data(self) -> dict[str, Any]:
        """The body as plain data, numbers as decimals."""
        try:
            found: dict[str, Any] = json.loads(self.body, parse_float=Decimal, parse_int=Decimal)
        except (ValueError, RecursionError):
            raise IntegrityError(f"entry {self.sequence} is bad: its body is no JSON") from None
        return found


def entry_hash(previous: bytes, sequence: int, time: str, kind: str, body: bytes) -> bytes:
    """Return the hash of an entry; the lengths come first, so no two entries have the same bytes."""
    head = f"{sequence} {len(time.encode('utf-8', 'surrogatepass'))} {len(kind.encode('utf-8', 'surrogatepass'))} "
    text = f"{head}{time}{kind}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(b"%b%b%b" % (previous, text, body)).digest()


def json_lines(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Yield one line an entry; the body keeps its bytes, so the hash can be checked from the line."""
    for each in entries:
        head = canonical(
            {"hash": each.digest, "kind": each.kind, "sequence": each.sequence, "time": each.time}
        )
        yield b'{"body":%b,%b\n' % (each.body, head[1:])
