"""Builds the result of a collection: the snapshot, the provenance and explanation of each metric, diagnostics."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .. import __version__
from ..canonical import canonical, digest
from ..diagnostics import Diagnostic, Span
from ..language.literals import plain_number
from ..language.times import show_time
from ..limits import FORMAT
from ..policy.catalogue import Metric
from .artefact_root import Artefact
from .rosters import Rosters
from .rows.query_results import Entry, MetricEntries
from .rows.row_sources import LoadedSource
from .rows.source_coverage import CoveredSpan
from .unreadable import UnknownEntry

__all__ = ["Collection", "Explanation", "Measurement", "SnapshotBuilder"]


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a source found for one metric, where, and in which artefacts; `ran` tells when its commands ran."""

    metric: Metric
    source: str
    place: str
    found: MetricEntries | UnknownEntry
    artefacts: Sequence[Artefact] = ()
    loaded: LoadedSource | None = None
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
        """The entries by member, None if there are none."""
        return self.found.members if isinstance(self.found, MetricEntries) else None

    def provenance(self) -> dict[str, object]:
        """Return its provenance; of several files only their number, and a hash over their names and hashes."""
        found: dict[str, object] = {"source": self.source}
        if len(self.artefacts) == 1:
            found |= {"file": self.artefacts[0].name, "sha256": self.artefacts[0].digest}
        elif self.artefacts:
            pairs = [[each.name, each.digest] for each in self.artefacts]
            found |= {"files": len(self.artefacts), "sha256": digest(canonical(pairs))}
            if self.loaded is not None:
                found["pattern"] = self.loaded.source.pattern
        if self.loaded is not None:
            found["rows"] = self.loaded.table.rows
            if self.loaded.torn:
                found["torn"] = [each.detail for each in self.loaded.torn[:10]]
        return found | ({"archive": True} if self.archived else {}) | dict(self.ran)

    def explanation(self) -> Explanation:
        """Return how the metric was measured, without the rows themselves."""
        return Explanation(
            self.metric.name,
            self.source,
            self.place,
            self.loaded.source.format if self.loaded else "",
            tuple((each.name, each.digest) for each in self.artefacts),
            self.loaded.table.rows if self.loaded else None,
            self.sql,
            None if self.covered is None else (show_time(self.covered.start), show_time(self.covered.end)),
            self.entry,
            self.members,
        )


@dataclass(frozen=True, slots=True)
class Explanation:
    """How one metric was measured. `entry` is what the snapshot holds, `members` the same by member of its scope."""

    metric: str
    source: str
    place: str
    format: str
    files: tuple[tuple[str, str], ...]
    rows: int | None
    sql: str | None
    covered: tuple[str, str] | None
    entry: Entry | None
    members: dict[str, Entry] | None

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
            yield f"  covered: {self.covered[0]} to {self.covered[1]}"
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
    _provenance: dict[str, dict[str, object]] = field(default_factory=dict)
    _explanations: dict[str, Explanation] = field(default_factory=dict)

    def add(self, measured: Measurement) -> None:
        """Add a metric; what is unknown as a whole is unknown for each declared member of the metric's scope."""
        metric, entry = measured.metric, measured.entry
        members: Mapping[str, object] | None = None
        if metric.scope and measured.members is not None:
            members = {member: _bare(each) for member, each in measured.members.items()}
        elif metric.scope:
            members = dict.fromkeys(self.rosters.declared(metric), entry)
        elif entry is not None:
            self._metrics[metric.name] = _bare(entry)
        for member, each in (members or {}).items():
            self._scopes.setdefault(metric.scope or "", {}).setdefault(member, {})[metric.name] = each
        self._provenance[metric.name] = measured.provenance()
        self._explanations[metric.name] = measured.explanation()

    def build(self, as_of: Decimal, now: Decimal, archived: bool, spans: Mapping[str, Span]) -> Collection:
        """Return the collection; `spans` are the places that declare the metrics, for diagnostics."""
        self.rosters.settle(self._scopes, self._metrics)
        scopes = {scope: dict(sorted(each.items())) for scope, each in sorted(self._scopes.items()) if each}
        collected: dict[str, object] = {"at": show_time(now), "interlock": __version__}
        if archived:
            collected["archive"] = True
        snapshot: dict[str, object] = {
            "interlock": FORMAT,
            "as_of": show_time(as_of),
            "metrics": dict(sorted(self._metrics.items())),
            "scopes": scopes,
            "env": dict(sorted(self.env.items())),
            "provenance": dict(sorted(self._provenance.items())),
            "collected": collected,
        }
        explanations = dict(sorted(self._explanations.items()))
        return Collection(snapshot, explanations, tuple(_undeclared_members(self.rosters, spans)))


def _bare(entry: Entry) -> object:
    """A value without a time stands by itself."""
    return entry["value"] if set(entry) == {"value"} else entry


def _undeclared_members(rosters: Rosters, spans: Mapping[str, Span]) -> Iterator[Diagnostic]:
    """Yield one diagnostic for each metric, however many undeclared members its artefacts name."""
    for name, group in itertools.groupby(sorted(rosters.undeclared), key=lambda each: each[0]):
        members = [f"`{member}`" for _, member in group]
        shown = ", ".join(members[:3]) + (f" and {len(members) - 3} more" if len(members) > 3 else "")
        which = "which is no member" if len(members) == 1 else "which are no members"
        scope = rosters.catalogue.metrics[name].scope
        text = f"`{name}` is measured for {shown}, {which} of the scope `{scope}`: left out"
        hint = "declare the member, or an alias of it, in the catalogue"
        yield Diagnostic("W851", text, spans.get(name) or Span("sources", 1, 1), hint)
