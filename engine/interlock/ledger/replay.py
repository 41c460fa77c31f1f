"""Replays recorded evaluations with the policies and the memory of their time, comparing verdicts byte by byte."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ..canonical import canonical
from ..errors import IntegrityError, UsageError
from ..evaluation.deciding.memory import Memory
from ..evaluation.deciding.request import Decision
from ..evaluation.snapshot.snapshot import Snapshot
from .file.entry import Entry
from .file.ledger import Ledger
from .state.ledger_memory import LedgerMemory
from .state.state import State

__all__ = ["ReplayInput", "Replayed", "replay", "replay_all"]

_CACHED = 64
"""How many snapshots are kept in memory during a replay."""


@dataclass(frozen=True, slots=True)
class ReplayInput:
    """All inputs of a recorded evaluation; `reserved` holds the metrics that the ledger supplied, `within` names the
    rollout around it."""

    snapshot: Snapshot
    memory: Memory
    baselines: Mapping[str, Snapshot]
    policies: tuple[str, ...] | None
    environment: str | None
    reserved: Mapping[str, object] | None = None
    within: str = ""


Rerun = Callable[[Path, ReplayInput], Decision]
"""Loads the policy root in a folder and evaluates with it."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One replayed verdict: `name` is its policy and member, `then` and `now` are the verdicts.

    `same` says whether both records have the same bytes, `differs` names the parts that differ.
    """

    sequence: int
    name: str
    then: str
    now: str
    same: bool
    differs: tuple[str, ...] = ()


def replay(
    ledger: Ledger, sequence: int, rerun: Rerun, policies: Path | None = None
) -> tuple[tuple[Replayed, ...], str]:
    """Replay an evaluation, named by its entry or by one of its verdicts; return the verdicts and the recorded engine.

    Uses the recorded policies, or those in the folder `policies`. Raises UsageError for any other entry.
    """
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
    ((found, engine),) = _replayed(ledger, entries, [entry], rerun, policies)
    return tuple(each for each in found if each.sequence == sequence) or found, engine


def replay_all(
    ledger: Ledger, rerun: Rerun, policies: Path | None = None
) -> Iterator[tuple[tuple[Replayed, ...], str]]:
    """Replay every evaluation, oldest first; yield the verdicts of each and its recorded engine."""
    entries = list(ledger.entries())
    evaluations = [each for each in entries if each.kind == "evaluation"]
    return _replayed(ledger, entries, evaluations, rerun, policies)


def _replayed(
    ledger: Ledger, entries: list[Entry], evaluations: list[Entry], rerun: Rerun, policies: Path | None
) -> Iterator[tuple[tuple[Replayed, ...], str]]:
    """Read the ledger once: the state grows from one evaluation to the next."""
    verdicts: dict[int, list[tuple[int, dict[str, Any]]]] = {}
    manifests: dict[str, dict[str, str]] = {}
    for each in entries:
        data = each.data if each.kind in ("verdict", "policies") else {}
        if each.kind == "verdict":
            verdicts.setdefault(int(data["evaluation"]), []).append((each.sequence, data["verdict"]))
        elif each.kind == "policies":
            manifests[data["digest"]] = data["files"]
    state = State()
    load = functools.lru_cache(_CACHED)(lambda name: Snapshot.restored(ledger.document(name)))
    with tempfile.TemporaryDirectory(prefix="interlock-") as folder:
        roots: dict[str, Path] = {}
        for entry in evaluations:
            data = entry.data
            for each in entries[state.head.sequence : int(data["after"])]:
                state.apply(each)
            name = data["policies"]
            if policies is None and name not in roots:
                place = Path(folder) / str(len(roots))
                roots[name] = _write_policies(ledger, manifests.get(name, {}), place)
            decision = rerun(policies or roots[name], _replay_input(state, data, load))
            now = {(each.policy, each.member): each.record() for each in decision.verdicts}
            yield tuple(_compare(verdicts.get(entry.sequence, []), now)), str(data["engine"])


def _replay_input(state: State, data: Mapping[str, Any], load: Callable[[str], Snapshot]) -> ReplayInput:
    snapshot = load(data["snapshot"])
    frozen = {name: each.document for name, each in state.baselines.items()}
    baselines = {name: load(each) for name, each in {**frozen, **data["baselines"]}.items()}
    policies = None if data["asked"] is None else tuple(data["asked"])
    name = data.get("rollout")
    context = (data["environment"] or "", name or "", "")
    memory = LedgerMemory(state, snapshot.as_of, snapshot.digest, load, context)
    reserved = state.reserved(name, snapshot.as_of)
    return ReplayInput(snapshot, memory, baselines, policies, data["environment"], reserved, name or "")


def _write_policies(ledger: Ledger, files: Mapping[str, str], folder: Path) -> Path:
    """Write recorded policy documents below a folder and return their root."""
    tops = set()
    for name, document in files.items():
        parts = PurePosixPath(name).parts
        if len(parts) < 2 or ".." in parts or PurePosixPath(name).is_absolute():
            raise IntegrityError(
                f"a recorded policy document is called `{name}`, which is not a path below a policy root"
            )
        place = folder.joinpath(*parts)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(ledger.document(document))
        tops.add(parts[0])
    if len(tops) != 1:
        raise IntegrityError("the policies of the evaluation are not in the ledger")
    return folder / tops.pop()


def _compare(
    then: list[tuple[int, dict[str, Any]]], now: Mapping[tuple[str, str | None], dict[str, object]]
) -> Iterator[Replayed]:
    for sequence, record in then:
        replayed = now.get((record["policy"], record["member"]))
        name = f"{record['policy']} at {record['member']}" if record["member"] else record["policy"]
        same = replayed is not None and canonical(replayed) == canonical(record)
        verdict = "not evaluated" if replayed is None else str(replayed["verdict"])
        differs = tuple(_differences(record, replayed))
        yield Replayed(sequence, name, record["verdict"], verdict, same, differs)


def _differences(then: Mapping[str, Any], now: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield the parts of the record that differ, parts of the inputs by name."""
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
