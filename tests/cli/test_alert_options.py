"""Alerts through the command line: who hears what and when, over each channel, and what a failure leaves behind."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interlock.language.times import parse_time
from support.beginnings import begun
from support.gate import snapshot as ready_snapshot
from support.gate import write as write_guarded
from support.receiver import Receiver, receiving
from support.roots import document

from .conftest import Command, Done

GATE = """\
policy: gate
version: 1.0.0
title: A gate
owner: risk
verdicts: [GO, WAIT, NO_GO]
notify: {GO: [stakeholders], NO_GO: [on-call]}
rules:
  - {id: switch, when: killed, notify: [risk]}
  - {id: loss, require: loss < 50, else: WAIT, notify: [quant-lead]}
"""
CATALOGUE = """\
metrics:
  killed: {type: bool, max_age: 1h, doc: whether the kill switch is active}
  loss: {type: number, range: [0, 1000], max_age: 1h, doc: of the day}
"""
Told = list[tuple[str, str, list[str]]]


class Desk:
    """A policy root and its ledger; `at` judges one hour of a day and returns what the command did."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self.words: list[str] = ["--events", "events.jsonl"]

    def at(self, hour: int, *words: str, killed: bool = False, loss: int = 10) -> Done:
        name = f"{hour:02}.json"
        metrics = {"killed": killed, "loss": loss}
        Path(name).write_bytes(document(f"2026-03-30T{hour:02}:00:00Z", metrics))
        return self.command(
            "evaluate",
            name,
            "--historic",
            "--ledger",
            "ledger.db",
            *(words or self.words),
            "--format",
            "json",
        )

    def entries(self) -> list[dict[str, Any]]:
        lines = self.command("log", "export", "--ledger", "ledger.db").out.splitlines()
        return [json.loads(each) for each in lines]

    def kinds(self) -> list[str]:
        return [each["kind"] for each in self.entries() if each["kind"] in ("notify", "delivery")]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command) -> Desk:
    root = tmp_path / "policies"
    root.mkdir()
    for name, text in {"interlock": "interlock: 1\n", "catalogue": CATALOGUE, "gate": GATE}.items():
        (root / f"{name}.yaml").write_text(text, encoding="utf-8", newline="\n")
    monkeypatch.setenv("INTERLOCK_POLICIES", str(root))
    monkeypatch.chdir(tmp_path)
    begun(Path("ledger.db"))
    return Desk(command)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def read(path: str = "events.jsonl") -> list[dict[str, Any]]:
    file = Path(path)
    return (
        [json.loads(each) for each in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []
    )


def told(events: list[dict[str, Any]]) -> Told:
    return [(each["as_of"][11:13], each["verdict"], each["audience"]) for each in events]


def test_an_alarm_is_told_once_and_its_end_to_all_who_heard_it(desk: Desk) -> None:
    codes = [desk.at(hour, killed=hour in (7, 8)).code for hour in (6, 7, 8, 9, 10)]
    assert codes == [0, 1, 1, 0, 0]
    assert told(read()) == [
        ("06", "GO", ["stakeholders"]),
        ("07", "NO_GO", ["on-call", "risk", "stakeholders"]),
        ("09", "GO", ["on-call", "risk", "stakeholders"]),
    ]


def test_an_event_is_a_line_that_can_be_told_from_any_other(desk: Desk) -> None:
    desk.at(7, killed=True)
    (event,) = read()
    assert event == {
        "entry": 7,
        "policy": "gate",
        "member": "",
        "rollout": "",
        "verdict": "NO_GO",
        "best": False,
        "headline": "gate: NO_GO",
        "before": "",
        "as_of": "2026-03-30T07:00:00Z",
        "audience": ["on-call", "risk"],
        "reasons": ["switch: killed is true, needed false"],
        "withheld": [],
        "inhibited_by": "",
    }
    kinds = [each["kind"] for each in desk.entries()]
    assert kinds == [
        *("begin", "policies", "snapshot", "evaluation"),
        *("verdict", "delivery", "notify", "delivery"),
    ]


def test_what_stays_is_told_again_after_the_interval_and_never_of_the_best(desk: Desk) -> None:
    desk.words += ["--renotify", "2h"]
    for hour in range(6, 14):
        desk.at(hour, killed=hour < 11)
    assert [(hour, verdict) for hour, verdict, _ in told(read())] == [
        ("06", "NO_GO"),
        ("08", "NO_GO"),
        ("10", "NO_GO"),
        ("11", "GO"),
    ]


def test_who_is_named_by_a_rule_that_fails_later_is_told_then(desk: Desk) -> None:
    desk.at(6, loss=70)
    desk.at(7, loss=70, killed=True)
    desk.at(8, loss=70)
    assert told(read()) == [
        ("06", "WAIT", ["quant-lead"]),
        ("07", "NO_GO", ["on-call", "quant-lead", "risk"]),
        ("08", "WAIT", ["on-call", "quant-lead", "risk"]),
    ]


def test_a_late_snapshot_tells_nothing(desk: Desk) -> None:
    desk.at(8)
    desk.at(7, killed=True)
    desk.at(9)
    assert told(read()) == [("08", "GO", ["stakeholders"])]


def test_a_verdict_that_a_waiver_opened_says_so(desk: Desk) -> None:
    gate = Path("policies/gate.yaml")
    waivable = "notify: [quant-lead], waivable: {by: [risk], max: 24h}"
    gate.write_text(GATE.replace("notify: [quant-lead]", waivable), encoding="utf-8")
    desk.at(6, loss=70)
    words = ["--for", "failing", "--by", "WHO", "--role", "risk", "--ticket", "OPS-1", "--expires", "4h"]
    waived = desk.command(
        "waive",
        "gate/loss",
        *words,
        "--reason",
        "known",
        "--at",
        "2026-03-30T06:30:00Z",
        "--ledger",
        "ledger.db",
    )
    assert waived.code == 0
    desk.at(7, loss=70)
    assert read()[-1]["headline"] == "gate: GO, opened by a waiver until 2026-03-30T10:30:00Z (WHO, OPS-1)"


LOCK = """\
policy: lock
version: 1.0.0
title: A lockdown
owner: risk
verdicts: [FREE, LOCKED]
notify: {LOCKED: [risk]}
rules:
  - {id: lock, when: killed}
"""
CLOSES = """\
policy: closes
version: 1.0.0
title: Trades
owner: risk
verdicts: [BUSY, QUIET]
notify: {QUIET: [risk]}
rules:
  - {id: trades, require: loss > 20, inhibited_by: {policy: lock, reaches: LOCKED}}
"""


def test_an_alarm_that_a_lockdown_explains_is_told_when_that_is_over(desk: Desk) -> None:
    Path("policies/gate.yaml").unlink()
    for name, text in {"lock": LOCK, "closes": CLOSES}.items():
        Path(f"policies/{name}.yaml").write_text(text, encoding="utf-8", newline="\n")
    codes = [desk.at(hour, loss=loss, killed=killed).code for hour, loss, killed in (
        (6, 30, False), (7, 10, True), (8, 10, True), (9, 10, False), (10, 30, False),
    )]  # fmt: skip
    assert codes == [0, 1, 1, 1, 0]
    assert [(each["policy"], *line) for each, line in zip(read(), told(read()), strict=True)] == [
        ("lock", "07", "LOCKED", ["risk"]),
        ("closes", "09", "QUIET", ["risk"]),
        ("lock", "09", "FREE", ["risk"]),
        ("closes", "10", "BUSY", ["risk"]),
    ]
    shown = desk.command("log", "show", "--kind", "notify", "--ledger", "ledger.db").out.splitlines()[1:]
    assert [each.split("notify", 1)[1].strip() for each in shown] == [
        "closes QUIET: no audience, not risk: lock is LOCKED",
        "lock LOCKED: risk",
        "closes QUIET: risk",
        "lock FREE: risk",
        "closes BUSY: risk",
    ]
    assert desk.command("log", "replay", "--all", "--ledger", "ledger.db").code == 0


# channels


def test_the_log_says_which_channel_has_what(desk: Desk) -> None:
    desk.at(7, killed=True)
    shown = desk.command("log", "show", "--kind", "delivery", "--ledger", "ledger.db").out.splitlines()[1:]
    name = "file events.jsonl 2a803041b92046c3"
    assert [each.split("delivery", 1)[1].strip() for each in shown] == [
        f"{name}: events up to entry 5",
        f"{name}: events up to entry 7",
    ]


def test_a_command_gets_the_lines(desk: Desk) -> None:
    code = "import sys; open('got.jsonl', 'a').write(sys.stdin.read()); print('s3cret'); raise SystemExit(0)"
    done = desk.at(7, "--events-command", shlex.join([sys.executable, "-c", code, "s3cret"]), killed=True)
    assert (done.code, done.err, told(read("got.jsonl"))) == (1, "", [("07", "NO_GO", ["on-call", "risk"])])
    assert "s3cret" not in json.dumps(desk.entries())


def test_a_command_that_fails_is_told_and_tried_again(desk: Desk) -> None:
    code = "import os, sys; raise SystemExit(0 if os.path.exists('well') else 3)"
    words = ("--events-command", shlex.join([sys.executable, "-c", code, "s3cret"]))
    name = Path(sys.executable).name
    why = f"error: 1 event not delivered to the command `{name}`: it ended with code 3"
    done = desk.at(7, *words, killed=True)
    assert (done.code, done.err) == (1, f"{why}; the next run with this channel tries again\n")
    Path("well").touch()
    assert [desk.at(hour, *words, killed=True).err for hour in (8, 9)] == ["", ""]
    assert desk.kinds() == ["delivery", "notify", "delivery"]


def test_a_webhook_gets_the_lines_and_no_secret_is_told(
    desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERT_TOKEN", "t0ken")
    words = ("--events-url", receiver.url, "--events-token-env", "ALERT_TOKEN")
    receiver.status = 503
    failed = desk.at(7, *words, killed=True)
    receiver.status = 200
    done = desk.at(8, *words, killed=True)
    assert told(receiver.events) == [("07", "NO_GO", ["on-call", "risk"])] * 2
    assert [headers["Authorization"] for _, headers, _ in receiver.requests] == ["Bearer t0ken"] * 2
    why = f"error: 1 event not delivered to `http://127.0.0.1:{receiver.port}`: it answered 503"
    assert failed.err == f"{why}; the next run with this channel tries again\n"
    shown = "".join([failed.out, failed.err, done.out, done.err, json.dumps(desk.entries())])
    assert [secret for secret in ("t0ken", "s3cret", "/hook") if secret in shown] == []


def test_a_webhook_that_was_down_gets_each_event_once_and_in_order(desk: Desk, receiver: Receiver) -> None:
    receiver.status = 500
    words = ("--events-url", receiver.url, "--events", "events.jsonl")
    codes = [desk.at(hour, *words, killed=hour == 7).code for hour in (6, 7, 8)]
    receiver.status, receiver.requests = 200, []
    desk.at(9, *words)
    desk.at(10, *words)
    assert codes == [0, 1, 0]
    assert [verdict for _, verdict, _ in told(receiver.events)] == ["GO", "NO_GO", "GO"]
    assert receiver.events == read()


def test_a_redirect_is_a_failure(desk: Desk, receiver: Receiver) -> None:
    receiver.status, receiver.place = 307, "http://127.0.0.1:9/"
    done = desk.at(7, "--events-url", receiver.url, killed=True)
    why = "it answered 307, and redirects are not followed; the next run with this channel tries again\n"
    assert (done.code, done.err.endswith(why), len(receiver.requests)) == (1, True, 1)


def test_events_of_runs_without_a_channel_go_out_with_the_next_run_that_names_it(desk: Desk) -> None:
    desk.at(6)
    desk.at(7, "--renotify", "4h", killed=True)
    desk.at(8, killed=True)
    assert [(hour, verdict) for hour, verdict, _ in told(read())] == [("06", "GO"), ("07", "NO_GO")]


def test_a_recorded_run_with_events_replays(desk: Desk) -> None:
    desk.at(6)
    desk.at(7, killed=True)
    numbers = [each["sequence"] for each in desk.entries() if each["kind"] == "verdict"]
    assert [desk.command("log", "replay", each, "--ledger", "ledger.db").code for each in numbers] == [0, 0]
    assert desk.command("log", "verify", "--ledger", "ledger.db").code == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--events", "nowhere/e"], "no event could be delivered to `nowhere/e`: there is no such folder"),
        (["--events", "policies"], "no event could be delivered to `policies`: it is no file"),
        (["--events", "ledger.db"], "cannot append events to `ledger.db`: it is the ledger"),
        (
            ["--events", "./ledger.db-journal"],
            "cannot append events to `ledger.db-journal`: it is the journal of the ledger",
        ),
        (["--events", "head", "--anchor", "head"], "cannot append events to `head`: it is the anchor"),
        (["--events", "report", "-o", "report"], "cannot append events to `report`: it is the output"),
        (
            ["--events-command", "no-such-command s3cret"],
            "no event could be delivered to the command `no-such-command`: there is no such command",
        ),
        (["--events-command", "say 's3cret"], "`--events-command`: a quote is not closed"),
        (
            ["--events-url", "ftp://a.example/s3cret"],
            "`--events-url`: it must begin with https:// or http://, as in `https://alerts.example/interlock`",
        ),
        (["--events-token-env", "TOKEN"], "`--events-token-env NAME` belongs to `--events-url URL`"),
        (
            ["--events-url", "https://a.example/s3cret", "--events-token-env", "NO_SUCH_TOKEN"],
            "no event could be delivered to `https://a.example`: the variable `NO_SUCH_TOKEN` is not set",
        ),
        (["--events", "e", "--renotify", "soon"], "`--renotify soon` is no duration: write `4h` or `30m`"),
        (["--events", "e", "--renotify", "0s"], "`--renotify 0s` is no duration: write `4h` or `30m`"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_the_ledger_is_as_it_was(
    desk: Desk, words: list[str], why: str
) -> None:
    desk.at(6)
    before = Path("ledger.db").read_bytes()
    done = desk.at(7, *words, killed=True)
    assert (done.code, done.out, done.err) == (2, "", f"error: {why}\n")
    assert Path("ledger.db").read_bytes() == before


def test_without_a_ledger_nobody_knows_what_was_told(desk: Desk) -> None:
    desk.at(6)
    need = "`--ledger FILE`: a ledger holds the events that were sent before"
    done = desk.command("evaluate", "06.json", "--historic", "--events", "e")
    assert (done.code, done.err) == (2, f"error: `--events` needs {need}\n")
    done = desk.command("evaluate", "06.json", "--historic", "--events-command", "x", "--renotify", "4h")
    assert (done.code, done.err) == (2, f"error: `--events-command` and `--renotify` need {need}\n")


# the guard


def test_the_guard_tells_people_before_it_starts(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    monkeypatch.chdir(tmp_path)
    root = write_guarded(tmp_path)
    (tmp_path / "data").mkdir()
    gate = root / "gate.yaml"
    named = gate.read_text(encoding="utf-8").replace(
        "rules:", "notify: {GO: [board], NO_GO: [on-call]}\nrules:"
    )
    gate.write_text(named, encoding="utf-8")
    monkeypatch.setenv("INTERLOCK_POLICIES", str(root))
    monkeypatch.setenv("LIVE_MODE", "true")
    monkeypatch.delenv("LIVE_KILL_SWITCH", raising=False)
    monkeypatch.setattr("interlock.clock.now", lambda: parse_time("2026-03-30T12:05:00Z"))
    started: list[list[dict[str, Any]]] = []
    monkeypatch.setattr("interlock.cli.commands.guard.start", lambda _: started.append(read()) or 0)
    words = ("guard", "--policy", "gate", "--environment", "live", "s.json")
    channels = ("--events", "events.jsonl", "--events-url", receiver.url)
    ready_snapshot(Path("s.json"))
    done = command(*words, *channels, "--", "bot")
    assert (done.code, done.err, [told(each) for each in started]) == (
        0,
        "live: gate is GO\n",
        [[("12", "GO", ["board"])]],
    )
    ready_snapshot(Path("s.json"), ready=False)
    receiver.status = 503
    done = command(*words, *channels, "--", "bot")
    reason = "live mode is refused: gate is NO_GO, GO is needed: ready: the desk is not ready"
    switch = "the kill switch is active: `data/live_kill_switch.txt`; nothing was started"
    undelivered = f"1 event not delivered to `http://127.0.0.1:{receiver.port}`: it answered 503"
    assert (done.code, done.err) == (
        1,
        f"CRITICAL: {reason}; {switch}\nerror: {undelivered}; the next run with this channel tries again\n",
    )
    assert (len(started), told(read())[1:]) == (1, [("12", "NO_GO", ["board", "on-call"])])


def test_a_channel_that_the_guard_cannot_use_starts_nothing_and_stops_nothing(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERLOCK_POLICIES", str(write_guarded(tmp_path)))
    monkeypatch.setenv("LIVE_MODE", "")
    monkeypatch.setattr("interlock.clock.now", lambda: parse_time("2026-03-30T12:05:00Z"))
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr("interlock.cli.commands.guard.start", lambda words: started.append(words) or 0)
    ready_snapshot(Path("s.json"))
    words = ("guard", "--policy", "gate", "--environment", "live", "s.json")
    done = command(*words, "--events", "nowhere/e", "--", "bot")
    warning = "warning: no event could be delivered to `nowhere/e`: there is no such folder\n"
    paper = "paper: LIVE_MODE is off, this start runs on paper\npaper: gate is GO\n"
    assert (done.code, done.err, started) == (0, warning + paper, [("bot",)])
    done = command(*words, "--events-url", "ftp://a.example", "--", "bot")
    assert (done.code, started, Path("data").exists()) == (2, [("bot",)], False)
