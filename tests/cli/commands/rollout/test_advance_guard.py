"""A policy that applies in a stage of a rollout alone, from the command line with a ledger."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.rollouts import CANARY, FILES

from .days import BY, LEDGER, Days

WATCH = (
    FILES["steady.yaml"]
    .replace("policy: steady", "policy: watch")
    .replace("verdicts:", "applies: {rollout: exits, stages: [canary]}\nverdicts:")
)


@pytest.fixture
def watched(days: Days) -> Days:
    (Path("policies") / "watch.yaml").write_text(WATCH, encoding="utf-8")
    return days


def verdicts(days: Days, *options: str) -> tuple[int, dict[str, str]]:
    done = days._command("evaluate", "s.json", *options, "--format", "json", *LEDGER)
    return done.code, {each["policy"]: each["verdict"] for each in json.loads(done.out)["verdicts"]}


def test_a_gate_of_a_stage_applies_in_that_stage(watched: Days) -> None:
    watched.at("02 00:00", {"feed.steady": False})
    code, found = verdicts(watched, "--policy", "gate", "--policy", "watch")
    assert (code, found) == (4, {"gate": "PASS", "watch": "NOT_APPLICABLE"})
    assert watched.rollout("advance", "exits", "s.json", *BY).code == 0
    assert verdicts(watched, "--policy", "watch") == (4, {"watch": "NOT_APPLICABLE"})
    watched.at("02 12:00")
    assert watched.evaluated().code == 0
    watched.at("03 00:00")
    assert watched.rollout("advance", "exits", "s.json", *BY).code == 0
    watched.at("03 12:00", {**CANARY, "feed.steady": False})
    assert verdicts(watched, "--policy", "watch") == (1, {"watch": "SHAKY"})


def test_what_does_not_apply_has_no_exit_code_and_is_listed_apart(watched: Days) -> None:
    for name in ("back", "undone", "steady"):
        (Path("policies") / f"{name}.yaml").write_text(FILES[f"{name}.yaml"], encoding="utf-8")
    done = watched._command("evaluate", "s.json", *LEDGER)
    assert done.code == 0
    assert "not applicable: watch\n" in done.out
    assert [line for line in done.out.splitlines() if line.endswith("watch")] == ["not applicable: watch"]
    shown = watched._command("evaluate", "s.json", *LEDGER, "--format", "markdown").out
    assert "Not applicable: `watch`.\n" in shown
    cases = watched._command("evaluate", "s.json", *LEDGER, "--format", "junit").out
    assert (
        '<skipped message="NOT_APPLICABLE: the policy does not apply: rollout `exits` is NOT_BEGUN"' in cases
    )
