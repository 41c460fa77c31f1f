"""Turns the result of a query into the entries of its metric: a value, or a series, as a whole or by member."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ...language.times import show_time
from ...language.types import Kind, Type
from ...limits import SKEW
from ...policy.catalogue import Catalogue, Metric
from ..local_clock import DAY
from ..rosters import Rosters
from ..sql.duckdb_tables import Answer
from ..typed_values import floored, from_sql, is_number, is_time, number, sql_time, sql_types
from ..unreadable import UnknownEntry, Unreadable
from .source_coverage import CoveredSpan

__all__ = ["Entry", "MetricEntries", "complaint", "shape", "without_parts"]

_EARLIEST_MIDNIGHT = Decimal(14 * 3600)
"""So long before midnight in UTC a day begins in the zones that are farthest east."""

Entry = dict[str, object]
Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class MetricEntries:
    """A metric's entry, or its entries by member, and what its SQL assumes: codes of diagnostics and texts."""

    entry: Entry | None = None
    members: dict[str, Entry] | None = None
    assumed: tuple[tuple[str, str], ...] = ()


def _record_columns(metric: Metric, catalogue: Catalogue) -> dict[str, Type]:
    """Return the columns of a record by their short names; empty for a metric that is no record."""
    found = {}
    for each in metric.columns:
        short = each.removeprefix(f"{metric.name}.")
        column = catalogue.metrics.get(f"{metric.name}.{short}")
        if column is not None:
            found[short] = column.type
    return found


def _wanted(metric: Metric, catalogue: Catalogue) -> tuple[dict[str, Type | str], dict[str, Type | str]]:
    """Return the columns that a query must and may give: a type, or `time`, `count`, `text`."""
    must: dict[str, Type | str] = {"member": "text"} if metric.scope else {}
    if metric.series == "single":
        return must | {"value": metric.type}, {"n": "count", "at": "time"}
    must |= {"at": "time"}
    columns = _record_columns(metric, catalogue)
    if columns:
        return must | dict(columns), {}
    if metric.type.kind is not Kind.EVENT:
        must |= {"value": metric.type}
    return must, {}


def complaint(answer: Answer, metric: Metric, catalogue: Catalogue) -> str | None:
    """Return what is wrong with the columns of a query for this metric, or None."""
    must, may = _wanted(metric, catalogue)
    need = f"`{metric.name}` needs the columns {', '.join(f'`{each}`' for each in must)}"
    for name in must:
        if answer.names.count(name) != 1:
            return f"the SQL gives no column `{name}`: {need}"
    for name, kind in zip(answer.names, answer.types, strict=True):
        want = must.get(name, may.get(name))
        if want is None:
            return f"the SQL gives a column `{name}` that the metric does not take: {need}"
        needed, fits = _fitting(want)
        if not fits(kind) and kind.strip('"') != "NULL":
            return f"the SQL gives {kind} as `{name}`, `{metric.name}` needs {needed}"
    return None


def _fitting(want: Type | str) -> tuple[str, Callable[[str], bool]]:
    if isinstance(want, Type):
        return sql_types(want)
    return {
        "time": ("a timestamp", is_time),
        "count": ("a number", is_number),
        "text": ("a text", lambda name: name == "VARCHAR"),
    }[want]


def shape(
    answer: Answer,
    metric: Metric,
    covered: CoveredSpan | None,
    rosters: Rosters,
    own: Mapping[str, CoveredSpan | None],
    as_of: Decimal,
) -> MetricEntries:
    """Return the metric's entries as of an instant. Raises Unreadable if the result as a whole gives none.

    A declared member without rows gets an empty irregular series. `own` is the coverage of each member where they
    share none: one that is not in it is not covered.
    """
    groups = _by_member(answer, metric, rosters) if metric.scope else {"": list(answer.rows)}
    entries = {
        member: _entry(answer.names, rows, metric, own.get(member) if own else covered, rosters, as_of)
        for member, rows in groups.items()
    }
    if not metric.scope:
        return MetricEntries(entry=entries[""])
    if metric.series == "irregular" and covered is not None:
        for member in rosters.declared(metric):
            span = own.get(member) if own else covered
            entries.setdefault(member, _entry(answer.names, [], metric, span, rosters, as_of))
    return MetricEntries(members=entries)


def without_parts(found: MetricEntries, early: Mapping[str, UnknownEntry], metric: Metric) -> MetricEntries:
    """Return a regular series with the points unknown that a row of a part of their period gives."""
    if not early or metric.series != "regular":
        return found

    def told(entry: Entry) -> Entry:
        points = entry.get("points")
        if not isinstance(points, list):
            return entry
        unknown = {at: {"at": at, **why.entry()} for at, why in early.items()}
        return {**entry, "points": [unknown.get(point["at"], point) for point in points]}

    if found.entry is not None:
        return replace(found, entry=told(found.entry))
    return replace(found, members={name: told(each) for name, each in (found.members or {}).items()})


