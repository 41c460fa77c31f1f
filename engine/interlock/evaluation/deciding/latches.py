"""Stateful rules: latches, blind limits and hysteresis, decided with the memory of a ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from ...language.times import show_duration, show_time
from ...language.values import INFINITY
from ...policy.model import Policy, Rule
from ..snapshot.series_values import Shaped
from ..verdict import RuleResult
from .memory import Fact, Key, Latch, Memory, Seen
from .outcomes import Outcome, join
from .past import MOMENT, gained, gaps
from .reasons import generated

__all__ = [
    "DecideAt",
    "StatefulRule",
    "joined_facts",
    "latches_of_gone_members",
    "latches_of_gone_policies",
    "latches_of_gone_rules",
]

_WORST_FIRST = ("fail", "unknown", "pass", "skipped")

Then = tuple[Decimal, Outcome]
"""A past instant, and the outcome of a rule then."""


class DecideAt(Protocol):
    """Decides a rule with its series cut at an instant, without the points before another."""

    def __call__(
        self, instant: Decimal, after: Decimal | None, *, hold: bool = False, brief: bool = False
    ) -> Outcome:
        """`hold` asks for the milder condition, `brief` for one cause of each unknown value instead of all."""
        ...


@dataclass(frozen=True, slots=True)
class StatefulRule:
    """One stateful rule of a policy at a member and an instant, with the memory of the ledger."""

    memory: Memory
    policy: Policy
    rule: Rule
    member: str
    as_of: Decimal
    given: str = ""

    @property
    def key(self) -> Key:
        return (self.policy.id, self.member, self.rule.id)

    def outcome(self, decide: DecideAt, read: Mapping[str, Shaped]) -> tuple[Outcome, Fact, bool]:
        """Return the outcome, the fact for the ledger, and whether the rule is latched.

        `read` are the metrics that the rule reads. Each of their points is judged once, each hole until it is filled.
        """
        rule, rearmed = self.rule, self.memory.rearmed(self.key)
        after = rearmed if rule.latch and rearmed is not None and rearmed < self.as_of else None
        now = decide(self.as_of, after, hold=self.holds())
        # an unknown outcome without blindness is recorded as one that does not apply: there is nothing to judge yet
        status = "skipped" if now.status == "unknown" and not now.blind else now.status
        blind = status == "unknown" and self.blind()
        plain = now.contributing(rule, self.policy.verdicts, blind)
        latch = self.memory.latches(self.policy.id, self.member).get(rule.id)
        if not rule.latch or (latch is None and rearmed is not None and rearmed >= self.as_of):
            return plain, Fact(self.key, status, given=self.given), False
        seen = self.memory.seen(self.key)
        gains = [pair for name, found in read.items() for pair in gained(name, found, self.as_of)]
        instants, new = unseen([*gains, *self.doubted()], seen, self.as_of, after)
        if latch is not None or rule.shadow is not None:
            fact = Fact(self.key, status, tuple(each for _, each in new), given=self.given)
            return (plain, fact, False) if latch is None else (self.latched(plain, latch), fact, True)
        between = dict(self.unsure(instants, read))
        hole, fired_at = self.judged(decide, instants, between, after)
        if hole is None and status == "unknown":
            hole = self.as_of, now
        blind = hole is not None and self.blind()
        fired = self.fired(fired_at, now, blind)
        if fired is not None:
            fact = Fact(self.key, now.status, tuple(each for _, each in new), fired, self.given)
            return self.latched(plain, fired), fact, True
        if hole is None:
            return plain, Fact(self.key, status, tuple(each for _, each in new), given=self.given), False
        # later points are judged again, until data come in or a person re-arms the trigger
        at, doubt = hole
        if now.status != "unknown":
            doubt = replace(doubt, note=self.doubt_note(at, doubt))
            plain = doubt.contributing(rule, self.policy.verdicts, blind)
        seen_before = tuple(each for gained, each in new if gained < at)
        return plain, Fact(self.key, "unknown", seen_before, given=self.given, hole=at), False

    def unsure(
        self, instants: Sequence[Decimal], read: Mapping[str, Shaped]
    ) -> Iterator[tuple[Decimal, Decimal]]:
        """Yield the moments between the instants at which points may have come unseen, each with the instant it is told
        of: just after a gap of coverage begins, and just before each instant in it.

        The first instant counts only where the policy was recorded earlier, or nothing is known of a series: else
        there was nothing to miss before it.
        """
        first = self.memory.first(self.policy.id)
        recorded = first is not None and bool(instants) and first < instants[0]
        open_gaps = [pair for found in read.values() for pair in gaps(found, self.as_of)]
        blank = any(start == -INFINITY for start, _ in open_gaps)
        counted = (*(instants if recorded or blank else instants[1:]), self.as_of)
        yield from ((each - MOMENT, each) for each in unseen_before(counted, open_gaps))
        yield from ((start + MOMENT, start) for start, _ in open_gaps if start in instants)

    def doubted(self) -> Iterator[tuple[Decimal, None]]:
        """Yield the recorded instants at which the outcome was unknown: the data of now may tell of them."""
        yield from ((at, None) for at in self.memory.unknown(self.key))

    def doubt_note(self, at: Decimal, doubt: Outcome) -> str:
        """Return the reason for a past instant whose outcome is unknown."""
        why = generated(doubt)
        hint = f"give the missing data, or check it and `interlock log rearm {self.policy.id}/{self.rule.id}`"
        return f"{why}, so it may have fired at {show_time(at)}: {hint}"

    def judged(
        self,
        decide: DecideAt,
        instants: Iterable[Decimal],
        between: Mapping[Decimal, Decimal],
        after: Decimal | None,
    ) -> tuple[Then | None, Then | None]:
        """Decide past instants in turn, up to the first at which the trigger was true; return the first at which it may
        have been, and that one.

        In the moments `between` them it only may have been. Of all others only the status counts: to collect the causes
        at each would take much longer.
        """
        hole: Then | None = None
        for instant in sorted({*instants, *between}):
            then = decide(instant, after, brief=True)
            if then.status == "fail" and instant not in between:
                return hole, (instant, decide(instant, after))
            if hole is None and then.status == "unknown":
                then = decide(instant, after)
                hole = (between.get(instant, instant), then) if then.blind else None
        return hole, None

    def holds(self) -> bool:
        """Whether the rule passed at its newest record, no longer ago than the policy's `max_gap`."""
        passed, most = self.memory.passed(self.key), self.policy.max_gap
        return (
            self.rule.hold is not None
            and passed is not None
            and most is not None
            and self.as_of - passed <= most
        )

    def blind(self) -> bool:
        """Whether an unknown trigger has been unknown for longer than its limit; without a record it has."""
        if self.rule.blind_limit is None:
            return False
        known = self.memory.known(self.key)
        since = self.memory.first(self.policy.id) if known is None else known
        return since is None or self.as_of - since > self.rule.blind_limit

    def fired(self, past: Then | None, now: Outcome, blind: bool) -> Latch | None:
        """Return the latch of the first instant at which the trigger was true, else of one too long blind."""
        word = self.rule.failed
        if past is not None:
            return Latch(past[0], word, generated(past[1]))
        if now.status == "fail":
            return Latch(self.as_of, word, generated(now))
        if not blind or self.memory.first(self.policy.id) is None:
            # without a record the time without data is not known: it counts now and latches nothing
            return None
        limit = show_duration(self.rule.blind_limit or Decimal(0))
        return Latch(self.as_of, word, f"it was unknown for longer than {limit}")

    def latched(self, now: Outcome, latch: Latch) -> Outcome:
        """Return the outcome of a trigger that stays fired, whatever it would be now."""
        verdicts = self.policy.verdicts
        word = join(verdicts, (_known(self.policy, latch.verdict), self.rule.failed))
        note = "" if now.status == "fail" else _since(self.policy, self.rule.id, latch)
        return replace(now, status="fail", contribution=word, possible=(word,), note=note, sure=True)


