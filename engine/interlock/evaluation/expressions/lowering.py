"""Lowers a checked tree to calls only, the form that simpleeval walks: `_and(_lt(v0, v1), _not(v2))`."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ...language.nodes import Call, Node
from ...language.operators import OPERATORS

__all__ = ["Program", "lower"]

_OPERATIONS = "op_"


@dataclass(frozen=True, slots=True)
class Program:
    """An expression ready to be walked: `tree` is made of calls, and of names that stand for `nodes`.

    A call names its own node in its first argument, so that the walk can tell what it compared.
    """

    tree: ast.expr
    nodes: dict[str, Node]
    root: Node


def lower(root: Node) -> Program:
    """Return the program of a checked tree."""
    nodes: dict[str, Node] = {}

    def name(node: Node) -> ast.expr:
        word = f"v{len(nodes)}"
        nodes[word] = node
        return ast.Name(word, ast.Load())

    def build(node: Node) -> ast.expr:
        if not isinstance(node, Call) or OPERATORS[node.operator].by_name:
            return name(node)
        keywords = [ast.keyword(key, build(value)) for key, value in node.options]
        arguments = [name(node), *(build(each) for each in node.arguments)]
        return ast.Call(ast.Name(_OPERATIONS + node.operator, ast.Load()), arguments, keywords)

    return Program(ast.fix_missing_locations(build(root)), nodes, root)
