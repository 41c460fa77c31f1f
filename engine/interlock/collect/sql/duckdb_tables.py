"""DuckDB for sources: a locked database in memory is filled with tables, and runs one SELECT at a time.

A statement is checked before it runs, by its syntax tree: one SELECT, tables of its own source, functions that depend
only on their arguments. The lock (no file, no extension, no setting) holds even if that check is wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ...errors import MissingExtra
from ...limits import QUERY_MEMORY, QUERY_SECONDS
from ...process import OutOfTime
from ..model import Column
from ..unreadable import Unreadable
from .query_time import QueryTime
from .sql_functions import ALLOWED, TABLE_FUNCTIONS, VALUE_KEYWORDS

if TYPE_CHECKING:
    import duckdb

__all__ = [
    "DECIMALS",
    "Answer",
    "Database",
    "Databases",
    "SqlRefused",
    "columns_of",
    "duckdb_module",
    "first_line",
    "moment",
    "quoted",
    "syntax_nodes",
    "utc",
]

_PARAMETERS = ("as_of", "from", "to")
"""The parameters of SQL, written with a `$`: the snapshot's time and the ends of the coverage."""

DECIMALS = 12
DECIMAL = f"DECIMAL(38,{DECIMALS})"
"""The type of exact numbers: products of two have 24 decimals and leave 14 digits before the point."""

_TYPES = {
    "time": "TIMESTAMP",
    "number": "DOUBLE",
    "decimal": DECIMAL,
    "integer": "BIGINT",
    "text": "VARCHAR",
    "bool": "BOOLEAN",
    "json": "VARCHAR",
    "key": "VARCHAR",
}
_LOCK = (
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET python_enable_replacements = false",
    "SET TimeZone = 'UTC'",
    "SET temp_directory = ''",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
_CHUNK = 50_000
_ONE = "only a single SELECT is allowed"
_QUERIES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "CTE_NODE"})
_TABLES = frozenset(
    {"BASE_TABLE", "JOIN", "SUBQUERY", "TABLE_FUNCTION", "EMPTY", "EMPTY_FROM", "EXPRESSION_LIST"}
)
_EXPRESSIONS = frozenset(
    {
        *(
            "BETWEEN",
            "CASE",
            "CAST",
            "COLLATE",
            "COLUMN_REF",
            "COMPARISON",
            "CONJUNCTION",
            "CONSTANT",
            "FUNCTION",
        ),
        *(
            "LAMBDA",
            "LAMBDA_REF",
            "OPERATOR",
            "PARAMETER",
            "POSITIONAL_REFERENCE",
            "STAR",
            "SUBQUERY",
            "TYPE",
        ),
        "WINDOW",
    }
)
_EPOCH = datetime(1970, 1, 1)


class SqlRefused(Exception):
    """The SQL may not run, or does not fit its tables; the text says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of one SELECT: names and types of its columns, and its rows."""

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def columns_of(columns: Sequence[Column], *, exact: bool = False) -> dict[str, str]:
    """Return the columns of a source's table with their types in SQL; `exact` makes numbers decimals."""
    types = {**_TYPES, "number": DECIMAL} if exact else _TYPES
    return {"ordinal": "BIGINT"} | {each.name: types[each.type] for each in columns}


