"""Live sources: files and variables of this moment, or of the copy that an archive is."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from interlock.collect.live.probes import command_lines
from interlock.collect.unreadable import Unreadable
from interlock.language.times import show_time
from support.desks import CATALOGUE, judged, metrics, run, write
from support.roots import instant

SWITCH = """
sources:
  switch:
    kind: live
    doc: a
    metrics:
      flag:
        any:
          - {exists: data/kill.txt}
          - {env: LIVE_KILL_SWITCH, active_unless: ['', '0', 'false', 'no', 'off']}
      level:
        choose:
          - {when: {exists: data/kill.txt}, value: file}
          - {when: {env: LIVE_KILL_SWITCH, active_unless: ['', '0', 'false', 'no', 'off']}, value: environment}
        else: none
"""
OTHERS = """
sources:
  others:
    kind: live
    doc: a
    metrics:
      total: {pid: data/a.pid}
      moment: {modified: data/a.pid}
      wait: {age: data/a.pid}
      rate: {env: RATE}
      symbols: {env: SYMBOLS, unset: []}
      state: {env: STATE}
      flag: {not: {env: MODE}}
"""
NOW = "2026-03-30T06:00:00Z"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("value", "active"),
    [
        (None, False),
        ("", False),
        ("OFF", False),
        (" OFF ", True),
        (" ", True),
        ("0", False),
        ("False", False),
        ("1", True),
        ("on", True),
        ("maybe", True),
    ],
)
def test_a_kill_switch_by_variable(root: Path, value: str | None, active: bool) -> None:
    found = run(root, SWITCH, environ={} if value is None else {"LIVE_KILL_SWITCH": value})
    assert metrics(found) == {"flag": active, "level": "environment" if active else "none"}


def test_a_kill_switch_by_file_even_empty_or_a_dead_link(root: Path) -> None:
    write(root, "data/kill.txt", "")
    assert metrics(run(root, SWITCH)) == {"flag": True, "level": "file"}
    (root / "data/kill.txt").unlink()
    (root / "data/kill.txt").symlink_to("nowhere")
    assert metrics(run(root, SWITCH)) == {"flag": True, "level": "file"}


def test_a_missing_folder_proves_nothing(tmp_path: Path) -> None:
    unknown = {"unknown": "missing", "detail": "the folder data of kill.txt is not there"}
    assert metrics(run(tmp_path, SWITCH)) == {"flag": unknown, "level": unknown}
    assert metrics(run(tmp_path, SWITCH, environ={"LIVE_KILL_SWITCH": "1"}))["flag"] is True


def test_a_past_moment_is_not_covered(root: Path) -> None:
    detail = "a live source measures only the present: 2026-03-30T06:00:00Z is more than five minutes from the clock"
    found = run(root, SWITCH, NOW, now="2026-03-30T06:05:01Z", env_names=["A"], environ={"A": "1"})
    assert metrics(found)["flag"] == {"unknown": "not covered", "detail": detail}
    assert found.snapshot["env"] == {}
    assert metrics(run(root, SWITCH, NOW, now="2026-03-30T06:05:00Z"))["flag"] is False


def others(root: Path, environ: dict[str, str] | None = None, **options: Any) -> dict[str, Any]:
    path = write(root, "data/a.pid", " 4711\n")
    stamp = int(instant(NOW)) - 90
    os.utime(path, (stamp, stamp))
    return metrics(run(root, OTHERS, NOW, environ=environ or {}, **options))


def test_files_and_typed_variables(root: Path) -> None:
    environ = {"RATE": "55%", "SYMBOLS": "ETH-USD, BTC/USDT", "STATE": "good", "MODE": "No"}
    assert others(root, environ) == {
        "total": Decimal(4711),
        "moment": "2026-03-30T05:58:30Z",
        "wait": Decimal(90),
        "rate": Decimal("0.55"),
        "symbols": ["BTC-USD", "ETH-USD"],
        "state": "good",
        "flag": True,
    }


def test_unset_and_unreadable_variables(root: Path) -> None:
    seen = others(root, {"RATE": "2h", "MODE": "perhaps"})
    assert seen["rate"] == {"unknown": "wrong type", "detail": "the variable RATE does not read as ratio"}
    assert seen["flag"] == {"unknown": "wrong type", "detail": "the variable MODE does not read as boolean"}
    assert seen["state"] == {"unknown": "missing", "detail": "the variable STATE is unset"}
    assert seen["symbols"] == []


def test_a_torn_pid_file_and_a_file_of_the_future(root: Path) -> None:
    path = write(root, "data/a.pid", "47x")
    stamp = int(instant(NOW)) + 60
    os.utime(path, (stamp, stamp))
    seen = metrics(run(root, OTHERS))
    assert seen["total"] == {"unknown": "torn source", "detail": "data/a.pid holds no process number"}
    late = f"the date of data/a.pid is {show_time(Decimal(stamp))}, after the snapshot's time"
    assert seen["wait"] == seen["moment"] == {"unknown": "clock skew", "detail": late}


def test_a_file_without_a_date_of_its_own(root: Path) -> None:
    """Archives that are made to be the same each time date every file to 1970."""
    path = write(root, "data/a.pid", "47")
    os.utime(path, (0, 0))
    seen = metrics(run(root, OTHERS))
    lost = "the date of data/a.pid is 1970-01-01T00:00:00Z, before the year 2000"
    assert seen["wait"] == seen["moment"] == {"unknown": "out of range", "detail": lost}


def test_env_keeps_typed_values_and_no_secret(root: Path) -> None:
    environ = {"LIVE_KILL_SWITCH": "token-4711", "PARAM": "5%"}
    found = run(root, SWITCH, environ=environ, env_names=["PARAM", "OTHER"])
    assert found.snapshot["env"] == {"LIVE_KILL_SWITCH": "true", "OTHER": None, "PARAM": "5%"}
    assert "4711" not in str(found)
    found = run(root, OTHERS, environ={"RATE": "token-4711", "MODE": "on"})
    assert found.snapshot["env"] == {"MODE": "true", "STATE": None, "SYMBOLS": None}
    assert "4711" not in str(found)


def test_an_archive_brings_its_own_variables(root: Path) -> None:
    write(root, "env.json", '{"LIVE_KILL_SWITCH": null, "PARAM": "7"}')
    options: dict[str, Any] = {
        "now": "2026-06-01T00:00:00Z",
        "archive": True,
        "environ": {"PARAM": "8", "X": "1"},
    }
    found = run(root, SWITCH, NOW, env_names=["PARAM", "X"], **options)
    assert metrics(found) == {"flag": False, "level": "none"}
    assert found.snapshot["env"] == {"LIVE_KILL_SWITCH": None, "PARAM": "7"}
    collected: Any = found.snapshot["collected"]
    assert collected["archive"] is True
    write(root, "env.json", "{}")
    unknown = {"unknown": "missing", "detail": "env.json does not record the variable LIVE_KILL_SWITCH"}
    assert metrics(run(root, SWITCH, NOW, **options))["flag"] == unknown
    write(root, "env.json", '{"LIVE_KILL_SWITCH": 1}')
    torn = {"unknown": "torn source", "detail": "env.json is not a mapping from names to texts or null"}
    assert metrics(run(root, SWITCH, NOW, **options))["flag"] == torn
    (root / "env.json").unlink()
    missing = {"unknown": "missing", "detail": "env.json: no such file or directory"}
    assert metrics(run(root, SWITCH, NOW, **options))["flag"] == missing


def _process(root: Path, pid: str, line: bytes) -> None:
    write(root, f"{pid}/cmdline", line)


def test_processes_are_listed_by_their_command_lines(tmp_path: Path) -> None:
    _process(tmp_path, "1", b"init\0")
    _process(tmp_path, "self", b"")
    _process(tmp_path, "40", b"python3\0agents/orchestrator_v2.py\0run\0")
    _process(tmp_path, "41", b"python3\0agents/live_trader.py\0")
    (tmp_path / "42").mkdir()
    lines = command_lines(tmp_path)
    assert lines == ["init", "python3 agents/orchestrator_v2.py run", "python3 agents/live_trader.py"]


def test_a_system_that_hides_its_processes_has_no_count(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as problem:
        command_lines(tmp_path)
    assert str(problem.value) == "missing: this system does not list its processes in /proc"


PROCESS = """
sources:
  machine:
    kind: live
    doc: a
    metrics:
      total: {process: 'agents/orchestrator_v2\\.py run$'}
