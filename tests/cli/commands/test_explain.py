"""`interlock explain`: all rules of a policy, or one, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

PAPER = ("--environment", "paper", "--stateless", "--historic")
CONFIDENCE = """\
turnover-gate at BTC-USD 1.0.0: ✘ BLOCK
  Permission for the trade at hand
  as of 2026-03-30T06:30:00Z, valid until 2026-03-30T06:31:00Z
  from best to worst: ALLOW, BLOCK
  6 rules: 5 pass, 1 fails

✘ confidence fails, contributes BLOCK  policies/phase-2b-operations/turnover-gate.yaml:53
  Confident enough
    why: the confidence is 72%, 75% is needed
    56 | require: trade.confidence >= min_confidence
      trade.confidence  seen 72%  needed >= 75%  margin -3%  nearest passing value: 75%
    do: let the trade pass by
"""


def test_one_rule_at_one_member(command: Any, desk_snapshot: Path) -> None:
    words = ("--policy", "turnover-gate", "--member", "symbol=BTC-USD", "--rule", "confidence")
    done = command("explain", desk_snapshot, *PAPER, *words)
    assert (done.code, done.out, done.err) == (0, CONFIDENCE, "")


def test_all_rules_passing_ones_too(command: Any, desk_snapshot: Path) -> None:
    done = command(
        "explain", desk_snapshot, *PAPER, "--policy", "turnover-gate", "--member", "symbol=ETH-USD"
    )
    heads = [each.split("  ")[0] for each in done.out.splitlines() if each.startswith(("✔", "✘", "·"))]
    assert heads == [
        "✔ lockdown passes, contributes ALLOW",
        "✔ interval passes, contributes ALLOW",
        "· daily-limit does not apply",
        "✔ expected-value passes, contributes ALLOW",
        "✔ confidence passes, contributes ALLOW",
        "✔ loss-cooldown passes, contributes ALLOW",
    ]
    assert "    why: does not apply: param `max_per_day` is unlimited" in done.out.splitlines()


def test_a_refused_policy_has_nothing_to_explain(command: Any, desk_snapshot: Path) -> None:
    done = command("explain", desk_snapshot, "--historic", "--policy", "phase-2c-promotion")
    assert (done.code, done.out) == (2, "no policy was evaluated\n")
    assert done.err == (
        "error: not evaluated: `phase-2c-promotion` uses `attested` and needs a ledger: name one with "
        "`--ledger FILE`, or `--stateless` does without\n"
    )


def test_a_rule_that_does_not_exist(command: Any, desk_snapshot: Path) -> None:
    done = command("explain", desk_snapshot, *PAPER, "--policy", "turnover-gate", "--rule", "confidense")
    assert (done.code, done.out) == (2, "")
    assert done.err == "error: no rule is called `confidense`: did you mean `confidence`?\n"
    done = command("explain", desk_snapshot, *PAPER, "--policy", "turnover-gate", "--rule", "x")
    assert done.err == (
        "error: no rule is called `x`: there are confidence, daily-limit, expected-value, interval, lockdown "
        "and loss-cooldown\n"
    )
