"""What the guard tells people: after the record and the switch, before the start, and never instead of either."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

import interlock
from interlock.alerts.channel import Undelivered
from interlock.api import Snapshot
from interlock.guard.clearance import Clearance, ClearanceRequest, StartContext, cleared
from interlock.language.times import parse_time
from support.gate import snapshot, write

NOTIFY = "notify: {GO: [stakeholders], NO_GO: [on-call]}\nrules:"
LIVE, PAPER = {"LIVE_MODE": "true"}, {"LIVE_MODE": ""}
SWITCH = Path("switch.txt")
NOT_READY = "gate is NO_GO, GO is needed: ready: the desk is not ready"


@dataclass
class Watcher:
    """A channel that notes what it is handed and whether the switch was thrown by then; `does` may fail."""

    does: Callable[[], None] = lambda: None
    got: list[tuple[str, list[str], bool]] = field(default_factory=list)
    name: str = "watcher"
    shown: str = "`watcher`"

    def obstacle(self) -> str:
        return ""

    def hand(self, lines: bytes) -> None:
        self.does()
        found = map(json.loads, lines.splitlines())
        self.got += [(each["verdict"], each["audience"], SWITCH.exists()) for each in found]


Ask = Callable[..., Clearance]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Asks for a clearance at 12:05, or at some instants one after the other, over a snapshot of 12:00."""
    monkeypatch.chdir(tmp_path)
    root = write(tmp_path)
    gate = root / "gate.yaml"
    gate.write_text(gate.read_text(encoding="utf-8").replace("rules:", NOTIFY), encoding="utf-8")

    def call(
        watcher: Watcher, environ: dict[str, str], *, ready: bool = True, times: Sequence[str] = ()
    ) -> Clearance:
        snapshot(Path("s.json"), ready=ready)
        hours = iter([f"2026-03-30T{each}:00Z" for each in times] + ["2026-03-30T12:05:00Z"] * 9)
        question = ClearanceRequest(
            ("gate",),
            Path("ledger.db"),
            None,
            lambda: Snapshot.read(Path("s.json")),
            "live",
            channels=(watcher,),
        )
        setting = StartContext(environ, lambda: parse_time(next(hours)) or Decimal(0), SWITCH)
        return cleared(lambda: interlock.load(root), question, setting)

    return call


def test_a_start_is_told_and_a_refusal_after_the_switch(ask: Ask) -> None:
    watcher = Watcher()
    assert ask(watcher, LIVE).open
    found = ask(watcher, LIVE, ready=False)
    assert (found.reason, found.undelivered) == (NOT_READY, ())
    assert watcher.got == [("GO", ["stakeholders"], False), ("NO_GO", ["on-call", "stakeholders"], True)]


def broken() -> None:
    raise Undelivered("it answered 503")


def bug() -> None:
    raise RuntimeError("s3cret")


@pytest.mark.parametrize(
    ("does", "told"),
    [
        (
            broken,
            "error: 1 event not delivered to `watcher`: it answered 503; the next run that names it tries again",
        ),
        (bug, "error: the events were not delivered: RuntimeError"),
    ],
)
@pytest.mark.parametrize("environ", [LIVE, PAPER], ids=["live", "paper"])
@pytest.mark.parametrize("ready", [True, False], ids=["ready", "not"])
def test_a_delivery_that_fails_starts_nothing_and_stops_nothing(
    ask: Ask, does: Callable[[], None], told: str, environ: dict[str, str], ready: bool
) -> None:
    found = ask(Watcher(does), environ, ready=ready)
    assert found.undelivered == (told,)
    assert (found.open, found.reason, found.code) == (ready, "" if ready else NOT_READY, 0 if ready else 1)
    assert SWITCH.exists() is (environ is LIVE and not ready)
    watcher = Watcher()
    ask(watcher, PAPER, ready=ready)
    assert [verdict for verdict, _, _ in watcher.got] == ["GO" if ready else "NO_GO"]


def test_a_verdict_that_expires_while_people_are_told_is_none(ask: Ask) -> None:
    found = ask(Watcher(), LIVE, times=["12:05", "12:10", "12:10", "12:11"])
    reason = "gate was GO until 2026-03-30T12:10:00Z and has expired"
    assert (found.open, found.reason, found.code, SWITCH.exists()) == (False, reason, 4, True)


def test_a_switch_that_is_thrown_while_people_are_told_counts(ask: Ask) -> None:
    def throw() -> None:
        SWITCH.write_text("by hand\n", encoding="utf-8")

    found = ask(Watcher(throw), LIVE)
    assert (found.open, found.reason, found.code) == (
        False,
        "the kill switch is active: `switch.txt` exists",
        4,
    )
    assert SWITCH.read_text(encoding="utf-8") == "by hand\n"