def moment(seconds: Decimal) -> datetime:
    """Return seconds since 1970 as a TIMESTAMP for DuckDB: in UTC, floored to microseconds."""
    return _EPOCH + timedelta(microseconds=int((seconds * 1_000_000) // 1))


def duckdb_module() -> Any:
    """Return the package. Raises MissingExtra where it is not installed."""
    try:
        import duckdb
    except ImportError:
        raise MissingExtra("duckdb", "duckdb", "reading `rows` sources") from None
    return duckdb


class Database:
    """A database in memory in which nothing but tables can be made: no file, extension or setting, for good.

    `spent` says that a statement failed or took too long.
    """

    def __init__(self) -> None:
        self.duckdb = duckdb_module()
        settings = {"threads": 1, "memory_limit": QUERY_MEMORY}
        self.connection: duckdb.DuckDBPyConnection = self.duckdb.connect(":memory:", config=settings)
        for statement in _LOCK:
            self.connection.execute(statement)
        self.spent = False
        self._time = QueryTime(QUERY_SECONDS)
        self._tables: list[str] = []

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Forget the tables."""
        self._time.stop()
        if not self._time.lost:  # or it would wait for the statement that still runs
            self.connection.close()

    def clear(self) -> None:
        """Drop the tables, and give the next source its own time."""
        self._time.stop()
        self._time = QueryTime(QUERY_SECONDS)
        while self._tables:
            self.connection.execute(f"DROP TABLE {quoted(self._tables.pop())}")

    def create(self, table: str, columns: Mapping[str, str], data: Mapping[str, Sequence[object]]) -> None:
        """Create a table and fill it; times in `data` are seconds since 1970."""
        shape = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
        self.connection.execute(f"CREATE TABLE {quoted(table)} ({shape})")
        self._tables.append(table)
        rows = len(next(iter(data.values()), ()))
        values = ", ".join(
            "make_timestamp(unnest(?::BIGINT[]))" if kind == "TIMESTAMP" else f"unnest(?::{kind}[])"
            for kind in columns.values()
        )
        for start in range(0, rows, _CHUNK):
            chunks = [
                [_micros(each) for each in data[name][start : start + _CHUNK]]
                if kind == "TIMESTAMP"
                else list(data[name][start : start + _CHUNK])
                for name, kind in columns.items()
            ]
            self.connection.execute(f"INSERT INTO {quoted(table)} SELECT {values}", chunks)

    def check(self, sql: str, tables: Iterable[str]) -> list[dict[str, Any]]:
        """Return the nodes of one SELECT that may run on these tables. Raises SqlRefused for any other text."""
        try:
            statements = self.connection.extract_statements(sql)
        except self.duckdb.Error as problem:
            raise SqlRefused(first_line(problem)) from None
        if len(statements) != 1 or statements[0].type.name.upper() != "SELECT":
            raise SqlRefused(_ONE)
        strange = sorted(set(statements[0].named_parameters) - set(_PARAMETERS))
        if strange:
            raise SqlRefused(f"there is no parameter `${strange[0]}`, only $as_of, $from and $to")
        query = "SELECT json_serialize_sql(?)"
        tree = json.loads(self.connection.execute(query, [sql]).fetchall()[0][0])
        if tree.get("error"):
            raise SqlRefused(_ONE)
        nodes = list(syntax_nodes(tree["statements"][0]["node"]))
        own = sorted(tables)
        local = {str(pair["key"]).lower() for node in nodes for pair in _map(node.get("cte_map"))}
        taken = sorted(local & self._system_names() - set(own)) if local else []
        if taken:
            raise SqlRefused(f"`{taken[0]}` is a table of DuckDB itself: give that part another name")
        for node in nodes:
            complaint = _table(node, own, local) or _call(node)
            if complaint:
                raise SqlRefused(complaint)
        return nodes

    def _system_names(self) -> set[str]:
        """The tables and views of every schema: outside its scope, a part of such a name would read DuckDB's own."""
        query = "SELECT view_name FROM duckdb_views() UNION ALL SELECT table_name FROM duckdb_tables()"
        return {str(name).lower() for (name,) in self.connection.execute(query).fetchall()}

    def ask(self, sql: str, parameters: Mapping[str, Decimal | None]) -> Answer:
        """Run one checked SELECT. Raises SqlRefused if it does not fit the tables, Unreadable if the data break it."""
        used = self.connection.extract_statements(sql)[0].named_parameters
        given = {
            name: None if value is None else moment(value)
            for name, value in parameters.items()
            if name in used
        }
        rows, description = self._run(sql, given)
        types = tuple(str(each[1]) for each in description)
        return Answer(tuple(str(each[0]).lower() for each in description), types, tuple(map(tuple, rows)))

    def describe(self, sql: str, parameters: Mapping[str, Decimal]) -> Answer:
        """Return the names and types of the columns of one checked SELECT, which is not run. Raises as `ask` does."""
        used = self.connection.extract_statements(sql)[0].named_parameters
        given = {name: moment(value) for name, value in parameters.items() if name in used}
        rows, _ = self._run(f"DESCRIBE {sql}", given)
        return Answer(tuple(str(row[0]).lower() for row in rows), tuple(str(row[1]) for row in rows), ())

    def _run(self, sql: str, given: Mapping[str, object]) -> tuple[list[Any], list[Any]]:
        try:
            return self._time.run(self.connection, sql, given)
        except OutOfTime:
            self.spent = True
            raise Unreadable("overflow", f"the SQL took longer than {QUERY_SECONDS} s") from None
        except self.duckdb.Error as problem:
            self.spent = True
            raise self._reason(problem) from None

    def _reason(self, problem: Exception) -> Exception:
        """Return SqlRefused for a mistake of the author, Unreadable (without the data) if the data break the query."""
        if isinstance(problem, self.duckdb.OutOfRangeException):
            return Unreadable("overflow", "the SQL leaves the range of its numbers")
        if isinstance(problem, self.duckdb.ConversionException | self.duckdb.InvalidInputException):
            return Unreadable("wrong type", "the SQL converts a value that is not of that type")
        if isinstance(problem, self.duckdb.OutOfMemoryException):
            return Unreadable("overflow", f"the SQL took more than {QUERY_MEMORY} of memory")
        return SqlRefused(first_line(problem))


class Databases:
    """The databases of one collection: starting one takes longer than a query, so they are used again, empty."""

    def __init__(self) -> None:
        self._free: list[Database] = []

    def __enter__(self) -> Databases:
        return self

    def __exit__(self, *_: object) -> None:
        while self._free:
            self._free.pop().close()

    @contextmanager
    def one(self) -> Iterator[Database]:
        """Lend a database without tables; one in which a statement failed is not lent again."""
        database = self._free.pop() if self._free else Database()
        try:
            yield database
        except BaseException:
            database.spent = True
            raise
        finally:
            if database.spent:
                database.close()
            else:
                database.clear()
                self._free.append(database)


def quoted(name: str) -> str:
    """Return a name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def _table(node: dict[str, Any], own: list[str], local: set[str]) -> str | None:
    """Return what is wrong with a part of FROM, or None."""
    kind = str(node.get("type", ""))
    if kind == "RECURSIVE_CTE_NODE":
        return "a recursive query is not allowed"
    if "cte_map" in node and kind not in _QUERIES:  # DuckDB 2 lets a CTE delete and write
        return _ONE
    if node.get("sample"):
        return "a sample differs from run to run"
    if kind == "BASE_TABLE":
        path = (node.get("catalog_name"), node.get("schema_name"), node["table_name"])
        name = ".".join(str(each) for each in path if each)
        if any(path[:2]) or name.lower() not in local.union(own):
            return f"there is no table `{name}`, only {', '.join(f'`{each}`' for each in own)}"
    elif kind == "TABLE_FUNCTION":
        name = str(node["function"].get("function_name", ""))
        return None if name in TABLE_FUNCTIONS else f"the function `{name}` may not be used"
    elif "join_type" not in node and "alias" in node and "sample" in node and kind not in _TABLES:
        return "this form of FROM may not be used"
    return None


def _call(node: dict[str, Any]) -> str | None:
    """Return what is wrong with an expression, or None: a form or a function that is not on the lists."""
    form = node.get("class")
    if form is not None and form not in _EXPRESSIONS:
        return "this form of expression may not be used"
    if form == "COLUMN_REF":
        names = list(node.get("column_names") or [])
        keyword = len(names) == 1 and str(names[0]).lower() in VALUE_KEYWORDS
        return f"`{names[0]}` depends on more than the artefact" if keyword else None
    name = str(node.get("function_name", "")).lower()
    if form in ("FUNCTION", "WINDOW") and name not in ALLOWED:
        return f"the function `{name}` depends on more than its arguments, or may not be used"
    return None


def _micros(value: object) -> int | None:
    return int((value * 1_000_000) // 1) if isinstance(value, Decimal) else None


def syntax_nodes(tree: object) -> Iterator[dict[str, Any]]:
    """Yield every mapping of a syntax tree, without recursion."""
    stack = [tree]
    while stack:
        each = stack.pop()
        if isinstance(each, dict):
            yield each
            stack.extend(reversed(list(each.values())))
        elif isinstance(each, list):
            stack.extend(reversed(each))


def _map(value: object) -> list[dict[str, Any]]:
    found = value.get("map") if isinstance(value, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def first_line(problem: Exception) -> str:
    """Return DuckDB's own message, without its excerpt of the statement."""
    text = re.sub(r"\A[A-Z][A-Za-z ]* Error: ", "", str(problem).split("\n", 1)[0].strip())
    return text[:1].lower() + text[1:].rstrip("!.")


def utc(value: datetime) -> Decimal:
    """Return a TIMESTAMP of a result as decimal seconds."""
    distance = (value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value) - _EPOCH
    whole = distance.days * 86400 + distance.seconds
    return Decimal(whole) + Decimal(distance.microseconds) / 1_000_000
