"""Marks, tallies and instants as every report writes them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ..evaluation.verdict import RuleResult, Verdict
from ..language.times import show_time
from ..wording import number
from .evaluation_result import ReportStyle, counted

__all__ = ["MARKS", "mark", "moment", "outcome_word", "tally", "tone_of"]

MARKS = {
    "good": ("✔", "ok"),
    "middle": ("!", "!"),
    "bad": ("✘", "x"),
    "blind": ("?", "?"),
    "idle": ("·", "-"),
}
"""The mark of each tone, and the one in plain ASCII."""

_TONES = {"pass": "good", "fail": "bad", "unknown": "blind", "skipped": "idle"}
_WORDS = {"pass": "passes", "fail": "fails", "unknown": "unknown", "skipped": "does not apply"}


def mark(tone: str, look: ReportStyle = ReportStyle()) -> str:  # noqa: B008  frozen, and the same for all
    """Return the mark of a tone."""
    return MARKS[tone][look.ascii]


def tone_of(rule: RuleResult) -> str:
    """Return the tone of a rule's outcome."""
    return _TONES[rule.outcome]


def outcome_word(rule: RuleResult) -> str:
    """Return the outcome of a rule in words, and whether it counts."""
    word = _WORDS[rule.outcome]
    return f"{word} (in shadow)" if rule.shadow else word


def moment(instant: Decimal | None) -> str:
    """Return an instant as people write it: `2026-03-30 06:30 UTC`, with seconds where there are any."""
    if instant is None:
        return "never"
    return show_time(instant).replace("T", " ", 1).removesuffix("Z").removesuffix(":00") + " UTC"


def tally(verdict: Verdict) -> str:
    """Return `12 rules: 10 pass, 1 fails, 1 does not apply`."""
    said = {
        "pass": ("passes", "pass"),
        "fail": ("fails", "fail"),
        "unknown": ("unknown", "unknown"),
        "skipped": ("does not apply", "do not apply"),
    }
    counts = [(counted(verdict, outcome), words) for outcome, words in said.items()]
    parts = [f"{count} {words[0] if count == 1 else words[1]}" for count, words in counts if count]
    shadow = sum(rule.shadow for rule in verdict.rules)
    parts += [f"{shadow} in shadow"] if shadow else []
    return f"{number(len(verdict.rules), 'rule')}: {_listed(parts)}"


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(parts) or "none"
