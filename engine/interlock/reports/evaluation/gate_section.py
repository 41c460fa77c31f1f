"""One gate of the full report: its verdict, a row for each rule, what is unknown, and its limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ...evaluation.deciding.cause_text import cause_lines
from ...evaluation.verdict import Comparison, RuleResult, Verdict
from ...policy.model import Policy
from ..escaping import Safe, code, markdown
from ..marks import outcome_word, tone_of
from .evaluation_result import EvaluationResult, open_rules
from .provenance import origins

__all__ = ["GateSection", "Limit", "RuleRow", "gate"]

_SHOWN = 4


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule in a table; a cell has a line for each comparison."""

    tone: str
    title: str
    outcome: str
    seen: str
    needed: str
    margin: str
    reason: str


@dataclass(frozen=True, slots=True)
class Limit:
    """One param, its value and its meaning."""

    name: str
    value: str
    doc: str


@dataclass(frozen=True, slots=True)
class GateSection:
    """One verdict with its policy, rules and limits; `full_status` also names who opened it by a waiver.

    `newer` is the instant of a newer snapshot in the ledger, for which the verdict is `expired`.
    """

    verdict: Verdict
    policy: Policy | None
    title: str
    status: str
    tone: str
    full_status: str
    expired: bool
    newer: Decimal | None
    reason: str
    others: int
    rows: tuple[RuleRow, ...]
    unknown: tuple[str, ...]
    limits: tuple[Limit, ...]

    @property
    def unsure(self) -> bool:
        """Whether the missing data could make it worse."""
        return self.verdict.possible != self.verdict.verdict


def gate(result: EvaluationResult, verdict: Verdict) -> GateSection:
    """Return the section of one verdict."""
    policy = result.policies.get(verdict.policy)
    title = verdict.title or verdict.policy
    found = open_rules(verdict)
    return GateSection(
        verdict,
        policy,
        f"{title}, {verdict.member}" if verdict.member else title,
        result.status(verdict),
        result.tone(verdict),
        result.full_status(verdict),
        result.expired(verdict),
        result.newer,
        found[0].reason if found else "",
        max(len(found) - 1, 0),
        tuple(_row(each) for each in verdict.rules),
        tuple(_unknown(result, verdict)),
        tuple(_limits(verdict, policy)),
    )


def _row(rule: RuleResult) -> RuleRow:
    shown = rule.comparisons[:_SHOWN]
    several = len({each.left for each in rule.comparisons}) > 1
    more = [f"and {len(rule.comparisons) - _SHOWN} more"] if len(rule.comparisons) > _SHOWN else []
    return RuleRow(
        tone_of(rule),
        rule.title or rule.id,
        outcome_word(rule),
        _lines(dict.fromkeys([*(_seen(each, several) for each in shown), *map(markdown, more)])),
        _lines(code(each.needed) for each in shown),
        _lines(code(each.margin or "") for each in shown) if any(each.margin for each in shown) else Safe(""),
        rule.reason if rule.outcome in ("fail", "unknown") else "",
    )


def _seen(comparison: Comparison, several: bool) -> str:
    """The value, and of several comparisons also what has it."""
    value = code(comparison.seen)
    return Safe(f"{code(comparison.left)} is {value}") if several else value


def _lines(texts: Iterable[str]) -> Safe:
    return Safe("<br>".join(texts))


def _unknown(result: EvaluationResult, verdict: Verdict) -> Iterable[str]:
    """What is unknown, once for all rules that it concerns, and where it should have come from."""
    causes = sorted({cause for rule in verdict.rules if rule.outcome == "unknown" for cause in rule.causes})
    yield from cause_lines(causes)
    yield from origins(result.snapshot, causes)


def _limits(verdict: Verdict, policy: Policy | None) -> Iterable[Limit]:
    params = policy.params if policy else {}
    for name, value in sorted(verdict.inputs.params.items()):
        yield Limit(name, value, params[name].doc if name in params else "")
