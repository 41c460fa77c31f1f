"""Notes that the kill switch was thrown, in the ledger and in the desk's log of alerts, which outlast its file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ..errors import InterlockError, system_reason
from ..evaluation.deciding.past import bound_value
from ..evaluation.snapshot.measures import Measures
from ..evaluation.snapshot.snapshot import Snapshot
from ..language.times import show_time
from ..ledger.file.ledger import DEFAULT
from ..ledger.recorder import Recorder
from ..ledger.state.ledger_memory import LedgerMemory
from ..policy.catalogue import KILL_SWITCH
from ..policy.defaults import LEDGER
from ..policy.loader import PolicyRoot
from .kill_switch import Thrown

__all__ = ["ALERTS", "Activation", "ActivationLedger", "note_activation", "unexplained"]

ALERTS = Path("logs/alerts.jsonl")
"""The desk's log of alerts, below its folder, unless another one is given."""


@dataclass(frozen=True, slots=True)
class Activation:
    """The kill switch was thrown: when, in seconds since the epoch, and why."""

    at: Decimal
    reason: str


@dataclass(slots=True)
class ActivationLedger:
    """The ledger of a start, as far as it is known when the switch is thrown."""

    path: Path
    anchor: Path | None

    @classmethod
    def before_choice(
        cls, path: Path | None, anchor: Path | None, environ: Mapping[str, str]
    ) -> ActivationLedger:
        """Return the ledger of a start whose policies, and with them its defaults, are not read yet."""
        return cls(path or Path(environ.get(LEDGER, "").strip() or DEFAULT), anchor)

    def choose(self, path: Path | None, anchor: Path | None) -> None:
        """Take the ledger that the start uses."""
        self.path, self.anchor = path or self.path, anchor


def note_activation(
    activation: Activation, thrown: Thrown, place: ActivationLedger, alerts: Path | None
) -> Iterator[str]:
    """Record an activation and yield what could not be written; a switch that stands and is known is none."""
    try:
        with Recorder(place.path, anchor=place.anchor) as recorder:
            if thrown.before and recorder.state.kill_switch.standing:
                return
            body = {"active": True, "by": "guard", "reason": activation.reason}
            recorder.append(show_time(activation.at), "kill-switch", body)
    except Exception as problem:  # whatever fails here, the switch is thrown and the start refused
        why = str(problem) if isinstance(problem, InterlockError) else type(problem).__name__
        if why not in activation.reason:
            yield f"the ledger does not know that it was thrown: {why}"
    if alerts is not None and alerts.is_file():
        yield from _append(alerts, activation)


def unexplained(root: PolicyRoot, recorder: Recorder, snapshot: Snapshot) -> Iterator[str]:
    """Yield a line for each attestation of a cause that is not given since the ledger's newest activation, and for a
    snapshot from before a guard threw the switch.

    An activation asks for the attestation as long as its word counts, whatever policy is asked for.
    """
    state = recorder.state
    thrown, guarded = state.kill_switch.thrown_at, state.kill_switch.guarded_at
    if guarded >= snapshot.as_of:
        taken = f"{snapshot.name}: as of {show_time(snapshot.as_of)}"
        yield f"{taken}, and the kill switch was thrown at {show_time(guarded)}: collect a new one"
    causes = {
        name: each
        for name, each in root.attestations.items()
        if thrown is not None and KILL_SWITCH in each.after and snapshot.as_of - thrown <= each.expires
    }
    seen = state.reserved(None, snapshot.as_of + 1)  # with what this snapshot itself saw
    measures = Measures(snapshot, root.catalogue, (), seen)
    memory = LedgerMemory(state, snapshot.as_of, snapshot.digest, recorder.load)
    given = memory.attested(causes, lambda name: bound_value(measures, name))
    for name in sorted(set(causes) - set(given)):
        assert thrown is not None
        yield f"the kill switch was thrown at {show_time(thrown)}, and `{name}` is not attested since"


def _append(alerts: Path, activation: Activation) -> Iterator[str]:
    """Append an alert in one write, on a line of its own."""
    record = {
        "at": show_time(activation.at),
        "severity": "WARNING",
        "message": f"kill switch thrown by interlock guard: {activation.reason}",
    }
    try:
        with alerts.open("r+b") as file:
            torn = file.seek(0, os.SEEK_END) > 0 and file.seek(-1, os.SEEK_END) >= 0 and file.read(1) != b"\n"
        with alerts.open("ab") as file:
            file.write(b"\n" * torn + json.dumps(record, ensure_ascii=True).encode() + b"\n")
    except OSError as problem:
        yield f"`{alerts.as_posix()}` does not tell that it was thrown: {system_reason(problem)}"
