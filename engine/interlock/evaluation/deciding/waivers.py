"""Applies waivers: a person lets one rule fail, or be unknown, for a limited time, where its policy allows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ...language.times import show_duration, show_time
from ...policy.model import Composition, Policy, Rule
from ..verdict import NOT_APPLICABLE, NOT_EVALUATED, UnmetRule, Verdict, Waived
from .memory import Key, Memory, Waiver
from .outcomes import Outcome

__all__ = [
    "WaiverRequest",
    "Waivers",
    "apply_waiver",
    "rules_beneath",
    "unmet_rules",
    "waiver_obstacle",
    "with_unwaived",
]

_WORDS = {"fail": "fails", "unknown": "is unknown"}


@dataclass(frozen=True, slots=True)
class WaiverRequest:
    """A rule before its waivers: its key, its outcome `status` at an instant (seconds since the epoch), whether it is
    latched, and the rules that fail or are unknown beneath it where it composes a policy."""

    rule: Rule
    key: Key
    status: str
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
        """Whether no waiver could change the contribution of the rule."""
        return self.rule.shadow is not None or self.status not in _WORDS

    def granted(self, waivers: Iterable[Waiver]) -> Waiver | None:
        """Return the waiver in force that lasts longest, or None."""
        if self.idle:
            return None
        good = [
            each
            for each in waivers
            if each.outcome == self.status and self.in_force(each) and not self.objection(each)
        ]
        return max(good, key=lambda each: each.until, default=None)

    def in_force(self, waiver: Waiver) -> bool:
        """Tell whether the instant lies in the waiver's term."""
        return waiver.at <= self.as_of < waiver.until

    def objection(self, waiver: Waiver) -> str:
        """Return why the waiver does not count for its outcome; empty if it counts."""
        role, lasting = waiver.role, waiver.until - waiver.at
        own = waiver_obstacle(self.rule.waivable, role, lasting)
        if own:
            return own
        if self.latched:
            return "the rule is latched, and only `interlock log rearm` clears that"
        for each in self.beneath if waiver.outcome == self.status else ():
            why = "it is latched" if each.latched else waiver_obstacle(each.waivable, role, lasting)
            if why:
                return f"beneath it `{each.name}` {each.outcome}: {why}"
        return ""

    def remarks(self, waivers: Iterable[Waiver], used: Waiver | None) -> Iterator[tuple[int, str]]:
        """Yield the entry of each waiver that did not count, with a note."""
        given = list(waivers)
        over = [each for each in given if each.until <= self.as_of and each.outcome == self.status]
        newest = max(over, key=lambda each: (each.until, each.entry), default=None)
        for each in given:
            note = "" if each is used else self._remark(each, expired=each is newest and used is None)
            if note:
                yield each.entry, self._about(each, note)

    def breadth(self, used: Waiver) -> Iterator[str]:
        """Yield a note if a waiver of a composition covers more than the one rule that fails in it."""
        inner = [each for each in self.beneath if not each.composes]
        if len(inner) == 1:
            only = f"beneath it only `{inner[0].name}` {inner[0].outcome}, waive that one"
            yield self._about(used, f"is too broad: {only}")

    def _remark(self, waiver: Waiver, *, expired: bool) -> str:
        needed = waiver.outcome == self.status and not self.idle
        if waiver.until <= self.as_of:
            relevant = expired and needed and not self.latched
            return f"expired at {show_time(waiver.until)}" if relevant else ""
        why = self.objection(waiver)
        if why:
            return f"does not count: {why}"
        return "" if needed else "is in force and not needed"

    def _about(self, waiver: Waiver, note: str) -> str:
        return f"the waiver of entry {waiver.entry} for `{self.name}` {note}"


