"""Parquet files: read from a copy of the bytes that were hashed, so that both are the same."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from ...limits import QUERY_MEMORY
from ..artefact_root import Artefact, Root
from ..model import RowsSource
from ..sql.duckdb_tables import duckdb_module, quoted
from ..unreadable import Unreadable
from .model import Contents, Format, Record

__all__ = ["PARQUET"]

_CHUNK = 50_000
_PARQUET = {
    "DATE": "strftime({0}, '%Y-%m-%d')",
    "TIMESTAMP": "strftime({0}::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%f')",
    "TIMESTAMP WITH TIME ZONE": (
        "CASE WHEN {0} IS NOT NULL THEN "
        "coalesce(strftime(make_timestamp(epoch_us({0})), '%Y-%m-%dT%H:%M:%S.%f') || 'Z', 'infinity') END"
    ),
}
"""Times of a Parquet file become texts, with a `Z` if the file says that they are in UTC."""
_FLOATS = re.compile(r'"(?:[^"]|"")*"|\bFLOAT\b')
"""The numbers of 32 bits in a type, and the names of its parts, which are not looked into."""


def _read(_: Root, artefact: Artefact, source: RowsSource) -> Contents:
    return Contents(_records(artefact, source))


def _records(artefact: Artefact, source: RowsSource) -> Iterator[Record]:
    if not artefact.data:
        raise Unreadable("missing", f"{artefact.name} is empty")
    wanted = {each.place: each.optional for each in source.columns}
    with tempfile.TemporaryDirectory(prefix="interlock-") as folder:
        copy = Path(folder) / "copy.parquet"
        copy.write_bytes(artefact.data)
        for number, row in enumerate(_rows(copy, artefact.name, wanted), start=1):
            yield Record(artefact.name, "row", number, row)


def _rows(path: Path, file: str, wanted: Mapping[str, bool]) -> Iterator[dict[str, object]]:
    """Yield the rows of a Parquet file in file order; `wanted` holds for each column whether it may be absent.

    Times become texts, decimals without a fraction whole numbers, and numbers of 32 bits the shortest that read as
    them: 0.1 and not 0.10000000149011612. Raises Unreadable, under the name `file`, if it is no sound Parquet file or
    lacks a column.
    """
    duckdb = duckdb_module()
    settings = {"threads": 1, "memory_limit": QUERY_MEMORY, "autoload_known_extensions": False}
    with duckdb.connect(":memory:", config=settings) as connection:
        try:
            shape = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
            types = {str(row[0]): str(row[1]) for row in shape}
            absent = [name for name, optional in wanted.items() if name not in types and not optional]
            if absent:
                raise Unreadable("torn source", f"{file} has no column `{absent[0]}`")
            names = [each for each in wanted if each in types]
            chosen = ", ".join(_from_parquet(name, types[name]) for name in names) or "NULL"
            result = connection.execute(f"SELECT {chosen} FROM read_parquet(?)", [str(path)])  # noqa: S608
            while rows := result.fetchmany(_CHUNK):
                yield from (dict(zip(names, map(_whole, row), strict=False)) for row in rows)
        except duckdb.OutOfMemoryException:
            raise Unreadable("overflow", f"reading {file} takes more than {QUERY_MEMORY} of memory") from None
        except duckdb.Error:
            raise Unreadable("torn source", f"{file} is not a sound Parquet file") from None


def _from_parquet(name: str, kind: str) -> str:
    known = re.sub(r"\ATIMESTAMP_(S|MS|NS)\Z", "TIMESTAMP", kind.upper())
    as_text, as_number = (_without_floats(kind, other) for other in ("VARCHAR", "DOUBLE"))
    if as_text != kind:
        return f"CAST(CAST({quoted(name)} AS {as_text}) AS {as_number})"
    return _PARQUET.get(known, "{0}").format(quoted(name))


def _without_floats(kind: str, other: str) -> str:
    """Return a type with another one for numbers of 32 bits, also within lists and structures."""
    return _FLOATS.sub(lambda found: other if found[0] == "FLOAT" else found[0], kind)


def _whole(value: object) -> object:
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value


PARQUET = Format("parquet", _read, frozenset({"json"}))
