"""`interlock rollout rearm`: begins another attempt once the rollback is verified."""

from __future__ import annotations

import json

import pytest

from .days import BAD, BY, LEDGER, Days


def test_another_attempt_needs_a_verified_rollback(canary: Days) -> None:
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
    words = [each["decision"] for each in json.loads(canary.history())]
    assert words == ["BEGIN", "ADVANCE", "ROLLBACK", "REARM"]


@pytest.mark.parametrize("newest", ["04 08:00", "04 07:00"])
def test_no_attempt_begins_on_a_snapshot_that_another_one_overtook(canary: Days, newest: str) -> None:
    canary.at("04 00:00", BAD)
    canary.evaluated()
    canary.at("04 07:00")
    assert canary.evaluated().code == 0
    canary.keep("older.json")
    canary.at(newest, {"cleanup.done": False})
    canary.evaluated()
    done = canary.rollout("rearm", "exits", "older.json", *BY)
    told = "it is as of 2026-03-04T07:00:00Z, and the ledger holds a snapshot of "
    assert (done.code, told in " ".join(done.out.split())) == (1, True)
    words = [each["decision"] for each in json.loads(canary.history())]
    assert words == ["BEGIN", "ADVANCE", "ROLLBACK"]
