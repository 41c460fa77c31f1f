"""A sources document with one rows source, for tests of its readers."""

from __future__ import annotations

GOOD = "file: a.json; format: json"
HEAD = """sources:
  trades:
    kind: rows
    doc: a
"""
TAIL = """    time: day
    columns: {day: {time: /day}, pnl: {number: /pnl}}
    metrics:
      total: {sql: select count(*) as value from trades}
"""


def rows(keys: str, tail: str = TAIL) -> str:
    """Return a sources document with one rows source of these keys, separated by semicolons."""
    return HEAD + "".join(f"    {each.strip()}\n" for each in keys.split(";")) + tail
