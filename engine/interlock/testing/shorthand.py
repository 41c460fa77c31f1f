"""Reads the shorthand of series: `[0.01 x5, -0.031, _]` is five values, one more, and a gap."""

from __future__ import annotations

import re

from ..diagnostics import Collector
from ..language.literals import parse_literal
from ..policy.yaml.yaml_nodes import Node, Scalar, Sequence

__all__ = ["GAP", "Item", "expanded"]

GAP = ("_", "missing")
_TIMES = re.compile(r"(.+?) *\bx([1-9][0-9]{0,4})", re.ASCII)
_LONGEST = 20_000

Item = Node | None
"""One slot or point: what is written for it, or None for a gap."""


def expanded(node: Sequence, collector: Collector) -> list[Item]:
    """Return the items with repetitions written out; complaints go to `collector`."""
    found: list[Item] = []
    for each in node.items:
        if not isinstance(each, Scalar) or each.style not in ("plain", "single", "double"):
            found.append(each)
            continue
        match = _TIMES.fullmatch(each.text) if each.value == each.text else None
        count = int(match[2]) if match else 1
        if len(found) + count > _LONGEST:
            collector.add("E702", f"a series of more than {_LONGEST} values", each.span)
            return found
        single = _retyped(each, match[1]) if match else each
        found += [None if single.text in GAP else single] * count
    return found


def _retyped(scalar: Scalar, text: str) -> Scalar:
    """The scalar with the repetition cut off, read as if it stood alone."""
    words = {"true": True, "false": False}
    literal = parse_literal(text)
    value = words.get(text, literal.value if literal and literal.bare else text)
    return Scalar(value, text, "plain", scalar.span, text)
