"""The metrics of a catalogue: type, cadence, freshness, source, and the policies that read each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...canonical import canonical
from ...language.literals import show
from ...language.times import show_duration, show_time
from ...language.types import Kind
from ...policy.catalogue import Metric
from ..style import ReportStyle
from ..tables import Table

__all__ = ["ListedMetric", "as_json", "as_markdown", "as_text"]


@dataclass(frozen=True, slots=True)
class ListedMetric:
    """One metric with its source (empty: none supplies it) and the policies that read it."""

    metric: Metric
    source: str
    policies: tuple[str, ...]


def as_text(listed: Sequence[ListedMetric], style: ReportStyle) -> str:
    """Return a row for each metric."""
    return _table(listed).text(style)


def as_markdown(listed: Sequence[ListedMetric], style: ReportStyle) -> str:
    """Return the same rows in Markdown."""
    return _table(listed).markdown()


def as_json(listed: Sequence[ListedMetric], style: ReportStyle) -> str:
    """Return one line: a list of records, durations in seconds."""
    return canonical([_record(each) for each in listed]).decode("utf-8") + "\n"


def _table(listed: Sequence[ListedMetric]) -> Table:
    headings = ("metric", "type", "cadence", "scope", "freshness", "source", "policies", "what it is")
    table = Table(headings, optional=("policies", "freshness", "source", "scope", "cadence"))
    for each in listed:
        metric, used = each.metric, ", ".join(each.policies)
        cells = (_type(metric), _cadence(metric), metric.scope or "", _freshness(metric))
        table.add(metric.name, *cells, each.source, used, metric.doc)
    return table


def _type(metric: Metric) -> str:
    kind = metric.type
    if metric.columns:
        return f"record of {', '.join(metric.columns)}"
    if kind.kind is Kind.ENUM and kind.enum:
        return f"enum {(' < ' if kind.enum.ordered else ', ').join(kind.enum.values)}"
    if metric.low is None and metric.high is None:
        return str(kind)
    ends = [None if end is None else show(end, kind) for end in (metric.low, metric.high)]
    if ends[1] is None:
        return f"{kind} from {ends[0]}"
    return f"{kind} up to {ends[1]}" if ends[0] is None else f"{kind} {ends[0]} to {ends[1]}"


def _cadence(metric: Metric) -> str:
    if metric.series == "single":
        return "one value"
    return f"every {show_duration(metric.every)}" if metric.every else "each event"


def _freshness(metric: Metric) -> str:
    """How old a single value may be, how late a point of a series."""
    parts = []
    if metric.series == "regular":
        parts.append(f"due after {show_duration(metric.lag)}" if metric.lag else "due at once")
        parts += ["complete early"] if metric.early else []
    elif metric.series == "irregular":
        parts += [f"slack {show_duration(metric.slack)}"] if metric.slack else []
    elif metric.series == "single":
        age = metric.max_age
        parts.append("never stale" if age is None else f"at most {show_duration(age)} old")
    if metric.min_n is not None:
        parts.append(f"n at least {metric.min_n}")
    return ", ".join(parts)


def _record(listed: ListedMetric) -> dict[str, object]:
    metric, kind = listed.metric, listed.metric.type
    return {
        "name": metric.name,
        "type": str(kind.flavour or kind.kind.value),
        "currency": kind.currency or None,
        "values": list(kind.enum.values) if kind.enum else None,
        "range": None if metric.low is None and metric.high is None else [metric.low, metric.high],
        "series": metric.series,
        "every": metric.every,
        "lag": metric.lag if metric.series == "regular" else None,
        "early": metric.early if metric.series == "regular" else None,
        "slack": metric.slack if metric.series == "irregular" else None,
        "began": None if metric.began is None else show_time(metric.began),
        "max_age": metric.max_age if metric.series == "single" else None,
        "min_n": metric.min_n,
        "scope": metric.scope,
        "record": metric.record,
        "source": listed.source or None,
        "policies": list(listed.policies),
        "doc": metric.doc,
        "declared": str(metric.span) if metric.span else None,
    }