def _by_member(answer: Answer, metric: Metric, rosters: Rosters) -> dict[str, list[Row]]:
    index = answer.names.index("member")
    groups: dict[str, list[Row]] = {}
    for row in answer.rows:
        if row[index] is None:
            raise Unreadable("missing", "the SQL gives a row without a member")
        member = rosters.member(metric, str(row[index]))
        if member is not None:
            groups.setdefault(member, []).append(row)
    return groups


def _entry(
    names: Sequence[str],
    rows: list[Row],
    metric: Metric,
    covered: CoveredSpan | None,
    rosters: Rosters,
    as_of: Decimal,
) -> Entry:
    try:
        dicts = [dict(zip(names, row, strict=True)) for row in rows]
        if metric.series == "single":
            return _single(dicts, metric, covered, rosters, as_of)
        if metric.series == "regular":
            return _regular(dicts, metric, covered)
        return _irregular(dicts, metric, rosters.catalogue, covered)
    except Unreadable as problem:
        return problem.unknown.entry()


def _single(
    rows: list[Entry], metric: Metric, covered: CoveredSpan | None, rosters: Rosters, as_of: Decimal
) -> Entry:
    """Return a value with its time: that of its `at`, but none after all that the joined sources know."""
    if len(rows) > 1:
        raise Unreadable("conflict", f"the SQL gives {len(rows)} rows for one value")
    if covered is not None and covered.torn and metric.type.kind is Kind.TIMESTAMP:
        raise Unreadable("torn source", f"{covered.torn}, and its time may be newer")
    if not rows or rows[0]["value"] is None:
        raise Unreadable("missing", "the SQL gives no value")
    value = rosters.resolve_set(metric, from_sql(rows[0]["value"], metric.type))
    if covered is None:
        raise Unreadable("not covered", "the source covers no time, so the value has no time")
    at = covered.end
    if "at" in rows[0]:
        if rows[0]["at"] is None:
            raise Unreadable("no time", "the SQL gives no `at`")
        stated = _time(rows[0]["at"])
        at = min(stated, covered.newest) if stated <= as_of + SKEW else stated
    entry: Entry = {"value": value, "at": show_time(at)}
    if rows[0].get("n") is not None:
        entry["n"] = number(rows[0]["n"])
    return entry


def _regular(rows: list[Entry], metric: Metric, covered: CoveredSpan | None) -> Entry:
    """Only periods wholly inside the coverage become points; of a metric complete `early` their start is enough."""
    if covered is None:
        raise Unreadable("not covered", "the source covers no time")
    length = Decimal(0) if metric.early else metric.every or Decimal(0)
    points = []
    for row in rows:
        at = _time(row["at"])
        _check_began(at + length, metric)
        if at >= floored(covered.start) and at + length <= covered.end:
            points.append((at, {"at": show_time(at), **_value(row["value"], metric.type)}))
    points.sort(key=lambda each: each[0])
    return {"from": show_time(covered.start), "points": [point for _, point in points]}


def _irregular(rows: list[Entry], metric: Metric, catalogue: Catalogue, covered: CoveredSpan | None) -> Entry:
    if covered is None:
        raise Unreadable("not covered", "the source covers no time")
    columns = _record_columns(metric, catalogue)
    points = []
    for row in rows:
        at = _time(row["at"])
        _check_began(at, metric)
        point: Entry = {"at": show_time(at)}
        if columns:
            point |= {name: _plain(row[name], kind) for name, kind in columns.items()}
        elif metric.type.kind is not Kind.EVENT:
            point |= _value(row["value"], metric.type)
        points.append((at, point))
    points.sort(key=lambda each: each[0])
    window = [show_time(covered.start), show_time(covered.end)]
    torn: Entry = {"torn": covered.torn} if covered.torn else {}
    return {"covered": window, **torn, "points": [point for _, point in points]}


def _check_began(time: Decimal, metric: Metric) -> None:
    """Raise Unreadable for a point, or the end of its period, before the metric began."""
    if metric.began is not None and time < metric.began:
        wrong = f"the SQL gives a point before {show_time(metric.began)}, when the metric began"
        if metric.began % DAY == 0 and metric.began - time <= _EARLIEST_MIDNIGHT:
            wrong += ": where days begin before those of UTC, write `began` with its time"
        raise Unreadable("out of range", wrong)


def _value(value: object, kind: Type) -> Entry:
    """Return the value of one point; it alone is unknown if it is not of the type."""
    found = _plain(value, kind)
    return found if isinstance(found, dict) else {"value": found}


def _plain(value: object, kind: Type) -> object:
    if value is None:
        return UnknownEntry("missing", "the SQL gives no value").entry()
    try:
        return from_sql(value, kind)
    except Unreadable as problem:
        return problem.unknown.entry()


def _time(value: object) -> Decimal:
    if value is None:
        raise Unreadable("no time", "the SQL gives a point without `at`")
    return sql_time(value)
