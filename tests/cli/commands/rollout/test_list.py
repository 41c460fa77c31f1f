"""`interlock rollout list`: every rollout with its state."""

from __future__ import annotations

import json
from pathlib import Path

from interlock.ledger.file.missing_ledger import REMEDY

from .days import BY, LEDGER, Days


def test_every_rollout_is_listed_with_its_state(days: Days) -> None:
    missing = days.rollout("list", "--ledger", "m.db")
    assert (missing.code, missing.out) == (2, "")
    assert missing.err == f"error: there is no ledger at `m.db`: did you mean `l.db`? {REMEDY}\n"
    none = days.rollout("list")
    assert (none.code, none.err) == (0, f"note: there is no ledger at `.interlock/ledger.db`: {REMEDY}\n")
    assert [each.split()[:2] for each in none.out.splitlines()] == [
        ["rollout", "state"],
        ["exits", "NOT_BEGUN"],
        ["learning", "NOT_BEGUN"],
        ["sizes", "NOT_BEGUN"],
    ]
    assert not Path(".interlock").exists()
    assert days.rollout("list", *LEDGER).out == none.out
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


def test_markdown_has_the_same_rows(days: Days) -> None:
    assert days.rollout("list", "--format", "markdown", *LEDGER).out == (
        "| rollout  | state     | attempt | stage | since |\n"
        "| -------- | --------- | ------: | ----- | ----- |\n"
        "| exits    | NOT_BEGUN |         |       |       |\n"
        "| learning | NOT_BEGUN |         |       |       |\n"
        "| sizes    | NOT_BEGUN |         |       |       |\n"
    )