"""


def test_processes_of_an_archive_are_counted(root: Path) -> None:
    write(root, "env.json", "{}")
    missing = {"unknown": "missing", "detail": "processes.json: no such file or directory"}
    assert metrics(run(root, PROCESS, archive=True)) == {"total": missing}
    lines = ["python3 agents/orchestrator_v2.py run", "bash", "vim agents/orchestrator_v2.py"]
    write(root, "processes.json", json.dumps(lines))
    assert metrics(run(root, PROCESS, archive=True)) == {"total": 1}
    for none in ("[]", '[""]', '["  ", ""]'):
        write(root, "processes.json", none)
        torn = {"unknown": "torn source", "detail": "processes.json lists no process"}
        assert metrics(run(root, PROCESS, archive=True)) == {"total": torn}
        assert judged(root, PROCESS, "total == 0", archive=True).verdict == "NO_GO"
    write(root, "processes.json", "{}")
    torn = {"unknown": "torn source", "detail": "processes.json is not a list of texts"}
    assert metrics(run(root, PROCESS, archive=True)) == {"total": torn}


def test_a_variable_that_is_not_utf_8(root: Path) -> None:
    odd = "a\udcff"
    seen = others(root, {"RATE": odd, "SYMBOLS": odd, "STATE": odd, "MODE": odd})
    for metric, name in {"rate": "RATE", "symbols": "SYMBOLS", "state": "STATE", "flag": "MODE"}.items():
        assert seen[metric] == {"unknown": "wrong type", "detail": f"the variable {name} is not UTF-8"}
    assert metrics(run(root, SWITCH, environ={"LIVE_KILL_SWITCH": odd}))["flag"] is True
    assert run(root, SWITCH, environ={"A": odd, "B": "b"}, env_names=["A", "B"]).snapshot["env"] == {
        "B": "b",
        "LIVE_KILL_SWITCH": None,
    }


TYPED = """
sources:
  limits:
    kind: live
    doc: a
    metrics:
      debt: {env: V}
      pnl: {env: V}
      total: {env: V}
      rate: {env: V}
      wait: {env: V}
      symbols: {env: V}
