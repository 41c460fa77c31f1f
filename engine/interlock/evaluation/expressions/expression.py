"""One expression over one snapshot, outside any rule: what it gives and what it compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ...diagnostics import Collector, Span
from ...errors import DocumentError
from ...language.checker import check
from ...language.nodes import Node
from ...language.printer import to_text
from ...language.values import Cause, Unknown, Value
from ...policy.model import Override
from ...policy.names import PolicyNames, metrics_read
from ..snapshot.measures import Measures
from ..snapshot.series_values import Shaped
from ..verdict import Comparison
from .comparisons import compared, polarities
from .compiled import CompiledPolicy
from .interpreter import Interpreter
from .lowering import lower
from .parameters import effective

__all__ = ["ExpressionContext", "ExpressionResult", "checked_expression", "evaluate_expression"]


@dataclass(frozen=True, slots=True)
class ExpressionResult:
    """The checked expression, its value, its comparisons and what spoke for missing data."""

    node: Node
    value: Shaped
    comparisons: tuple[Comparison, ...] = ()
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpressionContext:
    """What an expression is evaluated with: a policy's params and lets, a member, values, baselines."""

    policy: CompiledPolicy | None = None
    scope: str | None = None
    member: str | None = None
    environment: Mapping[str, Value] = field(default_factory=dict)
    baselines: Mapping[str, Measures] = field(default_factory=dict)


def checked_expression(text: str, names: PolicyNames) -> Node:
    """Return an expression that is no part of a document; raises DocumentError for one that is not sound."""
    collector = Collector()
    collector.sources["expression"] = text.split("\n")
    node = check(text, lambda start, end: _place(text, start, end), names, collector)
    if node is None:
        raise DocumentError(collector.errors, collector.sources)
    return node


def evaluate_expression(node: Node, measures: Measures, setting: ExpressionContext) -> ExpressionResult:
    """Evaluate a checked expression. A param without a value is unknown here, and so is one without a limit."""
    lets = setting.policy.lets if setting.policy else {}
    interpreter = Interpreter(
        measures, lets=lets, member=setting.member, member_scope=setting.scope, baselines=setting.baselines
    )
    printed: tuple[str, ...] = ()
    if setting.policy:
        interpreter.params, printed = _parameters(setting.policy, interpreter, measures, setting)
    value = interpreter.evaluate(lower(node))
    trees = setting.policy.policy.lets if setting.policy else {}
    found = compared(interpreter.seen, polarities(node, True, trees))
    assumed = [f"`{to_text(each)}` speaks for missing data" for each in interpreter.assumed]
    assumed += measures.snapshot.assumed(metrics_read(node, trees))
    return ExpressionResult(node, value, found, (*printed, *assumed))


def _parameters(
    compiled: CompiledPolicy, interpreter: Interpreter, measures: Measures, setting: ExpressionContext
) -> tuple[Mapping[str, Value], tuple[str, ...]]:
    policy = compiled.policy
    blank = {name: _absent(name, "no value is given") for name in policy.params}
    written = {name: each.value for name, each in policy.params.items()}
    plain = {
        name: each for name, each in written.items() if isinstance(each, (bool, str, Decimal, frozenset))
    }
    interpreter.params = {**blank, **plain}

    def holds(override: Override) -> Value:
        name = next(key for key, param in policy.params.items() if param.override is override)
        result = interpreter.evaluate(compiled.overrides[name])
        return result if isinstance(result, (bool, Unknown)) else Unknown(())

    found = effective(policy, setting.member, setting.environment, {}, measures.snapshot.env, holds)
    free = {name: _absent(name, "the param is unlimited") for name in found.unlimited}
    interpreter.seen.clear()
    return {**blank, **free, **found.values}, found.printed


def _absent(name: str, why: str) -> Unknown:
    return Unknown((Cause(name, "", "", "missing", why),))


def _place(text: str, start: int, end: int) -> Span:
    """Return the place of characters in an expression that is no part of a document."""
    lines = text[:start].split("\n")
    last = text[: max(end, start)].split("\n")
    return Span("expression", len(lines), len(lines[-1]) + 1, len(last), len(last[-1]) + 1)
