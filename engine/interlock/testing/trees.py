"""Rebuilds a checked tree with one node changed; the tree itself stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..language.nodes import Call, Node

__all__ = ["replaced", "variants"]


def replaced(tree: Node, old: Node, new: Node) -> Node:
    """Return the tree with `new` in the place of the node `old`, which is told by identity."""
    if tree is old:
        return new
    if not isinstance(tree, Call):
        return tree
    arguments = tuple(replaced(each, old, new) for each in tree.arguments)
    options = tuple((key, replaced(each, old, new)) for key, each in tree.options)
    same = all(one is two for one, two in zip(arguments, tree.arguments, strict=True))
    same = same and all(one[1] is two[1] for one, two in zip(options, tree.options, strict=True))
    return tree if same else replace(tree, arguments=arguments, options=options)


def variants(tree: Node) -> Iterator[tuple[Node, bool]]:
    """Yield every node with whether it stands in a window or another option of a call."""
    yield tree, False
    if isinstance(tree, Call):
        for each in tree.arguments:
            yield from variants(each)
        for _, option in tree.options:
            yield from ((node, True) for node, _ in variants(option))
