"""Builds the result of a collection: the snapshot, the provenance and explanation of each metric, diagnostics."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from .. import __version__
from ..canonical import canonical, digest, plain_number
from ..diagnostics import Diagnostic, Span
from ..language.times import show_time
from ..limits import FORMAT
from .rosters import Rosters
from .rows.query_results import Entry, MetricEntries
from .rows.source_coverage import CoveredSpan
from .unreadable import UnknownEntry

__all__ = ["Collection", "Explanation", "SnapshotBuilder"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """How one metric was measured: by which source, where, from which files (name and hash), and what was found.

    A rows source adds the format, the number of rows, its torn files, the SQL and the coverage; a live source adds when
    its commands ran.
    """

    metric: str
    source: str
    place: str
    found: MetricEntries | UnknownEntry
    files: tuple[tuple[str, str], ...] = ()
    format: str = ""
    rows: int | None = None
    torn: tuple[str, ...] = ()
    sql: str | None = None
    covered: CoveredSpan | None = None
    ran: Mapping[str, object] = field(default_factory=dict)
    archived: bool = False

    @property
    def entry(self) -> Entry | None:
        """The entry of the metric as a whole; None if it has entries by member."""
        return self.found.entry() if isinstance(self.found, UnknownEntry) else self.found.entry

    @property
    def members(self) -> dict[str, Entry] | None:
        """The entries by member; None if there are none."""
        return None if isinstance(self.found, UnknownEntry) else self.found.members

    @property
    def assumed(self) -> tuple[tuple[str, str], ...]:
        """What the SQL assumes where data are missing: codes of diagnostics and texts."""
        return () if isinstance(self.found, UnknownEntry) else self.found.assumed

    def provenance(self) -> dict[str, object]:
        """Return what the snapshot keeps of it; of several files only their number and one hash over all."""
        found: dict[str, object] = {"source": self.source}
        if len(self.files) == 1:
            found |= {"file": self.files[0][0], "sha256": self.files[0][1]}
        elif self.files:
            found |= {"files": len(self.files), "sha256": digest(canonical(list(map(list, self.files))))}
            found["pattern"] = self.place
        if self.rows is not None:
            found["rows"] = self.rows
        if self.torn:
            found["torn"] = list(self.torn[:10])
        if self.archived:
            found["archive"] = True
        if self.assumed:
            found["assumed"] = [text for _, text in self.assumed]
        return found | dict(self.ran)

    def lines(self) -> Iterator[str]:
        """Yield the explanation line by line, for `collect --explain`."""
        yield f"{self.metric}: {_summary(self.entry)}" if self.members is None else f"{self.metric}:"
        for member, entry in sorted((self.members or {}).items()):
            yield f"  {member}: {_summary(entry)}"
        yield f"  source: {self.source}"
        if self.place:
            yield f"  from: {self.place}"
        if self.format:
            yield f"  format: {self.format}"
        for name, hashed in self.files[:20]:
            yield f"  file: {name} {hashed}"
        if len(self.files) > 20:
            yield f"  and {len(self.files) - 20} more files"
        if self.rows is not None:
            yield f"  rows: {self.rows}"
        if self.covered is not None:
            yield f"  covered: {show_time(self.covered.start)} to {show_time(self.covered.end)}"
        if self.sql is not None:
            yield "  sql: " + " ".join(self.sql.split())


def _summary(entry: Entry | None) -> str:
    if entry is None:
        return "nothing"
    if "unknown" in entry:
        return f"unknown ({entry['unknown']}): {entry['detail']}"
    if "points" in entry:
        points = entry["points"]
        return f"{len(points) if isinstance(points, list) else 0} points"
    extras = [f"{name} {_shown(entry[name])}" for name in ("at", "n") if name in entry]
    return _shown(entry["value"]) + (f" ({', '.join(extras)})" if extras else "")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain_number(value)
    return "{" + ", ".join(map(str, value)) + "}" if isinstance(value, list) else str(value)


@dataclass(frozen=True, slots=True)
class Collection:
    """A snapshot as a mapping (numbers are decimals), the explanation of each metric, and diagnostics."""

    snapshot: dict[str, object]
    explanations: Mapping[str, Explanation]
    findings: tuple[Diagnostic, ...] = ()


@dataclass(slots=True)
class SnapshotBuilder:
    """A snapshot while it is collected."""

    rosters: Rosters
    env: dict[str, object] = field(default_factory=dict)
    _metrics: dict[str, object] = field(default_factory=dict)
    _scopes: dict[str, dict[str, dict[str, object]]] = field(default_factory=dict)
    _explanations: dict[str, Explanation] = field(default_factory=dict)

    def add(self, explained: Explanation) -> None:
        """Add a metric; what is unknown as a whole is unknown for each declared member of the metric's scope."""
        name, entry, members = explained.metric, explained.entry, explained.members
        metric = self.rosters.catalogue.metrics[name]
        if metric.scope:
            if members is None:
                by_member: Mapping[str, object] = dict.fromkeys(self.rosters.declared(metric), entry)
            else:
                by_member = {member: _bare(each) for member, each in members.items()}
            for member, each in by_member.items():
                self._scopes.setdefault(metric.scope, {}).setdefault(member, {})[name] = each
        elif entry is not None:
            self._metrics[name] = _bare(entry)
        self._explanations[name] = explained

    def build(self, as_of: Decimal, now: Decimal, archived: bool, spans: Mapping[str, Span]) -> Collection:
        """Return the collection; `spans` are the places that declare the metrics, for diagnostics."""
        self.rosters.settle(self._scopes, self._metrics)
        scopes = {scope: dict(sorted(each.items())) for scope, each in sorted(self._scopes.items()) if each}
        explanations = dict(sorted(self._explanations.items()))
        collected: dict[str, object] = {"at": show_time(now), "interlock": __version__}
        if archived:
            collected["archive"] = True
        snapshot: dict[str, object] = {
            "interlock": FORMAT,
            "as_of": show_time(as_of),
            "metrics": dict(sorted(self._metrics.items())),
            "scopes": scopes,
            "env": dict(sorted(self.env.items())),
            "provenance": {name: each.provenance() for name, each in explanations.items()},
            "collected": collected,
        }
        return Collection(
            snapshot,
            explanations,
            (*_undeclared_members(self.rosters, spans), *_assumptions(explanations, spans)),
        )


