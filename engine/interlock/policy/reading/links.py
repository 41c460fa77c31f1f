"""Checks what policies say of each other: compositions and their bounds, inhibitions, circles, former names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from ...diagnostics import Collector, Span, name_hint
from ...language.literals import show
from ...language.types import Type
from ..model import Composition, Param, Policy, Rule
from ..yaml.yaml_nodes import Mapping as MappingNode
from ..yaml.yaml_nodes import Scalar
from .params import Misfit, WrittenValue, fits, in_range, read_value, unit_hint

__all__ = ["check_bound", "check_former_names", "link_policies", "named_policy"]


def link_policies(policies: Mapping[str, Policy], collector: Collector) -> dict[str, Policy]:
    """Check every composition and inhibition, and turn `with` values into values; complaints go to `collector`."""
    linked = {}
    for name, policy in sorted(policies.items()):
        rules = tuple(_rule(policy, rule, policies, collector) for rule in policy.rules)
        linked[name] = replace(policy, rules=rules)
    _circles(linked, collector)
    for _, policy in sorted(linked.items()):
        for rule in policy.rules:
            _inhibition(policy, rule, linked, collector)
    return linked


def named_policy(
    name: str, span: Span, policies: Mapping[str, Policy], collector: Collector
) -> Policy | None:
    """Return the policy of a name; None after a complaint."""
    if name not in policies:
        collector.add_unknown("E211", "policy", name, policies, span)
    return policies.get(name)


def check_bound(found: Policy, bound: str, always: str, span: Span, collector: Collector) -> bool:
    """Tell whether a bound is a verdict of a policy and not `always`, which every verdict meets; else complain."""
    if bound not in found.verdicts:
        message = f"`{bound}` is not a verdict of `{found.id}`"
        collector.add("E243", message, span, name_hint(bound, found.verdicts))
    elif bound == always:
        message = f"every verdict of `{found.id}` meets the bound `{bound}`"
        others = [each for each in found.verdicts if each != always]
        collector.add("E244", message, span, f"name one of {', '.join(others)}")
    return bound in found.verdicts and bound != always


# compositions


def _rule(policy: Policy, rule: Rule, policies: Mapping[str, Policy], collector: Collector) -> Rule:
    child = rule.condition
    if not isinstance(child, Composition):
        return rule
    found = named_policy(child.policy, child.span, policies, collector)
    if found is None:
        return rule
    always = found.worst if rule.kind == "requirement" else found.best
    check_bound(found, child.bound, always, child.bound_span or child.span, collector)
    if child.while_applicable and found.applies is None:
        message = f"`{found.id}` always applies: it has no `applies`"
        collector.add(
            "E281", message, child.span, "drop `while: applicable`, or give that policy an `applies`"
        )
    return replace(rule, condition=replace(child, params=_given(policy, child, found, collector)))


def _given(policy: Policy, child: Composition, found: Policy, collector: Collector) -> dict[str, object]:
    """The values of `with`: constants, or the name of a param of the parent."""
    values: dict[str, object] = {}
    for name, node in child.params.items():
        place = getattr(node, "span", child.span)
        param = found.params.get(name)
        if param is None:
            message = f"`{found.id}` has no param `{name}`"
            collector.add("E245", message, place, name_hint(name, found.params))
            continue
        if param.per:
            own = f"`{found.id}` has values of `{name}` for {', '.join(sorted(param.per))}"
            hint = "drop it here, or drop `per:` there: one value for all may be looser than a member's own"
            collector.add("E280", f"`with` gives one value of `{name}`, but {own}", place, hint)
            continue
        value = _value(policy, param, node)
        if isinstance(value, Misfit):
            collector.add("E246", value.message, place, value.hint)
        else:
            values[name] = value.value if isinstance(value, WrittenValue) else value
    return values


def _value(policy: Policy, param: Param, node: object) -> WrittenValue | Param | Misfit:
    """The value that `with` gives for a param, or what is wrong with it."""
    if not isinstance(node, Scalar):
        return Misfit(f"`with` gives `{param.name}` no single value")
    given = policy.params.get(node.text)
    mismatch = f"`{param.name}` is {param.type.with_article}, `{node.text}` is not"
    if given is not None:
        if _takes(param.type, given.type):
            return _handed_down(param, given)
        hint = None
        if isinstance(given.value, Decimal):
            hint = unit_hint(param.type, WrittenValue(given.value, given.type, given.bare))
        return Misfit(mismatch, hint and f"{hint} where `{given.name}` is declared")
    written = read_value(node)
    if isinstance(written, str):
        return Misfit(f"`{param.name}`: {written}")
    if not fits(param.type, written):
        return Misfit(mismatch, unit_hint(param.type, written))
    outside = param.type.numeric and not in_range(param, written.value)  # type: ignore[arg-type]
    return Misfit(f"`{node.text}` is outside the range of `{param.name}`") if outside else written


def _takes(wanted: Type, given: Type) -> bool:
    """Tell whether a param of one type may take every value that a param of another may have."""
    if wanted.kind is not given.kind or wanted.currency != given.currency:
        return False
    return wanted.flavour == given.flavour or (wanted.flavour, given.flavour) == ("number", "integer")


def _handed_down(param: Param, given: Param) -> Param | Misfit:
    """The parent's param, or that one of its values is outside the range of the child's."""
    outside = [each for each in given.values if isinstance(each, Decimal) and not in_range(param, each)]
    if not outside:
        return given
    return Misfit(f"`{given.name}` is {show(outside[0], given.type)}, outside the range of `{param.name}`")


def _circles(policies: Mapping[str, Policy], collector: Collector) -> None:
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            circle = " → ".join([*above[above.index(name) :], name])
            message = f"policies compose each other in a circle: {circle}"
            collector.add("E212", message, policies[name].span, "break it")
            return
        if name in done or name not in policies:
            return
        for child in policies[name].children:
            visit(child.policy, (*above, name))
        done.add(name)

    for name in sorted(policies):
        visit(name, ())


# inhibitions


def _inhibition(policy: Policy, rule: Rule, policies: Mapping[str, Policy], collector: Collector) -> None:
    """Complain where the verdict that is to explain a rule's alarms does not exist, or cannot explain them."""
    given = rule.inhibited_by
    if given is None:
        return
    if rule.latch:
        message = f"the alarm of the latched trigger `{rule.id}` is never inhibited"
        hint = "drop `inhibited_by`: a latched alarm waits for a person"
        collector.add("E267", message, given.span, hint)
        return
    found = named_policy(given.policy, given.span, policies, collector)
    if found is None or not check_bound(found, given.reaches, found.best, given.reaches_span, collector):
        return
    unfit = _unfit(policy, found)
    if unfit:
        collector.add("E216", unfit[0], given.span, unfit[1])
    elif not _notifies(found, given.reaches):
        hint = f"name who is notified in `{found.id}`: `notify: {{{given.reaches}: [risk]}}`"
        message = f"`{found.id}` notifies nobody at `{given.reaches}`"
        collector.add("E268", message, given.span, hint)


