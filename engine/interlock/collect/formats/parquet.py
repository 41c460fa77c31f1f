"""Reads the rows of a Parquet file from a copy of the bytes that were hashed, so that both are the same."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from ..artefact_root import Artefact
from ..duckdb_tables import parquet_rows
from ..model import RowsSource
from ..unreadable import Unreadable
from .records import Record

__all__ = ["read_parquet"]


def read_parquet(artefact: Artefact, source: RowsSource) -> Iterator[Record]:
    """Yield the rows in file order; Trouble when the file is empty, torn or lacks a declared column."""
    if not artefact.data:
        raise Unreadable("missing", f"{artefact.name} is empty")
    wanted = {each.place: each.optional for each in source.columns}
    with tempfile.TemporaryDirectory(prefix="interlock-") as folder:
        copy = Path(folder) / "copy.parquet"
        copy.write_bytes(artefact.data)
        for number, row in enumerate(parquet_rows(copy, artefact.name, wanted), start=1):
            yield Record(artefact.name, "row", number, row)
