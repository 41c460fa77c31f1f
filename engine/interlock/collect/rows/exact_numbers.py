"""Sums of numbers as they are written: 0.1 + 0.2 is 0.3, in SQL too.

SQL sees a number as DOUBLE. Where every number of the tables has few enough digits, the query runs once more over
decimals. Its numbers are taken where both results agree but for the rounding of DOUBLE, so a query that means another
thing over decimals changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from ..model import RowsSource
from ..sql.duckdb_tables import Answer, Database, SqlRefused, columns_of
from ..unreadable import Unreadable
from .typed_tables import SourceTable, in_decimals

__all__ = ["ExactTables"]

_DIGITS = 15
"""Significant digits that a DOUBLE keeps of any number; with more it may stand for another text."""

_CLOSE = 1e-9


class FilledSource(Protocol):
    """A source and its table."""

    @property
    def source(self) -> RowsSource: ...

    @property
    def table(self) -> SourceTable: ...


class ExactTables:
    """The tables of some sources with decimals in place of numbers, filled when a query first needs them.

    `empty` gives a database without tables.
    """

    def __init__(self, sources: Sequence[FilledSource], empty: Callable[[], Database]) -> None:
        self._sources = sources
        self._empty = empty
        self._database: Database | None = None
        self._tried = False

    def refined(self, answer: Answer, sql: str, parameters: Mapping[str, Decimal | None]) -> Answer:
        """Return the answer with exact numbers, or as it is where decimals give no answer or another one."""
        if not any(isinstance(cell, float) and not cell.is_integer() for row in answer.rows for cell in row):
            return answer
        if not self._tried:
            self._tried, self._database = True, self._filled()
        if self._database is None:
            return answer
        try:
            exact = self._database.ask(sql, parameters)
        except (SqlRefused, Unreadable):
            return answer
        return _merged(answer, exact)

    def _filled(self) -> Database | None:
        tables = []
        for each in self._sources:
            columns: dict[str, Sequence[object]] = {"ordinal": each.table.ordinals, **each.table.columns}
            for column in each.source.columns:
                if column.type == "number":
                    given = each.table.columns[column.name]
                    numbers = [_as_written(value) if isinstance(value, float) else None for value in given]
                    if numbers.count(None) != given.count(None):
                        return None
                    columns[column.name] = numbers
            tables.append((each.source, columns))
        database = self._empty()
        for source, columns in tables:
            database.create(source.view, columns_of(source.columns, exact=True), columns)
        return database


def _as_written(value: float) -> Decimal | None:
    """Return the shortest decimal of a DOUBLE, None where it does not fit."""
    number = Decimal(repr(value))
    return in_decimals(number) if len(number.as_tuple().digits) <= _DIGITS else None


def _merged(answer: Answer, exact: Answer) -> Answer:
    if answer.names != exact.names or len(answer.rows) != len(exact.rows):
        return answer
    rows = list(answer.rows)
    pairs = zip(_order(answer.rows), _order(exact.rows), strict=True)
    for here, there in pairs:
        cells = list(zip(answer.rows[here], exact.rows[there], strict=True))
        if not all(_close(one, other) for one, other in cells):
            return answer
        rows[here] = tuple(other if isinstance(other, Decimal) else one for one, other in cells)
    return Answer(answer.names, answer.types, tuple(rows))


def _order(rows: Sequence[tuple[object, ...]]) -> list[int]:
    """The rows in the order of their cells but for numbers: without ORDER BY, the two results may differ in it."""
    keys = [[repr(cell) for cell in row if not isinstance(cell, float | Decimal)] for row in rows]
    return sorted(range(len(rows)), key=keys.__getitem__)


def _close(one: object, other: object) -> bool:
    if isinstance(one, int | float | Decimal) and isinstance(other, int | float | Decimal):
        return abs(float(one) - float(other)) <= _CLOSE * max(1.0, abs(float(one)))
    return one == other