"""
PRINTED = TYPED.replace("{env: V}", "{command: [cat, v.txt], gives: output}")
DEBT = CATALOGUE.replace("scopes:", "  debt: {type: money, currency: USD, max_age: never, doc: a}\nscopes:")
READS = {
    "500USD": {"debt": Decimal(500)},
    "500EUR": {},
    "500JPY": {},
    "-5": {"debt": -5, "pnl": -5, "total": -5, "rate": -5, "wait": -5},
    "5.5": {"debt": Decimal("5.5"), "pnl": Decimal("5.5"), "rate": Decimal("5.5"), "wait": Decimal("5.5")},
    "500%": {"rate": 5},
    "50bps": {"rate": Decimal("0.005")},
    "5m": {"wait": 300},
    "5M": {},
    "0x10": {},
    ",": {},
    " , ,": {},
}
TYPES = {
    "debt": "money in USD",
    "pnl": "number",
    "total": "integer",
    "rate": "ratio",
    "wait": "duration",
    "symbols": "set of symbol",
}


@pytest.mark.parametrize("text", READS)
def test_a_unit_that_is_not_that_of_the_metric(root: Path, text: str) -> None:
    seen = metrics(run(root, TYPED, environ={"V": text}, catalogue=DEBT))
    if "," not in text:
        assert seen.pop("symbols") == [text]
    reads = READS[text]
    assert {each: value for each, value in seen.items() if each in reads} == reads
    for name in seen.keys() - reads:
        unread = f"the variable V does not read as {TYPES[name]}"
        assert seen[name] == {"unknown": "wrong type", "detail": unread}
    write(root, "v.txt", text)
    printed = metrics(run(root, PRINTED, allow_commands=True, catalogue=DEBT))
    assert {each: value for each, value in printed.items() if each in reads} == reads


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("500EUR", "debt < 1000USD"),
        ("500JPY", "debt < 1000USD"),
        ("500%", "pnl < 10"),
        ("500%", "total < 10"),
        (",", "size(symbols) < 2"),
    ],
)
def test_a_value_in_another_unit_closes_the_gate(root: Path, text: str, rule: str) -> None:
    write(root, "env.json", json.dumps({"V": text}))
    assert judged(root, TYPED, rule, archive=True, catalogue=DEBT).verdict == "NO_GO"
    write(root, "v.txt", text)
    assert judged(root, PRINTED, rule, allow_commands=True, catalogue=DEBT).verdict == "NO_GO"