def unseen(
    gains: Iterable[tuple[Decimal, Seen | None]], seen: frozenset[Seen], as_of: Decimal, after: Decimal | None
) -> tuple[tuple[Decimal, ...], tuple[tuple[Decimal, Seen], ...]]:
    """Return the past instants at which a latched trigger must be judged, and the new points, each with the instant at
    which it was gained.

    From the first new point or hole on each instant counts: a late point changes what later ones mean. A hole without
    a beginning, of a series of which nothing is known, makes each of them count.
    """
    points = [(at, each) for at, each in gains if after is None or at > after or not at.is_finite()]
    first = min((at for at, each in points if each is None or each not in seen), default=as_of)
    new = sorted((at, each) for at, each in points if each is not None and each not in seen)
    return tuple(sorted({at for at, _ in points if first <= at < as_of and at.is_finite()})), tuple(new)


def unseen_before(
    instants: Iterable[Decimal], unseen_times: Iterable[tuple[Decimal, Decimal]]
) -> Iterator[Decimal]:
    """Yield each instant, given in order, before which points may have come unseen.

    Such a point counts with what the other series told until then.
    """
    waiting, reach = sorted(unseen_times, reverse=True), -INFINITY
    for instant in instants:
        while waiting and waiting[-1][0] < instant:
            reach = max(reach, waiting.pop()[1])
        if instant <= reach:
            yield instant


