"""Verifies a ledger: its entries, its documents, its anchors, and the unused bytes of its file.

SQLite's own check ignores the space that its pages leave unused, so a changed byte there would go unnoticed. In a file
that only grows, that space is zero. The exception are inner pages of a split tree: their unused space, some bytes in a
million, may hold old data and is not checked. See https://www.sqlite.org/fileformat2.html.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ...errors import IntegrityError
from .anchors import Anchor, anchored_entries
from .entry import Entry
from .ledger import Head, Ledger

__all__ = ["verify"]


_LEAF, _INNER = 13, 5
_HEADER = 100
_FIXED = (
    (16, b"\x10\x00\x01\x01"),
    (21, b"\x40\x20\x20"),
    (32, bytes(8) + b"\x00\x00\x00\x06\x00\x00\x00\x04" + bytes(8) + b"\x00\x00\x00\x01" + bytes(8)),
    (72, bytes(20)),
)
"""The parts of the header that are equal in every ledger: page size, journal, no free pages, six schema changes."""
_LOCK = 1 << 30
"""SQLite never uses the page that holds this byte."""

Span = tuple[int, int]


def page_fault(path: Path, roots: Iterable[int]) -> str:
    """Return the first fault in the unused bytes of a file that passed SQLite's own check; empty without one.

    `roots` are the first pages of its tables. The file must not change meanwhile.
    """
    with path.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
        size = int.from_bytes(data[16:18], "big")
        file = _Pages(data, size, size - data[20])
        wrong = next(_header_faults(data), None)
        if wrong is not None:
            return f"byte {wrong} of its header was not written by SQLite"
        spans = (span for root in (1, *roots) for span in file.tree(root))
        for start, end in (*file.locked(), *spans):
            if data[start:end].count(0) != end - start:
                place = next(at for at in range(start, end) if data[at])
                return f"byte {place} is unused but not empty: another program wrote it"
    return ""


def _header_faults(data: mmap.mmap) -> Iterator[int]:
    """Yield the offsets of wrong bytes in the header."""
    for start, wanted in _FIXED:
        yield from (start + at for at, byte in enumerate(wanted) if data[start + at] != byte)
    yield from (92 + at for at in range(4) if data[92 + at] != data[24 + at])
    if int.from_bytes(data[28:32], "big") * int.from_bytes(data[16:18], "big") != len(data):
        yield 28
    version = int.from_bytes(data[96:100], "big")
    if not 3_000_000 < version < 4_000_000 or version // 1000 % 1000 > 99 or version % 1000 > 99:
        yield 96


@dataclass(frozen=True, slots=True)
class _Pages:
    """The pages of a sound file; `usable` is how many bytes of each SQLite uses, and spans are offsets in the file."""

    data: mmap.mmap
    size: int
    usable: int

    def tree(self, root: int) -> Iterator[Span]:
        """Yield the unused bytes of a table: in its leaves, their overflow, and an inner root above leaves."""
        pages = [root]
        while pages:
            page = pages.pop()
            if self._kind(page) == _LEAF:
                yield from self._leaf(page)
                continue
            below = list(self._below(page))
            pages += below
            if page == root and self._kind(below[0]) == _LEAF:
                yield from self._inner(page)

    def locked(self) -> Iterator[Span]:
        """Yield the page that SQLite never uses, if the file is that long."""
        if len(self.data) > _LOCK:
            yield _LOCK, min(_LOCK + self.size, len(self.data))

    def _number(self, at: int, width: int) -> int:
        return int.from_bytes(self.data[at : at + width], "big")

    def _head(self, page: int) -> int:
        return (page - 1) * self.size + (_HEADER if page == 1 else 0)

    def _kind(self, page: int) -> int:
        return self.data[self._head(page)]

    def _cells(self, page: int) -> Iterator[int]:
        """Yield the offsets of the cells of a page."""
        head = self._head(page)
        first, base = head + (8 if self.data[head] == _LEAF else 12), (page - 1) * self.size
        for index in range(self._number(head + 3, 2)):
            yield base + self._number(first + 2 * index, 2)

    def _below(self, page: int) -> Iterator[int]:
        yield from (self._number(cell, 4) for cell in self._cells(page))
        yield self._number(self._head(page) + 8, 4)

    def _inner(self, page: int) -> Iterator[Span]:
        used = [(cell, _varint(self.data, cell + 4)[1]) for cell in self._cells(page)]
        yield from self._between(page, used)

    def _leaf(self, page: int) -> Iterator[Span]:
        used = []
        for cell in self._cells(page):
            size, at = _varint(self.data, cell)
            at = _varint(self.data, at)[1]
            if page != 1:
                yield at + 1, at + 2  # the column of the row number itself is empty
            here = self._local(size)
            end = at + here + (4 if here < size else 0)
            used.append((cell, max(end, cell + 4)))
            if here < size:
                yield from self._overflow(self._number(at + here, 4), size - here)
        yield from self._between(page, used)

    def _local(self, size: int) -> int:
        """Return how many bytes of a row lie in its leaf."""
        most, least = self.usable - 35, (self.usable - 12) * 32 // 255 - 23
        if size <= most:
            return size
        here = least + (size - least) % (self.usable - 4)
        return here if here <= most else least

    def _overflow(self, page: int, rest: int) -> Iterator[Span]:
        """Yield the unused bytes of the last page of a long row."""
        while rest > self.usable - 4:
            page, rest = self._number((page - 1) * self.size, 4), rest - (self.usable - 4)
        base = (page - 1) * self.size
        yield base + 4 + rest, base + self.usable

    def _between(self, page: int, used: list[Span]) -> Iterator[Span]:
        """Yield the bytes between the cells of a page, including the ends of free blocks."""
        head, base = self._head(page), (page - 1) * self.size
        count = self._number(head + 3, 2)
        used.append((base, head + (8 if self.data[head] == _LEAF else 12) + 2 * count))
        block = self._number(head + 1, 2)
        while block:
            used.append((base + block, base + block + 4))
            block = self._number(base + block, 2)
        at = base
        for start, end in sorted(used):
            if start > at:
                yield at, start
            at = max(at, end)
        yield at, base + self.usable


def _varint(data: mmap.mmap, at: int) -> tuple[int, int]:
    """Return a variable-length integer and the offset after it."""
    found = 0
    for index in range(8):
        byte = data[at + index]
        found = found << 7 | byte & 127
        if byte < 128:
            return found, at + index + 1
    return found << 8 | data[at + 8], at + 9


_BODIES = ("snapshot", "policies", "baseline", "evaluation")


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verified ledger holds."""

    head: Head
    documents: int
    anchors: int


