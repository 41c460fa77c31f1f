"""Finds params that stand beside a ratio and are written as plain numbers: given as 5 they would mean 500%."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ...diagnostics import Span
from ...language.nodes import Call, LetRef, Literal, Node, ParamRef, walk
from ..names import followed

__all__ = ["params_beside_ratios"]

_JOINS = ("lt", "le", "gt", "ge", "eq", "ne", "add", "sub", "larger", "smaller", "default")
"""The operators whose two sides are of one unit."""

_KEEPS_UNIT = ("add", "sub", "neg", "larger", "smaller", "abs")


def params_beside_ratios(trees: Iterable[Node], lets: Mapping[str, Node | None]) -> dict[str, Span]:
    """Return the params of another type that an expression compares with a ratio, adds to one or takes for a share,
    with the first place of each."""
    found: dict[str, Span] = {}
    for call in (each for tree in trees for each in walk(tree) if isinstance(each, Call)):
        for node in _beside(call):
            for param in _of_one_unit(node, lets):
                if param.type.flavour not in ("", "ratio"):
                    found.setdefault(param.name, param.span)
    return found


def _beside(call: Call) -> Iterator[Node]:
    """Yield the operands that are to be ratios and are not."""
    flavours = [each.type.flavour for each in call.arguments]
    if call.operator in _JOINS and "ratio" in flavours:
        yield from (each for each in call.arguments if each.type.flavour != "ratio")
    elif call.operator == "quantile":
        yield call.arguments[1]


def _of_one_unit(node: Node, lets: Mapping[str, Node | None]) -> Iterator[ParamRef]:
    """Yield the params below a node that are of its unit; where it depends on params alone, every one of them."""
    below = list(followed(node, lets))
    if all(isinstance(each, (Literal, ParamRef, LetRef, Call)) for each in below):
        yield from (each for each in below if isinstance(each, ParamRef))
    elif isinstance(node, Call) and node.operator in _KEEPS_UNIT:
        for each in node.arguments:
            yield from _of_one_unit(each, lets)
