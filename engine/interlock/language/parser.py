"""Parses an expression with Python's own parser and passes only the allow-list of its syntax."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ..limits import EXPRESSION_DEPTH, EXPRESSION_NODES
from .lexer import Complain, Lexed, lex
from .slips import is_hint, syntax_hint, word_hint

__all__ = ["Parsed", "parse"]

_ALLOWED: frozenset[type[ast.AST]] = frozenset((
    ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div,
    ast.Compare, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq, ast.In, ast.NotIn,
    ast.Call, ast.keyword, ast.Name, ast.Attribute, ast.Load,
))  # fmt: skip

_NAMES = {
    ast.Lambda: "`lambda`",
    ast.IfExp: "`if … else`",
    ast.Tuple: "a list of values",
    ast.UAdd: "a leading `+`",
    ast.Is: "`is`",
    ast.IsNot: "`is not`",
    ast.Await: "`await`",
    ast.Yield: "`yield`",
    ast.Starred: "`*`",
    ast.GeneratorExp: "a comprehension",
}
_HINTS = {
    ast.IfExp: "combine conditions with `and` and `or`, or guard the rule with `applies:`",
    ast.Tuple: "compare one value at a time, joined with `or`",
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """Vetted syntax: the tree of Python's parser over the lexed text, and the literals found by offset."""

    tree: ast.expr
    lexed: Lexed
    text: str


def parse(text: str, complain: Complain) -> Parsed | None:
    """Return the syntax of one expression, or None after `complain(code, message, start, end, hint)`."""
    lexed = lex(text, complain)
    if lexed is None:
        return None
    if not lexed.code.strip():
        complain("E302", "the expression is empty", 0, 1, None)
        return None
    lead = len(lexed.code) - len(lexed.code.lstrip())
    try:
        tree = ast.parse(lexed.code.lstrip(), mode="eval").body
    except SyntaxError as problem:
        offset = problem.offset - 1 if problem.offset else len(lexed.code.strip())
        start = min(lead + max(offset, 0), len(text) - 1)
        complain("E302", f"not an expression: {_reason(problem)}", start, start + 1, syntax_hint(text))
        return None
    except (RecursionError, MemoryError, ValueError):
        complain(
            "E301", f"the expression has more than {EXPRESSION_DEPTH} levels", 0, 1, "split it with `let:`"
        )
        return None
    if lead:
        _shift(tree, lead)
    return Parsed(tree, lexed, text) if _vetted(tree, text, complain) else None


def _reason(problem: SyntaxError) -> str:
    text = (problem.msg or "invalid syntax").lower().replace("'", "`")
    known = (
        "was never closed",
        "unmatched",
        "does not match",
        "positional argument follows",
        "keyword argument",
    )
    return text if any(each in text for each in known) else "a value or an operator is missing here"


def _shift(tree: ast.expr, lead: int) -> None:
    for node in ast.walk(tree):
        if isinstance(node, (ast.expr, ast.keyword)):
            node.col_offset += lead
            node.end_col_offset = (node.end_col_offset or 0) + lead


def _text(text: str, node: ast.expr) -> str:
    return text[node.col_offset : node.end_col_offset]


def _vetted(tree: ast.expr, text: str, complain: Complain) -> bool:
    """Refuse every node outside the allow-list, and trees that are too large or too deep."""
    count, good = 0, True
    stack: list[tuple[ast.AST, int, ast.expr]] = [(tree, 1, tree)]
    while stack:
        node, depth, place = stack.pop()
        place = node if isinstance(node, ast.expr) else place
        count += isinstance(node, ast.expr)
        if count > EXPRESSION_NODES or depth > EXPRESSION_DEPTH:
            limit = f"the expression has more than {EXPRESSION_NODES} parts or {EXPRESSION_DEPTH} levels"
            complain("E301", limit, 0, 1, "split it with `let:`")
            return False
        if type(node) not in _ALLOWED or (isinstance(node, ast.keyword) and node.arg is None):
            start, end = place.col_offset, place.end_col_offset or place.col_offset + 1
            name, hint = _NAMES.get(type(node), "this syntax"), _HINTS.get(type(node))
            if isinstance(node, ast.Constant):
                name, hint = f"`{node.value!r}`", word_hint(repr(node.value))
            elif isinstance(node, (ast.Is, ast.IsNot)) and isinstance(place, ast.Compare):
                left, right = _text(text, place.left), _text(text, place.comparators[-1])
                hint = is_hint(left, isinstance(node, ast.IsNot), right)
            complain("E304", f"{name} is not part of the language", start, end, hint)
            good = False
            continue
        deeper = depth + isinstance(node, ast.expr) * (not isinstance(node, (ast.Attribute, ast.Name)))
        stack += [(each, deeper, place) for each in reversed(list(ast.iter_child_nodes(node)))]
    return good