def verify(ledger: Ledger, anchors: Iterable[Anchor] = ()) -> Verified:
    """Check a ledger and its anchors; raises IntegrityError that names the first fault."""
    wanted = tuple(anchors)
    head, named = Head(), set()
    with ledger.reading():
        for entry in anchored_entries(ledger.entries(), wanted):
            named |= set(_documents(entry))
            head = Head(entry.sequence, entry.hash)
        documents = _verified_documents(ledger, named)
        fault = ledger.fault() or page_fault(ledger.path, ledger.root_pages())
    if fault:
        raise IntegrityError(f"ledger `{ledger.path.as_posix()}`: {fault}")
    return Verified(head, documents, len(wanted))


def _verified_documents(ledger: Ledger, named: set[str]) -> int:
    found = set()
    for name, sound in ledger.documents():
        if not sound:
            raise IntegrityError(f"document {name} is bad: its bytes do not match its digest")
        if name in found:
            raise IntegrityError(f"document {name} is stored twice: it was added by hand")
        if name not in named:
            raise IntegrityError(f"document {name} belongs to no entry: it was added by hand")
        found.add(name)
    for name in sorted(named - found):
        raise IntegrityError(f"document {name} is missing")
    return len(found)


def _documents(entry: Entry) -> Iterator[str]:
    """Yield the digests of the documents that an entry refers to."""
    if entry.kind not in _BODIES:
        return
    data = entry.data
    if "document" in data:
        yield str(data["document"])
    for key in ("files", "baselines"):
        if isinstance(data.get(key), dict):
            yield from map(str, data[key].values())
