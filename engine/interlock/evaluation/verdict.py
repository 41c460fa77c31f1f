"""The frozen record of one policy evaluated over one snapshot; reports, ledger and commands read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from ..arithmetic import own_contexts
from ..canonical import canonical, digest
from ..errors import EXIT_BEST, EXIT_BETWEEN, EXIT_NOT_EVALUATED, EXIT_WORST
from ..language.times import show_time
from ..language.values import Cause
from ..limits import FORMAT
from ..wording import number

__all__ = [
    *(
        "NOT_APPLICABLE",
        "NOT_EVALUATED",
        "Comparison",
        "Inputs",
        "RuleResult",
        "UnmetRule",
        "Verdict",
        "Waived",
    ),
]

NOT_EVALUATED = "NOT_EVALUATED"
"""What stands in place of a verdict when no rule contributed: exit code 4, unknown to a policy that composes it."""

NOT_APPLICABLE = "NOT_APPLICABLE"
"""What stands in place of a verdict while a policy surely does not apply: it opens nothing and asks for nothing."""

_UNRECORDED = ("passing", "nearest", "possible", "sure")
_RECORDED = 64
"""How many causes of one kind a record lists one by one."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of a rule: what was seen and needed, in the unit of the left side, and where it stands.

    `margin` is the distance to the limit, positive on the passing side; None where there is none. `truth` is
    that of the comparison as written: `true`, `false` or `unknown`. Two answers for people stay out of the
    record: `passing` tells whether it helps the rule, `nearest` is the nearest value at which it would.
    """

    line: int
    column: int
    left: str
    op: str
    right: str
    seen: str
    needed: str
    margin: str | None
    truth: str
    passing: bool | None = None
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """The outcome of one rule: `pass`, `fail`, `unknown` or `skipped`, and what it contributed (None: nothing).

    The `action` of an unknown one is to restore the data that it needs, and `otherwise` the policy's action for when
    that cannot be done. Two answers for the join stay out of the record: every contribution that it may make, and
    whether it is sure that the rule applies.
    """

    id: str
    outcome: str
    contribution: str | None
    reason: str
    title: str = ""
    covers: tuple[str, ...] = ()
    shadow: bool = False
    latched: bool = False
    waiver: str | None = None
    comparisons: tuple[Comparison, ...] = ()
    causes: tuple[Cause, ...] = ()
    action: str | None = None
    otherwise: str | None = None
    notify: tuple[str, ...] = ()
    runbook: str = ""
    file: str = ""
    line: int = 0
    possible: tuple[str, ...] = ()
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Waived:
    """A waiver that counted: its rule, the outcome `fail` or `unknown`, its entry in the ledger, who gave it and why,
    and the instant at which it ends (seconds since the epoch)."""

    policy: str
    member: str | None
    rule: str
    outcome: str
    entry: int
    by: str
    role: str
    ticket: str
    reason: str
    until: Decimal

    def __str__(self) -> str:
        who = f"{self.by} as {self.role}" + (f", {self.ticket}" if self.ticket else "")
        return f"rule `{self.rule}` is waived until {show_time(self.until)} by {who}: {self.reason}"

    def record(self) -> dict[str, object]:
        """Return it as plain data."""
        return {**asdict(self), "until": show_time(self.until)}


@dataclass(frozen=True, slots=True)
class UnmetRule:
    """A rule that fails or is unknown in a verdict or beneath it: its full name, its outcome, the roles that may waive
    it and for how many seconds (None: no role), whether it is latched, and whether it composes another policy."""

    name: str
    outcome: str
    waivable: tuple[tuple[str, ...], Decimal] | None = None
    latched: bool = False
    composes: bool = False


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the verdict was drawn from: digests of meaning, effective params as printed, the engine's version."""

    policy: str
    snapshot: str
    baselines: Mapping[str, str]
    params: Mapping[str, str]
    engine: str
    stateless: bool = False
    ledger_head: str | None = None


