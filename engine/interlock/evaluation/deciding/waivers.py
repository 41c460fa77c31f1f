"""Whether a waiver lets a rule count as passed: a person's leave, for a term, for that rule and no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ...language.times import show_duration, show_time
from ...policy.model import Composition, Policy, Rule
from ..verdict import NOT_EVALUATED, UnmetRule, Verdict, Waived
from .memory import Key, Memory, Waiver
from .outcomes import Outcome

__all__ = ["WaiverRequest", "Waivers", "beneath", "beside", "counted", "hindered", "unmet"]

_WORDS = {"fail": "fails", "unknown": "is unknown"}


@dataclass(frozen=True, slots=True)
class WaiverRequest:
    """A rule as it stands before its waivers: its key, its outcome at an instant, whether it is latched, and what fails
    or is unknown beneath it where it composes a policy."""

    rule: Rule
    key: Key
    word: str
    as_of: Decimal
    latched: bool
    beneath: tuple[UnmetRule, ...] = ()

    @property
    def name(self) -> str:
        """The rule as `POLICY/RULE`, and the member where there is one."""
        policy, member, rule = self.key
        return f"{policy}/{rule}" + (f" at {member}" if member else "")

    @property
    def idle(self) -> bool:
        """Whether no waiver could change what the rule contributes."""
        return self.rule.shadow is not None or self.word not in _WORDS

    def granted(self, waivers: Iterable[Waiver]) -> Waiver | None:
        """Return the waiver that lets the rule pass, of several the one that lasts longest."""
        if self.idle:
            return None
        good = [
            each
            for each in waivers
            if each.outcome == self.word and self.in_force(each) and not self.objection(each)
        ]
        return max(good, key=lambda each: each.until, default=None)

    def in_force(self, waiver: Waiver) -> bool:
        """Tell whether the instant lies in the waiver's term."""
        return waiver.at <= self.as_of < waiver.until

    def objection(self, waiver: Waiver) -> str:
        """Say why the waiver does not count for the outcome that it names; empty where it does."""
        role, lasting = waiver.role, waiver.until - waiver.at
        own = hindered(self.rule.waivable, role, lasting)
        if own:
            return own
        if self.latched:
            return "the rule is latched, and only `interlock log rearm` clears that"
        for each in self.beneath if waiver.outcome == self.word else ():
            why = "it is latched" if each.latched else hindered(each.waivable, role, lasting)
            if why:
                return f"beneath it `{each.name}` {each.outcome}: {why}"
        return ""

    def remarks(self, waivers: Iterable[Waiver], used: Waiver | None) -> Iterator[tuple[int, str]]:
        """Yield the entry of each waiver that did not count, and what is to be told of it."""
        given = list(waivers)
        over = [each for each in given if each.until <= self.as_of and each.outcome == self.word]
        newest = max(over, key=lambda each: (each.until, each.entry), default=None)
        for each in given:
            told = "" if each is used else self._remark(each, expired=each is newest and used is None)
            if told:
                yield each.entry, self._about(each, told)

    def breadth(self, used: Waiver) -> Iterator[str]:
        """Yield what is to be told of a waiver that covers more than what fails: a composition for one rule in it."""
        inner = [each for each in self.beneath if not each.composes]
        if len(inner) == 1:
            only = f"beneath it only `{inner[0].name}` {inner[0].outcome}, waive that one"
            yield self._about(used, f"is too broad: {only}")

    def _remark(self, waiver: Waiver, *, expired: bool) -> str:
        needed = waiver.outcome == self.word and not self.idle
        if waiver.until <= self.as_of:
            told = expired and needed and not self.latched
            return f"expired at {show_time(waiver.until)}" if told else ""
        why = self.objection(waiver)
        if why:
            return f"does not count: {why}"
        return "" if needed else "is in force and not needed"

    def _about(self, waiver: Waiver, told: str) -> str:
        return f"the waiver of entry {waiver.entry} for `{self.name}` {told}"


