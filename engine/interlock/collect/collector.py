"""Collects a snapshot: every source once, every metric with its entry, its provenance and its explanation."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from .. import __version__
from ..diagnostics import Diagnostic, Span
from ..errors import UsageError
from ..language.times import show_time
from ..language.types import BOOL
from ..limits import FORMAT, LIVE_CLOCK_DISTANCE, SKEW
from ..policy.catalogue import Catalogue, Metric
from .artefact_root import Artefact, Root
from .document_sources import open_document, pick
from .explaining import Explanation, provenance
from .live.commands import Commands
from .live.live import LiveContext, archived, as_text, look
from .model import DocumentSource, LiveSource, Probe, Query, RowsSource, Sources
from .rosters import Rosters
from .rows.query_results import Entry, QueryResult
from .rows.row_sources import LoadedSource, ask, load, open_tables
from .rows.source_coverage import CoveredSpan
from .unreadable import UnknownEntry, Unreadable

__all__ = ["Collection", "collect"]


@dataclass(frozen=True, slots=True)
class Collection:
    """A snapshot as a mapping (numbers are decimals), how each metric came about, and what else was found."""

    snapshot: dict[str, object]
    explanations: Mapping[str, Explanation]
    findings: tuple[Diagnostic, ...] = ()


def collect(
    root: Path,
    as_of: Decimal,
    sources: Sources,
    catalogue: Catalogue,
    *,
    since: Decimal | None = None,
    environ: Mapping[str, str],
    now: Decimal,
    archive: bool = False,
    allow_commands: bool = False,
    env_names: Iterable[str] = (),
) -> Collection:
    """Read the desk's artefacts below `root` as they were known at `as_of`; times are seconds since 1970.

    `env_names` are the variables that overrides of params name; the commands that live sources declare run only
    with `allow_commands`. Raises UsageError when the root is no folder,
    MissingExtra when rows are to be read without duckdb; everything else that goes wrong is an unknown value.
    """
    if not root.is_dir():
        raise UsageError(f"there is no folder `{root.as_posix()}` to collect from: give it with `--root DIR`")
    if as_of > now + SKEW:
        raise UsageError(f"`{show_time(as_of)}` lies in the future: nothing was measured then yet")
    place = Root(root)
    commands = Commands(place, allow_commands, archive, now, as_of)
    run = _Run(place, as_of, since, sources, Rosters(catalogue), _Live(now, archive, environ), commands)
    for name in sorted(sources.by_id):
        run.source(name)
    return run.finish(tuple(env_names))


@dataclass(frozen=True, slots=True)
class _Live:
    now: Decimal
    archive: bool
    environ: Mapping[str, str]


@dataclass(slots=True)
class _Run:
    """One collection under way."""

    root: Root
    as_of: Decimal
    since: Decimal | None
    sources: Sources
    rosters: Rosters
    live: _Live
    commands: Commands
    metrics: dict[str, object] = field(default_factory=dict)
    scopes: dict[str, dict[str, dict[str, object]]] = field(default_factory=dict)
    origins: dict[str, dict[str, object]] = field(default_factory=dict)
    explanations: dict[str, Explanation] = field(default_factory=dict)
    env: dict[str, object] = field(default_factory=dict)
    loaded: dict[str, LoadedSource] = field(default_factory=dict)

    def metric(self, name: str) -> Metric:
        return self.rosters.catalogue.metrics[name]

    def source(self, name: str) -> None:
        source = self.sources.by_id[name]
        match source:
            case RowsSource():
                self.rows(source)
            case DocumentSource():
                self.document(source)
            case LiveSource():
                self.state(source)

    def load(self, name: str) -> LoadedSource:
        source = self.sources.by_id[name]
        assert isinstance(source, RowsSource)
        if name not in self.loaded:
            self.loaded[name] = load(self.root, source, (self.since, self.as_of))
        return self.loaded[name]

    def rows(self, source: RowsSource) -> None:
        own = self.load(source.id)
        every = [own, *(self.load(name) for name in source.joins)]
        trouble = next((each.trouble for each in every if each.trouble), None)
        trouble = trouble or next((each.torn[0] for each in every[1:] if each.torn), None)
        artefacts = [each for part in every for each in part.artefacts]
        if trouble is not None:
            for query in source.metrics:
                self.note(query.metric, source.id, trouble, artefacts, own, query)
            return
        with open_tables(own, self.loaded) as database:
            for query in source.metrics:
                metric = self.metric(query.metric)
                try:
                    found, covered = ask(database, own, query, metric, (self.since, self.as_of), self.rosters)
                except Unreadable as problem:
                    self.note(query.metric, source.id, problem.unknown, artefacts, own, query)
                else:
                    self.note(query.metric, source.id, found, artefacts, own, query, covered)

    def document(self, source: DocumentSource) -> None:
        try:
            document = open_document(self.root, source, self.as_of)
        except Unreadable as trouble:
            for asked in source.metrics:
                self.note(
                    asked.metric,
                    source.id,
                    trouble.unknown,
                    [],
                    place=f"{source.file}: {_shown(asked.pointer)}",
                )
            return
        for asked in source.metrics:
            place = f"{source.file}: {_shown(asked.pointer)}"
            try:
                result: QueryResult | UnknownEntry = pick(
                    document, asked, self.metric(asked.metric), self.rosters
                )
            except Unreadable as trouble:
                result = trouble.unknown
            self.note(asked.metric, source.id, result, [document.artefact], place=place)

    def state(self, source: LiveSource) -> None:
        for name, asked in source.metrics:
            try:
                value = look(asked, self.metric(name).type, self.moment())
                value = self.rosters.resolve_set(self.metric(name), value)
                found: QueryResult | UnknownEntry = QueryResult(entry={"value": value, **self.dated(asked)})
            except Unreadable as trouble:
                found = trouble.unknown
            self.note(name, source.id, found, [], place=asked.shown())
            self.origins[name] |= self.ran(asked)
            self.variables(name, asked)

    def dated(self, asked: Probe) -> dict[str, object]:
        """In an archive a command is as old as its run, of several the oldest."""
        times = [self.commands.ran(each).at for each in asked.commands()] if self.live.archive else []
        return {"at": show_time(min(times))} if times else {}

    def ran(self, asked: Probe) -> dict[str, object]:
        """When commands ran and on which commit, of several the first that ran."""
        for each in asked.commands():
            with contextlib.suppress(Unreadable):
                ran = self.commands.ran(each)
                commit: dict[str, object] = {"commit": ran.commit} if ran.commit else {}
                return {"ran": show_time(ran.at), **commit}
        return {}

    def moment(self) -> LiveContext:
        """Trouble when the present says nothing of the snapshot's time."""
        if self.live.archive:
            return LiveContext(self.root, archived(self.root), True, self.as_of, self.commands)
        if abs(self.as_of - self.live.now) > LIVE_CLOCK_DISTANCE:
            text = f"a live source says nothing of {show_time(self.as_of)}, more than five minutes from the clock"
            raise Unreadable("not covered", text)
        return LiveContext(self.root, self.live.environ, False, self.as_of, self.commands)

    def variables(self, name: str, asked: Probe) -> None:
        """Keep of a variable that a source reads its typed value alone: null when unset, nothing when unreadable."""
        with contextlib.suppress(Unreadable):
            moment = self.moment()
            for each in asked.variables():
                with contextlib.suppress(Unreadable):
                    text = moment.variable(each.target)
                    kind = self.metric(name).type if each is asked else BOOL
                    self.env[each.target] = as_text(look(each, kind, moment)) if text else text

    def note(
        self,
        name: str,
        source: str,
        found: QueryResult | UnknownEntry,
        artefacts: list[Artefact],
        loaded: LoadedSource | None = None,
        query: Query | None = None,
        covered: CoveredSpan | None = None,
        place: str = "",
    ) -> None:
        metric = self.metric(name)
        entry: Entry | None = found.entry() if isinstance(found, UnknownEntry) else found.entry
        members = found.members if isinstance(found, QueryResult) else None
        if metric.scope and members is not None:
            for member, each in members.items():
                self.scopes.setdefault(metric.scope, {}).setdefault(member, {})[name] = _bare(each)
        elif metric.scope:
            for member in self.rosters.declared(metric):
                self.scopes.setdefault(metric.scope, {}).setdefault(member, {})[name] = entry
        elif entry is not None:
            self.metrics[name] = _bare(entry)
        live = isinstance(self.sources.by_id[source], LiveSource)
        self.origins[name] = provenance(source, artefacts, loaded, live and self.live.archive)
        self.explanations[name] = Explanation(
            name,
            source,
            place or (loaded.source.pattern if loaded else ""),
            loaded.source.format if loaded else "",
            tuple((each.name, each.digest) for each in artefacts),
            loaded.table.rows if loaded else None,
            query.sql if query else None,
            None if covered is None else (show_time(covered.start), show_time(covered.end)),
            entry,
            members,
        )

    def finish(self, env_names: tuple[str, ...]) -> Collection:
        self.rosters.settle(self.scopes, self.metrics)
        self.overrides(env_names)
        collected: dict[str, object] = {"at": show_time(self.live.now), "interlock": __version__}
        if self.live.archive:
            collected["archive"] = True
        snapshot: dict[str, object] = {
            "interlock": FORMAT,
            "as_of": show_time(self.as_of),
            "metrics": dict(sorted(self.metrics.items())),
            "scopes": {
                scope: dict(sorted(each.items())) for scope, each in sorted(self.scopes.items()) if each
            },
            "env": dict(sorted(self.env.items())),
            "provenance": dict(sorted(self.origins.items())),
            "collected": collected,
        }
        return Collection(snapshot, dict(sorted(self.explanations.items())), tuple(self.strangers()))

    def overrides(self, names: tuple[str, ...]) -> None:
        """Keep the variables that overrides of params name, as they are, for those are values of params."""
        with contextlib.suppress(Unreadable):
            moment = self.moment()
            for name in names:
                with contextlib.suppress(Unreadable):
                    self.env[name] = moment.variable(name)

    def strangers(self) -> list[Diagnostic]:
        """One finding a metric, however many strangers it was measured for."""
        found = []
        for name, group in itertools.groupby(sorted(self.rosters.strangers), key=lambda each: each[0]):
            members = [f"`{member}`" for _, member in group]
            shown = ", ".join(members[:3]) + (f" and {len(members) - 3} more" if len(members) > 3 else "")
            which = "which is no member" if len(members) == 1 else "which are no members"
            span = self.sources.metric_spans.get(name) or Span("sources", 1, 1)
            text = f"`{name}` is measured for {shown}, {which} of the scope `{self.metric(name).scope}`: left out"
            hint = "declare the member, or an alias of it, in the catalogue"
            found.append(Diagnostic("W851", text, span, hint))
        return found


def _bare(entry: Entry) -> object:
    """A live value stands by itself; all else says when it was true."""
    return entry["value"] if set(entry) == {"value"} else entry


def _shown(pointer: tuple[str, ...]) -> str:
    return "/" + "/".join(pointer) if pointer else "the whole"
