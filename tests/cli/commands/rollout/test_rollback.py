"""`interlock rollout rollback`: rolls back by hand, whatever the documents are like."""

from __future__ import annotations

import json
from pathlib import Path

from .days import BY, Days


def test_rollback_by_hand_prints_the_note(canary: Days) -> None:
    done = canary.rollout("rollback", "exits", *BY)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("exits was rolled back to telemetry by desk-1\n\n# ")
    assert "by hand: it is time" in done.out
    assert json.loads(canary.history())[-1]["by"] == "desk-1"


def test_rollback_of_a_rollout_whose_document_is_gone(canary: Days) -> None:
    Path("policies/exits.yaml").unlink()
    Path("policies/sizes.yaml").unlink()
    done = canary.rollout("rollback", "exits", *BY)
    assert (done.code, done.out) == (0, "exits was rolled back to canary by desk-1\n")


def test_a_broken_document_does_not_prevent_a_rollback(canary: Days) -> None:
    Path("policies/half.yaml").write_text("policy: half\nrules: [", encoding="utf-8")
    assert canary.rollout("advance", "exits", "s.json", *BY).code == 2
    done = canary.rollout("rollback", "exits", *BY)
    assert done.code == 0
    assert done.err.startswith("passed over: policies/half.yaml:")
    assert done.out.startswith("exits was rolled back to telemetry by desk-1\n\n# ")
