"""One evaluated snapshot: its verdicts, what the clock says of them, and how to get the same again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ...errors import EXIT_INVALID, EXIT_NOT_EVALUATED, worst_exit
from ...evaluation.deciding.decide import Decision
from ...evaluation.deciding.restoring import outages, told_outages
from ...evaluation.snapshot.snapshot import Snapshot
from ...evaluation.verdict import RuleResult, Verdict
from ...language.times import show_time
from ...policy.model import Policy

__all__ = ["EXPIRED", "EvaluationResult", "open_rules", "verdict_tone"]

EXPIRED = "EXPIRED"
"""What a table shows in place of a verdict that has ended."""


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """One snapshot with its decision.

    `now` is the clock in seconds since the epoch, None for an evaluation of the past; `newer` is the instant of the
    ledger's newest snapshot if it is newer than this one; `unused` names metrics that no catalogue declares;
    `settings` and `commands` show a reader how to get the same again; `asked` are the policies that were named, each of
    which must have a verdict.
    """

    snapshot: Snapshot
    decision: Decision
    policies: Mapping[str, Policy] = field(default_factory=dict)
    now: Decimal | None = None
    unused: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    commands: tuple[str, ...] = ()
    newer: Decimal | None = None
    asked: tuple[str, ...] = ()

    @property
    def outages(self) -> tuple[str, ...]:
        """A line for each source that leaves rules unknown."""
        return tuple(told_outages(outages(self.snapshot, self.verdicts)))

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
        return min((each.valid_until for each in self.applying), default=None)

    @property
    def parts(self) -> frozenset[str]:
        """The evaluated policies that another evaluated policy composes."""
        evaluated = {each.policy for each in self.verdicts} & set(self.policies)
        return frozenset(child.policy for name in evaluated for child in self.policies[name].children)

    @property
    def opened(self) -> tuple[Verdict, ...]:
        """The verdicts that a waiver made better and that have not expired."""
        return tuple(each for each in self.verdicts if self.opening(each))

    def opening(self, verdict: Verdict) -> str:
        """Return whose waiver made a verdict better that has not expired; empty where none did."""
        return "" if self.expired(verdict) else verdict.opening

    def expired(self, verdict: Verdict) -> bool:
        """Tell whether the clock has passed the end of the verdict, or the ledger holds a newer snapshot."""
        late = self.newer is not None or (self.now is not None and verdict.expired(self.now))
        return verdict.applicable and late

    @property
    def applying(self) -> tuple[Verdict, ...]:
        """The verdicts of policies that apply."""
        return tuple(each for each in self.verdicts if each.applicable)

    @property
    def idle(self) -> tuple[Verdict, ...]:
        """The others, which open nothing and ask for nothing."""
        return tuple(each for each in self.verdicts if not each.applicable)

    def end(self, verdict: Verdict) -> str:
        """Return what an expired verdict lasted until: its own end, or a newer snapshot in the ledger."""
        if self.newer is None:
            return show_time(verdict.valid_until)
        return f"the ledger's newer snapshot of {show_time(self.newer)}"

    def status(self, verdict: Verdict) -> str:
        """Return the verdict as a table shows it."""
        return EXPIRED if self.expired(verdict) else verdict.verdict

    def full_status(self, verdict: Verdict) -> str:
        """Return the verdict as a table shows it, with whose waiver opened it."""
        opening = self.opening(verdict)
        return f"{self.status(verdict)}, {opening}" if opening else self.status(verdict)

    def tone(self, verdict: Verdict) -> str:
        """Return `good`, `middle` or `bad`, and `unknown` for a verdict that is none or has expired."""
        return "unknown" if self.expired(verdict) else verdict_tone(verdict)

    @property
    def exit_code(self) -> int:
        """The code that takes precedence (see README): refused, expired or nothing evaluated, worst, in between."""
        codes = [each.exit_code for each in self.applying]
        codes += [EXIT_NOT_EVALUATED for each in self.applying if self.expired(each)]
        codes += [EXIT_INVALID for _ in self.decision.refusals]
        answered = {each.policy for each in self.applying} | {each.policy for each in self.decision.refusals}
        codes += [EXIT_NOT_EVALUATED for name in self.asked if name not in answered]
        return worst_exit(codes)


def verdict_tone(verdict: Verdict) -> str:
    """Return `good` for the best verdict, `bad` for the worst, `middle` between, `unknown` where there is none."""
    if not verdict.evaluated:
        return "unknown"
    return "good" if verdict.is_best else "bad" if verdict.is_worst else "middle"


def open_rules(verdict: Verdict) -> tuple[RuleResult, ...]:
    """Return the rules that keep a verdict from the best, worst contribution first, then in the policy's order."""

    def weight(rule: RuleResult) -> tuple[int, bool]:
        place = verdict.verdicts.index(rule.contribution) if rule.contribution in verdict.verdicts else -1
        return -place, rule.outcome == "unknown"

    return tuple(sorted(verdict.failed(), key=weight))
