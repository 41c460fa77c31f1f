"""`interlock rollout history`: every change, as a table and as records."""

from __future__ import annotations

import json

from .days import BY, LEDGER, Days


def test_every_change_is_shown_with_who_and_why(canary: Days) -> None:
    done = canary.rollout("history", "exits", *LEDGER)
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "time                  attempt  change   from       to         by      reason\n"
        "2026-03-02T00:00:00Z        1  BEGIN               telemetry  desk-1  it is time\n"
        "2026-03-03T00:00:00Z        1  ADVANCE  telemetry  canary     desk-1  it is time\n"
    )
    shown = canary.rollout("history", "exits", "--format", "markdown", *LEDGER).out
    assert [each.split("|")[3].strip() for each in shown.splitlines()[2:]] == ["BEGIN", "ADVANCE"]
    records = json.loads(canary.history())
    assert records[1] == {
        "at": "2026-03-03T00:00:00Z",
        "attempt": 1,
        "by": "desk-1",
        "decision": "ADVANCE",
        "from": "telemetry",
        "note": None,
        "reason": "it is time",
        "to": "canary",
        "version": "1.0.0",
    }


def test_a_rollout_that_was_never_begun(days: Days) -> None:
    done = days.rollout("history", "exits", *LEDGER)
    assert (done.code, done.out, done.err) == (2, "", "error: `exits` was never begun\n")
    assert days.rollout("advance", "exits", "s.json", *BY).code == 0
    assert days.rollout("history", "exits", *LEDGER).code == 0
