"""`interlock waive`: who may let what pass for how long, and what every command says of it afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import interlock
from interlock.language.times import parse_time
from support.beginnings import begun, recording_in
from support.gate import FILES, snapshot, write

from ..conftest import ROOT, Command, Done

GATE = FILES["gate.yaml"].replace(
    "else: WAIT, reason: the market is nervous",
    "else: WAIT, reason: the market is nervous, waivable: {by: [risk], max: 4h}",
)
PARENT = """\
policy: start
version: 1.0.0
title: The whole of it
owner: risk
verdicts: [GO, NO_GO]
rules:
  - {id: gate, policy: gate, at_worst: GO, waivable: {by: [risk], max: 4h}}
  - {id: alarm, when: streak.of > 8, latch: true, applies: known(streak.of), waivable: {by: [risk], max: 4h}}
"""
PER_SYMBOL = """\
policy: sizes
version: 1.0.0
title: Each size
owner: risk
verdicts: [FINE, LARGE]
for_each: symbol
rules:
  - {id: size, require: position < 5, waivable: {by: [risk], max: 4h}}
"""
CATALOGUE = (
    FILES["catalogue.yaml"]
    + """\
  position: {type: number, range: [0, 9], max_age: 1h, scope: symbol, doc: anything}
scopes:
  symbol: {members: [BTC-USD, ETH-USD], aliases: {BTC-USD: [BTCUSD]}}
