"""Parquet files: read from a copy of the bytes that were hashed, so that both are the same."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from ..artefact_root import Artefact, Root
from ..model import RowsSource
from ..sql.duckdb_tables import parquet_rows
from ..unreadable import Unreadable
from .model import Contents, Format, Record

__all__ = ["PARQUET"]


def _read(_: Root, artefact: Artefact, source: RowsSource) -> Contents:
    return Contents(_records(artefact, source))


def _records(artefact: Artefact, source: RowsSource) -> Iterator[Record]:
    if not artefact.data:
        raise Unreadable("missing", f"{artefact.name} is empty")
    wanted = {each.place: each.optional for each in source.columns}
    with tempfile.TemporaryDirectory(prefix="interlock-") as folder:
        copy = Path(folder) / "copy.parquet"
        copy.write_bytes(artefact.data)
        for number, row in enumerate(parquet_rows(copy, artefact.name, wanted), start=1):
            yield Record(artefact.name, "row", number, row)


PARQUET = Format("parquet", _read, frozenset({"json"}))