def _unfit(policy: Policy, found: Policy) -> tuple[str, str] | None:
    """Why `found` cannot explain alarms of `policy`, and what to do."""
    if found.id == policy.id:
        return f"`{found.id}` cannot explain its own alarms", "name the policy whose verdict explains them"
    if any(rule.inhibited_by is not None for rule in found.rules):
        hint = "name a policy whose own alarms are never inhibited"
        return f"alarms of `{found.id}` may be inhibited too", hint
    if found.children:
        hint = "name the composed policy that reads the metrics itself"
        return f"`{found.id}` composes other policies, and may be worse because one is unknown", hint
    if found.for_each not in (None, policy.for_each):
        each = f"`{found.id}` is judged for each {found.for_each}"
        return f"{each} and `{policy.id}` is not", "name a policy that is judged once, or for the same scope"
    return None


def _notifies(found: Policy, reaches: str) -> bool:
    """Whether some rule that takes a policy to a verdict or a worse one notifies somebody."""
    reached = found.verdicts[found.verdicts.index(reaches) :]
    return any(
        rule.failed in reached and (rule.notify or found.notify.get(rule.failed)) for rule in found.rules
    )


# former names


def check_former_names(documents: Iterable[MappingNode], collector: Collector) -> None:
    """Complain of former names that are still in use or given twice: among policies, and among each one's rules."""
    every = list(documents)
    _one_space("policy", [(each, each.scalar("policy")) for each in every], collector)
    for document in every:
        rules = document.sequence("rules").mappings
        _one_space("rule", [(each, each.scalar("id")) for each in rules], collector)


def _one_space(kind: str, named: Iterable[tuple[MappingNode, Scalar | None]], collector: Collector) -> None:
    """Hold the former names of one space against its names and against each other."""
    pairs = [(node, name) for node, name in named if name is not None]
    current: dict[str, Span] = {}
    for _, name in pairs:
        current.setdefault(name.text, name.span)
    given: dict[str, tuple[str, Span]] = {}
    for name, former in _former(pairs):
        text = former.text
        if text in current:
            related = [(f"the {kind} of that name", current[text])]
            message = f"`{text}` cannot be a former name: a {kind} is called that"
            hint = f"name what the {kind} was called before it was renamed"
            collector.add("E215", message, former.span, hint, related)
        elif text in given:
            owner, place = given[text]
            twice, taken = "is given twice as a former name", f"is the former name of `{owner}` already"
            message = f"`{text}` {twice if owner == name.text else taken}"
            collector.add("E266", message, former.span, "keep one", [("first given here", place)])
        else:
            given[text] = (name.text, former.span)


def _former(pairs: Iterable[tuple[MappingNode, Scalar]]) -> Iterator[tuple[Scalar, Scalar]]:
    for node, name in pairs:
        yield from ((name, former) for former in node.sequence("formerly").scalars)
