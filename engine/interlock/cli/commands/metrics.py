"""`interlock metrics`: the metrics of the catalogue, their sources, and the policies that read them."""

from __future__ import annotations

import click

from ...api import PolicySet
from ...diagnostics import name_hint, printable
from ...errors import EXIT_BEST, UsageError
from ...policy.catalogue import RESERVED, Metric
from ...reports.documents.metrics_list import ListedMetric
from ..command import Subcommand
from ..inputs import load_policies
from ..options import format_option, policies_option
from ..output import show

__all__ = ["command"]


@click.command(
    "metrics",
    cls=Subcommand,
    short_help="List the metrics that policies may name.",
    examples=(
        "interlock metrics",
        "interlock metrics drawdown",
        "interlock metrics kill_switch --format json",
    ),
    exits={EXIT_BEST: "metrics are listed"},
)
@click.argument("word", default="")
@policies_option
@format_option("metrics")
def command(word: str, policies: str | None, form: str) -> int:
    """List the metrics that policies may name.

    WORD selects the metrics whose name or description contains it, in upper or lower case.
    """
    loaded = load_policies(policies)
    found = [each for each in loaded.catalogue.metrics.values() if _matches(each, word.casefold())]
    if not found:
        raise UsageError(_nothing(word, loaded))
    readers = _readers(loaded)
    listed = [
        ListedMetric(each, _supplier(each, loaded), tuple(readers.get(each.name, ())))
        for each in sorted(found, key=lambda each: each.name)
    ]
    show("metrics", form, listed)
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


def _readers(policies: PolicySet) -> dict[str, list[str]]:
    """Return the policies that read each metric."""
    found: dict[str, list[str]] = {}
    for name, policy in sorted(policies.compiled().items()):
        for metric in policy.metrics:
            found.setdefault(metric, []).append(name)
    return found


def _supplier(metric: Metric, policies: PolicySet) -> str:
    supplied = policies.sources.supplier.get(metric.record or metric.name, "")
    return "the ledger" if metric.name in RESERVED else supplied
