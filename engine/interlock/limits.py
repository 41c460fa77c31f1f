"""Every cap of the engine in one place; input beyond one of them is refused, never worked through."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

__all__ = [
    "COMMAND_OUTPUT",
    "COMMAND_SECONDS",
    "DOCUMENT_BYTES",
    "DOCUMENT_DEPTH",
    "DOCUMENT_NODES",
    "EARLIEST_TIME",
    "EVENTS_AT_ONCE",
    "EVENTS_SECONDS",
    "EXPRESSION_CHARACTERS",
    "EXPRESSION_DEPTH",
    "EXPRESSION_NODES",
    "FORMAT",
    "GATE_MEMORY",
    "GATE_VARIABLES_AGE",
    "GUARD_SNAPSHOT_AGE",
    "LEDGER_WAIT",
    "LIVE_CLOCK_DISTANCE",
    "NUMBER_DIGITS",
    "PERIOD",
    "QUERY_MEMORY",
    "QUERY_SECONDS",
    "REASON_BYTES",
    "SKEW",
    "SNAPSHOT_BYTES",
    "SNAPSHOT_DEPTH",
    "SNAPSHOT_POINTS",
    "SOURCE_BYTES",
    "SOURCE_FILES",
    "SOURCE_ROWS",
]

FORMAT: Final = 1
"""Version of the document formats that this engine writes; it reads this one and the one before."""

DOCUMENT_BYTES: Final = 1 << 20
DOCUMENT_DEPTH: Final = 32
DOCUMENT_NODES: Final = 50_000

SNAPSHOT_BYTES: Final = 64 << 20
SNAPSHOT_POINTS: Final = 1_000_000
SNAPSHOT_DEPTH: Final = 32

EXPRESSION_CHARACTERS: Final = 4_096
EXPRESSION_NODES: Final = 500
EXPRESSION_DEPTH: Final = 64

REASON_BYTES: Final = 4_096

NUMBER_DIGITS: Final = 34
"""Significant digits of every number (IEEE 754 decimal128)."""

SKEW: Final = Decimal(2)
"""Seconds by which a time may lie after `as_of` and still be taken."""

EARLIEST_TIME: Final = Decimal(946_684_800)
"""2000-01-01. A time of an artefact before it is a number in another unit, or stands for no time."""

LIVE_CLOCK_DISTANCE: Final = Decimal(300)
"""Seconds between `as_of` and the clock beyond which a live source says nothing of that time."""

GATE_VARIABLES_AGE: Final = Decimal(86400)
"""Seconds that the variables in the desk of a trade gate may be old."""

GUARD_SNAPSHOT_AGE: Final = Decimal(900)
"""Seconds that a snapshot handed to the guard may be old."""

GATE_MEMORY: Final = Decimal(2_592_000)
"""Seconds that a trade gate remembers decisions and closed trades for."""

COMMAND_OUTPUT: Final = 64 << 10
"""Bytes that the output of a declared command may have where it is the value."""

COMMAND_SECONDS: Final = 3_600
"""The longest time that a declared command may be given."""

SOURCE_BYTES: Final = 256 << 20
"""Bytes of one artefact that a source reads."""

SOURCE_FILES: Final = 10_000
"""Files that the pattern of one source may match."""

SOURCE_ROWS: Final = 2_000_000
"""Rows of one source."""

QUERY_MEMORY: Final = "1GB"
"""Memory that one source's SQL may use; it never spills to disk."""

QUERY_SECONDS: Final = 20
"""Seconds after which one source's SQL is broken off."""

LEDGER_WAIT: Final = 30
"""Seconds that a writer waits for other writers of the ledger."""

EVENTS_AT_ONCE: Final = 1_000
"""Events that a channel is handed in one run."""

EVENTS_SECONDS: Final = 10
"""Seconds that a channel may take over the events that it is handed."""

PERIOD: Final = Decimal(35 * 86400)
"""The longest period of a regular series, in seconds."""