@dataclass(slots=True)
class Waivers:
    """The waivers of one evaluation, with the notes about them. Without a ledger (`memory` None) there are none."""

    memory: Memory | None
    used: set[int] = field(default_factory=set)
    idle: set[tuple[int, str]] = field(default_factory=set)
    broad: set[str] = field(default_factory=set)

    def granted(self, request: WaiverRequest) -> Waiver | None:
        """Return the waiver that lets a rule pass, or None, and note the others."""
        given = () if self.memory is None else self.memory.waivers(request.key)
        waiver = request.granted(given)
        self.idle.update(request.remarks(given, waiver))
        if waiver is not None:
            self.used.add(waiver.entry)
            self.broad.update(request.breadth(waiver))
        return waiver

    def notes(self, policies: Mapping[str, Policy], as_of: Decimal) -> set[str]:
        """Return the notes. A rule evaluated with several params keeps only the notes that hold for all of them."""
        idle = {text for entry, text in self.idle if entry not in self.used}
        left = set() if self.memory is None else set(_left(self.memory, policies, as_of))
        return self.broad | idle | left


def _left(memory: Memory, policies: Mapping[str, Policy], as_of: Decimal) -> Iterator[str]:
    """Yield a note for each waiver in force whose rule is gone."""
    there = {(name, rule.id) for name, policy in policies.items() for rule in policy.rules}
    for key in memory.waived():
        if key[::2] not in there:
            for each in memory.waivers(key):
                if each.at <= as_of < each.until:
                    name = "/".join(key[::2])
                    yield f"the waiver of entry {each.entry} for `{name}` is in force and the rule is gone"


def waiver_obstacle(terms: tuple[tuple[str, ...], Decimal] | None, role: str, lasting: Decimal) -> str:
    """Return why a role may not waive a rule of these terms for so many seconds; empty if it may."""
    if terms is None:
        return "it is not waivable"
    roles, longest = terms
    if role not in roles:
        return f"`{role}` may not waive it, roles are {', '.join(roles)}"
    if not 0 < lasting <= longest:
        return f"it is too broad, {show_duration(lasting)} where {show_duration(longest)} are allowed"
    return ""


def apply_waiver(
    request: WaiverRequest, waiver: Waiver, outcome: Outcome, best: str
) -> tuple[Outcome, Waived]:
    """Return the outcome with the best contribution, its status unchanged, and the record of the waiver."""
    policy, member, rule = request.key
    waived = Waived(
        policy, member or None, rule, waiver.outcome, waiver.entry,
        waiver.by, waiver.role, waiver.ticket, waiver.reason, waiver.until,
    )  # fmt: skip
    return replace(outcome, contribution=best, possible=(best,)), waived


def rules_beneath(children: Iterable[Verdict]) -> tuple[UnmetRule, ...]:
    """Return every rule that fails or is unknown in composed verdicts, at all levels."""
    found: list[UnmetRule] = []
    for each in children:
        why = "was not evaluated" if each.applicable else "is not applicable"
        found += each.unmet if each.evaluated else [UnmetRule(each.name, why), *each.unmet]
    return tuple(dict.fromkeys(found))


def unmet_rules(request: WaiverRequest) -> tuple[UnmetRule, ...]:
    """Return the unmet rules of a rule without a waiver: itself, and those beneath it."""
    if request.rule.shadow is not None:
        return ()
    if request.status not in _WORDS:
        return request.beneath
    composes = isinstance(request.rule.condition, Composition)
    own = UnmetRule(request.name, _WORDS[request.status], request.rule.waivable, request.latched, composes)
    return (own, *request.beneath)


def with_unwaived(found: Sequence[Verdict], plain: Callable[[], Sequence[Verdict]]) -> list[Verdict]:
    """Add to each verdict the one without waivers if that is worse; `plain` evaluates without them."""
    if not any(each.waivers for each in found):
        return list(found)
    without = {each.member: each for each in plain()}
    return [replace(each, unwaived=_worse(without[each.member], each)) for each in found]


def _worse(without: Verdict, found: Verdict) -> tuple[str, str] | None:
    order = (*found.verdicts, NOT_APPLICABLE, NOT_EVALUATED)
    pairs = [(each.verdict, each.possible) for each in (without, found)]
    one, other = ([order.index(word) for word in pair] for pair in pairs)
    return pairs[0] if one > other else None
