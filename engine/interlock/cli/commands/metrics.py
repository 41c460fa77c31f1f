"""`interlock metrics`: what the catalogue declares, who supplies it and which policies read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import click

from ...api import PolicySet
from ...canonical import canonical
from ...diagnostics import name_hint, printable
from ...errors import EXIT_BEST, UsageError
from ...language.literals import show
from ...language.times import show_duration, show_time
from ...language.types import Kind
from ...policy.catalogue import RESERVED, Metric
from .. import terminal
from ..inputs import load_policies
from ..options import format_option, policies_option
from ..terminal_tables import Table

__all__ = ["command"]

_EXAMPLES = """\b
Examples:
  interlock metrics
  interlock metrics drawdown
  interlock metrics kill_switch --format json
"""


@click.command("metrics", epilog=_EXAMPLES)
@click.argument("word", default="")
@policies_option
@format_option("text", "json")
def command(word: str, policies: str | None, form: str) -> int:
    """List the metrics that policies may name.

    WORD looks for metrics whose name or description contains it, whatever its case.
    """
    loaded = load_policies(policies)
    found = [each for each in loaded.catalogue.metrics.values() if _matches(each, word.casefold())]
    if not found:
        raise UsageError(_nothing(word, loaded))
    readers = _readers(loaded)
    found.sort(key=lambda each: each.name)
    if form == "json":
        terminal.write(canonical([_record(each, loaded, readers) for each in found]) + b"\n")
    else:
        _table(found, loaded, readers)
    return EXIT_BEST


def _matches(metric: Metric, word: str) -> bool:
    return word in metric.name.casefold() or word in metric.doc.casefold()


def _nothing(word: str, policies: PolicySet) -> str:
    names = set(policies.catalogue.metrics)
    if not names:
        return "the catalogue declares no metric"
    parts = {part for name in names for part in name.split(".")}
    hint = name_hint(word, names, name_hint(word, parts, "`interlock metrics` lists all"))
    return f"no metric's name or description contains `{printable(word)}`: {hint}"


def _readers(policies: PolicySet) -> Mapping[str, list[str]]:
    """Return the policies that read each metric."""
    found: dict[str, list[str]] = {}
    for name, policy in sorted(policies.compiled().items()):
        for metric in policy.metrics:
            found.setdefault(metric, []).append(name)
    return found


def _supplier(metric: Metric, policies: PolicySet) -> str:
    supplied = policies.sources.supplier.get(metric.record or metric.name, "")
    return "the ledger" if metric.name in RESERVED else supplied


# text


def _table(found: Iterable[Metric], policies: PolicySet, readers: Mapping[str, list[str]]) -> None:
    table = Table(("metric", "type", "cadence", "scope", "freshness", "source", "policies", "what it is"))
    for each in found:
        used = ", ".join(readers.get(each.name, ()))
        source = _supplier(each, policies)
        table.add(
            each.name, _type(each), _cadence(each), each.scope or "", _freshness(each), source, used, each.doc
        )
    table.show()


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
    elif metric.series == "single":
        parts.append(
            "never stale" if metric.max_age is None else f"at most {show_duration(metric.max_age)} old"
        )
    if metric.min_n is not None:
        parts.append(f"n at least {metric.min_n}")
    return ", ".join(parts)


# json


def _record(metric: Metric, policies: PolicySet, readers: Mapping[str, list[str]]) -> dict[str, object]:
    kind = metric.type
    return {
        "name": metric.name,
        "type": str(kind.flavour or kind.kind.value),
        "currency": kind.currency or None,
        "values": list(kind.enum.values) if kind.enum else None,
        "range": None if metric.low is None and metric.high is None else [metric.low, metric.high],
        "series": metric.series,
        "every": metric.every,
        "lag": metric.lag if metric.series == "regular" else None,
        "began": None if metric.began is None else show_time(metric.began),
        "max_age": metric.max_age if metric.series == "single" else None,
        "min_n": metric.min_n,
        "scope": metric.scope,
        "record": metric.record,
        "source": _supplier(metric, policies) or None,
        "policies": readers.get(metric.name, []),
        "doc": metric.doc,
        "declared": str(metric.span) if metric.span else None,
    }
