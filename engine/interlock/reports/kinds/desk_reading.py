"""What a report of a kind is made from: one evaluated snapshot, its measures, and what a ledger adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ...errors import UsageError
from ...evaluation.deciding.cause_text import cause_lines
from ...evaluation.expressions.expression import ExpressionContext, evaluate_expression
from ...evaluation.snapshot.measures import Measures
from ...evaluation.snapshot.series_values import Shaped
from ...evaluation.verdict import RuleResult, Verdict
from ...language.times import show_time
from ...language.values import Unknown
from ...ledger.state.rollout_state import RolloutState
from ...policy.report_model import ReportExpression, ReportKind, RuleName
from ..evaluation.evaluation_result import EvaluationResult

__all__ = ["WEEK", "DeskReading", "ReportUnknown", "monday_of", "why"]

WEEK = 7 * 86400
"""Seconds of a week."""


@dataclass(frozen=True, slots=True)
class ReportUnknown:
    """Stands for what a report does not know, and says why."""

    why: str


@dataclass(frozen=True, slots=True)
class DeskReading:
    """One report to be: its kind, the evaluated snapshot and its measures; `rollouts` is None without a ledger.

    `told` is when the programme began, where a newer snapshot said so: an older one may not know it yet.
    """

    kind: ReportKind
    result: EvaluationResult
    measures: Measures
    baselines: Mapping[str, Measures] = field(default_factory=dict)
    rollouts: Mapping[str, RolloutState] | None = None
    told: Decimal | None = None

    def value(self, expression: ReportExpression, member: str | None = None) -> Shaped:
        """Return the value of an expression, at a member where it has a scope."""
        setting = ExpressionContext(scope=expression.scope, member=member, baselines=self.baselines)
        return evaluate_expression(expression.node, self.measures, setting).value

    # time

    @property
    def last_day(self) -> str:
        """The newest complete UTC day."""
        return str((self._day - timedelta(days=1)).date())

    @property
    def week_ending(self) -> str:
        """The Sunday of the newest complete ISO week."""
        return str((self._day - timedelta(days=self._day.isoweekday())).date())

    @property
    def began(self) -> Decimal | ReportUnknown:
        """When the programme began, in seconds since the epoch."""
        expression = self.kind.began
        found = self.told or (None if expression is None else self.value(expression))
        if isinstance(found, Decimal):
            return found
        return ReportUnknown(why(found.causes) if isinstance(found, Unknown) else "no programme is declared")

    @property
    def week_number(self) -> int | ReportUnknown:
        """The number of the newest complete week of the programme, from 1."""
        began = self.began
        if isinstance(began, ReportUnknown):
            return began
        number = int((monday_of(self.result.snapshot.as_of) - monday_of(began)) / WEEK)
        return number if number > 0 else ReportUnknown("the first week is not over")

    @property
    def file(self) -> str:
        """The name of the report's file; raises UsageError where its name needs what is not known."""
        kind = self.kind
        name = kind.file or f"{kind.name}.{'md' if kind.format == 'markdown' else 'json'}"
        number = self.week_number
        if isinstance(number, ReportUnknown) and "{week_number}" in name:
            raise UsageError(f"the name `{name}` needs the number of the week: {number.why}")
        as_of = show_time(self.result.snapshot.as_of)[:10]
        return name.format(
            as_of=as_of, last_day=self.last_day, week_ending=self.week_ending, week_number=number
        )

    @property
    def _day(self) -> datetime:
        return _instant(self.result.snapshot.as_of).replace(hour=0, minute=0, second=0, microsecond=0)

    # verdicts

    def verdicts(self, policy: str) -> tuple[Verdict, ...] | ReportUnknown:
        """Return the verdicts of a policy, one a member; not known where there is none that may be acted upon."""
        found = tuple(each for each in self.result.verdicts if each.policy == policy)
        if not found:
            refused = [each.reason for each in self.result.decision.refusals if each.policy == policy]
            return ReportUnknown(refused[0] if refused else "the policy was not evaluated")
        for each in found:
            if not each.applicable:
                return ReportUnknown(f"{each.name} does not apply")
            if self.result.expired(each):
                return ReportUnknown(f"the verdict of {policy} lasted until {self.result.end(each)}")
            if each.verdict not in each.verdicts:
                said = "; ".join(each.assumptions) or "no rule applies"
                return ReportUnknown(f"{each.name} has no verdict: {said}")
        return found

    def idle(self, policy: str) -> tuple[Verdict, ...]:
        """Return the verdicts of a policy that was evaluated and applies nowhere: it opens nothing and asks for
        nothing."""
        found = tuple(each for each in self.result.verdicts if each.policy == policy)
        return () if any(each.applicable for each in found) else found

    def outcomes(self, name: RuleName) -> tuple[tuple[Verdict, RuleResult | None], ...] | ReportUnknown:
        """Return a rule in each verdict of its policy; of a name without a rule the verdicts alone."""
        found = self.verdicts(name.policy)
        if isinstance(found, ReportUnknown):
            return found
        if not name.rule:
            return tuple((each, None) for each in found)
        return tuple((each, rule) for each in found for rule in each.rules if rule.id == name.rule)

    def passes(self, names: Iterable[RuleName]) -> bool | ReportUnknown:
        """Tell whether all rules pass; a rule that does not apply has not passed, and is no failure either."""
        doubts = []
        for name in names:
            found = self.outcomes(name)
            if isinstance(found, ReportUnknown):
                doubts.append(found.why)
                continue
            for verdict, rule in found:
                passing = _at_best(verdict) if rule is None else _passing(rule)
                if passing is False:
                    return False
                if isinstance(passing, ReportUnknown):
                    doubts.append(passing.why)
        return ReportUnknown("; ".join(dict.fromkeys(doubts))) if doubts else True


def why(causes: Iterable[object]) -> str:
    """Return causes as one line."""
    return "; ".join(cause_lines(causes)) or "nothing was measured"  # type: ignore[arg-type]


def monday_of(instant: Decimal) -> Decimal:
    """Return the beginning of the ISO week of an instant, UTC."""
    day = _instant(instant)
    return Decimal(int((day - timedelta(days=day.weekday())).replace(hour=0, minute=0, second=0).timestamp()))


def _instant(seconds: Decimal) -> datetime:
    return datetime.fromisoformat(show_time(Decimal(int(seconds))).replace("Z", "+00:00")).astimezone(UTC)


def _at_best(verdict: Verdict) -> bool | ReportUnknown:
    if verdict.is_best:
        return True
    open_rules = verdict.failed()
    if open_rules and all(each.outcome == "unknown" for each in open_rules):
        return ReportUnknown("; ".join(each.reason for each in open_rules))
    return False


def _passing(rule: RuleResult) -> bool | ReportUnknown:
    if rule.outcome in ("pass", "fail"):
        return rule.outcome == "pass"
    return ReportUnknown(rule.reason if rule.outcome == "unknown" else f"the rule {rule.id} does not apply")
