"""Fills a source's table from records: typed, dated, in file order, cut at the time of the snapshot."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from ...arithmetic import exact_context
from ...language.values import CauseName
from ...limits import SOURCE_ROWS
from ...strict_json import exact_number
from ..formats import FORMATS
from ..formats.model import UNFINISHED, Format, Record
from ..json_documents import ABSENT, one, resolve
from ..local_clock import moved
from ..model import Column, RowsSource
from ..sql.duckdb_tables import DECIMALS
from ..typed_values import AmbiguousTime, NoTime, read_moment
from ..unreadable import Unreadable
from .row_window import Window

__all__ = ["SourceTable", "fill", "in_decimals"]

_INTEGER = 1 << 63
_DOUBLE = 1 << 53
_FULL = exact_context(38)
_LONG = 300
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,4})?", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?(?:nan|inf|infinity)", re.ASCII | re.IGNORECASE)


@dataclass(slots=True)
class SourceTable:
    """The rows of a source as columns of Python values, times as seconds since 1970.

    For the coverage, `seen` holds the stamps of all rows up to `as_of`, also of those before `since`, `known` for
    each stamp the latest time of its rows, `known_of` the same by member as written, and `newest` the latest time
    of them; `last` is the latest row of all with its time. `present` are the columns that some row has, `undated`
    counts the rows that are left out because they have no time, `repeated` the times in a repeated hour. `whole`
    is set where a file ends with an unfinished line: the stamp of the last whole row, and that line. `ends` are
    the times of the first and the last row, `ascends` and `descends` the first place of a row newer or older than
    the last, `tied` that of one that differs from the last at its time, `latest` the values of the last row.
    """

    columns: dict[str, list[object]]
    ordinals: list[int] = field(default_factory=list)
    seen: list[Decimal] = field(default_factory=list)
    known: dict[Decimal, Decimal] = field(default_factory=dict)
    known_of: dict[str, dict[Decimal, Decimal]] = field(default_factory=dict)
    newest: Decimal | None = None
    last: tuple[Decimal, Record] | None = None
    whole: tuple[Decimal, str] | None = None
    present: set[str] = field(default_factory=set)
    undated: int = 0
    repeated: int = 0
    ends: tuple[Decimal | None, Decimal | None] = (None, None)
    ascends: str = ""
    descends: str = ""
    tied: str = ""
    latest: dict[str, object] = field(default_factory=dict)

    @property
    def undecided(self) -> str:
        """Why rows of one time may be in either order: times descend, or no file shows which way they go."""
        if self.descends:
            return f"{self.descends} is older than the row before it"
        return f"{self.tied} has the time of the rows before it" if self.tied and not self.ascends else ""

    def know(self, times: Mapping[Decimal, Decimal], member: str | None = None) -> None:
        """Note stamps with the times of their rows, of all rows or of those of a member."""
        known = self.known if member is None else self.known_of.setdefault(member, {})
        for stamp, time in times.items():
            known[stamp] = max(time, known.get(stamp, time))

    @property
    def rows(self) -> int:
        """The number of rows that SQL sees."""
        return len(self.ordinals)


def fill(
    table: SourceTable,
    source: RowsSource,
    records: Iterable[Record],
    modified: Decimal,
    window: Window,
) -> None:
    """Append the records of one artefact. Raises Unreadable at the first torn record."""
    readers = [(each, _reader(each, source, table, window.since)) for each in source.columns]
    stamp = source.coverage.by or source.time
    stamped: object = None
    for ordinal, record in enumerate(records, start=len(table.seen) + 1):
        if ordinal > SOURCE_ROWS:
            raise Unreadable("overflow", f"more than {SOURCE_ROWS} rows")
        if record.value is UNFINISHED:
            if not isinstance(stamped, Decimal):
                raise Unreadable(
                    "torn source", f"{record.place} is unfinished, and no whole row stands before it"
                )
            table.whole = stamped, record.place
            return
        values = {column.name: read(record) for column, read in readers}
        time = modified if source.time == "modified" else values[source.time]
        if not isinstance(time, Decimal):
            if source.undated == "unknown":
                raise Unreadable("no time", f"{record.place}: `{source.time}` is absent")
            table.undated += 1
            table.seen.append(Decimal("Infinity"))
            continue
        if table.last is None or time > table.last[0]:
            table.last = time, record
        _place(table, ordinal, values, time, window)
        _follow(table, record.place, time, values)
        stamped = modified if stamp == "modified" else values[stamp]
        _cover(table, time, stamped, values.get(source.coverage.member), window.as_of)


def _follow(table: SourceTable, place: str, time: Decimal, values: dict[str, object]) -> None:
    """Note which way the times of a table go."""
    first, last = table.ends
    if last is not None and time > last:
        table.ascends = table.ascends or place
    if last is not None and time < last:
        table.descends = table.descends or place
    if last is not None and time == last and values != table.latest:
        table.tied = table.tied or place
    table.ends = (time if first is None else first, time)
    table.latest = values


def _place(
    table: SourceTable, ordinal: int, values: dict[str, object], time: Decimal, window: Window
) -> None:
    if time > window.as_of or (window.since is not None and time < window.since):
        return
    table.ordinals.append(ordinal)
    for name, value in values.items():
        table.columns[name].append(value)


def _cover(table: SourceTable, time: Decimal, stamped: object, member: object, as_of: Decimal) -> None:
    """Note what a row proves. One that is later than the snapshot proves nothing: it was not there to be seen."""
    if isinstance(stamped, Decimal) and stamped <= time <= as_of:
        table.seen.append(stamped)
        table.know({stamped: time})
        if member is not None:
            table.know({stamped: time}, str(member))
    else:
        table.seen.append(Decimal("Infinity"))
    if time <= as_of:
        table.newest = time if table.newest is None else max(table.newest, time)


def _reader(
    column: Column, source: RowsSource, table: SourceTable, since: Decimal | None
) -> Callable[[Record], object]:
    """Return the function that finds the column's value in a record and checks its type.

    A row without the key of its time is torn, also where undated rows are left out: the key may have a new name.
    """
    file_format = FORMATS[source.format]
    find = _finder(column, file_format)
    convert = _from_text(column, source) if file_format.text_only else _from_typed(column, source)
    skips = source.undated == "skip"

    def read(record: Record) -> object:
        value = find(record)
        if value is not ABSENT:
            table.present.add(column.name)
        if value is ABSENT or value is None:
            if column.optional and not (value is ABSENT and skips and column.name == source.time):
                return None
            raise Unreadable("torn source", f"{record.place}: `{column.name}` is absent")
        try:
            return convert(value)
        except AmbiguousTime as problem:
            return _chosen(problem, record, column, source, table, since)
        except NoTime as problem:
            raise Unreadable(problem.cause, f"{record.place}: `{column.name}` {problem}") from None
        except _WrongValue as problem:
            raise Unreadable(problem.cause, f"{record.place}: `{column.name}` {problem}") from None

    return read


def _chosen(
    problem: AmbiguousTime,
    record: Record,
    column: Column,
    source: RowsSource,
    table: SourceTable,
    since: Decimal | None,
) -> Decimal:
    """Return the time of a repeated hour that the source declares, or one of both where both come before `since`."""
    earlier, later = (moved(each, column.shift, source.zone) for each in (problem.earlier, problem.later))
    if since is not None and later < since:
        return earlier
    if source.ambiguous == "unknown":
        raise Unreadable("no time", f"{record.place}: `{column.name}` {problem}") from None
    table.repeated += 1
    return earlier if source.ambiguous == "earlier" else later


def _finder(column: Column, file_format: Format) -> Callable[[Record], object]:
    if column.type == "key":
        index = column.key - 1
        return lambda record: record.names[index] if index < len(record.names) else ABSENT
    if not file_format.by_pointer:
        place = column.place
        return lambda record: record.value.get(place, ABSENT) if isinstance(record.value, dict) else ABSENT
    pointer = column.pointer
    if column.of_file:
        return lambda record: one(record.top, pointer)
    return lambda record: resolve(record.value, pointer)


class _WrongValue(Exception):
    """A value is not of its column's type."""

    def __init__(self, text: str, cause: CauseName = "torn source") -> None:
        super().__init__(text)
        self.cause: CauseName = cause


