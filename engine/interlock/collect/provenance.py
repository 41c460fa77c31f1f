"""Where a metric came from, as the snapshot records it: source, file and hash; never what stands in the file."""

from __future__ import annotations

from ..canonical import canonical, digest
from .opening import Artefact
from .queries import Loaded

__all__ = ["provenance"]


def provenance(
    source: str, artefacts: list[Artefact], loaded: Loaded | None, archive: bool
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
