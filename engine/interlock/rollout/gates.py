"""What the policies around a rollout say of one snapshot: at their best, at a bound, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ..evaluation.deciding.request import Decision
from ..evaluation.verdict import Verdict
from ..language.times import show_time

__all__ = ["RolloutGate", "gates_of"]


@dataclass(frozen=True, slots=True)
class RolloutGate:
    """The verdicts of one policy, one for each member where it has members, or why there is none."""

    policy: str
    verdicts: tuple[Verdict, ...] = ()
    refused: str = ""

    @property
    def best(self) -> bool:
        """Whether every verdict is the best and cannot be worse."""
        return bool(self.verdicts) and all(
            each.is_best and each.possible == each.verdict and not each.inputs.stateless
            for each in self.verdicts
        )

    @property
    def evaluated(self) -> bool:
        """Whether the policy said anything, and nothing is left open for lack of a rule that applies."""
        return bool(self.verdicts) and all(each.evaluated for each in self.verdicts)

    def reaches(self, bound: str) -> bool:
        """Whether a verdict is the bound or a worse one; what could not be judged reaches nothing."""
        return any(
            each.evaluated and each.verdicts.index(each.verdict) >= each.verdicts.index(bound)
            for each in self.verdicts
        )

    def expired(self, now: Decimal | None) -> str:
        """Say which verdict has expired, where a clock is asked."""
        late = [each for each in self.verdicts if now is not None and each.expired(now)]
        return f"{late[0].name} was {late[0].verdict} until {show_time(late[0].valid_until)}" if late else ""

    @property
    def told(self) -> str:
        """One line: each verdict that is not the best with the reasons of its rules."""
        if not self.verdicts:
            return f"{self.policy} was not evaluated: {self.refused or 'it gave no verdict'}"
        waived = "; ".join(each.headline for each in self.verdicts if each.opening)
        good = waived or f"{self.policy} is {self.verdicts[0].verdict}"
        return "; ".join(_told(each) for each in self._poor) or good

    @property
    def parts(self) -> tuple[str, ...]:
        """The same as a line and what is listed below it: the reasons of a verdict, or members; empty for one thing."""
        alone = self._poor[0] if len(self._poor) == 1 else None
        head = _headed(alone) if alone else self.policy
        found = _reasons(alone) if alone else tuple(_told(each) for each in self._poor)
        return (f"{head}:", *found) if len(found) > 1 else ()

    @property
    def _poor(self) -> list[Verdict]:
        return [each for each in self.verdicts if not (each.is_best and each.possible == each.verdict)]


def gates_of(names: Iterable[str], decision: Decision) -> Mapping[str, RolloutGate]:
    """Return the gates of policies by name; each has verdicts or a reason why not."""
    refused = {each.policy: each.reason for each in decision.refusals}
    return {
        name: RolloutGate(
            name, tuple(each for each in decision.verdicts if each.policy == name), refused.get(name, "")
        )
        for name in names
    }


def _told(verdict: Verdict) -> str:
    return ": ".join(filter(None, [_headed(verdict), "; ".join(_reasons(verdict))]))


def _headed(verdict: Verdict) -> str:
    may = f" and may be {verdict.possible}" if verdict.is_best else ""
    return f"{verdict.name} is {verdict.verdict}{may}"


def _reasons(verdict: Verdict) -> tuple[str, ...]:
    return () if verdict.is_best else tuple(f"{rule.id}: {rule.reason}" for rule in verdict.failed())
