"""Reads what `interlock.yaml` says of the desk: `dates`, `timezone`, `artefacts`; the catalogue reads `scopes`."""

from __future__ import annotations

from decimal import Decimal

from ...diagnostics import Collector
from ...language.times import parse_time
from ..desk import DeskFacts
from ..yaml.yaml_nodes import Mapping

__all__ = ["read_desk"]

_WORDS = ("first", "last", "began", "modified", "as_of")


def read_desk(mark: Mapping, collector: Collector) -> DeskFacts:
    """Return what the document says of the desk; complaints go to `collector`."""
    dates: dict[str, Decimal] = {}
    for key, value in mark.mapping("dates").pairs:
        time = parse_time(mark.mapping("dates").text(key.text))
        if key.text in _WORDS:
            message = f"`{key.text}` is a word of `covered` and cannot be the name of a date"
            collector.add("E464", message, key.span, "choose another name")
        elif time is None:
            hint = "write `2026-01-05`"
            collector.add("E465", f"the date `{key.text}` cannot be read", value.span, hint)
        else:
            dates[key.text] = time
    zone, name = mark.scalar("timezone"), mark.key("timezone")
    return DeskFacts(dates, (name, zone) if zone and name else None, mark.mapping("artefacts").tables)