def _from_typed(column: Column, source: RowsSource) -> Callable[[object], object]:
    if column.values:
        return _vocabulary(column.values)
    if column.type == "time":
        return lambda value: moved(
            read_moment(value, source.zone, column.unit or "s"), column.shift, source.zone
        )
    if column.type == "bool" and FORMATS[source.format].integer_bools:
        return lambda value: _bool(value == 1 if value in (0, 1) and isinstance(value, int) else value)
    return {"number": _number, "decimal": _decimal, "integer": _integer, "bool": _bool, "json": _json}.get(
        column.type, _text
    )


def _from_text(column: Column, source: RowsSource) -> Callable[[object], object]:
    """Each text is read as the declared type; an empty one is no value of another type than text."""
    convert = _from_typed(column, source)

    def read(value: object) -> object:
        text = str(value)
        if column.type == "text":
            return convert(text)
        text = text.strip()
        if not text and column.optional:
            return None
        if not text:
            raise _WrongValue("is empty")
        if column.type == "bool":
            return convert({"true": True, "false": False}.get(text.lower(), text))
        if column.type == "number":
            return convert(_binary_number(_written(text)))
        if column.type == "time" and not _NUMBER.fullmatch(text):
            return convert(text)
        if column.type == "time" and column.unit is None:
            raise NoTime("is a number, and the column declares no `unit` since 1970")
        return convert(exact_number(_written(text)))

    return read


