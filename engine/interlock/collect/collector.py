"""Collects a snapshot: every source is read once, every metric gets its entry, known or unknown."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from ..errors import UsageError
from ..language.times import show_time
from ..language.types import BOOL
from ..limits import LIVE_CLOCK_DISTANCE, SKEW
from ..policy.catalogue import Catalogue, Metric
from ..strict_json import is_unicode
from .artefact_root import Root
from .collection import Collection, Explanation, SnapshotBuilder
from .document_sources import read_document
from .json_documents import show_pointer
from .live.commands import Commands
from .live.probes import LiveContext, archived_variables, as_text, measure
from .model import DocumentSource, LiveSource, Probe, RowsSource, Sources
from .rosters import Rosters
from .rows.query_results import MetricEntries
from .rows.row_sources import LoadedSource, load, query_rows
from .rows.row_window import Window
from .sql.duckdb_tables import Databases
from .unreadable import UnknownEntry, Unreadable

__all__ = ["collect"]


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
    elapsed: Callable[[], Decimal] = lambda: Decimal(0),
) -> Collection:
    """Read the desk's artefacts below `root` as they were known at `as_of`; times are seconds since 1970.

    `elapsed` tells how many seconds went by since `now`, because rows are written while commands run.
    `env_names` are the variables that overrides of params name. The commands of live sources run only with
    `allow_commands`. Raises UsageError if the root is no folder or `as_of` lies in the future, MissingExtra if rows
    are to be read without duckdb; any other failure makes metrics unknown.
    """
    if not root.is_dir():
        raise UsageError(f"there is no folder `{root.as_posix()}` to collect from: give it with `--root DIR`")
    if as_of > now + SKEW:
        raise UsageError(f"`{show_time(as_of)}` lies in the future: nothing was measured then yet")
    place, rosters = Root(root), Rosters(catalogue)
    with Databases() as databases:
        run = _Run(
            place,
            _window(since, as_of, now, archive),
            sources,
            rosters,
            SnapshotBuilder(rosters),
            Commands(place, allow_commands, archive, now, as_of),
            databases,
            environ,
            elapsed,
        )
        for name in sorted(sources.by_id):
            run.measure(name)
    run.keep_variables(env_names)
    return run.snapshot.build(as_of, now, archive, sources.metric_spans)


def _window(since: Decimal | None, as_of: Decimal, now: Decimal, archive: bool) -> Window:
    present = not archive and abs(as_of - now) <= LIVE_CLOCK_DISTANCE
    return Window(since, as_of, as_of if archive else now, archive, present)


@dataclass(slots=True)
class _Run:
    """One collection under way."""

    root: Root
    window: Window
    sources: Sources
    rosters: Rosters
    snapshot: SnapshotBuilder
    commands: Commands
    databases: Databases
    environ: Mapping[str, str]
    elapsed: Callable[[], Decimal]
    loaded: dict[str, LoadedSource] = field(default_factory=dict)

    def metric(self, name: str) -> Metric:
        return self.rosters.catalogue.metrics[name]

    def measure(self, name: str) -> None:
        source = self.sources.by_id[name]
        match source:
            case RowsSource():
                self.measure_rows(source)
            case DocumentSource():
                self.measure_document(source)
            case LiveSource():
                for metric, probe in source.metrics:
                    self.measure_probe(source.id, self.metric(metric), probe)

    def load(self, name: str) -> LoadedSource:
        source = self.sources.by_id[name]
        assert isinstance(source, RowsSource)
        if name not in self.loaded:
            self.loaded[name] = load(self.root, source, self.window_now())
        return self.loaded[name]

    def window_now(self) -> Window:
        """Return the window for a source that is read now: while commands ran, rows may have been written."""
        passed = Decimal(0) if self.window.archive else self.elapsed()
        return replace(self.window, latest=self.window.latest + passed)

    def measure_rows(self, source: RowsSource) -> None:
        own, joined = self.load(source.id), [self.load(name) for name in source.joins]
        files = tuple((each.name, each.digest) for part in (own, *joined) for each in part.artefacts)
        torn = tuple(each.detail for each in own.torn)
        for query, found, covered in query_rows(own, joined, self.window, self.rosters, self.databases):
            self.snapshot.add(
                Explanation(
                    query.metric,
                    source.id,
                    source.pattern,
                    found,
                    files,
                    source.format,
                    own.table.rows,
                    torn,
                    query.sql,
                    covered,
                )
            )

    def measure_document(self, source: DocumentSource) -> None:
        for declared, found, artefact in read_document(self.root, source, self.window.as_of, self.rosters):
            pointer = show_pointer(declared.pointer) if declared.pointer else "the whole document"
            files = ((artefact.name, artefact.digest),) if artefact else ()
            self.snapshot.add(
                Explanation(declared.metric, source.id, f"{source.file}: {pointer}", found, files)
            )

    def measure_probe(self, source: str, metric: Metric, probe: Probe) -> None:
        archived = self.commands.archive
        try:
            context = self.live_context()
        except Unreadable as problem:
            place = probe.shown()
            self.snapshot.add(Explanation(metric.name, source, place, problem.unknown, archived=archived))
            return
        found: MetricEntries | UnknownEntry
        try:
            value = self.rosters.resolve_set(metric, measure(probe, metric.type, context))
            found = MetricEntries({"value": value, **self.archived_time(probe)})
        except Unreadable as problem:
            found = problem.unknown
        ran = self.first_run(probe)
        self.snapshot.add(Explanation(metric.name, source, probe.shown(), found, ran=ran, archived=archived))
        self.keep_probed_variables(metric, probe, context)

    def live_context(self) -> LiveContext:
        """Return what probes measure. Raises Unreadable if the snapshot's time is too far from the clock."""
        as_of = self.window.as_of
        if self.commands.archive:
            return LiveContext(self.root, archived_variables(self.root), True, as_of, self.commands)
        if not self.window.present:
            far = f"{show_time(as_of)} is more than five minutes from the clock"
            raise Unreadable("not covered", f"a live source measures only the present: {far}")
        return LiveContext(self.root, self.environ, False, as_of, self.commands)

    def archived_time(self, probe: Probe) -> dict[str, object]:
        """Return the time of a value in an archive: that of its command, of several the oldest."""
        if not self.commands.archive:
            return {}
        times = [self.commands.ran(each).at for each in probe.commands()]
        return {"at": show_time(min(times))} if times else {}

    def first_run(self, probe: Probe) -> dict[str, object]:
        """Return when the first command of a probe that could run did so, and on which commit."""
        for each in probe.commands():
            with contextlib.suppress(Unreadable):
                ran = self.commands.ran(each)
                return {"ran": show_time(ran.at), **({"commit": ran.commit} if ran.commit else {})}
        return {}

    def keep_probed_variables(self, metric: Metric, probe: Probe, context: LiveContext) -> None:
        """Keep only the typed value of a variable: null if it is unset, nothing if it cannot be read as its type."""
        for each in probe.variables():
            with contextlib.suppress(Unreadable):
                text = context.variable(each.target)
                kind = metric.type if each is probe else BOOL
                self.snapshot.env[each.target] = as_text(measure(each, kind, context)) if text else text

    def keep_variables(self, names: Iterable[str]) -> None:
        """Keep the text of variables that override params, because it is the value of a param."""
        with contextlib.suppress(Unreadable):
            context = self.live_context()
            for name in names:
                with contextlib.suppress(Unreadable):
                    text = context.variable(name)
                    if text is None or is_unicode(text):  # else it is not recorded, so the param is unknown
                        self.snapshot.env[name] = text
