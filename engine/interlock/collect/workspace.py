"""Reads a policy root with its sources, which is all that a check of documents needs."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from ..diagnostics import Collector
from ..policy.loader import PolicyRoot, find_root, load_root
from ..policy.reading.follow_on import drop_follow_on
from .model import Sources

__all__ = ["Workspace", "read_workspace"]


@dataclass(frozen=True, slots=True)
class Workspace:
    """The documents of a policy root without complaints, linked, and the sources of its metrics."""

    root: PolicyRoot
    sources: Sources


def read_workspace(
    path: str | os.PathLike[str] | None, collector: Collector, advance: Callable[[], None] = lambda: None
) -> Workspace:
    """Read every document. Complaints go to `collector`; `advance` is called after each file.

    Raises UsageError if there is no policy root.
    """
    root = load_root(find_root(path), collector, advance)
    if not root.sources:
        return Workspace(root, Sources())
    from .declared.source_reader import (
        load_sources,  # a third of what `validate` imports, and only sources need it
    )

    sources = load_sources(list(root.sources), root.catalogue, collector)
    drop_follow_on(collector, root.faulty)
    if not collector.errors:
        _unsupplied(root, sources, collector)
    return Workspace(root, sources)


def _unsupplied(root: PolicyRoot, sources: Sources, collector: Collector) -> None:
    """Note the metrics that no source gives, although there are sources."""
    for name, metric in root.catalogue.metrics.items():
        if metric.span is not None and metric.sourced and not metric.record and name not in sources.supplier:
            hint = (
                "give it in a sources document; if a snapshot that is handed in has it, write `source: false`"
            )
            collector.add("W885", f"no source gives the metric `{name}`", metric.span, hint)
