"""Whether a waiver lets a rule count as passed: a person's leave, for a term, for that rule and no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from ..language.times import show_time
from ..policy.model import Composition, Rule
from .history import Waiver
from .outcomes import Outcome

__all__ = ["allowed", "granted", "remarks", "told", "waived"]


def allowed(rule: Rule, waiver: Waiver) -> bool:
    """Tell whether the policy lets the rule be waived so: by that role, for no longer; a composition never is."""
    if rule.waivable is None or isinstance(rule.condition, Composition):
        return False
    roles, longest = rule.waivable
    return waiver.role in roles and waiver.until - waiver.at <= longest


def granted(rule: Rule, word: str, waivers: Iterable[Waiver], as_of: Decimal) -> Waiver | None:
    """Return the waiver in force for an outcome that the rule may be waived for."""
    good = [
        each
        for each in waivers
        if each.outcome == word and each.at <= as_of < each.until and allowed(rule, each)
    ]
    return max(good, key=lambda each: each.until, default=None)


def waived(outcome: Outcome, best: str) -> Outcome:
    """Return the outcome that keeps its word and counts as the best."""
    return replace(outcome, contribution=best, possible=(best,))


def told(rule: Rule, waiver: Waiver) -> str:
    """Say what is waived, until when, by whom and why."""
    until, ticket = show_time(waiver.until), f", {waiver.ticket}" if waiver.ticket else ""
    return (
        f"rule `{rule.id}` is waived until {until} by {waiver.by} as {waiver.role}{ticket}: {waiver.reason}"
    )


def remarks(
    policy: str, rule: Rule, word: str, waivers: Sequence[Waiver], used: Waiver | None, as_of: Decimal
) -> Iterator[str]:
    """Yield what is to be told of waivers that did not count: unused, expired, or not allowed by the policy."""
    for each in waivers:
        if each is used:
            continue
        head = f"the waiver of entry {each.entry} for `{policy}/{rule.id}`"
        if not allowed(rule, each):
            yield f"{head} does not count: the policy does not allow it"
        elif each.until <= as_of:
            if word == each.outcome and used is None:
                yield f"{head} expired at {show_time(each.until)}"
        elif word != each.outcome:
            yield f"{head} is in force and not needed"
