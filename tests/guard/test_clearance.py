"""When a start is cleared, every reason why it is not, and the state of the kill switch."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

import interlock
from interlock.api import PolicySet, Snapshot
from interlock.errors import LedgerError, UsageError
from interlock.guard.clearance import Clearance, ClearanceRequest, StartContext, clear_start
from interlock.language.times import parse_time
from interlock.ledger.file.ledger import Ledger
from interlock.ledger.file.missing_ledger import REMEDY
from support.beginnings import begun, recording_in
from support.gate import AT, snapshot, write
from support.meanwhile import Meanwhile, freezing

LIVE = {"LIVE_MODE": "true"}
Clear = Callable[..., Clearance]


@pytest.fixture
def clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clear:
    """Asks for a clearance at 12:05 over a snapshot of 12:00, live unless told otherwise."""
    monkeypatch.chdir(tmp_path)
    root = write(tmp_path)
    snapshot(tmp_path / "s.json")

    def call(
        *,
        now: str | list[str] = "2026-03-30T12:05:00Z",
        environ: dict[str, str] | None = None,
        load: Callable[[], PolicySet] | None = None,
        policies: tuple[str, ...] = ("gate",),
        ledger: str = "ledger.db",
        environment: str | None = "live",
        desk: Path | None = None,
        begin: str = "",
    ) -> Clearance:
        times = [now] * 9 if isinstance(now, str) else now
        clock = iter([parse_time(each) or Decimal(0) for each in times])
        read = None if desk else (lambda: Snapshot.read(Path("s.json")))
        request = ClearanceRequest(policies, Path(ledger), desk, read, environment, begin=begin)
        context = StartContext(LIVE if environ is None else environ, lambda: next(clock), Path("switch.txt"))
        return clear_start(load or (lambda: interlock.load(root)), request, context)

    return call


def refused(found: Clearance) -> tuple[str, int, bool]:
    """The reason, the code, and whether the switch holds the reason."""
    switch = Path("switch.txt")
    thrown = switch.exists() and f"\nreason: {found.reason}\n" in switch.read_text(encoding="utf-8")
    return found.reason, found.code, thrown


def test_the_best_verdict_is_recorded_and_clears_the_start(clear: Clear) -> None:
    found = clear()
    assert (found.open, found.live, found.reason, found.code, found.switch) == (True, True, "", 0, "")
    assert [each.verdict for each in found.verdicts] == ["GO"]
    assert Path("ledger.db").exists()
    assert not Path("switch.txt").exists()


def test_a_desk_is_collected_with_the_variables_of_the_start(clear: Clear) -> None:
    assert clear(desk=Path("desk")).open
    (Path("desk") / "calm.txt").unlink()
    assert refused(clear(desk=Path("desk"))) == (
        "gate is WAIT, GO is needed: calm: the market is nervous",
        3,
        True,
    )


def test_the_switch_names_the_verdict_by_its_digest(clear: Clear) -> None:
    snapshot(Path("s.json"), ready=False)
    found = clear()
    assert refused(found) == ("gate is NO_GO, GO is needed: ready: the desk is not ready", 1, True)
    assert found.switch == "the kill switch is active: `switch.txt`"
    assert Path("switch.txt").read_text(encoding="utf-8") == (
        "kill switch set by interlock guard at 2026-03-30T12:05:00Z\n"
        "reason: gate is NO_GO, GO is needed: ready: the desk is not ready\n"
        f"verdict: gate NO_GO {found.verdicts[0].digest()}\n"
        "to clear it: find out why it was set, mend that, then remove this file\n"
    )


def test_the_refusal_begins_with_the_sources_that_are_unknown(clear: Clear) -> None:
    snapshot(
        Path("s.json"), ready={"unknown": "torn source", "detail": "line 3 of data/state.json is not JSON"}
    )
    document = json.loads(Path("s.json").read_text(encoding="utf-8"))
    document["provenance"] = {"ready": {"source": "state", "file": "data/state.json"}}
    Path("s.json").write_text(json.dumps(document), encoding="utf-8")
    text = (
        "`data/state.json` torn source, line 3 is not JSON: 1 rule in 1 policy; gate is NO_GO, GO is needed: "
        "ready: cannot tell: ready: torn source, line 3 of data/state.json is not JSON"
    )
    assert refused(clear()) == (text, 1, True)


def test_missing_data_is_no_permission(clear: Clear) -> None:
    snapshot(Path("s.json"), ready={"unknown": "torn source"})
    assert refused(clear()) == (
        "gate is NO_GO, GO is needed: ready: cannot tell: ready: torn source",
        1,
        True,
    )


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        ("2026-03-30T11:59:58Z", ""),
        ("2026-03-30T11:59:57Z", f"s.json: as of {AT}, which the clock has not reached: check both clocks"),
        ("2026-03-30T12:10:00Z", ""),
        ("2026-03-30T12:15:01Z", f"s.json: as of {AT}, more than 15m ago: collect a new one"),
    ],
)
def test_a_snapshot_is_of_now(clear: Clear, now: str, reason: str) -> None:
    assert refused(clear(now=now)) == (reason, 2 if reason else 0, bool(reason))


def recorded(as_of: str, **metrics: object) -> None:
    """Evaluate a snapshot as of an instant and record it."""
    file = snapshot(Path("other.json"), as_of, **metrics)
    with recording_in(Path("ledger.db")) as recorder:
        interlock.load("policies").recorded(Snapshot.read(file), recorder, environment="live")


@pytest.mark.parametrize("bad", [{"ready": False}, {}])
def test_a_snapshot_that_is_older_than_one_in_the_ledger_is_refused(
    clear: Clear, bad: dict[str, object]
) -> None:
    recorded("2026-03-30T12:00:01Z", **bad)
    entries = [each.kind for each in Ledger(Path("ledger.db")).entries()]
    reason = f"s.json: as of {AT}, and the ledger holds a snapshot of 2026-03-30T12:00:01Z: collect a new one"
    assert refused(clear()) == (reason, 2, True)
    assert [each.kind for each in Ledger(Path("ledger.db")).entries()] == [*entries, "kill-switch"]


def test_a_snapshot_that_is_recorded_already_is_no_older_one(clear: Clear) -> None:
    recorded(AT)
    assert clear().open


def test_a_snapshot_is_no_newest_one_once_another_of_its_instant_is_recorded(clear: Clear) -> None:
    assert clear().open
    recorded(AT, calm=False)
    told = "the ledger holds a snapshot of the same instant that was recorded later"
    assert refused(clear()) == (f"s.json: as of {AT}, and {told}: collect a new one", 2, True)


def test_nobody_waits_for_a_start_that_is_judged_and_it_is_judged_again(
    clear: Clear, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = snapshot(tmp_path / "taken.json", "2026-03-28T06:30:00Z")
    meanwhile = Meanwhile(monkeypatch, [freezing(Path("ledger.db"), taken, "phase_a")])
    found = clear()
    assert (found.open, meanwhile.codes, meanwhile.judged) == (True, [0], 2)
    with Ledger(Path("ledger.db")) as ledger:
        kinds = [each.kind for each in ledger.entries()]
    assert kinds == ["begin", "baseline", "policies", "snapshot", "evaluation", "verdict"]


def test_no_start_is_cleared_by_a_snapshot_that_was_overtaken_while_it_was_judged(
    clear: Clear, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = snapshot(tmp_path / "newer.json", "2026-03-30T12:01:00Z", ready=False)
    words = ["evaluate", str(newer), "--ledger", "ledger.db", "--historic", "--environment", "live"]
    meanwhile = Meanwhile(monkeypatch, [words])
    why = "s.json: as of 2026-03-30T12:00:00Z, and the ledger holds a snapshot of 2026-03-30T12:01:00Z"
    assert refused(clear()) == (f"{why}: collect a new one", 2, True)
    assert (meanwhile.codes, meanwhile.judged) == ([1], 1)


def test_a_desk_is_collected_again_where_a_newer_snapshot_was_recorded_meanwhile(clear: Clear) -> None:
    recorded("2026-03-30T12:05:01Z")
    desk = Path("desk")
    assert clear(desk=desk, now=["2026-03-30T12:05:00Z"] * 2 + ["2026-03-30T12:05:01Z"] * 3).open
    recorded("2026-03-30T12:05:03Z")
    found = clear(desk=desk, now="2026-03-30T12:05:02Z")
    newer = "2026-03-30T12:05:02Z, and the ledger holds a snapshot of 2026-03-30T12:05:03Z"
    assert refused(found) == (f"snapshot.json: as of {newer}: collect a new one", 2, True)


@pytest.mark.parametrize("now", ["2026-03-30T12:10:01Z", "2026-03-30T12:15:00Z"])
def test_an_expired_verdict_is_none(clear: Clear, now: str) -> None:
    assert refused(clear(now=now)) == ("gate was GO until 2026-03-30T12:10:00Z and has expired", 4, True)


def test_a_verdict_that_ends_while_it_is_recorded_is_expired(clear: Clear) -> None:
    times = ["2026-03-30T12:09:59Z", *["2026-03-30T12:10:01Z"] * 3]
    assert refused(clear(now=times)) == ("gate was GO until 2026-03-30T12:10:00Z and has expired", 4, True)


@pytest.mark.parametrize("variable", [False, True])
def test_a_snapshot_taken_on_paper_clears_no_live_start(clear: Clear, variable: bool) -> None:
    snapshot(Path("s.json"), **{"live.mode": False})
    document = json.loads(Path("s.json").read_text(encoding="utf-8"))
    by_variable = document | {"metrics": {"ready": True, "calm": True}, "env": {"LIVE_MODE": None}}
    Path("s.json").write_text(json.dumps(by_variable if variable else document), encoding="utf-8")
    reason = "s.json: taken where LIVE_MODE was off, and this start is live: collect anew"
    assert refused(clear()) == (reason, 2, True)
    taken = f"s.json: as of {AT}, and the kill switch was thrown at 2026-03-30T12:05:00Z: collect a new one"
    assert clear(environ={}).reason == taken


@pytest.mark.parametrize("held", ["file", "variable"])
def test_a_switch_thrown_since_the_snapshot_keeps_the_gate_shut(clear: Clear, held: str) -> None:
    if held == "file":
        Path("switch.txt").touch()
    found = clear(environ=LIVE | ({"LIVE_KILL_SWITCH": "1"} if held == "variable" else {}))
    holder = "`switch.txt` exists" if held == "file" else "LIVE_KILL_SWITCH is set"
    assert (found.reason, found.code) == (f"the kill switch is active: {holder}", 4)
    assert Path("switch.txt").exists()


def test_what_cannot_be_judged_is_refused(clear: Clear) -> None:
    needs = "`gate` needs a value for `top`: give it in an environment (`--environment NAME`)"
    assert clear(environment=None, environ={}).reason == f"not evaluated: {needs}"
    Path("policies/live.yaml").write_text(
        "environment: live\nlive: true\nvalues: {other: {top: 3}}\n", "utf-8"
    )
    other = Path("policies/gate.yaml").read_text("utf-8").replace("policy: gate", "policy: other")
    Path("policies/other.yaml").write_text(other, "utf-8")
    assert refused(clear()) == (f"not evaluated: {needs}", 2, True)


@pytest.mark.parametrize("says", ["", "live: false\n"])
def test_live_mode_wants_an_environment_that_is_meant_for_it(clear: Clear, says: str) -> None:
    paper = f"environment: paper\n{says}values: {{gate: {{top: 9}}}}\n"
    Path("policies/paper.yaml").write_text(paper, encoding="utf-8")
    hint = "choose one that says `live: true`, with `--environment NAME`"
    why = f"LIVE_MODE is on, and the environment `paper` is not for live mode: {hint}"
    assert refused(clear(environment="paper")) == (why, 2, True)
    assert clear(environment=None).reason == f"LIVE_MODE is on, and no environment is chosen: {hint}"
    assert [each.kind for each in Ledger(Path("ledger.db")).entries()] == ["begin", "kill-switch"]
    Path("switch.txt").unlink()
    assert clear(environ={}, environment="paper").verdicts[0].verdict == "GO"
    for name in ("live", "paper"):
        Path(f"policies/{name}.yaml").unlink()
    gate = Path("policies/gate.yaml")
    gate.write_text(gate.read_text("utf-8").replace("{required: true, type: number}", "3"), encoding="utf-8")
    Path("ledger.db").unlink()
    begun(Path("ledger.db"))
    assert clear(environment=None).open


def test_unknown_names_are_refused_and_no_ledger_is_made(clear: Clear) -> None:
    assert refused(clear(policies=("gat",))) == ("no policy is called `gat`: did you mean `gate`?", 2, True)
    Path("switch.txt").unlink()
    assert refused(clear(environment="liv")) == (
        "no environment is called `liv`: did you mean `live`?",
        2,
        True,
    )
    assert clear(policies=("gat",), ledger="other.db").open is False
    assert not Path("other.db").exists()


def test_a_live_start_wants_the_ledger_that_remembers(clear: Clear) -> None:
    """Under another name, or from another folder, every latch would be forgotten."""
    missing = f"there is no ledger at `other.db`: {REMEDY}"
    assert refused(clear(ledger="other.db")) == (missing, 2, True)
    Path("switch.txt").unlink()
    paper = clear(ledger="other.db", environ={})
    assert (paper.open, paper.reason, Path("other.db").exists()) == (False, missing, False)
    assert clear(ledger="other.db", environ={}, begin="a test").open
    assert clear(ledger="other.db").open
    with Ledger(Path("other.db")) as opened:
        assert next(opened.entries()).data == {"after": "no ledger", "by": "a test"}


def test_a_live_start_begins_no_ledger(clear: Clear) -> None:
    """Nor is it a reason to throw the switch: the command line is malformed."""
    for ledger in ("other.db", "ledger.db"):
        with pytest.raises(UsageError) as problem:
            clear(ledger=ledger, begin="a test")
        hint = "begin it by a start on paper, or with `interlock evaluate --begin`"
        why = "a live start begins no ledger, because a new one knows no latch of before"
        assert str(problem.value) == f"{why}: {hint}"
    assert not Path("other.db").exists() and not Path("switch.txt").exists()


def test_every_policy_asked_for_must_be_at_its_best(clear: Clear) -> None:
    other = (
        (Path("policies") / "gate.yaml").read_text(encoding="utf-8").replace("policy: gate", "policy: other")
    )
    Path("policies/other.yaml").write_text(
        other.replace("require: calm", "require: not calm"), encoding="utf-8"
    )
    Path("policies/live.yaml").write_text(
        "environment: live\nlive: true\nvalues: {gate: {top: 3}, other: {top: 3}}\n", encoding="utf-8"
    )
    reason = "other is WAIT, GO is needed: calm: the market is nervous"
    assert refused(clear(policies=("gate", "other"))) == (reason, 3, True)


def test_invalid_policies_are_refused(clear: Clear) -> None:
    Path("policies/gate.yaml").write_text("policy: gate\n", encoding="utf-8")
    reason, code, thrown = refused(clear())
    assert (reason.split(":", 1)[0], code, thrown) == ("policies/gate.yaml", 2, True)


def test_a_desk_that_is_not_there_is_refused(clear: Clear) -> None:
    reason = "there is no folder `nowhere` to collect from: give it with `--root DIR`"
    assert refused(clear(desk=Path("nowhere"))) == (reason, 2, True)


def test_without_a_record_there_is_no_start(clear: Clear, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("file").touch()
    reason = "cannot make the ledger `file/ledger.db`: a file stands where its folder should be"
    found = clear(ledger="file/ledger.db", environ={}, begin="a test")
    assert (found.open, found.reason, found.code) == (False, reason, 4)

    def full(*_: object) -> int:
        raise LedgerError("ledger `ledger.db`: it cannot be written, is the disk full")

    monkeypatch.setattr("interlock.ledger.file.ledger.Transaction.append", full)
    assert refused(clear()) == ("ledger `ledger.db`: it cannot be written, is the disk full", 4, True)


def test_a_damaged_ledger_is_no_ledger(clear: Clear) -> None:
    Path("other.db").write_bytes(b"not a ledger at all" * 100)
    reason, code, thrown = refused(clear(ledger="other.db"))
    assert (reason, code, thrown) == ("ledger `other.db` is damaged: file is not a database", 5, True)


def test_a_bug_throws_the_switch_and_shows_itself(clear: Clear) -> None:
    def load() -> PolicySet:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        clear(load=load)
    written = Path("switch.txt").read_text(encoding="utf-8").splitlines()
    assert written[1:3] == ["reason: the guard failed: ZeroDivisionError", "verdict: none was given"]


def test_on_paper_nothing_is_thrown(clear: Clear) -> None:
    snapshot(Path("s.json"), ready=False)
    found = clear(environ={"LIVE_MODE": "off"})
    assert (found.open, found.live, found.switch) == (False, False, "")
    assert found.reason == "gate is NO_GO, GO is needed: ready: the desk is not ready"
    assert not Path("switch.txt").exists()


def test_a_start_on_paper_goes_on_over_a_bug(clear: Clear, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> PolicySet:
        raise ZeroDivisionError

    found = clear(load=broken, environ={})
    assert (found.live, found.open, found.code) == (False, False, 70)
    assert found.reason == "the guard failed: ZeroDivisionError"
    assert [each.message for each in caplog.records] == ["the guard failed: this is a bug: please report it"]
    with pytest.raises(ZeroDivisionError):
        clear(load=broken)
    assert "reason: the guard failed: ZeroDivisionError" in Path("switch.txt").read_text(encoding="utf-8")
