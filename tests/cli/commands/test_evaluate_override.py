"""An override that is written wrongly loosens no limit: from the command line to the verdict."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..conftest import Command

CATALOGUE = """\
metrics:
  bot.mode: {type: enum, ordered: false, values: [paper, live], max_age: 1h, doc: mode of the bot}
  drawdown: {type: ratio, range: [0, 1], max_age: 1h, doc: of the account}
"""
POLICY = """\
policy: gate
version: 1.0.0
title: May it trade?
owner: risk
# best to worst
verdicts: [GO, NO_GO]
params:
  max_drawdown: {value: 5%, override: {env: MAX_DD, OVERRIDE}, range: [0%, 100%]}
rules:
  - {id: calm, require: drawdown <= max_drawdown}
"""


@pytest.mark.parametrize(
    ("override", "mode", "code"),
    [
        ("when: \"bot.mode == 'paper'\"", "live", 1),
        ("when: \"bot.mode == 'paper'\"", "paper", 0),
        ("wehn: \"bot.mode == 'paper'\"", "live", 2),
        ("when: [\"bot.mode == 'paper'\"]", "live", 2),
        ("when: {mode: paper}", "live", 2),
        ("when: ''", "live", 2),
    ],
)
def test_only_a_condition_that_holds_loosens_a_limit(
    command: Command, tmp_path: Path, override: str, mode: str, code: int
) -> None:
    root = tmp_path / "policies"
    root.mkdir()
    (root / "interlock.yaml").write_text("interlock: 1\n", encoding="utf-8")
    (root / "catalogue.yaml").write_text(CATALOGUE, encoding="utf-8")
    (root / "gate.yaml").write_text(POLICY.replace("OVERRIDE", override), encoding="utf-8")
    snapshot = {
        "interlock": 1,
        "as_of": "2026-03-30T06:00:00Z",
        "metrics": {"bot.mode": mode, "drawdown": 0.5},
        "env": {"MAX_DD": "90%"},
    }
    (tmp_path / "s.json").write_text(json.dumps(snapshot), encoding="utf-8")
    done = command("evaluate", tmp_path / "s.json", "--policies", root, "--historic", "--format", "json")
    assert done.code == code
    assert (
        code < 2 or "of the override of `max_drawdown`" in done.err or "the expression is empty" in done.err
    )
    verdicts = [each["verdict"] for each in json.loads(done.out)["verdicts"]] if code < 2 else []
    assert verdicts == {0: ["GO"], 1: ["NO_GO"], 2: []}[code]
