"""`interlock baseline`: a person freezes a snapshot, once or again for a new attempt, never of a failed run."""

from __future__ import annotations

from pathlib import Path

from ..conftest import Command


def test_a_baseline_is_frozen_by_a_person(recorded: Path, command: Command) -> None:
    words = ("baseline", "freeze", "phase_a", "--by", "quants", "--reason", "end of phase A")
    done = command(*words, "--from", "good.json", "--at", "2026-03-20T07:00:00Z")
    assert done.code == 0
    assert done.out.splitlines()[0] == "froze phase_a as of 2026-03-20T06:30:00Z"
    again = command(*words, "--from", "bad.json")
    hint = "choose another name, or freeze it for a new attempt with `--again`"
    assert (again.code, again.err) == (2, f"error: the baseline `phase_a` is frozen by entry 7: {hint}\n")
    anew = command(*words, "--from", "bad.json", "--again")
    assert (anew.code, anew.out.splitlines()[0]) == (0, "froze again phase_a as of 2026-03-29T06:30:00Z")
    shown = command("log", "show", "--kind", "baseline")
    assert [line.split("baseline  ")[1] for line in shown.out.splitlines()[1:]] == [
        "phase_a as of 2026-03-20T06:30:00Z by quants: end of phase A",
        "phase_a again as of 2026-03-29T06:30:00Z by quants: end of phase A",
    ]
    failed = command("baseline", "freeze", "b", "--from", "5", "--by", "quants", "--reason", "x")
    why = "`rollback` was ROLLBACK: a failed run never becomes a baseline"
    assert (failed.code, failed.err) == (2, f"error: entry 5 is a failed run, {why}\n")
