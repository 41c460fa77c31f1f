"""`interlock rollout note`: the incident note of a rollback, which any recorded evaluation may cause."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.rollouts import CANARY

from .days import BAD, LEDGER, Days


def test_a_recorded_evaluation_rolls_back_and_the_note_describes_it(canary: Days) -> None:
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


def test_a_guard_warns_that_its_run_rolled_back(canary: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr("interlock.cli.commands.guard.start", lambda words: started.append(words) or 0)
    monkeypatch.setenv("LIVE_MODE", "true")
    monkeypatch.delenv("LIVE_KILL_SWITCH", raising=False)
    Path("data").mkdir()
    # a root without environments: none of them says that it is meant for live mode
    for name in ("paper", "live"):
        (Path("policies") / f"{name}.yaml").unlink()
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