@own_contexts
@dataclass(frozen=True, slots=True)
class Verdict:
    """One verdict. `as_of` and `valid_until` are seconds since the epoch; `possible` is the worst that the
    missing data could make it; `verdicts` runs from best to worst; `unwaived` is the pair of verdict and possible
    verdict without waivers, where it is worse. `unmet`,
    `doubt` about the members that it is evaluated for, and whether it is `sure` that the policy applies, stay out of
    the record: they serve policies that compose it."""

    policy: str
    version: str
    title: str
    member: str | None
    verdict: str
    possible: str
    verdicts: tuple[str, ...]
    as_of: Decimal
    valid_until: Decimal
    inputs: Inputs
    rules: tuple[RuleResult, ...]
    assumptions: tuple[str, ...] = ()
    waivers: tuple[Waived, ...] = ()
    notify: tuple[str, ...] = ()
    unwaived: tuple[str, str] | None = None
    unmet: tuple[UnmetRule, ...] = ()
    doubt: tuple[Cause, ...] = ()
    sure: bool = True

    @property
    def name(self) -> str:
        """The policy, and the member where there is one."""
        return _named(self.policy, self.member)

    @property
    def evaluated(self) -> bool:
        """Whether the policy applies and any rule contributed."""
        return self.verdict not in (NOT_EVALUATED, NOT_APPLICABLE)

    @property
    def applicable(self) -> bool:
        """Whether the policy applies, as far as is known."""
        return self.verdict != NOT_APPLICABLE

    @property
    def is_best(self) -> bool:
        """Whether the gate is open."""
        return self.verdict == self.verdicts[0]

    @property
    def is_worst(self) -> bool:
        """Whether it is at the other end."""
        return self.verdict == self.verdicts[-1]

    @property
    def exit_code(self) -> int:
        """0 best, 1 worst, 3 in between, 4 not evaluated or not applicable (README, Exit codes). Without a ledger never
        0."""
        if not self.evaluated:
            return EXIT_NOT_EVALUATED
        if self.is_best:
            return EXIT_BETWEEN if self.inputs.stateless else EXIT_BEST
        return EXIT_WORST if self.is_worst else EXIT_BETWEEN

    @property
    def opening(self) -> str:
        """Whose waiver makes the verdict better, and until when; empty without one."""
        if self.unwaived is None:
            return ""
        word = "opened" if self.is_best else "eased"
        many = "a waiver" if len(self.waivers) == 1 else number(len(self.waivers), "waiver")
        people = dict.fromkeys(f"{each.by}, {each.ticket}" for each in self.waivers)
        until = show_time(min(each.until for each in self.waivers))
        return f"{word} by {many} until {until} ({'; '.join(people)})"

    @property
    def headline(self) -> str:
        """The name and the verdict, and that a waiver opened it where one did."""
        return f"{self.name}: {self.verdict}" + (f", {self.opening}" if self.opening else "")

    @property
    def waiver_lines(self) -> tuple[str, ...]:
        """A line for each waiver that counted, with the name of the policy where it is another one."""
        own = (self.policy, self.member)
        return tuple(
            str(each) if (each.policy, each.member) == own else f"{_named(each.policy, each.member)}: {each}"
            for each in self.waivers
        )

    def expired(self, now: Decimal) -> bool:
        """Tell whether the verdict may no longer be acted upon at `now` (seconds since the epoch)."""
        return now > self.valid_until

    def failed(self) -> tuple[RuleResult, ...]:
        """The rules that failed or are unknown, those that do not count left out."""
        return tuple(rule for rule in self.rules if rule.outcome in ("fail", "unknown") and not rule.shadow)

    @property
    def audience(self) -> frozenset[str]:
        """The recipients: those that the policy names for the verdict, and those of the rules that failed."""
        return frozenset({*self.notify, *(name for rule in self.failed() for name in rule.notify)})

    def record(self) -> dict[str, object]:
        """Return the verdict as plain data that keeps `schemas/1/verdict.json`."""
        return {
            "interlock": FORMAT,
            "policy": self.policy,
            "version": self.version,
            "title": self.title,
            "member": self.member,
            "verdict": self.verdict,
            "possible": self.possible,
            "verdicts": list(self.verdicts),
            "as_of": show_time(self.as_of),
            "valid_until": show_time(self.valid_until),
            "inputs": {**asdict(self.inputs)},
            "assumptions": list(self.assumptions),
            "waivers": [each.record() for each in self.waivers],
            "unwaived": _pair(self.unwaived),
            "notify": list(self.notify),
            "rules": [_rule(each) for each in self.rules],
        }

    def canonical(self) -> bytes:
        """Return the record as canonical JSON: the same input gives the same bytes on every system."""
        return canonical(self.record())

    def digest(self) -> str:
        """Return `sha256:…` of the canonical record."""
        return digest(self.canonical())


def _named(policy: str, member: str | None) -> str:
    return f"{policy} at {member}" if member else policy


def _pair(unwaived: tuple[str, str] | None) -> dict[str, str] | None:
    return None if unwaived is None else {"verdict": unwaived[0], "possible": unwaived[1]}


def _rule(rule: RuleResult) -> dict[str, object]:
    table = {key: value for key, value in asdict(rule).items() if key not in _UNRECORDED}
    table["covers"], table["notify"] = list(rule.covers), list(rule.notify)
    table["comparisons"] = [
        {key: value for key, value in asdict(each).items() if key not in _UNRECORDED}
        for each in rule.comparisons
    ]
    table["causes"] = list(_causes(rule.causes))
    return table


def _causes(causes: Sequence[Cause]) -> Iterator[dict[str, object]]:
    """Yield the causes of a record: of very many of one kind the newest, and one that stands for all before them."""
    kinds: dict[tuple[str, str, str], list[Cause]] = {}
    for each in causes:
        kinds.setdefault((each.metric, each.member, each.cause), []).append(each)
    for group in kinds.values():
        group.sort(key=lambda each: each.at)
        old = group[: len(group) - _RECORDED]
        if old:
            yield {**_cause(old[0]), "detail": "", "until": old[-1].at, "points": len(old)}
        yield from (_cause(each) for each in group[len(old) :])


def _cause(cause: Cause) -> dict[str, object]:
    return {key: value for key, value in asdict(cause).items() if key != "period"}
