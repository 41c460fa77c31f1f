"""Writes entries to a Parquet file with duckdb."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ...errors import LedgerError, MissingExtra
from ...files import no_ledger
from .entry import Entry

__all__ = ["write_parquet"]

_TABLE = (
    'CREATE TABLE "entry" ("sequence" BIGINT, "time" VARCHAR, "kind" VARCHAR, "body" VARCHAR, "hash" VARCHAR)'
)
_INSERT = 'INSERT INTO "entry" VALUES (?, ?, ?, ?, ?)'
_GROUP = 10_000


def write_parquet(entries: Iterable[Entry], path: Path) -> int:
    """Write the columns sequence, time, kind, body (JSON) and hash; return how many rows there are; raises UsageError
    where a ledger is in the place."""
    no_ledger(path)
    try:
        import duckdb
    except ImportError:
        raise MissingExtra("duckdb", "duckdb", "exporting to Parquet") from None
    count = 0
    with duckdb.connect(":memory:") as connection:
        connection.execute(_TABLE)
        rows: list[tuple[object, ...]] = []
        for each in entries:
            rows.append(
                (each.sequence, each.time, each.kind, each.body.decode("utf-8", "replace"), each.digest)
            )
            count += 1
            if len(rows) == _GROUP:
                connection.executemany(_INSERT, rows)
                rows = []
        if rows:
            connection.executemany(_INSERT, rows)
        try:
            connection.table("entry").write_parquet(path.as_posix())
        except duckdb.Error as problem:
            raise LedgerError(f"cannot write `{path.as_posix()}`: {str(problem).lower()}") from None
    return count
