"""What was judged and what the clock says of it: words, tones, exit codes, and which rules weigh most."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from interlock.api import Snapshot
from interlock.evaluation.deciding.decide import Decision, Refusal
from interlock.evaluation.verdict import NOT_APPLICABLE, NOT_EVALUATED, Inputs, RuleResult, Verdict
from interlock.reports.evaluation.evaluation_result import EvaluationResult, open_rules, verdict_tone
from interlock.reports.marks import counted

SNAPSHOT = Snapshot(Decimal(0), {}, name="some/where\\snapshot.json")


def verdict(word: str = "GO", stateless: bool = False, **rules: str) -> Verdict:
    """A verdict of a gate with rules by id, `outcome` or `outcome contribution`."""
    made = []
    for name, text in rules.items():
        outcome, _, given = text.partition(" ")
        made.append(
            RuleResult(name, outcome, given or None, "because", shadow=not given and outcome == "fail")
        )
    inputs = Inputs("", "", {}, {}, "", stateless)
    order = ("GO", "WAIT", "NO_GO")
    return Verdict(
        "gate", "1.0.0", "A gate", None, word, word, order, Decimal(0), Decimal(60), inputs, tuple(made)
    )


IDLE = replace(verdict(NOT_APPLICABLE), policy="idle", valid_until=Decimal(10))
"""A policy that does not apply: it ends before the others, and nobody needs a new one."""


def judged(*verdicts: Verdict, now: Decimal | None = None, refused: int = 0) -> EvaluationResult:
    refusals = tuple(Refusal(f"other-{index}", "no") for index in range(refused))
    return EvaluationResult(SNAPSHOT, Decision(verdicts, refusals), now=now)


@pytest.mark.parametrize(
    ("word", "options", "tone", "code"),
    [
        ("GO", {}, "good", 0),
        ("GO", {"stateless": True}, "good", 3),
        ("WAIT", {}, "middle", 3),
        ("NO_GO", {}, "bad", 1),
        (NOT_EVALUATED, {}, "unknown", 4),
        (NOT_APPLICABLE, {}, "unknown", 4),
    ],
)
def test_standing_and_exit_code(word: str, options: dict[str, Any], tone: str, code: int) -> None:
    found = judged(verdict(word, **options))
    assert (verdict_tone(found.verdicts[0]), found.tone(found.verdicts[0]), found.exit_code) == (
        tone,
        tone,
        code,
    )


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (judged(), 4),
        (judged(refused=1), 2),
        (judged(verdict(), refused=1), 2),
        (judged(verdict(), verdict("NO_GO")), 1),
        (judged(verdict(), verdict("WAIT")), 3),
        (judged(verdict("NO_GO"), verdict(NOT_EVALUATED)), 4),
        (judged(verdict(), verdict(NOT_APPLICABLE)), 0),
        (judged(verdict("NO_GO"), verdict(NOT_APPLICABLE)), 1),
        (replace(judged(verdict(), IDLE), asked=("gate", "idle")), 4),
        (replace(judged(verdict(), IDLE), asked=("gate",)), 0),
        (judged(verdict(), IDLE, now=Decimal(60)), 0),
        (judged(verdict(), now=Decimal(60)), 0),
        (judged(verdict(), now=Decimal(61)), 4),
        (judged(verdict("NO_GO"), now=Decimal(61)), 4),
        (judged(verdict(), now=Decimal(61), refused=1), 2),
    ],
)
def test_the_exit_code_that_takes_precedence(found: EvaluationResult, code: int) -> None:
    assert found.exit_code == code


def test_an_expired_verdict_has_neither_its_word_nor_its_tone() -> None:
    late = judged(verdict(), now=Decimal(61))
    assert (late.status(late.verdicts[0]), late.tone(late.verdicts[0])) == ("EXPIRED", "unknown")
    assert replace(late, now=None).status(late.verdicts[0]) == "GO"


def test_rules_that_weigh_most_come_first_and_shadow_does_not_count() -> None:
    found = verdict(
        "NO_GO",
        a="pass GO",
        b="unknown WAIT",
        c="fail WAIT",
        d="unknown NO_GO",
        e="fail NO_GO",
        f="fail",
        g="skipped",
    )
    assert [each.id for each in open_rules(found)] == ["e", "d", "c", "b"]
    assert [counted(found, each) for each in ("pass", "fail", "unknown", "skipped")] == [1, 2, 2, 1]


def test_the_name_of_a_snapshot_is_the_same_from_wherever_it_is_named() -> None:
    assert judged().name == "snapshot.json"
    assert judged().valid_until is None
