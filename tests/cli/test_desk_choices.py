"""Ledger, anchor and environment without an option: the variable, then `defaults`, then the usual ledger or none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import interlock
from interlock.errors import NotCleared, UsageError
from interlock.language.times import parse_time
from interlock.ledger.file.ledger import Ledger
from interlock.ledger.file.missing_ledger import REMEDY
from support.beginnings import begun
from support.gate import AT, snapshot, write

from .conftest import Command, Done

DEFAULTS = "defaults: {ledger: ../kept/desk.db, anchor: ../kept/head, environment: live}\n"
FILE = "`defaults` of `policies/interlock.yaml`"


class Desk:
    """A desk with defaults, at 12:05; `says` sets what they are."""

    def __init__(self, folder: Path, command: Command) -> None:
        self.folder, self.command = folder, command
        self.ledger, self.anchor = folder / "kept" / "desk.db", folder / "kept" / "head"

    def says(self, text: str) -> None:
        mark = self.folder / "policies" / "interlock.yaml"
        mark.write_text(f"interlock: 1\n{text}", encoding="utf-8", newline="\n")

    def told(self, *names: str) -> str:
        """The lines that say what was taken from the defaults."""
        values = {"ledger": self.ledger.as_posix(), "anchor": self.anchor.as_posix(), "environment": "live"}
        return "".join(f"note: {name} `{values[name]}`, from {FILE}\n" for name in names)

    def evaluate(self, *options: object) -> Done:
        return self.command("evaluate", self.folder / "s.json", *options)


@pytest.fixture
def desk(tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> Desk:
    write(tmp_path)
    monkeypatch.setenv("INTERLOCK_POLICIES", "policies")
    monkeypatch.setenv("LIVE_MODE", "")
    monkeypatch.delenv("LIVE_KILL_SWITCH", raising=False)
    monkeypatch.setattr("interlock.clock.now", lambda: parse_time("2026-03-30T12:05:00Z"))
    monkeypatch.chdir(tmp_path)
    snapshot(tmp_path / "s.json", AT)
    found = Desk(tmp_path, command)
    found.says(DEFAULTS)
    return found


def head(path: Path) -> int:
    with Ledger(path) as ledger:
        return ledger.head().sequence


ALL = ("ledger", "anchor", "environment")


def test_the_daily_job_needs_no_options_and_says_what_it_took(desk: Desk) -> None:
    missing = f"error: there is no ledger at `{desk.ledger.as_posix()}`, and no anchor at"
    done = desk.evaluate()
    assert (done.code, done.out) == (2, "")
    told = sorted(done.err.splitlines(keepends=True)[:3])
    assert told == sorted(desk.told(*ALL).splitlines(keepends=True))
    assert done.err.splitlines()[3] == f"{missing} `{desk.anchor.as_posix()}`: {REMEDY}"
    assert not desk.ledger.parent.exists()
    done = desk.evaluate("--begin")
    assert done.code == 0
    assert "and its anchor `" in done.err and "are begun anew: nothing recorded before is known\n" in done.err
    done = desk.evaluate()
    assert (done.code, sorted(done.err.splitlines())) == (0, sorted(desk.told(*ALL).splitlines()))
    assert desk.anchor.read_text(encoding="utf-8").startswith(f"{head(desk.ledger)} sha256:")
    verdict = json.loads(desk.evaluate("--format", "json").out)["verdicts"][0]
    assert (verdict["verdict"], verdict["inputs"]["stateless"]) == ("GO", False)


def test_ledger_and_anchor_lost_together_are_no_fresh_start(desk: Desk) -> None:
    assert desk.evaluate("--begin").code == 0
    desk.ledger.unlink()
    assert desk.evaluate().code == desk.evaluate("--begin").code == 5
    desk.anchor.unlink()
    done = desk.evaluate()
    assert done.code == 2 and f"and no anchor at `{desk.anchor.as_posix()}`" in done.err
    assert desk.evaluate("--begin").code == 0
    shown = desk.command("log", "show", "1").out
    assert json.loads(shown)["body"] == {"after": "no ledger and no anchor", "by": "interlock evaluate"}
    desk.anchor.unlink()
    assert desk.evaluate().code == 2


def test_every_command_takes_the_ledger_of_the_desk_wherever_it_runs(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk.evaluate("--begin").code == 0
    monkeypatch.setenv("INTERLOCK_POLICIES", str(desk.folder / "policies"))
    (desk.folder / "elsewhere").mkdir()
    monkeypatch.chdir(desk.folder / "elsewhere")
    for words in (["log", "show"], ["log", "head"], ["log", "export"], ["log", "replay", "--all"]):
        done = desk.command(*words)
        assert (done.code, done.err) == (0, desk.told("ledger"))
    done = desk.command("log", "verify")
    assert (done.code, done.err) == (0, desk.told("ledger", "anchor"))
    assert ", 1 anchors hold\n" in done.out
    for words in (["explain"], ["report"]):
        done = desk.command(*words, desk.folder / "s.json")
        assert (done.code, sorted(done.err.splitlines())) == (0, sorted(desk.told(*ALL).splitlines()))
    acts = ["--by", "WHO", "--reason", "seen"]
    done = desk.command("baseline", "freeze", "a", "--from", desk.folder / "s.json", *acts)
    assert (done.code, done.err) == (0, desk.told("ledger", "anchor"))
    assert list((desk.folder / "elsewhere").iterdir()) == []
    assert desk.anchor.read_text(encoding="utf-8").startswith(f"{head(desk.ledger)} sha256:")


def test_without_a_snapshot_the_daily_job_collects_from_the_desk(desk: Desk) -> None:
    root = (desk.folder / "desk").as_posix()
    desk.says(f"{DEFAULTS.removesuffix('}' + chr(10))}, root: ../desk}}\n")
    told = f"note: root `{root}`, from {FILE}\n"
    done = desk.command("evaluate", "--begin")
    assert (done.code, told in done.err) == (0, True)
    done = desk.command("report")
    assert (done.code, told in done.err, done.out.startswith("# ")) == (0, True, True)
    done = desk.command("collect", "-o", "out.json")
    assert (done.code, done.err.startswith(told)) == (0, True)
    assert told not in desk.evaluate().err
    done = desk.command("evaluate", "--root", desk.folder / "empty")
    assert (done.code, told in done.err) == (2, False)


def test_without_a_root_a_folder_must_be_named(desk: Desk) -> None:
    done = desk.command("collect")
    assert (done.code, done.err) == (
        2,
        "error: `interlock collect` needs `--root`: see `interlock collect --help`\n",
    )
    both = "name a snapshot, or a folder to collect from with `--root DIR`: neither is given"
    assert desk.command("evaluate", "--stateless").err.endswith(f"error: {both}\n")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    found: list[object] = []
    monkeypatch.setattr("interlock.cli.commands.guard.start", lambda words: found.append(words) or 0)
    return found


GUARD = ("guard", "--policy", "gate", "s.json")


def test_a_guarded_start_takes_them_too(
    desk: Desk, started: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVE_MODE", "1")
    refused = desk.command(*GUARD, "--", "bot")
    assert (refused.code, started) == (2, [])
    assert f"live mode is refused: there is no ledger at `{desk.ledger.as_posix()}`, and no" in refused.err
    (desk.folder / "data" / "live_kill_switch.txt").unlink()
    begin = desk.command(*GUARD, "--begin", "--", "bot")
    assert (begin.code, begin.err.startswith("error: a live start begins no ledger")) == (2, True)
    monkeypatch.setenv("LIVE_MODE", "")
    done = desk.command(*GUARD, "--begin", "--", "bot")
    assert (done.code, done.err.splitlines()[-1]) == (0, "paper: gate is GO")
    monkeypatch.setenv("LIVE_MODE", "1")
    done = desk.command(*GUARD, "--", "bot")
    assert (done.code, done.err) == (0, f"{desk.told(*ALL)}live: gate is GO\n")
    assert desk.anchor.read_text(encoding="utf-8").startswith(f"{head(desk.ledger)} sha256:")


def test_a_guarded_start_collects_from_the_desk_wherever_it_runs(
    desk: Desk, started: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = desk.folder / "desk"
    (root / "data").mkdir(exist_ok=True)
    desk.says(f"{DEFAULTS.removesuffix('}' + chr(10))}, root: ../desk}}\n")
    monkeypatch.setenv("INTERLOCK_POLICIES", str(desk.folder / "policies"))
    (desk.folder / "elsewhere").mkdir()
    monkeypatch.chdir(desk.folder / "elsewhere")
    words = ("guard", "--policy", "gate")
    done = desk.command(*words, "--begin", "--", "bot")
    told = f"note: root `{root.as_posix()}`, from {FILE}\n"
    assert (done.code, done.err.startswith(told), started) == (0, True, [("bot",)])
    assert done.err.splitlines()[-1] == "paper: gate is GO"
    monkeypatch.setenv("LIVE_MODE", "1")
    (root / "data" / "live_kill_switch.txt").touch()
    done = desk.command(*words, "--", "bot")
    assert (done.code, "the kill switch is active: " in done.err, len(started)) == (4, True, 1)
    assert list((desk.folder / "elsewhere").iterdir()) == []


def test_where_the_defaults_are_not_sound_a_start_says_so_and_only_paper_goes_on(
    desk: Desk, started: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.says("defaults: {rot: ../desk}\n")
    words = ("guard", "--policy", "gate", "--", "bot")
    assert (desk.command(*words).code, started) == (0, [("bot",)])
    monkeypatch.setenv("LIVE_MODE", "1")
    done = desk.command(*words)
    assert (done.code, len(started)) == (2, 1)
    assert "live mode is refused: policies/interlock.yaml:2:12: error E201: unknown key `rot`" in done.err
    assert (desk.folder / "data" / "live_kill_switch.txt").is_file()


@pytest.mark.parametrize("name", ["INTERLOCK_LEDGER", "INTERLOCK_ENVIRONMENT"])
@pytest.mark.parametrize("value", ["", " ", "\t"])
def test_an_empty_variable_is_a_mistake_and_opens_nothing(
    desk: Desk, started: list[object], monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    begun(desk.ledger)
    monkeypatch.setenv(name, value)
    what = name.removeprefix("INTERLOCK_").lower()
    told = f"the variable {name} is set and names no {what}: name one or unset it"
    done = desk.evaluate("--anchor", "head")
    assert (done.code, done.out, done.err.splitlines()[-1]) == (2, "", f"error: {told}")
    monkeypatch.setenv("LIVE_MODE", "1")
    done = desk.command(*GUARD, "--anchor", "head", "--", "bot")
    assert (done.code, started) == (2, [])
    assert done.err.startswith(f"CRITICAL: live mode is refused: {told}; the kill switch is active")
    with pytest.raises(NotCleared) as problem:
        interlock.require("gate", snapshot="s.json", kill_switch_file="switch.txt", now=lambda: clock())
    assert str(problem.value).startswith(f"live mode is refused: {told}")
    assert interlock.require("gate", snapshot="s.json", environ={}, now=lambda: clock()).open is False


def clock() -> object:
    return parse_time("2026-03-30T12:05:00Z")


def test_an_option_beats_the_variable_and_the_variable_the_defaults(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(desk.folder / "of_option.db", desk.folder / "of_variable.db")
    desk.evaluate("--begin")
    monkeypatch.setenv("INTERLOCK_LEDGER", "of_variable.db")
    monkeypatch.setenv("INTERLOCK_ENVIRONMENT", "lve")
    done = desk.evaluate()
    assert (done.code, done.err) == (
        2,
        "note: environment `lve`, from INTERLOCK_ENVIRONMENT\n"
        "note: ledger `of_variable.db`, from INTERLOCK_LEDGER\n"
        "error: no environment is called `lve`: did you mean `live`?\n",
    )
    before = head(desk.ledger)
    monkeypatch.setenv("INTERLOCK_ENVIRONMENT", "live")
    assert desk.evaluate().code == 0
    assert (head(Path("of_variable.db")), head(Path("of_option.db")), head(desk.ledger)) == (5, 1, before)
    monkeypatch.setenv("INTERLOCK_LEDGER", "")
    monkeypatch.setenv("INTERLOCK_ENVIRONMENT", "")
    done = desk.evaluate("--ledger", "of_option.db", "--environment", "live")
    assert (done.code, done.err, head(Path("of_option.db"))) == (0, "", 5)


def test_the_anchor_belongs_to_the_ledger_of_the_defaults_however_that_is_named(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.evaluate("--begin")
    (desk.folder / "link").symlink_to(desk.folder / "kept")
    for name in ("kept/desk.db", "policies/../kept/desk.db", "link/desk.db", str(desk.ledger)):
        done = desk.evaluate("--ledger", name, "--environment", "live")
        assert (done.code, done.err) == (0, desk.told("anchor"))
        assert desk.anchor.read_text(encoding="utf-8").startswith(f"{head(desk.ledger)} sha256:")
    monkeypatch.setenv("INTERLOCK_LEDGER", "kept/desk.db")
    desk.anchor.unlink()
    done = desk.evaluate("--environment", "live")
    assert done.code == 2 and f"there is no anchor `{desk.anchor.as_posix()}`" in done.err


def test_stateless_overrides_the_ledger_of_the_desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    done = desk.evaluate("--stateless")
    assert (done.code, done.err) == (3, desk.told("environment"))
    monkeypatch.setenv("INTERLOCK_LEDGER", "")
    assert desk.evaluate("--stateless").code == 3


def test_documents_that_cannot_be_read_name_no_ledger(desk: Desk) -> None:
    begun(desk.folder / ".interlock" / "other.db")
    desk.says("defaults: {ledgr: ../x.db}\n")
    (desk.folder / "policies" / "gate.yaml").write_text("policy: gate\n", encoding="utf-8")
    for words in (["evaluate", "s.json"], ["log", "show"]):
        done = desk.command(*words)
        assert (done.code, done.out) == (2, "")
        assert "unknown key `ledgr`" in done.err and "policies/gate.yaml" in done.err
    done = desk.command("log", "show", "--ledger", "ledger.db")
    assert (done.code, done.err) == (0, "")
    by = ("--by", "WHO", "--reason", "seen", "--ledger", "ledger.db")
    done = desk.command("rollout", "rollback", "change", *by)
    assert done.code == 2 and "no rollout is called `change`" in done.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("defaults: {\n", "error E104"),
        ("- a\n", "error E104"),
        ("defaults: {anchor: ../head}\n", "error E461"),
        ("defaults: {ledger: l.db}\n", "error E463"),
    ],
)
def test_every_complaint_about_the_defaults_keeps_a_start_shut(desk: Desk, text: str, told: str) -> None:
    desk.says(text)
    for words in (["log", "head"], ["evaluate", "s.json"], ["validate"]):
        done = desk.command(*words)
        assert done.code == 2 and told in done.err + done.out


def test_without_a_policy_root_the_usual_ledger_is_taken(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("bare")
    begun(folder / ".interlock" / "ledger.db")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("INTERLOCK_POLICIES")
    done = desk.command("log", "head")
    assert (done.code, done.out[:9], done.err) == (0, "1 sha256:", "")
    monkeypatch.setenv("INTERLOCK_POLICIES", "nowhere")
    done = desk.command("log", "head")
    assert done.code == 2 and done.err.startswith("error: nowhere is no policy root")


def test_an_expression_takes_the_environment_where_it_names_a_policy(desk: Desk) -> None:
    done = desk.command("eval", "ready", "s.json")
    assert (done.code, done.err) == (0, "")
    done = desk.command("eval", "top", "s.json", "--policy", "gate")
    assert (done.code, done.out.split()[:2], done.err) == (0, ["value:", "3"], desk.told("environment"))


def test_alerts_know_the_ledger_of_the_desk(desk: Desk, started: list[object]) -> None:
    desk.evaluate("--begin")
    done = desk.evaluate("--events", desk.ledger)
    assert done.code == 2 and done.err.endswith(f"events to `{desk.ledger.as_posix()}`: it is the ledger\n")
    done = desk.command(*GUARD, "--events", desk.ledger, "--", "bot")
    assert (done.code, done.err) == (
        2,
        f"error: cannot append events to `{desk.ledger.as_posix()}`: it is the ledger\n",
    )
    desk.says("defaults: {ledger: x.db}\n")
    done = desk.command(*GUARD, "--events", "events.jsonl", "--", "bot")
    assert done.code == 0 and "live mode would be refused" in done.err


def test_a_malformed_call_is_still_one(desk: Desk) -> None:
    with pytest.raises(UsageError):
        interlock.require("gate")


@pytest.mark.parametrize("link", ["symlink_to", "hardlink_to"])
def test_the_ledger_of_the_defaults_keeps_its_anchor_under_another_name(desk: Desk, link: str) -> None:
    assert desk.evaluate("--begin").code == 0
    older, other = desk.ledger.read_bytes(), desk.folder / "other.db"
    snapshot(desk.folder / "s.json", "2026-03-30T12:01:00Z")
    assert desk.evaluate().code == 0
    desk.ledger.write_bytes(older)
    getattr(other, link)(desk.ledger)
    done = desk.evaluate("--ledger", other)
    assert done.code == 5
    assert "so the tail was cut" in done.err