@dataclass(slots=True)
class Waivers:
    """Hears the pleas of one evaluation, and remembers what became of every waiver; without a ledger there is none."""

    memory: Memory | None
    used: set[int] = field(default_factory=set)
    idle: set[tuple[int, str]] = field(default_factory=set)
    broad: set[str] = field(default_factory=set)

    def heard(self, plea: WaiverRequest) -> Waiver | None:
        """Return the waiver that lets a rule pass."""
        given = () if self.memory is None else self.memory.waivers(plea.key)
        waiver = plea.granted(given)
        self.idle.update(plea.remarks(given, waiver))
        if waiver is not None:
            self.used.add(waiver.entry)
            self.broad.update(plea.breadth(waiver))
        return waiver

    def notes(self, policies: Mapping[str, Policy], as_of: Decimal) -> set[str]:
        """Return what is to be told: of a rule that was judged with several params only what holds for all of them."""
        idle = {text for entry, text in self.idle if entry not in self.used}
        left = set() if self.memory is None else set(_left(self.memory, policies, as_of))
        return self.broad | idle | left


def _left(memory: Memory, policies: Mapping[str, Policy], as_of: Decimal) -> Iterator[str]:
    """Yield what is to be told of waivers in force for rules that are gone."""
    there = {(name, rule.id) for name, policy in policies.items() for rule in policy.rules}
    for key in memory.waived():
        if key[::2] not in there:
            for each in memory.waivers(key):
                if each.at <= as_of < each.until:
                    name = "/".join(key[::2])
                    yield f"the waiver of entry {each.entry} for `{name}` is in force and the rule is gone"


def hindered(terms: tuple[tuple[str, ...], Decimal] | None, role: str, lasting: Decimal) -> str:
    """Say why a rule of such terms may not be waived by a role for so many seconds; empty where it may."""
    if terms is None:
        return "it is not waivable"
    roles, longest = terms
    if role not in roles:
        return f"`{role}` may not waive it, roles are {', '.join(roles)}"
    if not 0 < lasting <= longest:
        return f"it is too broad, {show_duration(lasting)} where {show_duration(longest)} are allowed"
    return ""


def counted(plea: WaiverRequest, waiver: Waiver, outcome: Outcome, best: str) -> tuple[Outcome, Waived]:
    """Return the outcome that keeps its word and counts as the best, and what is to be told of that."""
    policy, member, rule = plea.key
    told = Waived(
        policy, member or None, rule, waiver.outcome, waiver.entry,
        waiver.by, waiver.role, waiver.ticket, waiver.reason, waiver.until,
    )  # fmt: skip
    return replace(outcome, contribution=best, possible=(best,)), told


def beneath(children: Iterable[Verdict]) -> tuple[UnmetRule, ...]:
    """Return everything that fails or is unknown in composed verdicts, through all levels."""
    found: list[UnmetRule] = []
    for each in children:
        found += each.unmet if each.evaluated else [UnmetRule(each.name, "was not evaluated"), *each.unmet]
    return tuple(dict.fromkeys(found))


def unmet(plea: WaiverRequest) -> tuple[UnmetRule, ...]:
    """Return what a rule that no waiver lets pass leaves unmet: itself, and what is beneath it."""
    if plea.rule.shadow is not None:
        return ()
    if plea.word not in _WORDS:
        return plea.beneath
    composes = isinstance(plea.rule.condition, Composition)
    own = UnmetRule(plea.name, _WORDS[plea.word], plea.rule.waivable, plea.latched, composes)
    return (own, *plea.beneath)


def beside(found: Sequence[Verdict], plain: Callable[[], Sequence[Verdict]]) -> list[Verdict]:
    """Say of each verdict what it would be without waivers where that is worse; `plain` judges without them."""
    if not any(each.waivers for each in found):
        return list(found)
    without = {each.member: each for each in plain()}
    return [replace(each, unwaived=_worse(without[each.member], each)) for each in found]


def _worse(without: Verdict, found: Verdict) -> tuple[str, str] | None:
    order = (*found.verdicts, NOT_EVALUATED)
    pairs = [(each.verdict, each.possible) for each in (without, found)]
    one, other = ([order.index(word) for word in pair] for pair in pairs)
    return pairs[0] if one > other else None
