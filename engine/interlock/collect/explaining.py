"""How one metric came about, for `collect --explain METRIC`: file, rows, SQL, hash, or why it is unknown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ..canonical import canonical, digest, plain_number
from .artefact_root import Artefact
from .rows.row_sources import LoadedSource

__all__ = ["Explanation", "provenance"]


def provenance(
    source: str, artefacts: list[Artefact], loaded: LoadedSource | None, archive: bool
) -> dict[str, object]:
    """Return the record of one metric. Several files are told by their number and one hash over names and hashes."""
    found: dict[str, object] = {"source": source}
    if len(artefacts) == 1:
        found |= {"file": artefacts[0].name, "sha256": artefacts[0].digest}
    elif artefacts:
        pairs = [[each.name, each.digest] for each in artefacts]
        found |= {"files": len(artefacts), "sha256": digest(canonical(pairs))}
        if loaded is not None:
            found["pattern"] = loaded.source.pattern
    if loaded is not None:
        found["rows"] = loaded.table.rows
        if loaded.torn:
            found["torn"] = [each.detail for each in loaded.torn[:10]]
    if archive:
        found["archive"] = True
    return found


@dataclass(frozen=True, slots=True)
class Explanation:
    """The way of one metric. `entry` is what the snapshot holds, `members` the same by member of its scope."""

    metric: str
    source: str
    place: str
    files: tuple[tuple[str, str], ...] = ()
    rows: int | None = None
    sql: str | None = None
    covered: tuple[str, str] | None = None
    entry: dict[str, object] | None = None
    members: dict[str, dict[str, object]] | None = None

    def lines(self) -> Iterator[str]:
        """Yield the explanation line by line."""
        yield f"{self.metric}: {self._outcome(self.entry)}" if self.members is None else f"{self.metric}:"
        for member, entry in sorted((self.members or {}).items()):
            yield f"  {member}: {self._outcome(entry)}"
        yield f"  source: {self.source}"
        if self.place:
            yield f"  from: {self.place}"
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

    def _outcome(self, entry: dict[str, object] | None) -> str:
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
