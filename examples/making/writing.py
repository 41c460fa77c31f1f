"""Writes artefacts with the same bytes everywhere: UTF-8, line feeds, keys in the order they were given."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["Desk"]

_SQLITE_VERSION = (3_040_001).to_bytes(4, "big")


class Desk:
    """The folder that the artefacts are written to; remembers what it wrote."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.written: list[str] = []

    def text(self, path: str, content: str) -> None:
        """Write a text file."""
        self.data(path, content.encode("utf-8"))

    def data(self, path: str, content: bytes) -> None:
        """Write a file, and its folders."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        self.written.append(path)

    def json(self, path: str, content: Any) -> None:
        """Write a JSON document for people to read."""
        self.text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")

    def compact(self, path: str, content: Any, rows: Sequence[Any], hole: str) -> None:
        """Write a JSON document on one line, with `rows` in place of the text `hole`, one row a line."""
        lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        text = json.dumps(content, ensure_ascii=False)
        self.text(path, text.replace(json.dumps(hole), f"[\n{lines}\n]") + "\n")

    def lines(self, path: str, rows: Iterable[Mapping[str, Any] | str]) -> None:
        """Write one record a line: a text as it stands, a mapping as JSON."""
        told = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
        self.text(path, "".join(line + "\n" for line in told))

    def log(self, path: str, rows: Iterable[Mapping[str, Any]], alive: Iterable[Mapping[str, Any]]) -> None:
        """Write records, and signs of life among them, in the order of their first field, which is their time."""
        self.lines(path, sorted([*rows, *alive], key=lambda row: str(next(iter(row.values())))))

    def csv(self, path: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Write a table of plain values."""
        self.text(path, "".join(",".join(str(cell) for cell in row) + "\n" for row in [header, *rows]))

    def database(self, path: str, table: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
        """Write an SQLite database with one table; the version of the library that wrote it is not kept."""
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "made.db"
            base = sqlite3.connect(place)
            base.execute("PRAGMA page_size = 4096")
            base.execute(f"CREATE TABLE {table} ({columns})")
            marks = ",".join("?" * len(rows[0]))
            base.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
            base.commit()
            base.close()
            made = bytearray(place.read_bytes())
        made[96:100] = _SQLITE_VERSION
        self.data(path, bytes(made))
