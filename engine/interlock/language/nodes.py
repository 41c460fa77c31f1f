"""The checked tree: frozen, typed nodes that know their shape and their place in the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ..diagnostics import Span
from .types import Shape, Type

__all__ = ["Call", "LetRef", "Literal", "MemberRef", "MetricRef", "Node", "ParamRef", "walk"]


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: a decimal, a boolean, text, or the index of an enum's value. `bare`: no unit was written."""

    value: Decimal | bool | str
    type: Type
    shape: Shape
    span: Span
    bare: bool = False


@dataclass(frozen=True, slots=True)
class MetricRef:
    """A metric, at the member of the policy's `for_each` where the metric is per member of that scope."""

    name: str
    type: Type
    shape: Shape
    span: Span


@dataclass(frozen=True, slots=True)
class ParamRef:
    """A parameter of the policy; an enum `type` says how to read its value."""

    name: str
    type: Type
    shape: Shape
    span: Span
    bare: bool = False


@dataclass(frozen=True, slots=True)
class LetRef:
    """A named expression of the policy."""

    name: str
    type: Type
    shape: Shape
    span: Span


@dataclass(frozen=True, slots=True)
class MemberRef:
    """The member that a `for_each` policy is evaluated at, named by its scope."""

    name: str
    type: Type
    shape: Shape
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or function of the table, applied. `options` are its keyword arguments, sorted by name;
    `axis` says what a reduction reduces: `time` or `members`."""

    operator: str
    arguments: tuple[Node, ...]
    options: tuple[tuple[str, Node], ...]
    type: Type
    shape: Shape
    span: Span
    axis: str = ""


Node = Literal | MetricRef | ParamRef | LetRef | MemberRef | Call


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and every node below it, parents first."""
    yield node
    if isinstance(node, Call):
        for argument in node.arguments:
            yield from walk(argument)
        for _, option in node.options:
            yield from walk(option)
