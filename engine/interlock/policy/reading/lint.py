"""Findings about a policy without errors: names that no rule uses, verdicts that none gives, rules that contradict."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping as Table

from ...diagnostics import Collector
from ...language.nodes import Node
from ..catalogue import Catalogue
from ..model import Composition, Param, Policy
from ..names import lets_read, params_read
from ..yaml.yaml_nodes import Mapping, Scalar
from .contradictions import lint_contradictions
from .environments import Environment
from .idle_limits import lint_limits
from .templates import template_paths

__all__ = ["lint_policies"]

_GOOD = frozenset(
    {"GO", "ALLOW", "PASS", "OK", "CONTINUE", "HEALTHY", "GREEN", "PROCEED", "READY", "APPROVE", "APPROVED", "RUN",
     "YES", "PROMOTE", "ADVANCE", "CLEAR", "ACCEPT", "ENTER", "TRADE", "VALID"}
)  # fmt: skip
_BAD = frozenset(
    {"BLOCK", "FAIL", "FAILED", "STOP", "ROLLBACK", "CRITICAL", "RED", "HALT", "REJECT", "DENY", "KILL", "LOCKDOWN",
     "ABORT", "EMERGENCY", "UNSAFE", "INVALID", "SHUTDOWN", "FLATTEN", "LIQUIDATE", "NO"}
)  # fmt: skip
_UNUSED = "use it in a rule, or delete it: it reads like a check that does not happen"
_NEGATED = re.compile(r"(NO|NOT|DO_NOT|NEVER|UN)_.*")


def lint_policies(
    documents: Iterable[Mapping],
    policies: Table[str, Policy],
    catalogue: Catalogue,
    environments: Table[str, Environment],
    collector: Collector,
) -> None:
    """Note params and lets that nothing uses, limits that decide nothing, verdicts that no rule gives or that run from
    worst to best, and requirements that never hold together; every document is one of a sound and linked policy."""
    for document in documents:
        policy = policies[document.text("policy")]
        _params(policy, collector)
        _lets(policy, document, collector)
        _verdicts(policy, document, collector)
        lint_limits(policy, _trees(policy), catalogue.metrics, environments, collector)
        lint_contradictions(policy, catalogue.metrics, collector)


def _params(policy: Policy, collector: Collector) -> None:
    used = set[str]().union(*(params_read(each, policy.lets) for each in _trees(policy)))
    used |= {
        each.name for child in policy.children for each in child.params.values() if isinstance(each, Param)
    }
    for name, param in policy.params.items():
        if name not in used:
            collector.add("W880", f"no rule of `{policy.id}` uses the param `{name}`", param.span, _UNUSED)


def _trees(policy: Policy) -> list[Node]:
    """The expressions that decide: conditions, guards, conditions of overrides, and lets that reasons show."""
    found = [
        each
        for rule in policy.rules
        for each in (rule.condition, rule.applies, rule.hold)
        if each is not None and not isinstance(each, Composition)
    ]
    found += policy.guard
    found += [each.override.when for each in policy.params.values() if each.override and each.override.when]
    shown = {path for rule in policy.rules for path in template_paths(rule.reason)}
    return found + [tree for name, tree in policy.lets.items() if name in shown]


def _lets(policy: Policy, document: Mapping, collector: Collector) -> None:
    used = {path for rule in policy.rules for path in template_paths(rule.reason)}
    used |= set[str]().union(*(lets_read(each, policy.lets) for each in _trees(policy)))
    for key, _ in document.mapping("let").pairs:
        if key.text not in used:
            collector.add("W881", f"no rule of `{policy.id}` uses the let `{key.text}`", key.span, _UNUSED)


# verdicts


def _verdicts(policy: Policy, document: Mapping, collector: Collector) -> None:
    listed = document.sequence("verdicts").scalars
    given = {each for rule in policy.rules for each in (rule.failed, rule.unknown)}
    for each in listed[1:]:
        if each.text not in given:
            message = f"no rule of `{policy.id}` can give the verdict `{each.text}`"
            hint = "name it in `else`, `then` or `unknown` of a rule, or delete it"
            collector.add("W882", message, each.span, hint)
    if _sense(listed[0]) == "bad" or _sense(listed[-1]) == "good":
        message = f"the verdicts of `{policy.id}` seem to run from worst to best"
        hint = f"write `verdicts: [{', '.join(reversed(policy.verdicts))}]`: the first one opens the gate"
        collector.add("W883", message, listed[0].span, hint)


def _sense(word: Scalar) -> str:
    text = word.text.upper().replace("-", "_")
    first = text.split("_")[0]
    if _NEGATED.fullmatch(text) or text in _BAD or first in _BAD:
        return "bad"
    return "good" if text in _GOOD or first in _GOOD else ""