def latches_of_gone_rules(policy: Policy, found: Mapping[str, Latch]) -> list[tuple[Outcome, RuleResult]]:
    """Return the contributions of latches whose rules are gone from the policy."""
    present = {rule.id for rule in policy.rules if rule.latch}
    results = []
    for name, latch in sorted(found.items()):
        if name in present:
            continue
        word = _known(policy, latch.verdict)
        reason = f"finding: the rule is gone or no longer latched, {_since(policy, name, latch)}"
        result = RuleResult(
            id=name,
            outcome="fail",
            contribution=word,
            reason=reason,
            latched=True,
            runbook=policy.runbook,
            file=policy.span.file,
            line=policy.span.line,
        )
        results.append((Outcome("fail", contribution=word, possible=(word,)), result))
    return results


def latches_of_gone_policies(policies: Collection[str], memory: Memory) -> Iterator[tuple[str, str]]:
    """Yield each latched policy that is gone, with a reason: a latch outlives its policy until it is re-armed."""
    for name in sorted({policy for policy, _ in memory.latched()} - set(policies)):
        hint = f"bring the policy back, let its new name say `formerly: [{name}]`, or re-arm its rules"
        yield (
            name,
            f"`{name}` is latched in the ledger and gone from the policies: {hint} with `interlock log rearm`",
        )


def latches_of_gone_members(policy: Policy, members: Collection[str], memory: Memory) -> Iterator[str]:
    """Yield a reason for each member at which a policy is latched and no longer evaluated."""
    for member in sorted(member for name, member in memory.latched() if name == policy.id):
        if member not in members:
            place = f"at `{member}`" if member else f"as a whole and not for each {policy.for_each}"
            hint = "bring that back, or re-arm with `interlock log rearm`"
            yield f"`{policy.id}` is latched in the ledger {place}, where it is no longer evaluated: {hint}"


def joined_facts(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Return one fact for each rule and the params that it was given; of several the worst outcome counts."""
    found: dict[tuple[Key, str], Fact] = {}
    for each in facts:
        place = each.key, each.given
        other = found.get(place)
        if other is None:
            found[place] = each
            continue
        word = min(each.outcome, other.outcome, key=_WORST_FIRST.index)
        seen = tuple(sorted({*each.seen, *other.seen}))
        hole = min((one.hole for one in (other, each) if one.hole is not None), default=None)
        found[place] = Fact(each.key, word, seen, other.fired or each.fired, each.given, hole)
    return tuple(found[place] for place in sorted(found))


def _known(policy: Policy, verdict: str) -> str:
    """The verdict of a latch, the worst one where the policy no longer has it."""
    return verdict if verdict in policy.verdicts else policy.worst


def _since(policy: Policy, rule: str, latch: Latch) -> str:
    name = f"{policy.id}/{rule}"
    return f"latched since {show_time(latch.at)}: {latch.reason}; only `interlock log rearm {name}` clears it"
