"""The interpreter as a back-end of the language's cases."""

from __future__ import annotations

import json
from decimal import Decimal

from interlock.diagnostics import Collector, Span, render
from interlock.evaluation.expressions.interpreter import Interpreter
from interlock.evaluation.expressions.lowering import lower
from interlock.evaluation.snapshot.measures import Measures
from interlock.evaluation.snapshot.snapshot import Snapshot
from interlock.language.checker import check, check_rule
from interlock.language.literals import show
from interlock.language.nodes import Node as Tree
from interlock.language.types import Type
from interlock.language.values import Unknown, Value
from interlock.policy.catalogue import Catalogue
from interlock.policy.names import PolicyNames
from interlock.policy.reading.catalogue_reader import read_catalogue
from interlock.policy.reading.params import ParamReader
from interlock.policy.yaml.yaml_nodes import Mapping, Node, Scalar, Sequence

from .cases import Case, Outcome

DIGITS = 34


class Reference:
    """The meaning that every other back-end is compared with."""

    name = "interpreter"

    def evaluate(self, case: Case) -> Outcome:
        catalogue, names = declarations(case)
        collector = Collector(sources={"expr": case.expression.split("\n")})
        checked = (check_rule if case.rule else check)(case.expression, place, names, collector)
        if checked is None:
            return Outcome(error="\n".join(render(each, collector.sources) for each in collector.sorted()))
        assert collector.diagnostics == []
        interpreter = Interpreter(
            Measures(snapshot(case.as_of, case.tables["metrics"], case.tables["scopes"]), catalogue),
            {name: param.value for name, param in names.param_table.items()},
            {name: lower(tree) for name, tree in names.lets.items() if tree is not None},
            case.member,
            case.for_each,
            {name: Measures(frozen(node), catalogue) for name, node in case.tables["baselines"].items()},
        )
        result = interpreter.evaluate(lower(checked))
        assert isinstance(result, (bool, Decimal, str, frozenset, Unknown)), "a case comes to one value"
        return outcome(result, checked.type)


def place(start: int, end: int) -> Span:
    """Return characters `start` up to `end` of a one-line file."""
    return Span("expr", 1, start + 1, 1, end + 1)


def declarations(case: Case) -> tuple[Catalogue, PolicyNames]:
    """Return the catalogue and every name that the expression may use; params and lets must be sound."""
    collector = Collector()
    catalogue = read_catalogue([case.catalogue] if case.catalogue else [], collector)
    names = PolicyNames(catalogue, case.for_each)
    nowhere = Span("params", 1, 1)
    params = Mapping(tuple((key(name), node) for name, node in case.tables["params"].items()), nowhere)
    names.param_table = ParamReader(collector, lambda _: None, {}).read(params, None)
    for name, node in case.tables["lets"].items():
        assert isinstance(node, Scalar)
        names.lets[name] = check(node.text, place, names, collector)
    assert collector.diagnostics == [], "\n".join(map(str, collector.sorted()))
    return catalogue, names


def key(name: str) -> Scalar:
    """Return a key of a mapping."""
    return Scalar(name, name, "plain", Span("params", 1, 1), name)


def snapshot(as_of: str, metrics: dict[str, Node], scopes: dict[str, Node]) -> Snapshot:
    """Return a snapshot that holds what the YAML says, numbers as they are written."""
    parts = {
        "interlock": "1",
        "as_of": json.dumps(as_of),
        "metrics": _object(metrics),
        "scopes": _object(scopes),
    }
    return Snapshot.parse(
        ("{" + ", ".join(f'"{name}": {text}' for name, text in parts.items()) + "}").encode()
    )


def frozen(node: Node) -> Snapshot:
    """Return the snapshot of a baseline."""
    assert isinstance(node, Mapping)
    table = dict(node.items())
    metrics, scopes = (
        dict(each.items()) if isinstance(each, Mapping) else {}
        for each in (table.get("metrics"), table.get("scopes"))
    )
    as_of = table["as_of"]
    assert isinstance(as_of, Scalar)
    return snapshot(as_of.text, metrics, scopes)


def _object(table: dict[str, Node]) -> str:
    return "{" + ", ".join(f"{json.dumps(name)}: {_json(node)}" for name, node in table.items()) + "}"


def _json(node: Node) -> str:
    match node:
        case Mapping():
            return _object(dict(node.items()))
        case Sequence():
            return "[" + ", ".join(map(_json, node.items)) + "]"
        case _:
            return node.text if isinstance(node.value, Decimal) else json.dumps(node.value)


def outcome(result: Value, kind: Type) -> Outcome:
    """Return the result in its unit."""
    if not isinstance(result, Unknown):
        return Outcome(value=show(result, kind, DIGITS))
    low, high = (show(each, kind, DIGITS) if each.is_finite() else None for each in (result.low, result.high))
    return Outcome(causes=tuple(map(str, result.causes)), low=low, high=high)


def typed(case: Case) -> Tree | None:
    """Return the checked tree of a case, or None where it does not check."""
    return check(case.expression, place, declarations(case)[1], Collector())
