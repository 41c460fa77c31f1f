"""A kill switch that was thrown is remembered, and its cause is wanted once its file is gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import interlock
from interlock.errors import IntegrityError
from interlock.guard.clearance import Clearance, ClearanceRequest, StartContext, clear_start
from interlock.ledger.acts import Act
from interlock.ledger.attestation import attest, new_statement
from interlock.ledger.file.ledger import Ledger
from support import roots
from support.beginnings import recording_in
from support.gate import snapshot, write
from support.roots import instant

METRICS = """\
  kill_switch.active: {type: bool, max_age: 5m, doc: on}
  seen.at: {type: timestamp, max_age: never, doc: when}
"""
CAUSE = """\
attestations:
  cause: {roles: [risk], expires: 1h, after: [guard.kill_switch, seen.at]}
"""
SWITCH, LOG, LEDGER = Path("switch.txt"), Path("logs/alerts.jsonl"), Path("ledger.db")
Start = Callable[..., Clearance]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Asks for a live start at a minute past noon over a snapshot of that minute."""
    monkeypatch.chdir(tmp_path)
    root = write(tmp_path)
    catalogue = (root / "catalogue.yaml").read_text(encoding="utf-8")
    roots.write_files(root, {"catalogue.yaml": catalogue + METRICS, "cause.yaml": CAUSE})
    LOG.parent.mkdir()
    LOG.write_bytes(b"")

    def call(
        minute: int, *, taken: int | None = None, alerts: Path | None = LOG, **metrics: object
    ) -> Clearance:
        at = f"2026-03-30T12:{minute if taken is None else taken:02d}:00Z"
        file = snapshot(Path("s.json"), at, **{"seen.at": {"value": "2026-03-30T11:00:00Z"}, **metrics})
        request = ClearanceRequest(("gate",), LEDGER, None, lambda: interlock.Snapshot.read(file), "live")
        clock = instant(f"2026-03-30T12:{minute:02d}:00Z")
        context = StartContext({"LIVE_MODE": "1"}, lambda: clock, SWITCH, alerts)
        return clear_start(lambda: interlock.load(root), request, context)

    return call


def attested(minute: int) -> None:
    declared = interlock.load("policies").root.attestations["cause"]
    act = Act("risk desk", "the desk is ready again", instant(f"2026-03-30T12:{minute:02d}:00Z"))
    attest(LEDGER, declared, new_statement(declared, "risk", {}, act))


def activations() -> list[dict[str, object]]:
    with Ledger(LEDGER) as ledger:
        return [{"time": each.time, **each.data} for each in ledger.entries() if each.kind == "kill-switch"]


def asks(thrown: int) -> str:
    return f"the kill switch was thrown at 2026-03-30T12:{thrown:02d}:00Z, and `cause` is not attested since"


def test_a_removed_switch_wants_its_cause(start: Start) -> None:
    refused = start(1, ready=False)
    assert (refused.open, refused.switch) == (False, "the kill switch is active: `switch.txt`")
    reason = "gate is NO_GO, GO is needed: ready: the desk is not ready"
    assert activations() == [
        {"time": "2026-03-30T12:01:00Z", "active": True, "by": "guard", "reason": reason}
    ]
    assert [json.loads(line) for line in LOG.read_text(encoding="utf-8").splitlines()] == [
        {
            "at": "2026-03-30T12:01:00Z",
            "severity": "WARNING",
            "message": f"kill switch thrown by interlock guard: {reason}",
        }
    ]
    SWITCH.unlink()
    again = start(2)
    assert (again.reason, again.code, SWITCH.exists()) == (asks(1), 4, True)
    SWITCH.unlink()
    attested(1)
    assert start(3).reason == asks(2)
    SWITCH.unlink()
    attested(4)
    assert start(5).open


def test_a_cause_counts_no_longer_than_its_word(start: Start) -> None:
    start(1, ready=False)
    SWITCH.unlink()
    with recording_in(LEDGER) as recorder:
        assert recorder.state.kill_switch.thrown_at == instant("2026-03-30T12:01:00Z")
    declared = interlock.load("policies").root.attestations["cause"]
    assert declared.expires == 3600
    policies = Path("policies/cause.yaml")
    policies.write_text(CAUSE.replace("1h", "1m"), encoding="utf-8")
    assert start(2).reason == asks(1)
    SWITCH.unlink()
    assert start(4).open


