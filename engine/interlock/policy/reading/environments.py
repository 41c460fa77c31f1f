"""Reads environment documents: values of declared params by policy, and the least dwell of stages that require one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from decimal import Decimal

from ...diagnostics import Collector, Span, name_hint
from ...language.values import Value
from ..catalogue import Catalogue
from ..model import Param, Policy, Unlimited
from ..rollout_model import Rollout, Term
from ..yaml.yaml_nodes import Mapping, Node, Scalar
from .params import Misfit, WrittenValue, fits, in_range, read_value, unit_hint

__all__ = ["Environment", "read_environments", "read_values"]


@dataclass(frozen=True, slots=True)
class Environment:
    """Values of params in one environment: by policy, then by dotted name of the param, those of one member by
    `Param.at`; the least time of stages that require one, by rollout and stage; and whether it is for `live` mode."""

    name: str
    span: Span
    values: Table[str, Table[str, Value]] = field(default_factory=dict)
    dwell: Table[tuple[str, str], Term] = field(default_factory=dict)
    live: bool = False


def read_environments(
    documents: Sequence[Mapping],
    policies: Table[str, Policy],
    rollouts: Table[str, Rollout],
    catalogue: Catalogue,
    collector: Collector,
) -> dict[str, Environment]:
    """Return the environments by name; complaints go to `collector`, among them values of params that are not declared
    or that are of another type."""
    found: dict[str, Environment] = {}
    for document in documents:
        name, span = document.text("environment"), document.span_of("environment")
        values = _values(document.mapping("values"), policies, catalogue, collector)
        dwell = _dwell(document.mapping("dwell"), rollouts, collector)
        environment = Environment(name, span, values, dwell, document.flag("live"))
        if name in found:
            related = [("first given here", found[name].span)]
            collector.add("E423", f"two environments are called `{name}`", span, "merge them", related)
        else:
            found[name] = environment
    return found


def _values(
    tables: Mapping, policies: Table[str, Policy], catalogue: Catalogue, collector: Collector
) -> dict[str, dict[str, Value]]:
    found: dict[str, dict[str, Value]] = {}
    for key, table in tables.tables:
        policy = policies.get(key.text)
        if policy is not None:
            found[key.text] = read_values(policy, table, catalogue, collector)
            continue
        collector.add_unknown("E424", "policy", key.text, policies, key.span)
    return found


def _dwell(
    tables: Mapping, rollouts: Table[str, Rollout], collector: Collector
) -> dict[tuple[str, str], Term]:
    """The least time of stages whose rollout requires the environment to give it."""
    found: dict[tuple[str, str], Term] = {}
    for key, table in tables.tables:
        rollout = rollouts.get(key.text)
        if rollout is None:
            collector.add_unknown("E425", "rollout", key.text, rollouts, key.span)
            continue
        open_stages = [each.id for each in rollout.stages if each.dwell.least is None]
        for each, _ in table.pairs:
            if each.text in open_stages:
                found[key.text, each.text] = Term.read(table.text(each.text))
                continue
            hint = name_hint(each.text, open_stages, _requiring(open_stages))
            message = f"`{key.text}` asks for no dwell of a stage `{each.text}`"
            collector.add("E426", message, each.span, hint)
    return found


def _requiring(stages: Sequence[str]) -> str:
    return f"it asks for {', '.join(stages)}" if stages else "no stage of it has `dwell: {min: required}`"


def read_values(
    policy: Policy, table: Mapping, catalogue: Catalogue, collector: Collector
) -> dict[str, Value]:
    """Return values of a policy's params by dotted name, those of one member by `Param.at`; complaints
    go to `collector`."""
    found: dict[str, Value] = {}
    for name, key, node in _leaves(table, policy.params):
        param = policy.params.get(name)
        if param is None:
            hint = name_hint(name, policy.params)
            collector.add("E427", f"`{policy.id}` has no param `{name}`", key.span, hint)
            continue
        for at, each in _settings(policy, param, node, catalogue, collector):
            value = _value(param, each)
            if isinstance(value, Misfit):
                message = f"the param `{at}` of `{policy.id}`: {value.message}"
                collector.add("E407", message, each.span, value.hint)
            else:
                assert not isinstance(value.value, Unlimited)
                found[at] = value.value
    return found


def _leaves(node: Mapping, params: Table[str, Param], prefix: str = "") -> Iterator[tuple[str, Scalar, Node]]:
    """Yield (dotted name, key, value) of nested groups of values; a param's own mapping is no group."""
    for key, value in node.pairs:
        name = prefix + key.text
        if isinstance(value, Mapping) and name not in params:
            yield from _leaves(value, params, f"{name}.")
        else:
            yield name, key, value


def _settings(
    policy: Policy, param: Param, node: Node, catalogue: Catalogue, collector: Collector
) -> Iterator[tuple[str, Node]]:
    """Yield (key, value) of what an environment gives for a param: one value, or `{value: …, per: {MEMBER: …}}`."""
    if not isinstance(node, Mapping):
        yield param.name, node
        return
    for key, value in node.pairs:
        if key.text == "value":
            yield param.name, value
        elif key.text == "per" and isinstance(value, Mapping):
            yield from _members(policy, param, value, catalogue, collector)
        else:
            message = f"`{param.name}` takes a value, or `value` and `per` of members, not `{key.text}`"
            hint = f"write `{param.name}: {{value: VALUE, per: {{MEMBER: VALUE}}}}`"
            collector.add("E480", message, key.span, hint)


def _members(
    policy: Policy, param: Param, table: Mapping, catalogue: Catalogue, collector: Collector
) -> Iterator[tuple[str, Node]]:
    scope = catalogue.scopes.get(policy.for_each or "")
    if scope is None:
        message = f"`per` of `{param.name}` needs a policy with `for_each`"
        collector.add("E228", message, table.span, f"`{policy.id}` is evaluated once: give one value")
        return
    for key, value in table.pairs:
        if key.text in scope.members:
            yield param.at(key.text), value
        else:
            message = f"`{key.text}` is not a member of the scope"
            collector.add("E229", message, key.span, name_hint(key.text, scope.members))


def _value(param: Param, node: Node) -> WrittenValue | Misfit:
    written = read_value(node)
    if isinstance(written, str):
        return Misfit(written)
    if isinstance(written.value, Unlimited):
        return Misfit("`unlimited` cannot come from an environment")
    if not fits(param.type, written):
        return Misfit(f"{param.type.with_article} is wanted", unit_hint(param.type, written))
    if isinstance(written.value, Decimal) and not in_range(param, written.value):
        return Misfit("the value is outside the param's range")
    return written
