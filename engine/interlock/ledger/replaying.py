"""Judges a recorded snapshot again, with the policies and the memory of then, and compares byte for byte."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from ..errors import IntegrityError, UsageError
from ..evaluation.canonical import canonical
from ..evaluation.history import Memory
from ..evaluation.request import Decision
from ..evaluation.snapshot import Snapshot
from .entry import Entry
from .memory import LedgerMemory
from .record import Ledger
from .state import State, fold

__all__ = ["Again", "Replayed", "Rerun", "replay"]


@dataclass(frozen=True, slots=True)
class Again:
    """All that a recorded evaluation was drawn from; `rollout` is what the ledger knew of the rollout around it."""

    snapshot: Snapshot
    memory: Memory
    baselines: Mapping[str, Snapshot]
    policies: tuple[str, ...] | None
    environment: str | None
    rollout: Mapping[str, str] | None = None


Rerun = Callable[[Path, Again], Decision]
"""Loads the policy root in a folder and judges with it."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One replayed verdict: `name` is its policy and member, `then` and `now` the words; `same` in every byte."""

    sequence: int
    name: str
    then: str
    now: str
    same: bool
    differs: tuple[str, ...] = ()


@dataclass(slots=True)
class _Found:
    """One evaluation in the ledger with the verdicts that belong to it and the policies it names."""

    state: State = field(default_factory=State)
    evaluation: Entry | None = None
    verdicts: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    manifests: dict[str, dict[str, str]] = field(default_factory=dict)


def replay(
    ledger: Ledger, sequence: int, rerun: Rerun, policies: Path | None = None
) -> tuple[tuple[Replayed, ...], str]:
    """Replay an evaluation, named by its own entry or one of its verdicts'; return what came out and the engine
    of then.

    The policies are the recorded ones, or those in the folder `policies`. Raises UsageError for another entry.
    """
    found = _found(ledger, sequence)
    assert found.evaluation is not None
    data = found.evaluation.data
    if policies is None:
        with tempfile.TemporaryDirectory(prefix="interlock-") as folder:
            files = found.manifests.get(data["policies"], {})
            decision = rerun(_restored(ledger, files, Path(folder)), _again(ledger, found, data))
    else:
        decision = rerun(policies, _again(ledger, found, data))
    now = {(each.policy, each.member): each.record() for each in decision.verdicts}
    return tuple(_compared(found.verdicts, now, sequence)), str(data["engine"])


def _found(ledger: Ledger, sequence: int) -> _Found:
    """Walk the ledger to the evaluation, keep its prefix's state, and gather its verdicts."""
    entries = list(ledger.entries())
    if not 1 <= sequence <= len(entries):
        raise UsageError(f"there is no entry {sequence}: the ledger has {len(entries)}")
    entry = entries[sequence - 1]
    if entry.kind == "verdict":
        entry = entries[int(entry.data["evaluation"]) - 1]
    if entry.kind != "evaluation":
        raise UsageError(
            f"entry {sequence} is a {entry.kind}: only an evaluation or a verdict can be replayed"
        )
    found = _Found(fold(entries[: int(entry.data["after"])]), entry)
    for each in entries:
        if each.kind == "policies":
            found.manifests[each.data["digest"]] = each.data["files"]
        if each.kind == "verdict" and each.data["evaluation"] == entry.sequence:
            found.verdicts.append((each.sequence, each.data["verdict"]))
    return found


def _again(ledger: Ledger, found: _Found, data: Mapping[str, Any]) -> Again:
    def load(document: str) -> Snapshot:
        return Snapshot.restored(ledger.document(document))

    snapshot = load(data["snapshot"])
    frozen = {name: each.document for name, each in found.state.baselines.items()}
    baselines = {name: load(each) for name, each in {**frozen, **data["baselines"]}.items()}
    memory = LedgerMemory(found.state, snapshot.as_of, snapshot.digest, load)
    asked = None if data["asked"] is None else tuple(data["asked"])
    around = data.get("rollout")
    rollout = None if around is None else found.state.standing(around).metrics(snapshot.as_of)
    return Again(snapshot, memory, baselines, asked, data["environment"], rollout)


def _restored(ledger: Ledger, files: Mapping[str, str], folder: Path) -> Path:
    """Write recorded policy documents below a folder and return their root."""
    tops = set()
    for name, document in files.items():
        parts = PurePosixPath(name).parts
        if len(parts) < 2 or ".." in parts or PurePosixPath(name).is_absolute():
            raise IntegrityError(
                f"a recorded policy document is called `{name}`, which is no place in a root"
            )
        place = folder.joinpath(*parts)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(ledger.document(document))
        tops.add(parts[0])
    if len(tops) != 1:
        raise IntegrityError("the policies of the evaluation are not in the ledger")
    return folder / tops.pop()


def _compared(
    then: list[tuple[int, dict[str, Any]]],
    now: Mapping[tuple[str, str | None], dict[str, object]],
    asked: int,
) -> Iterator[Replayed]:
    for sequence, record in then:
        if asked in [number for number, _ in then] and sequence != asked:
            continue
        again = now.get((record["policy"], record["member"]))
        name = f"{record['policy']} at {record['member']}" if record["member"] else record["policy"]
        same = again is not None and canonical(again) == canonical(record)
        word = "not evaluated" if again is None else str(again["verdict"])
        yield Replayed(sequence, name, record["verdict"], word, same, tuple(_differing(record, again)))


def _differing(then: Mapping[str, Any], now: Mapping[str, Any] | None) -> Iterator[str]:
    """The parts of the record that differ, those of the inputs by name."""
    if now is None:
        return
    for key in sorted(then):
        if canonical(then[key]) == canonical(now[key]):
            continue
        if key != "inputs":
            yield key
            continue
        for part in sorted(then["inputs"]):
            if canonical(then["inputs"][part]) != canonical(now["inputs"].get(part)):
                yield f"inputs.{part}"
