"""Tells which SQL makes one value of several rows, so that a row that is lost may change it unseen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from ..model import RowsSource
from ..sql.duckdb_tables import syntax_nodes
from ..sql.sql_functions import POOLING

__all__ = ["pools"]

Node = dict[str, Any]

_NARROWING = ("where_clause", "having", "qualify", "sample")


def pools(nodes: Sequence[Node], sources: Iterable[RowsSource], by: Collection[str] | None = None) -> bool:
    """Tell whether a query makes one value of several rows; the newest row of all, and its time, are no such figure.

    `by` are the columns of time that tell which row is the newest, all of them if it is not given.
    """
    times = _times(sources) if by is None else set(by)
    selects = [each for each in nodes if each.get("type") == "SELECT_NODE"]
    narrowed = len(selects) > 1 or any(each.get(key) for each in selects for key in _NARROWING)
    if narrowed or any(each.get("type") == "JOIN" for each in nodes):
        times = set()
    return any(_gathers(each, times) for each in nodes)


def _times(sources: Iterable[RowsSource]) -> set[str]:
    return {each.name for source in sources for each in source.columns if each.type == "time"}


def _gathers(node: Node, times: Collection[str]) -> bool:
    """Tell whether one part of a query makes one value of several rows; `times` are the columns whose newest value is
    that of all rows."""
    kind = node.get("type")
    if node.get("class") == "FUNCTION" and str(node.get("function_name", "")).lower() in POOLING:
        return not _newest(node, times)
    if kind == "SELECT_NODE":
        return bool(node.get("group_expressions")) or _limited(node, times)
    if kind == "JOIN":
        return node.get("join_type") != "INNER"
    if kind == "SET_OPERATION_NODE":
        return not (node.get("setop_type") == "UNION" and node.get("setop_all"))
    return node.get("class") in ("WINDOW", "SUBQUERY") or kind == "DISTINCT_MODIFIER"


def _newest(node: Node, times: Collection[str]) -> bool:
    read = [each for each in syntax_nodes(node) if "class" in each][1:]
    return (
        str(node["function_name"]).lower() == "max"
        and not node.get("filter")
        and len(read) == 1
        and _is_time(read[0], times)
    )


def _limited(node: Node, times: Collection[str]) -> bool:
    """Tell whether a query takes some of the rows, and not simply the newest."""
    modifiers = {str(each["type"]): each for each in node.get("modifiers", ())}
    limit = next((each for kind, each in modifiers.items() if kind.startswith("LIMIT")), None)
    if limit is None:
        return False
    orders = modifiers.get("ORDER_MODIFIER", {}).get("orders") or [{}]
    named = {str(each["alias"]).lower(): each for each in node["select_list"] if each.get("alias")}
    first = orders[0].get("expression", {})
    first = named.get(_column(first), first)
    return bool(limit.get("offset")) or orders[0].get("type") != "DESCENDING" or not _is_time(first, times)


def _is_time(node: Node, times: Collection[str]) -> bool:
    return _column(node) in times


def _column(node: Node) -> str:
    """Return the name of a bare column, empty for any other expression."""
    return str(node["column_names"][-1]).lower() if node.get("class") == "COLUMN_REF" else ""