def _bare(entry: Entry) -> object:
    """A value without a time stands by itself."""
    return entry["value"] if set(entry) == {"value"} else entry


def _assumptions(explanations: Mapping[str, Explanation], spans: Mapping[str, Span]) -> Iterator[Diagnostic]:
    for name, each in explanations.items():
        for code, text in each.assumed:
            hint = "it is an assumption, which verdicts print"
            yield Diagnostic(code, f"`{name}`: {text}", spans.get(name) or Span("sources", 1, 1), hint)


def _undeclared_members(rosters: Rosters, spans: Mapping[str, Span]) -> Iterator[Diagnostic]:
    """Yield one diagnostic for each metric, however many members off the roster its artefacts name."""
    for name, group in itertools.groupby(sorted(rosters.undeclared), key=lambda each: each[0]):
        members = [f"`{member}`" for _, member in group]
        shown = ", ".join(members[:3]) + (f" and {len(members) - 3} more" if len(members) > 3 else "")
        which = "which is no member" if len(members) == 1 else "which are no members"
        scope = rosters.catalogue.metrics[name].scope
        unknown = "series of all members are incomplete and aggregates unknown"
        text = f"`{name}` is measured for {shown}, {which} of the scope `{scope}`: {unknown}"
        hint = "declare the member, or an alias of it, in the catalogue, or write `others: ignore` there"
        yield Diagnostic("W851", text, spans.get(name) or Span("sources", 1, 1), hint)
