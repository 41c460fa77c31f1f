"""`interlock rollout`: what each of its commands prints, records and exits with, on a small policy root."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from interlock.ledger.file.ledger import Ledger
from interlock.ledger.file.verify import verify
from support.rollouts import CANARY, document, write
from support.roots import instant

from ..conftest import Command, Done

LEDGER = ("--ledger", "l.db")
BY = ("--by", "desk-1", "--reason", "it is time", *LEDGER)
BAD = {**CANARY, "risk.level": "broken"}


class Days:
    """A desk by its clock; what a command is asked, it is asked with a fresh snapshot."""

    def __init__(self, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        self._command, self._monkeypatch = command, monkeypatch

    def at(self, time: str, shown: Mapping[str, Any] | None = None, *missing: str) -> None:
        """Let it be a time of March 2026 (`02 12:00`), with a snapshot of then in s.json."""
        day, clock = time.split()
        now = f"2026-03-{day}T{clock}:00Z"
        self._monkeypatch.setattr("interlock.clock.now", lambda: instant(now))
        Path("s.json").write_bytes(document(now, shown, missing))

    def rollout(self, *words: str) -> Done:
        return self._command("rollout", *words)

    def guarded(self) -> Done:
        return self._command("guard", "--policy", "gate", "s.json", *LEDGER, "--", "bot")

    def evaluated(self, *options: str) -> Done:
        return self._command("evaluate", "s.json", "--policy", "gate", *options, *LEDGER)


@pytest.fixture
def days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command) -> Days:
    """The small policy root, on the second of March at midnight; nothing is begun."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    monkeypatch.setenv("INTERLOCK_POLICIES", "policies")
    found = Days(command, monkeypatch)
    found.at("02 00:00")
    return found


@pytest.fixture
def canary(days: Days) -> Days:
    """The same, half a day into the canary."""
    assert days.rollout("advance", "exits", "s.json", *BY).code == 0
    days.at("02 12:00")
    assert days.evaluated().code == 0
    days.at("03 00:00")
    assert days.rollout("advance", "exits", "s.json", *BY).code == 0
    days.at("03 12:00", CANARY)
    assert days.evaluated().code == 0
    return days


def entries() -> int:
    with Ledger(Path("l.db")) as ledger:
        return verify(ledger).head.sequence


def test_list_shows_every_rollout_and_where_it_stands(days: Days) -> None:
    none = days.rollout("list", *LEDGER)
    assert (none.code, none.err) == (0, "")
    assert [each.split()[:2] for each in none.out.splitlines()] == [
        ["rollout", "state"],
        ["exits", "NOT_BEGUN"],
        ["learning", "NOT_BEGUN"],
        ["sizes", "NOT_BEGUN"],
    ]
    assert not Path("l.db").exists()
    days.rollout("advance", "exits", "s.json", *BY)
    assert (
        "exits     ACTIVE           1  telemetry  2026-03-02T00:00:00Z" in days.rollout("list", *LEDGER).out
    )
    Path("policies/exits.yaml").unlink()
    Path("policies/sizes.yaml").unlink()
    assert "exits (no document)  ACTIVE" in days.rollout("list", *LEDGER).out
    told = json.loads(days.rollout("list", "--format", "json", *LEDGER).out)
    assert told == [
        {"attempt": 1, "rollout": "exits", "stage": "telemetry", "state": "ACTIVE"},
        {
            "attempt": 0,
            "rollout": "learning",
            "since": None,
            "stage": None,
            "state": "NOT_BEGUN",
            "version": "1.0.0",
        },
    ]


def test_advance_begins_a_rollout_and_says_what_to_set(days: Days) -> None:
    done = days.rollout("advance", "exits", "s.json", *BY)
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "exits: BEGIN at 2026-03-02T00:00:00Z, attempt 1, now in telemetry\n"
        "set now:\n"
        "  exits.hybrid: false\n"
        "  swap.threshold: 12\n"
    )


