"""What the SQL of a metric makes of missing data: each such look is an assumption, as `default(m, 0)` is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..model import Column
from ..sql.duckdb_tables import syntax_nodes
from ..sql.sql_functions import AGGREGATES

__all__ = ["Assumption", "absent_columns", "made_of_nothing", "without_partner"]

Assumption = tuple[str, str]
"""The code of its diagnostic, and its text."""

_FILLING = (
    "OPERATOR_COALESCE",
    "OPERATOR_IS_NULL",
    "OPERATOR_IS_NOT_NULL",
    "COMPARE_DISTINCT_FROM",
    "COMPARE_NOT_DISTINCT_FROM",
)
_FILLING_FUNCTIONS = ("greatest", "least", "if", "concat", "concat_ws")
"""Functions that pass over NULL."""


def absent_columns(nodes: Sequence[dict[str, Any]], absent: Iterable[Column]) -> list[Assumption]:
    """Return an assumption for each optional column that no row has and that the query reads."""
    read = {str(node["column_names"][-1]).lower() for node in nodes if node.get("class") == "COLUMN_REF"}
    whole = any(node.get("class") == "STAR" for node in nodes)
    return [
        ("W855", f"no row has the optional column `{each.name}` (`{each.place}`), so it is NULL throughout")
        for each in absent
        if whole or each.name in read
    ]


def made_of_nothing(nodes: Sequence[dict[str, Any]]) -> list[Assumption]:
    """Return an assumption where a query gives a value although an aggregate over no rows, or a subquery, has none."""
    named = {
        str(each["alias"]).lower()
        for node in nodes
        if node.get("type") == "SELECT_NODE" and not node.get("group_expressions")
        for each in node.get("select_list", ())
        if each.get("alias") and _aggregates(each, frozenset())
    }
    selected = [each for node in nodes for each in syntax_nodes(node.get("select_list"))]
    found = []
    if any((_fills(node) and _aggregates(node, named)) or _chooses(node, named) for node in nodes):
        found.append("the SQL makes a value of an aggregate over no rows")
    if any(_asks(each) or (_fills(each) and _subqueries(each)) for each in selected):
        found.append("the SQL makes a value where a subquery gives no rows")
    if any(_adds(node) for node in nodes):
        found.append("the SQL adds a row of its own to those of the source")
    return [("W856", each) for each in found]


def without_partner(nodes: Sequence[dict[str, Any]]) -> list[Assumption]:
    """Return an assumption where a join passes over the rows to which no row of the other table belongs."""
    found = any(_pairs(node) for node in nodes)
    return [("W864", "the SQL passes over rows without a partner in a join")] if found else []


def _pairs(node: dict[str, Any]) -> bool:
    """Tell whether a join, or a condition on the columns of two tables, keeps only rows that belong together."""
    if node.get("type") == "JOIN":
        return node.get("ref_type") != "CROSS" and node.get("join_type") in ("INNER", "SEMI")
    if node.get("type") != "SELECT_NODE":
        return False
    equal = (each for each in syntax_nodes(node.get("where_clause")) if each.get("type") == "COMPARE_EQUAL")
    return any(len(_tables(each["left"]) | _tables(each["right"])) > 1 for each in equal)


def _tables(tree: dict[str, Any]) -> set[str]:
    """Return the tables that the columns of an expression are named with."""
    names = (node["column_names"] for node in syntax_nodes(tree) if node.get("class") == "COLUMN_REF")
    return {str(each[0]).lower() for each in names if len(each) > 1}


def _fills(node: dict[str, Any]) -> bool:
    name = str(node.get("function_name", "")).lower()
    return node.get("type") in _FILLING or (node.get("class") == "FUNCTION" and name in _FILLING_FUNCTIONS)


def _chooses(node: dict[str, Any], named: Iterable[str]) -> bool:
    """Tell whether a CASE asks an aggregate, and has a value where that is NULL."""
    if node.get("class") != "CASE":
        return False
    other = node.get("else_expr") or {}
    texts = [
        str(other.get(key)) for key in ("literal", "value")
    ]  # what DuckDB 2 writes, and what those before it did
    null = other.get("class") == "CONSTANT" and ("NULL_LITERAL" in texts[0] or "'is_null': True" in texts[1])
    return not null and any(_aggregates(each["when_expr"], named) for each in node["case_checks"])


def _asks(node: dict[str, Any]) -> bool:
    """Tell whether a value is that some row is there, which no row denies."""
    return node.get("class") == "SUBQUERY" and node.get("subquery_type") != "SCALAR"


def _subqueries(tree: dict[str, Any]) -> bool:
    return any(node.get("class") == "SUBQUERY" for node in syntax_nodes(tree))


def _adds(node: dict[str, Any]) -> bool:
    """Tell whether rows of no table stand beside those of one."""
    joined = node.get("type") == "JOIN" and node.get("join_type") != "INNER"
    if not joined and node.get("type") != "SET_OPERATION_NODE":
        return False
    froms = [each["from_table"].get("type") for each in syntax_nodes(node) if each.get("from_table")]
    return "EMPTY" in froms


def _aggregates(tree: dict[str, Any], named: Iterable[str]) -> bool:
    """Tell whether a tree holds an aggregate that is NULL over no rows, or a column of that name."""
    for node in syntax_nodes(tree):
        if node.get("class") == "FUNCTION" and str(node.get("function_name", "")).lower() in AGGREGATES:
            return True
        if node.get("class") == "COLUMN_REF" and str(node["column_names"][-1]).lower() in named:
            return True
    return False
