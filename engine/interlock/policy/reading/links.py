"""Checks what policies say of each other: that children exist, that bounds mean something, that none is its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ...diagnostics import Collector, Span, name_hint, unknown_name
from ..model import Composition, Inhibition, Param, Policy, Rule
from ..yaml.yaml_nodes import Mapping as MappingNode
from ..yaml.yaml_nodes import Node, Scalar
from .params import WrittenValue, fits, in_range, read_value

__all__ = ["check_inhibitions", "link", "read_inhibition"]


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
        unknown = unknown_name("policy", given.policy, policies)
        yield "E211", unknown.message, given.span, unknown.hint
        return
    if given.reaches not in found.verdicts:
        hint = name_hint(given.reaches, found.verdicts)
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
        unknown = unknown_name("policy", child.policy, policies)
        collector.add("E211", unknown.message, child.span, unknown.hint)
        return rule
    place = child.bound_span or child.span
    if child.bound not in found.verdicts:
        hint = name_hint(child.bound, found.verdicts)
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
            collector.add("E211", message, place, name_hint(name, found.params))
            continue
        value = _value(policy, param, node)
        if isinstance(value, str):
            collector.add("E211", value, place)
        elif value is not None:
            values[name] = value.value if isinstance(value, WrittenValue) else value
    return values


def _value(policy: Policy, param: Param, node: object) -> WrittenValue | Param | str | None:
    if isinstance(node, Scalar) and node.text in policy.params:
        given = policy.params[node.text]
        return (
            given
            if given.type.kind is param.type.kind
            else f"`{node.text}` is not {param.type.with_article}, which `{param.name}` is"
        )
    if not isinstance(node, Scalar):
        return f"`with` gives `{param.name}` no single value"
    written = read_value(node)
    if isinstance(written, str):
        return f"`{param.name}`: {written}"
    if not fits(param.type, written):
        return f"`{node.text}` is not {param.type.with_article}, which `{param.name}` is"
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
