"""Matches patterns by RE2, in a time that grows with the text alone.

RE2 comes with DuckDB, which reading rows needs anyway, and is what the functions `regexp_…` of SQL use. Python's own
expressions backtrack: with a pattern such as `(a+)+`, each further character doubles the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any

from ...limits import QUERY_SECONDS
from ...process import OutOfTime
from ..patterns import Pattern
from ..unreadable import Unreadable
from .duckdb_tables import duckdb_module, first_line
from .query_time import QueryTime

__all__ = ["count_matches", "full_matches", "re2_complaint"]

_LINES = 10_000


def re2_complaint(pattern: Pattern) -> str | None:
    """Return why RE2 cannot match a pattern, or None. Raises MissingExtra without duckdb."""
    duckdb, connection = _connection()
    try:
        connection.execute(f"SELECT regexp_full_match('', {_literal(pattern.text)})").fetchall()
    except duckdb.Error as problem:
        return first_line(problem).removeprefix("pattern failed to parse: ")
    return None


def full_matches(pattern: Pattern, lines: Sequence[str]) -> Iterator[dict[str, str] | None]:
    """Yield for each line its named groups, None where the pattern does not match the whole line.

    A group that the match may pass by is left out where it is empty: RE2 does not tell the two apart. Raises Unreadable
    if it takes too long, MissingExtra without duckdb.
    """
    anchored = _literal(rf"\A(?:{pattern.text})\z")
    places = ", ".join(f"'g{number}'" for number in range(len(pattern.groups)))
    sql = (
        f"SELECT CASE WHEN regexp_matches(line, {anchored}) THEN regexp_extract(line, {anchored}, [{places}]) END "  # noqa: S608
        "FROM (SELECT unnest(?::VARCHAR[]) AS line)"
    )
    named = {f"g{number}": name for number, name in enumerate(pattern.groups) if name}
    for (found,) in _rows(sql, lines):
        yield found and {
            name: found[place]
            for place, name in named.items()
            if found[place] or name not in pattern.skippable
        }


def count_matches(pattern: Pattern, texts: Iterable[str]) -> int:
    """Return in how many texts a pattern is found. Raises Unreadable if it takes too long, MissingExtra."""
    sql = f"SELECT regexp_matches(unnest(?::VARCHAR[]), {_literal(pattern.text)})"
    return sum(found for (found,) in _rows(sql, texts))


def _rows(sql: str, texts: Iterable[str]) -> Iterator[Any]:
    duckdb, connection = _connection()
    left, rest = QueryTime(QUERY_SECONDS), iter(texts)
    try:
        while chunk := list(islice(rest, _LINES)):
            yield from left.run(connection.cursor(), sql, [chunk])[0]
    except OutOfTime:
        raise Unreadable("overflow", f"matching took longer than {QUERY_SECONDS} s") from None
    except duckdb.Error:
        raise Unreadable("torn source", "RE2 cannot match the pattern") from None
    finally:
        left.stop()


@cache
def _connection() -> tuple[Any, Any]:
    duckdb = duckdb_module()
    return duckdb, duckdb.connect(":memory:", config={"threads": 1})


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
