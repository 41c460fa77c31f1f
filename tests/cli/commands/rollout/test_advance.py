"""`interlock rollout advance`: begins a rollout, moves it on where the gates allow that, and holds it otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.meanwhile import Meanwhile, freezing
from support.roots import instant

from .days import BY, LEDGER, Days, entries


def test_advance_begins_a_rollout_and_says_what_to_set(days: Days) -> None:
    done = days.rollout("advance", "exits", "s.json", *BY)
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "exits: BEGIN at 2026-03-02T00:00:00Z, attempt 1, now in telemetry\n"
        "set now:\n"
        "  exits.hybrid: false\n"
        "  swap.threshold: 12\n"
    )


def test_a_gate_that_holds_holds_the_rollout_and_is_recorded(days: Days) -> None:
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


@pytest.mark.parametrize("word", ["advance", "rearm"])
def test_no_stage_is_entered_in_the_past(days: Days, word: str) -> None:
    done = days.rollout(word, "exits", "s.json", "--historic", *BY)
    told = f"`rollout {word}` refuses `--historic`: it acts now, on verdicts that have not expired"
    assert (done.code, done.out, done.err) == (2, "", f"error: {told}\n")
    assert entries() == 1


@pytest.mark.parametrize("newest", ["02 00:30", "02 00:00"])
@pytest.mark.parametrize("bad", [{"risk.level": "broken"}, {}])
def test_no_rollout_begins_on_a_snapshot_that_another_one_overtook(
    days: Days, newest: str, bad: dict[str, str]
) -> None:
    assert days.evaluated().code == 0
    days.keep("older.json")
    days.at(newest, bad, "swap.threshold")
    days.evaluated()
    told = "the ledger holds a snapshot of " + (
        "2026-03-02T00:30:00Z" if newest == "02 00:30" else "the same instant that was recorded later"
    )
    for word, code in (("status", 3), ("advance", 3)):
        done = days.rollout(word, "exits", "older.json", *(BY if word == "advance" else LEDGER))
        assert done.code == code
        assert f"it is as of 2026-03-02T00:00:00Z, and {told}" in " ".join(done.out.split())
    assert "NOT_BEGUN" in days.rollout("list", *LEDGER).out


def test_no_stage_is_entered_on_a_snapshot_that_another_one_overtook(days: Days) -> None:
    assert days.rollout("advance", "exits", "s.json", *BY).code == 0
    days.at("02 12:00")
    assert days.evaluated().code == 0
    days.at("03 00:00")
    assert days.evaluated().code == 0
    days.keep("older.json")
    days.at("03 00:00", {"fills.good": False})
    days.evaluated()
    done = days.rollout("advance", "exits", "older.json", *BY)
    told = "it is as of 2026-03-03T00:00:00Z, and the ledger holds a snapshot of the same instant"
    assert (done.code, told in " ".join(done.out.split())) == (3, True)


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
            "`exits` is ACTIVE: only a rolled back or completed rollout can be re-armed",
        ),
        (
            ("advance", "exits", "s.json", "--environment", "paper", *BY),
            "`--environment paper`: this attempt of `exits` began without one",
        ),
        (
            ("advance", "exits", "s.json", *LEDGER, "--by", " ", "--reason", "x"),
            "`--by` needs 1 to 400 characters: an act says who acts and why",
        ),
        (
            ("rearm", "exits", "s.json", *LEDGER, "--by", "x", "--reason", ""),
            "`--reason` needs 1 to 400 characters: an act says who acts and why",
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
    done = canary.rollout("advance", "exits", "s.json", *BY)
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


def test_nobody_waits_for_a_step_that_is_judged_and_it_is_taken_once(
    days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = freezing(Path("l.db"), Path("s.json"), "phase_a")
    other[other.index("--at") + 1] = "2026-03-02T00:00:00Z"
    meanwhile = Meanwhile(monkeypatch, [other])
    done = days.rollout("advance", "exits", "s.json", *BY)
    assert (done.code, meanwhile.codes) == (0, [0])
    assert "exits: BEGIN at 2026-03-02T00:00:00Z, attempt 1, now in telemetry" in done.out
    assert days.history().count("BEGIN") == 1
