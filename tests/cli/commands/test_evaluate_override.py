"""An override that cannot be trusted loosens no limit: from the command line to the verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.roots import write

from ..conftest import Command

CATALOGUE = """\
metrics:
  bot.mode: {type: enum, ordered: false, values: [paper, live], max_age: 1h, doc: mode of the bot}
  drawdown: {type: ratio, range: [0, 1], max_age: 1h, doc: of the account}
  bot.strict: {type: bool, max_age: 1h, doc: whether the bot is strict}
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
  strict: {value: true, override: {env: STRICT}}
rules:
  - {id: calm, require: drawdown <= max_drawdown}
  - {id: strict, require: bot.strict == strict}
"""
NAMES = {"calm": "max_drawdown", "strict": "strict"}
CAUSES = {
    "did not record": "missing",
    "not known whether": "missing",
    "outside its range": "out of range",
    "is not a": "wrong type",
}
PAPER = "when: \"bot.mode == 'paper'\""
ABSENT: Any = object()
REFUSED = "param `max_drawdown` is unknown"


def evaluated(
    command: Command, folder: Path, override: str, env: dict[str, Any], **metrics: Any
) -> tuple[int, list[str], list[str], str]:
    """Return the exit code, the verdict, what the verdict prints, and the errors."""
    texts = {"interlock.yaml": "interlock: 1\n", "catalogue.yaml": CATALOGUE}
    root = write(folder, texts, {"gate.yaml": POLICY.replace("OVERRIDE", override)})
    metrics = {"bot.mode": "live", "drawdown": 0.5, "bot.strict": True} | metrics
    snapshot = {
        "interlock": 1,
        "as_of": "2026-03-30T06:00:00Z",
        "metrics": {name: value for name, value in metrics.items() if value is not ABSENT},
        "env": {"STRICT": None} | {name: value for name, value in env.items() if value is not ABSENT},
    }
    (folder / "s.json").write_text(json.dumps(snapshot), encoding="utf-8")
    done = command("evaluate", folder / "s.json", "--policies", root, "--historic", "--format", "json")
    verdicts = json.loads(done.out)["verdicts"] if done.code < 2 else []
    found = [each["verdict"] for each in verdicts]
    for each in verdicts:
        assert each["inputs"]["params"] == params(each["assumptions"])
        for rule in each["rules"]:
            causes = [(one["metric"], one["member"], one["at"], one["detail"]) for one in rule["causes"]]
            told = [text for text in each["assumptions"] if f"`{NAMES[rule['id']]}` is unknown" in text]
            wanted = [(NAMES[rule["id"]], "", "", text.partition(": ")[2]) for text in told]
            assert causes == wanted
            assert [one["cause"] for one in rule["causes"]] == [cause(text) for text in told]
    return done.code, found, [text for each in verdicts for text in each["assumptions"]], done.err


def cause(text: str) -> str:
    """The cause that belongs to what a verdict prints."""
    return next((word for part, word in CAUSES.items() if part in text), "wrong type")


def params(printed: list[str]) -> dict[str, str]:
    """The params of a verdict that prints this."""
    found = {"max_drawdown": "5%", "strict": "true"}
    for text in printed:
        name = text.split("`")[1]
        if " is unknown" in text:
            found[name] = "unknown"
        elif text.startswith("param"):
            found[name] = text.partition(" is ")[2].partition(",")[0]
    return found


@pytest.mark.parametrize(
    ("override", "mode", "code"),
    [
        (PAPER, "live", 1),
        (PAPER, "paper", 0),
        ("wehn: \"bot.mode == 'paper'\"", "live", 2),
        ("when: [\"bot.mode == 'paper'\"]", "live", 2),
        ("when: {mode: paper}", "live", 2),
        ("when: ''", "live", 2),
    ],
)
def test_only_a_condition_that_holds_loosens_a_limit(
    command: Command, tmp_path: Path, override: str, mode: str, code: int
) -> None:
    found = evaluated(command, tmp_path, override, {"MAX_DD": "90%"}, **{"bot.mode": mode})
    assert found[:2] == (code, {0: ["GO"], 1: ["NO_GO"], 2: []}[code])
    errors = found[3]
    assert code < 2 or "of the override of `max_drawdown`" in errors or "the expression is empty" in errors


@pytest.mark.parametrize(
    ("given", "mode", "drawdown", "verdict", "printed"),
    [
        ("90%", "paper", 0.5, "GO", "param `max_drawdown` is 90%, set by MAX_DD"),
        ("90%", "live", 0.01, "GO", "finding: MAX_DD is set where it may not override param `max_drawdown`"),
        (None, "paper", 0.01, "GO", None),
        (None, "paper", 0.5, "NO_GO", None),
        (None, ABSENT, 0.01, "GO", None),
        (ABSENT, "paper", 0.01, "NO_GO", f"{REFUSED}: the snapshot did not record MAX_DD"),
        ("90%", ABSENT, 0.01, "NO_GO", f"{REFUSED}: it is not known whether MAX_DD may override it"),
        ("90%", "gone", 0.01, "NO_GO", f"{REFUSED}: it is not known whether MAX_DD may override it"),
        ("101%", "paper", 0.01, "NO_GO", f"{REFUSED}: MAX_DD is outside its range"),
        ("-1%", "paper", 0.01, "NO_GO", f"{REFUSED}: MAX_DD is outside its range"),
        ("5", "paper", 0.01, "NO_GO", f"{REFUSED}: MAX_DD: `5` is not a ratio"),
        (5, "paper", 0.01, "NO_GO", f"{REFUSED}: MAX_DD: `5` is not a ratio"),
        (True, "paper", 0.01, "NO_GO", f"{REFUSED}: MAX_DD: `true` is not a ratio"),
        (
            *("unlimited", "paper", 0.01, "NO_GO"),
            f"{REFUSED}: MAX_DD: `unlimited` cannot come from outside the policy",
        ),
        (
            *("", "paper", 0.01, "NO_GO"),
            f"{REFUSED}: MAX_DD: `` is neither a number with a unit, nor a time, nor a word",
        ),
    ],
)
def test_an_override_that_is_not_known_to_be_allowed_and_in_range_makes_its_param_unknown(
    command: Command,
    tmp_path: Path,
    given: Any,
    mode: Any,
    drawdown: float,
    verdict: str,
    printed: str | None,
) -> None:
    metrics = {"bot.mode": mode, "drawdown": drawdown}
    _, verdicts, texts, _ = evaluated(command, tmp_path, PAPER, {"MAX_DD": given}, **metrics)
    assert verdicts == [verdict]
    assert texts == ([printed] if printed else [])


@pytest.mark.parametrize(
    ("given", "verdict", "printed"),
    [
        (True, "GO", "param `strict` is true, set by STRICT"),
        (False, "NO_GO", "param `strict` is false, set by STRICT"),
        ("false", "NO_GO", "param `strict` is false, set by STRICT"),
        ("no", "NO_GO", "param `strict` is unknown: STRICT: `no` is not a boolean"),
    ],
)
def test_a_truth_value_of_the_environment_is_read_as_the_snapshot_holds_it(
    command: Command, tmp_path: Path, given: Any, verdict: str, printed: str
) -> None:
    env = {"MAX_DD": None, "STRICT": given}
    _, verdicts, texts, _ = evaluated(command, tmp_path, PAPER, env, drawdown=0.01)
    assert (verdicts, texts) == ([verdict], [printed])


@pytest.mark.parametrize(
    ("given", "mode", "value"),
    [
        ("90%", "paper", "true"),
        ("90%", "live", "false"),
        ("90%", ABSENT, "unknown"),
        (None, "paper", "false"),
        ("200%", "paper", "unknown"),
    ],
)
def test_an_expression_of_a_policy_is_evaluated_with_the_same_override(
    command: Command, tmp_path: Path, given: Any, mode: Any, value: str
) -> None:
    evaluated(command, tmp_path, PAPER, {"MAX_DD": given}, **{"bot.mode": mode})
    words = ("--policies", tmp_path / "policies", "--policy", "gate", "--format", "json")
    done = command("eval", "drawdown <= max_drawdown", tmp_path / "s.json", *words)
    found = json.loads(done.out)["value"]
    shown = "unknown" if found is None else str(found).lower()
    assert shown == value
