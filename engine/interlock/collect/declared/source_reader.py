"""Reads sources documents: every source, the metrics that it supplies, and complaints about them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, cast

from ...diagnostics import Collector, Span, name_hint
from ...errors import MissingExtra
from ...policy.catalogue import RESERVED, Catalogue
from ...policy.desk import DeskFacts
from ...policy.yaml.yaml_nodes import Mapping
from ...wording import listed
from ..json_documents import Pointer
from ..model import DocumentMetric, DocumentSource, RowsSource, Source, Sources
from ..rows.row_sources import check_queries
from .live_reader import read_live
from .rows_reader import read_rows
from .yaml_entry import YamlEntry

__all__ = ["load_sources"]

_OF_DESK: dict[str, tuple[str, ...]] = {
    "rows": ("file", "files", "timezone", "strategy", "starting_balance"),
    "document": ("file", "timezone"),
    "live": (),
}
"""The keys of a kind of source that the desk may give in place of its own."""


def load_sources(nodes: Iterable[Mapping], catalogue: Catalogue, collector: Collector) -> Sources:
    """Read sources documents that satisfy their schema. Complaints go to `collector`.

    The SQL of rows sources is checked with duckdb; if that is not installed, a warning says so.
    """
    sources: dict[str, Source] = {}
    places: dict[str, Span] = {}
    supplier: dict[str, str] = {}
    spans: dict[str, Span] = {}
    for node in nodes:
        for key, value in node.mapping("sources").tables:
            if key.text in places:
                related = [("first given here", places[key.text])]
                collector.add(
                    "E528", f"the source `{key.text}` is given twice", key.span, "rename one", related
                )
                continue
            places[key.text] = key.span
            entry = YamlEntry(_of_desk(key.text, value, catalogue.desk, collector), collector)
            _suppliers(key.text, entry, catalogue, supplier, spans)
            sources[key.text] = _source(key.text, entry, catalogue)
    for name, _ in catalogue.desk.artefacts:
        if name.text not in places:
            collector.add_unknown("E466", "source", name.text, places, name.span)
    _joins(sources, collector)
    _check_sql(sources, catalogue, collector)
    return Sources(sources, supplier, spans)


def _of_desk(name: str, source: Mapping, desk: DeskFacts, collector: Collector) -> Mapping:
    """Return a source with the keys that the desk gives in place of its own, and the time zone of the desk."""
    kind = source.text("kind")
    given = next((table for key, table in desk.artefacts if key.text == name), None)
    pairs = () if given is None else given.pairs
    for key, _ in pairs:
        if key.text not in _OF_DESK[kind]:
            message = f"`{key.text}` cannot be given to `{name}`, a {kind} source"
            takes = listed([f"`{each}`" for each in _OF_DESK[kind]]) or "none"
            collector.add("E467", message, key.span, f"keys that it takes: {takes}")
    if desk.timezone and kind != "live" and not source.has("timezone"):
        pairs = (desk.timezone, *pairs)
    replaced = {key.text for key, _ in pairs}
    replaced |= {"file", "files"} if replaced & {"file", "files"} else set()
    kept = tuple(pair for pair in source.pairs if pair[0].text not in replaced)
    return Mapping((*kept, *(pair for pair in pairs if pair[0].text in _OF_DESK[kind])), source.span)


def _suppliers(
    source: str, entry: YamlEntry, catalogue: Catalogue, supplier: dict[str, str], spans: dict[str, Span]
) -> None:
    """Check that every metric is declared, and supplied once."""
    for key, _ in entry.node.mapping("metrics").pairs:
        name, span = key.text, key.span
        metric = catalogue.metrics.get(name)
        if name in RESERVED:
            entry.collector.add("E516", f"`{name}` is supplied by the ledger", span)
        elif metric is not None and metric.record and metric.record != name:
            hint = f"supply `{metric.record}` with its columns"
            entry.collector.add("E517", f"`{name}` is a column of the record `{metric.record}`", span, hint)
        elif metric is None:
            entry.collector.add_unknown("E501", "metric", name, catalogue.metrics, span)
        elif name in spans:
            related = [("first supplied here", spans[name])]
            entry.collector.add(
                "E502", f"`{name}` is supplied twice", span, "keep one source for it", related
            )
        else:
            spans[name], supplier[name] = span, source


def _source(name: str, entry: YamlEntry, catalogue: Catalogue) -> Source:
    match entry.node.text("kind"):
        case "rows":
            return read_rows(name, entry, catalogue)
        case "live":
            return read_live(name, entry, catalogue)
        case _:
            return _document(name, entry, catalogue)


def _document(name: str, entry: YamlEntry, catalogue: Catalogue) -> DocumentSource:
    picks = [
        _pick(key.text, key.span, YamlEntry(value, entry.collector), catalogue)
        for key, value in entry.node.mapping("metrics").tables
        if key.text in catalogue.metrics
    ]
    return DocumentSource(
        name,
        entry.path("file"),
        _at(entry),
        tuple(picks),
        entry.node.span,
        entry.node.text("unit", "s"),
        entry.zone(),
        entry.schema(),
    )


def _at(entry: YamlEntry) -> Pointer | Literal["modified"]:
    return "modified" if entry.node.text("at") == "modified" else entry.pointer("at")


def _pick(name: str, span: Span, entry: YamlEntry, catalogue: Catalogue) -> DocumentMetric:
    metric = catalogue.metrics[name]
    if metric.series != "single":
        hint = "supply it from a `rows` source"
        entry.collector.add("E514", f"`{name}` is a series, but a document gives single values", span, hint)
    elif bool(metric.scope) != entry.node.has("members"):
        wanted = (
            f"needs `members`: it has one value for each {metric.scope}" if metric.scope else "has no members"
        )
        entry.collector.add("E530", f"`{name}` {wanted}", span)
    equals = entry.node.scalar("equals")
    return DocumentMetric(
        name,
        entry.pointer("pointer"),
        span,
        entry.pointer("members") if entry.node.has("members") else None,
        _at(entry) if entry.node.has("at") else None,
        entry.pointer("n") if entry.node.has("n") else None,
        entry.node.text("take", "value"),  # type: ignore[arg-type]
        cast("str | bool | None", equals.value if equals is not None else None),
        entry.node.number("scale"),
        entry.node.text("unit", "s"),
    )


def _joins(sources: dict[str, Source], collector: Collector) -> None:
    """Check that `with` names other rows sources."""
    tables = {name for name, each in sources.items() if isinstance(each, RowsSource)}
    for source in sources.values():
        if not isinstance(source, RowsSource):
            continue
        for name in source.joins:
            if name not in tables or name == source.id:
                hint = name_hint(name, tables - {source.id})
                collector.add(
                    "E529", f"`with` names `{name}`, which is no other rows source", source.span, hint
                )


def _check_sql(sources: dict[str, Source], catalogue: Catalogue, collector: Collector) -> None:
    rows = {name: each for name, each in sources.items() if isinstance(each, RowsSource)}
    try:
        if rows:
            check_queries(rows, catalogue, collector)
    except MissingExtra as problem:
        first = next(iter(rows.values()))
        collector.add(
            "W852", "the SQL of sources is not checked: duckdb is missing", first.span, str(problem)
        )
