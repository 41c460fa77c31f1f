"""The gates of a rollout: the verdicts of each policy that it depends on."""

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
    """The verdicts of one policy, one a member if it has members, or the reason why there is none."""

    policy: str
    verdicts: tuple[Verdict, ...] = ()
    refusal: str = ""

    @property
    def is_best(self) -> bool:
        """Tell whether every verdict is the best and cannot be worse."""
        return bool(self.verdicts) and all(
            each.is_best and each.possible == each.verdict and not each.inputs.stateless
            for each in self.verdicts
        )

    @property
    def evaluated(self) -> bool:
        """Tell whether there are verdicts, and each of them comes from a rule that applies."""
        return bool(self.verdicts) and all(each.evaluated for each in self.verdicts)

    def reaches(self, bound: str) -> bool:
        """Tell whether a verdict is `bound` or worse; one that was not evaluated is not."""
        return any(
            each.evaluated and each.verdicts.index(each.verdict) >= each.verdicts.index(bound)
            for each in self.verdicts
        )

    def expired(self, now: Decimal | None) -> str:
        """Return which verdict has expired by `now`; empty without one, or without a clock."""
        late = [each for each in self.verdicts if now is not None and each.expired(now)]
        return f"{late[0].name} was {late[0].verdict} until {show_time(late[0].valid_until)}" if late else ""

    @property
    def summary(self) -> str:
        """One line: each verdict that is not the best, with the reasons of its rules."""
        if not self.verdicts:
            return f"{self.policy} was not evaluated: {self.refusal or 'it gave no verdict'}"
        waived = "; ".join(each.headline for each in self.verdicts if each.opening)
        good = waived or f"{self.policy} is {self.verdicts[0].verdict}"
        return "; ".join(_verdict_text(each) for each in self._not_best) or good

    @property
    def parts(self) -> tuple[str, ...]:
        """The summary as a heading and a list of reasons or members; empty for a single item."""
        alone = self._not_best[0] if len(self._not_best) == 1 else None
        head = _headline(alone) if alone else self.policy
        found = _reasons(alone) if alone else tuple(_verdict_text(each) for each in self._not_best)
        return (f"{head}:", *found) if len(found) > 1 else ()

    @property
    def _not_best(self) -> list[Verdict]:
        return [each for each in self.verdicts if not (each.is_best and each.possible == each.verdict)]


def gates_of(names: Iterable[str], decision: Decision) -> Mapping[str, RolloutGate]:
    """Return the gates of policies by name."""
    refused = {each.policy: each.reason for each in decision.refusals}
    return {
        name: RolloutGate(
            name, tuple(each for each in decision.verdicts if each.policy == name), refused.get(name, "")
        )
        for name in names
    }


def _verdict_text(verdict: Verdict) -> str:
    return ": ".join(filter(None, [_headline(verdict), "; ".join(_reasons(verdict))]))


def _headline(verdict: Verdict) -> str:
    may = f" and may be {verdict.possible}" if verdict.is_best else ""
    return f"{verdict.name} is {verdict.verdict}{may}"


def _reasons(verdict: Verdict) -> tuple[str, ...]:
    return () if verdict.is_best else tuple(f"{rule.id}: {rule.reason}" for rule in verdict.failed())
