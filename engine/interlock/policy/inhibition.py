"""Reads and checks what a rule says of the verdict that explains its alarms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..diagnostics import Collector, Span, did_you_mean
from .model import Inhibition, Policy, Rule
from .nodes import Mapping as MappingNode
from .nodes import Node, Scalar

__all__ = ["check_inhibitions", "read_inhibition"]

Complaint = tuple[str, str, Span, str | None]


def read_inhibition(node: Node | None) -> Inhibition | None:
    """Return what `inhibited_by` of a rule names; its schema was kept."""
    policy = node.get("policy") if isinstance(node, MappingNode) else None
    reaches = node.get("reaches") if isinstance(node, MappingNode) else None
    if not isinstance(policy, Scalar) or not isinstance(reaches, Scalar):
        return None
    return Inhibition(policy.text, reaches.text, policy.span, reaches.span)


def check_inhibitions(policies: Mapping[str, Policy], collector: Collector) -> None:
    """Complain where the verdict that is to explain alarms does not exist, or could not explain them."""
    for _, policy in sorted(policies.items()):
        for rule in policy.rules:
            given = rule.inhibited_by
            if given is not None and rule.latch:
                message = f"the alarm of the latched trigger `{rule.id}` is never inhibited"
                collector.add(
                    "E216", message, given.span, "drop `inhibited_by`: what latches waits for a person"
                )
            elif given is not None:
                for complaint in _against(policy, given, policies):
                    collector.add(*complaint)


def _against(policy: Policy, given: Inhibition, policies: Mapping[str, Policy]) -> Iterator[Complaint]:
    found = policies.get(given.policy)
    if found is None:
        yield (
            "E211",
            f"no policy is called `{given.policy}`",
            given.span,
            did_you_mean(given.policy, policies),
        )
        return
    if given.reaches not in found.verdicts:
        hint = did_you_mean(given.reaches, found.verdicts) or f"one of {', '.join(found.verdicts)}"
        yield "E211", f"`{given.reaches}` is no verdict of `{found.id}`", given.reaches_span, hint
        return
    if given.reaches == found.best:
        message = f"every verdict of `{found.id}` reaches `{given.reaches}`"
        yield "E211", message, given.reaches_span, "choose a bound that can be missed"
    reason = _unfit(policy, found, found.verdicts.index(given.reaches))
    if reason:
        yield "E216", reason[0], given.span, reason[1]


def _unfit(policy: Policy, found: Policy, bound: int) -> tuple[str, str] | None:
    """Why `found` cannot explain alarms of `policy`, and what to do."""
    if found.id == policy.id:
        return f"`{found.id}` cannot explain its own alarms", "name the policy whose verdict explains them"
    if any(rule.inhibited_by is not None for rule in found.rules):
        return (
            f"alarms of `{found.id}` may be inhibited too",
            "what explains others must always be told itself",
        )
    if found.children:
        hint = "name the composed policy that reads the metrics itself"
        return f"`{found.id}` composes other policies, and may be worse by what is unknown", hint
    if found.for_each not in (None, policy.for_each):
        each = f"`{found.id}` is judged for each {found.for_each}"
        return f"{each} and `{policy.id}` is not", "name a policy that is judged once, or for the same scope"
    if not any(_hearing(found, rule, bound) for rule in found.rules):
        word = found.verdicts[bound]
        return (
            f"nobody hears of `{found.id}` at `{word}`, so it spares nobody",
            f"say who does in `{found.id}`: `notify: {{{word}: [risk]}}`",
        )
    return None


def _hearing(found: Policy, rule: Rule, bound: int) -> bool:
    """Whether anybody is told when a rule takes a policy to a verdict or a worse one."""
    at = found.verdicts.index(rule.failed)
    return at >= bound and bool(rule.notify or found.notify.get(rule.failed))
