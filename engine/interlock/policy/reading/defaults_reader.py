"""Reads the `defaults` of `interlock.yaml`: the ledger, its anchor, the environment and the root of a desk."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from ...diagnostics import Collector
from ..defaults import Defaults
from ..yaml.yaml_nodes import Mapping

__all__ = ["check_default_environment", "read_defaults"]

_KEY = "defaults"


def read_defaults(mark: Mapping, folder: Path, collector: Collector) -> Defaults:
    """Return the defaults of the document that marks the policy root in `folder`; complaints go to `collector`."""
    table = mark.mapping(_KEY)
    root = folder.resolve()
    ledger, anchor = (_path(table, key, root, collector) for key in ("ledger", "anchor"))
    if anchor is not None and not table.has("ledger"):
        message = "`anchor` is the head of a ledger, and `ledger` is not given"
        collector.add("E461", message, table.key_span("anchor"), "name the ledger too")
    elif anchor is not None and anchor == ledger:
        message = "the anchor is the file of the ledger"
        collector.add("E462", message, table.span_of("anchor"), "keep it elsewhere, best on another disk")
    file = f"{root.name}/{Path(mark.span.file).name}"
    artefacts = Path(os.path.normpath(root / table.text("root"))) if table.has("root") else None
    return Defaults(ledger, anchor, table.text("environment") or None, artefacts, file)


def check_default_environment(mark: Mapping, environments: Collection[str], collector: Collector) -> None:
    """Complain of an environment that no document declares."""
    name = mark.mapping(_KEY).scalar("environment")
    if name is not None and name.text not in environments:
        collector.add_unknown("E460", "environment", name.text, environments, name.span)


def _path(table: Mapping, key: str, root: Path, collector: Collector) -> Path | None:
    """Return the path under a key, from the folder of the document on; None where there is none."""
    if not table.has(key):
        return None
    found = Path(os.path.normpath(root / table.text(key)))
    if found.is_relative_to(root) and not any(part.startswith(".") for part in found.relative_to(root).parts):
        message = f"the {key} `{table.text(key)}` lies in the policy root, which holds documents only"
        hint = f"put it elsewhere, as `../{found.name}`"
        collector.add("E463", message, table.span_of(key), hint)
    return found
