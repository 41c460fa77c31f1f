"""What a report is about: one snapshot, what was decided over it, and what the clock says of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ..errors import EXIT_INVALID, EXIT_NOT_EVALUATED, worst_exit
from ..evaluation.deciding.decide import Decision
from ..evaluation.snapshot.snapshot import Snapshot
from ..evaluation.verdict import RuleResult, Verdict
from ..policy.model import Policy

__all__ = ["EXPIRED", "EvaluationResult", "ReportStyle", "counted", "open_rules", "standing"]

EXPIRED = "EXPIRED"
"""What stands in place of a verdict that may no longer be acted upon."""


@dataclass(frozen=True, slots=True)
class ReportStyle:
    """How a text is to look: columns to wrap at, plain ASCII marks, paint for a word of a tone (`good`, `middle`,
    `bad`, `blind`, `strong`, `faint`), and where the folder above the policy root lies, seen from here."""

    width: int = 10_000
    ascii: bool = False
    paint: Callable[[str, str], str] = lambda text, tone: text
    above: str = ""


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """One snapshot with its decision. `now` is the clock, None where the past is meant; `unused` names metrics
    that nobody declared; `settings` and `commands` tell a reader how to get the same again."""

    snapshot: Snapshot
    decision: Decision
    policies: Mapping[str, Policy] = field(default_factory=dict)
    now: Decimal | None = None
    unused: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    commands: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file of the snapshot without its folders: the same from wherever it is named."""
        return self.snapshot.name.replace("\\", "/").rstrip("/").rpartition("/")[2]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts in the order of policy and member."""
        return self.decision.verdicts

    @property
    def valid_until(self) -> Decimal | None:
        """The instant at which the first verdict ends, None without a verdict."""
        return min((each.valid_until for each in self.verdicts), default=None)

    @property
    def parts(self) -> frozenset[str]:
        """The policies among those judged that another one of them composes."""
        judged = {each.policy for each in self.verdicts} & set(self.policies)
        return frozenset(child.policy for name in judged for child in self.policies[name].children)

    @property
    def opened(self) -> tuple[Verdict, ...]:
        """The verdicts that a waiver made better and that may still be acted upon: a reader learns of them first."""
        return tuple(each for each in self.verdicts if self.opening(each))

    def opening(self, verdict: Verdict) -> str:
        """Say whose waiver made a verdict better that may still be acted upon; empty where none did."""
        return "" if self.expired(verdict) else verdict.opening

    def expired(self, verdict: Verdict) -> bool:
        """Tell whether the clock has passed the verdict."""
        return self.now is not None and verdict.expired(self.now)

    def word(self, verdict: Verdict) -> str:
        """The verdict as a table shows it."""
        return EXPIRED if self.expired(verdict) else verdict.verdict

    def words(self, verdict: Verdict) -> str:
        """The verdict as a table shows it, with whoever opened it by a waiver."""
        opening = self.opening(verdict)
        return f"{self.word(verdict)}, {opening}" if opening else self.word(verdict)

    def tone(self, verdict: Verdict) -> str:
        """`good`, `middle`, `bad`, or `blind` for what cannot be acted upon."""
        return "blind" if self.expired(verdict) else standing(verdict)

    @property
    def exit_code(self) -> int:
        """The code that takes precedence (see README): refused, expired or nothing evaluated, worst, in between."""
        codes = [each.exit_code for each in self.verdicts]
        codes += [EXIT_NOT_EVALUATED for each in self.verdicts if self.expired(each)]
        codes += [EXIT_INVALID for _ in self.decision.refusals]
        return worst_exit(codes)


def standing(verdict: Verdict) -> str:
    """Return `good` for the best verdict, `bad` for the worst, `middle` between, `blind` where there is none."""
    if not verdict.evaluated:
        return "blind"
    return "good" if verdict.is_best else "bad" if verdict.is_worst else "middle"


def open_rules(verdict: Verdict) -> tuple[RuleResult, ...]:
    """The rules that keep a verdict from being the best, worst contribution first, then in the policy's order."""

    def weight(rule: RuleResult) -> tuple[int, bool]:
        place = verdict.verdicts.index(rule.contribution) if rule.contribution in verdict.verdicts else -1
        return -place, rule.outcome == "unknown"

    return tuple(sorted(verdict.failed(), key=weight))


def counted(verdict: Verdict, outcome: str) -> int:
    """Return how many rules have an outcome; those in shadow do not count."""
    return sum(rule.outcome == outcome and not rule.shadow for rule in verdict.rules)
