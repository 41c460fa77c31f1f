"""`interlock baseline`: a snapshot is frozen once, by a person, and never from a failed run."""

from __future__ import annotations

from pathlib import Path

from ..conftest import Command


def test_a_baseline_is_frozen_by_a_person(recorded: Path, command: Command) -> None:
    words = ("baseline", "freeze", "phase_a", "--by", "quants", "--reason", "end of phase A")
    done = command(*words, "--from", "good.json", "--at", "2026-03-20T07:00:00Z")
    assert done.code == 0
    assert done.out.splitlines()[0] == "froze phase_a as of 2026-03-20T06:30:00Z"
    again = command(*words, "--from", "bad.json")
    message = "error: the baseline `phase_a` is frozen by entry 7: choose another name\n"
    assert (again.code, again.err) == (2, message)
    failed = command("baseline", "freeze", "b", "--from", "5", "--by", "quants", "--reason", "x")
    why = "`rollback` was ROLLBACK: a failed run never becomes a baseline"
    assert (failed.code, failed.err) == (2, f"error: entry 5 is a failed run, {why}\n")
