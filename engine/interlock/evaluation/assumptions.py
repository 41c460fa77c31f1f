"""What a verdict says of rules that are outside the laws: in shadow, failing open, or milder when unknown."""

from __future__ import annotations

from ..language.times import show_time
from ..policy.model import Rule

__all__ = ["printed"]


def printed(rule: Rule, verdicts: tuple[str, ...]) -> list[str]:
    """Return what a verdict must say of a rule that is outside the laws."""
    if rule.shadow is not None:
        return [f"rule `{rule.id}` is in shadow since {show_time(rule.shadow)} and does not contribute"]
    if rule.fail_open:
        return [f"rule `{rule.id}` fails open: {rule.fail_open}"]
    if verdicts.index(rule.unknown) < verdicts.index(rule.failed):
        return [f"rule `{rule.id}` contributes {rule.unknown} when unknown, {rule.failed} when it fails"]
    return []