def test_a_switch_that_stands_is_noted_once(start: Start) -> None:
    start(1, ready=False)
    again = start(2, ready=False, **{"kill_switch.active": True})
    assert again.switch == "the kill switch was already active: `switch.txt` keeps its first reason"
    assert len(activations()) == len(LOG.read_text(encoding="utf-8").splitlines()) == 1


def test_a_switch_set_by_hand_is_noted_where_a_snapshot_saw_it(start: Start) -> None:
    SWITCH.touch()
    seen = start(1, **{"kill_switch.active": True})
    assert seen.reason == f"the kill switch is active: `switch.txt` exists; {asks(1)}"
    SWITCH.unlink()
    assert activations() == [
        {"time": "2026-03-30T12:01:00Z", "active": True, "by": "snapshot", "reason": "a snapshot saw it on"}
    ]
    assert start(2, **{"kill_switch.active": {"value": False}}).reason == asks(1)
    seen_off = {
        "time": "2026-03-30T12:02:00Z",
        "active": False,
        "by": "snapshot",
        "reason": "a snapshot saw it off",
    }
    assert activations()[1] == seen_off
    assert activations()[2]["by"] == "guard"


def test_a_snapshot_from_before_the_activation_clears_no_start(start: Start) -> None:
    start(1, ready=False)
    SWITCH.unlink()
    thrown = "the kill switch was thrown at 2026-03-30T12:01:00Z"
    expected = f"s.json: as of 2026-03-30T12:01:00Z, and {thrown}: collect a new one"
    found = start(2, taken=1)
    assert (found.reason, found.code) == (f"{expected}; {asks(1)}", 4)


def test_no_log_of_alerts_is_made(start: Start) -> None:
    LOG.unlink()
    assert start(1, ready=False).switch == "the kill switch is active: `switch.txt`"
    assert not LOG.exists()
    SWITCH.unlink()
    assert start(2, ready=False, alerts=None).switch == "the kill switch is active: `switch.txt`"
    assert len(activations()) == 2


def test_an_alert_never_joins_a_line_that_was_torn(start: Start) -> None:
    LOG.write_bytes(b'{"at": "2026-03-30T12:00')
    start(1, ready=False)
    torn, alert = LOG.read_text(encoding="utf-8").splitlines()
    assert torn == '{"at": "2026-03-30T12:00'
    assert json.loads(alert)["at"] == "2026-03-30T12:01:00Z"


def test_what_cannot_be_noted_is_said_and_stops_nothing(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    def failing(path: Path, *mode: str, **options: str) -> object:
        if path == LOG:
            raise OSError(28, "No space left on device")
        return opened(path, *mode, **options)  # type: ignore[call-overload]

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", failing)
        alerts = start(1, ready=False).switch
    why = "`logs/alerts.jsonl` does not tell that it was thrown: no space left on device"
    assert alerts == f"the kill switch is active: `switch.txt`; {why}"
    SWITCH.unlink()

    def damaged(*_: object, **__: object) -> None:
        raise IntegrityError("entry 3 is bad")

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    for stub, text in ((damaged, "entry 3 is bad"), (broken, "ZeroDivisionError")):
        with monkeypatch.context() as patch:
            patch.setattr("interlock.guard.activation.Recorder", stub)
            found = start(2, ready=False).switch
        assert (
            found
            == f"the kill switch is active: `switch.txt`; the ledger does not know that it was thrown: {text}"
        )
        SWITCH.unlink()


def test_a_failure_of_the_ledger_is_said_once(start: Start) -> None:
    LEDGER.unlink()
    found = start(1)
    assert found.reason.startswith("there is no ledger at `ledger.db`")
    assert found.switch == "the kill switch is active: `switch.txt`"


def test_the_ledger_is_that_of_the_variable_where_nothing_was_read_yet(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug() -> interlock.PolicySet:
        raise ZeroDivisionError

    request = ClearanceRequest(("gate",), None, None, lambda: interlock.Snapshot.read(Path("s.json")), "live")
    clock = instant("2026-03-30T12:01:00Z")
    for environ, place in (({"INTERLOCK_LEDGER": "ledger.db"}, LEDGER), ({}, Path(".interlock/ledger.db"))):
        context = StartContext({"LIVE_MODE": "1", **environ}, lambda: clock, SWITCH)
        with pytest.raises(ZeroDivisionError):
            clear_start(bug, replace(request), context)
        SWITCH.unlink()
        with recording_in(place) as recorder:
            assert recorder.state.kill_switch.thrown_at == clock