def test_advance_holds_where_the_gates_hold_and_records_that_it_was_asked(days: Days) -> None:
    days.rollout("advance", "exits", "s.json", *BY)
    days.at("02 12:00", {"fills.good": False})
    before = entries()
    done = days.rollout("advance", "exits", "s.json", *BY)
    assert (done.code, done.err) == (3, "")
    assert "HOLD: 2 checks in the way of canary" in done.out
    assert "gate is HOLD: fills: fills are bad" in done.out
    assert "12h of 1d, since 2026-03-02T00:00:00Z, until 2026-03-03T00:00:00Z" in done.out
    assert entries() > before
    assert days.rollout("history", "exits", *LEDGER).out.count("2026-03-02") == 1


@pytest.mark.parametrize("missing", ["fills.good", "risk.level", "exits.hybrid"])
def test_advance_never_moves_on_what_is_missing(days: Days, missing: str) -> None:
    days.rollout("advance", "exits", "s.json", *BY)
    days.at("02 12:00")
    days.evaluated()
    days.at("03 00:00", None, missing)
    done = days.rollout("advance", "exits", "s.json", *BY)
    assert done.code == 3
    assert "HOLD" in done.out


def test_advance_does_not_move_on_an_expired_verdict(days: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interlock.clock.now", lambda: instant("2026-03-09T00:00:00Z"))
    done = days.rollout("advance", "exits", "s.json", *BY)
    assert done.code == 4
    assert "back was CONTINUE until 2026-03-03T00:00:00Z and has expired" in done.out
    assert "NOT_BEGUN" in days.rollout("list", *LEDGER).out
    assert days.rollout("advance", "exits", "s.json", "--historic", *BY).code == 0


def test_status_draws_what_is_missing_and_records_nothing(canary: Days) -> None:
    before = entries()
    done = canary.rollout("status", "exits", *LEDGER)
    assert (done.code, done.err, entries()) == (3, "", before)
    for line in (
        "exits 1.0.0: ACTIVE",
        "HOLD: 3 checks in the way of full",
        "nobody attests that `exits.symbols` is BTC-USD: `interlock attest canary-symbols`",
        "0 complete days of 2 trading days, since 2026-03-03T12:00:00Z, until 2026-03-06T00:00:00Z",
        "1 must agree (quant): `interlock attest exits/canary`",
    ):
        assert line in done.out
    told = json.loads(canary.rollout("status", "exits", "--format", "json", *LEDGER).out)
    assert (told["decision"], told["next"], told["earliest"]) == ("HOLD", "full", "2026-03-06T00:00:00Z")
    assert {each["about"] for each in told["checks"] if each["is"] != "pass"} == {
        "canary",
        "time",
        "approval",
    }


def test_status_of_an_old_record_has_expired(canary: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interlock.clock.now", lambda: instant("2026-03-09T00:00:00Z"))
    done = canary.rollout("status", "exits", *LEDGER)
    assert (done.code, "was PASS until 2026-03-04T12:00:00Z and has expired" in done.out) == (4, True)
    assert canary.rollout("status", "exits", "--historic", *LEDGER).code == 3


def test_status_of_a_trigger_that_fires_says_so_before_anything_is_recorded(canary: Days) -> None:
    canary.at("04 00:00", BAD)
    done = canary.rollout("status", "exits", "s.json", *LEDGER)
    assert done.code == 1
    assert "ROLLBACK" in done.out
    assert "back is ROLLBACK: broken: the risk is broken" in done.out
    assert "ACTIVE" in canary.rollout("list", *LEDGER).out


def test_any_recorded_evaluation_rolls_back_and_note_tells_the_incident(canary: Days) -> None:
    canary.at("04 00:00", BAD)
    done = canary.evaluated()
    assert done.code == 0
    assert "rollout exits: ROLLBACK" in done.err
    note = canary.rollout("note", "exits", *LEDGER)
    assert note.code == 0
    for words in ("the risk is broken", "BTC-USD", "2026-03-04T00:00:00Z", "exits.hybrid"):
        assert words in note.out
    assert canary.rollout("note", "exits", "-o", "incident.md", *LEDGER).code == 0
    assert Path("incident.md").read_text(encoding="utf-8") == note.out
    told = json.loads(canary.rollout("note", "exits", "--format", "json", *LEDGER).out)
    assert told["symbols"] == ["BTC-USD"]


def test_a_guard_says_that_its_run_rolled_back(canary: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr("interlock.cli.commands.guard.start", lambda words: started.append(words) or 0)
    monkeypatch.setenv("LIVE_MODE", "true")
    monkeypatch.delenv("LIVE_KILL_SWITCH", raising=False)
    canary.at("04 00:00", BAD)
    done = canary.guarded()
    assert (done.code, started) == (0, [("bot",)])
    words = "rollout exits: ROLLBACK from canary to telemetry: back/broken: the risk is broken; set "
    assert done.err.startswith(f"WARNING: {words}")
    canary.at("04 01:00", CANARY)
    told = (
        "WARNING: rollout exits was rolled back to telemetry, and `exits.hybrid` is true, false is needed\n"
    )
    assert told in canary.guarded().err


def test_rearm_wants_the_rollback_verified_and_begins_another_attempt(canary: Days) -> None:
    canary.at("04 00:00", BAD)
    canary.evaluated()
    assert canary.rollout("status", "exits", *LEDGER).code == 1
    canary.at("04 06:00", {"cleanup.done": False})
    refused = canary.rollout("rearm", "exits", "s.json", *BY)
    assert refused.code == 1
    assert "undone is PENDING" in refused.out
    canary.at("04 07:00")
    assert canary.rollout("advance", "exits", "s.json", *BY).code == 1
    done = canary.rollout("rearm", "exits", "s.json", *BY)
    assert done.code == 0
    assert done.out.startswith("exits: REARM at 2026-03-04T07:00:00Z, attempt 2, now in telemetry\n")
    words = [each["decision"] for each in json.loads(_history(canary))]
    assert words == ["BEGIN", "ADVANCE", "ROLLBACK", "REARM"]


def _history(days: Days) -> str:
    return days.rollout("history", "exits", "--format", "json", *LEDGER).out


def test_rollback_by_hand_prints_the_note(canary: Days) -> None:
    done = canary.rollout("rollback", "exits", *BY)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("exits was rolled back to telemetry by desk-1\n\n# ")
    assert "by hand: it is time" in done.out
    assert json.loads(_history(canary))[-1]["by"] == "desk-1"


def test_rollback_of_a_rollout_whose_document_is_gone(canary: Days) -> None:
    Path("policies/exits.yaml").unlink()
    Path("policies/sizes.yaml").unlink()
    done = canary.rollout("rollback", "exits", *BY)
    assert (done.code, done.out) == (0, "exits was rolled back to canary by desk-1\n")


def test_a_broken_document_keeps_nobody_from_rolling_back(canary: Days) -> None:
    Path("policies/half.yaml").write_text("policy: half\nrules: [", encoding="utf-8")
    assert canary.rollout("advance", "exits", "s.json", *BY).code == 2
    done = canary.rollout("rollback", "exits", *BY)
    assert done.code == 0
    assert done.err.startswith("passed over: policies/half.yaml:")
    assert done.out.startswith("exits was rolled back to telemetry by desk-1\n\n# ")


def test_a_second_rollout_of_the_group_is_kept_out(canary: Days) -> None:
    done = canary.rollout("advance", "sizes", "s.json", *BY)
    assert done.code == 3
    assert "exits runs; one rollout of a group at a time" in done.out
    assert "exits is ACTIVE, COMPLETE is needed" in done.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("status", "nope", *LEDGER), "no rollout is called `nope`: there are exits, learning and sizes"),
        (
            ("status", "exit", *LEDGER),
            "no rollout is called `exit`: did you mean `exits`?",
        ),
        (("advance", "exits", *BY), "name a snapshot, or a folder to collect from with `--root DIR`"),
        (
            ("advance", "exits", "s.json", *LEDGER, "--reason", "x"),
            "`interlock rollout advance` needs `--by`: see `interlock rollout advance --help`",
        ),
        (("advance", "exits", "none.json", *BY), "no file or folder is called `none.json`"),
        (
            ("advance", "exits", "s.json", "--root", ".", *BY),
            "a snapshot and `--root` are both given: name one",
        ),
        (
            ("rearm", "exits", "s.json", *BY),
            "`exits` is ACTIVE: what was rolled back or is complete is re-armed",
        ),
        (
            ("advance", "exits", "s.json", "--environment", "paper", *BY),
            "`--environment paper`: this attempt of `exits` began without one",
        ),
        (
            ("advance", "exits", "s.json", *LEDGER, "--by", " ", "--reason", "x"),
            "`--by` says in 1 to 400 characters who acts and why",
        ),
        (
            ("rearm", "exits", "s.json", *LEDGER, "--by", "x", "--reason", ""),
            "`--reason` says in 1 to 400 characters who acts and why",
        ),
        (("rollback", "sizes", *BY), "`sizes` is NOT_BEGUN: there is nothing to roll back"),
        (
            ("rollback", "exits", *BY, "--at", "2026-03-09T00:00:00Z"),
            "`--at 2026-03-09T00:00:00Z` lies in the future",
        ),
        (("history", "sizes", *LEDGER), "`sizes` was never begun"),
        (("note", "exits", *LEDGER), "`exits` was never rolled back"),
        (
            ("note", "exits", "-o", "none/x.md", *LEDGER),
            "cannot write `none/x.md`: there is no folder `none`",
        ),
    ],
)
def test_a_refusal_says_what_to_do_and_records_nothing(
    canary: Days, words: tuple[str, ...], told: str
) -> None:
    before = Path("l.db").read_bytes()
    done = canary.rollout(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {told}")
    assert Path("l.db").read_bytes() == before


def test_a_snapshot_from_the_future_is_refused(canary: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interlock.clock.now", lambda: instant("2026-03-03T11:00:00Z"))
    before = entries()
    for meant in ((), ("--historic",)):
        done = canary.rollout("advance", "exits", "s.json", *meant, *BY)
        assert (done.code, done.out) == (2, "")
        assert (
            done.err
            == "error: s.json: as of 2026-03-03T12:00:00Z, which the clock has not reached: check both clocks\n"
        )
    assert canary.evaluated("--historic").code == 2
    assert entries() == before


def test_time_does_not_count_over_a_gap_that_is_not_over_yet(
    days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the hours since the newest snapshot nobody knows anything."""
    days.rollout("advance", "exits", "s.json", *BY)
    days.at("02 12:00")
    days.evaluated()
    days.at("03 00:00")
    monkeypatch.setattr("interlock.clock.now", lambda: instant("2026-03-03T12:00:01Z"))
    done = days.rollout("advance", "exits", "s.json", *BY)
    assert done.code == 3
    assert (
        "the newest snapshot is of 2026-03-03T00:00:00Z, longer ago than 12h: collect a new one" in done.out
    )


@pytest.mark.parametrize("asked", ["list", "status", "history", "note"])
def test_a_ledger_that_was_tampered_with_is_not_read(canary: Days, asked: str) -> None:
    raw = Path("l.db").read_bytes()
    place = raw.index(b'"decision":"ADVANCE"')
    Path("l.db").write_bytes(raw[:place] + raw[place:].replace(b"ADVANCE", b"COMPLET", 1))
    done = canary.rollout(asked, *(() if asked == "list" else ("exits",)), *LEDGER)
    assert (done.code, done.out) == (5, "")
    assert "is bad" in done.err
