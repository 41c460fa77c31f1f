"""Appends entries to a ledger until it is stopped; prints each sequence once it is durable."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from interlock.ledger.file.entry import EntryDraft
from interlock.ledger.file.ledger import Ledger

TIME = "2026-03-30T06:00:00Z"


def main(path: str, name: str, count: int, most_bytes: int) -> None:
    if most_bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    with Ledger(Path(path), create=True) as ledger:
        for number in range(count):
            head = ledger.append(
                [EntryDraft.of(TIME, "note", {"by": name, "number": number, "text": "x" * 300})]
            )
            print(head.sequence, head.digest, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