def _written(text: str) -> str:
    """Return the text of a number, or complain that it is none."""
    if _NUMBER.fullmatch(text):
        return text
    if _NOT_FINITE.fullmatch(text):
        raise _WrongValue("is not finite", "not finite")
    raise _WrongValue("is not a number")


def _binary_number(text: str) -> int | float:
    return int(text) if len(text) < _LONG and text.lstrip("+-").isdigit() else float(text)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _WrongValue("is not a number")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise _WrongValue("is not finite", "not finite")
    if isinstance(value, int) and abs(value) > _DOUBLE and int(found) != value:
        raise _WrongValue("has more digits than a number keeps: declare it `integer`", "out of range")
    return found


def _decimal(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _WrongValue("is not a number")
    found = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not found.is_finite():
        raise _WrongValue("is not finite", "not finite")
    exact = in_decimals(found)
    if exact is None:
        wrong = f"has more than {DECIMALS} decimals, or more than {38 - DECIMALS} digits before them"
        raise _WrongValue(wrong, "out of range")
    return exact


def in_decimals(number: Decimal) -> Decimal | None:
    """Return a finite number as a column of decimals holds it, None where it does not fit.

    Every decimal place is written out: DuckDB 1.4 reads `Decimal("1E+2")` as 1.
    """
    try:
        found = number.quantize(Decimal(1).scaleb(-DECIMALS), context=_FULL)
    except InvalidOperation:
        return None
    return found if found == number else None


def _integer(value: object) -> int:
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        value = int(value) if value.adjusted() < 19 else value
    if isinstance(value, float) and value.is_integer() and abs(value) <= _DOUBLE:
        value = int(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise _WrongValue("is not finite", "not finite")
    if isinstance(value, Decimal) and value != value.to_integral_value():
        raise _WrongValue("is not a whole number")
    if isinstance(value, Decimal) or (isinstance(value, int) and not -_INTEGER <= value < _INTEGER):
        raise _WrongValue("is beyond 64 bits", "out of range")
    if isinstance(value, bool) or not isinstance(value, int):
        raise _WrongValue("is not a whole number")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _WrongValue("is not text")
    return value.encode("utf-8", "replace").decode("utf-8")


def _vocabulary(values: tuple[str, ...]) -> Callable[[object], str]:
    """Return the function that reads a word in any case as it is declared: another one may mean the same."""
    declared = {each.casefold(): each for each in values}

    def read(value: object) -> str:
        found = declared.get(_text(value).strip().casefold())
        if found is None:
            raise _WrongValue(f"is none of {', '.join(values)}", "undeclared value")
        return found

    return read


def _bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise _WrongValue("is not true or false")
    return value


def _json(value: object) -> str:
    if not isinstance(value, dict | list):
        raise _WrongValue("is not a list or mapping")
    return json.dumps(value, sort_keys=True, ensure_ascii=True, default=_plain_number)


def _plain_number(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else str(value)
