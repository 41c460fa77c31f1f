"""Checks what policies say of each other: that children exist, that bounds mean something, that none is its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..diagnostics import Collector, did_you_mean
from .inhibition import check_inhibitions
from .model import Composition, Param, Policy, Rule
from .nodes import Scalar
from .params import Written, article, fits, in_range, read_value

__all__ = ["link", "topological"]


def link(policies: Mapping[str, Policy], collector: Collector) -> dict[str, Policy]:
    """Check every composition and inhibition, and turn `with` values into values; complaints go to `collector`."""
    linked = {}
    for name, policy in sorted(policies.items()):
        rules = tuple(_rule(policy, rule, policies, collector) for rule in policy.rules)
        linked[name] = replace(policy, rules=rules)
    _cycles(linked, collector)
    check_inhibitions(linked, collector)
    return linked


def _rule(policy: Policy, rule: Rule, policies: Mapping[str, Policy], collector: Collector) -> Rule:
    child = rule.condition
    if not isinstance(child, Composition):
        return rule
    found = policies.get(child.policy)
    if found is None:
        hint = did_you_mean(child.policy, policies)
        collector.add("E211", f"no policy is called `{child.policy}`", child.span, hint)
        return rule
    place = child.bound_span or child.span
    if child.bound not in found.verdicts:
        hint = did_you_mean(child.bound, found.verdicts) or f"one of {', '.join(found.verdicts)}"
        collector.add("E211", f"`{child.bound}` is no verdict of `{found.id}`", place, hint)
    elif child.bound == (found.worst if rule.kind == "requirement" else found.best):
        message = f"every verdict of `{found.id}` satisfies `{child.bound}`"
        collector.add("E211", message, place, "choose a bound that can be missed")
    return replace(rule, condition=replace(child, params=_given(policy, child, found, collector)))


def _given(policy: Policy, child: Composition, found: Policy, collector: Collector) -> dict[str, object]:
    """The values of `with`: constants, or the name of a param of the parent."""
    values: dict[str, object] = {}
    for name, node in child.params.items():
        place = getattr(node, "span", child.span)
        param = found.params.get(name)
        if param is None:
            message = f"`{found.id}` has no param `{name}`"
            collector.add("E211", message, place, did_you_mean(name, found.params))
            continue
        value = _value(policy, param, node)
        if isinstance(value, str):
            collector.add("E211", value, place)
        elif value is not None:
            values[name] = value.value if isinstance(value, Written) else value
    return values


def _value(policy: Policy, param: Param, node: object) -> Written | Param | str | None:
    if isinstance(node, Scalar) and node.text in policy.params:
        given = policy.params[node.text]
        return (
            given
            if given.type.kind is param.type.kind
            else f"`{node.text}` is not {article(param.type)}, which `{param.name}` is"
        )
    if not isinstance(node, Scalar):
        return f"`with` gives `{param.name}` no single value"
    written = read_value(node)
    if isinstance(written, str):
        return f"`{param.name}`: {written}"
    if not fits(param.type, written):
        return f"`{node.text}` is not {article(param.type)}, which `{param.name}` is"
    from_range = in_range(param, written.value) if param.type.numeric else True  # type: ignore[arg-type]
    return written if from_range else f"`{node.text}` is outside the range of `{param.name}`"


def _cycles(policies: Mapping[str, Policy], collector: Collector) -> None:
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            circle = " → ".join([*above[above.index(name) :], name])
            collector.add(
                "E212", f"policies compose each other in a circle: {circle}", policies[name].span, "break it"
            )
            return
        if name in done or name not in policies:
            return
        for child in policies[name].children:
            visit(child.policy, (*above, name))
        done.add(name)

    for name in sorted(policies):
        visit(name, ())


def topological(policies: Mapping[str, Policy]) -> list[str]:
    """Return the names of the policies, children before parents, else in order."""
    found: list[str] = []

    def visit(name: str) -> None:
        if name in found or name not in policies:
            return
        for child in sorted(each.policy for each in policies[name].children):
            visit(child)
        found.append(name)

    for name in sorted(policies):
        visit(name)
    return found
