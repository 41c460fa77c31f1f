"""Reads environment documents: values of declared params, by policy, and the dwell that stages ask for."""

from __future__ import annotations

from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ...diagnostics import Collector, Span, name_hint, unknown_name
from ...language.values import Value
from ..model import Param, Policy, Unlimited
from ..rollout_model import Rollout, Term
from ..yaml.yaml_nodes import Mapping, Node, Scalar
from .params import WrittenValue, fits, flat, in_range, read_value

__all__ = ["Environment", "read_environment", "read_values"]


@dataclass(frozen=True, slots=True)
class Environment:
    """Values of params in one environment: by policy, then by dotted name of the param; and the least time of stages
    that ask for one, by rollout and stage."""

    name: str
    span: Span
    values: Table[str, Table[str, Value]] = field(default_factory=dict)
    dwell: Table[tuple[str, str], Term] = field(default_factory=dict)


def read_environment(
    document: Mapping, policies: Table[str, Policy], rollouts: Table[str, Rollout], collector: Collector
) -> Environment:
    """Return the environment; values for what is not declared, or of another type, are complained of."""
    name = document.pairs[0][1]
    values: dict[str, dict[str, Value]] = {}
    tables = document.get("values")
    for key, table in tables.pairs if isinstance(tables, Mapping) else ():
        policy = policies.get(key.text)
        if policy is None:
            unknown = unknown_name("policy", key.text, policies)
            collector.add("E407", unknown.message, key.span, unknown.hint)
        elif isinstance(table, Mapping):
            values[key.text] = read_values(policy, table, collector)
    dwell = _dwell(document.get("dwell"), rollouts, collector)
    return Environment(name.text if isinstance(name, Scalar) else "", name.span, values, dwell)


def _dwell(
    tables: Node | None, rollouts: Table[str, Rollout], collector: Collector
) -> dict[tuple[str, str], Term]:
    """The least time of stages whose rollout asks the environment for it."""
    found: dict[tuple[str, str], Term] = {}
    for key, table in tables.pairs if isinstance(tables, Mapping) else ():
        rollout = rollouts.get(key.text)
        if rollout is None:
            unknown = unknown_name("rollout", key.text, rollouts)
            collector.add("E407", unknown.message, key.span, unknown.hint)
            continue
        for each, value in table.pairs if isinstance(table, Mapping) else ():
            stage = rollout.stage(each.text)
            if stage is None or stage.dwell.least is not None:
                asking = [one.id for one in rollout.stages if one.dwell.least is None]
                hint = name_hint(each.text, asking, _asking(asking))
                message = f"`{key.text}` asks for no dwell of a stage `{each.text}`"
                collector.add("E407", message, each.span, hint)
            elif isinstance(value, Scalar):
                found[key.text, each.text] = Term.read(value.text)
    return found


def _asking(stages: Sequence[str]) -> str:
    return f"it asks for {', '.join(stages)}" if stages else "no stage of it has `dwell: {min: required}`"


def read_values(policy: Policy, table: Mapping, collector: Collector) -> dict[str, Value]:
    """Return values of a policy's params by dotted name; complaints go to `collector`."""
    found: dict[str, Value] = {}
    for name, key, node in flat(table):
        param = policy.params.get(name)
        if param is None:
            hint = name_hint(name, policy.params)
            collector.add("E407", f"`{policy.id}` has no param `{name}`", key.span, hint)
            continue
        value = _value(param, node)
        if isinstance(value, str):
            collector.add("E407", f"the param `{name}` of `{policy.id}`: {value}", node.span)
        else:
            assert not isinstance(value.value, Unlimited)
            found[name] = value.value
    return found


def _value(param: Param, node: Node) -> WrittenValue | str:
    written = read_value(node)
    if isinstance(written, str):
        return written
    if isinstance(written.value, Unlimited):
        return "`unlimited` cannot come from an environment"
    if not fits(param.type, written):
        return f"{param.type.with_article} is wanted"
    if isinstance(written.value, Decimal) and not in_range(param, written.value):
        return "the value is outside the param's range"
    return written
