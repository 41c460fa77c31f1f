"""`interlock log rearm`: a trigger is re-armed by a person with a reason, under any of its names."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.ledgers import FILES, write

from ...conftest import Command


def test_a_trigger_is_rearmed_by_a_person_with_a_reason(recorded: Path, command: Command) -> None:
    done = command("log", "rearm", "rollback/bad-days", "--by", "risk desk", "--reason", "a transfer")
    assert (done.code, done.out) == (0, "re-armed rollback/bad-days\n")
    assert (
        command("log", "show", "--kind", "rearm")
        .out.splitlines()[1]
        .endswith("rollback/bad-days: a transfer")
    )
    done = command("log", "rearm", "rollback/bad-days", "--by", "risk desk", "--reason", " ")
    assert (done.code, done.err) == (
        2,
        "error: `--reason` needs 1 to 400 characters: an act says who acts and why\n",
    )


def test_a_renamed_trigger_is_rearmed_by_its_new_name(
    recorded: Path, ledger_desk: Path, command: Command
) -> None:
    renamed = FILES["rollback.yaml"].replace("policy: rollback\n", "policy: alarm\nformerly: [rollback]\n")
    write(ledger_desk, rollback=renamed)
    by = ("--by", "risk desk", "--reason", "a transfer")
    done = command("log", "rearm", "alarm/bad-days", *by)
    assert (done.code, done.out) == (0, "re-armed alarm/bad-days, latched as rollback/bad-days\n")
    done = command("log", "rearm", "alarm/bad-days", *by)
    assert (done.code, done.err) == (2, "error: `alarm/bad-days` is not latched: latched are none\n")
    done = command("log", "rearm", "alarm/bad-days", *by, "--policies", "nowhere")
    why = "nowhere is no policy root: it holds no interlock.yaml: the folder does not exist"
    assert (done.code, done.err) == (2, f"error: {why}\n")


def test_without_policies_a_trigger_is_known_by_the_name_that_latched(
    recorded: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERLOCK_POLICIES", "nowhere")
    by = ("--by", "risk desk", "--reason", "a transfer", "--ledger", recorded)
    done = command("log", "rearm", "alarm/bad-days", *by)
    hint = "did you mean `rollback/bad-days`?"
    assert (done.code, done.err) == (2, f"error: `alarm/bad-days` is not latched: {hint}\n")
    assert command("log", "rearm", "rollback/bad-days", *by).out == "re-armed rollback/bad-days\n"
