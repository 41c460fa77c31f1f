"""Turns vetted syntax into the checked tree, or says everything that is wrong with it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from ..diagnostics import Collector, Span, did_you_mean, unknown_name
from .declarations import Declarations
from .function_typing import CallRules
from .lexer import reserved
from .nodes import Call, LetRef, Literal, MemberRef, MetricRef, Node, ParamRef, walk
from .operators import FUNCTIONS
from .parser import Parsed, parse
from .slips import function_hint, member_hint, word_hint
from .types import BOOL, SCALAR, STRING, Kind, Shape, Type

__all__ = ["check", "check_rule"]

_BINARY = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div"}
_COMPARE = {
    ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge",
    ast.Eq: "eq", ast.NotEq: "ne", ast.In: "in", ast.NotIn: "not_in",
}  # fmt: skip

Locate = Callable[[int, int], Span]


def check(text: str, locate: Locate, declarations: Declarations, collector: Collector) -> Node | None:
    """Return the checked tree of one expression, or None after every complaint has gone to `collector`.

    `locate(start, end)` tells where characters of `text` stand in the file.
    """

    def complain(code: str, message: str, start: int, end: int, hint: str | None) -> None:
        collector.add(code, message, locate(start, end), hint)

    parsed = parse(text, complain)
    if parsed is None:
        return None
    return _Checker(parsed, locate, declarations, collector).node(parsed.tree)


def check_rule(text: str, locate: Locate, declarations: Declarations, collector: Collector) -> Node | None:
    """Like `check`, for an expression that must be one boolean and must depend on some value."""
    node = check(text, locate, declarations, collector)
    if node is None:
        return None
    whole = locate(0, len(text))
    if node.type != BOOL:
        collector.add(
            "E317", f"a rule is a boolean, this is {node.type.with_article}", whole, "compare it with a limit"
        )
        return None
    if node.shape != SCALAR:
        hint = "reduce it with `all(…)`, `any(…)`, `count(…)`, `last(…)` or `streak(…)`"
        collector.add("E338", f"a rule is one boolean, this is one along {node.shape}", whole, hint)
        return None
    if not any(_may_vary(each) for each in walk(node)):
        collector.add("E331", "this condition reads nothing that could change", whole, "name a metric")
        return None
    return node


def _may_vary(node: Node) -> bool:
    return node.operator == "attested" if isinstance(node, Call) else not isinstance(node, Literal)


class _Checker(CallRules):
    def __init__(
        self, parsed: Parsed, locate: Locate, declarations: Declarations, collector: Collector
    ) -> None:
        super().__init__(declarations, collector)
        self.parsed = parsed
        self.locate = locate

    def span(self, tree: ast.AST) -> Span:
        return self.locate(tree.col_offset, tree.end_col_offset)  # type: ignore[attr-defined]

    def node(self, tree: ast.expr) -> Node | None:
        match tree:
            case ast.BoolOp():
                return self.boolean(tree)
            case ast.UnaryOp():
                operand = self.node(tree.operand)
                if operand is None:
                    return None
                if isinstance(tree.op, ast.Not):
                    return self.logic("not", [operand], self.span(tree))
                return self.negative(operand, self.span(tree))
            case ast.BinOp():
                left, right = self.node(tree.left), self.node(tree.right)
                if left is None or right is None:
                    return None
                return self.arithmetic(_BINARY[type(tree.op)], left, right, self.span(tree))
            case ast.Compare():
                return self.chain(tree)
            case ast.Call():
                return self.call(tree)
            case _:
                return self.name(tree)

    def boolean(self, tree: ast.BoolOp) -> Node | None:
        operands = [self.node(each) for each in tree.values]
        known = [each for each in operands if each is not None]
        operator = "and" if isinstance(tree.op, ast.And) else "or"
        joined = self.logic(operator, known, self.span(tree))
        return joined if len(known) == len(operands) else None

    def chain(self, tree: ast.Compare) -> Node | None:
        syntax = [tree.left, *tree.comparators]
        operands = self.operands(syntax)
        links: list[Node | None] = []
        for index, operator in enumerate(tree.ops):
            left, right = operands[index], operands[index + 1]
            if left is None or right is None:
                links.append(None)
                continue
            span = self.locate(syntax[index].col_offset, syntax[index + 1].end_col_offset or 0)
            links.append(self.comparison(_COMPARE[type(operator)], left, right, span))
        if any(each is None for each in links):
            return None
        known = [each for each in links if each is not None]
        return known[0] if len(known) == 1 else self.logic("and", known, self.span(tree))

    def operands(self, syntax: Sequence[ast.expr]) -> list[Node | None]:
        """Check the sides of a comparison, those without a declared name last: the type beside tells what was meant."""
        found: dict[int, Node | None] = {}
        for index in sorted(range(len(syntax)), key=lambda each: self.undeclared(syntax[each]) is not None):
            word = self.undeclared(syntax[index])
            if word is None:
                found[index] = self.node(syntax[index])
                continue
            beside = next((each for near in (index - 1, index + 1) if (each := found.get(near))), None)
            self.unknown_name(word, self.span(syntax[index]), beside)
            found[index] = None
        return [found[index] for index in range(len(syntax))]

    def undeclared(self, tree: ast.expr) -> str | None:
        """Return the text of a side that is one word, such as `paper` or `BTC-USD`, and no declared name."""
        text = self.parsed.text[tree.col_offset : tree.end_col_offset]
        lexed, known = self.parsed.lexed, self.declarations
        if tree.col_offset in lexed.literals or tree.col_offset in lexed.strings:
            return None
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*(?:[-/][A-Za-z0-9_.]+)*", text, re.ASCII):
            return None
        names = set(re.split("[-/]", text))
        declared = {"true", "false", *known.params, *known.lets, *known.metrics, known.member_scope}
        return None if names & declared else text

    # names

    def name(self, tree: ast.expr) -> Node | None:
        start = _owner(tree).col_offset
        lexed = self.parsed.lexed
        if isinstance(tree, ast.Name) and start in lexed.literals:
            literal = lexed.literals[start]
            return Literal(literal.value, literal.type, SCALAR, self.span(tree), literal.bare)
        if isinstance(tree, ast.Name) and start in lexed.strings:
            return Literal(lexed.strings[start], STRING, SCALAR, self.span(tree))
        path = _path(tree, lexed.words)
        if path is None or start in lexed.literals or start in lexed.strings:
            self.complain(
                "E304", "values have no attributes or methods", self.span(tree), "name a metric by its path"
            )
            return None
        return self.resolve(path, self.span(tree))

    def resolve(self, path: str, span: Span) -> Node | None:
        known = self.declarations
        if path in ("true", "false"):
            return Literal(path == "true", BOOL, SCALAR, span)
        if path in known.params:
            param = known.params[path]
            return ParamRef(path, param.type, SCALAR, span, param.bare)
        if path in known.lets:
            let = known.lets[path]
            return LetRef(path, let.type, let.shape, span) if let else None
        if path == known.member_scope:
            return MemberRef(path, Type(Kind.STRING, of=path), SCALAR, span)
        if path in known.metrics:
            metric = known.metrics[path]
            shape = metric.shape
            if metric.scope == known.member_scope:
                shape = Shape(shape.time, None, shape.regular)
            return MetricRef(path, metric.type, shape, span)
        self.unknown_name(path, span)
        return None

    def unknown_name(self, path: str, span: Span, beside: Node | None = None) -> None:
        if path in FUNCTIONS:
            message, hint = (
                f"`{path}` is a function and has no value of its own",
                f"write `{FUNCTIONS[path].signature}`",
            )
            self.complain("E307", message, span, hint)
            return
        known: Iterable[str] = ()
        under = sorted(each for each in self.declarations.metrics if each.startswith(path + "."))
        if under:
            hint = f"name one of its metrics, for example `{under[0]}`"
        elif path in self.declarations.rosters:
            hint = f"the policy needs `for_each: {path}` to speak of one member"
        elif meant := self.meant(path, beside):
            hint = meant
        else:
            hint = "`interlock metrics WORD` searches the catalogue"
            known = self.declarations.words()
        unknown = unknown_name("metric, param or let", path, known, hint)
        names = [f"{kind}:{path}" for kind in ("metric", "param", "scope")]
        self.collector.add("E305", unknown.message, span, unknown.hint, names=names)

    def meant(self, path: str, beside: Node | None) -> str | None:
        """Return what an undeclared word is taken for, by itself or beside a value of some type."""
        owner, _, member = path.rpartition(".")
        scope = self.declarations.metrics[owner].scope if owner in self.declarations.metrics else None
        if scope and member.split("-")[0] in {
            each.split("-")[0] for each in self.declarations.rosters[scope]
        }:
            return member_hint(owner, scope, member)
        near = did_you_mean(path, self.declarations.words())
        if beside is None:
            return None if near else word_hint(path)
        kind = beside.type
        if kind.enum or kind.kind in (Kind.STRING, Kind.SET):
            values = kind.enum.values if kind.enum else self.declarations.rosters.get(kind.of, ())
            word = re.search("`(.*)`", did_you_mean(path, values) or "")
            quoted = f"a word stands in quotes: write `'{word[1] if word else path}'`"
            return near if near and not word else word_hint(path) or quoted
        example = {Kind.MONEY: f"500{kind.currency}", Kind.DURATION: "2h"}.get(kind.kind, "")
        if kind.kind is Kind.NUMBER:
            example = "5%" if kind.flavour == "ratio" else "5"
        limit = (
            re.fullmatch("[a-z][a-z0-9_]*", path) and not reserved(path) and not isinstance(beside, Literal)
        )
        if word_hint(path) or not example or not limit:
            return near or word_hint(path)
        return (
            f"{near} if not, " * bool(near)
            + f"declare a limit in the policy, as in `params: {{{path}: {example}}}`"
        )

    # calls

    def call(self, tree: ast.Call) -> Node | None:
        name = _path(tree.func, self.parsed.lexed.words)
        if name is None or tree.func.col_offset in self.parsed.lexed.strings:
            self.complain(
                "E304",
                "values have no attributes or methods",
                self.span(tree.func),
                "functions stand alone: `abs(x)`",
            )
            return None
        if name not in FUNCTIONS:
            unknown = unknown_name("function", name, FUNCTIONS, "docs/language.md lists the functions")
            is_metric = name in self.declarations.metrics
            inside = self.parsed.text[tree.func.end_col_offset or 0 : tree.end_col_offset].strip()[1:-1]
            otherwise = function_hint(name, inside, FUNCTIONS) or unknown.hint
            hint = "a metric is named without brackets" if is_metric else otherwise
            self.complain("E306", unknown.message, self.span(tree.func), hint)
            return None
        arguments = [self.node(each) for each in tree.args]
        options = {each.arg or "": self.node(each.value) for each in tree.keywords}
        if len(options) < len(tree.keywords):
            self.complain(
                "E308", f"an option of `{name}` is given twice", self.span(tree), "keep one of the two"
            )
            return None
        if not self.signature(name, arguments, options, self.span(tree)):
            return None
        if any(each is None for each in arguments) or any(each is None for each in options.values()):
            return None
        given = {key: value for key, value in options.items() if value is not None}
        return self.apply(name, [each for each in arguments if each is not None], given, self.span(tree))


def _owner(tree: ast.expr) -> ast.expr:
    """Return the part before the dots."""
    while isinstance(tree, ast.Attribute):
        tree = tree.value
    return tree


def _path(tree: ast.expr, words: Mapping[int, str]) -> str | None:
    parts: list[str] = []
    while isinstance(tree, ast.Attribute):
        start = (tree.end_col_offset or 0) - len(tree.attr)
        parts.append(words.get(start, tree.attr))
        tree = tree.value
    if not isinstance(tree, ast.Name):
        return None
    return ".".join([words.get(tree.col_offset, tree.id), *reversed(parts)])