"""
)
BY = ("--by", "risk-desk", "--reason", "venue outage", "--ledger", "l.db")
WAIVER = {
    "--for": "failing",
    "--role": "risk",
    "--ticket": "OPS-12",
    "--expires": "4h",
    "--at": "2026-03-30T11:59:00Z",
}
OPENED = "GO, opened by a waiver until 2026-03-30T15:59:00Z (risk-desk, OPS-12)"
TOLD = "rule `calm` is waived until 2026-03-30T15:59:00Z by risk-desk as risk, OPS-12: venue outage"
JUDGE = ("--policy", "gate", "--environment", "live", "--ledger", "l.db")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command) -> Path:
    """A folder with policies of which some rules may be waived, and a snapshot of a nervous market, at 12:05."""
    monkeypatch.chdir(tmp_path)
    root = write(tmp_path)
    for name, text in (("gate", GATE), ("start", PARENT), ("sizes", PER_SYMBOL), ("catalogue", CATALOGUE)):
        (root / f"{name}.yaml").write_text(text, encoding="utf-8", newline="\n")
    monkeypatch.setenv("INTERLOCK_POLICIES", "policies")
    monkeypatch.setenv("LIVE_MODE", "")
    monkeypatch.delenv("LIVE_KILL_SWITCH", raising=False)
    at(monkeypatch, "12:05")
    snapshot(tmp_path / "s.json", calm=False)
    begun(tmp_path / "l.db")
    return tmp_path


def at(monkeypatch: pytest.MonkeyPatch, clock: str) -> None:
    monkeypatch.setattr("interlock.clock.now", lambda: parse_time(f"2026-03-30T{clock}:00Z"))


def waive(command: Command, rule: str = "gate/calm", **changed: str) -> Done:
    words = WAIVER | {f"--{name.rstrip('_')}": text for name, text in changed.items()}
    return command("waive", rule, *BY, *(word for pair in words.items() for word in pair))


# from leave to its end


def test_a_waiver_opens_a_gate_until_it_is_over(
    desk: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    shut = command("evaluate", "s.json", *JUDGE)
    assert (shut.code, shut.out.splitlines()[1].split()[:3]) == (3, ["!", "gate", "WAIT"])
    done = waive(command)
    assert (done.code, done.out) == (0, "waived gate/calm while failing until 2026-03-30T15:59:00Z\n")
    done = command("evaluate", "s.json", *JUDGE)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        f"gate: {OPENED}",
        "",
        "   policy  verdict  valid until           fails  unknown  reason",
        f"✔  gate    GO       2026-03-30T12:10:00Z      1        0  calm: {TOLD}; the market is nervous",
    ]
    at(monkeypatch, "15:59")
    snapshot(Path("s.json"), "2026-03-30T15:58:59Z", calm=False)
    done = command("evaluate", "s.json", *JUDGE)
    assert (done.code, done.out.splitlines()[3].split()[3]) == (0, "2026-03-30T15:59:00Z")
    snapshot(Path("s.json"), "2026-03-30T15:59:00Z", calm=False)
    done = command("evaluate", "s.json", *JUDGE)
    over = "note: the waiver of entry 6 for `gate/calm` expired at 2026-03-30T15:59:00Z\n"
    assert (done.code, done.err) == (3, over)
    assert done.out.splitlines()[1].split()[:3] == ["!", "gate", "WAIT"]
    shown = command("log", "show", "--kind", "verdict", "--ledger", "l.db").out.splitlines()[1:]
    told = [line.split(maxsplit=3) for line in shown]
    words = ["gate: WAIT", "gate: GO, by a waiver", "gate: GO, by a waiver", "gate: WAIT"]
    assert [each[3] for each in told] == words
    assert [command("log", "replay", each[0], "--ledger", "l.db").code for each in told] == [0, 0, 0, 0]


def test_a_waiver_in_force_that_is_not_needed_is_told_of(desk: Path, command: Command) -> None:
    waive(command)
    snapshot(desk / "s.json")
    done = command("evaluate", "s.json", *JUDGE)
    unused = "note: the waiver of entry 2 for `gate/calm` is in force and not needed\n"
    assert (done.code, done.out.splitlines()[0].split()[:2], done.err) == (0, ["policy", "verdict"], unused)


def test_a_late_word_does_not_reach_back(desk: Path, command: Command) -> None:
    waive(command, at="2026-03-30T12:00:01Z")
    assert command("evaluate", "s.json", *JUDGE).code == 3


# what is refused, and leaves the ledger as it was


@pytest.mark.parametrize(
    ("rule", "changed", "message"),
    [
        ("gate/calm", {"role": "desk"}, "`desk` may not waive `gate/calm`: roles are risk"),
        ("gate/calm", {"expires": "5h"}, "`gate/calm` may be waived for 4h at most, not for 5h"),
        ("gate/calm", {"expires": "0h"}, "`gate/calm` may be waived for 4h at most, not for 0s"),
        ("gate/calm", {"expires": "soon"}, "`--expires soon` is no duration: write `4h` or `30m`"),
        ("gate/calm", {"ticket": ""}, "`--ticket` needs 1 to 400 characters: where it is followed up"),
        ("gate/calm", {"reason": " "}, "`--reason` needs 1 to 400 characters: an act says who acts and why"),
        ("gate/calm", {"at": "2026-03-30T12:05:01Z"}, "`--at 2026-03-30T12:05:01Z` lies in the future"),
        ("gate/calm", {"member": "BTC-USD"}, "`gate` is not judged for members"),
        ("gate/ready", {}, "`gate/ready` is not waivable"),
        ("gate/clam", {}, "`gate` has no rule `clam`: did you mean `calm`?"),
        ("gate", {}, "`gate` has no rule ``: write POLICY/RULE"),
        ("gaet/calm", {}, "no policy is called `gaet`: did you mean `gate`?"),
        ("sizes/size", {}, "`sizes` is judged for each symbol: name one with `--member`"),
        ("sizes/size", {"member": "BTC"}, "`BTC` is no member of `symbol`: did you mean `BTCUSD`?"),
        ("start/gate", {"role": "desk"}, "`desk` may not waive `start/gate`: roles are risk"),
        (
            "gate/calm",
            {"role": "desk", "expires": "5h", "ticket": ""},
            "`desk` may not waive `gate/calm`: roles are risk\n"
            "error: `gate/calm` may be waived for 4h at most, not for 5h\n"
            "error: `--ticket` needs 1 to 400 characters: where it is followed up",
        ),
        (
            "start/alarm",
            {},
            "`start/alarm` latches when it fires, and only a person re-arms it: waive it `--for unknown`",
        ),
    ],
)
def test_what_may_not_be_waived(
    desk: Path, command: Command, rule: str, changed: dict[str, str], message: str
) -> None:
    assert command("evaluate", "s.json", *JUDGE).code == 3
    before = (desk / "l.db").read_bytes()
    done = waive(command, rule, **changed)
    assert (done.code, done.out, done.err) == (2, "", f"error: {message}\n")
    assert (desk / "l.db").read_bytes() == before


@pytest.mark.parametrize("name", ["--for", "--role", "--ticket", "--expires", "--by", "--reason"])
def test_nothing_of_it_can_be_left_out(desk: Path, command: Command, name: str) -> None:
    words = [word for pair in WAIVER.items() for word in pair] + list(BY)
    at = words.index(name)
    done = command("waive", "gate/calm", *words[:at], *words[at + 2 :])
    assert (done.code, done.out) == (2, "")
    assert done.err == f"error: `interlock waive` needs `{name}`: see `interlock waive --help`\n"
    assert command("log", "head", "--ledger", "l.db").out.startswith("1 ")


# members, compositions, latches


def test_a_waiver_is_for_one_member(desk: Path, command: Command) -> None:
    document = json.loads((desk / "s.json").read_text(encoding="utf-8"))
    document["scopes"] = {"symbol": {each: {"position": 7} for each in ("BTC-USD", "ETH-USD")}}
    (desk / "s.json").write_text(json.dumps(document), encoding="utf-8")
    done = waive(command, "sizes/size", member="BTCUSD")
    assert done.out == "waived sizes/size at BTC-USD while failing until 2026-03-30T15:59:00Z\n"
    done = command("evaluate", "s.json", "--policy", "sizes", "--ledger", "l.db", "--format", "json")
    found = json.loads(done.out)
    assert [(each["member"], each["verdict"]) for each in found["verdicts"]] == [
        ("BTC-USD", "FINE"),
        ("ETH-USD", "LARGE"),
    ]
    told = "sizes at BTC-USD: FINE, opened by a waiver until 2026-03-30T15:59:00Z (risk-desk, OPS-12)"
    assert [each["told"] for each in found["opened"]] == [told]


def test_a_composition_opens_with_what_it_composes(desk: Path, command: Command) -> None:
    waive(command)
    done = command("evaluate", "s.json", "--policy", "start", *JUDGE)
    assert (done.code, done.out.splitlines()[:3]) == (0, [f"gate: {OPENED}", f"start: {OPENED}", ""])
    assert done.out.splitlines()[5].split()[:4] == ["✔", "start", "GO", "2026-03-30T12:10:00Z"]


def test_a_waived_composition_opens_alone_and_never_past_what_may_not_be_waived(
    desk: Path, command: Command
) -> None:
    waive(command, "start/gate")
    done = command("evaluate", "s.json", "--policy", "start", *JUDGE)
    assert (done.code, done.out.splitlines()[:2]) == (3, [f"start: {OPENED}", ""])
    broad = "is too broad: beneath it only `gate/calm` fails, waive that one"
    assert done.err == f"note: the waiver of entry 2 for `start/gate` {broad}\n"
    snapshot(desk / "s.json", calm=False, ready=False)
    done = command("evaluate", "s.json", "--policy", "start", *JUDGE)
    why = "does not count: beneath it `gate/ready` fails: it is not waivable"
    assert (done.code, done.err) == (1, f"note: the waiver of entry 2 for `start/gate` {why}\n")


def test_no_waiver_clears_a_latch(desk: Path, command: Command) -> None:
    snapshot(desk / "s.json", calm=True, **{"streak.of": 9})
    assert (
        command("evaluate", "s.json", "--policy", "start", "--environment", "live", "--ledger", "l.db").code
        == 1
    )
    document = {
        "policy": "start",
        "member": "",
        "rule": "alarm",
        "outcome": "fail",
        "by": "x",
        "role": "risk",
    }
    with recording_in(desk / "l.db") as recorder:
        words = {"ticket": "OPS-1", "reason": "y", "until": "2026-03-30T14:00:00Z"}
        recorder.append("2026-03-30T11:00:00Z", "waiver", document | words)
    snapshot(desk / "s.json", "2026-03-30T12:01:00Z", calm=True, **{"streak.of": 1})
    done = command("evaluate", "s.json", "--policy", "start", "--environment", "live", "--ledger", "l.db")
    why = "the rule is latched, and only `interlock log rearm` clears that"
    assert done.code == 1
    assert done.err == f"note: the waiver of entry 7 for `start/alarm` does not count: {why}\n"


# every command says it first


def test_every_format_and_command_says_it_in_its_first_line(desk: Path, command: Command) -> None:
    waive(command)

    def first(*words: str) -> str:
        done = command(*words, "s.json", *JUDGE)
        assert done.code == 0
        return done.out.splitlines()[0]

    count = "as of 2026-03-30 12:00 UTC, 1 of them better by a waiver"
    assert first("evaluate") == f"gate: {OPENED}"
    assert first("explain") == f"gate 1.0.0: ✔ {OPENED}"
    assert first("evaluate", "--format", "markdown") == f"### Verdicts {count}"
    assert first("evaluate", "--format", "github") == (
        f"::warning file=policies/gate.yaml,line=1,title=gate::{OPENED}"
    )
    assert first("report") == f"# Gates {count}"
    (told,) = json.loads(first("evaluate", "--format", "json"))["opened"]
    assert (told["policy"], told["told"]) == ("gate", f"gate: {OPENED}")
    report = command("report", "--full", "s.json", *JUDGE).out.splitlines()
    assert "Every gate has its best verdict, 1 of them by a waiver." in report
    assert f"- waived: {TOLD}" in report
    row = f"| ✔   | May it start | **GO**, {OPENED.removeprefix('GO, ')} | 2026-03-30 12:10 UTC "
    assert [each for each in report if "May it start" in each] == [
        f"{row}| {TOLD}; the market is nervous |",
        f"### ✔ May it start: {OPENED}",
    ]


def test_several_snapshots_name_the_one_that_was_opened(desk: Path, command: Command) -> None:
    waive(command)
    snapshot(desk / "t.json", "2026-03-30T12:01:00Z")
    done = command("evaluate", "s.json", "t.json", *JUDGE)
    assert done.out.splitlines()[:2] == [f"as of 2026-03-30T12:00:00Z: gate: {OPENED}", ""]


def test_an_expired_verdict_was_opened_by_nobody(
    desk: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    waive(command)
    at(monkeypatch, "12:11")
    done = command("evaluate", "s.json", *JUDGE)
    assert (done.code, done.out.splitlines()[1].split()[:3]) == (4, ["?", "gate", "EXPIRED"])


@pytest.mark.parametrize(("mode", "line"), [("1", "live: gate is GO"), ("", "paper: gate is GO")])
def test_the_guard_starts_with_a_warning(
    desk: Path, command: Command, monkeypatch: pytest.MonkeyPatch, mode: str, line: str
) -> None:
    monkeypatch.setenv("LIVE_MODE", mode)
    Path("data").mkdir()
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr("interlock.cli.commands.guard.start", lambda words: started.append(words) or 0)
    waive(command)
    done = command("guard", "s.json", *JUDGE, "--", "bot")
    assert (done.code, started) == (0, [("bot",)])
    assert (done.err.splitlines()[0], done.err.splitlines()[-1]) == (f"WARNING: gate: {OPENED}", line)
    kinds = command("log", "show", "--kind", "verdict", "--format", "json", "--ledger", "l.db").out
    (entry,) = [json.loads(each) for each in kinds.splitlines()]
    judged = json.loads(command("evaluate", "s.json", *JUDGE, "--format", "json").out)["verdicts"]
    guarded = entry["body"]["verdict"]
    same = ("verdict", "possible", "unwaived", "waivers", "valid_until")
    assert [{key: each[key] for key in same} for each in judged] == [{key: guarded[key] for key in same}]
    assert guarded["unwaived"] == {"verdict": "WAIT", "possible": "WAIT"}


# rules of the desk's own policies that nobody may waive


LOCKED = ("capital-preservation", "hard-triggers", "rl-authority")
BAD = {
    "interlock": 1,
    "as_of": "2026-03-30T06:30:00Z",
    "metrics": {
        "capital.level": "lockdown",
        "equity.daily_change": {
            "from": "2026-03-27",
            "points": [{"at": f"2026-03-{day}", "value": -0.05} for day in (27, 28, 29)],
        },
        **{
            f"rl.{name}": {"from": "2026-03-01", "points": [{"at": "2026-03-29", "value": 1}]}
            for name in ("orders", "gate_bypasses", "cap_changes")
        },
    },
}


def test_lockdown_hard_triggers_and_authority_refuse_every_waiver(
    desk: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERLOCK_POLICIES", str(ROOT / "policies"))
    policies = interlock.load(ROOT / "policies")
    taken = interlock.Snapshot.parse(json.dumps(BAD).encode())
    with recording_in(desk / "l.db") as recorder:
        before = policies.recorded(taken, recorder, policies=LOCKED).verdicts
    assert [each.verdict for each in before] == ["LOCKDOWN", "ROLLBACK", "VIOLATED"]
    head = command("log", "head", "--ledger", "l.db").out
    rules = [(name, rule.id) for name in LOCKED for rule in policies.policies[name].rules]
    for name in ("capital-preservation/no-lockdown", "hard-triggers/bad-days", "rl-authority/no-orders"):
        done = waive(command, name)
        assert (done.code, done.out, done.err) == (2, "", f"error: `{name}` is not waivable\n")
    assert command("log", "head", "--ledger", "l.db").out == head
    body = {"member": "", "outcome": "fail", "by": "x", "role": "risk", "ticket": "OPS-1", "reason": "y"}
    with recording_in(desk / "l.db") as recorder:
        for name, rule in rules:
            entry = {"policy": name, "rule": rule, **body, "until": "2026-04-30T00:00:00Z"}
            recorder.append("2026-03-30T06:00:00Z", "waiver", entry)
    with recording_in(desk / "l.db") as recorder:
        after = policies.recorded(taken, recorder, policies=LOCKED)
    assert [(each.verdict, each.waivers, each.unwaived) for each in after.verdicts] == [
        (each.verdict, (), None) for each in before
    ]
    told = [each for each in after.notes if "does not count: it is not waivable" in each]
    assert len(told) == len(rules) == 10


def test_an_act_needs_no_policy_to_be_waivable_later(desk: Path, command: Command) -> None:
    """A waiver that was given while the policy allowed it counts again only where the policy allows it again."""
    waive(command)
    (desk / "policies" / "gate.yaml").write_text(FILES["gate.yaml"], encoding="utf-8")
    done = command("evaluate", "s.json", *JUDGE)
    why = "does not count: it is not waivable"
    assert (done.code, done.err) == (3, f"note: the waiver of entry 2 for `gate/calm` {why}\n")
    (desk / "policies" / "gate.yaml").write_text(GATE.replace("max: 4h", "max: 2h"), encoding="utf-8")
    done = command("evaluate", "s.json", *JUDGE)
    why = "does not count: it is too broad, 4h where 2h are allowed"
    assert (done.code, done.err) == (3, f"note: the waiver of entry 2 for `gate/calm` {why}\n")
