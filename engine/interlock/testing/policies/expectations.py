"""Reads what a case expects, and holds it to the verdicts, rules and members that there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass
from typing import Literal

from ...diagnostics import Collector, name_hint
from ...evaluation.deciding.decide import Decision
from ...evaluation.verdict import NOT_APPLICABLE, NOT_EVALUATED, RuleResult, Verdict
from ...policy.catalogue import Catalogue
from ...policy.model import Policy
from ...policy.yaml.yaml_nodes import Mapping, Node, Scalar, Sequence
from .model import Expectation, Expected

__all__ = ["OUTCOMES", "Difference", "ExpectationReader", "differences", "noticed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that came otherwise: `what` is verdict, possible, a rule, or the reason of one."""

    what: str
    expected: str
    got: str
    member: str = ""
    rule: str = ""


def differences(expectation: Expectation, policy: Policy, decision: Decision) -> tuple[Difference, ...]:
    """Return everything in which the decision is not what was expected."""
    refusal = next((each.reason for each in decision.refusals if each.policy == policy.id), "")
    if refusal or expectation.refused:
        if expectation.refused and expectation.refused in refusal:
            return ()
        got = f"refused: {refusal}" if refusal else "evaluated"
        return (
            Difference(
                "policy", f"refused: {expectation.refused}" if expectation.refused else "evaluated", got
            ),
        )
    found: list[Difference] = []
    for verdict in decision.verdicts:
        found += noticed(
            expectation.everywhere, verdict.verdict, verdict.possible, verdict.rules, verdict.member or ""
        )
    by_member = {each.member: each for each in decision.verdicts}
    for member, expected in expectation.members.items():
        found += _at(expected, by_member.get(member), member)
    return tuple(found)


def _at(expected: Expected, verdict: Verdict | None, member: str) -> Iterable[Difference]:
    if verdict is None:
        return noticed(expected, NOT_EVALUATED, NOT_EVALUATED, (), member)
    return noticed(expected, verdict.verdict, verdict.possible, verdict.rules, member)


def noticed(
    expected: Expected, verdict: str, possible: str, rules: Iterable[RuleResult], member: str
) -> Iterator[Difference]:
    """Yield every difference at one member; rules that are not there were skipped."""
    if expected.verdict and expected.verdict != verdict:
        yield Difference("verdict", expected.verdict, verdict, member)
    if expected.possible and expected.possible != possible:
        yield Difference("possible", expected.possible, possible, member)
    results = {each.id: each for each in rules}
    wanted = dict.fromkeys(results, expected.others) if expected.others else {}
    for rule, outcome in {**wanted, **expected.rules}.items():
        got = results[rule].outcome if rule in results else "skipped"
        if got != outcome:
            yield Difference("rule", outcome, got, member, rule)
    for rule, words in expected.reasons.items():
        reason = results[rule].reason if rule in results else ""
        for each in words:
            if each not in reason:
                yield Difference("reason", each, reason, member, rule)


_UNKNOWN = {"rule": "E707", "member": "E709", "verdict": "E710"}
OUTCOMES = ("pass", "fail", "unknown", "skipped")


@dataclass(frozen=True, slots=True)
class ExpectationReader:
    """Reads the expectations of one policy's cases."""

    policy: Policy
    catalogue: Catalogue
    collector: Collector

    def known(self, noun: Literal["rule", "member", "verdict"], key: Scalar, names: Iterable[str]) -> bool:
        known = list(names)
        if key.text in known:
            return True
        hint = name_hint(key.text, known)
        self.collector.add(_UNKNOWN[noun], f"`{self.policy.id}` has no {noun} `{key.text}`", key.span, hint)
        return False

    def read(self, node: Node) -> Expectation:
        """Return the expectation of `expect: GO`, or of the long form."""
        if not isinstance(node, Mapping):
            return Expectation(self.expected(node))
        found = {}
        for key, each in node.mapping("members").pairs:
            if self.policy.for_each is None:
                self.collector.add("E709", f"`{self.policy.id}` has no members", key.span, "drop `members`")
                continue
            scope = self.catalogue.scopes[self.policy.for_each]
            if not scope.members or self.known("member", key, scope.members):
                found[key.text] = self.expected(each)
        return Expectation(self.expected(node), found, node.text("refused"))

    def expected(self, node: Node) -> Expected:
        if isinstance(node, Scalar):
            return Expected(self.verdict(node))
        if not isinstance(node, Mapping):
            return Expected()
        verdict, possible = node.scalar("verdict"), node.scalar("possible")
        return Expected(
            self.verdict(verdict) if verdict else "",
            self.verdict(possible) if possible else "",
            {key: each.text for key, each in self.rules(node, "rules") if isinstance(each, Scalar)},
            node.text("others"),
            {key: _words(each) for key, each in self.rules(node, "reasons")},
        )

    def verdict(self, node: Scalar) -> str:
        self.known("verdict", node, (*self.policy.verdicts, NOT_EVALUATED, NOT_APPLICABLE))
        return node.text

    def rules(self, node: Mapping, key: str) -> list[tuple[str, Node]]:
        ids = [rule.id for rule in self.policy.rules]
        return [(name.text, each) for name, each in node.mapping(key).pairs if self.known("rule", name, ids)]

    def row(self, row: Sequence, rule: str, member: str) -> Expectation:
        """Return what a table's row `[value, verdict, outcome]` expects, at its member if it names one."""
        verdict, *more = row.items[1:]
        outcomes: Table[str, str] = {}
        if more and not rule:
            hint = "write `rule:` beside `vary:`"
            self.collector.add("E720", "an outcome without its rule", more[0].span, hint)
        elif more and isinstance(more[0], Scalar) and self.outcome(more[0]):
            outcomes = {rule: more[0].text}
        found = Expected(self.verdict(verdict) if isinstance(verdict, Scalar) else "", rules=outcomes)
        return Expectation(members={member: found}) if member else Expectation(found)

    def outcome(self, node: Scalar) -> bool:
        if node.text in OUTCOMES:
            return True
        hint = name_hint(node.text, OUTCOMES)
        self.collector.add("E719", f"`{node.text}` is no outcome", node.span, hint)
        return False


def _words(node: Node) -> tuple[str, ...]:
    items = node.items if isinstance(node, Sequence) else (node,)
    return tuple(each.text for each in items if isinstance(each, Scalar))
