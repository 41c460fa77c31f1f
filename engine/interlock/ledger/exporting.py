"""Entries as lines of JSON, one each, with the body as it was recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..canonical import canonical
from .entry import Entry

__all__ = ["json_lines"]


def json_lines(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Yield one line for each entry; the body keeps its bytes, so that the hash can be checked from the line."""
    for each in entries:
        head = canonical(
            {"hash": each.digest, "kind": each.kind, "sequence": each.sequence, "time": each.time}
        )
        yield b'{"body":%b,%b\n' % (each.body, head[1:])
