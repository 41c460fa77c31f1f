"""Writes docs/artefacts.md from the schemas of artefacts: what a desk's files must hold, and what decides gates.

Run it with `make docs`; a test compares the page with what this makes. A key decides a gate where a policy or a rollout
reads a metric whose SQL or pointer reads the key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interlock.collect.declared.source_reader import load_sources
from interlock.collect.model import DocumentSource, LiveSource, Probe, RowsSource, Source
from interlock.diagnostics import Collector
from interlock.evaluation.expressions.compiled import compile_policy
from interlock.policy.loader import PolicyRoot, load_root
from interlock.reports.tables import tidy
from interlock.resources import artefact_schema_path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "artefacts.md"
INTRODUCTION = """\
# What a desk's files must hold

One section an artefact, made by `make docs` from `schemas/artefacts/` and from the sources and policies of this desk. A
**yes** under *gate* marks a key that decides one: a metric that a policy or a rollout reads comes from it. Where such a
key is absent, renamed or of another type, the metric is unknown and its gates stay closed. Other keys are for people or
are checked alone. `interlock doctor --root DIR` says which files are there, missing, stale or in another form.

In a key `NAME` stands for any name, and `[]` for each item of a list. A key that is not required may be absent.
"""
KINDS = {
    "string": "text",
    "integer": "whole number",
    "boolean": "true or false",
    "array": "list",
    "object": "mapping",
}

Schema = Mapping[str, Any]
Way = tuple[str, ...]


@dataclass(frozen=True)
class Key:
    """One key of an artefact: its way from the top, where `*` is any name or item."""

    way: Way
    shown: str
    schema: Schema
    required: bool


@dataclass(frozen=True)
class Desk:
    """The sources of the desk, and which policies read each of their metrics."""

    sources: Mapping[str, Source]
    readers: Mapping[str, tuple[str, ...]]

    @classmethod
    def read(cls, policies: Path) -> Desk:
        """Return the desk of a policy root, which must be sound."""
        collector = Collector()
        root = load_root(policies, collector)
        sources = load_sources(root.sources, root.catalogue, collector).by_id
        assert not collector.errors, collector.errors
        return cls(sources, _readers(root))

    def metrics(self, source: Source, place: str) -> dict[str, tuple[str, ...]]:
        """Return the metrics that a source makes of a place and that decide gates, with the policies that read them."""
        if isinstance(source, LiveSource):
            names = [name for name, probe in source.metrics if place in _targets(probe)]
        else:
            names = [each.metric for each in source.metrics]
        return {name: self.readers[name] for name in names if name in self.readers}


def _readers(root: PolicyRoot) -> dict[str, tuple[str, ...]]:
    """Return the policies and rollouts that read a metric; a column of a record counts for the record."""
    found: dict[str, set[str]] = {}

    def note(metric: str, reader: str) -> None:
        declared = root.catalogue.metrics.get(metric)
        found.setdefault((declared and declared.record) or metric, set()).add(reader)

    for policy in root.policies.values():
        for metric in compile_policy(policy, root.catalogue).metrics:
            note(metric, policy.id)
    for rollout in root.rollouts.values():
        for metric in (*rollout.lever, *(each for stage in rollout.stages for each in stage.canary)):
            note(metric, rollout.id)
    return {name: tuple(sorted(readers)) for name, readers in found.items()}


def page() -> str:
    """Return the page in Markdown."""
    desk = Desk.read(ROOT / "policies")
    names = sorted(each.stem for each in artefact_schema_path("x").parent.glob("*.json"))
    return tidy("\n".join([INTRODUCTION, *(line for name in names for line in _section(name, desk))]))


def _section(name: str, desk: Desk) -> Iterator[str]:
    schema = json.loads(artefact_schema_path(name).read_text(encoding="utf-8"))
    if schema.get("x-may-be-absent"):
        yield from ("A sound desk may lack it.", "")
    places = [(each, place) for each in desk.sources.values() for place in _places(each, name, schema)]
    yield from (f"## {name}", "", f"**{schema['title']}.** {schema['description']}", "")
    for each, place in places:
        deciding = desk.metrics(each, place)
        readers = sorted({reader for found in deciding.values() for reader in found})
        gates = f"decides {', '.join(f'`{reader}`' for reader in readers)}" if readers else "decides no gate"
        yield f"- `{place}` is read by the source `{each.id}`, which {gates}."
    if not places:
        yield "- No source reads it."
    keys = list(_keys(schema, (), "", required=True))
    if keys:
        marked = [way for each, place in places for way in _deciding(each, place, desk, schema)]
        yield from ("", "| key | type | required | gate | meaning |", "|---|---|---|---|---|")
        for key in keys:
            gate = "**yes**" if any(_covers(way, key.way) for way in marked) else ""
            about = str(key.schema.get("description", "")).replace("|", "\\|")
            yield f"| `{key.shown}` | {_type(key.schema)} | {'yes' if key.required else ''} | {gate} | {about} |"
    yield ""


def _places(source: Source, name: str, schema: Schema) -> Iterator[str]:
    """Yield the places where a source reads artefacts of a schema: it asks for it, or the schema names them."""
    named = re.sub(r"<[^>]*>", "*", str(schema["description"]))
    if isinstance(source, LiveSource):
        found = {target for _, probe in source.metrics for target in _targets(probe)}
    else:
        found = {source.pattern if isinstance(source, RowsSource) else source.file}
    for each in sorted(found):
        asked = not isinstance(source, LiveSource) and source.schema == name
        if asked or re.search(rf"(?<![\w/]){re.escape(each)}(?![\w/])", named):
            yield each


def _targets(probe: Probe) -> Iterator[str]:
    """Yield the files that a probe looks at."""
    if probe.kind in ("exists", "modified", "age", "pid"):
        yield probe.target
    for each in (*probe.parts, *(choice.when for choice in probe.choices)):
        yield from _targets(each)


def _keys(schema: Schema, way: Way, shown: str, *, required: bool) -> Iterator[Key]:
    for key, each in schema.get("properties", {}).items():
        needed = required and key in schema.get("required", ())
        yield Key((*way, key), f"{shown}/{key}", each, needed)
        yield from _keys(each, (*way, key), f"{shown}/{key}", required=needed)
    extra, items = schema.get("additionalProperties"), schema.get("items")
    if isinstance(extra, dict):
        yield from _keys(extra, (*way, "*"), f"{shown}/NAME", required=required)
    if isinstance(items, dict):
        yield from _keys(items, (*way, "*"), f"{shown}[]", required=required)


def _type(schema: Schema) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(f"`{each}`" for each in schema["enum"])
    kinds = schema.get("type", "any")
    return " or ".join(KINDS.get(each, each) for each in ([kinds] if isinstance(kinds, str) else kinds))


def _deciding(source: Source, place: str, desk: Desk, schema: Schema) -> Iterator[Way]:
    """Yield the ways, from the top of the artefact, to the values that decide gates."""
    metrics = desk.metrics(source, place)
    if isinstance(source, DocumentSource):
        for each in source.metrics:
            if each.metric in metrics:
                at = each.at if each.at is not None else source.at
                yield from ((*(each.members or ()), *(("*",) if each.members else ()), *each.pointer),)
                yield from () if isinstance(at, str) else (at,)
    elif isinstance(source, RowsSource) and metrics:
        read = " ".join(query.sql for query in source.metrics if query.metric in metrics)
        cover = source.coverage
        named = {source.time, cover.by, cover.member, *source.unique}
        rows = _row_way(source, schema)
        for column in source.columns:
            if column.name in named or re.search(rf"\b{column.name}\b", read):
                own = column.pointer or (column.place,)
                yield own if column.of_file else (*rows, *own)
        yield from (each for each in (cover.start, cover.end) if isinstance(each, tuple))


def _row_way(source: RowsSource, schema: Schema) -> Way:
    """Return the way to a row: through each item where the rows are a list."""
    rows = ("strategy", "*", "trades") if source.format == "freqtrade" else source.rows or ()
    for step in rows:
        extra = schema.get("additionalProperties")
        schema = schema.get("properties", {}).get(step, extra if isinstance(extra, dict) else {})
    return (*rows, "*") if schema.get("type") == "array" else rows


def _covers(way: Way, key: Way) -> bool:
    """Tell whether a way leads to a key, or to a mapping or list that holds it."""
    return (
        bool(way)
        and len(way) <= len(key)
        and all(b in (a, "*") or a == "*" for a, b in zip(way, key, strict=False))
    )


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
