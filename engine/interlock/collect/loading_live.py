"""Reads a `live` source of a sources document."""

from __future__ import annotations

from decimal import Decimal

from ..diagnostics import Span
from ..language.types import Kind
from ..policy.catalogue import Catalogue, Metric
from ..policy.nodes import Mapping, Sequence
from .entries import Entry
from .model import Choice, LiveSource, Look
from .names import variable_complaint

__all__ = ["read_live"]

_PATHS = ("exists", "modified", "age", "pid")
_GIVES = {
    "exists": (Kind.BOOL,),
    "modified": (Kind.TIMESTAMP,),
    "age": (Kind.DURATION,),
    "pid": (Kind.NUMBER,),
    "any": (Kind.BOOL,),
    "all": (Kind.BOOL,),
    "not": (Kind.BOOL,),
    "choose": (Kind.STRING, Kind.ENUM),
}


def read_live(name: str, entry: Entry, catalogue: Catalogue) -> LiveSource:
    """Return the source; complaints go to the entry's collector."""
    looks = []
    for key, value in entry.each("metrics"):
        metric = catalogue.metrics.get(key.text)
        if metric is None or not isinstance(value, Mapping):
            continue
        inner = Entry(value, entry.collector)
        found = _look(inner)
        _fits(found, metric, key.span, inner)
        looks.append((key.text, found))
    return LiveSource(name, tuple(looks), entry.node.span)


def _fits(found: Look, metric: Metric, span: Span, entry: Entry) -> None:
    if metric.series != "single" or metric.scope:
        entry.collector.add("E514", f"`{metric.name}` is not a single value, a look gives one", span)
        return
    gives = _GIVES.get(found.kind)
    if found.kind == "env":
        gives = (Kind.BOOL,) if found.active_unless is not None else None
        if metric.type.kind is Kind.TIMESTAMP:
            entry.collector.add("E514", f"`{metric.name}` is a timestamp, a variable gives none", span)
    if gives and metric.type.kind not in gives:
        words = " or ".join(str(each) for each in gives)
        text = f"`{found.kind}` gives the type {words}, `{metric.name}` has {metric.type}"
        entry.collector.add("E514", text, span)


def _look(entry: Entry) -> Look:
    kind = next((each for each in (*_GIVES, "env") if entry.has(each)), "exists")
    if kind in _PATHS:
        return Look(kind, entry.path(kind))  # type: ignore[arg-type]
    if kind == "env":
        return _env(entry)
    if kind == "choose":
        return Look(
            "choose",
            choices=tuple(_choices(entry)),
            otherwise=entry.text("else") if entry.has("else") else None,
        )
    nodes = [entry.node.get(kind)]
    if isinstance(nodes[0], Sequence):
        nodes = list(nodes[0].items)
    parts = tuple(_part(Entry(each, entry.collector)) for each in nodes if isinstance(each, Mapping))
    return Look(kind, parts=parts)  # type: ignore[arg-type]


def _part(entry: Entry) -> Look:
    """A part of `any`, `all`, `not` and `choose` is true or false."""
    found = _look(entry)
    if found.kind in ("modified", "age", "pid", "choose"):
        entry.complain("E514", f"`{found.kind}` is neither true nor false", found.kind)
    return found


def _env(entry: Entry) -> Look:
    name = entry.text("env")
    wrong = variable_complaint(name)
    if wrong:
        entry.complain("E513", wrong, "env")
    value = entry.value("unset")
    unset: str | bool | Decimal | tuple[str, ...] | None = None
    if isinstance(value, list):
        unset = tuple(map(str, value))
    elif isinstance(value, str | bool | Decimal):
        unset = value
    idle = entry.texts("active_unless") if entry.has("active_unless") else None
    return Look("env", name, idle, unset, entry.text("separator", ","))


def _choices(entry: Entry) -> list[Choice]:
    node = entry.node.get("choose")
    found = []
    for each in node.items if isinstance(node, Sequence) else ():
        inner = Entry(each, entry.collector).under("when") if isinstance(each, Mapping) else None
        if inner is not None and isinstance(each, Mapping):
            found.append(Choice(_part(inner), Entry(each, entry.collector).text("value")))
    return found
