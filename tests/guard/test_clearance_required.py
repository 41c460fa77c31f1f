"""`interlock.require`: a program continues, or an exception and a thrown kill switch stop it."""

from __future__ import annotations

import logging
from decimal import Decimal
from pathlib import Path

import pytest

import interlock
from support.beginnings import recording_in
from support.gate import FILES, snapshot, write
from support.roots import instant

LIVE = {"LIVE_MODE": "TRUE"}
NOT_READY = "gate is NO_GO, GO is needed: ready: the desk is not ready"


def noon() -> Decimal:
    return instant("2026-03-30T12:01:00Z")


def require(**changed: object) -> interlock.Clearance:
    arguments = {
        "snapshot": "s.json",
        "environment": "live",
        "policies": "policies",
        "environ": LIVE,
        "now": noon,
    }
    return interlock.require("gate", **(arguments | {"kill_switch_file": "switch.txt"} | changed))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    snapshot(tmp_path / "s.json")


def test_a_cleared_start_goes_on_and_is_recorded() -> None:
    found = require()
    assert (found.open, found.live, found.verdicts[0].verdict) == (True, True, "GO")
    assert Path(".interlock/ledger.db").exists()


def test_a_live_start_that_is_not_cleared_raises(caplog: pytest.LogCaptureFixture) -> None:
    snapshot(Path("s.json"), ready=False)
    with pytest.raises(interlock.NotCleared) as caught:
        require()
    text = f"live mode is refused: {NOT_READY}; the kill switch is active: `switch.txt`"
    assert (str(caught.value), caught.value.exit_code) == (text, 1)
    assert caplog.record_tuples == [("interlock.guard", logging.CRITICAL, text)]
    assert NOT_READY in Path("switch.txt").read_text(encoding="utf-8")


def test_a_switch_that_cannot_be_set_is_part_of_the_exception() -> None:
    snapshot(Path("s.json"), ready=False)
    with pytest.raises(interlock.NotCleared) as caught:
        require(kill_switch_file="no/where/switch.txt")
    held = "the kill switch is active: `no/where/switch.txt` cannot be read: its folder does not exist"
    switch = "THE KILL SWITCH COULD NOT BE SET: `no/where/switch.txt`: no such file or directory"
    why = f"{NOT_READY}; {held}; {switch}: stop live trading by hand"
    assert str(caught.value) == f"live mode is refused: {why}"


def test_on_paper_the_program_continues_and_logs_it(caplog: pytest.LogCaptureFixture) -> None:
    snapshot(Path("s.json"), ready=False)
    with caplog.at_level(logging.INFO):
        found = require(environ={})
    assert (found.open, found.live, found.code, found.reason) == (False, False, 1, NOT_READY)
    assert [each.getMessage() for each in caplog.records] == [
        "paper: LIVE_MODE is off, this start runs on paper",
        f"paper: live mode would be refused: {NOT_READY}",
    ]
    assert not Path("switch.txt").exists()


def test_a_gate_that_a_waiver_opened_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    terms = "require: calm, waivable: {by: [risk], max: 4h}"
    text = FILES["gate.yaml"].replace("require: calm", terms)
    Path("policies/gate.yaml").write_text(text, encoding="utf-8")
    snapshot(Path("s.json"), calm=False)
    body = {
        **{"policy": "gate", "member": "", "rule": "calm", "outcome": "fail", "role": "risk"},
        **{"by": "risk-desk", "ticket": "OPS-12", "reason": "outage", "until": "2026-03-30T13:00:00Z"},
    }
    with recording_in(Path(".interlock/ledger.db")) as recorder:
        recorder.append("2026-03-30T11:00:00Z", "waiver", body)
    with caplog.at_level(logging.INFO):
        assert require().open
    opened = "gate: GO, opened by a waiver until 2026-03-30T13:00:00Z (risk-desk, OPS-12)"
    assert [(each.levelname, each.getMessage()) for each in caplog.records] == [
        ("WARNING", opened),
        ("INFO", "live: gate is GO"),
    ]


def test_the_switch_lies_below_the_desk_by_default() -> None:
    (Path("desk") / "ready.txt").unlink()
    with pytest.raises(interlock.NotCleared):
        require(snapshot=None, root="desk", kill_switch_file=None)
    assert NOT_READY in Path("desk/data/live_kill_switch.txt").read_text(encoding="utf-8")


def test_policies_and_snapshots_that_are_read_already_are_taken() -> None:
    read = interlock.Snapshot.read(Path("s.json"))
    assert require(policies=interlock.load("policies"), snapshot=read).open


@pytest.mark.parametrize("changed", [{"root": "desk"}, {"snapshot": None}])
def test_a_malformed_call_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(interlock.UsageError) as caught:
        require(**changed)
    assert str(caught.value) == "`require` needs a policy, and either `root` or `snapshot`"


@pytest.mark.parametrize("name", ["kill_switch_file", "ledger", "anchor", "snapshot", "policies", "root"])
@pytest.mark.parametrize(("path", "shown"), [("a\0b", "a\\u0000b"), ("a\ud800b", "a\\ud800b")])
@pytest.mark.parametrize("environ", [LIVE, {}])
def test_a_path_that_no_file_can_have_is_a_malformed_call(
    name: str, path: str, shown: str, environ: dict[str, str]
) -> None:
    given = {name: path, **({"snapshot": None} if name == "root" else {})}
    with pytest.raises(interlock.UsageError) as caught:
        require(**given, environ=environ)
    assert str(caught.value) == f"`{name}`: no file can be called `{shown}`"
    assert not Path("switch.txt").exists()


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"LIVE_MODE": True}, "LIVE_MODE"),
        ({"LIVE_MODE": None}, "LIVE_MODE"),
        ({"LIVE_KILL_SWITCH": 1}, "LIVE_KILL_SWITCH"),
        ({"LIVE_MODE": "1", "INTERLOCK_LEDGER": Path("l.db")}, "INTERLOCK_LEDGER"),
        ({b"LIVE_MODE": "1"}, "b'LIVE_MODE'"),
    ],
)
def test_a_variable_that_is_no_text_is_a_malformed_call(environ: dict[str, object], name: str) -> None:
    told = f"`environ` holds texts, as variables are: `{name}` is none"
    with pytest.raises(interlock.UsageError) as caught:
        require(environ=environ)
    assert str(caught.value) == told
    with pytest.raises(interlock.UsageError) as caught:
        interlock.load("policies").collect(".", noon(), now=noon(), environ=environ)  # type: ignore[arg-type]
    assert str(caught.value) == told


def test_what_was_taken_unasked_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    environ = {"LIVE_MODE": "1", "INTERLOCK_LEDGER": "ledger.db", "INTERLOCK_ENVIRONMENT": "live"}
    assert require(environ=environ, environment=None).open
    assert [each[2] for each in caplog.record_tuples] == [
        "ledger `ledger.db`, from INTERLOCK_LEDGER",
        "environment `live`, from INTERLOCK_ENVIRONMENT",
        "live: gate is GO",
    ]
