"""Outcomes, tallies and instants as every report writes them."""

from __future__ import annotations

from decimal import Decimal

from ..evaluation.verdict import RuleResult, Verdict
from ..language.times import show_time
from ..wording import number

__all__ = ["counted", "moment", "outcome_word", "tally", "tone_of"]

_TONES = {"pass": "good", "fail": "bad", "unknown": "unknown", "skipped": "idle"}
_WORDS = {
    "pass": ("passes", "pass"),
    "fail": ("fails", "fail"),
    "unknown": ("unknown", "unknown"),
    "skipped": ("does not apply", "do not apply"),
}
"""Each outcome in words, of one rule and of several."""


def tone_of(rule: RuleResult) -> str:
    """Return the tone of a rule's outcome."""
    return _TONES[rule.outcome]


def outcome_word(rule: RuleResult) -> str:
    """Return the outcome of a rule in words, and whether it counts."""
    word = _WORDS[rule.outcome][0]
    return f"{word} (in shadow)" if rule.shadow else word


def counted(verdict: Verdict, outcome: str) -> int:
    """Return how many rules have an outcome; those in shadow do not count."""
    return sum(rule.outcome == outcome for rule in verdict.rules if not rule.shadow)


def tally(verdict: Verdict) -> str:
    """Return `12 rules: 10 pass, 1 fails, 1 does not apply`."""
    counts = [(counted(verdict, outcome), words) for outcome, words in _WORDS.items()]
    parts = [f"{count} {words[0] if count == 1 else words[1]}" for count, words in counts if count]
    shadow = sum(rule.shadow for rule in verdict.rules)
    parts += [f"{shadow} in shadow"] if shadow else []
    return f"{number(len(verdict.rules), 'rule')}: {', '.join(parts) or 'none'}"


def moment(instant: Decimal | None) -> str:
    """Return an instant as people write it: `2026-03-30 06:30 UTC`, with seconds where there are any."""
    if instant is None:
        return "never"
    return show_time(instant).replace("T", " ", 1).removesuffix("Z").removesuffix(":00") + " UTC"
