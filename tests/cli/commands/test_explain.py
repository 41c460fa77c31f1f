"""`interlock explain`: all rules of a policy, or one, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

PAPER = ("--environment", "paper", "--stateless", "--historic")
CONFIDENCE = """\
trade at WHEAT 1.0.0: ✘ BLOCK
  Permission for the trade at hand
  as of 2026-03-30T06:30:00Z, valid until 2026-03-30T06:31:00Z
  from best to worst: ALLOW, BLOCK
  6 rules: 5 pass, 1 fails

✘ confidence fails, contributes BLOCK  policies/trade.yaml:25
  Confident enough
    why: the confidence is 72%, 75% is needed
    28 | require: trade.confidence >= min_confidence
      trade.confidence  seen 72%  needed >= 75%  margin -3%  nearest passing value: 75%
    do: skip this trade
"""


def test_one_rule_at_one_member(command: Any, desk_snapshot: Path) -> None:
    words = ("--policy", "trade", "--member", "symbol=WHEAT", "--rule", "confidence")
    done = command("explain", desk_snapshot, *PAPER, *words)
    assert (done.code, done.out, done.err) == (0, CONFIDENCE, "")


def test_all_rules_passing_ones_too(command: Any, desk_snapshot: Path) -> None:
    done = command("explain", desk_snapshot, *PAPER, "--policy", "trade", "--member", "symbol=MAIZE")
    heads = [each.split("  ")[0] for each in done.out.splitlines() if each.startswith(("✔", "✘", "·"))]
    assert heads == [
        "✔ closed passes, contributes ALLOW",
        "✔ interval passes, contributes ALLOW",
        "· daily-limit does not apply",
        "✔ worth passes, contributes ALLOW",
        "✔ confidence passes, contributes ALLOW",
        "✔ cooldown passes, contributes ALLOW",
    ]
    assert "    why: does not apply: param `max_per_day` is unlimited" in done.out.splitlines()


def test_a_refused_policy_has_nothing_to_explain(command: Any, desk_snapshot: Path) -> None:
    done = command("explain", desk_snapshot, "--historic", "--policy", "hand-over")
    assert (done.code, done.out) == (2, "no policy was evaluated\n")
    assert done.err == (
        "error: not evaluated: `hand-over` uses `attested` and needs a ledger: name one with "
        "`--ledger FILE`, or `--stateless` does without\n"
    )


def test_a_rule_that_does_not_exist(command: Any, desk_snapshot: Path) -> None:
    done = command("explain", desk_snapshot, *PAPER, "--policy", "trade", "--rule", "confidense")
    assert (done.code, done.out) == (2, "")
    assert done.err == "error: no rule is called `confidense`: did you mean `confidence`?\n"
    done = command("explain", desk_snapshot, *PAPER, "--policy", "trade", "--rule", "x")
    assert done.err == (
        "error: no rule is called `x`: there are closed, confidence, cooldown, daily-limit, interval and worth\n"
    )
